"""The files of a GOROOT, hashed: those that belong to the module of its toolchain, and how many do not.

    read = read_go_root_files(Path("/usr/local/go"), jobs=4)
    read.digests[b"src/runtime/proc.go"]

Links are followed, since the go command follows them: distributions keep the sources elsewhere, and what is compiled is
what they lead to. A link that leads back into its own way is not followed further. Nothing here is run.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from hashlib import sha256
from pathlib import Path
from types import MappingProxyType
from typing import NamedTuple

from supplymatrix.gomod.toolchain import NOT_RECORDED, is_left_out
from supplymatrix.model.value import value
from supplymatrix.sources.pread import FileChangedError, FileLook

__all__ = ["MOST_BYTES", "MOST_FILES", "GoRootFiles", "TooLargeError", "read_go_root_files"]

MOST_FILES = 200_000
"""Files and folders that are looked at; a Go of today has 16,000."""
MOST_BYTES = 4 << 30
"""Bytes that are hashed; a Go of today has 230 MB, one with all packages built for several systems 1 GB."""

_FLAGS = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0) | getattr(os, "O_CLOEXEC", 0)
_PIECE = 1 << 20
_CHUNK = 48  # files that a thread takes at a time: more than one, since most are small
_LARGE = (b"bin/", b"pkg/")
_MOST_THREADS = 8
_DEEPEST = 100
_NO_FILE = b"\x00" * 32
"""Instead of a hash, of what is no plain file: no logged file has it."""


class TooLargeError(OSError):
    """A folder has more than this program reads of a Go."""


@value
class GoRootFiles:
    """digests: name below the root → SHA-256, of all files that belong to the module. written: the time of writing of
    each, in whole seconds. odd: names of what is neither file nor folder, and of links that lead nowhere. links: how
    many links were followed. outside: files in the folders that no module of a toolchain has; left_out: files that no
    release is packed with. size: bytes that were hashed."""

    digests: Mapping[bytes, bytes]
    written: Mapping[bytes, int]
    odd: tuple[bytes, ...] = ()
    links: int = 0
    outside: int = 0
    left_out: int = 0
    size: int = 0


class _File(NamedTuple):
    name: bytes
    path: bytes


class _Walk:
    """Finds the files. waiting: folders, each with the folders that led to it."""

    def __init__(self) -> None:
        self.files: list[_File] = []
        self.odd: list[bytes] = []
        self.links = self.outside = self.left_out = 0
        self._count = 0

    def folder(self, path: bytes, below: bytes, above: tuple[tuple[int, int], ...]) -> None:
        """Take the files of a folder and of those below it. above: device and inode of the links' targets so far."""
        if below.count(b"/") > _DEEPEST:
            raise TooLargeError("its folders are nested deeper than those of any Go")
        is_top, is_recorded = not below, below.split(b"/", 1)[0] not in NOT_RECORDED
        with os.scandir(path) as entries:
            for entry in entries:
                self._count += 1
                if self._count > MOST_FILES:
                    raise TooLargeError(f"it has more than {MOST_FILES:,} files and folders")
                name = below + entry.name
                if entry.is_symlink():
                    self._link(entry, name, above)
                elif entry.is_dir(follow_symlinks=False):
                    self.folder(entry.path, name + b"/", above)
                elif not is_recorded and not is_top:
                    self.outside += 1
                elif is_left_out(name):
                    self.left_out += 1
                elif entry.is_file(follow_symlinks=False):
                    self.files.append(_File(name, entry.path))
                else:
                    self.odd.append(name)

    def _link(self, entry: os.DirEntry[bytes], name: bytes, above: tuple[tuple[int, int], ...]) -> None:
        self.links += 1
        is_outside = name.split(b"/", 1)[0] in NOT_RECORDED
        try:
            info = entry.stat()
        except OSError:
            if not is_outside:
                self.odd.append(name)
            return
        if stat.S_ISDIR(info.st_mode):
            here = (info.st_dev, info.st_ino)
            if here in above:
                self.odd.append(name)
            else:
                self.folder(entry.path, name + b"/", (*above, here))
        elif is_outside:
            self.outside += 1
        elif is_left_out(name):
            self.left_out += 1
        elif stat.S_ISREG(info.st_mode):
            self.files.append(_File(name, entry.path))
        else:
            self.odd.append(name)


def read_go_root_files(root: Path, *, jobs: int = 4) -> GoRootFiles:
    """Return the files of a GOROOT. jobs: threads at most.

    Raises TooLargeError for what is no Go, FileChangedError when a file changed meanwhile, and OSError with the file's
    name when something cannot be read: then nothing can be said of the whole.
    """
    start = os.fsencode(root)
    info = os.stat(start)  # noqa: PTH116 - names are bytes here
    walk = _Walk()
    walk.folder(start, b"", ((info.st_dev, info.st_ino),))
    digests: dict[bytes, bytes] = dict.fromkeys(walk.odd, _NO_FILE)
    written: dict[bytes, int] = {}
    size = 0
    threads = max(1, min(jobs, _MOST_THREADS, max(2, os.cpu_count() or 1)))
    with ThreadPoolExecutor(max_workers=threads) as pool:
        pieces = [pool.submit(_hash_all, chunk) for chunk in _chunks(walk.files)]
        try:
            for piece in pieces:
                for name, digest, length, seconds in piece.result():
                    digests[name], written[name] = digest, seconds
                    size += length
                _refuse_size(size)
        except BaseException:
            for piece in pieces:
                piece.cancel()
            raise
    return GoRootFiles(
        digests=MappingProxyType(digests),
        written=MappingProxyType(written),
        odd=tuple(sorted(walk.odd)),
        links=walk.links,
        outside=walk.outside,
        left_out=walk.left_out,
        size=size,
    )


def _refuse_size(size: int) -> None:
    if size > MOST_BYTES:
        raise TooLargeError(f"its files have more than {MOST_BYTES:,} bytes")


def _chunks(files: list[_File]) -> list[list[_File]]:
    """Return the files in pieces of work: programs one by one and first, since they are large."""
    large = [file for file in files if file.name.startswith(_LARGE)]
    small = [file for file in files if not file.name.startswith(_LARGE)]
    return [[file] for file in large] + [small[at : at + _CHUNK] for at in range(0, len(small), _CHUNK)]


def _hash_all(files: list[_File]) -> list[tuple[bytes, bytes, int, int]]:
    found = []
    for file in files:
        try:
            found.append((file.name, *_hash(file.path)))
        except OSError as err:
            err.add_note(file.name.decode("utf-8", "replace"))
            raise
    return found


def _hash(path: bytes) -> tuple[bytes, int, int]:
    """Return the SHA-256 of a file, its length, and when it was written (seconds)."""
    descriptor = os.open(path, _FLAGS)
    try:
        before = os.fstat(descriptor)
        if not stat.S_ISREG(before.st_mode):
            raise FileChangedError("it changed while it was being hashed")
        if before.st_size > MOST_BYTES:
            raise TooLargeError(f"a file of it has {before.st_size:,} bytes")
        digest, length = sha256(), 0
        while piece := os.read(descriptor, min(before.st_size - length + 1, _PIECE)):
            digest.update(piece)
            length += len(piece)
            if length > before.st_size:
                break
        if length != before.st_size or FileLook.at(os.fstat(descriptor)) != FileLook.at(before):
            raise FileChangedError("it changed while it was being hashed")
        return digest.digest(), length, before.st_mtime_ns // 1_000_000_000
    finally:
        with suppress(OSError):
            os.close(descriptor)
