"""What the Gos of a machine are, for people and as JSON: the level of each first, then what it rests on."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Mapping

from supplymatrix.model.fact import Gap
from supplymatrix.model.on_disk import FileChange, InstalledGo, ToolchainLevel
from supplymatrix.model.value import value
from supplymatrix.reports.json_report import as_json
from supplymatrix.reports.plain import plain

__all__ = ["LEVELS", "SCHEMA", "GorootView", "go_lines", "render_goroot_json", "render_goroot_text"]

SCHEMA = "supplymatrix.goroot/1"
LEVELS: Mapping[ToolchainLevel, str] = {
    ToolchainLevel.OFFICIAL: "official",
    ToolchainLevel.CONFIG_CHANGED: "official, config changed",
    ToolchainLevel.DISTRIBUTION: "distribution build",
    ToolchainLevel.UNKNOWN_VERSION: "unknown version",
    ToolchainLevel.MODIFIED: "MODIFIED",
    ToolchainLevel.UNCHECKED: "not checked",
}
_MARKS: Mapping[ToolchainLevel, str] = {
    ToolchainLevel.OFFICIAL: "✔",
    ToolchainLevel.CONFIG_CHANGED: "✔",
    ToolchainLevel.DISTRIBUTION: "!",
    ToolchainLevel.UNKNOWN_VERSION: "!",
    ToolchainLevel.MODIFIED: "✘",
    ToolchainLevel.UNCHECKED: "?",
}
_CHANGES: Mapping[FileChange, str] = {
    FileChange.CHANGED: "changed",
    FileChange.MISSING: "missing",
    FileChange.EXTRA: "extra",
}
_FOUND: Mapping[str, str] = {
    "PATH": "the go in PATH",
    "GOROOT": "the GOROOT that is used",
    "module cache": "fetched into the module cache",
}
_SHOWN = 12  # files, unless all are asked for
_PROVEN = (ToolchainLevel.OFFICIAL, ToolchainLevel.CONFIG_CHANGED)
_VERDICTS = {
    0: "proven",
    1: "not everything here is a release of the Go project as it was shipped",
    3: "something could not be had",
    4: "ALARM: a Go is not what the log has: do not build with it",
    5: "there was nothing to check",
}


@value
class GorootView:
    """What a run of `verify goroot` found. log: its name; tree_size: of the head that records are proven under."""

    installed: tuple[InstalledGo, ...]
    gaps: tuple[Gap, ...]
    notes: tuple[str, ...]
    log: str
    tree_size: int
    exit_code: int


def render_goroot_text(view: GorootView, *, width: int = 80, verbose: bool = False) -> str:
    """Return a paragraph for each Go. verbose: every file that is known to differ, and how the log was asked."""
    lines: list[str] = []
    for go in view.installed:
        lines += [*go_lines(go, width, verbose=verbose), ""]
    roots = {f"what the Go in {go.root} is" for go in view.installed}
    for gap in view.gaps:
        if gap.wanted not in roots:
            lines += [*_gap_lines(gap, width), ""]
    if verbose or not view.installed:
        lines += [line for note in view.notes for line in _wrapped("note  ", note, width)]
    if view.tree_size:
        lines.append(f"log    {plain(view.log)} tree {view.tree_size:,}")
    lines += _wrapped("", _sum_up(view), width)
    return "\n".join(lines) + "\n"


def _gap_lines(gap: Gap, width: int) -> Iterator[str]:
    """Yield what could not be looked at at all."""
    yield from _wrapped("? ", gap.wanted, width)
    yield from _wrapped("  because  ", gap.reason, width)
    if gap.remedy:
        yield from _wrapped("  next     ", gap.remedy, width)


def _sum_up(view: GorootView) -> str:
    if not view.installed:
        return _VERDICTS[view.exit_code]
    proven = sum(go.level in _PROVEN for go in view.installed)
    number = len(view.installed)
    noun, verb = "Go" if number == 1 else "Gos", "is" if proven == 1 or number == 1 else "are"
    head = f"{proven} of {number} {noun} {verb} proven"
    return head if view.exit_code == 0 else f"{head}; {_verdict(view)}"


def _verdict(view: GorootView) -> str:
    risky = [go for go in view.installed if go.risks and go.level in _PROVEN]
    if view.exit_code == 1 and risky and all(go.level in _PROVEN for go in view.installed):
        return "other settings or programs than those of a release may take part"
    return _VERDICTS[view.exit_code]


def go_lines(go: InstalledGo, width: int, *, verbose: bool) -> Iterator[str]:
    """Yield what is known of one Go. verbose: every file that is known to differ."""
    found = _FOUND.get(go.found_as, "")
    yield plain(f"{_MARKS[go.level]} {go.root}{f' ({found})' if found else ''}")
    version = f"go{go.version}" if go.version[:1].isdigit() else go.version or "no version"
    yield plain(f"  {version}{f' {go.platform}' if go.platform else ''}: {LEVELS[go.level]}")
    for head, text in _stated(go):
        yield from _wrapped(f"  {head:9}", text, width)
    yield from _file_lines(go, verbose=verbose)
    for fault in go.fips:
        yield from _wrapped("  fips140  ", fault, width)
    if go.hash:
        yield from _wrapped("  checked  ", _checked(go), width)
    if verbose or go.level not in _PROVEN:
        if go.record_id >= 0:
            yield plain(f"  logged   {go.logged_hash}")
        if go.record_id >= 0 or go.hash:
            yield plain(f"  here     {go.hash or 'not hashed'}")
    if go.remedy:
        yield from _wrapped("  next     ", go.remedy, width)


def _stated(go: InstalledGo) -> Iterator[tuple[str, str]]:
    """Yield what is known of one Go but its files and hashes: a word, and the text."""
    if go.link:
        yield "link", f"its folder is a link to {go.link}"
    if go.config:
        yield "go.env", ", ".join(go.config)
    yield from (("risk", risk) for risk in go.risks)
    if go.runs:
        yield "runs", go.runs
    if go.maker:
        yield "maker", f"{go.maker}: {go.maker_mark}"
    if go.reason:
        yield "note" if go.level in _PROVEN else "because", go.reason


def _checked(go: InstalledGo) -> str:
    """Return what was hashed, and what was not."""
    which = f"log record {go.record_id:,}" if go.record_id >= 0 else "no record"
    text = f"{go.files:,} files against {which}"
    if go.level is ToolchainLevel.CONFIG_CHANGED:
        text += ": all are as logged but go.env"
    elif go.level is ToolchainLevel.OFFICIAL:
        text += ": all are as logged"
    if go.links:
        text += f"; {go.links:,} link{'' if go.links == 1 else 's'} followed"
    if go.outside:
        text += f"; {go.outside:,} files in api, doc, misc and test are in no record, and were not checked"
    return text


def _file_lines(go: InstalledGo, *, verbose: bool) -> Iterator[str]:
    if not go.differing:
        return
    with_what = f", compared with {go.compared_with}" if go.compared_with else ""
    yield plain(f"  files    {go.differing:,} differ{'s' if go.differing == 1 else ''}{with_what}")
    shown = go.differences if verbose else go.differences[:_SHOWN]
    yield from (plain(f"    {_CHANGES[one.change]:8} {one.name}") for one in shown)
    if go.differing > len(shown):
        more = "" if len(shown) == len(go.differences) else " (-v names more)"
        yield f"    … and {go.differing - len(shown):,} more{more}"


def _wrapped(head: str, text: str, width: int) -> Iterator[str]:
    rows = textwrap.wrap(plain(text), max(40, width - len(head)), break_long_words=False, break_on_hyphens=False) or [
        ""
    ]
    yield head + rows[0]
    yield from (" " * len(head) + row for row in rows[1:])


def render_goroot_json(view: GorootView) -> str:
    """Return the same as JSON. Schema name "supplymatrix.goroot/1"."""
    document = {
        "schema": SCHEMA,
        "log": {"name": view.log, "tree_size": view.tree_size},
        "exit_code": view.exit_code,
        "installed": [_go(go) for go in view.installed],
        "gaps": [{"wanted": gap.wanted, "reason": gap.reason, "remedy": gap.remedy} for gap in view.gaps],
        "notes": list(view.notes),
    }
    return as_json(document)


def _go(go: InstalledGo) -> dict[str, object]:
    return {
        "root": go.root,
        "found_as": go.found_as,
        "version": go.version,
        "platform": go.platform,
        "level": go.level.value,
        "module": str(go.subject) if go.subject is not None else None,
        "hash": go.hash,
        "logged_hash": go.logged_hash,
        "record": go.record_id if go.record_id >= 0 else None,
        "files": go.files,
        "unrecorded_files": go.outside,
        "links": go.links,
        "config": list(go.config),
        "risks": list(go.risks),
        "maker": go.maker,
        "maker_mark": go.maker_mark,
        "packaged": go.is_packaged,
        "link": go.link,
        "runs": go.runs,
        "compared_with": go.compared_with,
        "differing": go.differing,
        "differences": [{"file": one.name, "change": one.change.value, "detail": one.detail} for one in go.differences],
        "fips140": list(go.fips),
        "bad_proof": go.bad_proof,
        "reason": go.reason,
        "remedy": go.remedy,
    }
