"""The go command, run as if it had been started itself: its streams, its signals, its environment, its end.

    ended = run_go(go, ["build", "./..."])
    ended.code, ended.signal

It stays in our process group, so that a terminal sends it what is typed. A signal that somebody sends to this process
alone is handed on; one that a terminal sends to all of a group is not, since it has it already. Whether a signal of
another process was sent to one or to all cannot be known: it is handed on unless it has ended the go command at once.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

from supplymatrix.errors import SourceError
from supplymatrix.model.value import value

__all__ = ["Ended", "become_go", "end_by", "run_go"]

_HANDED_ON = tuple(
    getattr(signal, name)
    for name in ("SIGINT", "SIGQUIT", "SIGTERM", "SIGHUP", "SIGUSR1", "SIGUSR2", "SIGTSTP", "SIGCONT")
    if hasattr(signal, name)
)
_ENDING = frozenset(getattr(signal, name, None) for name in ("SIGINT", "SIGQUIT", "SIGTERM", "SIGHUP"))
_OF_PYTHON = tuple(getattr(signal, name) for name in ("SIGPIPE", "SIGXFSZ") if hasattr(signal, name))
"""Signals that Python ignores, and no program that it starts should."""
_BY_KERNEL = 0x80  # SI_KERNEL: of a terminal
_MOMENT = 0.05  # seconds in which the go command ends that has the signal too
_TURN = 1.0


@value
class Ended:
    """How a go command ended. signal: that ended it, 0 for none. is_cut: somebody asked for its end."""

    code: int
    signal: int = 0
    is_cut: bool = False


def run_go(go: Path, arguments: Sequence[str]) -> Ended:
    """Run the go command to its end. Raises SourceError when it cannot be started."""
    if hasattr(signal, "sigtimedwait") and hasattr(os, "posix_spawn"):
        return _run(go, arguments)
    return _run_by_handlers(go, arguments)


def become_go(go: Path, arguments: Sequence[str]) -> Ended:
    """Let the go command take the place of this process; where a system has no such thing, run it to its end.

    Raises SourceError when it cannot be started.
    """
    if sys.platform == "win32":
        return _run_by_handlers(go, arguments)
    for number in _OF_PYTHON:
        signal.signal(number, signal.SIG_DFL)
    try:
        os.execve(go, ["go", *arguments], _environment())  # noqa: S606 - no shell is wanted
    except OSError as err:
        raise _not_run(err) from err


def end_by(number: int) -> None:
    """End this process by a signal, as the go command was ended by it; return where that does not end it."""
    if sys.platform == "win32":
        return
    import resource

    with suppress(OSError, ValueError):
        resource.setrlimit(resource.RLIMIT_CORE, (0, resource.getrlimit(resource.RLIMIT_CORE)[1]))
        signal.signal(number, signal.SIG_DFL)
    os.kill(os.getpid(), number)


def _run(go: Path, arguments: Sequence[str]) -> Ended:
    waited = {*_HANDED_ON, signal.SIGCHLD}
    before = signal.pthread_sigmask(signal.SIG_BLOCK, waited)
    # Without a handler a system may drop the signal, or the end of the child with it.
    handler = signal.signal(signal.SIGCHLD, lambda *_: None)
    try:
        try:
            words = ["go", *arguments]
            child = os.posix_spawn(go, words, _environment(), setsigmask=before, setsigdef=_OF_PYTHON)
        except OSError as err:
            raise _not_run(err) from err
        return _wait(child, waited)
    finally:
        signal.signal(signal.SIGCHLD, handler if handler is not None else signal.SIG_DFL)
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _wait(child: int, waited: set[signal.Signals]) -> Ended:
    is_cut = False
    while (ended := _end_of(child)) is None:
        found = signal.sigtimedwait(waited, _TURN)
        if found is None or found.si_signo == signal.SIGCHLD:
            continue
        is_cut |= found.si_signo in _ENDING
        _hand_on(child, signal.Signals(found.si_signo), is_of_terminal=found.si_code == _BY_KERNEL)
    return Ended(code=ended.code, signal=ended.signal, is_cut=is_cut or ended.signal in _ENDING)


def _hand_on(child: int, number: signal.Signals, *, is_of_terminal: bool) -> None:
    if number is signal.SIGCONT:
        if _is_stopped(child):
            os.kill(child, number)
        return
    if number is signal.SIGTSTP:
        if not is_of_terminal and not _is_stopped(child):
            os.kill(child, number)
        _stop()
        if _is_stopped(child):
            os.kill(child, signal.SIGCONT)
        return
    if not is_of_terminal:
        if number in _ENDING:
            signal.sigtimedwait({signal.SIGCHLD}, _MOMENT)
        if _is_running(child):
            os.kill(child, number)


def _stop() -> None:
    """Stop this process as SIGTSTP does, until somebody lets it go on."""
    signal.raise_signal(signal.SIGTSTP)
    signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGTSTP})
    signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGTSTP})


def _is_stopped(child: int) -> bool:
    return os.waitid(os.P_PID, child, os.WSTOPPED | os.WNOHANG | os.WNOWAIT) is not None


def _is_running(child: int) -> bool:
    return os.waitid(os.P_PID, child, os.WEXITED | os.WNOHANG | os.WNOWAIT) is None


def _end_of(child: int) -> Ended | None:
    found, status = os.waitpid(child, os.WNOHANG)
    if not found:
        return None
    code = os.waitstatus_to_exitcode(status)
    return Ended(code=code) if code >= 0 else Ended(code=128 - code, signal=-code)


def _run_by_handlers(go: Path, arguments: Sequence[str]) -> Ended:
    """Run the go command where no signal can be waited for: those of a keyboard go to both, others are handed on."""
    seen: list[int] = []
    started: list[subprocess.Popen[bytes]] = []

    def handle(number: int, frame: object) -> None:
        del frame
        seen.append(number)
        for process in started:
            hand_on(process, number)

    def hand_on(process: subprocess.Popen[bytes], number: int) -> None:
        if number not in (signal.SIGINT, getattr(signal, "SIGQUIT", None)):
            with suppress(OSError):
                process.send_signal(number)

    # A signal may come before the program is there.
    before = {number: signal.signal(number, handle) for number in _HANDED_ON if number in _ENDING}
    try:
        try:
            process = subprocess.Popen(  # noqa: S603 - no shell, the user's own arguments
                [go, *arguments], env=_environment(), close_fds=False
            )
        except (OSError, ValueError) as err:
            raise _not_run(err) from err
        early = len(seen)
        started.append(process)
        for number in seen[:early]:
            hand_on(process, number)
        code = process.wait()
    finally:
        for number, handler in before.items():
            signal.signal(number, handler if handler is not None else signal.SIG_DFL)
    return Ended(code=code if code >= 0 else 128 - code, signal=max(0, -code), is_cut=bool(seen) or -code in _ENDING)


def _not_run(err: Exception) -> SourceError:
    return SourceError(f"go cannot be run: {getattr(err, 'strerror', None) or err}")


def _environment() -> dict[bytes, bytes] | dict[str, str]:
    """Return the environment as this process was given it: Python itself sets LC_CTYPE where no locale is set."""
    if sys.platform == "win32":
        return dict(os.environ)
    environ = dict(os.environb)
    if environ.get(b"LC_CTYPE") in (b"C.UTF-8", b"C.utf8", b"UTF-8"):
        with suppress(OSError):
            given = Path("/proc/self/environ").read_bytes().split(b"\0")
            if not any(entry.startswith(b"LC_CTYPE=") for entry in given):
                del environ[b"LC_CTYPE"]
    return environ
