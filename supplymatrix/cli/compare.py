"""`supplymatrix compare`: what of your own projects each vendor covers, and on whose paths they stand."""

from __future__ import annotations

import os
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import click

from supplymatrix.cli.options import console_options
from supplymatrix.cli.output import Console, page_width
from supplymatrix.cli.profile_options import chosen_profiles, profile_options, tell_loading
from supplymatrix.cli.streams import write_stderr
from supplymatrix.cli.targets import parse_targets, write_targets
from supplymatrix.cli.words import complete_vendors
from supplymatrix.reports.plain import plain

if TYPE_CHECKING:
    from supplymatrix.engine.vendor_profiles import LoadedProfiles
    from supplymatrix.vendors.comparison import Comparison

__all__ = ["compare"]

_FORMATS = ("text", "json", "markdown")
_PATH = click.Path(path_type=Path)


@click.command()
@click.argument("named", nargs=-1, type=_PATH, metavar="[PATH]...")
@click.option(
    "--project", "projects", multiple=True, type=_PATH, metavar="PATH", help="A folder, or its go.mod; as PATH."
)
@click.option("--projects-from", type=_PATH, metavar="FILE", help="A list of projects, one path a line.")
@click.option(
    "--binary", "binaries", multiple=True, type=_PATH, metavar="FILE", help="A Go program that the project has built."
)
@click.option(
    "--vendor", "vendors", multiple=True, metavar="ID", shell_complete=complete_vendors, help="Show this vendor only."
)
@click.option("--feeds", type=_PATH, metavar="DIR", help="Take the feeds from this folder.")
@click.option("--format", "formats", multiple=True, metavar="F[=FILE]", help="text, json or markdown.")
@profile_options
@console_options
def compare(
    *,
    named: tuple[Path, ...],
    projects: tuple[Path, ...],
    projects_from: Path | None,
    binaries: tuple[Path, ...],
    vendors: tuple[str, ...],
    feeds: Path | None,
    formats: tuple[str, ...],
    loaded: LoadedProfiles,
    today: date,
    console: Console,
) -> int:
    """Compare vendors by your own projects: until when the Go in use is supported, which of its CVEs each vendor has
    fixed, and where a project stands on a vendor's path already.

    Dockerfile, snapcraft.yaml, rockcraft.yaml, apko and melange files, RPM specs, goreleaser and ko files, workflows,
    GitLab CI, docker-compose and go.mod are read; nothing in the tree is run. Without a project, it is the current
    folder. With --binary, the Go that built the program counts, and its build settings are signs, too.

    Exit 0: all that was asked for is there. 2: a project or program could not be read. 3: something asked for could not
    be had.
    """
    from supplymatrix.engine.compare import CompareRequest, read_project_list, run_compare

    targets = parse_targets(formats, _FORMATS)
    chosen_profiles(loaded, vendors)
    listed = read_project_list(projects_from) if projects_from is not None else ()
    paths = tuple(dict.fromkeys((*named, *projects, *listed))) or (Path(),)
    if binaries and len(paths) > 1:
        raise click.UsageError("--binary goes with one project: name the project that built it.")
    report = run_compare(
        CompareRequest(
            paths=paths,
            binaries=tuple(dict.fromkeys(binaries)),
            profiles=loaded.profiles,
            vendors=vendors,
            day=today,
            environ=os.environ,
            feeds=feeds,
        )
    )
    write_targets(targets, lambda to: _rendered(report, to.format, page_width() if to.file is None else 80))
    _tell(report, console)
    return tell_loading(loaded, quiet=console.quiet) or report.exit_code


def _rendered(report: Comparison, name: str, width: int) -> str:
    from supplymatrix.reports.registry import render_compare

    return render_compare(report, name, width=width)


def _tell(report: Comparison, console: Console) -> None:
    """Tell on stderr what could not be read; in full even where quiet was asked for."""
    import sys

    from supplymatrix.cli.output import wants_color
    from supplymatrix.reports.diagnostic import render_diagnostics

    color = wants_color(console.color, sys.stderr, os.environ)
    faults = [fault for item in report.unreadable for fault in item.diagnostics]
    if faults:
        write_stderr(render_diagnostics(faults, color=color))
    missing = [*report.missing, *(gap for project in report.projects for gap in project.missing)]
    if missing and not console.quiet:
        noun = "thing" if len(missing) == 1 else "things"
        write_stderr(f"{len(missing)} {noun} could not be had, the first: {plain(missing[0].wanted)}\n")
