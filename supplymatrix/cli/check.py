"""`supplymatrix check`: prove a project's go.sum against the log and judge it by its policy."""

from __future__ import annotations

import os
from datetime import UTC, datetime
from pathlib import Path

import click

from supplymatrix.cli.options import LogOptions, log_options, refuse_preset_name, report_options
from supplymatrix.cli.output import Console, ReportTarget, write_reports
from supplymatrix.engine.check import CheckRequest, run_check
from supplymatrix.engine.policy_source import PolicySource

__all__ = ["check"]


@click.command()
@click.argument("path", type=click.Path(path_type=Path), default=Path())
@click.option("--policy", "policy_file", type=click.Path(path_type=Path), help="Judge by this file, not by lift.toml.")
@click.option("--policy-from", "revision", default="", metavar="REV", help="Take lift.toml from this git revision.")
@log_options
@report_options
def check(
    path: Path,
    *,
    policy_file: Path | None,
    revision: str,
    log: LogOptions,
    targets: tuple[ReportTarget, ...],
    console: Console,
) -> int:
    """Prove the go.sum of a Go project against the checksum log, and judge the project by its lift.toml.

    PATH is a folder with go.mod or go.sum, or one of these files; the current folder when left out.
    """
    refuse_preset_name(policy_file)
    request = CheckRequest(
        path=path,
        environ=os.environ,
        now=datetime.now(UTC),
        policy=PolicySource(file=policy_file, revision=revision),
        offline=log.offline,
        replay=log.replay,
        cache_dir=log.cache_dir,
        send_private=log.send_private,
        refresh=log.refresh,
        jobs=log.jobs,
    )
    audit = run_check(request, console.on_event)
    write_reports(audit, targets, console)
    return audit.verdict.exit_code
