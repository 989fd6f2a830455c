"""A compiled Go program on disk: what it says of itself. It is read at a few places, and neither run nor mapped."""

from __future__ import annotations

from pathlib import Path

from supplymatrix.errors import Diagnostic, InputError
from supplymatrix.gomod.build_info import BuildInfo, NoBuildInfoError, read_build_infos
from supplymatrix.sources.pread import FileChangedError, open_at

__all__ = ["BINARY_LIMIT", "read_binary"]

BINARY_LIMIT = 64 << 30
"""Bytes. A program is not read as a whole, so that this bounds nothing but what may be meant by one."""


def read_binary(path: Path) -> tuple[BuildInfo, ...]:
    """Return the build info of each program in a file: one, more only for fat Mach-O.

    A symbolic link is followed; a pipe, socket or device is refused before a byte is read. Raises InputError that names
    the file: NoBuildInfoError for what is no Go program.
    """
    try:
        with open_at(path, limit=BINARY_LIMIT) as file:
            return read_build_infos(file)
    except NoBuildInfoError as err:
        raise NoBuildInfoError(*(_placed(fault, path) for fault in err.diagnostics)) from err
    except InputError as err:
        raise InputError(*(_placed(fault, path) for fault in err.diagnostics)) from err
    except FileChangedError as err:
        raise _unread(path, "it changed while it was read", "name a program that nobody is writing") from err
    except (OSError, ValueError) as err:  # ValueError: a name that no file can have
        why = err.strerror if isinstance(err, OSError) and err.strerror else str(err)
        raise _unread(path, why, "name a plain file that may be read") from err


def _placed(fault: Diagnostic, path: Path) -> Diagnostic:
    return Diagnostic(
        message=fault.message,
        artifact=path.as_posix(),
        seen=fault.seen,
        expected=fault.expected,
        remedy=fault.remedy or "build it again, or name another",
    )


def _unread(path: Path, why: str, remedy: str) -> InputError:
    return InputError(Diagnostic(message=f"the program cannot be read: {why}", artifact=path.as_posix(), remedy=remedy))
