"""The digests of files that are signed, each read once; and their bytes, where a kind of signature needs them.

A file is read in pieces, so that its size costs no memory; hashing lets other threads work meanwhile. A file that
changes while it is read has no digest.
"""

from __future__ import annotations

import hashlib
import stat
from collections.abc import Collection
from pathlib import Path

from supplymatrix.errors import Diagnostic, InputError
from supplymatrix.model.value import value
from supplymatrix.sources.pread import open_at

__all__ = ["ALGORITHMS", "FileDigests", "digest_file", "look_at_file"]

ALGORITHMS = ("sha256", "sha384", "sha512")
_LIMIT = 1 << 50
_LOOK = "look whether the name is right; where only its digest is at hand, name that: sha256:…"
_PIECE = 1 << 20


@value
class FileDigests:
    """digests: (algorithm, hex), in the order of ALGORITHMS. data: the bytes, None where they were not to be kept, or
    are too many. size: in bytes."""

    digests: tuple[tuple[str, str], ...]
    size: int
    data: bytes | None = None


def look_at_file(path: Path) -> int:
    """Return the size of a plain file. Raises InputError for what is not there, or is no file."""
    try:
        info = path.stat()
    except OSError as err:
        if isinstance(err, FileNotFoundError):
            raise _fault(path, "there is no such file", "a file that was signed", _LOOK) from err
        raise _fault(path, f"it cannot be opened: {err.strerror}", "a file that was signed") from err
    if stat.S_ISDIR(info.st_mode):
        raise _fault(path, "it is a folder, and signatures are of files", "a file", f"name the files in it: {path}/*")
    if not stat.S_ISREG(info.st_mode):
        raise _fault(path, "it is no plain file", "a file that was signed")
    return info.st_size


def digest_file(path: Path, algorithms: Collection[str], *, keep: int = 0) -> FileDigests:
    """Return the digests of a file. keep: also its bytes, if there are no more than this.

    Raises InputError when it cannot be read, or changed while it was read.
    """
    hashes = [(name, hashlib.new(name)) for name in ALGORITHMS if name in algorithms]
    try:
        with open_at(path, limit=_LIMIT) as file:
            size = file.size
            kept: list[bytes] | None = [] if size <= keep else None
            for at in range(0, size, _PIECE):
                piece = file.read_at(at, min(_PIECE, size - at))
                for _, digest in hashes:
                    digest.update(piece)
                if kept is not None:
                    kept.append(piece)
    except OSError as err:
        raise _fault(path, f"it cannot be read: {err.strerror or err}", "a file that stays as it is") from err
    data = b"".join(kept) if kept is not None and keep else None
    return FileDigests(digests=tuple((name, digest.hexdigest()) for name, digest in hashes), size=size, data=data)


def _fault(path: Path, message: str, expected: str, remedy: str = "") -> InputError:
    return InputError(Diagnostic(message=message, artifact=path.as_posix(), expected=expected, remedy=remedy))
