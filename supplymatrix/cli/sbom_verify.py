"""`supplymatrix sbom verify FILE`: what is true in a bill of materials, whoever has made it."""

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

__all__ = ["verify"]


@click.command()
@click.argument("file", type=click.Path(path_type=Path), metavar="FILE")
@click.option(
    "--project",
    type=click.Path(path_type=Path),
    metavar="PATH",
    help="Hold it against this project too: build list, packages, edges, versions.",
)
@click.option(
    "--key",
    type=click.Path(path_type=Path),
    metavar="PUB.pem",
    help="The public key of who must have signed it, inside or as FILE.sig.",
)
@click.option(
    "--most",
    type=click.IntRange(min=1),
    default=20_000,
    show_default=True,
    metavar="N",
    help="Ask the log for so many modules of the file; of more, those that were left out are told.",
)
@policy_options_to("Take the names that stay private, and the log, from this file.")
@log_options
@format_option("text", "json", "markdown")
@console_options
def verify(
    file: Path,
    *,
    project: Path | None,
    key: Path | None,
    most: int,
    policy: PolicySource,
    means: Means,
    targets: tuple[ReportTarget, ...],
    console: Console,
) -> int:
    """Say what is true in an SBOM: CycloneDX (JSON, XML), SPDX 2.2 to 3.0.1 (JSON), syft's JSON.

    Each Go component's purl and version are looked at; the log is asked for it, as `check` does; its hashes are held
    against the proven one and against zips in the module cache, its licence against the texts in proven zips. No
    private name goes to the log, by GOPRIVATE or the lift.toml of the project, or else of the current folder. A project
    is looked at as it is built for the system and processor that the file names, else for this machine's.

    A signature inside (CycloneDX JSON) is looked at; with --key it, or FILE.sig, must be by that key. Without --key it
    shows no more than that the file was not changed since somebody signed it.

    Exit 0: all that was checked is true. 1: something is not. 3: something could not be checked that should have been.
    4: a hash differs from the log, or a signature does not hold. 5: there is no Go component. 2: it cannot be read.
    """
    from supplymatrix.engine.sbom_verify import SbomVerifyRequest, verify_sbom
    from supplymatrix.reports.sbom_verify_view import (
        render_sbom_verify_json,
        render_sbom_verify_markdown,
        render_sbom_verify_text,
    )

    request = SbomVerifyRequest(path=file, means=means, project=project, policy=policy, key=key, most=most)
    truth = verify_sbom(request, console.on_event)
    console.end_line()
    render = {
        "text": lambda width: render_sbom_verify_text(truth, width=width, verbose=console.verbose),
        "json": lambda _: render_sbom_verify_json(truth),
        "markdown": lambda _: render_sbom_verify_markdown(truth),
    }
    with keeps_alarm(truth.exit_code, f"alarm: {file} differs from what the log has proven, or from what was signed"):
        write_pages(targets, render, quiet=console.quiet)
    return truth.exit_code
