"""Which known vulnerabilities come and go between two bills of materials, by the versions of modules that they list.

A bill names no packages that a build takes: that a version is affected says nothing of how near the fault is.
"""

from __future__ import annotations

from collections.abc import Iterator

from supplymatrix.model.value import changed
from supplymatrix.sbom.changes import ChangeSort, SbomChange, SbomDiff
from supplymatrix.sbom.purl import STDLIB
from supplymatrix.sbom.read_values import ReadSbom
from supplymatrix.vulns.index import VulnIndex
from supplymatrix.vulns.versions import is_comparable, version_of_go

__all__ = ["with_vulnerabilities"]

_Found = dict[tuple[str, str], tuple[str, str]]
"""Advisory and module path → the version that it concerns, and what it is about."""


def with_vulnerabilities(diff: SbomDiff, before: ReadSbom, after: ReadSbom, index: VulnIndex) -> SbomDiff:
    """Return a difference with the vulnerabilities that one of the two has alone."""
    old, new = _known(before, index), _known(after, index)
    come = _changes(ChangeSort.VULNERABLE, new, old)
    gone = _changes(ChangeSort.CLEARED, old, new)
    order = {sort: number for number, sort in enumerate(ChangeSort)}
    changes = sorted((*diff.changes, *come, *gone), key=lambda change: (order[change.sort], change))
    return changed(diff, changes=tuple(changes))


def _known(bill: ReadSbom, index: VulnIndex) -> _Found:
    """Return what is known of the modules of a bill, of each version once."""
    found: _Found = {}
    modules = {one.module for one in (*bill.components, bill.main) if one is not None and one.module is not None}
    for module in sorted(modules):
        version = f"v{version_of_go(module.version)}" if module.path == STDLIB else module.version
        if is_comparable(version):
            for advisory in index.affecting(module.path, version):
                found[advisory.id, module.path] = (module.version, advisory.summary)
    return found


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
