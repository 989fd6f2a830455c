"""`supplymatrix score`: the score of projects in full, and where the next points are."""

from __future__ import annotations

from pathlib import Path

import click

from supplymatrix.cli.options import console_options, log_options, paths_argument, policy_options
from supplymatrix.cli.output import Console, page_width, write_stdout
from supplymatrix.engine.check import CheckRequest, run_survey
from supplymatrix.engine.means import Means
from supplymatrix.engine.policy_source import PolicySource

__all__ = ["score"]


@click.command()
@paths_argument
@click.option("--explain", is_flag=True, help="With the cheapest next points, and what brings them.")
@click.option("--format", "format_", type=click.Choice(["text", "json"]), default="text", show_default=True)
@policy_options
@log_options
@console_options
def score(
    paths: tuple[Path, ...],
    *,
    recursive: bool,
    explain: bool,
    format_: str,
    policy: PolicySource,
    means: Means,
    console: Console,
) -> int:
    """Show how the score of Go projects comes about: each rule's points, exactly, and what caps them.

    The numbers and the exit code are those of `check`.
    """
    from supplymatrix.reports.score_view import render_score_json, render_score_text

    request = CheckRequest(paths=paths, means=means, recursive=recursive, policy=policy)
    survey = run_survey(request, console.on_event)
    console.end_line()
    if format_ == "json":
        write_stdout(render_score_json(survey))
    else:
        write_stdout(render_score_text(survey, explain=explain, width=page_width()))
    return survey.exit_code
