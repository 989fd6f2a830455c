"""The files of a project that say how it is built and on what it runs; none of them is run.

The walk keeps the rules of the house: folders named vendor, testdata or node_modules and those that begin with a dot or
an underscore are skipped, those of CI and .devcontainer aside; links to folders are not followed. A file that another
one names as a part of the build is read whatever it is called; one that is not there is a gap. A file that cannot be
read, or is none of its kind, is a gap with its place, and the others count. Files of CI systems that nobody reads here
are gaps where they name Go.
"""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Iterable, Iterator
from pathlib import Path

from supplymatrix.buildfiles.found import BuildFile, NamedFile
from supplymatrix.buildfiles.go_mod import read_go_mod, read_go_work
from supplymatrix.buildfiles.registry import is_build_file, is_other_ci, names_go, read_build_file
from supplymatrix.errors import InputError
from supplymatrix.model.fact import Gap
from supplymatrix.model.location import Location
from supplymatrix.model.value import value
from supplymatrix.sources.files import GO_MOD_LIMIT, read_limited

__all__ = ["OTHER_CI", "ProjectBuild", "WalkLimits", "read_project_build"]

_SKIPPED = frozenset({"vendor", "testdata", "node_modules"})
_ENTERED = frozenset({
    ".github", ".gitlab", ".devcontainer", ".circleci", ".buildkite", ".woodpecker", ".semaphore", ".tekton",
    ".azure-pipelines", ".teamcity",
})  # fmt: skip
"""Folders with a dot that are looked into."""
OTHER_CI = "a file of this CI system is not read, and it names Go"
"""Why there is a gap where a CI system is one of others."""
_MAX_OTHER_CI = 50
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
    reading = _Reading(folder, frozenset(names), walk.limits.files)
    for name in wanted[: walk.limits.files]:
        reading.read(name)
    reading.read_named()
    files += reading.files
    gaps += [*reading.gaps, *_other_ci(folder, names)]
    return ProjectBuild(root=folder, files=tuple(files), names=names, gaps=tuple(gaps), has_go_mod=has_go_mod)


class _Reading:
    """Reads build files, and those that they name. files, gaps: what came of it."""

    def __init__(self, folder: Path, names: frozenset[str], most: int) -> None:
        self._folder, self._names, self._room = folder, names, most
        self._seen: set[str] = set()
        self._waiting: deque[NamedFile] = deque()
        self.files: list[BuildFile] = []
        self.gaps: list[Gap] = []

    def read(self, name: str, kind: str = "") -> None:
        """Read one file. kind: "" = by its name."""
        self._seen.add(name)
        self._room -= 1
        try:
            file = read_build_file(read_limited(self._folder / name, _FILE_LIMIT, "build file"), name, kind)
        except InputError as err:
            self.gaps.append(_broken(name, err))
            return
        self.files.append(file)
        self._waiting.extend(file.named)

    def read_named(self) -> None:
        """Read what the files name that were read, and what those name; what is not there is a gap."""
        while self._waiting:
            named = self._waiting.popleft()
            if self._seen.intersection(named.paths):
                continue
            path = next((path for path in named.paths if path in self._names), "")
            if path and self._room > 0:
                self.read(path, named.kind)
                continue
            why = "more files are named than are read" if path else "there is no such file in what is looked at"
            gap = Gap(
                wanted=f"what {named.paths[0][:200]} says",
                reason=why,
                remedy="look at it by hand",
                subject=named.location.artifact,
                location=named.location,
            )
            self.gaps.append(gap)


def _other_ci(folder: Path, names: Iterable[str]) -> Iterator[Gap]:
    """Yield the files of other CI systems that have to do with Go."""
    found = [name for name in names if is_other_ci(name)]
    if len(found) > _MAX_OTHER_CI:
        yield _cut(found[_MAX_OTHER_CI], f"there are {len(found):,} files of CI systems that are not read")
    for name in found[:_MAX_OTHER_CI]:
        try:
            is_of_go = names_go(read_limited(folder / name, _FILE_LIMIT, "CI file"))
        except InputError:
            is_of_go = True
        if is_of_go:
            yield Gap(
                wanted=f"what {name[:200]} builds with",
                reason=OTHER_CI,
                remedy="look at it by hand",
                subject=name,
                location=Location(artifact=name, line=1, column=1),
            )


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
