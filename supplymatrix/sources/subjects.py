"""What a run is to look at: the projects that paths name, the members of workspaces, the modules of a tree.

found = find_subjects((Path("svc"), Path("work")), recursive=False)
projects = [read_subject(subject) for subject in found.subjects]

A path that cannot be used is a subject whose reading raises InputError, so that the others can be judged.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from enum import StrEnum
from pathlib import Path

from supplymatrix.errors import Diagnostic, InputError
from supplymatrix.model.value import value
from supplymatrix.model.verdict import Note
from supplymatrix.sources.project import Project, is_folder, place_faults, read_project
from supplymatrix.sources.tree import EVERYTHING, GLANCE, Tree, walk_tree
from supplymatrix.sources.workspace import Member, Workspace, read_member, read_workspace, real_path

__all__ = ["Found", "Subject", "SubjectKind", "find_subjects", "read_subject"]

_SHOWN = 3


class SubjectKind(StrEnum):
    """How a subject is read: by itself, or as a member of a workspace."""

    PROJECT = "project"
    MEMBER = "member"


@value
class Subject:
    """One project. path: as the user would type it, different for each. workspace: the path of its go.work, or None.

    read_as: what was read of a member already. faults: why it cannot be read, when that is known before.
    """

    path: Path
    kind: SubjectKind = SubjectKind.PROJECT
    workspace: Path | None = None
    read_as: tuple[Workspace, Member] | None = None
    faults: tuple[Diagnostic, ...] = ()


@value
class Found:
    """All subjects, in the order in which they were named or found, and what a reader should know about the search."""

    subjects: tuple[Subject, ...]
    notes: tuple[Note, ...] = ()


def find_subjects(paths: Sequence[Path], *, recursive: bool) -> Found:
    """Return the subjects that paths name, each once, although several of them may lead to it.

    A folder with a go.work, or a go.work, stands for the members of the workspace. recursive: every go.mod below the
    folders too; below one that has no file of Go itself they are looked for without being asked.
    """
    finder = _Finder()
    for path in paths:
        finder.add(path, recursive=recursive)
    return Found(subjects=tuple(finder.subjects.values()), notes=tuple(finder.notes))


def read_subject(subject: Subject) -> Project:
    """Read a subject. Raises InputError; its places are told as paths that the user can open."""
    if subject.faults:
        raise InputError(*subject.faults)
    try:
        if subject.read_as is not None:
            return read_member(*subject.read_as)
        return read_project(subject.path)
    except InputError as err:
        folder = subject.path if is_folder(subject.path) else subject.path.parent
        raise place_faults(err, folder) from err


class _Finder:
    def __init__(self) -> None:
        self.subjects: dict[str, Subject] = {}
        self.notes: list[Note] = []
        self._workspaces: set[str] = set()

    def add(self, path: Path, *, recursive: bool) -> None:
        if path.suffix == ".work" and not is_folder(path) and os.path.lexists(path):
            self._add_workspace(path)
        elif not is_folder(path):
            self._add_project(path)
        elif recursive:
            self._add_tree(path)
        else:
            self._add_folder(path)

    def _add_folder(self, path: Path) -> None:
        """Add what the go command would take a folder for."""
        has = {name: _is_there(path / name) for name in ("go.work", "go.mod", "go.sum")}
        if not any(has.values()):
            self._add_tree(path, is_asked=False)
            return
        if has["go.work"]:
            self._add_workspace(path / "go.work")
        if has["go.mod"] or not has["go.work"]:
            self._add_project(path)
        self._hint_at_more(path)

    def _add_workspace(self, path: Path) -> None:
        key = real_path(path)
        if key in self._workspaces:
            return
        self._workspaces.add(key)
        try:
            workspace = read_workspace(path)
        except InputError as err:
            self.subjects[key] = Subject(path=path, workspace=path, faults=err.diagnostics)
            return
        faults = workspace.faults
        if not workspace.members:
            faults = (*faults, _nothing_used(path))
        if faults:
            self.subjects[key] = Subject(path=path, workspace=path, faults=faults)
        for member in workspace.members:
            self._add_member(workspace, member)

    def _add_member(self, workspace: Workspace, member: Member) -> None:
        key = real_path(member.path)
        known = self.subjects.get(key)
        if known is not None and known.workspace is not None:
            text = (
                f"{member.path.as_posix()} is a member of two workspaces: it is checked as one of "
                f"{known.workspace.as_posix()}, not of {workspace.path.as_posix()}"
            )
            self.notes.append(Note(code="two-workspaces", message=text))
            return
        self.subjects[key] = Subject(
            path=member.path,
            kind=SubjectKind.MEMBER,
            workspace=workspace.path,
            read_as=(workspace, member),
            faults=member.faults,
        )

    def _add_project(self, path: Path) -> None:
        # A go.mod stands for its folder; a go.sum is something else, since no go.mod is read with it.
        key = real_path(path.parent if path.name == "go.mod" and not is_folder(path) else path)
        self.subjects.setdefault(key, Subject(path=path))

    def _add_fault(self, path: Path, fault: Diagnostic) -> None:
        self.subjects.setdefault(real_path(path), Subject(path=path, faults=(fault,)))

    def _add_tree(self, path: Path, *, is_asked: bool = True) -> None:
        tree = walk_tree(path, EVERYTHING)
        before = len(self.subjects)
        if _is_there(path / "go.sum"):
            self._add_project(path)
        for folder in tree.workspaces:
            self._add_workspace(folder / "go.work")
        for folder in tree.modules:
            self._add_project(folder)
        for folder, fault in tree.faults:
            self._add_fault(folder, fault)
        if tree.cut:
            self._add_fault(path / "...", _cut(path, tree))
        if not tree.modules and len(self.subjects) == before:
            self._add_project(path)
        self._sort(before)
        self.notes += _notes_on_tree(path, tree, is_asked=is_asked)

    def _sort(self, first: int) -> None:
        """Put what a walk has found in order of its paths, whatever led to it."""
        items = list(self.subjects.items())
        items[first:] = sorted(items[first:], key=lambda item: item[1].path.parts)
        self.subjects = dict(items)

    def _hint_at_more(self, path: Path) -> None:
        """Say that there are modules below which nobody asked for, as far as a glance shows."""
        tree = walk_tree(path, GLANCE)
        more = [folder for folder in tree.modules if real_path(folder) not in self.subjects]
        if more:
            count = f"{len(more)} or more" if tree.cut else str(len(more))
            text = f"{count} more go.mod below, the first in {more[0].as_posix()}: --recursive checks them"
            self.notes.append(Note(code="modules-below", message=text))


def _is_there(path: Path) -> bool:
    """Return whether something lies at a path that is no folder; a pipe or a broken link is told when it is read."""
    return not is_folder(path) and os.path.lexists(path)


def _nothing_used(path: Path) -> Diagnostic:
    return Diagnostic(
        message="the workspace uses no folder",
        artifact=path.as_posix(),
        expected="a use line for each module",
        remedy="go work use ./folder, or name the folders to be checked",
    )


def _cut(path: Path, tree: Tree) -> Diagnostic:
    return Diagnostic(
        message=f"not everything was looked at: {tree.cut}",
        artifact=path.as_posix(),
        expected=f"at most {EVERYTHING.modules:,} go.mod, {EVERYTHING.folders:,} folders, {EVERYTHING.depth} deep",
        remedy="check the parts of the tree by themselves",
    )


def _notes_on_tree(path: Path, tree: Tree, *, is_asked: bool) -> Iterator[Note]:
    if not is_asked and tree.modules:
        count = f"the {len(tree.modules):,} go.mod below are" if len(tree.modules) > 1 else "the go.mod below is"
        text = f"{path.as_posix()} has no go.mod, go.sum or go.work: {count} checked"
        yield Note(code="tree-walked", message=text)
    if tree.skipped and (tree.modules or is_asked):
        shown = ", ".join(folder.as_posix() for folder in tree.skipped[:_SHOWN])
        rest = f" and {len(tree.skipped) - _SHOWN:,} more" if len(tree.skipped) > _SHOWN else ""
        text = (
            f"not looked into, since they are named vendor, testdata, node_modules or begin with . or _: {shown}{rest}"
        )
        yield Note(code="folders-skipped", message=text)
