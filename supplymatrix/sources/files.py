"""Read single files from the user's disk: plain files only, up to a limit, and never waiting for anybody."""

from __future__ import annotations

import os
import stat
from pathlib import Path

from supplymatrix.errors import Diagnostic, InputError

__all__ = ["GO_MOD_LIMIT", "GO_SUM_LIMIT", "POLICY_LIMIT", "read_if_there", "read_limited"]

GO_MOD_LIMIT = 16 << 20
"""Bytes; the go command refuses a larger go.mod too."""
GO_SUM_LIMIT = 64 << 20
POLICY_LIMIT = 4 << 20

_LOOK = "look whether the name is right; it is seen from the current folder"
_FLAGS = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0) | getattr(os, "O_CLOEXEC", 0)


def read_limited(path: Path, limit: int, what: str) -> bytes:
    """Return the bytes of a plain file of at most `limit` bytes. Raises InputError that names the file and the fault.

    A symbolic link is followed; a pipe, socket or device is refused before a byte is read.
    """
    try:
        descriptor = os.open(path, _FLAGS)
    except OSError as err:
        remedy = _LOOK if isinstance(err, FileNotFoundError) else ""
        message = f"the {what} cannot be opened: {err.strerror or err}"
        raise _fault(path, message, "a file that may be read", remedy) from err
    try:
        info = os.fstat(descriptor)
        if not stat.S_ISREG(info.st_mode):
            remedy = "name a file in it" if stat.S_ISDIR(info.st_mode) else ""
            raise _fault(path, f"the {what} is {_kind(info.st_mode)}", "a plain file", remedy)
        if info.st_size > limit:
            raise _too_long(path, what, info.st_size, limit)
        with os.fdopen(descriptor, "rb", closefd=False) as file:
            data = file.read(limit + 1)
    except OSError as err:
        raise _fault(path, f"the {what} cannot be read: {err.strerror or err}", "a file that may be read") from err
    finally:
        os.close(descriptor)
    if len(data) > limit:
        raise _too_long(path, what, len(data), limit)
    return data


def read_if_there(path: Path, limit: int, what: str) -> bytes | None:
    """Return the bytes of a file as `read_limited` does, or None when nothing has that name."""
    try:
        path.lstat()
    except (FileNotFoundError, NotADirectoryError):
        return None
    except OSError as err:
        raise _fault(path, f"the {what} cannot be looked at: {err.strerror or err}", "a file that may be read") from err
    return read_limited(path, limit, what)


def _kind(mode: int) -> str:
    kinds = (
        (stat.S_ISDIR, "a folder"),
        (stat.S_ISFIFO, "a pipe"),
        (stat.S_ISSOCK, "a socket"),
        (stat.S_ISCHR, "a device"),
        (stat.S_ISBLK, "a device"),
    )
    return next((name for test, name in kinds if test(mode)), "no plain file")


def _too_long(path: Path, what: str, size: int, limit: int) -> InputError:
    return _fault(path, f"the {what} has {size:,} bytes or more", f"at most {limit:,} bytes")


def _fault(path: Path, message: str, expected: str, remedy: str = "") -> InputError:
    return InputError(Diagnostic(message=message, artifact=path.as_posix(), expected=expected, remedy=remedy))
