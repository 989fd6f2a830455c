"""Which checks of a signature fail for no reason of their own: because another one failed before.

| failed | follows from it |
|---|---|
| the artifact is another one | what fails, and would not for the artifact that the bundle names |
| the signature | that nobody can say whether it is of the artifact, and by which key |
| nobody vouches for the certificate | that nothing in it counts |
| the log is not trusted | that its proof and its head cannot be believed, either |
| what would tell a time | that nobody vouches for one |

A consequence keeps its state and its reason, and has no advice: mending its cause mends it, too.
"""

from __future__ import annotations

from collections.abc import Sequence

from supplymatrix.model.signature import Check, CheckState, Reason, SignatureStep
from supplymatrix.model.value import changed

__all__ = ["with_consequences"]

_CLOSED = (CheckState.VERIFIED, CheckState.NOT_CHECKED)
_OF_CERTIFICATE = (Check.SCT, Check.IDENTITY, Check.ISSUER, Check.CLAIM)
_LOG = (Check.ENTRY, Check.PROMISE, Check.PROOF, Check.CHECKPOINT)


def with_consequences(
    steps: Sequence[SignatureStep], as_named: Sequence[SignatureStep] | None = None
) -> tuple[SignatureStep, ...]:
    """Return the steps of a verdict, in their order, with those told that follow from others.

    as_named: the steps of the same signature held against the artifact that it names; None where it names no other.
    """
    return tuple(_with_cause(step, _cause(step, steps, as_named)) for step in steps)


def _with_cause(step: SignatureStep, cause: Check | None) -> SignatureStep:
    return step if cause is None else changed(step, follows_from=cause, remedy="")


def _cause(
    step: SignatureStep, steps: Sequence[SignatureStep], as_named: Sequence[SignatureStep] | None
) -> Check | None:
    if step.state in _CLOSED:
        return None
    if as_named is not None and step.check is not Check.ARTIFACT and _only_of_artifact(step, as_named):
        return Check.ARTIFACT
    if step.check in (Check.ARTIFACT, Check.KEY) and step.reason is None and _failed(steps, Check.SIGNATURE):
        return Check.SIGNATURE
    if step.check in _OF_CERTIFICATE and step.reason is None and _is_open(steps, Check.CERTIFICATE):
        return Check.CERTIFICATE
    if step.reason is Reason.LOG_UNKNOWN:
        first = next(one for one in steps if one.reason is Reason.LOG_UNKNOWN and one.says == step.says)
        return None if first is step else first.check
    return _cause_of_no_time(steps) if step.reason is Reason.TIME_MISSING else None


def _only_of_artifact(step: SignatureStep, as_named: Sequence[SignatureStep]) -> bool:
    """Return whether a check that does not hold is not refused for the artifact that the signature names. Of a
    signature that needs the bytes of that artifact nobody can say more."""
    same = [one for one in as_named if one.check is step.check]
    is_refused = any(one.state is CheckState.FAILED for one in same)
    return bool(same) and not is_refused and (step.state, step.says) not in {(one.state, one.says) for one in same}


def _failed(steps: Sequence[SignatureStep], check: Check) -> bool:
    return any(step.check is check and step.state is CheckState.FAILED for step in steps)


def _is_open(steps: Sequence[SignatureStep], check: Check) -> bool:
    return any(step.check is check and step.state not in _CLOSED and step.reason is not None for step in steps)


def _cause_of_no_time(steps: Sequence[SignatureStep]) -> Check | None:
    """Return what would have told a time, and is not believed: an entry with a promise, or a timestamp."""
    promises = any(step.check is Check.PROMISE and step.state is not CheckState.NOT_PRESENT for step in steps)
    telling = (*(_LOG if promises else ()), Check.TIMESTAMP)
    refused = (step for step in steps if step.check in telling and step.reason is not None)
    return next((step.check for step in refused if step.state not in _CLOSED), None)
