"""SHA-512 of a program on disk, of the very bytes whose SHA-256 is known."""

from __future__ import annotations

from hashlib import sha256, sha512
from pathlib import Path

from supplymatrix.errors import InputError
from supplymatrix.sources.binary import BINARY_LIMIT
from supplymatrix.sources.pread import open_at

__all__ = ["sha512_of"]

_PIECE = 1 << 20


def sha512_of(path: Path, digest: str, size: int) -> str:
    """Return the SHA-512 of a file in hex, "" where it cannot be read, or is not of that size and SHA-256."""
    first, second = sha256(), sha512()
    try:
        with open_at(path, limit=BINARY_LIMIT) as file:
            if file.size != size:
                return ""
            for at in range(0, size, _PIECE):
                piece = file.read_at(at, min(_PIECE, size - at))
                first.update(piece)
                second.update(piece)
    except (InputError, OSError, ValueError):
        return ""
    return second.hexdigest() if first.hexdigest() == digest else ""
