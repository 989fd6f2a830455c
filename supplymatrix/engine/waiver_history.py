"""The waiver register with who last changed each entry: commit, author and day, from git.

An entry is the lines of its table. Whoever changed one of them last is named, so that a waiver whose day was put off
names who put it off. A table with a line that no commit has is NOT_COMMITTED.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from supplymatrix.engine.policy_source import PolicySource
from supplymatrix.engine.prepare import Prepared
from supplymatrix.model.location import Location
from supplymatrix.model.value import changed
from supplymatrix.model.verdict import HISTORY_UNKNOWN, NOT_COMMITTED, Note, Verdict, WaiverEntry
from supplymatrix.sources.git_blame import Blame, LineCommit, blame_lines

__all__ = ["with_history"]

_SHORT = 12  # characters of a commit's name
_LONGEST_TABLE = 200  # lines


def with_history(verdict: Verdict, item: Prepared, source: PolicySource, environ: Mapping[str, str]) -> Verdict:
    """Return a verdict whose register names commits. What git does not know stays empty, and a note says why."""
    blames: dict[str, Blame] = {}
    entries: list[WaiverEntry] = []
    gaps: dict[str, str] = {}
    for entry in verdict.waivers:
        artifact = entry.location.artifact
        lines = item.policy.files.get(artifact, ())
        if artifact not in blames:
            blames[artifact] = _blame(artifact, lines, item, source, environ)
        entries.append(_dated(entry, lines, blames[artifact]))
        if not entries[-1].commit:
            gaps.setdefault(artifact, blames[artifact].gap or "the clone begins after they were written")
    notes = [
        Note(
            code=HISTORY_UNKNOWN,
            message=f"who wrote waivers of this file is not known: {gap}",
            location=Location(artifact=artifact),
        )
        for artifact, gap in gaps.items()
    ]
    return changed(verdict, waivers=tuple(entries), notes=(*verdict.notes, *notes))


def _blame(
    artifact: str, lines: Sequence[str], item: Prepared, source: PolicySource, environ: Mapping[str, str]
) -> Blame:
    if not lines:
        return Blame(gap="its text is not at hand")
    prefix = f"{source.revision}:"
    if source.revision and artifact.startswith(prefix):
        name, blame = artifact.removeprefix(prefix), Blame(gap="no policy folder of the project has it")
        for folder in item.project.policy_folders:
            blame = blame_lines(folder / name, lines, environ, revision=source.revision)
            if not blame.gap:
                break
        return blame
    path = item.project.paths.get(artifact)
    if path is None:
        path = Path(artifact) if source.file is not None else item.project.root / artifact
    return blame_lines(path, lines, environ)


def _dated(entry: WaiverEntry, lines: Sequence[str], blame: Blame) -> WaiverEntry:
    """Return an entry with the newest commit of its table."""
    first, last = _table(lines, entry.location.line)
    commits = blame.lines[first:last]
    if blame.gap or not commits:
        return entry
    if None in commits:
        return changed(entry, commit=NOT_COMMITTED)
    newest: LineCommit = max((commit for commit in commits if commit is not None), key=lambda commit: commit.at)
    if newest.is_edge:
        return entry
    return changed(entry, commit=newest.name[:_SHORT], author=newest.author, committed_on=newest.day)


def _table(lines: Sequence[str], start: int) -> tuple[int, int]:
    """Return the first line of a table, from 0, and one past its last; start: its header's line, from 1."""
    if start < 1:
        return 0, 0
    last = start
    while last < min(len(lines), start + _LONGEST_TABLE) and not lines[last].lstrip().startswith("["):
        last += 1
    while last > start and lines[last - 1].strip()[:1] in ("", "#"):
        last -= 1
    return start - 1, last
