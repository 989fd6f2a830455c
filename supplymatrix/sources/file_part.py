"""A part of a file, as a file of its own."""

from __future__ import annotations

from supplymatrix.errors import Diagnostic, InputError
from supplymatrix.gomod.read_at import ReadAt

__all__ = ["FilePart"]


class FilePart:
    """A part of a file, or all of it, as a file of its own."""

    def __init__(self, file: ReadAt, start: int, size: int) -> None:
        self._file, self._start, self._size = file, start, size

    @property
    def size(self) -> int:
        """Bytes that there are."""
        return self._size

    def read_at(self, offset: int, length: int) -> bytes:
        """Return exactly these bytes. Raises InputError for bytes beyond the part."""
        if offset < 0 or length < 0 or offset + length > self._size:
            raise InputError(Diagnostic(message="the file does not have these bytes"))
        return self._file.read_at(self._start + offset, length)
