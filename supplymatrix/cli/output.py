"""Where the words go: reports to stdout or whole files, progress and hints to stderr."""

from __future__ import annotations

import os
import secrets
import sys
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import TextIO

import click

from supplymatrix.cli.alarm import keeps_alarm
from supplymatrix.cli.streams import is_terminal, write_stderr, write_stdout
from supplymatrix.engine.events import Event, Message
from supplymatrix.errors import Diagnostic, InputError
from supplymatrix.model.audit import Audit
from supplymatrix.model.rule import Level, Status
from supplymatrix.model.spelling import nearest
from supplymatrix.model.value import value
from supplymatrix.reports.plain import plain
from supplymatrix.reports.registry import FORMATS, render

__all__ = [
    "Console", "ReportTarget", "in_columns", "page_width", "parse_targets", "wants_color", "write_file",
    "write_reports", "write_stdout",
]  # fmt: skip

_NEW_FILE = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_BINARY", 0)
_STEP = 10  # percent between two lines of progress when stderr is no terminal
_PAGE = 80  # columns of a page that goes to a file or another program
_WIDEST_PAGE = 100


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
        self._is_terminal = is_terminal(sys.stderr) and not os.environ.get("CI")
        self._last = -1
        self._has_line = False

    def on_event(self, event: Event) -> None:
        """Show an event of a run."""
        if self.quiet:
            return
        if isinstance(event, Message):
            self.end_line()
            write_stderr(f"{plain(event.text)}\n")
            return
        percent = 100 * event.done // event.total if event.total else 0
        if self._is_terminal and percent != self._last:
            write_stderr(f"\r{event.stage}: {event.done:,} of {event.total:,} ({percent} %)")
            self._has_line = True
            self._last = percent
        elif not self._is_terminal and percent // _STEP != self._last and event.total > 50:
            self._last = percent // _STEP
            write_stderr(f"{event.stage}: {event.done:,} of {event.total:,}\n")

    def end_line(self) -> None:
        """Take the moving line away."""
        if self._has_line:
            write_stderr("\r\x1b[K")
            self._has_line = False


def wants_color(choice: str, stream: TextIO, environ: Mapping[str, str]) -> bool:
    """Return whether to colour a stream: as chosen, else on a terminal unless NO_COLOR is set."""
    if choice != "auto":
        return choice == "always"
    return is_terminal(stream) and not environ.get("NO_COLOR") and environ.get("TERM") != "dumb"


def parse_targets(words: Sequence[str]) -> tuple[ReportTarget, ...]:
    """Read the values of --format. Raises click.UsageError for an unknown format, or two for one file or stdout."""
    targets = []
    for word in words or ("text",):
        name, equals, file = word.partition("=")
        if name not in FORMATS:
            near = nearest(name, FORMATS)
            fault = click.UsageError(f"There is no format {name!r}; there are {', '.join(FORMATS)}.")
            if near:
                fault.add_note(f"did you mean {near!r}?")
            raise fault
        if equals and not file:
            raise click.UsageError(f"--format {word}: a file name is missing behind the equals sign.")
        targets.append(ReportTarget(name, Path(file) if file else None))
    if sum(target.file is None for target in targets) > 1:
        raise click.UsageError("Two formats cannot share stdout: give one of them a file, as in sarif=report.sarif.")
    named: set[str] = set()
    for target in targets:
        if target.file is not None:
            real = os.path.realpath(target.file)
            if real in named:
                raise click.UsageError(f"Two formats cannot share the file {target.file}: give each a file of its own.")
            named.add(real)
    return tuple(targets)


def write_reports(audit: Audit, targets: Sequence[ReportTarget], console: Console) -> None:
    """Render a report in every format that was asked for; files are written whole or not at all.

    One that cannot be written does not keep the others from being written. What goes wrong carries the alarm with it
    that the reports were to tell.
    """
    console.end_line()
    faults: list[InputError | BrokenPipeError] = []
    with keeps_alarm(audit.verdict.exit_code, _in_a_line(audit)):
        for target in targets:
            try:
                _write_report(audit, target, console)
            except (InputError, BrokenPipeError) as err:
                faults.append(err)
        inputs = [diagnostic for err in faults if isinstance(err, InputError) for diagnostic in err.diagnostics]
        if inputs:
            raise InputError(*inputs)
        if faults:
            raise faults[0]
    files = [target.file.as_posix() for target in targets if target.file is not None]
    if len(files) == len(targets) and not console.quiet:
        write_stderr(f"{_in_a_line(audit)} · written to {', '.join(plain(file) for file in files)}\n")


def _write_report(audit: Audit, target: ReportTarget, console: Console) -> None:
    is_terminal = target.file is None and target.format == "text"
    color = is_terminal and wants_color(console.color, sys.stdout, os.environ)
    width = _terminal_width() if is_terminal else 100
    text = render(audit, target.format, color=color, width=max(60, min(width, 160)), verbose=console.verbose)
    if target.file is None:
        write_stdout(text)
    else:
        write_file(target.file, text)


def _in_a_line(audit: Audit) -> str:
    """Return the outcome for somebody who sees no report."""
    verdict = audit.verdict
    failed = [item.level for item in verdict.judged if item.status is Status.FAIL]
    alarms, errors = failed.count(Level.ALARM), failed.count(Level.ERROR)
    unknown = len({(item.gap.subject, item.gap.kind) for item in verdict.judged if item.gap is not None})
    counts = f"alarms: {alarms:,}, errors: {errors:,}, unknown: {unknown:,}"
    return f"{plain(audit.subject)}: {verdict.outcome.value} · {counts} · exit {verdict.exit_code}"


def page_width() -> int:
    """Return the columns for a page that is read on stdout: those of the terminal up to 100, else 80."""
    return min(_terminal_width(), _WIDEST_PAGE) if is_terminal(sys.stdout) else _PAGE


def in_columns(rows: Sequence[tuple[str, str]], *, indent: int, width: int) -> list[str]:
    """Return rows of two cells as lines; where one would be too wide, all second cells go to indented lines."""
    if all(len(first) + 2 + len(second) <= width for first, second in rows):
        return [f"{first}  {second}" for first, second in rows]
    return [line for first, second in rows for line in (first.rstrip(), f"{' ' * indent}{second}")]


def _terminal_width() -> int:
    import shutil

    return shutil.get_terminal_size((100, 24)).columns


def write_file(path: Path, text: str) -> None:
    """Write a file whole or not at all: under another name beside it, then renamed. A link stays a link.

    What is there and is no plain file (a pipe, /dev/stdout) is written to as it is. Raises InputError; an old file is
    then untouched.
    """
    data = text.encode("utf-8", "backslashreplace")
    try:
        if path.exists() and not path.is_file():
            path.write_bytes(data)
        else:
            _replace(Path(os.path.realpath(path)), data)
    except (OSError, ValueError) as err:
        raise InputError(
            Diagnostic(
                message=f"the report cannot be written: {getattr(err, 'strerror', None) or err}",
                artifact=path.as_posix(),
                expected="a file name in a folder that may be written, on a disk with room",
            )
        ) from err


def _replace(path: Path, data: bytes) -> None:
    beside = path.with_name(f".supplymatrix-{secrets.token_hex(8)}.tmp")
    try:
        with os.fdopen(os.open(beside, _NEW_FILE, 0o666), "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        beside.replace(path)
    except OSError:
        with suppress(OSError):
            beside.unlink()
        raise
