"""`supplymatrix verify image IMAGE…`: who signed container images, and what is attested of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from supplymatrix.cli.cosign_words import SignatureCommand
from supplymatrix.cli.image_options import image_options
from supplymatrix.cli.options import console_options
from supplymatrix.cli.output import Console
from supplymatrix.cli.pages import format_option
from supplymatrix.cli.signature_options import SignatureChoice, kinds_option, signature_options
from supplymatrix.cli.signature_pages import tell_signatures
from supplymatrix.cli.targets import ReportTarget

if TYPE_CHECKING:
    from supplymatrix.engine.image_signatures import ImageChoice
    from supplymatrix.engine.means import Means

__all__ = ["image"]


@click.command(cls=SignatureCommand)
@click.argument("images_named", nargs=-1, required=True, metavar="IMAGE...")
@image_options
@kinds_option(
    "--type", "kinds", "Ask for an attestation of this kind instead of a signature: slsaprovenance (v0.1, v0.2 "
    "or v1; one alone: slsaprovenance02, slsaprovenance1), spdx, cyclonedx, vuln, openvex, …, or a predicate type.",
)  # fmt: skip
@signature_options
@click.option("--local-image", "is_local", is_flag=True, hidden=True)
@click.option("--who", is_flag=True, help="Tell who signed, and with which command line to ask for them; judge nobody.")
@format_option("text", "json")
@console_options
def image(
    images_named: tuple[str, ...],
    *,
    kinds: tuple[str, ...],
    choice: SignatureChoice,
    who: bool,
    is_local: bool,
    images: ImageChoice,
    means: Means,
    targets: tuple[ReportTarget, ...],
    console: Console,
) -> int:
    """Verify who signed container images: every one that is named gets a verdict.

    IMAGE is a name in a registry (registry.example/app:v1, …@sha256:…), or an image layout on this machine: ./FOLDER,
    FILE.tar (packed or not), oci:PATH, each with :TAG or @sha256:… behind it where one of several images is meant.
    Layouts that `cosign save` wrote are read with all their signatures.

    Looked for are the signatures of cosign 1 and 2 (tags .sig and .att) and bundles (referrers, or their fallback tag).
    Only what signs the image is a signature; attestations are listed apart, and --require or --type asks for them. What
    signs an index signs the images in its list, and --platform or --all-platforms looks at these. A tag can be moved:
    the digest that it led to is told.

    A registry is asked with the logins of docker's own settings. Bytes that are not what their digest says count for
    nothing. With --offline no registry is asked, and layouts are verified.

    Exit 0: every image is signed as asked. 1: one is not signed, or by somebody else, in no log, out of its
    certificate's time, or an attestation is missing. 2: a layout or a bundle cannot be read, or a name is none. 3: a
    registry could not be asked, has no such image, or a signature cannot be judged here (a key's without --key,
    Notation). 4: a hash, proof or signature is wrong, or the engines disagree; a signature by another key than the one
    that is given looks no different. With --who, which judges nobody, 1 stands for 0 where it is told who signed.
    """
    from supplymatrix.engine.verify_signatures import ImageTarget, verify_signatures

    if not who:
        choice.refuse_nobody()
    elif not choice.names_nobody:
        raise click.UsageError("--who tells who signed: it goes without --identity, --key and --vendor.")
    named = tuple(ImageTarget(reference=_layout(name) if is_local else name) for name in images_named)
    request = choice.request(targets=named, means=means, images=images, only_attestations=bool(kinds), predicates=kinds)
    return tell_signatures(verify_signatures(request, console.on_event), targets, console)


def _layout(name: str) -> str:
    """Return the path of a layout as one that is no name in a registry: cosign's --local-image says that it is none."""
    return name if name.startswith(("/", ".")) else f"./{name}"
