"""Since when each vulnerability is known here: a small file in the state folder, the earliest day of each.

    seen = FirstSeen(state_folder(environ))
    seen.days_of(vulnerabilities, today)      # (database, advisory, module path) → day; new ones are written down

    supplymatrix first seen 1
    go⇥GO-2021-0113⇥golang.org/x/text⇥2026-11-20

By module and not by version: an update that does not help does not start the clock anew. It is written whole, under a
lock, with what other runs have put there meanwhile; of two days the earlier one stays. A line that is damaged is
passed over, and a day to come counts as today. A file that begins in another way is somebody else's, or of a version to
come: nothing is read of it, and nothing written over it. On a machine that keeps no folders from one run to the next
every day is the first one; there a policy had better count from the day of publication.
"""

from __future__ import annotations

import os
import time
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from datetime import date
from pathlib import Path

from supplymatrix.errors import Diagnostic, InputError
from supplymatrix.model.vulnerability import Vulnerability
from supplymatrix.net.head_file import try_lock
from supplymatrix.net.whole_file import replace_whole
from supplymatrix.sources.files import read_if_there

__all__ = ["FIRST_SEEN", "FirstSeen", "SeenKey"]

SeenKey = tuple[str, str, str]
"""Database, advisory, module path."""
FIRST_SEEN = "vulns-first-seen.v1.txt"
_HEAD = "supplymatrix first seen 1"
_LIMIT = 32 << 20
_KEPT = 200_000
"""Lines; those that were there first stay."""
_LOCK_SECONDS = 5.0
_PAUSE = 0.02
_MAX_WORD = 600


class FirstSeen:
    """folder: of the state, None where there is none: then nothing is known and nothing kept. why: why nothing could be
    read or written, "" while all went well."""

    def __init__(self, folder: Path | None, *, lock_seconds: float = _LOCK_SECONDS) -> None:
        self._path = folder / FIRST_SEEN if folder is not None else None
        self._lock_seconds = lock_seconds
        self.why = "" if folder is not None else "no home folder is known"

    def days_of(self, found: Iterable[Vulnerability], today: date) -> Mapping[SeenKey, date]:
        """Return the day on which each was first seen, `today` for the new ones, which are written down. {} where
        nothing can be kept: then nobody knows."""
        wanted = {key for one in found if _is_plain(key := (one.database, one.advisory, one.subject.path))}
        if self._path is None or not wanted:
            return {}
        try:
            known = self._read()
            new = dict.fromkeys((key for key in wanted if known.get(key, date.max) > today), today)
            if new:
                known = self._add(new)
        except (OSError, InputError) as err:
            self.why = err.diagnostics[0].message if isinstance(err, InputError) else str(err.strerror or err)
            return {}
        return {key: known[key] for key in wanted if key in known}

    def _read(self) -> dict[SeenKey, date]:
        assert self._path is not None  # noqa: S101 - asked before
        data = read_if_there(self._path, _LIMIT, "list of first days") or b""
        lines = data.decode("utf-8", "replace").split("\n")
        if data and lines[0] != _HEAD:
            message = f"{self._path.name} is of a form that is not known here"
            raise InputError(Diagnostic(message=message, artifact=self._path.as_posix(), expected=_HEAD))
        found: dict[SeenKey, date] = {}
        for line in lines[1:]:
            entry = _entry(line)
            if entry is not None:
                found[entry[0]] = min(entry[1], found.get(entry[0], date.max))
        return found

    def _add(self, new: Mapping[SeenKey, date]) -> dict[SeenKey, date]:
        assert self._path is not None  # noqa: S101 - asked before
        self._path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        with self._locked():
            found = self._read()
            found |= {key: min(day, found.get(key, date.max)) for key, day in new.items()}
            rows = sorted(found.items(), key=lambda row: (row[1], row[0]))[:_KEPT]
            if len(rows) < len(found):
                self.why = f"the list of first days is full: {len(found) - len(rows):,} new ones are not kept"
            lines = ["\t".join((*key, day.isoformat())) for key, day in sorted(rows)]
            replace_whole(self._path, "\n".join([_HEAD, *lines, ""]).encode(), mode=0o600)
        return found

    @contextmanager
    def _locked(self) -> Iterator[None]:
        """Hold the lock where it comes free in time; a file system without locks goes on without."""
        assert self._path is not None  # noqa: S101 - asked before
        descriptor = os.open(f"{self._path}.lock", os.O_RDWR | os.O_CREAT | getattr(os, "O_NOFOLLOW", 0), 0o600)
        try:
            deadline = time.monotonic() + self._lock_seconds
            with suppress(OSError):
                while not try_lock(descriptor) and time.monotonic() < deadline:
                    time.sleep(_PAUSE)
            yield
        finally:
            os.close(descriptor)


def _entry(line: str) -> tuple[SeenKey, date] | None:
    words = line.split("\t")
    if len(words) != 4 or not _is_plain(key := (words[0], words[1], words[2])):
        return None
    try:
        return key, date.fromisoformat(words[3])
    except ValueError:
        return None


def _is_plain(key: SeenKey) -> bool:
    return all(0 < len(word) <= _MAX_WORD and word.isprintable() for word in key)
