"""Many modules' copies looked at, side by side: by processes of our own where there is much to do, else here.

    with LookingAt(copies, workers=4) as looking:
        …                                        # something else meanwhile
        looks = looking.results(on_done)         # in the order of the copies

Most files of modules are so small that threads of one interpreter wait for each other most of the time; two processes
take half of the time of one, four threads no less than it. A process is this interpreter with this package and nothing
else, is told by a line of JSON what to look at, and answers with one. Where none can be started (a program without an
interpreter of its own), or one dies, its work is done here, in threads.

The largest are begun first.
"""

from __future__ import annotations

import importlib.util
import json
import os
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, as_completed
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from supplymatrix.sources.copy_look import Copies, CopiesLook, FolderLook, ZipLook, look_at_copies
from supplymatrix.sources.copy_server import line_of

__all__ = ["MOST_WORKERS", "LookingAt"]

MOST_WORKERS = 5
"""Each takes some 35 MB, a third of it shared with the others."""
_WORTH_IT = 24 << 20
"""Bytes of zips below which no process is started: it takes as long as looking at these."""
_BEGIN = (
    "import gc, json, signal, sys\n"
    "signal.signal(signal.SIGINT, signal.SIG_IGN)\n"  # who started us is told, and ends us
    "gc.disable()\n"  # what a look leaves behind has no circles
    "sys.path[:0] = json.loads(sys.argv[1])\n"
    "from supplymatrix.sources.copy_server import serve\n"
    "serve(sys.stdin.buffer, sys.stdout.buffer)\n"
)
Done = Callable[[int], None]


class LookingAt:
    """Looks at copies from the moment it is entered. workers: at most so many side by side; worth_it: bytes of zips
    from which on processes are started."""

    def __init__(self, copies: Sequence[Copies], *, workers: int = MOST_WORKERS, worth_it: int = _WORTH_IT) -> None:
        self._copies = copies
        self._workers = max(1, min(workers, os.cpu_count() or 1, MOST_WORKERS, len(copies)))
        self._is_large = sum(item.size for item in copies) >= worth_it and self._workers > 1
        self._pool: ThreadPoolExecutor | None = None
        self._futures: list[Future[CopiesLook]] = []
        self._mine = threading.local()
        self._lock = threading.Lock()
        self._processes: list[_Worker] = []
        self._is_over = False

    def __enter__(self) -> Self:
        if self._is_large:
            self._pool = ThreadPoolExecutor(max_workers=self._workers)
            largest_first = sorted(range(len(self._copies)), key=lambda at: (-self._copies[at].size, at))
            futures = {at: self._pool.submit(self._look, self._copies[at]) for at in largest_first}
            self._futures = [futures[at] for at in range(len(self._copies))]
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        with self._lock:
            self._is_over = True
            processes = list(self._processes)
        for process in processes:
            process.end()
        if self._pool is not None:
            self._pool.shutdown(cancel_futures=True)

    def results(self, on_done: Done | None = None) -> list[CopiesLook]:
        """Return what was seen of each, once all are done. on_done: is told, in this thread, how many are."""
        tell = on_done or (lambda _: None)
        if not self._is_large:
            looks = []
            for item in self._copies:
                looks.append(look_at_copies(item))
                tell(len(looks))
            return looks
        for number, _ in enumerate(as_completed(self._futures), 1):
            tell(number)
        return [future.result() for future in self._futures]

    def _look(self, item: Copies) -> CopiesLook:
        """Look at copies with the process of this thread, else here."""
        if not hasattr(self._mine, "worker"):
            self._mine.worker = self._begin()
        worker: _Worker | None = self._mine.worker
        look = worker.look(item) if worker is not None else None
        if look is not None:
            return look
        self._mine.worker = None
        return CopiesLook() if self._is_over else look_at_copies(item)

    def _begin(self) -> _Worker | None:
        with self._lock:
            worker = None if self._is_over else _Worker.start()
            if worker is not None:
                self._processes.append(worker)
            return worker


class _Worker:
    """One process. Used by one thread."""

    def __init__(self, process: subprocess.Popen[bytes]) -> None:
        self._process = process

    @classmethod
    def start(cls) -> Self | None:
        """Return a process, None where none can be started."""
        if getattr(sys, "frozen", False) or not sys.executable:
            return None
        try:
            process = subprocess.Popen(  # noqa: S603 - this interpreter, with our own words
                [sys.executable, "-I", "-S", "-c", _BEGIN, json.dumps(_places())],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
            )
        except OSError:
            return None
        return cls(process)

    def look(self, item: Copies) -> CopiesLook | None:
        """Return what it sees, None when it died or talks nonsense."""
        stdin, stdout = self._process.stdin, self._process.stdout
        assert stdin is not None  # noqa: S101 - both are pipes
        assert stdout is not None  # noqa: S101
        try:
            stdin.write(line_of(item))
            stdin.flush()
            return _parsed(json.loads(stdout.readline()))
        except (OSError, ValueError, TypeError):
            self.end()
            return None

    def end(self) -> None:
        """End the process, whatever it does."""
        self._process.kill()
        self._process.wait()
        for stream in (self._process.stdin, self._process.stdout):
            try:
                if stream is not None:
                    stream.close()
            except OSError:  # what was not written yet cannot be
                pass


def _parsed(fields: Any) -> CopiesLook:  # noqa: ANN401 - JSON
    """Return a look from its JSON form. Raises TypeError, ValueError for what is none."""
    zip_fields, folder_fields, looks, newest, is_known = fields
    found = ZipLook(*zip_fields) if zip_fields is not None else None
    folder = FolderLook(*folder_fields) if folder_fields is not None else None
    if folder is not None:
        folder = folder._replace(differences=tuple((a, b, c) for a, b, c in folder.differences))
    return CopiesLook(found, folder, looks, newest, is_known)


def _places() -> list[str]:
    """Return where this package lies, and the fast zlib if it is there."""
    return list(dict.fromkeys(str(place) for place in _packages()))


def _packages() -> Iterator[Path]:
    for name in ("supplymatrix", "zlib_ng"):
        spec = importlib.util.find_spec(name)
        if spec is not None and spec.origin:
            yield Path(spec.origin).absolute().parent.parent
