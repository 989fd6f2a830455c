"""The files of an image layout, in a folder or in a tar file that is not packed."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from supplymatrix.errors import Diagnostic, InputError
from supplymatrix.gomod.read_at import ReadAt
from supplymatrix.sources.archive_links import inner_name
from supplymatrix.sources.file_part import FilePart
from supplymatrix.sources.image_layouts import BlobMissingError
from supplymatrix.sources.pread import open_at

__all__ = ["ARCHIVE_LIMIT", "FolderBlobs", "TarBlobs"]

ARCHIVE_LIMIT = 1 << 40
"""Bytes of an archive as it lies there."""


class TarBlobs:
    """The files of a layout in a tar file that is not packed."""

    def __init__(self, file: ReadAt, index: dict[str, tuple[int, int] | str]) -> None:
        self._file = file
        self._index = index
        self.used: set[str] = set()

    def has(self, name: str) -> bool:
        """Return whether there is such a file."""
        return self._place(name) is not None

    @contextmanager
    def open(self, name: str) -> Iterator[ReadAt]:
        """Yield a file. Raises InputError where there is none, or not in one piece."""
        place = self._place(name)
        if place is None:
            raise BlobMissingError(Diagnostic(message="it is not in the archive"))
        offset, size = place
        if offset < 0 or offset + size > self._file.size:
            raise InputError(Diagnostic(message="it does not lie in one piece in the archive"))
        yield FilePart(self._file, offset, size)

    def _place(self, name: str) -> tuple[int, int] | None:
        """Return where a file lies; links lead to others a few times at most."""
        for _ in range(8):
            found = self._index.get(name)
            if not isinstance(found, str):
                self.used |= {name} if found is not None else set()
                return found
            name = found
        return None


class FolderBlobs:
    """The files of a layout in a folder. Nothing outside of the folder is opened."""

    def __init__(self, root: str) -> None:
        self._root = Path(root)
        self.used: set[str] = set()

    def has(self, name: str) -> bool:
        """Return whether there is such a file."""
        path = self._path(name)
        if path is None or not os.path.lexists(path):
            return False
        if path.is_file() and not path.is_symlink():
            self.used.add(name)
        return True

    @contextmanager
    def open(self, name: str) -> Iterator[ReadAt]:
        """Yield a file. Raises InputError where there is none, OSError where it cannot be read."""
        path = self._path(name)
        if path is None or not os.path.lexists(path):
            raise BlobMissingError(Diagnostic(message="it is not in the folder"))
        with open_at(path, limit=ARCHIVE_LIMIT, links=False) as file:
            self.used.add(name)
            yield file

    def _path(self, name: str) -> Path | None:
        return self._root / name if name and inner_name(name) == name and "\0" not in name else None
