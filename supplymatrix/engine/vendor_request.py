"""A run that verifies signatures, with who signs each of its artifacts for a vendor."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from supplymatrix.attest.wanted import EngineChoice
from supplymatrix.engine.vendor_keys import VendorKeys
from supplymatrix.engine.vendor_signers import SignerBook, VendorSigners
from supplymatrix.engine.verify_signatures import (
    FileTarget,
    ImageTarget,
    SignatureRequest,
    SignatureTarget,
    target_name,
)
from supplymatrix.errors import Diagnostic, InputError
from supplymatrix.model.signature import ArtifactKind
from supplymatrix.model.value import changed, value

__all__ = ["VendorWords", "with_vendor"]

_NO_OPENPGP = "nothing that is named is verified here by a signature of OpenPGP"


@value
class VendorWords:
    """vendor: id of a profile. variables: of the user's own. key_files: that he says are the vendor's; may_fetch: a
    pinned key may be fetched. folders: of his own profiles."""

    vendor: str
    variables: tuple[tuple[str, str], ...] = ()
    key_files: tuple[Path, ...] = ()
    may_fetch: bool = False
    folders: tuple[Path, ...] = ()


def with_vendor(request: SignatureRequest, words: VendorWords) -> SignatureRequest:
    """Return a request in which each artifact is held against who signs it for a vendor, and nobody else.

    Raises InputError for a vendor that is not known, for variables and key files that are missing or wrong, and for
    what no signature of OpenPGP has, where such ones are asked for.
    """
    keys = VendorKeys(words.key_files, request.means, may_fetch=words.may_fetch)
    book = SignerBook(words.folders, today=request.means.now.date(), keys=keys)
    by_name = {
        target_name(target): book.signers(words.vendor, dict(words.variables), target_name(target), _kind(target))
        for target in request.targets
    }
    told = tuple(by_name.values())
    by_openpgp = [name for name, signers in by_name.items() if signers.fingerprints is not None]
    alone = [name for name in by_openpgp if not by_name[name].wanted.identities and not by_name[name].wanted.keys]
    if by_openpgp and (unasked := tuple(_not_of_openpgp(request, alone=bool(alone)))):
        raise InputError(_only_sigstore(unasked, told[0].name, (alone or by_openpgp)[0]))
    notes = dict.fromkeys(note for signers in told for note in signers.notes)
    if request.keyring is not None and not by_openpgp:
        notes[f"--keyring was not used: {_NO_OPENPGP}"] = None
    asked = dict.fromkeys(line for signers in told for line in _asked(signers))
    return changed(
        request, vendor=words.vendor, vendor_signers=by_name, notes=(*request.notes, *notes),
        asked=(*asked, *request.asked),
    )  # fmt: skip


def _not_of_openpgp(request: SignatureRequest, *, alone: bool) -> Iterator[str]:
    """Yield the options of a request that say nothing of signatures by OpenPGP. alone: something is signed in no other
    way; else those that say what Sigstore's are held against have their use."""
    wanted, places = request.wanted, request.places
    options = (
        ("--claim or --workflow-*", wanted.claims), ("--annotation", wanted.annotations),
        ("--trusted-root", alone and request.trusted_root), ("--ca", alone and request.ca),
        ("--bundle", alone and places.bundles), ("--certificate", places.certificate),
        ("--insecure-ignore-log", not wanted.checks_log),
        ("--insecure-ignore-sct", not wanted.checks_sct),
        ("--engine sigstore", request.engine is EngineChoice.SIGSTORE),
    )  # fmt: skip
    yield from (option for option, given in options if given)


def _only_sigstore(options: tuple[str, ...], vendor: str, name: str) -> Diagnostic:
    return Diagnostic(
        message=f"{vendor} signs it by OpenPGP, where nothing of that can be asked: {', '.join(options)}",
        artifact=name, expected="--keyring, and perhaps --signature",
        remedy="verify what the vendor signs by Sigstore in a run of its own",
    )  # fmt: skip


def _kind(target: SignatureTarget) -> ArtifactKind:
    if isinstance(target, ImageTarget):
        return ArtifactKind.IMAGE
    return ArtifactKind.FILE if isinstance(target, FileTarget) else ArtifactKind.DIGEST


def _asked(signers: VendorSigners) -> Iterator[str]:
    for wish in signers.wanted.identities:
        yield f"{wish.name}, by {wish.issuer}"
    for key in signers.wanted.keys:
        yield f"{signers.name}: {key.name} key sha256:{key.key_id}"
    for fingerprint in signers.fingerprints or ():
        yield f"{signers.name}: OpenPGP key {fingerprint}"
