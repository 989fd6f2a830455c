"""A module's folder as the member of the workspace in which the go command would build it.

    member_of(Path("svc"), os.environ)           # the subject, and what is wrong with it or with its go.work
    in_workspace(project, os.environ)            # the project as that member, with its build list

Versions and replaces of a go.work are those of a build of its members; who looks at a member alone looks at others.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from supplymatrix.engine.work_file import go_work_of
from supplymatrix.errors import Diagnostic, InputError
from supplymatrix.model.gap import Gap
from supplymatrix.model.value import value
from supplymatrix.model.verdict import Note
from supplymatrix.net.settings import read_env_values
from supplymatrix.sources.project import Project, is_file
from supplymatrix.sources.subjects import Subject, SubjectKind, find_subjects, read_subject

__all__ = ["WorkMember", "in_workspace", "member_of"]


@value
class WorkMember:
    """project: as a member, or as it was. gaps: why it could not be read as one. notes: that it was."""

    project: Project
    gaps: tuple[Gap, ...] = ()
    notes: tuple[Note, ...] = ()


def member_of(folder: Path, environ: Mapping[str, str]) -> tuple[Subject | None, tuple[Diagnostic, ...]]:
    """Return a module's folder as a member, None for none; and why that cannot be told. Raises InputError for a GOWORK
    that the go command refuses."""
    real = folder.resolve()
    go_work = go_work_of(real, environ, read_env_values(environ))
    if go_work is None:
        return None, ()
    if not is_file(go_work):
        message, remedy = "GOWORK names a file that is not there", "set it right, or GOWORK=off"
        return None, (Diagnostic(message=message, seen=go_work.as_posix()[:200], remedy=remedy),)
    try:
        subjects = find_subjects((go_work,), recursive=False).subjects
    except InputError as err:
        return None, err.diagnostics
    member = next((one for one in subjects if one.kind is SubjectKind.MEMBER and one.path.resolve() == real), None)
    faults = tuple(
        fault for one in subjects if one is member or one.kind is not SubjectKind.MEMBER for fault in one.faults
    )
    return (None if member is not None and member.faults else member), faults


def in_workspace(project: Project, environ: Mapping[str, str]) -> WorkMember:
    """Return a project as the member of its workspace, if it is one. Raises nothing: what keeps it from that is a
    gap."""
    if project.workspace is not None or not is_file(project.root / "go.mod"):
        return WorkMember(project=project)
    try:
        member, faults = member_of(project.root, environ)
        found = read_subject(member) if member is not None else None
    except InputError as err:
        found, faults = None, err.diagnostics
    if found is None or found.workspace is None:
        gaps = tuple(
            Gap(
                wanted=f"the workspace that {project.name} is built in",
                reason=str(fault),
                remedy=fault.remedy or "mend it, or set GOWORK=off where the module is built alone",
                subject=project.name,
            )
            for fault in faults[:1]
        )
        return WorkMember(project=project, gaps=gaps)
    text = f"{project.name} is looked at as a member of the workspace {found.workspace.as_posix()}, as it is built"
    return WorkMember(project=found, notes=(Note(code="workspace-member", message=f"{text}; GOWORK=off: alone"),))
