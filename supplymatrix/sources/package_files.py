"""Folders of packages and the heads of their .go files, each read once and within limits.

Nothing outside of the given folders is read: a symbolic link that leads out of its module is not followed.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from supplymatrix.gomod.build_constraint import Constraint
from supplymatrix.gomod.go_head_quick import quick_go_head
from supplymatrix.gomod.go_imports import parse_go_head

__all__ = ["HEAD_LIMIT", "FileHead", "PackageDisk", "PackageFolder", "UnreadableError", "is_inside"]

HEAD_LIMIT = 4 << 20
"""Bytes within which the imports of a file must end; the longest known ones, before much C, need a tenth of that."""
_WINDOW = 4 << 10
_MAX_ENTRIES = 4_000_000
_MAX_FILES = 1_000_000

_FLAGS = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0) | getattr(os, "O_CLOEXEC", 0)
_NO_LINKS = getattr(os, "O_NOFOLLOW", 0)


class FileHead(NamedTuple):
    """What the head of a .go file says; as in `GoHead`. imports: their paths in order, "C" too."""

    package: str
    imports: tuple[str, ...]
    constraints: tuple[Constraint, ...]
    fault: str = ""
    refused: str = ""

    @property
    def uses_c(self) -> bool:
        """Whether the file is for cgo."""
        return "C" in self.imports


class PackageFolder(NamedTuple):
    """What a folder holds. go_files: names that end in .go, sorted; odd: those of them that are no plain files.
    objects: names that end in .syso, sorted."""

    go_files: tuple[str, ...]
    odd: frozenset[str]
    folders: tuple[str, ...]
    has_go_mod: bool
    objects: tuple[str, ...] = ()


_EMPTY = PackageFolder((), frozenset(), (), has_go_mod=False)


class UnreadableError(Exception):
    """Something cannot be read; the message says why. It never leaves this room."""


class PackageDisk:
    """Folders and heads of files, each read once and within limits."""

    def __init__(self) -> None:
        self.exhausted = ""
        self._entries = 0
        self._files = 0
        self._folders: dict[str, PackageFolder | str] = {}
        self._inside: dict[str, bool] = {}

    def folder(self, path: str) -> PackageFolder:
        """Return what a folder holds; nothing when there is none. Raises UnreadableError."""
        known = self._folders.get(path)
        if known is None:
            known = self._folders[path] = self._read_folder(path)
        if isinstance(known, str):
            raise UnreadableError(known)
        return known

    def _read_folder(self, path: str) -> PackageFolder | str:
        files: list[str] = []
        odd: list[str] = []
        folders: list[str] = []
        objects: list[str] = []
        has_go_mod = False
        try:
            with os.scandir(path) as entries:
                for entry in entries:
                    self._entries += 1
                    if self._entries > _MAX_ENTRIES:
                        self.exhausted = f"the folders have more than {_MAX_ENTRIES:,} entries"
                        return self.exhausted
                    name = entry.name
                    if entry.is_dir(follow_symlinks=False):
                        folders.append(name)
                    elif name.endswith(".go"):
                        files.append(name)
                        if not entry.is_file(follow_symlinks=False):
                            odd.append(name)
                    elif name == "go.mod":
                        has_go_mod = not entry.is_dir()
                    elif name.endswith(".syso"):
                        objects.append(name)
        except (FileNotFoundError, NotADirectoryError):
            return _EMPTY
        except OSError as err:
            return f"its folder cannot be read: {err.strerror or err}"
        return PackageFolder(
            tuple(sorted(files)), frozenset(odd), tuple(sorted(folders)), has_go_mod, tuple(sorted(objects))
        )

    def below(self, root: str, elements: Sequence[str]) -> str | None:
        """Return the folder of a package in a module, None when it is not there or another module's.

        Raises UnreadableError when a link on the way leads out of the module.
        """
        path = root
        for element in elements:
            path = path + os.sep + element
            known = self._inside.get(path)
            if known is None:
                known = self._inside[path] = self._is_inside(root, path)
            if not known:
                return None
        return path

    def _is_inside(self, root: str, path: str) -> bool:
        try:
            mode = os.lstat(path).st_mode
        except (OSError, ValueError):
            return False
        if stat.S_ISLNK(mode):
            if not is_inside(root, path):
                raise UnreadableError("a symbolic link leads out of the module")
        elif not stat.S_ISDIR(mode):
            return False
        return not Path(path, "go.mod").is_file()

    def head(self, root: str, path: str, *, odd: bool) -> FileHead | None:
        """Return the head of a .go file, None for what is a folder after all.

        odd: it is no plain file by itself, but may be a link to one. What cannot be read is refused, with the reason.
        """
        try:
            return self._read_file(root, path, odd=odd)
        except UnreadableError as err:
            return FileHead("", (), (), refused=str(err))

    def _read_file(self, root: str, path: str, *, odd: bool) -> FileHead | None:
        self._files += 1
        if self._files > _MAX_FILES:
            self.exhausted = f"there are more than {_MAX_FILES:,} files to read"
            raise UnreadableError(self.exhausted)
        if odd:
            if not is_inside(root, path):
                raise UnreadableError("it is a symbolic link that leads out of the module")
            path = os.path.realpath(path)
        try:
            descriptor = os.open(path, _FLAGS | _NO_LINKS)
        except OSError as err:
            raise UnreadableError(f"it cannot be opened: {err.strerror or err}") from err
        try:
            mode = os.fstat(descriptor).st_mode
            if not stat.S_ISREG(mode):
                if stat.S_ISDIR(mode):
                    return None
                raise UnreadableError("it is no plain file")
            return _read_head(descriptor)
        except OSError as err:
            raise UnreadableError(f"it cannot be read: {err.strerror or err}") from err
        finally:
            os.close(descriptor)


def _read_head(descriptor: int) -> FileHead:
    """Return the head of an open file; it is read in windows, since most files are much longer than their heads."""
    data = os.read(descriptor, _WINDOW)
    quick = quick_go_head(data)
    if quick is not None:
        return FileHead(*quick)
    window = _WINDOW
    while True:
        whole = len(data) < window
        head = parse_go_head(data, whole=whole)
        if head is not None:
            paths = tuple(found.path for found in head.imports)
            return FileHead(head.package, paths, head.constraints, head.fault, head.refused)
        if window >= HEAD_LIMIT:
            raise UnreadableError(f"its imports do not end within {HEAD_LIMIT:,} bytes")
        window = min(window * 8, HEAD_LIMIT)
        while len(data) < window:
            piece = os.read(descriptor, window - len(data))
            if not piece:
                break
            data += piece


def is_inside(root: str, path: str) -> bool:
    """Return whether a path, all links followed, lies within a folder, all links followed."""
    try:
        outer = os.path.realpath(root)
        return os.path.commonpath([outer, os.path.realpath(path)]) == outer
    except (OSError, ValueError):
        return False
