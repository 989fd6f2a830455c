"""stdout and stderr as they are: closed by a reader that has seen enough, on a full disk, or not there at all."""

from __future__ import annotations

import errno
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TextIO, cast

from supplymatrix.errors import Diagnostic, InputError

__all__ = ["flush_stdout", "is_read_for_commands", "is_terminal", "let_go", "write_stderr", "write_stdout"]


def write_stdout(text: str, *, with_commands: bool = False) -> None:
    """Write a text to stdout as UTF-8, whatever the terminal's own encoding is.

    A build runner that reads along finds no command in it, unless with_commands: the text is made of them. A JSON
    document says the same afterwards. Raises BrokenPipeError when nobody reads any more, InputError when it cannot be
    written.
    """
    if not with_commands and is_read_for_commands():
        from supplymatrix.reports.plain import no_commands

        text = no_commands(text, as_json=text.startswith(("{", "[\n", "[]\n")))
    with _told(sys.stdout) as stream:
        buffer = getattr(stream, "buffer", None)
        if buffer is None:
            stream.write(text)
        else:
            stream.flush()
            buffer.write(text.encode("utf-8", "backslashreplace"))
            buffer.flush()


def flush_stdout() -> None:
    """Write out what stdout still holds; raises as `write_stdout`."""
    if cast("TextIO | None", sys.stdout) is not None:
        with _told(sys.stdout) as stream:
            stream.flush()


@contextmanager
def _told(stream: TextIO) -> Iterator[TextIO]:
    try:
        if cast("TextIO | None", stream) is None:
            raise OSError(errno.EBADF, os.strerror(errno.EBADF))  # noqa: TRY301 - one way out
        yield stream
    except BrokenPipeError:
        raise
    except OSError as err:
        let_go(stream)
        raise InputError(
            Diagnostic(
                message=f"the output cannot be written: {err.strerror or err}",
                expected="an open stdout, on a disk with room",
            )
        ) from err


def write_stderr(text: str) -> None:
    """Write to stderr at once; that nobody reads it is no error, since the exit code still tells."""
    stream = cast("TextIO | None", sys.stderr)
    if stream is None:
        return
    if is_read_for_commands():
        from supplymatrix.reports.plain import no_commands

        text = no_commands(text)
    try:
        stream.write(text)
        stream.flush()
    except OSError:
        let_go(stream)


def is_read_for_commands() -> bool:
    """Return whether a build runner looks for commands to itself in what is printed."""
    return bool(os.environ.get("GITHUB_ACTIONS") or os.environ.get("TF_BUILD"))


def is_terminal(stream: TextIO) -> bool:
    """Return whether a person looks at a stream; a stream that was closed before we began is none."""
    there = cast("TextIO | None", stream)
    return there is not None and there.isatty()


def let_go(stream: TextIO) -> None:
    """Let what a stream still holds, and the interpreter's last flush of it, go nowhere."""
    if cast("TextIO | None", stream) is None:
        return
    try:
        descriptor = os.open(os.devnull, os.O_WRONLY)
        os.dup2(descriptor, stream.fileno())
        os.close(descriptor)
    except (OSError, ValueError):
        return
