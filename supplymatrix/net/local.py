"""Answer the log's code from this machine alone: a recorded folder, or the cache. No event loop, no HTTP library.

results = run_local([lookup_generator, …], FolderAnswers(Path("recorded")))
"""

from __future__ import annotations

import os
import stat
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Protocol, TypeVar

from supplymatrix.errors import Diagnostic, InputError
from supplymatrix.net.cache import LogCache
from supplymatrix.net.limits import MAX_ANSWER, most_bytes
from supplymatrix.sumdb.protocol import Absent, Answer, Ask, Asking, Body, Unavailable

__all__ = ["Answers", "CacheAnswers", "FolderAnswers", "is_below", "read_file_url", "read_plain", "run_local"]

T = TypeVar("T")


class Answers(Protocol):
    """A store that can be asked for many paths at once."""

    def answer(self, paths: Sequence[str], *, fresh: bool) -> Sequence[Answer]:
        """Return one answer per path, in order. fresh: earlier answers for these did not verify."""
        ...


class FolderAnswers:
    """A replay folder: the bytes of path P lie in `http/P`, or in `P` where there is no folder `http`.

    A file that is not there is "not in the log", said by "replay"; an empty look-up was not answered (`recording.py`).
    Only plain files below the folder are read, and none that is longer than `max_bytes` or than its kind of answer may
    be.
    """

    def __init__(self, folder: Path, *, max_bytes: int = MAX_ANSWER) -> None:
        """Raises InputError when `folder` is no folder."""
        below = folder / "http"
        root = below if below.is_dir() else folder
        if not root.is_dir():
            raise InputError(
                Diagnostic(
                    message="the replay folder is not there",
                    artifact=str(folder),
                    expected="a folder with latest, lookup/ and tile/ in it, or in its folder http/",
                    remedy="name the folder that a recording was written to",
                )
            )
        self._root = os.fspath(root)
        self._max_bytes = max_bytes

    def answer(self, paths: Sequence[str], *, fresh: bool) -> Sequence[Answer]:
        """Return what lies in the folder; a fresh copy is the same copy."""
        del fresh
        return [self._read(path) for path in paths]

    def _read(self, path: str) -> Answer:
        if not is_below(path):
            return Unavailable(f"{path!r} is no path inside the replay folder")
        most = min(self._max_bytes, most_bytes(path))
        answer = read_plain(f"{self._root}/{path}", f"{path} in the replay folder", "replay", most, _NO_LINK)
        if path.startswith("lookup/") and isinstance(answer, Body) and not answer.data:
            return Unavailable(f"{path} had no answer, or a wrong one, when this was recorded", "record it again")
        return answer


def read_plain(file: str, name: str, source: str, max_bytes: int, flags: int = 0) -> Answer:
    """Return the bytes of a plain file; Absent when there is none. name: how messages call it."""
    try:
        descriptor = os.open(file, _FLAGS | flags)
    except (FileNotFoundError, NotADirectoryError):
        return Absent(source)
    except (OSError, ValueError) as err:
        return Unavailable(f"{name} cannot be read: {getattr(err, 'strerror', None) or err}")
    try:
        info = os.fstat(descriptor)
        if stat.S_ISDIR(info.st_mode):
            return Absent(source)
        if not stat.S_ISREG(info.st_mode):
            return Unavailable(f"{name} is no plain file")
        data = _read_all(descriptor, min(info.st_size, max_bytes + 1))
    except OSError as err:
        return Unavailable(f"{name} cannot be read: {err.strerror or err}")
    finally:
        os.close(descriptor)
    if len(data) > max_bytes:
        return Unavailable(f"{name} is longer than {max_bytes} bytes")
    return Body(data, source)


def read_file_url(url: str, *, max_bytes: int = MAX_ANSWER) -> Answer:
    """Return what a file:///… URL names, as a proxy that is a folder gives it: no such file is Absent."""
    from urllib.parse import unquote
    from urllib.request import url2pathname

    path = url[len("file:") :].removeprefix("//")
    file = url2pathname(path) if os.name == "nt" else unquote(path, errors="surrogateescape")
    return read_plain(file, "file:" + path, "file", max_bytes)


_FLAGS = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)


_NO_LINK = getattr(os, "O_NOFOLLOW", 0)


def _read_all(descriptor: int, size: int) -> bytes:
    """Return the first `size` bytes, fewer when the file has become shorter."""
    data = os.read(descriptor, size)
    while 0 < len(data) < size:
        more = os.read(descriptor, size - len(data))
        if not more:
            break
        data += more
    return data


def is_below(path: str) -> bool:
    """Return whether a path stays below its root on any system: no empty, `.` or `..` element, no drive, no NUL."""
    if any(char in path for char in "\\:\x00"):
        return False
    return all(element not in ("", ".", "..") for element in path.split("/"))


class CacheAnswers:
    """The cache without a network: what is not in it is unavailable, never "not in the log"."""

    def __init__(self, cache: LogCache) -> None:
        self._cache = cache

    def answer(self, paths: Sequence[str], *, fresh: bool) -> Sequence[Answer]:
        """Return what the cache holds; copies that did not verify are dropped and then missing."""
        if fresh:
            self._cache.drop(paths)
        found = {} if fresh else self._cache.get_many(paths)
        return [Body(found[path], "cache") if path in found else _offline(path, fresh=fresh) for path in paths]


def _offline(path: str, *, fresh: bool) -> Unavailable:
    why = "its cached copy did not verify and was dropped" if fresh else "it is not in the cache"
    return Unavailable(f"offline, and {why}: {path}", "run once without --offline")


def run_local(askings: Sequence[Asking[T]], answers: Answers) -> list[T]:
    """Run all generators together, one batch of distinct paths a round; return their results in order.

    The first exception that a generator raises ends the run; the others are closed.
    """
    results: dict[int, T] = {}
    known: dict[str, Answer] = {}
    waiting: list[tuple[int, Ask]] = []
    try:
        for number, asking in enumerate(askings):
            _step(number, asking, None, results, waiting)
        while waiting:
            round_asks, waiting = waiting, []
            _fill(known, (ask for _, ask in round_asks), answers)
            for number, ask in round_asks:
                _step(number, askings[number], tuple(known[path] for path in ask.paths), results, waiting)
    finally:
        for asking in askings:
            asking.close()
    return [results[number] for number in range(len(askings))]


def _step(
    number: int,
    asking: Asking[T],
    given: tuple[Answer, ...] | None,
    results: dict[int, T],
    waiting: list[tuple[int, Ask]],
) -> None:
    """Send one generator its answers (None starts it) and note what it asks for next, or its result."""
    try:
        waiting.append((number, next(asking) if given is None else asking.send(given)))
    except StopIteration as done:
        results[number] = done.value


def _fill(known: dict[str, Answer], asks: Iterable[Ask], answers: Answers) -> None:
    """Get every path that is asked for and not known yet; those asked for afresh are got again, once a round."""
    wanted: dict[str, bool] = {}
    for ask in asks:
        for path in ask.paths:
            if ask.fresh or path not in known:
                wanted[path] = wanted.get(path, False) or ask.fresh
    for fresh in (False, True):
        paths = [path for path, is_fresh in wanted.items() if is_fresh is fresh]
        if paths:
            known.update(zip(paths, answers.answer(paths, fresh=fresh), strict=True))
