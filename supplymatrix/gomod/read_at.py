"""Bytes at a place: the one way in which zips are read, so that the readers know neither files nor memory.

    file = BytesAt(b"0123456789")
    window = Window(file, piece=4)
    window.read(2, 3)  # b"234"; the window holds bytes 2 to 5 now

A zip is read from its end to its start and in many small parts. `Window` takes these from one piece of the file at a
time, so that a thousand small entries next to each other are a few reads.
"""

from __future__ import annotations

from typing import Protocol

from supplymatrix.errors import Diagnostic, InputError

__all__ = ["BytesAt", "ReadAt", "Window"]

_PIECE = 1 << 18


class ReadAt(Protocol):
    """Something with a fixed number of bytes, any of which can be read."""

    @property
    def size(self) -> int:
        """Bytes that there are."""
        ...

    def read_at(self, offset: int, length: int) -> bytes:
        """Return exactly `length` bytes from `offset` on, both ≥ 0.

        Raises InputError for bytes beyond the size, OSError when they cannot be had: the disk fails, or the file is no
        longer the one that was opened.
        """
        ...


class BytesAt:
    """Bytes in memory."""

    def __init__(self, data: bytes) -> None:
        self._data = data

    @property
    def size(self) -> int:
        """Bytes that there are."""
        return len(self._data)

    def read_at(self, offset: int, length: int) -> bytes:
        """Return exactly `length` bytes from `offset` on. Raises InputError for bytes beyond the size."""
        refuse_beyond(self, offset, length)
        return self._data[offset : offset + length]


class Window:
    """A piece of a `ReadAt` kept in memory. One reader at a time: threads need a window each."""

    def __init__(self, file: ReadAt, *, piece: int = _PIECE) -> None:
        self.size = file.size
        """Bytes of the whole file."""
        self._file = file
        self._piece = piece
        self._start = 0
        self._held = b""

    def read(self, offset: int, length: int) -> bytes:
        """Return exactly `length` bytes from `offset` on. Raises InputError and OSError as `ReadAt.read_at` does."""
        at = offset - self._start
        if at >= 0 and length >= 0 and at + length <= len(self._held):
            return self._held[at : at + length]
        refuse_beyond(self, offset, length)
        if length >= self._piece:
            return self._file.read_at(offset, length)
        held = self._file.read_at(offset, min(self._piece, self.size - offset))
        self._start, self._held = offset, held
        return held[:length]

    def from_place(self, offset: int) -> bytes:
        """Return what is held from a place on, one piece of the file at least, less only at its end; for whoever looks
        at many small parts. Raises as `read` does."""
        least = min(self._piece, self.size - offset)
        refuse_beyond(self, offset, least)
        at = offset - self._start
        if at >= 0 and at + least <= len(self._held):
            return self._held[at:]
        self._start, self._held = offset, self._file.read_at(offset, least)
        return self._held


def refuse_beyond(file: ReadAt | Window, offset: int, length: int) -> None:
    """Raise InputError unless all of these bytes are there."""
    if offset < 0 or length < 0 or offset + length > file.size:
        message = "the file is damaged: it tells of bytes that it does not hold"
        seen = f"{length:,} bytes at {offset:,}"
        raise InputError(Diagnostic(message=message, seen=seen, expected=f"places within its {file.size:,} bytes"))
