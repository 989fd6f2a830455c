"""What was found of the signatures of an image, before any of them is judged."""

from __future__ import annotations

from enum import StrEnum

from supplymatrix.attest.bundle import SignedBundle
from supplymatrix.model.gap import Gap
from supplymatrix.model.oci import OciForged
from supplymatrix.model.signature import Check, CheckState, Reason, SignatureState, SignatureStep, SignatureVerdict
from supplymatrix.model.value import value

__all__ = ["FoundSignature", "ImageSignatures", "JudgedFind", "SignatureKind", "refused_find"]


class SignatureKind(StrEnum):
    """SIGNATURE: of the image itself (simple signing, a statement with cosign's signature predicate, a bundle over the
    manifest). ATTESTATION: a statement that says something of it; it is no signature of the image."""

    SIGNATURE = "signature"
    ATTESTATION = "attestation"


@value
class FoundSignature:
    """A signature that can be judged. digest: "sha256:…", what it has to be over: the image, or the index that has the
    image in its list. index: that index, "" where it is the image's own."""

    bundle: SignedBundle
    kind: SignatureKind
    digest: str
    index: str = ""


@value
class JudgedFind:
    """Something that means to be a signature and is refused, or cannot be judged, before any key is looked at: a blob
    that is not what its digest says, a malformed bundle, a signature of a kind that is not verified here."""

    kind: SignatureKind
    verdict: SignatureVerdict


@value
class ImageSignatures:
    """All that lies beside one image, or one image of an index.

    name: as asked for. reference: "registry.example/app@sha256:…". tag: under which it was asked for, "" by digest.
    digest: "sha256:…" of its manifest, "" where it could not be had. media_type: of the manifest. platform:
    "linux/arm64" of an image of an index, "" for the index itself and for a single image. index: the digest of the
    index that lists it, "" for none. found: to be judged; judged: already so. unsigned: sentences about things beside
    the image that nobody signed. forged: what came under another digest than its own. notes: sentences.
    """

    name: str
    reference: str
    tag: str = ""
    digest: str = ""
    media_type: str = ""
    platform: str = ""
    index: str = ""
    found: tuple[FoundSignature, ...] = ()
    judged: tuple[JudgedFind, ...] = ()
    unsigned: tuple[str, ...] = ()
    forged: tuple[OciForged, ...] = ()
    gaps: tuple[Gap, ...] = ()
    notes: tuple[str, ...] = ()

    @property
    def bundles(self) -> tuple[tuple[SignedBundle, SignatureKind], ...]:
        """What is to be judged, each with its kind."""
        return tuple((found.bundle, found.kind) for found in self.found)

    @property
    def digests(self) -> tuple[tuple[str, str], ...]:
        """(algorithm, hex) of the manifest."""
        algorithm, _, text = self.digest.partition(":")
        return ((algorithm, text),) if text else ()


def refused_find(
    source: str, form: str, kind: SignatureKind, says: str, reason: Reason, *, expected: str = "", found: str = "",
    remedy: str = "",
) -> JudgedFind:  # fmt: skip
    """Return what cannot be given to an engine as a verdict of one step. Where it is unsupported it is undecided.
    form: "" = of what it is nobody can say."""
    is_open = reason in (Reason.UNSUPPORTED, Reason.UNREACHABLE)
    step = SignatureStep(
        check=Check.ARTIFACT if reason is Reason.BLOB_DIGEST_MISMATCH else Check.FORM,
        state=CheckState.NOT_CHECKABLE if is_open else CheckState.FAILED,
        says=says,
        expected=expected,
        found=found,
        reason=reason,
        remedy=remedy,
    )
    verdict = SignatureVerdict(
        state=SignatureState.UNDECIDED if is_open else SignatureState.REFUSED,
        source=source,
        form=form or "not readable",
        steps=(step,),
        engines=(),
    )
    return JudgedFind(kind=kind, verdict=verdict)
