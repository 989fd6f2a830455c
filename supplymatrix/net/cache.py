"""What the log answered before, kept in SQLite: tiles and records by path, one file for each log and key.

Nothing in it is believed: whoever reads it verifies every byte again, and drops what does not fit. So the cache may be
lost, locked, full, read-only or damaged; each of these is a message, and the run goes on without it. Several processes
use one file at once (write-ahead log). A damaged file is set aside under another name, for the curious, and a new one
is begun.

Nor is the file itself believed: a table may be a view that never ends, a trigger, or a row as large as the memory. So a
file that holds anything but our one table, word for word, is a damaged one; a body is read only up to the length that
its kind of answer may have; and SQLite is told to give up after so many steps and at values of so many bytes.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import closing, suppress
from itertools import chain, repeat
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from supplymatrix.errors import SourceError
from supplymatrix.model.value import value
from supplymatrix.net.folders import FACTS_NAME, FILE_LISTS, NO_CACHE
from supplymatrix.net.head_file import log_id
from supplymatrix.net.limits import most_bytes

if TYPE_CHECKING:
    import sqlite3

__all__ = ["CacheInfo", "CachedLog", "LogCache", "cache_info", "clear_cache"]

T = TypeVar("T")

_PREFIX, _SUFFIX = "sumdb-", ".v1.sqlite"
_BATCH = 500  # SQLite takes 999 parameters everywhere
_OPEN_PAUSE = 0.02  # seconds between two tries to open a file that another process is opening
_MAX_BYTES = 1 << 30
_MAX_VALUE = 4 << 20  # bytes of one value or row, for SQLite itself
_STEP = 10_000  # SQLite's own steps between two looks at the budget; most statements are done before the first
_BUDGET = 5_000  # looks: about two seconds
_TABLE = "answer (number INTEGER PRIMARY KEY, path TEXT NOT NULL UNIQUE, body BLOB NOT NULL)"
_SCHEMA = [
    ("index", "sqlite_autoindex_answer_1", "answer", None),
    ("table", "answer", "answer", f"CREATE TABLE {_TABLE}"),
]
_FITS = "typeof(body) = 'blob' AND length(body) <= ?"
_DAMAGE = ("no such", "interrupted", "decode")  # words in an OperationalError that no sound file of ours provokes


@value
class CachedLog:
    """One log's cache. name: log and key hash, "sum.example+0123abcd"; entries: -1 when the file cannot be read."""

    name: str
    entries: int
    bytes: int


@value
class CacheInfo:
    """What lies in the cache folder. bytes: all of it; damaged: names of files that were set aside; facts: bytes of
    what was worked out from files (`net.file_facts`)."""

    folder: Path
    bytes: int
    logs: tuple[CachedLog, ...] = ()
    damaged: tuple[str, ...] = ()
    facts: int = 0


class LogCache:
    """The cache of one log. `messages` holds what went wrong so far, each thing once; it never raises for these."""

    def __init__(
        self, path: Path, *, max_bytes: int = _MAX_BYTES, busy_seconds: float = 5.0, is_nowhere: bool = False
    ) -> None:
        self.path = path
        self.messages: list[str] = []
        self._max_bytes = max_bytes
        self._busy_seconds = busy_seconds
        self._db: sqlite3.Connection | None = None
        self._inode = 0
        self._may_write = not is_nowhere
        self._is_empty = False  # it was when it was opened, and nothing has been put into it since
        if is_nowhere:
            self._say(NO_CACHE)
        else:
            self._connect()

    @classmethod
    def open(
        cls,
        folder: Path | None,
        log_name: str,
        key_hash: int,
        *,
        max_bytes: int = _MAX_BYTES,
        busy_seconds: float = 5.0,
    ) -> LogCache:
        """Return the cache of a log in `folder`, which is made if need be; None: an empty and forgetful one.

        max_bytes: above it the oldest entries go. busy_seconds: how long to wait for another process.
        """
        path = (folder or Path()) / f"{_PREFIX}{log_id(log_name, key_hash)}{_SUFFIX}"
        return cls(path, max_bytes=max_bytes, busy_seconds=busy_seconds, is_nowhere=folder is None)

    def get_many(self, paths: Iterable[str]) -> dict[str, bytes]:
        """Return the bytes of those of `paths` that are there."""
        wanted = list(dict.fromkeys(paths))

        def read(db: sqlite3.Connection) -> dict[str, bytes]:
            found: dict[str, bytes] = {}
            for most, batch in _batches(wanted):
                marks = ",".join("?" * len(batch))
                query = f"SELECT path, body FROM answer WHERE path IN ({marks}) AND {_FITS}"  # noqa: S608  # only question marks are put in
                found.update(db.execute(query, [*batch, most]))
            return found

        return self._try(read, {}) if wanted and not self._is_empty else {}

    def put_many(self, items: Mapping[str, bytes]) -> None:
        """Store the bytes of each path, in one transaction; what was there under the same path is replaced."""
        rows = [(path, body) for path, body in items.items() if len(body) <= most_bytes(path)]

        def write(db: sqlite3.Connection) -> None:
            db.execute("BEGIN IMMEDIATE")
            db.executemany("INSERT OR REPLACE INTO answer (path, body) VALUES (?, ?)", rows)
            self._prune(db)
            db.execute("COMMIT")

        if rows and self._may_write:
            self._is_empty = False
            self._try(write, None)

    def drop(self, paths: Iterable[str]) -> None:
        """Forget the bytes of `paths`."""
        rows = [(path,) for path in paths]

        def write(db: sqlite3.Connection) -> None:
            db.execute("BEGIN IMMEDIATE")
            db.executemany("DELETE FROM answer WHERE path = ?", rows)
            db.execute("COMMIT")

        if rows and self._may_write:
            self._try(write, None)

    def close(self) -> None:
        """Close the file; the cache is empty and forgetful from then on."""
        if self._db is not None:
            import sqlite3

            with suppress(sqlite3.Error):
                self._db.close()
            self._db = None

    def _try(self, work: Callable[[sqlite3.Connection], T], otherwise: T) -> T:
        """Return what `work` returns, or `otherwise` with a message when SQLite cannot do it."""
        import sqlite3

        if self._db is None:
            return otherwise
        try:
            _limit_steps(self._db)
            return work(self._db)
        except (sqlite3.Error, UnicodeError) as err:
            self._roll_back()
            if _is_damage(err):
                self._set_aside(str(err))
            else:
                self._may_write = self._may_write and "readonly" not in str(err) and "full" not in str(err)
                self._say(f"the cache {self.path} could not be used: {err}")
        return otherwise

    def _roll_back(self) -> None:
        import sqlite3

        if self._db is not None and self._db.in_transaction:
            with suppress(sqlite3.Error):
                _limit_steps(self._db)
                self._db.execute("ROLLBACK")

    def _say(self, message: str) -> None:
        if message not in self.messages:
            self.messages.append(message)

    def _connect(self, *, again: bool = False) -> None:
        import sqlite3

        try:
            self.path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            self._db = self._open_database()
            self._inode = self.path.stat().st_ino
        except (sqlite3.DatabaseError, UnicodeError, OSError) as err:
            self.close()
            if not _is_damage(err):
                self._connect_read_only(str(err))
            elif again:
                self._say(f"there is no cache for this run: {err}")
            else:
                self._set_aside(str(err))

    def _open_database(self) -> sqlite3.Connection:
        """Open the file, waiting for others: SQLite itself does not wait while the kind of journal is being changed."""
        import sqlite3

        deadline = time.monotonic() + self._busy_seconds
        while True:
            try:
                return self._open_once()
            except sqlite3.OperationalError as err:
                if "locked" not in str(err) or time.monotonic() > deadline:
                    raise
                time.sleep(_OPEN_PAUSE)

    def _open_once(self) -> sqlite3.Connection:
        import sqlite3

        db = sqlite3.connect(self.path, timeout=self._busy_seconds, isolation_level=None, check_same_thread=False)
        try:
            _distrust(db)
            is_new = not db.execute("SELECT 1 FROM sqlite_master LIMIT 1").fetchone()
            if not is_new:
                _check_schema(db)
            db.execute("PRAGMA journal_mode=WAL")
            db.execute("PRAGMA synchronous=NORMAL")
            if is_new:
                db.execute(f"CREATE TABLE IF NOT EXISTS {_TABLE}")
                _check_schema(db)  # another process may have been quicker
            self._is_empty = db.execute("SELECT 1 FROM answer LIMIT 1").fetchone() is None
        except (sqlite3.Error, UnicodeError):
            db.close()
            raise
        return db

    def _connect_read_only(self, why: str) -> None:
        """Use what a folder that cannot be written holds; whatever its write-ahead log holds is passed over."""
        import sqlite3

        self._may_write = False
        try:
            if self.path.is_file():
                url = f"{self.path.absolute().as_uri()}?immutable=1"
                self._db = sqlite3.connect(url, uri=True, isolation_level=None, check_same_thread=False)
                _distrust(self._db)
                _check_schema(self._db)
                self._say(f"the cache {self.path} is used for reading only: {why}")
                return
        except (sqlite3.Error, UnicodeError, OSError):
            self.close()
        self._say(f"there is no cache for this run: {self.path}: {why}")

    def _set_aside(self, why: str) -> None:
        """Rename the damaged file and begin a new one, unless another process has just done so."""
        self.close()
        try:
            if not self._inode or self.path.stat().st_ino == self._inode:
                aside = next(p for n in range(1, 1000) if not (p := Path(f"{self.path}.damaged-{n}")).exists())
                self.path.replace(aside)
                for tail in ("-wal", "-shm"):
                    Path(f"{self.path}{tail}").unlink(missing_ok=True)
                self._say(f"the cache was damaged ({why}): set aside as {aside}, a new one is begun")
        except FileNotFoundError:
            pass  # another process was quicker
        except (OSError, StopIteration) as err:
            self._say(f"the cache {self.path} is damaged ({why}) and cannot be set aside: {err}")
            return
        self._connect(again=True)

    def _prune(self, db: sqlite3.Connection) -> None:
        """Delete the oldest quarter of the entries when the pages in use hold more than allowed."""
        (pages,) = db.execute("PRAGMA page_count").fetchone()
        (free,) = db.execute("PRAGMA freelist_count").fetchone()
        (size,) = db.execute("PRAGMA page_size").fetchone()
        if (pages - free) * size > self._max_bytes:
            db.execute(
                "DELETE FROM answer WHERE number IN"
                " (SELECT number FROM answer ORDER BY number LIMIT (SELECT COUNT(path) / 4 + 1 FROM answer))"
            )


def _batches(paths: Sequence[str]) -> Iterator[tuple[int, Sequence[str]]]:
    """Yield paths whose answers may all have so many bytes, and that many."""
    by_most: dict[int, list[str]] = {}
    for path in paths:
        by_most.setdefault(most_bytes(path), []).append(path)
    for most, alike in by_most.items():
        for start in range(0, len(alike), _BATCH):
            yield most, alike[start : start + _BATCH]


def _distrust(db: sqlite3.Connection) -> None:
    """Bound what a file that somebody else may have written can cost; the first thing to do with a connection."""
    import sqlite3

    db.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, _MAX_VALUE)
    _limit_steps(db)
    db.execute("PRAGMA trusted_schema=OFF")


def _limit_steps(db: sqlite3.Connection) -> None:
    """Give a new budget of steps; a statement that uses it up is "interrupted".

    The handler is no function of ours: one would receive a Ctrl-C that comes meanwhile, and SQLite would swallow it.
    """
    db.set_progress_handler(chain(repeat(0, _BUDGET), repeat(1)).__next__, _STEP)


def _check_schema(db: sqlite3.Connection) -> None:
    """Raises sqlite3.DatabaseError unless the file holds our table, word for word, and nothing else."""
    import sqlite3

    rows = db.execute("SELECT type, name, tbl_name, sql FROM sqlite_master ORDER BY type LIMIT 3").fetchall()
    if rows != _SCHEMA:
        raise sqlite3.DatabaseError("it holds something else than our one table")


def _is_damage(err: Exception) -> bool:
    """Return whether the file is to blame for an error, and not who else uses it, its folder or the disk."""
    import sqlite3

    if isinstance(err, (sqlite3.OperationalError, sqlite3.InterfaceError)):
        return any(word in str(err) for word in _DAMAGE)
    return not isinstance(err, OSError)


def cache_info(folder: Path) -> CacheInfo:
    """Return what the cache folder holds; a folder that is not there holds nothing. Raises SourceError."""
    files = _cache_files(folder)
    logs = []
    for path in files:
        if path.name.endswith(_SUFFIX):
            name = path.name[len(_PREFIX) : -len(_SUFFIX)]
            whole = sum(
                _size(file) for file in files if file.name.startswith(path.name) and ".damaged-" not in file.name
            )
            logs.append(CachedLog(name=name, entries=_count(path), bytes=whole))
    damaged = tuple(path.name for path in files if ".damaged-" in path.name)
    facts = sum(_size(path) for path in files if path.name == FACTS_NAME)
    return CacheInfo(folder=folder, bytes=sum(map(_size, files)), logs=tuple(logs), damaged=damaged, facts=facts)


def clear_cache(folder: Path) -> CacheInfo:
    """Delete the cache's own files in `folder`, nothing else, and return what it held; the trusted head is no cache.

    Raises SourceError when a file cannot be deleted.
    """
    info = cache_info(folder)
    for path in _cache_files(folder):
        try:
            path.unlink(missing_ok=True)
        except OSError as err:
            raise SourceError(
                f"{path} cannot be deleted: {err.strerror or err}", remedy="delete it by hand, or end who uses it"
            ) from err
    return info


def _cache_files(folder: Path) -> list[Path]:
    try:
        names = sorted(os.listdir(folder))  # noqa: PTH208  # names are all we want, and quicker
    except FileNotFoundError:
        return []
    except OSError as err:
        raise SourceError(f"the cache folder {folder} cannot be read: {err.strerror or err}") from err
    return [
        folder / name
        for name in names
        if (name.startswith(_PREFIX) and _SUFFIX in name) or name == FACTS_NAME or name.startswith(FILE_LISTS)
    ]


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except OSError:
        return 0


def _count(path: Path) -> int:
    import sqlite3

    for mode in ("mode=rw", "immutable=1"):  # a reading-only connection would leave its side files behind
        try:
            with closing(sqlite3.connect(f"{path.absolute().as_uri()}?{mode}", uri=True)) as db:
                _distrust(db)
                _check_schema(db)
                # Not COUNT(*): SQLite counts that in one step, however the pages of a crafted file are linked.
                (count,) = db.execute("SELECT COUNT(path) FROM answer").fetchone()
        except (sqlite3.Error, UnicodeError):
            continue
        return int(count)
    return -1
