"""Where the words go: reports to stdout or whole files, progress and hints to stderr."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Protocol, TextIO

from supplymatrix.cli.alarm import keeps_alarm
from supplymatrix.cli.streams import is_terminal, write_stderr, write_stdout
from supplymatrix.cli.targets import ReportTarget
from supplymatrix.engine.events import Event, Message
from supplymatrix.reports.plain import plain

if TYPE_CHECKING:
    from supplymatrix.engine.signing import ReportSigner
    from supplymatrix.model.audit import Audit, Fellow, Survey

    class TextReport(Protocol):
        """Makes the report for people."""

        def __call__(self, audit: Audit, /, *, color: bool, width: int, verbose: bool) -> str: ...


__all__ = ["Console", "in_columns", "page_width", "wants_color", "write_reports", "write_stdout"]

_STEP = 10  # percent between two lines of progress when stderr is no terminal
_PAGE = 80  # columns of a page that goes to a file or another program
_WIDEST_PAGE = 100


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

    def warn(self, text: str) -> None:
        """Tell what went wrong beside the run itself, also when quiet; "" is nothing."""
        if text:
            self.end_line()
            write_stderr(f"warning: {plain(text)}\n")

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


def write_reports(
    found: Audit | Survey,
    targets: Sequence[ReportTarget],
    console: Console,
    *,
    signer: ReportSigner | None = None,
    named: Sequence[Fellow] = (),
    text: TextReport | None = None,
) -> Survey:
    """Render a report in every format that was asked for; files are written whole or not at all, and returned as
    fellows of the survey.

    One that cannot be written does not keep the others from being written. What goes wrong carries the alarm with it
    that the reports were to tell. signer: signs the files, None = nobody. named: files of other runs that they name.
    text: makes the report for people of a single subject, None = as a check's.
    """
    from supplymatrix.cli.report_files import ReportFiles
    from supplymatrix.reports.tally import as_survey

    console.end_line()
    survey = as_survey(found)
    with keeps_alarm(survey.exit_code, _in_a_line(survey)):
        files = ReportFiles(
            survey, lambda told, target: _rendered(told, target, console, text), signer, console.warn, named=named
        )
        survey = files.write(targets)
    written = [target.file.as_posix() for target in targets if target.file is not None]
    if len(written) == len(targets) and not console.quiet:
        signed = f" · signed with {signer.who}" if signer is not None else ""
        write_stderr(f"{_in_a_line(survey)} · written to {', '.join(plain(file) for file in written)}{signed}\n")
    return survey


def _rendered(survey: Survey, target: ReportTarget, console: Console, text: TextReport | None) -> str:
    from supplymatrix.model.audit import Audit
    from supplymatrix.reports.registry import render_survey

    is_terminal = target.file is None and target.format == "text"
    color = is_terminal and wants_color(console.color, sys.stdout, os.environ)
    width = max(60, min(_terminal_width(), 160)) if is_terminal else 100
    if text is not None and target.format == "text" and len(survey.items) == 1 and isinstance(survey.items[0], Audit):
        return text(survey.items[0], color=color, width=width, verbose=console.verbose)
    return render_survey(survey, target.format, color=color, width=width, verbose=console.verbose)


def _in_a_line(survey: Survey) -> str:
    """Return the outcome for somebody who sees no report."""
    from supplymatrix.model.audit import Audit
    from supplymatrix.reports.tally import outcome_of_exit, tally_of

    tallies = [tally_of(item.verdict) for item in survey.items if isinstance(item, Audit)]
    parts = [
        f"alarms: {sum(tally.alarms for tally in tallies):,}",
        f"errors: {sum(tally.errors for tally in tallies):,}",
        f"unknown: {sum(tally.unknown for tally in tallies):,}",
    ]
    name = f"{len(survey.items):,} subjects"
    if len(survey.items) == 1:
        (item,) = survey.items
        name = plain(item.subject if isinstance(item, Audit) else item.path)
    elif len(tallies) != len(survey.items):
        parts.append(f"broken: {len(survey.items) - len(tallies):,}")
    outcome = outcome_of_exit(survey.exit_code).value
    return " · ".join([f"{name}: {outcome}", *([", ".join(parts)] if tallies else []), f"exit {survey.exit_code}"])


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
