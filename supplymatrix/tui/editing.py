"""A file in the user's editor, while the app waits: which program that is, and what may not end the app meanwhile."""

from __future__ import annotations

import shlex
import signal
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

__all__ = ["editor_command", "run_editor"]

_TAKES_LINE = frozenset({"vi", "vim", "nvim", "view", "nano", "emacs", "emacsclient", "micro", "kak", "joe"})
"""Editors that begin at a line that is given as +LINE before the file."""


def editor_command(environ: Mapping[str, str], file: Path, line: int = 0) -> list[str]:
    """Return the words that open a file. line: from 1, 0 = the beginning.

    Raises ValueError, which names the variable, for VISUAL or EDITOR that are no words of a shell.
    """
    name = next((name for name in ("VISUAL", "EDITOR") if environ.get(name, "").strip()), "")
    try:
        words = shlex.split(environ[name]) if name else ["vi"]
    except ValueError as err:
        raise ValueError(f"{name} is no command: {str(err).lower()}") from err
    if not words or not words[0]:
        raise ValueError(f"{name} is no command: it names no program")
    place = [f"+{line}"] if line > 0 and Path(words[0]).name in _TAKES_LINE else []
    path = str(file)
    return [*words, *place, f"./{path}" if path.startswith("-") else path]


def run_editor(command: Sequence[str]) -> int:
    r"""Run an editor and return its exit code. Raises OSError where it cannot be started.

    Ctrl+C and Ctrl+\ are for the editor alone, as git has it: the terminal sends them to us, too.
    """
    with _undisturbed():
        return subprocess.run(command, check=False).returncode  # noqa: S603 - the user's own editor


@contextmanager
def _undisturbed() -> Iterator[None]:
    """Let keys that end a program pass. A handler that does nothing, since what is ignored stays so in the editor."""
    numbers = [number for name in ("SIGINT", "SIGQUIT") if (number := getattr(signal, name, None)) is not None]
    before = {number: signal.signal(number, lambda *_: None) for number in numbers}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler if handler is not None else signal.SIG_DFL)
