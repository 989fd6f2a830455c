"""What a bill of materials is to be of: a project, a member of a workspace with that, or a workspace as a whole.

A folder with a go.mod is that module, together with the workspace that the go command would find for it (GOWORK, else
the nearest go.work above), if that uses it; a go.work, and a folder with nothing but one, is the workspace.
"""

from __future__ import annotations

import os
import posixpath
from collections.abc import Mapping
from pathlib import Path

from supplymatrix.engine.work_member import member_of
from supplymatrix.errors import Diagnostic, InputError
from supplymatrix.model.audit import ReadFile
from supplymatrix.model.value import value
from supplymatrix.sources.project import Project, is_file, is_folder
from supplymatrix.sources.subjects import Subject, SubjectKind, find_subjects, read_subject

__all__ = ["SbomSubject", "find_sbom_subject", "read_files_of"]


@value
class SbomSubject:
    """projects: of what is built, one or the usable members of a workspace. path: as typed. name: what it is called.

    is_workspace: it is of the workspace as a whole. folder: of go.mod, or of go.work.
    """

    projects: tuple[Project, ...]
    path: Path
    folder: Path
    name: str
    is_workspace: bool = False

    @property
    def project(self) -> Project:
        """The one that stands for all: they share build list and go.sum lines."""
        return self.projects[0]


def find_sbom_subject(path: Path, environ: Mapping[str, str]) -> SbomSubject:
    """Return what a path names, read. Raises InputError for what is none, is several, or cannot be read."""
    if path.name == "go.sum" and not is_folder(path):
        fault = "a go.sum does not say what is built"
        raise InputError(
            Diagnostic(message=fault, artifact=path.as_posix(), expected="a folder with go.mod, or go.work")
        )
    if not is_folder(path) and path.name != "go.mod" and path.suffix != ".work":
        read_subject(Subject(path=path))  # which tells of a path that is not there, and of a file of another kind
        fault = "this is neither a go.mod nor a go.work"
        raise InputError(
            Diagnostic(message=fault, artifact=path.as_posix(), expected="a folder with go.mod, or go.work")
        )
    folder = path if is_folder(path) else path.parent
    go_work = folder / "go.work" if is_folder(path) or path.name == "go.mod" else path
    has_module = is_file(folder / "go.mod") and (path.suffix != ".work" or is_folder(path))
    if not has_module and is_file(go_work):
        return _workspace(go_work, path)
    if has_module:
        member, _ = member_of(folder, environ)
        if member is not None:
            project = read_subject(member)
            return SbomSubject(projects=(project,), path=path, folder=folder, name=project.name)
    project = read_subject(_only(path, has_module=has_module, folder=folder))
    return SbomSubject(projects=(project,), path=path, folder=project.root, name=project.name)


def _only(path: Path, *, has_module: bool, folder: Path) -> Subject:
    if has_module:
        return Subject(path=folder)
    found = find_subjects((path,), recursive=False)
    if len(found.subjects) == 1:
        subject = found.subjects[0]
        if subject.kind is SubjectKind.PROJECT and not is_file(subject.path / "go.mod") and is_folder(subject.path):
            remedy = "name a folder with a go.mod, or run `go mod init` there"
            fault = Diagnostic(message="there is no go.mod", artifact=path.as_posix(), remedy=remedy)
            raise InputError(*(subject.faults or (fault,)))
        return subject
    names = ", ".join(subject.path.as_posix() for subject in found.subjects[:3])
    raise InputError(Diagnostic(message=f"{len(found.subjects)} projects are here", seen=names, expected="one of them"))


def _workspace(go_work: Path, path: Path) -> SbomSubject:
    """Return a workspace with those of its members that can be read."""
    projects = []
    faults: tuple[Diagnostic, ...] = ()
    for subject in find_subjects((go_work,), recursive=False).subjects:
        try:
            projects.append(read_subject(subject))
        except InputError as err:
            faults = (*faults, *err.diagnostics)
            if subject.kind is not SubjectKind.MEMBER:
                raise
    if not projects:
        raise InputError(*faults)
    name = go_work.parent.resolve().name or "workspace"
    return SbomSubject(projects=tuple(projects), path=path, folder=go_work.parent, name=name, is_workspace=True)


def read_files_of(subject: SbomSubject) -> tuple[ReadFile, ...]:
    """Return the files that the bill rests on, by name as from the subject's folder."""
    found: dict[str, str] = {}
    for project in subject.projects:
        inside = _inside(project.root, subject.folder)
        for name, digest in project.digests.items():
            found.setdefault(_named(inside, name), digest)
    return tuple(ReadFile(name=name, sha256=digest) for name, digest in sorted(found.items()))


def _inside(folder: Path, outer: Path) -> str:
    return Path(os.path.relpath(folder.resolve(), outer.resolve())).as_posix()


def _named(folder: str, name: str) -> str:
    return posixpath.normpath(posixpath.join(folder, name))
