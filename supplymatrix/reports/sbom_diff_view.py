"""What differs between two bills of materials, for people, for machines, and as Markdown."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from supplymatrix.model.value import value
from supplymatrix.reports.json_report import as_json
from supplymatrix.reports.markdown import LIMIT, code
from supplymatrix.reports.plain import plain
from supplymatrix.reports.tally import counted
from supplymatrix.sbom.changes import ChangeSort, SbomChange, SbomDiff

__all__ = ["SCHEMA", "DiffSide", "render_sbom_diff_json", "render_sbom_diff_markdown", "render_sbom_diff_text"]

SCHEMA = "supplymatrix.sbom-diff/1"
_RESERVE = 400
_WORDS = {
    ChangeSort.HASH: "ALARM: another hash at the same version",
    ChangeSort.LOG: "another word of the log",
    ChangeSort.CONTENT: "another hash, of what has no version",
    ChangeSort.NAMES: "named otherwise beside the same purl",
    ChangeSort.TWICE: "listed more or less often",
    ChangeSort.VULNERABLE: "known vulnerabilities come",
    ChangeSort.CLEARED: "known vulnerabilities go",
    ChangeSort.VERSION: "another version",
    ChangeSort.ADDED: "added",
    ChangeSort.REMOVED: "removed",
    ChangeSort.SUBJECT: "made of or for something else",
    ChangeSort.LICENCE: "another licence",
    ChangeSort.REPLACEMENT: "another replacement",
    ChangeSort.DROPPED: "given by one file only",
    ChangeSort.ADDRESS: "another address",
    ChangeSort.COMPLETE: "completeness",
    ChangeSort.EDGE: "other edges (gone → come)",
    ChangeSort.SCOPE: "another scope",
    ChangeSort.USE: "another use",
    ChangeSort.SUPPLIER: "another supplier or copyright",
    ChangeSort.SPELLING: "spelt in other capitals",
}
_ALARM = "a version is published once: one of both files is wrong, or was made from other files"


@value
class DiffSide:
    """One of the two files. path: as the user named it; sha256: hex; format: with its version; faults: in it."""

    path: str
    sha256: str
    format: str
    faults: int


def render_sbom_diff_text(diff: SbomDiff, before: DiffSide, after: DiffSide, *, width: int = 80) -> str:
    """Return the differences, for a person at a terminal."""
    lines = [
        plain(f"--- {before.path}  {before.format}, {_names(diff.before)}"),
        plain(f"+++ {after.path}  {after.format}, {_names(diff.after)}"),
        "",
        _in_words(diff),
    ]
    for sort in ChangeSort:
        changes = [change for change in diff.changes if change.sort is sort]
        if changes:
            lines += ["", f"{_WORDS[sort]}: {len(changes):,}"]
            lines += [line for change in changes for line in _text_rows(change, width)]
            lines += [f"  = {_ALARM}"] if sort is ChangeSort.HASH else []
    return "\n".join([*lines, *_notes(diff, before, after)]) + "\n"


def _names(number: int) -> str:
    return f"{counted(number, 'name')} (components, and the subject)"


def _in_words(diff: SbomDiff) -> str:
    if not diff.changes:
        return f"no difference in {diff.unchanged:,} components"
    counts = Counter(change.sort for change in diff.changes)
    words = ", ".join(f"{counts[sort]:,} {sort.value}" for sort in ChangeSort if counts[sort])
    return f"{words}; {diff.unchanged:,} as they were"


def _sides(change: SbomChange) -> str:
    if change.sort is ChangeSort.ADDED:
        return change.after
    if change.sort is ChangeSort.REMOVED:
        return change.before
    return f"{change.before or '(nothing)'} → {change.after or '(nothing)'}"


def _text_rows(change: SbomChange, width: int) -> Iterator[str]:
    sides, name = plain(_sides(change)), plain(change.name)
    if change.sort is ChangeSort.SPELLING:
        yield f"  {sides}"
    elif change.detail:
        yield f"  {name}  {plain(change.detail)}"
        yield from (f"    {sign} {plain(text)}" for sign, text in (("-", change.before), ("+", change.after)))
    elif len(name) + len(sides) + 4 <= width:
        yield f"  {name}  {sides}".rstrip()
    else:
        yield f"  {name}"
        yield f"    {sides}"


def _notes(diff: SbomDiff, *sides: DiffSide) -> Iterator[str]:
    if diff.not_compared:
        yield ""
        yield f"note: {diff.not_compared:,} components have hashes of no common kind: these were not compared"
    if not diff.is_one_kind:
        yield "note: one file is of compiled programs: edges, uses and what else only a project says were not compared"
    elif not diff.is_one_form:
        yield "note: the files are of two formats: addresses, suppliers and hashes of one side only were not compared"
    for side in sides:
        if side.faults:
            yield plain(f"note: {side.path} has {side.faults:,} places that could not be understood")


def render_sbom_diff_json(diff: SbomDiff, before: DiffSide, after: DiffSide) -> str:
    """Return the differences as JSON."""
    return as_json(
        {
            "schema": SCHEMA,
            "before": _side(before, diff.before),
            "after": _side(after, diff.after),
            "differs": bool(diff.changes),
            "unchanged": diff.unchanged,
            "hashes_not_compared": diff.not_compared,
            "changes": [
                {
                    "sort": change.sort.value,
                    "name": change.name,
                    "before": change.before,
                    "after": change.after,
                    "detail": change.detail,
                    "alarm": change.is_alarm,
                }
                for change in diff.changes
            ],
        }
    )


def _side(side: DiffSide, names: int) -> dict[str, object]:
    return {
        "path": side.path,
        "sha256": side.sha256,
        "format": side.format,
        "components": names,
        "faults": side.faults,
    }


def render_sbom_diff_markdown(diff: SbomDiff, before: DiffSide, after: DiffSide) -> str:
    """Return the differences as Markdown of at most LIMIT characters."""
    sign = "🚨 " if any(change.is_alarm for change in diff.changes) else ""
    lines = [f"## {sign}{code(before.path)} → {code(after.path)}", "", f"{_in_words(diff)}.", ""]
    if diff.changes:
        lines += ["| | component | before | after |", "|---|---|---|---|"]
        lines += [_row(change) for change in diff.changes]
    notes = [line for line in _notes(diff, before, after) if line]
    kept, left = [], LIMIT - _RESERVE
    for line in [*lines, *([""] if notes else []), *(f"- {code(note)}" for note in notes)]:
        left -= len(line) + 1
        if left < 0:
            kept += ["", "**More is not shown here for want of room**; `--format json` has everything."]
            break
        kept.append(line)
    return "\n".join(kept).rstrip("\n") + "\n"


def _row(change: SbomChange) -> str:
    sign = "🚨 " if change.is_alarm else ""
    detail = f" ({code(change.detail)})" if change.detail else ""
    return (
        f"| {sign}{_WORDS[change.sort]}{detail} | {code(change.name)} | {code(change.before)} | {code(change.after)} |"
    )
