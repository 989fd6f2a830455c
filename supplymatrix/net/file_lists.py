"""Lists of the files of a module, kept so that a later difference can be named: nothing needs to be fetched for that.

    lists = FileLists(cache_folder(os.environ))
    lists.keep(h1, recorded.listing())
    lists.find(h1)                      # name in the module → SHA-256 of the content, or None

The h1 of a module is the SHA-256 of such a list. So a list is its own proof: one that does not hash to what it is asked
for is none, whoever has written it. It may be lost at any time, and nothing here raises.
"""

from __future__ import annotations

import base64
import os
import stat
import zlib
from contextlib import suppress
from hashlib import sha256
from pathlib import Path

from supplymatrix.net.folders import FILE_LISTS
from supplymatrix.net.whole_file import replace_whole

__all__ = ["FileLists"]

_SUFFIX = ".v1.zlib"
_MOST_BYTES = 32 << 20
_MOST_LISTS = 40
_FLAGS = (
    os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_BINARY", 0)
)  # a pipe is not waited for
_DIGEST = 32
_GAP = b"  "


class FileLists:
    """The lists in a cache folder; None = none is kept."""

    def __init__(self, folder: Path | None) -> None:
        self._folder = folder

    def find(self, h1: str) -> dict[bytes, bytes] | None:
        """Return the files of the module that has an h1, None where its list is not here."""
        path = self._path(h1)
        text = _unpacked(path) if path is not None else b""
        if not text or _h1_of(text) != h1:
            return None
        found: dict[bytes, bytes] = {}
        for line in text.split(b"\n")[:-1]:
            digest, gap, name = line.partition(_GAP)
            try:
                found[name] = bytes.fromhex(digest.decode("ascii"))
            except ValueError:
                return None
            if not gap or len(found[name]) != _DIGEST:
                return None
        return found

    def has(self, h1: str) -> bool:
        """Return whether there seems to be a list."""
        path = self._path(h1)
        return path is not None and path.is_file()

    def keep(self, h1: str, text: bytes) -> None:
        """Keep a list. What cannot be written is lost, and nobody is told; one that is no list of this h1 is not
        written."""
        path = self._path(h1)
        if path is None or len(text) > _MOST_BYTES or _h1_of(text) != h1:
            return
        with suppress(OSError):
            path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            replace_whole(path, zlib.compress(text, 6), mode=0o600)
            self._drop_oldest(path.parent)

    @staticmethod
    def _drop_oldest(folder: Path) -> None:
        lists = [path for path in folder.iterdir() if path.name.startswith(FILE_LISTS)]
        for path in sorted(lists, key=lambda path: path.lstat().st_mtime_ns)[:-_MOST_LISTS]:
            path.unlink(missing_ok=True)

    def _path(self, h1: str) -> Path | None:
        if self._folder is None:
            return None
        return self._folder / f"{FILE_LISTS}{sha256(h1.encode()).hexdigest()[:32]}{_SUFFIX}"


def _h1_of(text: bytes) -> str:
    return "h1:" + base64.b64encode(sha256(text).digest()).decode()


def _unpacked(path: Path) -> bytes:
    """Return the text of a kept list, b"" where there is none that can be read."""
    try:
        descriptor = os.open(path, _FLAGS)
    except OSError:
        return b""
    with os.fdopen(descriptor, "rb") as file:
        try:
            if not stat.S_ISREG(os.fstat(descriptor).st_mode):
                return b""
            reader = zlib.decompressobj()
            text = reader.decompress(file.read(_MOST_BYTES), _MOST_BYTES)
        except (OSError, zlib.error):
            return b""
    return text if reader.eof else b""
