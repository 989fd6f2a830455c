"""`supplymatrix response`: how fast each channel fixed Go's CVEs, and how fast the project took the fixes."""

from __future__ import annotations

import os
import re
from contextlib import suppress
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from supplymatrix.cli.options import console_options
from supplymatrix.cli.output import Console, page_width
from supplymatrix.cli.streams import write_stderr
from supplymatrix.cli.targets import parse_targets, write_targets
from supplymatrix.reports.plain import plain

if TYPE_CHECKING:
    from supplymatrix.vendors.response_report import ResponseReport

__all__ = ["response"]

_FORMATS = ("text", "json", "csv", "markdown")
_GAPS = 10
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", re.ASCII)


def _day(context: click.Context, parameter: click.Parameter, said: str | None) -> date | None:
    """Read a day, as in 2024-07-02. Raises click.BadParameter for what is none."""
    if said is None:
        return None
    with suppress(ValueError):
        if _DAY.fullmatch(said):
            return date.fromisoformat(said)
    raise click.BadParameter(f"{said[:40]!r} is no day; one looks like 2024-07-02", context, parameter)


@click.command()
@click.argument("path", required=False, type=click.Path(path_type=Path), metavar="[PATH]")
@click.option("--vendor", "vendors", multiple=True, metavar="ID", help="Only channels of this vendor.")
@click.option("--channel", "channels", multiple=True, metavar="ID", help="Only this channel.")
@click.option("--since", callback=_day, metavar="DATE", help="Only CVEs that Go fixed on this day or later.")
@click.option("--cve", default="", metavar="ID", help="One CVE (or GO- id): what each channel did about it.")
@click.option("--explain", is_flag=True, help="The CVEs behind the numbers; with --cve each date's file and field.")
@click.option("--as-of", callback=_day, metavar="DATE", help="As it was on this day.")
@click.option("--feeds", type=click.Path(path_type=Path), metavar="DIR", help="Take the feeds from this folder.")
@click.option("--format", "format_", multiple=True, metavar="F[=FILE]", help="text, json, csv or markdown.")
@console_options
def response(
    path: Path | None,
    *,
    vendors: tuple[str, ...],
    channels: tuple[str, ...],
    since: date | None,
    cve: str,
    explain: bool,
    as_of: date | None,
    feeds: Path | None,
    format_: tuple[str, ...],
    console: Console,
) -> int:
    """Show how many days each channel took to fix Go's CVEs: from Go's own fix, and from the vendor's detection.

    PATH is a project: the folder of its go.mod. With it, its git history tells when it moved to a Go with the fix. When
    left out it is the current folder, if that has a go.mod.

    Exit 0: all that was asked for is there. 3: a feed or the history could not be read. 5: there is nothing to show.
    """
    from supplymatrix.engine.response import ResponseRequest, run_response

    targets = parse_targets(format_, _FORMATS)
    if since is not None and as_of is not None and since > as_of:
        raise click.UsageError("--since is later than --as-of: no day lies between them.")
    here = Path()
    report = run_response(
        ResponseRequest(
            environ=os.environ,
            today=datetime.now(UTC).date(),
            path=path if path is not None else here if (here / "go.mod").is_file() else None,
            vendors=vendors,
            channels=channels,
            since=since,
            as_of=as_of,
            cve=cve.strip(),
            feeds=feeds,
        )
    )
    write_targets(
        targets,
        lambda to: _rendered(report, to.format, explain=explain, width=page_width() if to.file is None else 80),
    )
    _tell(report, console)
    if report.is_empty:
        return 5
    asked_history = path is not None and report.history is not None and bool(report.history.gap)
    return 3 if report.faults or asked_history or _lacks_feeds(report) else 0


def _rendered(report: ResponseReport, name: str, *, explain: bool, width: int) -> str:
    from supplymatrix.reports.registry import render_response

    return render_response(report, name, explain=explain, width=width)


def _lacks_feeds(report: ResponseReport) -> bool:
    return any(row.as_of is None for row in report.rows)


def _tell(report: ResponseReport, console: Console) -> None:
    """Tell on stderr what is missing, even where quiet was asked for; and where nothing is, what to do."""
    from supplymatrix.reports.diagnostic import unknown_line

    for gap in report.gaps[:_GAPS]:
        write_stderr(plain(unknown_line(gap)) + "\n")
    if len(report.gaps) > _GAPS:
        write_stderr(f"… and {len(report.gaps) - _GAPS:,} more of these\n")
    if report.is_empty and not console.quiet:
        from supplymatrix.reports.response_words import empty_words

        is_window = not report.fixes and report.outside
        remedy = "ask for other days with --since and --as-of" if is_window else "name a folder of feeds with --feeds"
        write_stderr(f"nothing to show: {empty_words(report)}; next: {remedy}\n")
