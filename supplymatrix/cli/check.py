"""`supplymatrix check`: prove the go.sum of projects against the log and judge each by its policy."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from supplymatrix.cli.options import (
    audit_option,
    log_options,
    notify_option,
    paths_argument,
    policy_options,
    report_options,
)
from supplymatrix.cli.output import Console, write_reports
from supplymatrix.cli.streams import flush_stdout
from supplymatrix.cli.targets import ReportTarget
from supplymatrix.engine.check import CheckRequest, run_survey
from supplymatrix.engine.means import Means
from supplymatrix.engine.notify import Webhook, tell_failure, tell_run
from supplymatrix.engine.policy_source import PolicySource
from supplymatrix.errors import Diagnostic, InputError, TransportError
from supplymatrix.model.audit import Fellow, Survey, Unreadable
from supplymatrix.model.audit_family import AuditFamily
from supplymatrix.model.verdict import Outcome
from supplymatrix.policy.verdict import EXIT_CODES
from supplymatrix.reports.registry import WITH_HISTORY

if TYPE_CHECKING:
    from supplymatrix.engine.publisher_signature import PublisherTrust
    from supplymatrix.engine.signing import ReportSigner

__all__ = ["check", "only_fault", "report_fault"]


@click.command()
@paths_argument
@policy_options
@log_options
@notify_option
@click.option(
    "--diff-base",
    default="",
    metavar="REV",
    help="Only what is new since this git revision decides; everything is told.",
)
@click.option(
    "--sign",
    type=click.Path(path_type=Path),
    metavar="KEY.pem",
    help="Sign the report files with this private key; SUPPLYMATRIX_SIGN_PASSWORD opens it.",
)
@click.option(
    "--sbom",
    "bills",
    multiple=True,
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="Name this bill of materials, by its digest, in every report.",
)
@click.option(
    "--binary",
    "binaries",
    multiple=True,
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="Check this program too (or a folder, tar or image): what it was built from.",
)
@click.option(
    "--artifact",
    "artifacts",
    multiple=True,
    metavar="FILE|IMAGE",
    help="Check who signed this, and what is attested of it, as [signatures] of the policy asks.",
)
@click.option(
    "--publishers",
    is_flag=True,
    help="Ask the repositories of modules who signed their tags, where the policy has SM116 or SM117 on.",
)
@click.option(
    "--allowed-signers", "signers", type=click.Path(path_type=Path), metavar="FILE", help="SSH keys that count there."
)
@click.option("--keyring", type=click.Path(path_type=Path), metavar="FILE", help="OpenPGP keys that count there.")
@audit_option
@report_options
def check(
    paths: tuple[Path, ...],
    *,
    recursive: bool,
    policy: PolicySource,
    means: Means,
    webhook: Webhook | None,
    diff_base: str,
    sign: Path | None,
    bills: tuple[Path, ...],
    binaries: tuple[Path, ...],
    artifacts: tuple[str, ...],
    publishers: bool,
    signers: Path | None,
    keyring: Path | None,
    audits: frozenset[AuditFamily],
    targets: tuple[ReportTarget, ...],
    console: Console,
) -> int:
    """Prove the go.sum of Go projects against the checksum log, and judge each by its lift.toml.

    PATH is a folder with go.mod, go.sum or go.work, or one of these files; the current folder when left out. Several
    may be named: each gets its verdict, their look-ups are shared, and the exit code is that of the gravest.
    """
    signer = None
    if sign is not None:
        from supplymatrix.cli.report_files import read_signer

        signer = read_signer(sign, targets, console.warn)
    named = [_named(path) for path in bills]
    request = CheckRequest(
        paths=paths,
        means=means,
        recursive=recursive,
        policy=policy,
        with_history=any(target.format in WITH_HISTORY for target in targets),
        diff_base=diff_base,
        with_faults=True,
        binaries=binaries,
        artifacts=artifacts,
        publishers=_trust(signers, keyring, publishers=publishers),
        audits=audits,
    )
    try:
        survey = run_survey(request, console.on_event)
    except Exception as err:
        console.warn(tell_failure(webhook, err, means))
        raise
    if (fault := only_fault(survey)) is not None:
        report_fault(fault, survey, targets, console, signer)
        console.warn(tell_failure(webhook, fault, means))
        raise fault
    try:
        survey = write_reports(survey, targets, console, signer=signer, named=named)
        flush_stdout()
    except Exception as err:  # a full disk must not keep an alarm from being told, nor be told as a pass
        console.warn(tell_run(webhook, survey, means, fault=err))
        raise
    console.warn(tell_run(webhook, survey, means))
    return survey.exit_code


def _trust(signers: Path | None, keyring: Path | None, *, publishers: bool) -> PublisherTrust | None:
    """Return whose signatures of modules count, None where nobody is to be asked. Raises InputError."""
    if not publishers:
        if signers is not None or keyring is not None:
            raise click.UsageError("--allowed-signers and --keyring go with --publishers.")
        return None
    from supplymatrix.engine.publisher_request import TrustWords, read_publisher_trust

    return read_publisher_trust(TrustWords(signers=signers, keyring=keyring))[0]


def _named(path: Path) -> Fellow:
    """Return a bill of materials as the reports name it. Raises InputError."""
    from supplymatrix.cli.report_files import file_digest
    from supplymatrix.sbom.read import SBOM_LIMIT

    name, digest = file_digest(path, SBOM_LIMIT, "bill of materials")
    return Fellow(name=name, format="sbom", sha256=digest)


def only_fault(survey: Survey) -> InputError | TransportError | None:
    """Return why the only subject of a run could not be judged, None where it was, or where there are others."""
    item = survey.items[0]
    if len(survey.items) != 1 or not isinstance(item, Unreadable):
        return None
    first = item.diagnostics[0]
    if item.exit_code == EXIT_CODES[Outcome.BROKEN]:
        return InputError(*item.diagnostics)
    return TransportError(first.message, remedy=first.remedy)


def report_fault(
    fault: InputError | TransportError,
    survey: Survey,
    targets: tuple[ReportTarget, ...],
    console: Console,
    signer: ReportSigner | None,
) -> None:
    """Write the reports of a run that could judge nothing: whoever reads them must not find those of the run before.

    What stderr tells is not told again on stdout.
    """
    targets = tuple(target for target in targets if target.format != "text" or target.file is not None)
    try:
        if targets:
            write_reports(survey, targets, console, signer=signer)
            flush_stdout()
    except (InputError, BrokenPipeError) as err:
        if isinstance(err, InputError):
            faults = fault.diagnostics if isinstance(fault, InputError) else (Diagnostic(message=str(fault)),)
            raise InputError(*faults, *err.diagnostics) from err
        raise fault from err
