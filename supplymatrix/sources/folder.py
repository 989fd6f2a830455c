"""The files that lie in a folder, as the go command unpacks a module: every file counts, under prefix/its/name.

    hash_folder(Path("/…/mux@v1.8.0"), "github.com/gorilla/mux@v1.8.0/")    # their h1

    with OpenFolder(path) as folder:
        folder.names                                  # of all plain files, as bytes
        with folder.open_file(b"mux.go") as file:
            file.read(1000)

Links are not followed. The go command writes neither links nor devices into its module cache, so a folder that holds
one is not what was unpacked. Names are bytes throughout: nobody promises that they are text. A module of thousands of
small files costs what opening them costs, so nothing more is asked of the system than has to be.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path
from types import TracebackType
from typing import NamedTuple, Self

from supplymatrix.errors import Diagnostic, InputError
from supplymatrix.gomod.dirhash import ZIP_LIMIT, hash1
from supplymatrix.gomod.zip_archive import MAX_ENTRIES, TooManyEntriesError
from supplymatrix.sources.pread import FileChangedError

__all__ = ["FolderHash", "OpenFile", "OpenFolder", "hash_folder", "is_same"]

_PIECE = 1 << 18
_FLAGS = (
    os.O_RDONLY
    | getattr(os, "O_NONBLOCK", 0)  # a pipe is not waited for
    | getattr(os, "O_NOFOLLOW", 0)
    | getattr(os, "O_BINARY", 0)
    | getattr(os, "O_CLOEXEC", 0)
)
_HAS_PREAD = hasattr(os, "pread")
_HAS_PLACES = os.open in os.supports_dir_fd and hasattr(os, "O_DIRECTORY")


class FolderHash(NamedTuple):
    """h1: of the files; files: how many; size: bytes of all of them."""

    h1: str
    files: int
    size: int


class OpenFile:
    """A file that is being read from its start. Not for several threads."""

    __slots__ = ("_at", "_descriptor")

    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor
        self._at = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        os.close(self._descriptor)

    def read(self, length: int) -> bytes:
        """Return the next bytes, fewer than asked for only at the end of the file. Raises OSError."""
        data = self._read_some(length)
        while len(data) < length:
            more = self._read_some(length - len(data))
            if not more:
                break
            data += more
        return data

    def _read_some(self, length: int) -> bytes:
        data = _read_at(self._descriptor, length, self._at)
        self._at += len(data)
        return data

    def look(self) -> os.stat_result:
        """Return its status now."""
        return os.fstat(self._descriptor)


class OpenFolder:
    """A folder whose names were read. names: of its plain files, as they were found; odd: what else lies there, by
    name.

    Raises OSError for what is no folder or cannot be read, TooManyEntriesError.
    """

    def __init__(self, path: Path) -> None:
        self.names: dict[bytes, None] = {}
        self.odd: dict[bytes, str] = {}
        self._path = os.fsencode(path)
        self._descriptor = -1
        if path.is_symlink() or not path.is_dir():
            raise NotADirectoryError("it is no folder")
        self._folders: list[tuple[bytes, tuple[int, int]]] = []
        self._list()

    def __enter__(self) -> Self:
        if _HAS_PLACES:
            self._descriptor = os.open(self._path, _FLAGS | os.O_DIRECTORY)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._descriptor >= 0:
            os.close(self._descriptor)
            self._descriptor = -1

    def _list(self) -> None:
        waiting = [(self._path, b"")]
        count = 0
        while waiting:
            path, below = waiting.pop()
            self._folders.append((path, _times_of(path)))
            with os.scandir(path) as entries:
                for entry in entries:
                    count += 1
                    if count > MAX_ENTRIES:
                        message = "the folder has more entries than this program reads"
                        raise TooManyEntriesError(_fault(message, f"over {MAX_ENTRIES:,}"))
                    name = below + entry.name
                    if entry.is_file(follow_symlinks=False):
                        self.names[name] = None
                    elif entry.is_dir(follow_symlinks=False):
                        waiting.append((entry.path, name + b"/"))
                    else:
                        self.odd[name] = "a symbolic link" if entry.is_symlink() else "something that is no file"

    @property
    def looks(self) -> Iterator[tuple[bytes, os.stat_result]]:
        """Yield all that lies there with its status: folders by their path, then what is no folder, in order."""
        for path, _ in sorted(self._folders):
            yield path, os.stat(path)  # noqa: PTH116
        for name in sorted((*self.names, *self.odd)):
            yield name, os.lstat(os.path.join(self._path, name))  # noqa: PTH118 - bytes

    def open_file(self, name: bytes) -> OpenFile:
        """Open one of `names`. Raises OSError, FileChangedError for one that is gone."""
        try:
            if self._descriptor >= 0:
                return OpenFile(os.open(name, _FLAGS, dir_fd=self._descriptor))
            return OpenFile(os.open(os.path.join(self._path, name), _FLAGS))  # noqa: PTH118 - bytes
        except FileNotFoundError:
            raise _changed() from None

    def read_once(self, name: bytes, length: int) -> bytes:
        """Return what one read of one of `names` gives: all of it up to `length` bytes, but on odd file systems.

        Raises as `open_file` does. It does nothing else, since it is done for every small file.
        """
        try:
            if self._descriptor >= 0:
                descriptor = os.open(name, _FLAGS, dir_fd=self._descriptor)
            else:
                descriptor = os.open(os.path.join(self._path, name), _FLAGS)  # noqa: PTH118 - bytes
        except FileNotFoundError:
            raise _changed() from None
        try:
            return _read_at(descriptor, length, 0)
        finally:
            os.close(descriptor)

    def refuse_change(self) -> None:
        """Raise FileChangedError when something came, went or was renamed since the names were read."""
        for path, written in self._folders:
            try:
                now = _times_of(path)
            except FileNotFoundError:
                raise _changed() from None
            if now != written:
                raise _changed()

    def hash(self, prefix: bytes) -> FolderHash:
        """Return the h1 of its files. Raises as `hash_folder` does."""
        if self.odd:
            name, what = min(self.odd.items())
            message = f"the folder holds {what}, which no module zip has"
            raise InputError(_fault(message, name.decode("utf-8", "replace")))
        digests: list[tuple[bytes, bytes]] = []
        left = ZIP_LIMIT
        for name in self.names:
            digest, size = self._digest(name, left)
            left -= size
            digests.append((prefix + name, digest))
        h1 = hash1(digests)
        self.refuse_change()
        return FolderHash(h1, len(digests), ZIP_LIMIT - left)

    def _digest(self, name: bytes, left: int) -> tuple[bytes, int]:
        """Return the SHA-256 and the length of a file. left: bytes that the module may still have."""
        with self.open_file(name) as file:
            before = file.look()
            if not stat.S_ISREG(before.st_mode):
                raise _changed()
            if before.st_size > left:
                raise InputError(_fault("the folder holds more than a module may", f"more than {ZIP_LIMIT:,} bytes"))
            digest, at = sha256(), 0
            while at < before.st_size:
                data = file.read(min(_PIECE, before.st_size - at))
                if not data:
                    raise _changed()
                digest.update(data)
                at += len(data)
            if not is_same(before, file.look()):
                raise _changed()
            return digest.digest(), at


def hash_folder(folder: Path, prefix: str) -> str:
    """Return the h1 of the files below a folder. prefix: what stands before their names, "<path>@<version>/".

    Raises InputError for a folder that no module zip unpacks to (TooManyEntriesError where only this program reads no
    further), OSError when something cannot be read, FileChangedError when something changed meanwhile.
    """
    with OpenFolder(folder) as opened:
        return opened.hash(prefix.encode()).h1


def _read_at(descriptor: int, length: int, place: int) -> bytes:
    """Read from a place; where the system knows no such read (Windows), from where the last one ended."""
    return os.pread(descriptor, length, place) if _HAS_PREAD else os.read(descriptor, length)


def _times_of(folder: bytes) -> tuple[int, int]:
    """Return when entries came or went, and when that was last written down: the first one can be set back."""
    info = os.stat(folder)  # noqa: PTH116 - thousands of them
    return info.st_mtime_ns, info.st_ctime_ns


def is_same(before: os.stat_result, after: os.stat_result) -> bool:
    """Return whether nobody wrote to an open file between two looks at it."""
    return (before.st_size, before.st_mtime_ns, before.st_ctime_ns) == (
        after.st_size,
        after.st_mtime_ns,
        after.st_ctime_ns,
    )


def _changed() -> FileChangedError:
    return FileChangedError("it changed while it was being hashed")


def _fault(message: str, seen: str) -> Diagnostic:
    return Diagnostic(
        message=message, seen=seen[:200], expected="the files of a module, as the go command unpacks them"
    )
