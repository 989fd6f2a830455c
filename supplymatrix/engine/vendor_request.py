"""A run that verifies signatures, with who signs each of its artifacts for a vendor."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from supplymatrix.engine.vendor_keys import VendorKeys
from supplymatrix.engine.vendor_signers import SignerBook, VendorSigners
from supplymatrix.engine.verify_signatures import (
    FileTarget,
    ImageTarget,
    SignatureRequest,
    SignatureTarget,
    target_name,
)
from supplymatrix.model.signature import ArtifactKind
from supplymatrix.model.value import changed, value

__all__ = ["VendorWords", "with_vendor"]


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

    Raises InputError for a vendor that is not known, and for variables and key files that are missing or wrong.
    """
    keys = VendorKeys(words.key_files, request.means, may_fetch=words.may_fetch)
    book = SignerBook(words.folders, today=request.means.now.date(), keys=keys)
    by_name = {
        target_name(target): book.signers(words.vendor, dict(words.variables), target_name(target), _kind(target))
        for target in request.targets
    }
    told = tuple(by_name.values())
    notes = dict.fromkeys(note for signers in told for note in signers.notes)
    asked = dict.fromkeys(line for signers in told for line in _asked(signers))
    return changed(
        request, vendor=words.vendor, vendor_signers=by_name, notes=(*request.notes, *notes),
        asked=(*asked, *request.asked),
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
