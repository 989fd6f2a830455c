"""Where the words go: reports to stdout or whole files, progress and hints to stderr."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TextIO

import click

from supplymatrix.engine.events import Event, Message
from supplymatrix.errors import Diagnostic, InputError
from supplymatrix.model.audit import Audit
from supplymatrix.model.value import value
from supplymatrix.reports.plain import plain
from supplymatrix.reports.registry import FORMATS, render

__all__ = ["Console", "ReportTarget", "parse_targets", "wants_color", "write_file", "write_reports", "write_stdout"]

_STEP = 10  # percent between two lines of progress when stderr is no terminal


@value(kw_only=False)
class ReportTarget:
    """One --format. file: None = stdout."""

    format: str
    file: Path | None


class Console:
    """Tells on stderr how a run goes: one moving line on a terminal, plain lines elsewhere, nothing when quiet."""

    def __init__(self, *, quiet: bool = False, verbose: bool = False, color: str = "auto") -> None:
        self.quiet = quiet
        self.verbose = verbose
        self.color = color
        self._is_terminal = sys.stderr.isatty() and not os.environ.get("CI")
        self._last = -1
        self._has_line = False

    def on_event(self, event: Event) -> None:
        """Show an event of a run."""
        if self.quiet:
            return
        if isinstance(event, Message):
            self.end_line()
            self._write(f"{plain(event.text)}\n")
            return
        percent = 100 * event.done // event.total if event.total else 0
        if self._is_terminal and percent != self._last:
            self._write(f"\r{event.stage}: {event.done:,} of {event.total:,} ({percent} %)")
            self._has_line = True
            self._last = percent
        elif not self._is_terminal and percent // _STEP != self._last and event.total > 50:
            self._last = percent // _STEP
            self._write(f"{event.stage}: {event.done:,} of {event.total:,}\n")

    def end_line(self) -> None:
        """Take the moving line away."""
        if self._has_line:
            self._write("\r\x1b[K")
            self._has_line = False

    @staticmethod
    def _write(text: str) -> None:
        try:
            sys.stderr.write(text)
            sys.stderr.flush()
        except OSError:
            return  # progress is not worth an error


def wants_color(choice: str, stream: TextIO, environ: Mapping[str, str]) -> bool:
    """Return whether to colour a stream: as chosen, else on a terminal unless NO_COLOR is set."""
    if choice != "auto":
        return choice == "always"
    return stream.isatty() and not environ.get("NO_COLOR") and environ.get("TERM") != "dumb"


def parse_targets(words: Sequence[str]) -> tuple[ReportTarget, ...]:
    """Read the values of --format. Raises click.UsageError for an unknown format, or two for stdout."""
    targets = []
    for word in words or ("text",):
        name, equals, file = word.partition("=")
        if name not in FORMATS:
            raise click.UsageError(f"There is no format {name!r}; there are {', '.join(FORMATS)}.")
        if equals and not file:
            raise click.UsageError(f"--format {word}: a file name is missing behind the equals sign.")
        targets.append(ReportTarget(name, Path(file) if file else None))
    if sum(target.file is None for target in targets) > 1:
        raise click.UsageError("Two formats cannot share stdout: give one of them a file, as in sarif=report.sarif.")
    return tuple(targets)


def write_reports(audit: Audit, targets: Sequence[ReportTarget], console: Console) -> None:
    """Render a report in every format that was asked for; files are written whole or not at all."""
    console.end_line()
    for target in targets:
        is_terminal = target.file is None and target.format == "text"
        color = is_terminal and wants_color(console.color, sys.stdout, os.environ)
        width = _terminal_width() if is_terminal else 100
        text = render(audit, target.format, color=color, width=max(60, min(width, 160)), verbose=console.verbose)
        if target.file is None:
            write_stdout(text)
        else:
            write_file(target.file, text)


def _terminal_width() -> int:
    import shutil

    return shutil.get_terminal_size((100, 24)).columns


def write_stdout(text: str) -> None:
    """Write a text to stdout as UTF-8, whatever the terminal's own encoding is."""
    buffer = getattr(sys.stdout, "buffer", None)
    if buffer is None:
        sys.stdout.write(text)
    else:
        sys.stdout.flush()
        buffer.write(text.encode("utf-8", "backslashreplace"))
        buffer.flush()


def write_file(path: Path, text: str) -> None:
    """Write a file under a temporary name and rename it. Raises InputError; the old file is then untouched."""
    beside = path.with_name(f".{path.name}.{os.getpid()}.tmp")
    try:
        with beside.open("wb") as file:
            file.write(text.encode("utf-8", "backslashreplace"))
            file.flush()
            os.fsync(file.fileno())
        beside.replace(path)
    except OSError as err:
        beside.unlink(missing_ok=True)
        raise InputError(
            Diagnostic(
                message=f"the report cannot be written: {err.strerror or err}",
                artifact=path.as_posix(),
                expected="a file name in a folder that may be written, on a disk with room",
            )
        ) from err
