"""What rules about artifacts share: how one is named in a result, which rule tells why a signature does not hold, and
what a finding about it rests on."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from supplymatrix.model.checked_artifact import CheckedArtifact
from supplymatrix.model.module import ModuleVersion
from supplymatrix.model.rule import Evidence
from supplymatrix.model.signature import (
    ALARMING,
    CheckState,
    Reason,
    SignatureState,
    SignatureStep,
    SignatureVerdict,
    Signer,
)

__all__ = [
    "ARTIFACT", "NO_MODULE", "RULE_OF_REASON", "artifact_subject", "bad_step", "cause_of", "name_signer",
    "verdict_evidence",
]  # fmt: skip

ARTIFACT = "artifact:"
"""What the subject of a result about an artifact begins with."""
NO_MODULE = ModuleVersion(path="", version="")
_UNSIGNED, _SIGNER, _BROKEN, _NOT_LOGGED, _NOT_TRUSTED = "SM501", "SM502", "SM503", "SM504", "SM505"
_OPEN, _MALFORMED = "SM514", "SM515"
RULE_OF_REASON: Mapping[Reason, str] = {
    **dict.fromkeys(ALARMING, _BROKEN),
    Reason.NO_SIGNATURE: _UNSIGNED,
    Reason.KEY_MISMATCH: _SIGNER,
    Reason.IDENTITY_MISMATCH: _SIGNER,
    Reason.ISSUER_MISMATCH: _SIGNER,
    Reason.CLAIM_MISMATCH: _SIGNER,
    Reason.ANNOTATION_MISMATCH: _SIGNER,
    Reason.PREDICATE_MISSING: _SIGNER,
    Reason.LOG_ENTRY_MISSING: _NOT_LOGGED,
    Reason.PROOF_MISSING: _NOT_LOGGED,
    Reason.SCT_MISSING: _NOT_LOGGED,
    Reason.LOG_UNKNOWN: _NOT_TRUSTED,
    Reason.UNTRUSTED_ROOT: _NOT_TRUSTED,
    Reason.CERTIFICATE_INVALID: _NOT_TRUSTED,
    Reason.CERTIFICATE_EXPIRED: _NOT_TRUSTED,
    Reason.TIME_MISSING: _NOT_TRUSTED,
    Reason.TIME_IN_FUTURE: _NOT_TRUSTED,
    Reason.TIMESTAMP_UNTRUSTED: _NOT_TRUSTED,
    Reason.MALFORMED: _MALFORMED,
    Reason.UNKNOWN_VERSION: _MALFORMED,
    Reason.KEY_REQUIRED: _OPEN,
    Reason.UNSUPPORTED: _OPEN,
    Reason.UNREACHABLE: _OPEN,
    Reason.INTERNAL: _OPEN,
}
"""Which rule tells of a signature that is refused for a reason: one for each, so that no cause is told twice."""


def artifact_subject(fact: CheckedArtifact) -> str:
    """Return the subject of a result about an artifact: "artifact:dist/app"."""
    return f"{ARTIFACT}{fact.name}"


def cause_of(verdict: SignatureVerdict) -> str:
    """Return the rule that tells why a signature does not hold. What could not be judged is told by one for all."""
    if verdict.state is SignatureState.UNDECIDED or verdict.reason is None:
        return _OPEN
    return RULE_OF_REASON[verdict.reason]


def bad_step(verdict: SignatureVerdict) -> SignatureStep | None:
    """Return the step for whose reason a signature does not hold."""
    rows = [step for step in verdict.steps if step.reason is not None and step.state is not CheckState.VERIFIED]
    failed = [step for step in rows if step.state is CheckState.FAILED]
    return next((step for step in (*failed, *rows) if step.reason is verdict.reason), None)


def name_signer(signer: Signer | None) -> str:
    """Return who signed, in a few words; "" where nobody can say."""
    if signer is None:
        return ""
    return signer.identity or f"the {signer.key_name} key {signer.key_id[:16]}…"


def verdict_evidence(verdict: SignatureVerdict) -> tuple[Evidence, ...]:
    """Return what a verdict rests on: where the signature lies, who made it, what was expected and found."""
    return tuple(Evidence(label=label, value=text) for label, text in _stated(verdict) if text)


def _stated(verdict: SignatureVerdict) -> Iterator[tuple[str, str]]:
    yield "signature", f"{verdict.source} ({verdict.form})"
    step = bad_step(verdict)
    if step is not None:
        yield "check", f"{step.check.value}: {step.says}"
        yield "expected", step.expected
        yield "found", step.found
    if verdict.signer is not None:
        yield "signed by", name_signer(verdict.signer)
        yield "issuer", verdict.signer.issuer
    for mention in verdict.log:
        yield "log entry", f"{mention.log} index {mention.index}"
