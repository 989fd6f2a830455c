"""Whether a version lies in what a database entry says, by Go's order of semantic versions.

    >>> sorted(["1.22.0", "1.22.0-rc.1", "1.22.0-0", "0"], key=order_of)
    ['0', '1.22.0-0', '1.22.0-rc.1', '1.22.0']
    >>> version_of_go("go1.22rc1"), version_of_go("go1.24.4-1 Red Hat"), version_of_go("devel go1.27-abcdef")
    ('1.22.0-rc.1', '1.24.4', '')

Entries write versions without "v". "0" comes before all. A pseudo-version is a pre-release, and build metadata
("+incompatible", "+dirty") has no say. What is no version bounds nothing: an introduction that cannot be read counts
from the beginning, a fix that cannot be read fixes nothing, so that a broken entry never clears anybody.

Source: go.dev/doc/security/vuln/database; golang.org/x/vuln internal/semver; ossf.github.io/osv-schema, "evaluation".
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from operator import itemgetter

from supplymatrix.gomod.build_info import split_version
from supplymatrix.model.semver import SortKey, is_valid, sort_key
from supplymatrix.vulns.advisory import Advisory, Affected, Span

__all__ = [
    "affected_blocks",
    "bare",
    "fixed_version",
    "is_affected",
    "is_comparable",
    "names_no_package",
    "order_of",
    "release_of",
    "spans_of",
    "version_of_go",
]

_START = sort_key("v0.0.0-0")
_GO = re.compile(r"([0-9]+)\.([0-9]+)(?:\.([0-9]+))?(?:(rc|beta)([0-9]+))?", re.ASCII)
_MAX_FIXES = 50


def bare(version: str) -> str:
    """Return a version as entries write it: without "v", and without "go"."""
    return version.removeprefix("go").removeprefix("v")


def version_of_go(text: str) -> str:
    """Return the semantic version of a Go as a program, `go version` or a toolchain line has it ("go1.22rc1"), without
    "v", and without what its maker adds; "" for a development version and for what is none."""
    release = split_version(text if text.startswith("go") else f"go{text}")[0]
    match = _GO.fullmatch(release)
    if match is None:
        return ""
    major, minor, patch, kind, number = match.groups()
    made = f"{major}.{minor}.{patch or '0'}"
    return f"{made}-{kind}.{number}" if kind else made


def release_of(fixed: str) -> str:
    """Return the release of Go that first holds a fix: "1.21.0" for "v1.21.0-0" and "v1.21.0-rc.2"; "" for "". Entries
    name the first pre-release, and nobody builds on these."""
    return bare(fixed).partition("-")[0]


def is_comparable(version: str) -> bool:
    """Return whether a version can be held against the spans of an entry; "(devel)" and "" cannot."""
    return is_valid("v" + bare(version))


def order_of(version: str) -> SortKey:
    """Return the key by which versions are ordered. version: valid, or "0"."""
    return _START if version == "0" else sort_key("v" + bare(version))


def spans_of(events: Iterable[tuple[str, str]]) -> tuple[Span, ...]:
    """Return the spans that the events of one range make, in their order. events: (kind, version), kind "introduced",
    "fixed" or "last_affected", in any order; pairs may repeat, and of one version the file's order counts. A beginning
    within a span begins nothing; a range without any beginning begins with the first version."""
    rows: list[tuple[SortKey, str, str]] = []
    is_endless = False
    for kind, version in events:
        if version == "0" or is_comparable(version):
            rows.append((order_of(version), kind, bare(version)))
        elif kind == "introduced":
            rows.append((_START, kind, "0"))
        else:
            is_endless = True
    rows.sort(key=itemgetter(0))
    starts = [version for _, kind, version in rows if kind == "introduced"]
    if is_endless or not rows:
        return ((starts[0] if starts else "0", "", ""),)
    return tuple(_pairs(rows, None if starts else "0"))


def _pairs(rows: Iterable[tuple[SortKey, str, str]], start: str | None) -> Iterable[Span]:
    for _, kind, version in rows:
        if kind == "introduced":
            start = version if start is None else start
        elif start is not None:
            yield (start, version, "") if kind == "fixed" else (start, "", version)
            start = None
    if start is not None:
        yield start, "", ""


def is_affected(affected: Affected, version: str) -> bool:
    """Return whether a version is affected. version: with or without "v"; what cannot be compared is in no span."""
    if affected.is_every:
        return True
    if not is_comparable(version):
        return False
    here = order_of(version)
    return any(_holds(span, here) for span in affected.spans) or _is_named(affected.versions, here)


def affected_blocks(advisory: Advisory, module: str, version: str) -> list[Affected]:
    """Return what of an entry concerns a module version."""
    return [block for block in advisory.affected if block.module == module and is_affected(block, version)]


def names_no_package(blocks: Iterable[Affected]) -> bool:
    """Return whether a part of an entry names no package, so that packages rule nothing out, whatever the others name.
    blocks: those that concern the module version."""
    return any(not block.packages for block in blocks)


def fixed_version(advisory: Advisory, module: str, version: str) -> str:
    """Return the earliest later version of a module that an entry says is not affected any more, with "v"; "" = it
    names none. What another block of the entry says of the same module is taken along."""
    if not is_comparable(version):
        return ""
    blocks = [block for block in advisory.affected if block.module == module]
    found = version
    for _ in range(_MAX_FIXES):
        here = order_of(found)
        hit = next((block for block in blocks if is_affected(block, found)), None)
        if hit is None:
            return "" if found == version else f"v{bare(found)}"
        fixes = [span[1] for span in hit.spans if span[1] and _holds(span, here)]
        if not fixes or hit.is_every or _is_named(hit.versions, here):
            return ""
        found = max(fixes, key=order_of)
    return ""


def _is_named(versions: Iterable[str], here: SortKey) -> bool:
    return any(sort_key("v" + bare(version)) == here for version in versions)


def _holds(span: Span, here: SortKey) -> bool:
    introduced, fixed, last = span
    if introduced != "0" and here < order_of(introduced):
        return False
    return not (fixed and here >= order_of(fixed)) and not (last and here > order_of(last))
