"""`supplymatrix verify blob FILE…`: who signed files, and whether it is who should have."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from supplymatrix.cli.cosign_words import SignatureCommand
from supplymatrix.cli.options import console_options
from supplymatrix.cli.output import Console
from supplymatrix.cli.pages import format_option
from supplymatrix.cli.signature_options import SignatureChoice, bundle_options, signature_options
from supplymatrix.cli.signature_pages import tell_signatures
from supplymatrix.cli.targets import ReportTarget

if TYPE_CHECKING:
    from supplymatrix.engine.means import Means
    from supplymatrix.engine.signature_places import BundlePlaces
    from supplymatrix.engine.verify_signatures import DigestTarget, FileTarget

__all__ = ["blob", "targets_of"]


@click.command(cls=SignatureCommand)
@click.argument("files", nargs=-1, required=True, metavar="FILE|DIGEST...")
@signature_options
@click.option("--who", is_flag=True, help="Tell who signed, and with which command line to ask for them; judge nobody.")
@bundle_options
@click.option(
    "--keyring",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="OpenPGP keys, with the --vendor's among them; gpgv judges with them alone.",
)
@format_option("text", "json")
@console_options
def blob(
    files: tuple[str, ...],
    *,
    choice: SignatureChoice,
    places: BundlePlaces,
    who: bool,
    keyring: Path | None,
    means: Means,
    targets: tuple[ReportTarget, ...],
    console: Console,
) -> int:
    """Verify who signed files: each is read once, and none stops the others.

    FILE is any file; a digest (sha256:…) does where only that is at hand. Signatures are bundles of Sigstore (all
    versions), those of cosign 1 and 2, FILE.sig with FILE.pem, and attestations, which are listed apart: an attestation
    is no signature, and `supplymatrix verify attestation` asks for one. What is beside FILE is found by its name. Of a
    --vendor that signs by OpenPGP it is FILE.asc or FILE.sig, judged by gpgv with a --keyring.

    Nothing is fetched but a --vendor's key, with --fetch-key. The trusted root comes with the program, or from
    `supplymatrix trust update`, or is a file.

    Exit 0: every file is signed as asked. 1: one is not signed, or by somebody else, in no log, or out of its
    certificate's time. 2: a file or a bundle cannot be read. 3: one cannot be judged here, such as a key's signature
    without --key. 4: a hash, proof or signature is wrong, or the engines disagree; a signature by another key than the
    one that is given looks no different. With --who, which judges nobody, 1 stands for 0 where it is told who signed.
    """
    from supplymatrix.engine.verify_signatures import verify_signatures

    if not who:
        choice.refuse_nobody()
    elif not choice.names_nobody:
        raise click.UsageError("--who tells who signed: it goes without --identity, --key and --vendor.")
    if keyring is not None and choice.vendor is None:
        raise click.UsageError("--keyring goes with --vendor, whose profile says which of its keys counts.")
    request = choice.request(targets=targets_of(files), places=places, means=means, keyring=keyring)
    run = verify_signatures(request, console.on_event)
    return tell_signatures(run, targets, console)


def targets_of(words: tuple[str, ...]) -> tuple[FileTarget | DigestTarget, ...]:
    """Return files and digests as targets of a run; a file whose name looks like a digest is named ./sha256:…"""
    from supplymatrix.engine.signed_artifacts import DIGESTS
    from supplymatrix.engine.verify_signatures import DigestTarget, FileTarget

    return tuple(
        DigestTarget(digest=word) if word.startswith(DIGESTS) else FileTarget(path=Path(word)) for word in words
    )
