"""One run of git: within a time, a number of bytes and a size of memory, and never longer than this process.

    halt = Halt(1800.0)
    with children_end_with_us(halt):
        done = run_git(("ls-remote", "--", url), folder, environ, 60.0, halt=halt)
    done.out, done.why

git runs in a session of its own, so that it can be ended with all that it has started. A key that a terminal sends to a
group therefore does not reach it: whoever is asked to end tells `halt`, which ends all runs within a moment.
"""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from functools import lru_cache
from pathlib import Path
from types import FrameType
from typing import IO

from supplymatrix.errors import SourceError
from supplymatrix.model.value import value
from supplymatrix.sources.git import SAFE_OPTIONS

__all__ = ["Done", "Halt", "bytes_of", "children_end_with_us", "run_git", "why_unsafe"]

_MOST_ANSWER = 32 << 20
_MOST_MEMORY = 3 << 30
"""Of each git; packs are mapped, and one may have 2 GiB."""
_BEAT, _LONG_BEAT = 0.05, 0.5
_ASK_TO_END = tuple(getattr(signal, name) for name in ("SIGTERM", "SIGHUP") if hasattr(signal, name))
_Handler = Callable[[int, FrameType | None], object] | int | signal.Handlers | None
_VERSION = re.compile(r"git version (\d+)\.(\d+)(?:\.(\d+))?", re.ASCII)
_SAFE = {39: 4, 40: 2, 41: 1, 42: 2, 43: 4, 44: 1, 45: 1}
"""Of 2.x the first version that runs nothing that a repository's own settings name when it is fetched from
(CVE-2024-32004, CVE-2024-32465); all after 2.45 are."""
_NEEDED = "git 2.45.1 or later, or 2.39.4, 2.40.2, 2.41.1, 2.42.2, 2.43.4, 2.44.1"


class Halt:
    """Why nothing is to be run any more: somebody asked for the end, or the time for all runs together is over."""

    def __init__(self, seconds: float = float("inf")) -> None:
        self._seconds = seconds
        self._deadline = time.monotonic() + seconds
        self._is_stopped = threading.Event()

    def stop(self) -> None:
        """End all runs, and let none begin."""
        self._is_stopped.set()

    @property
    def why(self) -> str:
        """Why, "" while runs may go on."""
        if self._is_stopped.is_set():
            return "it was interrupted"
        return f"the {self._seconds:g} s for all repositories are over" if time.monotonic() > self._deadline else ""


@value
class Done:
    """out: what git printed; why: it failed, "" when it did not. is_late: because of the time."""

    out: bytes
    why: str
    is_late: bool = False


class _AskedToEndError(BaseException):
    """A signal asks this process to end: no failure of anything, so that nothing takes it for one."""


@contextmanager
def children_end_with_us(halt: Halt) -> Iterator[None]:
    """Let a signal that asks this process to end come as an exception first, and end the process after what is inside
    has ended. Signals are heard by the main thread alone; ones that are ignored stay so."""
    heard: list[int] = []
    before: dict[int, _Handler] = {}

    def restore() -> None:
        for number, handler in before.items():
            signal.signal(number, handler if handler is not None else signal.SIG_DFL)

    def end(number: int, _frame: FrameType | None) -> None:
        halt.stop()
        heard.append(number)
        restore()  # whoever asks again is not kept waiting
        raise _AskedToEndError

    if threading.current_thread() is threading.main_thread():
        numbers = [number for number in _ASK_TO_END if signal.getsignal(number) is not signal.SIG_IGN]
        before = {number: signal.getsignal(number) for number in numbers}
        for number in numbers:
            signal.signal(number, end)
    try:
        yield
    except _AskedToEndError:
        signal.raise_signal(heard[0])
        raise KeyboardInterrupt from None  # somebody else hears the signal, and does not end
    finally:
        restore()


@lru_cache(maxsize=8)
def why_unsafe(path: str | None) -> str:
    """Return why the git of a PATH is not let at a folder of somebody else, "" where it is. Raises SourceError."""
    environ = {"LC_ALL": "C"} if path is None else {"LC_ALL": "C", "PATH": path}
    done = run_git(("--version",), Path(tempfile.gettempdir()), environ, 20.0)
    found = _VERSION.match(done.out.decode("utf-8", "replace"))
    if found is None:
        return f"git does not tell its version; {_NEEDED} is needed"
    major, minor, patch = (int(number or 0) for number in found.groups())
    is_safe = (major, minor) > (2, max(_SAFE)) or (major == 2 and patch >= _SAFE.get(minor, sys.maxsize))
    return "" if is_safe else f"git {major}.{minor}.{patch} may run what a repository names; {_NEEDED} is needed"


def run_git(
    arguments: Sequence[str],
    folder: Path,
    env: Mapping[str, str],
    seconds: float,
    *,
    halt: Halt | None = None,
    sent: bytes = b"",
    out: IO[bytes] | None = None,
    watched: Path | None = None,
    most: int = _MOST_ANSWER,
) -> Done:
    """Run git to its end, at most so long, and while what it writes is not more than so much. sent: what it reads. out:
    where it prints to; watched: a file or folder whose bytes are counted.

    Raises SourceError where there is no git, and where it cannot be started or has no room for what it prints.
    """
    halt = halt if halt is not None else Halt()
    if halt.why:
        return Done(out=b"", why=halt.why)
    try:
        with tempfile.TemporaryFile() as said, tempfile.TemporaryFile() as printed, tempfile.TemporaryFile() as given:
            given.write(sent)
            given.seek(0)
            child = _start(arguments, folder, env, streams=(given, out or printed, said))
            why, is_late = _wait(child, seconds, printed, halt=halt, watched=watched, most=most)
            if not why and child.returncode:
                why = _last_words(said) or f"git ended with {child.returncode} and said nothing"
            printed.seek(0)
            return Done(out=printed.read(_MOST_ANSWER), why=why, is_late=is_late)
    except OSError as err:
        raise SourceError(f"git cannot be run: {err.strerror or err}") from err


def _start(
    arguments: Sequence[str], folder: Path, env: Mapping[str, str], *, streams: tuple[IO[bytes], IO[bytes], IO[bytes]]
) -> subprocess.Popen[bytes]:
    try:
        child = subprocess.Popen(  # noqa: S603 - a fixed program, no shell; every address was looked at
            ["git", *SAFE_OPTIONS, *arguments],  # noqa: S607 - git is looked up in the user's own PATH
            cwd=folder,
            env=dict(env),
            stdin=streams[0],
            stdout=streams[1],
            stderr=streams[2],
            start_new_session=True,
        )
    except FileNotFoundError as err:
        if not folder.is_dir():
            raise
        raise SourceError("git was not found", remedy="install git") from err
    except ValueError as err:
        raise SourceError(f"git cannot be asked that: {err}") from err
    if sys.platform == "linux":
        import resource

        with suppress(OSError, ValueError):  # it has ended, or may have less already
            resource.prlimit(child.pid, resource.RLIMIT_AS, (_MOST_MEMORY, _MOST_MEMORY))
    return child


def _wait(
    child: subprocess.Popen[bytes], seconds: float, printed: IO[bytes], *, halt: Halt, watched: Path | None, most: int
) -> tuple[str, bool]:
    """Wait for the child; return why it was ended, "" where it came to its own end, and whether that was the time."""
    deadline, beat = time.monotonic() + seconds, 0.005
    try:
        while True:
            with suppress(subprocess.TimeoutExpired):
                child.wait(beat)
                return "", False
            beat = min(beat * 2, _BEAT if watched is None else _LONG_BEAT)
            if time.monotonic() > deadline:
                return f"git did not end within {seconds:g} s", True
            if halt.why:
                return halt.why, False
            size = os.fstat(printed.fileno()).st_size
            if size > _MOST_ANSWER or (watched is not None and bytes_of(watched) > most):
                return f"it is larger than {most >> 20:,} MiB", False
    finally:
        _end(child)


def _end(child: subprocess.Popen[bytes]) -> None:
    """End a child that still runs, and those that it has started."""
    if child.poll() is not None:
        return
    with suppress(OSError, AttributeError):
        os.killpg(child.pid, signal.SIGKILL)
    with suppress(OSError):
        child.kill()
    child.wait()


def bytes_of(path: Path) -> int:
    """Return how many bytes a file has, or the files of a folder; what goes away meanwhile does not count."""
    if path.is_file():
        return path.stat().st_size
    total = 0
    for folder, _, names in os.walk(path):
        for name in names:
            with suppress(OSError):
                total += os.lstat(os.path.join(folder, name)).st_size  # noqa: PTH118 - many small ones
    return total


def _last_words(said: IO[bytes]) -> str:
    """Return the line of git that says why, in its own words."""
    said.seek(0)
    lines = [line.strip() for line in said.read(64 << 10).decode("utf-8", "replace").splitlines() if line.strip()]
    marked = [line for line in lines if line.startswith(("fatal:", "error:", "remote:"))]
    words = (marked or lines or [""])[0]
    for mark in ("fatal: ", "error: ", "remote: "):
        words = words.removeprefix(mark)
    return words[:300]
