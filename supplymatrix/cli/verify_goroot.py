"""`supplymatrix verify goroot`: installed Gos, and those that the go command has fetched, held against the log."""

from __future__ import annotations

from pathlib import Path

import click

from supplymatrix.cli.alarm import keeps_alarm
from supplymatrix.cli.options import console_options, log_options, refuse_preset_name
from supplymatrix.cli.output import Console
from supplymatrix.cli.pages import format_option, write_pages
from supplymatrix.cli.targets import ReportTarget
from supplymatrix.engine.means import Means

__all__ = ["goroot"]


@click.command()
@click.argument("paths", nargs=-1, type=click.Path(path_type=Path), metavar="[PATH]...")
@click.option(
    "--fetch/--no-fetch", default=True, show_default=True,
    help="Fetch the toolchain's zip (70 MB) where files differ, to name them.",
)  # fmt: skip
@click.option(
    "--policy", "policy_file", type=click.Path(path_type=Path), help="Ask the log that this file names, not Go's own."
)
@format_option("text", "json")
@log_options
@console_options
def goroot(
    paths: tuple[Path, ...],
    *,
    fetch: bool,
    policy_file: Path | None,
    targets: tuple[ReportTarget, ...],
    means: Means,
    console: Console,
) -> int:
    """Hold installed Gos against the log's record of golang.org/toolchain: every file of bin, lib, pkg and src.

    PATH is the folder of a Go, or its `go` command. Without it: the `go` in PATH, the GOROOT that it builds with, and
    every toolchain that the go command has fetched into the module cache. None of them is run.

    Exit 0: all are official, whatever https proxy go.env names. 1: a distribution's build, a version that the log does
    not have, a go.env with settings that may do harm, or a `go` in PATH that is not of its GOROOT. 3: something could
    not be had. 4: files of a release are not as they were logged. 5: there is no Go.
    """
    from supplymatrix.engine.policy_source import PolicySource
    from supplymatrix.engine.verify_goroot import GorootRequest, verify_goroot
    from supplymatrix.reports.goroot_view import GorootView, render_goroot_json, render_goroot_text

    refuse_preset_name(policy_file)
    request = GorootRequest(means=means, paths=paths, policy=PolicySource(file=policy_file), fetch=fetch)
    run = verify_goroot(request, console.on_event)
    console.end_line()
    view = GorootView(
        installed=run.installed,
        gaps=run.gaps,
        notes=run.notes,
        log=run.log,
        tree_size=run.tree_size,
        exit_code=run.exit_code,
    )
    render = {
        "text": lambda width: render_goroot_text(view, width=width, verbose=console.verbose),
        "json": lambda _width: render_goroot_json(view),
    }
    with keeps_alarm(run.exit_code, "alarm: an installed Go is not what the log has"):
        write_pages(targets, render, quiet=console.quiet)
    return run.exit_code
