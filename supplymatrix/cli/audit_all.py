"""`supplymatrix audit [PATH…]`: a check with all audits on, told family by family."""

from __future__ import annotations

from pathlib import Path

import click
from click.core import ParameterSource

from supplymatrix.cli.audit import SUBCOMMANDS
from supplymatrix.cli.check import only_fault, report_fault
from supplymatrix.cli.default_group import DefaultCommand, table_of
from supplymatrix.cli.options import audit_option, log_options, paths_argument, policy_options, report_options
from supplymatrix.cli.output import Console, write_reports
from supplymatrix.cli.streams import flush_stdout
from supplymatrix.cli.targets import ReportTarget
from supplymatrix.engine.check import CheckRequest, run_survey
from supplymatrix.engine.means import Means
from supplymatrix.engine.policy_source import PolicySource
from supplymatrix.model.audit_family import AuditFamily
from supplymatrix.model.value import changed
from supplymatrix.reports.registry import WITH_HISTORY

__all__ = ["audit_all"]

_HELP = f"""Look beyond go.sum: check a project with all audits on, and tell them family by family.

PATH is what `supplymatrix check` takes, and so is everything else: the policy judges, the formats are its own, and the
exit code is that of the check. Nothing of the project is run, and without --online nobody is asked: of the checksum log
counts what this machine knows already. A program alone is looked at by the commands below.

\b
One family in full:
{table_of("audit", SUBCOMMANDS)}
"""


class _All(DefaultCommand):
    subcommands = SUBCOMMANDS


@click.command("make", cls=_All, help=_HELP)
@paths_argument
@policy_options
@log_options
@click.option(
    "--binary",
    "binaries",
    multiple=True,
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="Look at this program too (or a folder, tar or image).",
)
@audit_option
@report_options
def audit_all(
    paths: tuple[Path, ...],
    *,
    recursive: bool,
    policy: PolicySource,
    means: Means,
    binaries: tuple[Path, ...],
    audits: frozenset[AuditFamily],
    targets: tuple[ReportTarget, ...],
    console: Console,
) -> int:
    """Check with all audits on."""
    from supplymatrix.reports.audit_text import render

    if click.get_current_context().get_parameter_source("offline") is not ParameterSource.COMMANDLINE:
        means = changed(means, offline=True)
    request = CheckRequest(
        paths=paths,
        means=means,
        recursive=recursive,
        policy=policy,
        with_history=any(target.format in WITH_HISTORY for target in targets),
        with_faults=True,
        binaries=binaries,
        audits=audits or frozenset(AuditFamily),
    )
    survey = run_survey(request, console.on_event)
    if (fault := only_fault(survey)) is not None:
        report_fault(fault, survey, targets, console, None)
        raise fault
    survey = write_reports(survey, targets, console, text=render)
    flush_stdout()
    return survey.exit_code
