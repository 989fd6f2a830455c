"""Artifacts of a policy's tests, as facts: what a test says of one, put as if it had been looked at."""

from __future__ import annotations

from collections.abc import Iterator

from supplymatrix.engine.signature_outcome import missing_kinds, signed_as
from supplymatrix.model.checked_artifact import CheckedArtifact, NamedBy
from supplymatrix.model.location import Location
from supplymatrix.model.predicates import types_of
from supplymatrix.model.signature import (
    ArtifactKind,
    Check,
    CheckState,
    Reason,
    SignatureState,
    SignatureStep,
    SignatureVerdict,
    SignedArtifact,
    Statement,
)
from supplymatrix.model.spelling import nearest
from supplymatrix.policy.document import Policy
from supplymatrix.policy.expectations import ArtifactSays, PolicyTest
from supplymatrix.policy.signature_terms import SIGNATURE, asked_of, own_rule

__all__ = ["artifacts_of_test", "says_nothing"]

_SAYS = "the test says so"
_OPEN = (Reason.KEY_REQUIRED, Reason.UNSUPPORTED, Reason.UNREACHABLE)


def artifacts_of_test(test: PolicyTest, policy: Policy) -> Iterator[CheckedArtifact]:
    """Yield the artifacts that a test speaks of; nothing where the policy asks nothing of any."""
    rules = {artifact.name: artifact for rule in policy.signatures for artifact in rule.artifacts}
    for said in test.artifacts if policy.signatures else ():
        rule = rules.get(said.name)
        required = asked_of(policy.signatures, rule)
        own = [own_rule(section, rule) for section in policy.signatures]
        is_anybody = any(section.signers for section in policy.signatures) or any(one and one.signers for one in own)
        open_ = None if is_anybody else Reason.KEY_REQUIRED
        kinds = tuple(kind for kind in required if kind != SIGNATURE)
        signatures = (_verdict(said.reason or open_, ""),) if said.is_signed else ()
        attestations = tuple(_verdict(open_, types_of(kind)[0]) for kind in said.attested)
        signed = SignedArtifact(
            name=said.name,
            kind=ArtifactKind.IMAGE if said.tag or (rule is not None and rule.image) else ArtifactKind.FILE,
            state=signed_as(signatures, attestations, required=kinds),
            tag=said.tag,
            signatures=signatures,
            attestations=attestations,
            required=kinds,
            missing=missing_kinds(attestations, kinds),
        )
        location = rule.location if rule is not None else Location(artifact=said.name)
        yield CheckedArtifact(signed=signed, location=location, named_by=NamedBy.POLICY, required=required)


def says_nothing(said: ArtifactSays, policy: Policy) -> str:
    """Return why what a test says of an artifact has no effect, "" where it has one."""
    if not policy.signatures:
        return f"the test speaks of {said.name}, and the policy has no [signatures]"
    known = {artifact.name for rule in policy.signatures for artifact in rule.artifacts}
    if said.name in known or not known:
        return ""
    near = nearest(said.name, sorted(known))
    meant = f"; did you mean {near}?" if near else ""
    return f"the test speaks of {said.name}, which the policy does not name{meant}"


def _verdict(reason: Reason | None, predicate_type: str) -> SignatureVerdict:
    state = SignatureState.VALID if reason is None else SignatureState.REFUSED
    found = CheckState.VERIFIED if reason is None else CheckState.FAILED
    if reason in _OPEN:
        state, found = SignatureState.UNDECIDED, CheckState.NOT_CHECKABLE
    statement = Statement(statement_type="", predicate_type=predicate_type, subjects=(), payload=b"")
    return SignatureVerdict(
        state=state, source="the test", form="made up",
        steps=(SignatureStep(check=Check.SIGNATURE, state=found, says=_SAYS, reason=reason),),
        statement=statement if predicate_type else None,
    )  # fmt: skip
