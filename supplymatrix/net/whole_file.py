"""Write a file whole or not at all: under a name of its own beside it, flushed to the disk, then renamed."""

from __future__ import annotations

import os
import stat
from contextlib import suppress
from pathlib import Path

__all__ = ["replace_whole", "write_beside"]

_NEW_FILE = (
    os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_BINARY", 0)
)  # never what somebody else has laid out under the name, be it a file or a link


def replace_whole(path: Path, data: bytes, *, mode: int = 0o666) -> None:
    """Give `path` new bytes; what was there before stays as it was when that fails. Raises OSError.

    A file that was there keeps its permissions: whoever had closed it to others finds it closed.
    """
    beside = write_beside(path, data, mode=mode)
    try:
        with suppress(FileNotFoundError):
            beside.chmod(stat.S_IMODE(path.stat().st_mode) & 0o777)
        beside.replace(path)
    except BaseException:  # a key press too: nothing partial stays
        with suppress(OSError):
            beside.unlink()
        raise


def write_beside(path: Path, data: bytes, *, mode: int = 0o666) -> Path:
    """Write bytes to a new file beside `path`, flushed to the disk, and return it. Raises OSError, and leaves none."""
    import secrets  # slow to load, and only needed when something is written

    beside = path.with_name(f".supplymatrix-{secrets.token_hex(8)}.tmp")
    descriptor = os.open(beside, _NEW_FILE, mode)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(descriptor)
    except BaseException:
        with suppress(OSError):
            beside.unlink()
        raise
    return beside
