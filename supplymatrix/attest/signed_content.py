"""What a signature is over: that it is the artifact, and that the key made it.

| what is signed | the artifact is named by |
|---|---|
| an in-toto statement in a DSSE envelope | a subject: every digest of it that is known must agree, and one be there |
| a simple signing document | the digest of the image's manifest in it |
| the bytes of the artifact | the signature itself; the digest beside it is a hint, and must not be another |

A digest is compared wherever it is known, whether or not the signature holds: the steps stand beside each other.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import TYPE_CHECKING

from supplymatrix.attest.bundle import BundleError, SignedBundle
from supplymatrix.attest.dsse import IN_TOTO, pae
from supplymatrix.attest.public_keys import CannotVerifyError, hashes_of, key_name, verify_with
from supplymatrix.attest.statement import annotations_of, match_subject, parse_statement
from supplymatrix.attest.wanted import Artifact
from supplymatrix.errors import TrustError
from supplymatrix.model.signature import Check, CheckState, Reason, SignatureStep, Statement
from supplymatrix.model.value import value

__all__ = ["Content", "check_signature", "content_of", "hash_fault"]

if TYPE_CHECKING:
    from supplymatrix.attest.public_keys import PublicKey

_MOST_TOLD = 4
_THE_FILE = "give the file itself instead of its digest"


@value
class Content:
    """What is signed. step: ARTIFACT, None where only the signature can tell. signed: the bytes that the signature is
    over, None for those of the artifact."""

    step: SignatureStep | None
    signed: bytes | None
    statement: Statement | None = None
    annotations: tuple[tuple[str, str], ...] = ()


def content_of(bundle: SignedBundle, artifact: Artifact) -> Content:
    """Return what a signature is over, and the step that compares it with the artifact."""
    if bundle.envelope is not None:
        return _of_envelope(bundle, artifact)
    if bundle.payload:
        return _of_payload(bundle, artifact)
    if bundle.message_digest is None:
        return Content(step=None, signed=None)
    algorithm, digest = bundle.message_digest
    known = artifact.digest(algorithm)
    if not known and artifact.data is not None:
        known = hashlib.new(algorithm, artifact.data).hexdigest()
    if not known:
        says = f"the bundle names the {algorithm} of the artifact, which is not known"
        return Content(
            step=_artifact(CheckState.NOT_CHECKABLE, says, Reason.UNSUPPORTED, remedy=_THE_FILE), signed=None
        )
    if known.lower() != digest.hex():
        step = _artifact(
            CheckState.FAILED, "the bundle is of another artifact", Reason.DIGEST_MISMATCH,
            expected=f"{algorithm}:{known}", found=f"{algorithm}:{digest.hex()}",
        )  # fmt: skip
    else:
        step = _artifact(CheckState.VERIFIED, "the bundle has the digest of the artifact", found=f"{algorithm}:{known}")
    return Content(step=step, signed=None)


def check_signature(
    bundle: SignedBundle, content: Content, artifact: Artifact, public: PublicKey, called: str
) -> tuple[SignatureStep, bytes]:
    """Return the step of a signature by one key, and the signature that holds, b"" where none does: log entries and
    timestamps must be of this one. called: how the key is told, "the certificate's key"."""
    data = content.signed if content.signed is not None else artifact.data
    try:
        if content.signed is None and (fault := hash_fault(bundle, public)):
            return _signature(CheckState.FAILED, fault, Reason.MALFORMED), b""
        digests = _digests(artifact) if content.signed is None else {}
        for signature in bundle.signatures:
            try:
                verify_with(public, signature, data=data, digests=digests)
            except TrustError:
                continue
            says = f"the signature is one of {called} ({key_name(public)})"
            return _signature(CheckState.VERIFIED, says), signature
    except CannotVerifyError as err:
        remedy = _THE_FILE if err.needs else ""
        return _signature(CheckState.NOT_CHECKABLE, str(err), Reason.UNSUPPORTED, remedy=remedy), b""
    step = _signature(
        CheckState.FAILED,
        f"the signature is not one of {called}, over these bytes",
        Reason.SIGNATURE_INVALID,
        expected=f"a signature of {called} ({key_name(public)})",
        found=bundle.signature.hex(),
        remedy="take bundle and artifact anew from where they are published; if nothing changes, trust neither",
    )
    return step, b""


def hash_fault(bundle: SignedBundle, public: PublicKey) -> str:
    """Return why the digest that a bundle names is none that its key signs, "" where it may be."""
    if bundle.message_digest is None or key_name(public) == "Ed25519":
        return ""
    name, known = bundle.message_digest[0], hashes_of(public)
    return "" if name in known else f"the bundle names a {name} digest, and a {key_name(public)} key signs {known[0]}"


def _of_envelope(bundle: SignedBundle, artifact: Artifact) -> Content:
    envelope = bundle.envelope
    if envelope is None:
        raise ValueError("a bundle without an envelope")
    signed = pae(envelope.payload_type, envelope.payload)
    if envelope.payload_type != IN_TOTO:
        says = f"the envelope holds {envelope.payload_type[:80]!r}, which does not name what it is about"
        return Content(
            step=_artifact(CheckState.NOT_CHECKABLE, says, Reason.UNSUPPORTED, expected=IN_TOTO), signed=signed
        )
    try:
        statement = parse_statement(envelope.payload, bundle.source)
    except BundleError as err:
        return Content(step=_artifact(CheckState.FAILED, err.diagnostics[0].message, Reason.MALFORMED), signed=signed)
    return Content(
        step=_subject_step(statement, artifact),
        signed=signed,
        statement=statement,
        annotations=annotations_of(statement, artifact),
    )


def _subject_step(statement: Statement, artifact: Artifact) -> SignatureStep:
    expected = ", ".join(f"{algorithm}:{digest}" for algorithm, digest in artifact.digests)
    match = match_subject(statement, artifact)
    if match is not None and match.holds:
        says = f"the statement is about the artifact (its subject {match.subject.name!r})"
        return _artifact(CheckState.VERIFIED, says, found=", ".join(match.agreed))
    if match is not None:
        says = "a subject of the statement agrees with one digest of the artifact, and not with another"
        found = ", ".join((*match.agreed, *match.differing))
        return _artifact(CheckState.FAILED, says, Reason.DIGEST_MISMATCH, expected=expected, found=found)
    known = {algorithm for algorithm, _ in artifact.digests}
    if not any(algorithm in known for subject in statement.subjects for algorithm, _ in subject.digests):
        named = {algorithm for subject in statement.subjects for algorithm, _ in subject.digests}
        says = f"the statement names what it is about by {', '.join(sorted(named)[:_MOST_TOLD]) or 'no digest'}"
        return _artifact(
            CheckState.NOT_CHECKABLE, f"{says}, of which none is known", Reason.UNSUPPORTED, expected=expected
        )
    told = [
        f"{subject.name} {algorithm}:{digest}"
        for subject in statement.subjects[:_MOST_TOLD]
        for algorithm, digest in subject.digests
    ]
    more = len(statement.subjects) - _MOST_TOLD
    found = ", ".join(told) + (f", and {more:,} more" if more > 0 else "") or "no subject"
    says = "the statement is about other artifacts"
    return _artifact(CheckState.FAILED, says, Reason.DIGEST_MISMATCH, expected=expected, found=found)


def _of_payload(bundle: SignedBundle, artifact: Artifact) -> Content:
    from supplymatrix.attest.simple_signing import parse_simple_signing

    try:
        document = parse_simple_signing(bundle.payload, bundle.source)
    except BundleError as err:
        step = _artifact(CheckState.FAILED, err.diagnostics[0].message, Reason.MALFORMED)
        return Content(step=step, signed=bundle.payload)
    algorithm, _, digest = document.digest.partition(":")
    known = artifact.digest(algorithm)
    if known and known.lower() == digest.lower():
        step = _artifact(CheckState.VERIFIED, "the document is about the manifest of the image", found=document.digest)
    elif known:
        step = _artifact(
            CheckState.FAILED, "the document is about another image", Reason.DIGEST_MISMATCH,
            expected=f"{algorithm}:{known}", found=document.digest,
        )  # fmt: skip
    else:
        says = f"the document names the image by {algorithm}, which is not known of it"
        step = _artifact(CheckState.NOT_CHECKABLE, says, Reason.UNSUPPORTED, found=document.digest)
    return Content(step=step, signed=bundle.payload, annotations=document.annotations)


def _digests(artifact: Artifact) -> Mapping[str, bytes]:
    return {algorithm: bytes.fromhex(digest) for algorithm, digest in artifact.digests}


def _artifact(
    state: CheckState, says: str, reason: Reason | None = None, *, expected: str = "", found: str = "", remedy: str = ""
) -> SignatureStep:
    return SignatureStep(
        check=Check.ARTIFACT, state=state, says=says, expected=expected, found=found, reason=reason, remedy=remedy
    )


def _signature(
    state: CheckState, says: str, reason: Reason | None = None, *, expected: str = "", found: str = "", remedy: str = ""
) -> SignatureStep:
    return SignatureStep(
        check=Check.SIGNATURE, state=state, says=says, expected=expected, found=found, reason=reason, remedy=remedy
    )
