"""`supplymatrix fix plan`: which updates clear known vulnerabilities, worked out and not run."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from supplymatrix.cli.options import FileName, console_options, network_options, said
from supplymatrix.cli.output import Console
from supplymatrix.cli.pages import format_option, write_pages

if TYPE_CHECKING:
    from supplymatrix.cli.targets import ReportTarget
    from supplymatrix.engine.means import Means

__all__ = ["fix"]

_FILE = FileName()


@click.group()
def fix() -> None:
    """Work out what clears findings. Nothing is changed."""


@fix.command()
@click.argument("path", type=_FILE, default=Path(), metavar="[PATH]")
@click.option(
    "--vuln-db", "databases", type=_FILE, multiple=True, metavar="PATH",
    help="A database in the OSV form, file or folder, beside the synced one. May be given several times.",
)  # fmt: skip
@click.option("--all", "everything", is_flag=True, help="Clear also what was sought deeper and is not there.")
@click.option(
    "--advisory", "advisories", multiple=True, callback=said, metavar="ID",
    help="Clear this one alone, by any of its names. May be given several times.",
)  # fmt: skip
@format_option("text", "json")
@network_options
@console_options
def plan(
    path: Path,
    *,
    databases: tuple[Path, ...],
    everything: bool,
    advisories: tuple[str, ...],
    targets: tuple[ReportTarget, ...],
    means: Means,
    console: Console,
) -> int:
    """Plan the fewest `go get` that clear the known vulnerabilities of PATH.

    Each affected module is raised to the earliest version that no advisory concerns; the build list that comes of it is
    worked out as Go selects versions, and of the updates the fewest are taken that bring about the others. go.mod is
    shown as it would be; nothing is changed, and nothing of the project is run. What was sought by package or function
    and is not there needs no update.

    Exit 0: the plan clears all, or there was nothing. 1: something stays. 3: something could not be had.
    """
    from supplymatrix.engine.fix_plan import FixRequest, plan_fixes
    from supplymatrix.reports.fix_view import render_fix_json, render_fix_text

    request = FixRequest(path=path, means=means, databases=databases, everything=everything, advisories=advisories)
    found = plan_fixes(request)
    render = {"text": lambda width: render_fix_text(found, width), "json": lambda _: render_fix_json(found)}
    write_pages(targets, render, quiet=console.quiet)
    return found.exit_code
