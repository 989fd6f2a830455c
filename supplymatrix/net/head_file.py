"""The trusted head on disk: the newest signed tree head that was proven to continue all earlier ones.

One small text file for each log and key, in the state folder:

    supplymatrix trusted head 1
    fetched 2026-11-23T09:30:00+00:00
    sha256 <64 hex digits, of the note>

    <the signed note, byte for byte>

It is replaced only as a whole (written beside, flushed, renamed), under a lock, and only if nobody moved it since it
was read. A file that does not read back is an error and stays where it is: whoever could damage it could also wish that
we forget the history of the log.
"""

from __future__ import annotations

import hashlib
import os
import stat
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path

from supplymatrix.errors import Diagnostic, InputError, SourceError
from supplymatrix.model.value import value
from supplymatrix.net.whole_file import replace_whole

__all__ = ["HeadFile", "SavedHead", "log_id", "try_lock"]

_MAGIC = b"supplymatrix trusted head 1"
_MAX_HEAD_FILE = 2 << 20
_LOCK_PAUSE = 0.02  # seconds between two tries for the lock
_PLAIN = frozenset("abcdefghijklmnopqrstuvwxyz0123456789.-")


@value
class SavedHead:
    """A signed note that was trusted. note: its exact bytes; fetched_at: UTC, when the log gave it out to us."""

    note: bytes
    fetched_at: datetime


def log_id(log_name: str, key_hash: int) -> str:
    """Return the file name, without extension, that stands for a log and its key; safe on any file system."""
    name = "".join(c if c in _PLAIN else "".join(f"%{b:02x}" for b in c.encode("utf-8", "replace")) for c in log_name)
    if len(name) > 120:
        name = f"{name[:80]}%{hashlib.sha256(log_name.encode('utf-8', 'replace')).hexdigest()[:32]}"
    return f"{name}+{key_hash:08x}"


class HeadFile:
    """The store of one log's trusted head. Nothing is created before the first `replace`.

    folder: None where there is no place for one: nothing is read, and nothing can be saved.
    """

    def __init__(self, folder: Path | None, log_name: str, key_hash: int, *, lock_seconds: float = 10.0) -> None:
        self._is_nowhere = folder is None
        self.path = (folder or Path()) / f"{log_id(log_name, key_hash)}.head"
        self._lock_path = self.path.with_name(self.path.name + ".lock")
        self._lock_seconds = lock_seconds

    def read(self) -> SavedHead | None:
        """Return the saved head, or None before the first use.

        Raises InputError when the file is damaged and SourceError when it cannot be read.
        """
        if self._is_nowhere:
            return None
        try:
            descriptor = os.open(self.path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0))
        except FileNotFoundError:
            return None
        except OSError as err:
            raise self._unreadable(err) from err
        try:
            with os.fdopen(descriptor, "rb") as file:
                if not stat.S_ISREG(os.fstat(descriptor).st_mode):
                    raise self._damaged("it is no plain file")
                data = file.read(_MAX_HEAD_FILE + 1)
        except OSError as err:
            raise self._unreadable(err) from err
        return self._parse(data)

    def replace(self, expected: SavedHead | None, new: SavedHead) -> SavedHead | None:
        """Store `new` if the file still holds the note of `expected`; return None, or else the head that is there now.

        expected: what the caller read and proved `new` to continue; None = no head was there. A file that vanished
        meanwhile is written anew. Raises SourceError when the folder cannot be written or stays locked, InputError when
        the file is damaged.
        """
        if self._is_nowhere:
            raise SourceError(
                "the trusted head cannot be saved: no home folder is known",
                remedy="set SUPPLYMATRIX_STATE_DIR to a folder that may be written",
            )
        try:
            self.path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            with self._locked():
                current = self.read()
                if current is not None and (expected is None or current.note != expected.note):
                    return current
                self._write(new)
        except OSError as err:
            raise SourceError(
                f"the trusted head cannot be saved in {self.path}: {err.strerror or err}",
                remedy="make the folder writable, or name another one in SUPPLYMATRIX_STATE_DIR",
            ) from err
        return None

    def _parse(self, data: bytes) -> SavedHead:
        if len(data) > _MAX_HEAD_FILE:
            raise self._damaged(f"it is longer than {_MAX_HEAD_FILE} bytes")
        header, blank, note = data.partition(b"\n\n")
        lines = header.split(b"\n")
        if not blank or len(lines) != 3 or lines[0] != _MAGIC:
            raise self._damaged(f"it begins with {data[:40]!r}" if data else "it is empty")
        fetched = self._parse_time(lines[1])
        if lines[2] != b"sha256 " + hashlib.sha256(note).hexdigest().encode():
            raise self._damaged("its note does not fit its sha256 line")
        return SavedHead(note=note, fetched_at=fetched)

    def _parse_time(self, line: bytes) -> datetime:
        word, _, text = line.partition(b" ")
        try:
            fetched = datetime.fromisoformat(text.decode("ascii"))
        except ValueError:
            fetched = None
        if word != b"fetched" or fetched is None or fetched.tzinfo is None:
            raise self._damaged(f"its second line is {line[:60]!r}")
        return fetched.astimezone(UTC)

    def _write(self, head: SavedHead) -> None:
        fetched = head.fetched_at.astimezone(UTC).isoformat().encode()
        digest = hashlib.sha256(head.note).hexdigest().encode()
        data = b"%s\nfetched %s\nsha256 %s\n\n%s" % (_MAGIC, fetched, digest, head.note)
        replace_whole(self.path, data, mode=0o600)
        _flush_folder(self.path.parent)

    @contextmanager
    def _locked(self) -> Iterator[None]:
        """Hold the lock file; its content means nothing, and the system lets go of it when a process dies."""
        descriptor = os.open(self._lock_path, os.O_RDWR | os.O_CREAT, 0o600)
        try:
            deadline = time.monotonic() + self._lock_seconds
            while not try_lock(descriptor):
                if time.monotonic() > deadline:
                    raise SourceError(
                        f"another process holds {self._lock_path}",
                        remedy="wait for it, or end it; the lock goes with the process",
                    )
                time.sleep(_LOCK_PAUSE)
            yield
        finally:
            os.close(descriptor)

    def _damaged(self, seen: str) -> InputError:
        return InputError(
            Diagnostic(
                message=f"the saved trusted head of the log is damaged: {seen}",
                artifact=str(self.path),
                expected=f"a file that begins with {_MAGIC.decode()!r}",
                remedy="restore it from a backup; or, to trust the log's next head as on first use, delete the file",
            )
        )

    def _unreadable(self, err: OSError) -> SourceError:
        return SourceError(
            f"the trusted head cannot be read from {self.path}: {err.strerror or err}",
            remedy="make the file readable, or name another folder in SUPPLYMATRIX_STATE_DIR",
        )


def try_lock(descriptor: int) -> bool:
    """Return whether the exclusive lock on an open file could be had at once."""
    try:
        import fcntl
    except ImportError:
        return _lock_on_windows(descriptor)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _lock_on_windows(descriptor: int) -> bool:
    """Lock the file's first byte with msvcrt, which also refuses at once. Untested: written from its documentation."""
    import importlib

    msvcrt = importlib.import_module("msvcrt")
    try:
        msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)
    except OSError:
        return False
    return True


def _flush_folder(folder: Path) -> None:
    """Make the rename itself last; not every system lets a folder be flushed."""
    with suppress(OSError):
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
