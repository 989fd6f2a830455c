"""`supplymatrix verify vendor`: every file of vendor/, held against the zip of its module."""

from __future__ import annotations

from pathlib import Path

import click

from supplymatrix.cli.alarm import keeps_alarm
from supplymatrix.cli.options import console_options, log_options, policy_options_to
from supplymatrix.cli.output import Console
from supplymatrix.cli.pages import format_option, write_pages
from supplymatrix.cli.targets import ReportTarget
from supplymatrix.engine.means import Means
from supplymatrix.engine.policy_source import PolicySource

__all__ = ["vendor"]


@click.command()
@click.argument("path", required=False, default=Path(), type=click.Path(path_type=Path), metavar="[PATH]")
@policy_options_to("Take the log and private modules from this file, not from lift.toml.")
@format_option("text", "json")
@log_options
@console_options
def vendor(
    path: Path, *, policy: PolicySource, targets: tuple[ReportTarget, ...], means: Means, console: Console
) -> int:
    """Hold every file below vendor/ against the zip of its module, whose hash the log proves.

    PATH is a folder with go.mod or go.work, or one of these files; the current folder when left out. Zips are taken
    from the module cache, else fetched as the go command would fetch them, one by one into temporary files; with
    --offline they are not. No file of vendor/ is run, and none is changed.

    Named are files that are changed, missing or added, files that no listed package explains, modules that are listed
    and absent or come from a folder, and where modules.txt, go.sum and the go.mod files of the project and of its
    modules disagree.

    Waivers of lift.toml count in `check` alone: what somebody has taken on is named here all the same.

    Exit 0: all is as proven. 1: something is not explained, or nothing proves a module. 3: a zip, a folder or the log
    could not be had. 4: a file, a zip or a go.sum line is not what is proven. 5: there is no vendor/.
    """
    from supplymatrix.engine.verify_vendor import VendorRequest, verify_vendor
    from supplymatrix.reports.vendor_tree_view import (
        VendorTreeView,
        render_vendor_tree_json,
        render_vendor_tree_text,
    )

    run = verify_vendor(VendorRequest(path=path, means=means, policy=policy), console.on_event)
    console.end_line()
    view = VendorTreeView(
        folder=run.folder,
        tree=run.tree,
        modules=run.modules,
        alarms=run.alarms,
        gaps=run.gaps,
        notes=run.notes,
        beyond=run.beyond,
        unchecked=run.unchecked,
        log=run.log,
        tree_size=run.tree_size,
        exit_code=run.exit_code,
    )
    render = {
        "text": lambda width: render_vendor_tree_text(view, width=width, verbose=console.verbose),
        "json": lambda _width: render_vendor_tree_json(view),
    }
    with keeps_alarm(run.exit_code, "alarm: vendor/ is not what the log proves"):
        write_pages(targets, render, quiet=console.quiet)
    return run.exit_code
