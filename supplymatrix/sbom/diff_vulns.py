"""Which known vulnerabilities come and go between two bills of materials, by the versions of modules that they list.

A bill names no packages that a build takes: that a version is affected says nothing of how near the fault is. Of a
module whose version cannot be compared nobody knows what it has: nothing is cleared by it, and there is a gap.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from supplymatrix.model.gap import Gap
from supplymatrix.model.value import changed
from supplymatrix.sbom.changes import ChangeSort, SbomChange, SbomDiff
from supplymatrix.sbom.purl import STDLIB, bare_purl
from supplymatrix.sbom.read_values import ReadSbom
from supplymatrix.vulns.index import VulnIndex
from supplymatrix.vulns.versions import is_comparable, version_of_go

__all__ = ["with_vulnerabilities"]

_Found = dict[tuple[str, str], tuple[str, str]]
"""Advisory and module path → the version that it concerns, and what it is about."""


def with_vulnerabilities(
    diff: SbomDiff, before: ReadSbom, after: ReadSbom, index: VulnIndex
) -> tuple[SbomDiff, tuple[Gap, ...]]:
    """Return a difference with the vulnerabilities that one of the two has alone, and a gap for each module that
    entries name and whose version cannot be compared with them."""
    (old, old_unread), (new, new_unread) = _known(before, index), _known(after, index)
    come = _changes(ChangeSort.VULNERABLE, new, old)
    gone = (change for change in _changes(ChangeSort.CLEARED, old, new) if change.name not in new_unread)
    order = {sort: number for number, sort in enumerate(ChangeSort)}
    changes = sorted((*diff.changes, *come, *gone), key=lambda change: (order[change.sort], change))
    gaps = [*_gaps(old_unread, "the first bill", index), *_gaps(new_unread, "the second bill", index)]
    return changed(diff, changes=tuple(changes)), tuple(gaps)


def _known(bill: ReadSbom, index: VulnIndex) -> tuple[_Found, Mapping[str, str]]:
    """Return what is known of the modules of a bill, of each version once; and by path versions that cannot be
    compared, of modules that entries name."""
    found: _Found = {}
    unread: dict[str, str] = {}
    for path, version in sorted(set(_modules(bill))):
        comparable = f"v{version_of_go(version)}" if path == STDLIB else version
        for advisory in index.affecting(path, comparable):
            found[advisory.id, path] = (version, advisory.summary)
        if not is_comparable(comparable) and index.of_module(path):
            unread.setdefault(path, version)
    return found, unread


def _modules(bill: ReadSbom) -> Iterator[tuple[str, str]]:
    """Yield path and version of the Go modules of a bill, of those with a wrong purl as it has them."""
    for one in (*bill.components, *([bill.main] if bill.main is not None else [])):
        if one.module is not None:
            yield one.module.path, one.module.version
        elif one.is_folder:
            yield one.name, ""
        elif one.is_go:
            path, version = bare_purl(one.purl)
            if path:
                yield path, version


def _gaps(unread: Mapping[str, str], where: str, index: VulnIndex) -> Iterator[Gap]:
    for path, version in sorted(unread.items()):
        yield Gap(
            wanted=f"known vulnerabilities of {path} in {where}",
            reason=f"{len(index.of_module(path)):,} entries name it, and "
            + (f"{version[:100]!r} is no version that can be compared" if version else "the bill gives no version"),
            remedy="make the bill again where the module has a version",
            subject=path,
        )


def _changes(sort: ChangeSort, has: _Found, has_not: _Found) -> Iterator[SbomChange]:
    for (advisory, path), (version, summary) in sorted(has.items()):
        if (advisory, path) not in has_not:
            sides = ("", version) if sort is ChangeSort.VULNERABLE else (version, "")
            yield SbomChange(
                sort=sort,
                name=path,
                before=sides[0],
                after=sides[1],
                detail=f"{advisory}: {summary}" if summary else advisory,
            )
