"""`supplymatrix check`: prove the go.sum of projects against the log and judge each by its policy."""

from __future__ import annotations

from pathlib import Path

import click

from supplymatrix.cli.options import log_options, paths_argument, policy_options, report_options
from supplymatrix.cli.output import Console, write_reports
from supplymatrix.cli.targets import ReportTarget
from supplymatrix.engine.check import CheckRequest, run_survey
from supplymatrix.engine.means import Means
from supplymatrix.engine.policy_source import PolicySource

__all__ = ["check"]


@click.command()
@paths_argument
@policy_options
@log_options
@report_options
def check(
    paths: tuple[Path, ...],
    *,
    recursive: bool,
    policy: PolicySource,
    means: Means,
    targets: tuple[ReportTarget, ...],
    console: Console,
) -> int:
    """Prove the go.sum of Go projects against the checksum log, and judge each by its lift.toml.

    PATH is a folder with go.mod, go.sum or go.work, or one of these files; the current folder when left out. Several
    may be named: each gets its verdict, their look-ups are shared, and the exit code is that of the gravest.
    """
    request = CheckRequest(paths=paths, means=means, recursive=recursive, policy=policy)
    survey = run_survey(request, console.on_event)
    write_reports(survey, targets, console)
    return survey.exit_code
