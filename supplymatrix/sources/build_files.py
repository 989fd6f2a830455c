"""The files of a project that say how it is built and on what it runs; none of them is run.

The walk keeps the rules of the house: folders named vendor, testdata or node_modules and those that begin with a dot or
an underscore are skipped, those of CI and .devcontainer aside; links to folders are not followed. A file that cannot be
read, or is none of its kind, is a gap with its place, and the others count.
"""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Iterator
from pathlib import Path

from supplymatrix.buildfiles.found import BuildFile
from supplymatrix.buildfiles.go_mod import read_go_mod, read_go_work
from supplymatrix.buildfiles.registry import is_build_file, read_build_file
from supplymatrix.errors import InputError
from supplymatrix.model.fact import Gap
from supplymatrix.model.location import Location
from supplymatrix.model.value import value
from supplymatrix.sources.files import GO_MOD_LIMIT, read_limited

__all__ = ["ProjectBuild", "WalkLimits", "read_project_build"]

_SKIPPED = frozenset({"vendor", "testdata", "node_modules"})
_ENTERED = (".github", ".github/workflows", ".github/actions", ".gitlab", ".devcontainer")
"""Folders with a dot that are looked into."""
_FILE_LIMIT = 4 << 20


@value
class WalkLimits:
    """How far a walk goes. files: build files that are read; names: of files in all; folders, depth: as they say."""

    files: int = 300
    names: int = 200_000
    folders: int = 20_000
    depth: int = 12


@value
class ProjectBuild:
    """What was found. root: the folder. files: by path, go.mod first. names: of all plain files that were seen, from
    the folder, `/`-separated. has_go_mod: whether there is one that could be read."""

    root: Path
    files: tuple[BuildFile, ...]
    names: tuple[str, ...]
    gaps: tuple[Gap, ...]
    has_go_mod: bool


def read_project_build(folder: Path, limits: WalkLimits | None = None) -> ProjectBuild:
    """Return what the build files below a folder show. Raises InputError only for a go.mod or go.work."""
    walk = _Walk(folder, limits or WalkLimits())
    names = tuple(sorted(walk.names()))
    files: list[BuildFile] = []
    gaps = walk.gaps
    has_go_mod = "go.mod" in names
    if has_go_mod:
        files.append(read_go_mod(read_limited(folder / "go.mod", GO_MOD_LIMIT, "go.mod"), "go.mod"))
    if "go.work" in names:
        files.append(read_go_work(read_limited(folder / "go.work", GO_MOD_LIMIT, "go.work"), "go.work"))
    wanted = sorted((name for name in names if is_build_file(name)), key=lambda name: (name.count("/"), name))
    if len(wanted) > walk.limits.files:
        left = wanted[walk.limits.files :]
        gaps.append(_cut(left[0], f"there are {len(wanted):,} of them, and {walk.limits.files:,} are read"))
    for name in wanted[: walk.limits.files]:
        try:
            files.append(read_build_file(read_limited(folder / name, _FILE_LIMIT, "build file"), name))
        except InputError as err:
            gaps.append(_broken(name, err))
    return ProjectBuild(root=folder, files=tuple(files), names=names, gaps=tuple(gaps), has_go_mod=has_go_mod)


class _Walk:
    def __init__(self, root: Path, limits: WalkLimits) -> None:
        self._root = os.fspath(root)
        self.limits = limits
        self.gaps: list[Gap] = []
        self._folders = 1
        self._names = 0

    def names(self) -> Iterator[str]:
        """Yield the plain files, those that lie higher first."""
        waiting: deque[tuple[str, int]] = deque([("", 0)])
        while waiting:
            below, depth = waiting.popleft()
            try:
                entries = sorted(os.scandir(os.path.join(self._root, below)), key=lambda entry: entry.name)  # noqa: PTH118 - a path for each folder would double the time
            except (OSError, ValueError) as err:
                why = err.strerror if isinstance(err, OSError) and err.strerror else str(err)
                self.gaps.append(_cut(below or ".", f"the folder cannot be looked into: {why}"))
                continue
            for entry in entries:
                path = f"{below}/{entry.name}" if below else entry.name
                if entry.is_dir(follow_symlinks=False):
                    if self._goes_into(path, entry.name, depth):
                        waiting.append((path, depth + 1))
                elif entry.is_file():
                    self._names += 1
                    if self._names > self.limits.names:
                        self.gaps.append(_cut(path, f"there are more than {self.limits.names:,} files"))
                        return
                    yield path

    def _goes_into(self, path: str, name: str, depth: int) -> bool:
        if name in _SKIPPED or (name.startswith((".", "_")) and path not in _ENTERED):
            return False
        if path.startswith(".github/") and not (path in _ENTERED or path.startswith(".github/actions/")):
            return False
        if depth >= self.limits.depth or self._folders >= self.limits.folders:
            if not self.gaps or self.gaps[-1].reason != _TOO_DEEP:
                self.gaps.append(_cut(path, _TOO_DEEP))
            return False
        self._folders += 1
        return True


_TOO_DEEP = "there are more folders, or deeper ones, than are looked into"


def _cut(path: str, reason: str) -> Gap:
    return Gap(
        wanted=f"build files at and behind {path[:200]}",
        reason=reason,
        remedy="name the folder of the service itself",
        subject=path[:200],
    )


def _broken(name: str, err: InputError) -> Gap:
    fault = err.diagnostics[0]
    more = f" (and {len(err.diagnostics) - 1} more)" if len(err.diagnostics) > 1 else ""
    return Gap(
        wanted=f"what {name[:200]} says",
        reason=f"{fault.message}{more}",
        remedy=fault.remedy or "mend the file",
        subject=name,
        location=Location(artifact=name, line=fault.line, column=fault.column),
    )
