"""What becomes of an artifact whose signatures are judged, and of a run of many.

An artifact is signed if one of its signatures holds; what is wrong with the others is told, and decides nothing, unless
the engines disagree or bytes are not what their digest says.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence

from supplymatrix.model.predicates import is_of_kind
from supplymatrix.model.signature import (
    ALARMING,
    ALWAYS_ALARMING,
    UNREADABLE,
    Reason,
    SignatureState,
    SignatureVerdict,
    SignedArtifact,
    SignedAs,
)

__all__ = ["EXIT_CODES", "exit_code_of", "holding_first", "missing_kinds", "signed_as"]

EXIT_CODES = {
    SignedAs.SIGNED: 0,
    SignedAs.UNSIGNED: 1,
    SignedAs.MISSING: 1,
    SignedAs.REFUSED: 1,
    SignedAs.UNREADABLE: 2,
    SignedAs.UNDECIDED: 3,
    SignedAs.ALARM: 4,
}
_GRAVEST_FIRST = (4, 70, 2, 3, 1, 0)
_NOTHING = 5
_COULD_BE_SIGNED = (SignedAs.UNSIGNED, SignedAs.MISSING, SignedAs.REFUSED)
"""What becomes of an artifact, unless there is more beside it than could be had or read."""


def signed_as(
    signatures: Sequence[SignatureVerdict],
    attestations: Sequence[SignatureVerdict],
    *,
    required: Collection[str] = (),
    only_attestations: bool = False,
    has_gaps: bool = False,
    has_faults: bool = False,
    is_forged: bool = False,
) -> SignedAs:
    """Return what became of an artifact. required: kinds of attestations. has_gaps: not all that lies beside it could
    be had. has_faults: a file beside it cannot be read. is_forged: something came that is not what its digest says."""
    if is_forged or any(verdict.reason in ALWAYS_ALARMING for verdict in (*signatures, *attestations)):
        return SignedAs.ALARM
    judged = attestations if only_attestations else signatures
    if any(verdict.holds for verdict in judged):
        state = _with_required(attestations, required)
    else:
        state = _of_refused(judged) if judged else SignedAs.UNSIGNED
    if has_faults and state in (*_COULD_BE_SIGNED, SignedAs.UNDECIDED):
        return SignedAs.UNREADABLE
    return SignedAs.UNDECIDED if has_gaps and state in _COULD_BE_SIGNED else state


def missing_kinds(attestations: Iterable[SignatureVerdict], required: Iterable[str]) -> tuple[str, ...]:
    """Return the required kinds of which no attestation holds, in their order."""
    held = [found.statement.predicate_type for found in attestations if found.holds and found.statement is not None]
    return tuple(kind for kind in required if not any(is_of_kind(predicate, kind) for predicate in held))


def holding_first(verdicts: Iterable[SignatureVerdict]) -> tuple[SignatureVerdict, ...]:
    """Return verdicts with those that hold first, else in the order in which they were found."""
    return tuple(sorted(verdicts, key=lambda verdict: not verdict.holds))


def exit_code_of(artifacts: Sequence[SignedArtifact], *, has_gaps: bool = False, is_discovery: bool = False) -> int:
    """Return the exit code of a run. is_discovery: nobody was named, so that nothing can be as asked."""
    codes = {1 if is_discovery and _is_told(artifact) else EXIT_CODES[artifact.state] for artifact in artifacts}
    codes |= {3} if has_gaps else set()
    verdicts = (verdict for artifact in artifacts for verdict in (*artifact.signatures, *artifact.attestations))
    codes |= {70} if any(verdict.reason is Reason.INTERNAL for verdict in verdicts) else set()
    return next((code for code in _GRAVEST_FIRST if code in codes), _NOTHING)


def _is_told(artifact: SignedArtifact) -> bool:
    """Return whether it is known who signed, though nobody was asked for."""
    return artifact.state is SignedAs.UNDECIDED and any(
        verdict.is_told for verdict in (*artifact.signatures, *artifact.attestations)
    )


def _with_required(attestations: Sequence[SignatureVerdict], required: Collection[str]) -> SignedAs:
    """Return what becomes of an artifact that is signed."""
    missing = missing_kinds(attestations, required)
    if not missing:
        return SignedAs.SIGNED
    of_kind = [
        found for found in attestations
        if found.statement is not None and any(is_of_kind(found.statement.predicate_type, kind) for kind in missing)
    ]  # fmt: skip
    state = _of_refused(of_kind) if of_kind else SignedAs.MISSING
    return SignedAs.MISSING if state is SignedAs.REFUSED else state


def _of_refused(verdicts: Sequence[SignatureVerdict]) -> SignedAs:
    """Return what becomes of an artifact of whose signatures none holds: the gravest of them."""
    reasons = {verdict.reason for verdict in verdicts}
    if reasons & ALARMING:
        return SignedAs.ALARM
    if reasons & UNREADABLE:
        return SignedAs.UNREADABLE
    if any(verdict.state is SignatureState.UNDECIDED for verdict in verdicts):
        return SignedAs.UNDECIDED
    return SignedAs.REFUSED
