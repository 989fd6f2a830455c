"""Whose things are on the way from source to running program, for people: in the order of that way, each with its
vendor, how firmly it is named, and its end."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Iterator, Mapping, Sequence

from supplymatrix.checks.registry import ALL_RULES
from supplymatrix.model.path_run import PathRun
from supplymatrix.model.rule import Level, Result
from supplymatrix.model.vendor_path import PathPart, Pinned, VendorUse
from supplymatrix.reports.plain import plain

__all__ = ["PART_HEADS", "render_path_text"]

PART_HEADS: Mapping[PathPart, str] = {
    PathPart.PROXY: "modules",
    PathPart.TOOLCHAIN: "toolchain",
    PathPart.BUILD_FLAG: "build flags",
    PathPart.PACKAGES: "packages",
    PathPart.BUILD_IMAGE: "images to build in",
    PathPart.BASE_IMAGE: "images below the program",
    PathPart.RUNTIME: "runtime",
    PathPart.CI_STEP: "CI steps",
    PathPart.SIGNING: "signing",
}
"""In the order of the way."""
_PINS: Mapping[Pinned, str] = {
    Pinned.DIGEST: "by digest",
    Pinned.VERSION: "by version",
    Pinned.FLOATING: "floats",
    Pinned.UNKNOWN: "",
}
_VERDICTS = {
    0: "what is known here is named firmly enough, and no end that is known has come",
    1: "something is not pinned, or supported no more",
    3: "not everything could be told",
    5: "there was nothing to look at",
}
_DIGEST = re.compile(r"(sha256:[0-9a-f]{8})[0-9a-f]{56}|(@[0-9a-f]{12})[0-9a-f]{28}")
_MOST_SHOWN = 60  # of one part, without --verbose
_ROLES_TOLD = ("other stage", "development")
_NARROW = 40


def render_path_text(run: PathRun, *, width: int = 80, verbose: bool = False) -> str:
    """Return the way as text. verbose: each place, and what is pinned in CI, too."""
    width = max(_NARROW, width)
    lines = [_head(run), ""]
    names = dict(run.vendors)
    found = _findings_by_what(run.results)
    for part, head in PART_HEADS.items():
        uses = [use for use in run.uses if use.part is part]
        if uses:
            lines += [head, *_part(part, uses, names, found, width=width, verbose=verbose), ""]
    if run.results:
        lines += [*_findings(run.results, width), ""]
    for note in run.notes:
        lines += _wrapped("note: ", note, width)
    for gap in run.gaps:
        place = f"{gap.location}: " if gap.location is not None else ""
        lines += _wrapped("not known: ", f"{place}{gap.wanted.partition(': ')[2]}: {gap.reason}", width)
        lines += _wrapped("  next: ", gap.remedy, width) if gap.remedy else []
    lines += [""] if run.notes or run.gaps else []
    lines += textwrap.wrap(_basis(run), width)
    lines += textwrap.wrap(_VERDICTS[run.exit_code], width)
    return "\n".join(lines) + "\n"


def _head(run: PathRun) -> str:
    name = plain(run.module_path or run.path)
    files = f"{len(run.files):,} {'file' if len(run.files) == 1 else 'files'}"
    return f"vendor path of {name}, from {files} that say how it is built"


def _basis(run: PathRun) -> str:
    go = f", Go's releases as of {run.releases_of}" if run.releases_of is not None else ""
    return f"as of {run.day}; ends of distributions by a table of {run.bases_of}{go}"


def _part(
    part: PathPart,
    uses: Sequence[VendorUse],
    names: Mapping[str, str],
    found: Mapping[str, Level],
    *,
    width: int,
    verbose: bool,
) -> Iterator[str]:
    groups: dict[tuple[str, str, str], list[VendorUse]] = {}
    for use in uses:
        groups.setdefault((use.what, use.vendor, use.role if use.role in _ROLES_TOLD else ""), []).append(use)
    firm = 0
    shown = 0
    for same in groups.values():
        is_firm = part is PathPart.CI_STEP and same[0].pinned is Pinned.DIGEST and not verbose
        if is_firm or (shown >= _MOST_SHOWN and not verbose):
            firm += 1
            continue
        shown += 1
        yield from _use(same, names, found, width=width, verbose=verbose)
    if firm and part is PathPart.CI_STEP and shown < _MOST_SHOWN:
        more, of = "more " if shown else "", "its commit" if firm == 1 else "their commits"
        yield f"  ✓ {firm:,} {more}by the digest of {of}"
    elif firm:
        yield f"    {firm:,} more: --verbose"


def _use(
    same: Sequence[VendorUse], names: Mapping[str, str], found: Mapping[str, Level], *, width: int, verbose: bool
) -> Iterator[str]:
    first = same[0]
    facts = [names.get(first.vendor, ""), _pin(same), _end(first), _where(same, verbose=verbose)]
    text = f"{_short(first.what)}"
    told = "; ".join(plain(fact) for fact in facts if fact)
    line = f"  {_mark(first, found)} {plain(text)}"
    if len(line) + len(told) + 2 <= width:
        yield f"{line}  {told}"
        return
    yield from textwrap.wrap(line, width, subsequent_indent="      ", break_on_hyphens=False)
    yield from textwrap.wrap(told, width, initial_indent="      ", subsequent_indent="      ", break_on_hyphens=False)


def _short(what: str) -> str:
    return _DIGEST.sub(lambda match: f"{match[1] or match[2]}…", what)


def _mark(use: VendorUse, found: Mapping[str, Level]) -> str:
    if use.is_ended and use.part is not PathPart.TOOLCHAIN:
        return "✗"
    level = found.get(use.what, Level.OFF)
    if level in (Level.WARN, Level.ERROR):
        return "!"
    return "✓" if use.pinned is Pinned.DIGEST else "·"


def _pin(same: Sequence[VendorUse]) -> str:
    words = _PINS[same[0].pinned]
    version = next((use.version for use in same if use.version), "")
    if version and version not in same[0].what:
        return f"{version} {words}".strip()
    return words


def _end(use: VendorUse) -> str:
    if use.is_ended:
        return f"ended {use.ends}" if use.ends is not None else "ended"
    return f"until {use.ends}" if use.ends is not None else ""


def _where(same: Sequence[VendorUse], *, verbose: bool) -> str:
    role = f" ({same[0].role})" if same[0].role in _ROLES_TOLD else ""
    places = list(dict.fromkeys(_place(use) for use in same))
    if verbose or len(places) == 1:
        return ", ".join(places) + role
    return f"{places[0]} and {len(places) - 1:,} more" + role


def _place(use: VendorUse) -> str:
    place = use.location
    return f"{place.artifact}:{place.line}" if place.line else place.artifact


def _findings_by_what(results: Sequence[Result]) -> Mapping[str, Level]:
    found: dict[str, Level] = {}
    for result in results:
        level = ALL_RULES[result.rule].level
        if result.subject not in found or level in (Level.WARN, Level.ERROR):
            found[result.subject] = level
    return found


def _findings(results: Sequence[Result], width: int) -> Iterator[str]:
    yield "to do"
    for result in results:
        if result.finding is None:
            continue
        rule = ALL_RULES[result.rule]
        yield from _wrapped(f"  {rule.level.value} {rule.id} ", _short(result.finding.message), width)
        yield from _wrapped("    next: ", _short(result.finding.fix), width)


def _wrapped(label: str, text: str, width: int) -> list[str]:
    indent = " " * min(len(label), 8)
    return textwrap.wrap(
        plain(text), width, initial_indent=label, subsequent_indent=indent, break_on_hyphens=False
    ) or [label.rstrip()]
