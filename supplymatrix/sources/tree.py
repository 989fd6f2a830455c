"""Every go.mod and go.work below a folder.

Skipped are folders named vendor, testdata or node_modules and those that begin with a dot or an underscore. The go
command's own `./...` goes into node_modules, where modules lie that belong to nobody's build. The folder that is named
may have any name, and links to folders are not followed.
"""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from supplymatrix.errors import Diagnostic
from supplymatrix.model.value import value

__all__ = ["EVERYTHING", "GLANCE", "Tree", "TreeLimits", "walk_tree"]

_SKIPPED = frozenset({"vendor", "testdata", "node_modules"})
_NOT_TOLD = frozenset({".git", ".hg", ".svn"})


@value
class TreeLimits:
    """How far a walk goes. modules: go.mod files; folders: that are opened; depth: of folders below the first one."""

    modules: int
    folders: int
    depth: int


EVERYTHING = TreeLimits(modules=10_000, folders=200_000, depth=100)
GLANCE = TreeLimits(modules=1_000, folders=200, depth=8)
"""For a hint that there is more: a few milliseconds at most."""


@value
class Tree:
    """What lies below a folder, itself included, sorted. modules, workspaces: folders with a go.mod, with a go.work.

    skipped: folders that were not looked into, .git and its like aside. faults: folders that could not be looked into,
    and why. cut: why the walk ended before it was through, "" when it was not.
    """

    modules: tuple[Path, ...]
    workspaces: tuple[Path, ...]
    skipped: tuple[Path, ...]
    faults: tuple[tuple[Path, Diagnostic], ...]
    cut: str


def walk_tree(root: Path, limits: TreeLimits = EVERYTHING) -> Tree:
    """Return every go.mod and go.work below a folder; what cannot be looked into is a fault of that folder.

    Folders that lie higher come first, so that a walk that is cut has seen what is near.
    """
    walk = _Walk(limits)
    walk.run(os.fspath(root))
    return Tree(
        modules=_sorted(walk.modules),
        workspaces=_sorted(walk.workspaces),
        skipped=_sorted(walk.skipped),
        faults=tuple(walk.faults),
        cut=walk.cut,
    )


def _sorted(paths: list[str]) -> tuple[Path, ...]:
    return tuple(sorted(map(Path, paths), key=lambda path: path.parts))


@dataclass(slots=True)
class _Walk:
    limits: TreeLimits
    modules: list[str] = field(default_factory=list)
    workspaces: list[str] = field(default_factory=list)
    skipped: list[str] = field(default_factory=list)
    faults: list[tuple[Path, Diagnostic]] = field(default_factory=list)
    cut: str = ""
    _folders: deque[tuple[str, int]] = field(default_factory=deque)
    _seen: int = 1

    def run(self, root: str) -> None:
        self._folders.append((root, 0))
        while self._folders:
            folder, depth = self._folders.popleft()
            try:
                below = sorted(self._look_into(folder))
            except (OSError, ValueError) as err:
                self._fault(folder, err)
                continue
            if len(self.modules) > self.limits.modules:
                del self.modules[self.limits.modules :]
                self.cut = f"there are more than {self.limits.modules:,} go.mod files"
                return
            self._go_on(below, depth)

    def _look_into(self, folder: str) -> Iterator[str]:
        """Note what is in a folder, and yield the folders in it."""
        with os.scandir(folder) as entries:
            for entry in entries:
                if entry.name in ("go.mod", "go.work"):
                    if not entry.is_dir():
                        (self.modules if entry.name == "go.mod" else self.workspaces).append(folder)
                elif entry.is_dir(follow_symlinks=False):
                    if entry.name in _SKIPPED or entry.name.startswith((".", "_")):
                        if entry.name not in _NOT_TOLD:
                            self.skipped.append(entry.path)
                    elif self._seen < self.limits.folders:
                        self._seen += 1
                        yield entry.path
                    else:
                        self.cut = f"there are more than {self.limits.folders:,} folders"

    def _go_on(self, below: list[str], depth: int) -> None:
        if below and depth >= self.limits.depth:
            self.cut = f"folders lie more than {self.limits.depth} deep in each other"
        else:
            self._folders.extend((path, depth + 1) for path in below)

    def _fault(self, folder: str, err: OSError | ValueError) -> None:
        why = err.strerror if isinstance(err, OSError) and err.strerror else str(err)
        fault = Diagnostic(
            message=f"the folder cannot be looked into: {why}",
            artifact=Path(folder).as_posix(),
            expected="a folder that may be read: there may be a go.mod in it",
            remedy="name the folders to be checked one by one, without this one",
        )
        self.faults.append((Path(folder), fault))
