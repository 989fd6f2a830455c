"""A file with holes, as an archive has it: its pieces of data, and zeros between them that are written nowhere."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from typing import NamedTuple

from supplymatrix.errors import Diagnostic, InputError
from supplymatrix.gomod.read_at import ReadAt

__all__ = ["Piece", "SparseFile"]


class Piece(NamedTuple):
    """Data of a sparse file: where it belongs, and how many bytes; zeros are between the pieces."""

    at: int
    length: int


class SparseFile:
    """Pieces that lie behind each other in a file, as the file that they are of. pieces: in order, none overlaps; size:
    of all of it."""

    def __init__(self, held: ReadAt, pieces: Sequence[Piece], size: int) -> None:
        self._held = held
        self._pieces = pieces
        self._size = size
        self._starts = [piece.at for piece in pieces]
        self._places: list[int] = []
        place = 0
        for piece in pieces:
            self._places.append(place)
            place += piece.length

    @property
    def size(self) -> int:
        """Bytes that there are, holes included."""
        return self._size

    @property
    def reach(self) -> int:
        """Bytes up to which all that is no hole is held."""
        for piece, place in zip(self._pieces, self._places, strict=True):
            if place + piece.length > self._held.size:
                return piece.at + self._held.size - place
        return self._size

    def read_at(self, offset: int, length: int) -> bytes:
        """Return exactly these bytes. Raises InputError for bytes beyond the file."""
        if offset < 0 or length < 0 or offset + length > self._size:
            raise InputError(Diagnostic(message="the file does not have these bytes"))
        out = bytearray(length)
        number = max(bisect_right(self._starts, offset) - 1, 0)
        while number < len(self._pieces) and self._starts[number] < offset + length:
            at, held = self._pieces[number]
            start, end = max(at, offset), min(at + held, offset + length)
            if start < end:
                out[start - offset : end - offset] = self._held.read_at(self._places[number] + start - at, end - start)
            number += 1
        return bytes(out)
