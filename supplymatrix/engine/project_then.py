"""A project as it was at another git revision, read as any project is.

Its files are taken as git objects, written into a folder of their own that is gone afterwards, and read there. The
go.work of the revision counts, with the members that it had, whether or not there is one today: that it was removed is
a change. Each is read once, whatever number of its members is asked for. What leads out of the repository is at no
revision of it, and a link is not followed: that something is there and cannot be read is told, and is not the same as
that it is not there.
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path, PurePosixPath

from supplymatrix.engine.prepare import Prepared
from supplymatrix.errors import Diagnostic, InputError
from supplymatrix.gomod.modfile import parse_go_work
from supplymatrix.model.value import value
from supplymatrix.sources.files import GO_MOD_LIMIT, read_limited
from supplymatrix.sources.git import Revision, find_revision, read_files_at
from supplymatrix.sources.project import Project, is_folder, read_project
from supplymatrix.sources.workspace import Member, Workspace, read_member, read_workspace, real_path

__all__ = ["PastReader", "ProjectThen"]

_GO_FILES = ("go.mod", "go.sum")


@value
class ProjectThen:
    """A subject at the revision. project: None when it was not there, or cannot be read: why, in `reason`."""

    commit: str
    project: Project | None
    reason: str = ""


@value
class _PastWorkspace:
    """A go.work at a revision, with its members by folder below the repository's top. reason: why it cannot be read."""

    workspace: Workspace | None
    members: Mapping[str, Member]
    reason: str = ""


class PastReader:
    """Reads subjects at one revision of the repositories that they are in. option: which asks for it, for messages."""

    def __init__(self, name: str, environ: Mapping[str, str], *, option: str) -> None:
        self._name = name
        self._environ = environ
        self._option = option
        self._commits: dict[str, str] = {}
        self._workspaces: dict[tuple[str, str], _PastWorkspace | None] = {}
        self._used_today: dict[Path, frozenset[str]] = {}

    def read(self, item: Prepared) -> ProjectThen:
        """Return a subject as it was; files that cannot be parsed are a reason, and so is a project that was not there.

        Raises InputError when it is in no repository, for a revision that is unknown, and for objects that are missing.
        """
        root = item.project.root
        revision = find_revision(root, self._name, self._environ, option=self._option, known=self._commits)
        try:
            project = self._read(item, revision)
        except _Unusable as err:
            return ProjectThen(commit=revision.commit, project=None, reason=str(err))
        reason = "" if project is not None else "that revision has no such project"
        return ProjectThen(commit=revision.commit, project=project, reason=reason)

    def _read(self, item: Prepared, revision: Revision) -> Project | None:
        if item.path.name != "go.mod" and not is_folder(item.path):
            return self._read_alone(revision, item.path.name)
        for go_work in self._go_works(item, revision):
            project = self._read_member(revision, go_work)
            if project is not None:
                return project
        return self._read_alone(revision)

    def _read_alone(self, revision: Revision, named: str = "") -> Project | None:
        """Return a project as it was by itself, None when it was not there. named: the one file that was asked for."""
        names = (named,) if named else _GO_FILES
        files = self._files(revision, [f"{revision.prefix}{name}" for name in names])
        if not files:
            return None
        with _laid_out(files) as top, _told():
            folder = Path(top, revision.prefix)
            return read_project(folder / named if named else folder)

    def _go_works(self, item: Prepared, revision: Revision) -> Iterator[str]:
        """Yield where a go.work may have been that uses the subject: where it is today, then the nearest above first.

        One that uses the subject today, and was not read for it, is left out: the subject was asked for by itself, and
        is compared by itself.
        """
        own = _go_work_of(item, revision)
        if own:
            yield own
        paths = [path for path in _above(revision.prefix) if path != own]
        if item.project.workspace is None:
            root = real_path(item.project.root)
            paths = [path for path in paths if root not in self._uses_today(Path(revision.top, path))]
        unknown = [path for path in paths if (revision.top, path) not in self._workspaces]
        there = self._files(revision, unknown) if unknown else {}
        self._workspaces.update({(revision.top, path): None for path in unknown if path not in there})
        yield from paths

    def _uses_today(self, go_work: Path) -> frozenset[str]:
        """Return the folders that a go.work uses today, none when there is none that can be read."""
        if go_work not in self._used_today:
            folders: list[str] = []
            try:
                data = read_limited(go_work, GO_MOD_LIMIT, "go.work") if go_work.is_file() else b""
                folders = [real_path(go_work.parent / use.path) for use in parse_go_work(data).use]
            except (InputError, OSError, ValueError):
                pass
            self._used_today[go_work] = frozenset(folders)
        return self._used_today[go_work]

    def _read_member(self, revision: Revision, go_work: str) -> Project | None:
        """Return a subject as a member of a workspace, None when it was none, or the workspace was not there."""
        key = (revision.top, go_work)
        if key not in self._workspaces:
            self._workspaces[key] = self._read_workspace(revision, go_work)
        past = self._workspaces[key]
        if past is None:
            return None
        if past.workspace is None:
            raise _Unusable(past.reason)
        member = past.members.get(revision.prefix.rstrip("/"))
        with _told():
            return read_member(past.workspace, member) if member is not None else None

    def _read_workspace(self, revision: Revision, go_work: str) -> _PastWorkspace | None:
        files = self._files(revision, [go_work, f"{go_work}.sum"])
        if go_work not in files:
            return None
        try:
            with _told():
                folders = _used_by(files[go_work], go_work)
            files |= self._files(revision, [_joined(folder, name) for folder in folders for name in _GO_FILES])
            with _laid_out(files) as top, _told():
                workspace = read_workspace(Path(top, go_work))
        except _Unusable as err:
            return _PastWorkspace(workspace=None, members={}, reason=str(err))
        members = {Path(os.path.relpath(member.path, top)).as_posix(): member for member in workspace.members}
        return _PastWorkspace(
            workspace=workspace,
            members={"" if folder == "." else folder: member for folder, member in members.items()},
        )

    def _files(self, revision: Revision, paths: Sequence[str]) -> dict[str, bytes]:
        """Return the files that were there. Raises _Unusable for something else in the place of one."""
        found: dict[str, bytes] = {}
        for path, data in read_files_at(revision, paths, self._environ, option=self._option).items():
            if data is None:
                raise _Unusable(f"its files cannot be read there: {path} is a link or a folder, which is not followed")
            found[path] = data
        return found


class _Unusable(Exception):  # noqa: N818 - a reason, told as one
    """The files of the revision cannot be used; the text says why."""


@contextmanager
def _told() -> Iterator[None]:
    """Make a reason of an InputError about files of the revision."""
    try:
        yield
    except InputError as err:
        raise _Unusable(f"its files cannot be read there: {err.diagnostics[0].message}") from err


@contextmanager
def _laid_out(files: Mapping[str, bytes]) -> Iterator[str]:
    """Write files into a folder of their own, which is gone at the end."""
    with ExitStack() as stack:
        try:
            top = os.path.realpath(stack.enter_context(tempfile.TemporaryDirectory(prefix="supplymatrix-")))
            for name, data in files.items():
                path = Path(top, name)
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_bytes(data)
        except OSError as err:
            what = f"the files of the revision cannot be laid out: {err.strerror or err}"
            raise InputError(Diagnostic(message=what, expected="a folder for temporary files, with room")) from err
        yield top


def _go_work_of(item: Prepared, revision: Revision) -> str:
    """Return the path of a subject's go.work below the repository's top, "" when it has none or it lies elsewhere."""
    if item.project.workspace is None:
        return ""
    folder = os.path.relpath(real_path(item.project.workspace.parent), real_path(item.project.root))
    return _joined(revision.prefix, f"{Path(folder).as_posix()}/{item.project.workspace.name}")


def _above(prefix: str) -> list[str]:
    """Return the paths of a go.work in a folder of the repository and in those above it, the nearest first."""
    parts = prefix.split("/")[:-1]
    return ["/".join([*parts[:depth], "go.work"]) for depth in range(len(parts), -1, -1)]


def _joined(folder: str, name: str) -> str:
    """Return a path below the top of a repository, "" when it leads out of it."""
    path = os.path.normpath(f"{folder}/{name}" if folder else name)
    return "" if path.startswith("/") or path.split("/")[0] == ".." else path


def _used_by(data: bytes, go_work: str) -> list[str]:
    """Return the folders of a go.work below the repository's top. Raises InputError, _Unusable."""
    folder = PurePosixPath(go_work).parent.as_posix()
    found = [_joined("" if folder == "." else folder, use.path) for use in parse_go_work(data, go_work).use]
    if "" in found:
        raise _Unusable("its go.work uses a folder outside of the repository")
    return found
