"""Run a program that gives credentials, such as `git credential fill`: without a shell, with limits on all it may do.

It has no terminal and a session of its own, so that it can ask nobody; it starts in the user's home, never in the
folder that is examined; it is found below absolute folders of PATH alone. When its time is over, or its output too
long, it is killed with all that it has started.
"""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path

from supplymatrix.errors import SourceError

__all__ = ["run_program"]

_SECONDS = 30.0
_MAX_OUTPUT = 1 << 16
_LOOK_AGAIN = 0.1  # seconds between two looks at whether a silent program has ended


async def run_program(
    words: Sequence[str],
    *,
    environ: Mapping[str, str],
    folder: str,
    given: bytes = b"",
    seconds: float = _SECONDS,
) -> str:
    """Return what a program writes to stdout. given: its stdin; seconds: for all of it.

    Raises SourceError for a program that is not there, fails, takes too long or says too much; its words quote neither
    the command nor anything that it wrote: both may hold secrets.
    """
    program = _find(words[0], environ)
    try:
        process = await asyncio.create_subprocess_exec(
            program,
            *words[1:],
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.DEVNULL,
            cwd=folder,
            env=dict(environ),
            start_new_session=True,
        )
    except (OSError, ValueError) as err:
        raise SourceError(f"it cannot be run: {getattr(err, 'strerror', None) or type(err).__name__}") from err
    try:
        async with asyncio.timeout(seconds):
            output = await _talk(process, given)
    except TimeoutError as err:
        raise SourceError(f"it did not end within {seconds:g} s") from err
    finally:
        await _end(process)
    if output is None:
        raise SourceError(f"it writes more than {_MAX_OUTPUT} bytes")
    if process.returncode:
        raise SourceError(f"it ended with status {process.returncode}")
    return output.decode("utf-8", "surrogateescape")


def _find(name: str, environ: Mapping[str, str]) -> str:
    if Path(name).is_absolute():
        return name
    if Path(name).name == name:
        suffix = ".exe" if sys.platform == "win32" and not name.lower().endswith(".exe") else ""
        for entry in environ.get("PATH", "").split(os.pathsep):
            found = Path(entry, name + suffix)
            if Path(entry).is_absolute() and found.is_file() and os.access(found, os.X_OK):
                return str(found)
        raise SourceError("there is no such program in PATH")
    raise SourceError("its path is relative: a folder that is examined could bring it along")


async def _talk(process: asyncio.subprocess.Process, given: bytes) -> bytes | None:
    """Give a program its input and return its output, None when that is too long."""
    assert process.stdin is not None  # noqa: S101 - it is a pipe
    assert process.stdout is not None  # noqa: S101 - it is a pipe
    with suppress(OSError):  # a program need not read what it is given
        process.stdin.write(given)
        process.stdin.close()
    output = b""
    while True:
        try:
            piece = await asyncio.wait_for(process.stdout.read(_MAX_OUTPUT), _LOOK_AGAIN)
        except TimeoutError:
            if process.returncode is None:
                continue
            return output  # it has ended, and something that it left behind holds the pipe open
        if not piece:
            await process.wait()
            return output
        output += piece
        if len(output) > _MAX_OUTPUT:
            return None


async def _end(process: asyncio.subprocess.Process) -> None:
    """Kill what still runs of a program and of all that it has started, and see it off."""
    with suppress(OSError):  # mostly there is nothing left
        if sys.platform == "win32":
            if process.returncode is None:
                process.kill()
        else:
            os.killpg(process.pid, signal.SIGKILL)
    while process.returncode is None:  # noqa: ASYNC110 - some versions of wait() want the pipes closed first
        await asyncio.sleep(_LOOK_AGAIN / 10)
    # A child in a session of its own is beyond reach and may hold the pipe: what we have of it is closed here.
    process._transport.close()  # type: ignore[attr-defined]  # noqa: SLF001 - there is no public way
