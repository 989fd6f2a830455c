"""Programs that are checked with a project: what they are built from, against the log and against its versions."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from supplymatrix.engine.events import OnEvent
from supplymatrix.engine.means import Means
from supplymatrix.engine.policy_source import PolicySource
from supplymatrix.engine.prepare import Prepared
from supplymatrix.engine.program_project import project_versions
from supplymatrix.engine.this_machine import SeenHere
from supplymatrix.engine.verify_binary import look_at_programs
from supplymatrix.errors import Diagnostic, InputError
from supplymatrix.model.audit import ReadFile
from supplymatrix.model.verdict import Note
from supplymatrix.sources.programs import ProgramsFound, find_programs

__all__ = ["add_programs", "find_named"]


def find_named(paths: Sequence[Path], subjects: int, means: Means) -> ProgramsFound:
    """Read the programs that a check names. subjects: of the check.

    Raises InputError unless there is one project, each path leads to a Go program, and images are what they say.
    """
    if subjects != 1:
        raise InputError(
            Diagnostic(
                message="programs are checked with one project at a time",
                seen=f"{subjects} projects",
                expected="one PATH with its programs",
                remedy="run it for each project by itself, or `supplymatrix verify binary` without one",
            )
        )
    found = find_programs(paths, jobs=means.jobs)
    forged = [
        Diagnostic(message=f"the image is not what it says: {what}", artifact=where, remedy="pull or make it again")
        for where, what in found.forged
    ]
    if found.faults or forged:
        raise InputError(*found.faults, *forged)
    if not found.programs and not found.gaps:
        names = ", ".join(path.as_posix() for path in paths[:3])
        raise InputError(Diagnostic(message="there is no Go program in it", artifact=names))
    return found


def add_programs(
    seen: SeenHere, found: ProgramsFound, item: Prepared, *, source: PolicySource, means: Means, on_event: OnEvent
) -> SeenHere:
    """Return what was seen for a project, with its programs. Raises InputError and TrustError as the log's asking."""
    versions = project_versions(item.project, means.environ)
    answers = look_at_programs(found, item.project, versions, policy=source, means=means, on_event=on_event)
    facts = answers.facts
    texts = (*found.notes, *answers.notes, *answers.words.notes)
    return SeenHere(
        facts=(*seen.facts, *facts.programs, *facts.modules, *facts.weak),
        gaps=(*seen.gaps, *answers.gaps),
        notes=(*seen.notes, *(Note(code="programs", message=text) for text in texts)),
        files=(*seen.files, *_files(found)),
    )


def _files(found: ProgramsFound) -> tuple[ReadFile, ...]:
    """Return the programs as files that a verdict rests on; slices of one file are one."""
    names: dict[tuple[str, str], ReadFile] = {}
    for program in found.programs:
        names.setdefault((program.path.as_posix(), program.sha256), ReadFile(name=program.name, sha256=program.sha256))
    return tuple(sorted(names.values(), key=lambda file: file.name))
