"""The h1 of files that lie in a folder, as the go command unpacks a module: every file counts, under prefix/its/name.

Links are not followed. The go command writes neither links nor devices into its module cache, so a folder that holds
one is not what was unpacked.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path

from supplymatrix.errors import Diagnostic, InputError
from supplymatrix.gomod.dirhash import ZIP_LIMIT, hash1
from supplymatrix.gomod.zip_archive import MAX_ENTRIES, TooManyEntriesError
from supplymatrix.sources.pread import FileChangedError, open_at

__all__ = ["hash_folder"]

_PIECE = 1 << 18
_ANY = 1 << 62


def hash_folder(folder: Path, prefix: str) -> str:
    """Return the h1 of the files below a folder. prefix: what stands before their names, "<path>@<version>/".

    Raises InputError for a folder that no module zip unpacks to (TooManyEntriesError where only this program reads no
    further), OSError when something cannot be read, FileChangedError when something changed meanwhile.
    """
    digests: list[tuple[bytes, bytes]] = []
    left = ZIP_LIMIT
    for name, path in _files(folder):
        digest, size = _digest(path, left)
        left -= size
        digests.append((prefix.encode() + name, digest))
    return hash1(digests)


def _files(folder: Path) -> Iterator[tuple[bytes, Path]]:
    """Yield (name below the folder, path) of all files, and look at the end whether the folders are as they were."""
    seen: list[tuple[Path, int]] = []
    waiting = [(folder, b"")]
    count = 0
    if folder.is_symlink() or not folder.is_dir():
        raise NotADirectoryError("it is no folder")
    while waiting:
        path, below = waiting.pop()
        seen.append((path, path.stat().st_mtime_ns))
        with os.scandir(path) as entries:
            for entry in entries:
                count += 1
                if count > MAX_ENTRIES:
                    raise TooManyEntriesError(
                        _fault("the folder has more entries than this program reads", f"over {MAX_ENTRIES:,}")
                    )
                name = below + os.fsencode(entry.name)
                if entry.is_dir(follow_symlinks=False):
                    waiting.append((Path(entry.path), name + b"/"))
                elif entry.is_file(follow_symlinks=False):
                    yield name, Path(entry.path)
                else:
                    what = "a symbolic link" if entry.is_symlink() else "something that is no file"
                    raise InputError(
                        _fault(f"the folder holds {what}, which no module zip has", name.decode("utf-8", "replace"))
                    )
    for path, written in seen:
        if path.stat().st_mtime_ns != written:
            raise FileChangedError("it changed while it was being hashed")


def _digest(path: Path, left: int) -> tuple[bytes, int]:
    """Return the SHA-256 and the length of a file. left: bytes that the module may still have."""
    with open_at(path, limit=_ANY, links=False) as file:  # too long is no fault of the disk: it is told below
        if file.size > left:
            raise InputError(_fault("the folder holds more than a module may", f"more than {ZIP_LIMIT:,} bytes"))
        digest = sha256()
        for at in range(0, file.size, _PIECE):
            digest.update(file.read_at(at, min(_PIECE, file.size - at)))
        return digest.digest(), file.size


def _fault(message: str, seen: str) -> Diagnostic:
    return Diagnostic(
        message=message, seen=seen[:200], expected="the files of a module, as the go command unpacks them"
    )
