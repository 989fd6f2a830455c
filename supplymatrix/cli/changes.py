"""`supplymatrix changes`: the modules that are others than at an earlier revision, and what is known of each."""

from __future__ import annotations

from pathlib import Path

import click

from supplymatrix.cli.options import console_options, log_options, paths_argument, policy_options
from supplymatrix.cli.output import Console
from supplymatrix.cli.pages import format_option, write_pages
from supplymatrix.cli.targets import ReportTarget
from supplymatrix.engine.means import Means
from supplymatrix.engine.policy_source import PolicySource

__all__ = ["changes"]


@click.command()
@paths_argument
@click.option(
    "--base",
    "--diff-base",
    "base",
    required=True,
    metavar="REV",
    help="Compare with this git revision, e.g. origin/main.",
)
@policy_options
@log_options
@format_option("text", "markdown", "json")
@console_options
def changes(
    paths: tuple[Path, ...],
    *,
    recursive: bool,
    base: str,
    policy: PolicySource,
    means: Means,
    targets: tuple[ReportTarget, ...],
    console: Console,
) -> int:
    """Show the modules that the working tree adds, drops, moves or replaces since a git revision.

    Each comes with what the log proves of it, its age where this machine knows it, and what `check` finds. Markdown is
    made for a pull request's comment, and safe there whatever a module is called.

    Exit 0 whatever changed: the gate is `check`. 2: the revision, or a project, cannot be read.
    """
    from supplymatrix.engine.changed_modules import ChangesRequest, changed_modules
    from supplymatrix.engine.check import CheckRequest
    from supplymatrix.reports.changed_modules import render_json, render_markdown, render_text

    check = CheckRequest(paths=paths, means=means, recursive=recursive, policy=policy)
    reports = changed_modules(ChangesRequest(check=check, base=base), console.on_event)
    console.end_line()
    render = {
        "text": lambda width: render_text(reports, width=width),
        "markdown": lambda _: render_markdown(reports),
        "json": lambda _: render_json(reports),
    }
    write_pages(targets, render, quiet=console.quiet)
    return 0
