"""`supplymatrix verify attestation FILE…`: what is attested of files, and by whom."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from supplymatrix.cli.cosign_words import SignatureCommand
from supplymatrix.cli.files import write_file
from supplymatrix.cli.options import FileName, console_options
from supplymatrix.cli.output import Console
from supplymatrix.cli.pages import format_option
from supplymatrix.cli.signature_options import SignatureChoice, bundle_options, kinds_option, signature_options
from supplymatrix.cli.signature_pages import tell_signatures
from supplymatrix.cli.streams import write_stderr, write_stdout
from supplymatrix.cli.targets import ReportTarget
from supplymatrix.cli.verify_blob import targets_of
from supplymatrix.reports.plain import plain

if TYPE_CHECKING:
    from supplymatrix.engine.means import Means
    from supplymatrix.engine.signature_places import BundlePlaces
    from supplymatrix.model.signature_run import SignatureRun

__all__ = ["attestation"]

_STDOUT = Path("-")


@click.command(cls=SignatureCommand)
@click.argument("files", nargs=-1, required=True, metavar="FILE|DIGEST...")
@kinds_option(
    "--type", "kinds", "What must be attested: slsaprovenance (v0.1, v0.2 or v1; one alone: "
    "slsaprovenance02, slsaprovenance1), spdx, cyclonedx, vuln, openvex, …, or a predicate type; anything when left "
    "out.",
)  # fmt: skip
@signature_options
@bundle_options
@click.option(
    "--predicate",
    type=FileName(),
    metavar="FILE",
    help="Write to FILE what is attested, as JSON; - is stdout, and the report then goes to a file.",
)
@format_option("text", "json")
@console_options
def attestation(
    files: tuple[str, ...],
    *,
    kinds: tuple[str, ...],
    choice: SignatureChoice,
    places: BundlePlaces,
    predicate: Path | None,
    means: Means,
    targets: tuple[ReportTarget, ...],
    console: Console,
) -> int:
    """Verify what is attested of files: each attestation must name the file by its digest.

    FILE is any file; a digest (sha256:…) does where only that is at hand. Attestations are in-toto statements in
    bundles of Sigstore or in DSSE envelopes, one in a file or in a line.

    Nothing is fetched but a --vendor's key, with --fetch-key. With --predicate the predicate of the first attestation
    that holds is written, and nothing where none does.

    Exit 0: of every file an attestation of a kind that was asked for holds. 1: there is none, or by somebody else, in
    no log, or out of its certificate's time. 2: a file or a bundle cannot be read. 3: one cannot be judged here, such
    as a key's without --key. 4: a hash, proof or signature is wrong, or the engines disagree; one by another key than
    the one that is given looks no different.
    """
    from supplymatrix.engine.verify_signatures import verify_signatures

    choice.refuse_nobody()
    if predicate is not None and len(files) > 1:
        raise click.UsageError("--predicate is of one FILE.")
    if predicate == _STDOUT and any(target.file is None for target in targets):
        raise click.UsageError("--predicate - takes stdout: give the report a file, as in --format text=report.txt.")
    request = choice.request(
        targets=targets_of(files), places=places, means=means, only_attestations=True, predicates=kinds
    )
    run = verify_signatures(request, console.on_event)
    code = tell_signatures(run, targets, console)
    if predicate is not None:
        _write_predicate(run, predicate, console)
    return code


def _write_predicate(run: SignatureRun, file: Path, console: Console) -> None:
    """Write the predicate of the first attestation that holds, whole or not at all; nothing where none does."""
    from supplymatrix.attest.predicate import predicate_text

    held = (verdict for artifact in run.artifacts for verdict in artifact.attestations if verdict.holds)
    statement = next((verdict.statement for verdict in held if verdict.statement is not None), None)
    if statement is None:
        console.warn(f"{file.as_posix()} is not written: no attestation holds")
        return
    if file == _STDOUT:
        write_stdout(predicate_text(statement.payload))
        return
    write_file(file, predicate_text(statement.payload))
    if not console.quiet:
        write_stderr(f"predicate written to {plain(file.as_posix())}\n")
