"""Signatures of artifacts: what was asked of one, which checks were made, and what came of each.

A verdict is the sum of its steps and says nothing that no step says. A check that was not made is a step of its own, so
that nobody takes it for one that held.
"""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from supplymatrix.errors import Diagnostic
from supplymatrix.model.gap import Gap
from supplymatrix.model.value import value

__all__ = [
    "ALARMING", "ALWAYS_ALARMING", "UNREADABLE", "ArtifactKind", "Check", "CheckState", "LogMention", "Reason",
    "SignatureState", "SignatureStep", "SignatureVerdict", "SignedArtifact", "SignedAs", "Signer", "Statement",
    "StatementSubject", "TimeWitness", "TrustUsed",
]  # fmt: skip


class Check(StrEnum):
    """One check of a signature, in the order in which they are told."""

    FORM = "form"
    ARTIFACT = "artifact"
    """What is signed is this artifact: message digest, subject of the statement, manifest digest of the payload."""
    SIGNATURE = "signature"
    KEY = "key"
    CERTIFICATE = "certificate"
    SCT = "sct"
    ENTRY = "log entry"
    """What the log recorded is this signature, by this key, over these bytes."""
    PROMISE = "log promise"
    PROOF = "log proof"
    CHECKPOINT = "log head"
    TIMESTAMP = "timestamp"
    TIME = "signing time"
    """A time that somebody else vouches for lies within the validity of the certificate."""
    IDENTITY = "identity"
    ISSUER = "issuer"
    CLAIM = "claim"
    ANNOTATION = "annotation"
    PREDICATE = "predicate"
    ENGINES = "engines"
    """Both engines say the same."""


class CheckState(StrEnum):
    """NOT_PRESENT: there is nothing to check, and nothing asks for it. NOT_CHECKABLE: it could not be decided with what
    is at hand. NOT_CHECKED: the user switched it off; a report says so."""

    VERIFIED = "verified"
    NOT_PRESENT = "not present"
    NOT_CHECKABLE = "not checkable"
    NOT_CHECKED = "not checked"
    FAILED = "failed"


class Reason(StrEnum):
    """Why a signature is refused, or cannot be judged: one word for a machine."""

    MALFORMED = "malformed-bundle"
    UNKNOWN_VERSION = "unknown-version"
    NO_SIGNATURE = "no-signature"
    SIGNATURE_INVALID = "signature-invalid"
    DIGEST_MISMATCH = "digest-mismatch"
    BLOB_DIGEST_MISMATCH = "blob-digest-mismatch"
    KEY_REQUIRED = "key-required"
    """It was made by a key, and no key was given to verify it with."""
    KEY_MISMATCH = "key-mismatch"
    """A certificate or a key hint where another was asked for."""
    UNTRUSTED_ROOT = "untrusted-root"
    CERTIFICATE_INVALID = "certificate-invalid"
    CERTIFICATE_EXPIRED = "certificate-expired"
    """No trusted time lies within the validity of the certificate."""
    SCT_MISSING = "sct-missing"
    SCT_INVALID = "sct-invalid"
    LOG_ENTRY_MISSING = "log-entry-missing"
    LOG_ENTRY_MISMATCH = "log-entry-mismatch"
    LOG_UNKNOWN = "log-unknown"
    SET_INVALID = "set-invalid"
    PROOF_MISSING = "inclusion-proof-missing"
    PROOF_INVALID = "inclusion-proof-invalid"
    CHECKPOINT_INVALID = "checkpoint-invalid"
    LOG_FORKED = "log-forked"
    """The log signed two trees of one size."""
    TIME_MISSING = "time-missing"
    """Nobody vouches for when it was made."""
    TIME_IN_FUTURE = "time-in-future"
    """Who vouches tells a time that this machine's clock has not reached: one of the two clocks is wrong."""
    TIMESTAMP_INVALID = "timestamp-invalid"
    TIMESTAMP_UNTRUSTED = "timestamp-untrusted"
    IDENTITY_MISMATCH = "identity-mismatch"
    ISSUER_MISMATCH = "issuer-mismatch"
    CLAIM_MISMATCH = "claim-mismatch"
    ANNOTATION_MISMATCH = "annotation-mismatch"
    PREDICATE_MISSING = "predicate-type-missing"
    UNSUPPORTED = "unsupported"
    ENGINES_DISAGREE = "engines-disagree"
    UNREACHABLE = "unreachable"
    INTERNAL = "internal-error"
    """This program broke off: a fault of its own, whatever the signature is."""


ALARMING = frozenset(
    {
        Reason.SIGNATURE_INVALID, Reason.DIGEST_MISMATCH, Reason.BLOB_DIGEST_MISMATCH, Reason.LOG_ENTRY_MISMATCH,
        Reason.SET_INVALID, Reason.PROOF_INVALID, Reason.CHECKPOINT_INVALID, Reason.TIMESTAMP_INVALID,
        Reason.SCT_INVALID, Reason.ENGINES_DISAGREE, Reason.LOG_FORKED,
    }
)  # fmt: skip
"""A hash, proof or signature that is wrong: exit 4. All others are a matter of policy (1), of form (2), or gaps (3)."""
ALWAYS_ALARMING = frozenset({Reason.ENGINES_DISAGREE, Reason.BLOB_DIGEST_MISMATCH, Reason.LOG_FORKED})
"""Those that are alarms also where another signature holds."""
UNREADABLE = frozenset({Reason.MALFORMED, Reason.UNKNOWN_VERSION})
"""Nothing can be said of a signature: it may be any."""


class SignatureState(StrEnum):
    """VALID: all that was asked for was checked and holds. ACCEPTED: what was checked holds, and a check was switched
    off. REFUSED: a check failed, or something that was asked for is not there. UNDECIDED: it could not be judged."""

    VALID = "valid"
    ACCEPTED = "accepted"
    REFUSED = "refused"
    UNDECIDED = "undecided"


@value
class SignatureStep:
    """One check. says: one line for people. expected, found: in full, where the check compares two things.

    reason: of every state but VERIFIED, where it counts against the signature. remedy: what to do, "" = nothing known.
    follows_from: the check that failed, of which this one is no more than the consequence; None = it stands for itself.
    """

    check: Check
    state: CheckState
    says: str
    expected: str = ""
    found: str = ""
    reason: Reason | None = None
    remedy: str = ""
    follows_from: Check | None = None


@value
class Signer:
    """Who signed, as certificate or key tell. Of a certificate that no trusted CA vouches for nothing is known: then
    there is no Signer.

    identity: of the subject alternative name, as it is written; identity_kind: "uri", "email", "other", "" for a key;
    "openpgp" for one of OpenPGP, with its fingerprint among the claims, no key_id, and the keyring's word for a name.
    issuer: of the OIDC token. claims: further fields of the certificate, in the names of Fulcio ("githubWorkflowRef",
    "sourceRepositoryDigest", …), sorted. key_name: "ECDSA P-256"; key_id: sha256 (hex) of the SubjectPublicKeyInfo.
    not_before, not_after: validity of the certificate, UTC; None for a key. issued_by: name of the CA.
    """

    key_name: str
    key_id: str
    identity: str = ""
    identity_kind: str = ""
    issuer: str = ""
    claims: tuple[tuple[str, str], ...] = ()
    not_before: datetime | None = None
    not_after: datetime | None = None
    issued_by: str = ""
    certificate_sha256: str = ""


@value
class LogMention:
    """Where a log has the signature. log: its address as the trusted root names it; log_id: hex. kind: "hashedrekord
    0.0.1". index: of the entry in the log (global); leaf_index, tree_size, root (hex): of the proof, tree_size 0 = none
    was there. origin: of the head: a log may have several trees. integrated: when the log took it, by its promise; None
    where it promises none (Rekor v2)."""

    log: str
    log_id: str
    kind: str
    index: int
    leaf_index: int = -1
    tree_size: int = 0
    root: str = ""
    origin: str = ""
    integrated: datetime | None = None


@value
class TimeWitness:
    """A time that somebody else than the signer vouches for. by: "log promise of …", "timestamp by …"."""

    time: datetime
    by: str


@value
class StatementSubject:
    """What a statement is about. digests: (algorithm, hex), sorted."""

    name: str
    digests: tuple[tuple[str, str], ...]


@value
class Statement:
    """An in-toto statement whose signature was looked at. payload: its bytes as signed."""

    statement_type: str
    predicate_type: str
    subjects: tuple[StatementSubject, ...]
    payload: bytes


@value
class TrustUsed:
    """What the run trusted. name: "public good", or the file. sha256: of the trusted root. as_of: the day from which it
    is known to be, None where nobody says. age_days: on the day of the run, None where unknown. ca, ca_sha256: the file
    with the only authorities whose certificates count, in the place of those of the root; "" = those of the root."""

    name: str
    sha256: str
    as_of: str = ""
    age_days: int | None = None
    ca: str = ""
    ca_sha256: str = ""


@value
class SignatureVerdict:
    """One signature or attestation, and all that was checked of it.

    source: where it lies ("app.sigstore.json", "tag sha256-….sig, layer 1", "referrer sha256:…"). form: "bundle v0.3",
    "cosign bundle (old)", "detached signature", "simple signing", "DSSE". engines: which judged it, "native",
    "sigstore". statement: of an attestation; its subjects and predicate may be told only where `holds`.
    annotations: that are signed with it.
    """

    state: SignatureState
    source: str
    form: str
    steps: tuple[SignatureStep, ...]
    engines: tuple[str, ...] = ("native",)
    signer: Signer | None = None
    log: tuple[LogMention, ...] = ()
    times: tuple[TimeWitness, ...] = ()
    statement: Statement | None = None
    annotations: tuple[tuple[str, str], ...] = ()
    notes: tuple[str, ...] = ()

    @property
    def holds(self) -> bool:
        """Whether nothing that was checked failed, and all that was asked for was there."""
        return self.state in (SignatureState.VALID, SignatureState.ACCEPTED)

    @property
    def reason(self) -> Reason | None:
        """Why it does not hold: the reason of its first failed step, else of the first that could not be decided."""
        if self.holds:
            return None
        for states in ({CheckState.FAILED}, {CheckState.NOT_CHECKABLE, CheckState.NOT_PRESENT}):
            for step in self.steps:
                if step.state in states and step.reason is not None:
                    return step.reason
        return None

    @property
    def is_told(self) -> bool:
        """Whether all that was checked holds, but that nobody said who should have signed: then it may be told who
        did."""
        if self.state is not SignatureState.UNDECIDED or self.signer is None:
            return False
        return all(
            step.check in (Check.IDENTITY, Check.ISSUER) and step.state is CheckState.NOT_CHECKABLE
            for step in self.steps
            if step.reason is not None and step.state is not CheckState.VERIFIED
        )

    def step(self, check: Check) -> SignatureStep | None:
        """Return the first step of that check."""
        return next((step for step in self.steps if step.check is check), None)


class ArtifactKind(StrEnum):
    """FILE: bytes at hand. IMAGE: a container image or index, by its digest. DIGEST: only its digest was given."""

    FILE = "file"
    IMAGE = "image"
    DIGEST = "digest"


class SignedAs(StrEnum):
    """What became of one artifact of a run.

    SIGNED: a signature holds, all required attestations too. UNSIGNED: there is none. MISSING: signed, and a required
    attestation is not there. REFUSED: signatures are there, and none holds. ALARM: one is wrong in a way that
    nobody's settings explain, and none holds, or the engines disagree, or bytes are not what their digest says.
    UNREADABLE: the artifact or its bundle cannot be read. UNDECIDED: something could not be had.
    """

    SIGNED = "signed"
    UNSIGNED = "unsigned"
    MISSING = "attestation missing"
    REFUSED = "refused"
    ALARM = "alarm"
    UNREADABLE = "unreadable"
    UNDECIDED = "undecided"


@value
class SignedArtifact:
    """One artifact, its signatures, and apart from them its attestations; the ones that hold come first.

    name: as given; target: the same of what was asked for, where a layout has several images. digests: (algorithm,
    hex), "sha256" first. reference: of an image with its digest, "registry.example/app@sha256:…". unsigned: things
    beside an image that nobody signed (".sbom" tags). required: predicate kinds that were asked for ("sbom",
    "provenance"); missing: those that are not there. tag: under which an image was asked for, "" by digest. platform:
    of an image of an index, "" for the index itself or a single one. vendor, vendor_answer: who was asked for, and
    whether it is really of that vendor, in a sentence.
    """

    name: str
    kind: ArtifactKind
    state: SignedAs
    digests: tuple[tuple[str, str], ...] = ()
    reference: str = ""
    tag: str = ""
    platform: str = ""
    signatures: tuple[SignatureVerdict, ...] = ()
    attestations: tuple[SignatureVerdict, ...] = ()
    unsigned: tuple[str, ...] = ()
    required: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()
    vendor: str = ""
    vendor_answer: str = ""
    gaps: tuple[Gap, ...] = ()
    notes: tuple[str, ...] = ()
    faults: tuple[Diagnostic, ...] = ()
    target: str = ""
