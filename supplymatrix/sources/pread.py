"""A plain file as a `ReadAt`: read at places, by several threads if need be, and known to be still the same.

The file is not mapped into memory: a mapped file that shrinks ends the whole process. Reads say how much they got, so
that a file that changes under us is an error of this one file.
"""

from __future__ import annotations

import os
import stat
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

from supplymatrix.errors import Diagnostic, InputError

__all__ = ["RACY_NS", "FileAt", "FileChangedError", "FileLook", "open_at"]

RACY_NS = 2_000_000_000
"""The coarsest step of a file system's times that is still met."""
_FLAGS = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0) | getattr(os, "O_CLOEXEC", 0)
_NO_LINKS = getattr(os, "O_NOFOLLOW", 0)


class FileChangedError(OSError):
    """A file is no longer what it was when it was opened: nothing can be said about either of the two."""


class FileLook(NamedTuple):
    """What tells two states of a file apart. The time of change is compared too: that of writing can be set back."""

    device: int
    inode: int
    size: int
    written: int
    changed: int

    @staticmethod
    def at(info: os.stat_result) -> FileLook:
        """Return the look of a file from its status."""
        return FileLook(info.st_dev, info.st_ino, info.st_size, info.st_mtime_ns, info.st_ctime_ns)


class FileAt:
    """An open plain file. size: in bytes, when it was opened."""

    def __init__(self, descriptor: int, path: Path) -> None:
        self._descriptor = descriptor
        self._path = path
        self._lock = threading.Lock()
        self._before = FileLook.at(os.fstat(descriptor))

    @property
    def size(self) -> int:
        """Bytes that the file had when it was opened."""
        return self._before.size

    @property
    def look(self) -> FileLook:
        """What told this file from others, when it was opened."""
        return self._before

    def read_at(self, offset: int, length: int) -> bytes:
        """Return exactly `length` bytes from `offset` on.

        Raises InputError for bytes beyond the size, FileChangedError when the file has become shorter, OSError when the
        disk fails.
        """
        if offset < 0 or length < 0 or offset + length > self.size:
            raise InputError(Diagnostic(message="the file does not have these bytes", artifact=str(self._path)))
        parts: list[bytes] = []
        while length:
            part = self._read_some(offset, length)
            if not part:
                raise _changed()
            parts.append(part)
            offset += len(part)
            length -= len(part)
        return b"".join(parts) if len(parts) != 1 else parts[0]

    def _read_some(self, offset: int, length: int) -> bytes:
        if hasattr(os, "pread"):
            return os.pread(self._descriptor, length, offset)
        with self._lock:  # Windows: the place is the descriptor's own, one reader at a time
            os.lseek(self._descriptor, offset, os.SEEK_SET)
            return os.read(self._descriptor, length)

    def refuse_change(self) -> None:
        """Raise FileChangedError unless the file is what it was when it was opened, and still lies at its path."""
        try:
            here, there = FileLook.at(os.fstat(self._descriptor)), FileLook.at(self._path.stat())
        except FileNotFoundError:
            raise _changed() from None
        if not self._before == here == there:
            raise _changed()


@contextmanager
def open_at(path: Path, *, limit: int, links: bool = True) -> Iterator[FileAt]:
    """Open a plain file of at most `limit` bytes; on leaving, make sure that it did not change meanwhile.

    links: follow a symbolic link at the end of the path. Raises OSError when it cannot be opened or read, is no plain
    file or too long, FileChangedError when it changed: then an InputError of the block is about half of one file and
    half of another, and does not count.
    """
    descriptor = os.open(path, _FLAGS if links else _FLAGS | _NO_LINKS)
    try:
        info = os.fstat(descriptor)
        if not stat.S_ISREG(info.st_mode):
            raise OSError("it is no plain file")
        if info.st_size > limit:
            raise OSError(f"it has {info.st_size:,} bytes, more than the {limit:,} that are read")
        file = FileAt(descriptor, path)
        try:
            yield file
        except InputError:
            file.refuse_change()
            raise
        file.refuse_change()
    finally:
        os.close(descriptor)


def _changed() -> FileChangedError:
    return FileChangedError("it changed while it was being hashed")
