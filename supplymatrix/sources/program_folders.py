"""Programs below a folder: every plain file whose first bytes are those of a program, whatever its name or mode. What
may be an archive or an image layout is named besides.

Symbolic links are not followed, so that nothing outside of the folder is read and no loop is walked; what is left out
is told. Files that are one under several names are read once.
"""

from __future__ import annotations

import os
import stat
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import Enum, auto
from pathlib import Path

from supplymatrix.errors import InputError
from supplymatrix.gomod.executable_formats import is_program
from supplymatrix.model.value import value
from supplymatrix.sources.containers import AR, PACKED_HEAD, TAR_HEAD, container_of, has_go_object, hides_programs
from supplymatrix.sources.pread import open_at
from supplymatrix.sources.streams import packing_of
from supplymatrix.sources.tar_reader import is_tar

__all__ = ["FOLDER_LIMITS", "FolderLimits", "FolderWalk", "walk_folder"]

_FLAGS = (
    os.O_RDONLY
    | getattr(os, "O_NONBLOCK", 0)
    | getattr(os, "O_BINARY", 0)
    | getattr(os, "O_CLOEXEC", 0)
    | getattr(os, "O_NOFOLLOW", 0)
)


_LAYOUT = frozenset({"oci-layout", "manifest.json"})


class _Kind(Enum):
    PROGRAM = auto()
    ARCHIVE = auto()
    CONTAINER = auto()
    OTHER = auto()


@value
class FolderLimits:
    """How far a walk goes. files: that are looked at; folders: that are opened; depth: of folders below the first."""

    files: int = 500_000
    folders: int = 200_000
    depth: int = 100


FOLDER_LIMITS = FolderLimits()


@dataclass(slots=True)
class FolderWalk:
    """What a walk found. programs: paths of files that may be programs, each with the other names of the very same
    file, sorted. archives: paths of tars and packed files, sorted. unopened: those of archives in other forms. layouts:
    folders that may be image layouts. files: that were looked at; links: symbolic links that were not followed. faults:
    paths that could not be looked at, and why. cut: why the walk ended before it was through, "" when it was not."""

    programs: list[tuple[str, tuple[str, ...]]] = field(default_factory=list)
    archives: list[str] = field(default_factory=list)
    unopened: list[str] = field(default_factory=list)
    layouts: list[str] = field(default_factory=list)
    files: int = 0
    links: int = 0
    faults: list[tuple[str, str]] = field(default_factory=list)
    cut: str = ""


def walk_folder(root: str, limits: FolderLimits = FOLDER_LIMITS) -> FolderWalk:
    """Return the files below a folder that may be programs; what cannot be looked at is a fault of that path."""
    walk = FolderWalk()
    same: dict[tuple[int, int], list[str]] = {}
    archives: dict[tuple[int, int], str] = {}
    for path in _files(root, walk, limits):
        if walk.files >= limits.files:
            walk.cut = f"there are more than {limits.files:,} files"
            break
        walk.files += 1
        try:
            kind, key = _look(path)
        except FileNotFoundError:
            walk.faults.append((path, "it is gone"))
        except (OSError, ValueError) as err:
            walk.faults.append((path, str(getattr(err, "strerror", None) or err)))
        else:
            if kind is _Kind.PROGRAM:
                same.setdefault(key, []).append(path)
            elif kind is _Kind.ARCHIVE:
                archives[key] = min(path, archives.get(key, path))
            elif kind is _Kind.CONTAINER:
                walk.unopened.append(path)
    walk.programs = sorted((paths[0], tuple(paths[1:])) for paths in map(sorted, same.values()))
    walk.archives = sorted(archives.values())
    walk.unopened.sort()
    walk.faults.sort()
    return walk


def _files(root: str, walk: FolderWalk, limits: FolderLimits) -> Iterator[str]:
    """Yield the plain files, those that lie higher first."""
    folders: deque[tuple[str, int]] = deque([(root, 0)])
    opened = 0
    while folders:
        folder, depth = folders.popleft()
        if opened >= limits.folders:
            walk.cut = f"there are more than {limits.folders:,} folders"
            return
        opened += 1
        try:
            with os.scandir(folder) as entries:
                found = sorted(entries, key=lambda entry: entry.name)
        except (OSError, ValueError) as err:
            walk.faults.append((folder, str(getattr(err, "strerror", None) or err)))
            continue
        if _LAYOUT.intersection(entry.name for entry in found):
            walk.layouts.append(folder)
        for entry in found:
            if entry.is_symlink():
                walk.links += 1
            elif entry.is_dir(follow_symlinks=False):
                if depth < limits.depth:
                    folders.append((entry.path, depth + 1))
                else:
                    walk.cut = f"folders lie more than {limits.depth} deep in each other"
            elif entry.is_file(follow_symlinks=False):
                yield entry.path


def _look(path: str) -> tuple[_Kind, tuple[int, int]]:
    """Return what a file may be, by its first bytes, with its device and inode."""
    descriptor = os.open(path, _FLAGS)
    try:
        head = os.read(descriptor, TAR_HEAD)
        if packing_of(head):
            head += os.read(descriptor, PACKED_HEAD)
        info = os.fstat(descriptor)
    finally:
        os.close(descriptor)
    kind = _kind_of(path, head) if stat.S_ISREG(info.st_mode) else _Kind.OTHER
    return kind, (info.st_dev, info.st_ino)


def _kind_of(path: str, head: bytes) -> _Kind:
    if is_program(head):
        return _Kind.PROGRAM
    if is_tar(head) or (packing_of(head) and hides_programs(head)):
        return _Kind.ARCHIVE
    is_container = bool(container_of(head)) or (head.startswith(AR) and _is_go_library(path))
    return _Kind.CONTAINER if is_container else _Kind.OTHER


def _is_go_library(path: str) -> bool:
    try:
        with open_at(Path(path), limit=1 << 40, links=False) as file:
            return has_go_object(file)
    except (InputError, OSError):
        return True  # nobody can say that it is not
