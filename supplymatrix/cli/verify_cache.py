"""`supplymatrix verify cache`: the module cache, held against the log."""

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

__all__ = ["cache"]


@click.command()
@click.argument("path", required=False, default=Path(), type=click.Path(path_type=Path), metavar="[PATH]")
@click.option(
    "--trust-mtime",
    is_flag=True,
    help="Do not read files again that have the size, place and times with which they were good before.",
)
@policy_options_to("Take the log and private modules from this file, not from lift.toml.")
@format_option("text", "json")
@log_options
@console_options
def cache(
    path: Path,
    *,
    trust_mtime: bool,
    policy: PolicySource,
    targets: tuple[ReportTarget, ...],
    means: Means,
    console: Console,
) -> int:
    """Hold the copies of all modules in the module cache against the log, byte by byte.

    PATH is a folder with go.mod or go.work, or one of these files; the current folder when left out. Of each module of
    the build list and of go.sum its zip, the folder that it was unpacked to, its go.mod and the .ziphash that the go
    command believes are held against the hash that the log proves. Files that are changed, missing or added are named.
    `go mod verify` compares a zip and a folder with that .ziphash alone.

    A module that no log can know is held against go.sum, and that is said. One that was never fetched is no fault.
    Whoever may write to the module cache may set times, too: --trust-mtime is for a cache that nobody else writes to.

    Exit 0: all is as proven. 1: a module is not in the log, or go.sum does not have it. 3: something could not be had.
    4: a copy, or a line of go.sum, is not what the log proves. 5: there is no copy.
    """
    from supplymatrix.engine.verify_cache import CacheRequest, verify_cache
    from supplymatrix.reports.cache_view import render_cache_json, render_cache_text

    run = verify_cache(CacheRequest(path=path, means=means, policy=policy, trust_mtime=trust_mtime), console.on_event)
    console.end_line()
    render = {
        "text": lambda width: render_cache_text(run, width=width, verbose=console.verbose),
        "json": lambda _width: render_cache_json(run),
    }
    with keeps_alarm(run.exit_code, "alarm: the module cache, or go.sum, is not what the log proves"):
        write_pages(targets, render, quiet=console.quiet)
    return run.exit_code
