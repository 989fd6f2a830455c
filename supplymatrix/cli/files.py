"""Files that a command writes: whole or not at all, and with a clear word when that cannot be."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from supplymatrix.errors import Diagnostic, InputError
from supplymatrix.net.whole_file import replace_whole, write_beside

__all__ = ["append_to", "refuse_existing", "write_file", "write_in_place_of", "write_new_file"]


def write_file(path: Path, text: str) -> None:
    """Write a file whole or not at all: under another name beside it, then renamed.

    A link to a file of the same folder stays a link; one that leads elsewhere is refused, since the tree that is
    checked may have brought it along. What is there and is no plain file (a pipe, /dev/stdout) is written to as it is.
    Raises InputError; an old file is then untouched.
    """
    data = text.encode("utf-8", "backslashreplace")
    with _told(path):
        real = Path(os.path.realpath(path))
        if path.exists() and not path.is_file():
            path.write_bytes(data)
        elif real.parent != Path(os.path.realpath(path.parent)):
            raise InputError(
                Diagnostic(
                    message="this is a link that leads out of its folder: nothing is written through it",
                    artifact=path.as_posix(),
                    seen=os.fspath(real),
                    expected="a plain file, or a name that is free",
                    remedy="find out who put the link there, or name the file that it leads to",
                )
            )
        else:
            replace_whole(real, data)


def write_in_place_of(path: Path, text: str, what: str) -> None:
    """Write a file into a folder that somebody else may have filled: a link or a folder under its name is refused.

    Whole or not at all. Raises InputError; what was there is then untouched.
    """
    if os.path.lexists(path) and (path.is_symlink() or not path.is_file()):
        raise InputError(
            Diagnostic(
                message=f"{path.name} is no plain file: nothing is written through it",
                artifact=path.as_posix(),
                expected=f"a plain file, or no {path.name}",
                remedy="remove it, and find out who put it there",
            )
        )
    with _told(path, what):
        replace_whole(path, text.encode("utf-8", "backslashreplace"))


def write_new_file(path: Path, text: str, what: str) -> None:
    """Write a file that is not there yet, whole or not at all. Raises InputError, also when something has its name."""
    data = text.encode("utf-8", "backslashreplace")
    refuse_existing(path, what)
    with _told(path, what):
        beside = write_beside(path, data)
        try:
            _give_name(beside, path)
        except FileExistsError as err:
            raise _exists(path, what) from err
        finally:
            with suppress(OSError):
                beside.unlink()


def refuse_existing(path: Path, what: str) -> None:
    """Raise InputError when anything has a name that is wanted for a new file, a link to nowhere included."""
    if os.path.lexists(path):
        raise _exists(path, what)


def _give_name(beside: Path, path: Path) -> None:
    """Give a file its name unless something has it; on file systems without links there is a moment between the two."""
    try:
        path.hardlink_to(beside)
    except FileExistsError:
        raise
    except OSError:
        if os.path.lexists(path):
            raise FileExistsError(path) from None
        beside.rename(path)


def _exists(path: Path, what: str) -> InputError:
    return InputError(
        Diagnostic(
            message=f"{path.name} is there already: it is not touched",
            artifact=path.as_posix(),
            expected=f"a folder without {path.name}",
            remedy=f"edit it, or move it away for a new {what}",
        )
    )


def append_to(path: Path, text: str) -> None:
    """Write behind what a file holds: other commands of the same step write to it as well."""
    data = text.encode("utf-8", "backslashreplace")
    with _told(path), path.open("ab+") as file:
        if file.seek(0, os.SEEK_END):
            file.seek(-1, os.SEEK_END)
            data = data if file.read(1) == b"\n" else b"\n" + data
        file.write(data)


@contextmanager
def _told(path: Path, what: str = "report") -> Iterator[None]:
    try:
        yield
    except (OSError, ValueError) as err:
        raise InputError(
            Diagnostic(
                message=f"the {what} cannot be written: {getattr(err, 'strerror', None) or err}",
                artifact=path.as_posix(),
                expected="a file name in a folder that may be written, on a disk with room",
            )
        ) from err
