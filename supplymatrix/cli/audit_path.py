"""`supplymatrix audit path [PATH]`: whose toolchain, images, proxies, CI steps and signing a project uses."""

from __future__ import annotations

import os
from datetime import UTC, date, datetime, time
from pathlib import Path

import click

from supplymatrix.cli.options import FileName, console_options
from supplymatrix.cli.output import Console
from supplymatrix.cli.pages import format_option, write_pages
from supplymatrix.cli.profile_options import as_of_option, folder_option
from supplymatrix.cli.targets import ReportTarget
from supplymatrix.engine.means import Means

__all__ = ["path"]


@click.command()
@click.argument("project", required=False, default=Path(), type=FileName(), metavar="[PATH]")
@format_option("text", "json")
@folder_option
@as_of_option
@console_options
def path(
    project: Path, *, targets: tuple[ReportTarget, ...], folders: tuple[Path, ...], today: date, console: Console
) -> int:
    """Show whose toolchain, images, proxies, CI steps and signing a project uses, how firmly each is named, and until
    when it is supported.

    PATH is a folder, or a go.mod or go.work in it; the current folder when left out. Read are Dockerfiles, snapcraft,
    rockcraft, apko, melange, .ko.yaml, .goreleaser.yaml, RPM specs, workflows and actions of GitHub, GitLab CI,
    docker-compose, devcontainer.json, version files and go.mod. Whose a thing is, vendor profiles tell, as in
    `compare`. Nothing is run, and nobody is asked.

    What floats (a minor, `latest`, a branch) is told with what to write in its place. Ends come from a table of base
    distributions that comes with the program, from profiles, and from the days of Go's releases; all have a date.

    Exit 0: nothing to tell of level warn or error. 1: an image or a step of CI that is not pinned, or a base whose
    support has ended. 2: there is no such project, or its go.mod cannot be read. 3: something could not be told. 5:
    nothing names what is used.
    """
    from supplymatrix.engine.audit_path import PathRequest, run_path
    from supplymatrix.reports.path_json import render_path_json
    from supplymatrix.reports.path_view import render_path_text

    means = Means(environ=os.environ, now=datetime.combine(today, time(), UTC), offline=True)
    run = run_path(PathRequest(path=project, means=means, folders=folders))
    render = {
        "text": lambda width: render_path_text(run, width=width, verbose=console.verbose),
        "json": lambda _width: render_path_json(run),
    }
    write_pages(targets, render, quiet=console.quiet)
    return run.exit_code
