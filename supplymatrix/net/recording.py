"""Write what a run has proven as a folder that `--replay` reads: the pinned head, look-ups, and tiles.

    folder/recording.txt        which log, and what the program has written here: SHA-256 and path of each file
    folder/http/latest          the signed head that everything was proven in
    folder/http/lookup/…        look-ups, proven; an empty one stands for a module that could not be proven: without it
                                a replay would take the module for one that the log does not have
    folder/http/tile/8/…        tiles, authenticated

The same answers make the same bytes. Nothing else of a run gets in: no address, no time, no name of a machine. Every
file is written beside its place and put there as a whole. A folder of somebody else is not touched: it must be new, or
empty, or hold a recording, whose files that are no longer needed are removed.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from contextlib import suppress
from hashlib import sha256
from pathlib import Path

from supplymatrix.errors import Diagnostic, InputError
from supplymatrix.net.local import is_below, read_plain
from supplymatrix.net.whole_file import replace_whole
from supplymatrix.sumdb.protocol import Body
from supplymatrix.sumdb.session import LATEST, LogSession

__all__ = ["check_folder", "write_recording"]

_LIST = "recording.txt"
_FIRST_LINE = "supplymatrix recording 1"
_MAX_LIST = 64 << 20
_OURS = ("lookup/", "tile/")
_PLAIN = (LATEST, "supported")


def write_recording(folder: Path, session: LogSession, *, log: str, unproven: Iterable[str] = ()) -> int:
    """Write what `session` has proven to `folder` and return how many files that are; 0 when there is no head.

    log: its verifier key; a folder has answers of one log. unproven: paths of look-ups that had no answer, or a wrong
    one. Raises InputError as `check_folder`, and when something cannot be written.
    """
    head = session.pinned
    if head is None:
        return 0
    files = dict.fromkeys(unproven, b"")
    files |= {**session.proven, **session.tree.authenticated, LATEST: head.note.raw, "supported": b""}
    before = check_folder(folder, log)
    try:
        _write_all(folder, log, dict(sorted(files.items())), before)
    except OSError as err:
        raise _bad(folder, f"it cannot be written: {err.strerror or type(err).__name__}") from err
    return len(files)


def check_folder(folder: Path, log: str = "") -> tuple[str, ...]:
    """Return the paths of the recording in `folder`, none when it is new or empty.

    log: the verifier key of the log that it must be of, "" = any. Raises InputError when it is of another one, is no
    folder, or holds something else, or a link: what is written must stay in it.
    """
    try:
        is_empty = not any(folder.iterdir())
    except FileNotFoundError:
        return ()
    except OSError as err:
        raise _bad(folder, f"it cannot be read as a folder: {err.strerror or type(err).__name__}") from err
    if is_empty:
        return ()
    answer = read_plain(os.fspath(folder / _LIST), _LIST, "file", _MAX_LIST)
    lines = answer.data.decode("utf-8", "replace").split("\n") if isinstance(answer, Body) else []
    if not lines or lines[0] != _FIRST_LINE:
        raise _bad(folder, f"there is something in it, but no {_LIST} of this program")
    if log and lines[1:2] != [f"log {log}"]:
        raise _bad(folder, "it holds a recording of another log")
    for parent, folders, files in os.walk(folder):
        for name in (*folders, *files):
            if Path(parent, name).is_symlink():
                raise _bad(folder, f"there is a link in it: {name}")
    paths = (line.partition(" ")[2] for line in lines[2:])
    return tuple(path for path in paths if _is_ours(path))


def _is_ours(path: str) -> bool:
    return path in _PLAIN or (path.startswith(_OURS) and is_below(path))


def _write_all(folder: Path, log: str, files: Mapping[str, bytes], before: Iterable[str]) -> None:
    for path in files:
        if not _is_ours(path):
            raise ValueError(f"{path!r} is no path of a log")
    stale = sorted(set(before) - set(files))
    # The list comes first, with the old files still in it, so that a run that is cut off leaves nothing unnamed.
    _write(folder / _LIST, _listed(log, {**dict.fromkeys(stale, b""), **files}))
    for path, data in files.items():
        _write(folder / "http" / path, data)
    for path in stale:
        with suppress(FileNotFoundError):
            (folder / "http" / path).unlink()
        with suppress(OSError):  # as far as they are empty
            os.removedirs((folder / "http" / path).parent)
    _write(folder / _LIST, _listed(log, files))


def _listed(log: str, files: Mapping[str, bytes]) -> bytes:
    lines = [f"{sha256(data).hexdigest()} {path}" for path, data in sorted(files.items())]
    return "\n".join([_FIRST_LINE, f"log {log}", *lines, ""]).encode()


def _write(file: Path, data: bytes) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    replace_whole(file, data)


def _bad(folder: Path, seen: str) -> InputError:
    return InputError(
        Diagnostic(
            message=f"the folder for the recording cannot be used: {seen}",
            artifact=folder.as_posix(),
            expected="a new folder, an empty one, or one with an earlier recording",
            remedy="name another folder with --record",
        )
    )
