"""What came of a run that verified signatures: every artifact with its verdict, and what all of them rest on."""

from __future__ import annotations

from supplymatrix.errors import Diagnostic
from supplymatrix.model.gap import Gap
from supplymatrix.model.rule import Status
from supplymatrix.model.signature import Check, CheckState, SignatureState, SignedArtifact, TrustUsed
from supplymatrix.model.value import value

__all__ = ["SUBJECTS", "PolicyWord", "SignatureRun"]

SUBJECTS = {Check.ENTRY: "the transparency log", Check.SCT: "the certificate log", Check.ISSUER: "the issuer"}
"""How a line on a check that was not made begins; with the name of the check for all others."""


@value
class PolicyWord:
    """What a policy finds of an artifact. rule: id. state: FAIL, UNKNOWN, or WAIVED; counts: whether the gate fails by
    it, or cannot be decided. remedy: what to do, of a waiver why it is there."""

    rule: str
    state: Status
    says: str
    counts: bool = True
    remedy: str = ""


@value
class SignatureRun:
    """artifacts: in the order in which they were named, none left out. trust: None where no trusted root was needed.

    engine: "both", "native" or "sigstore", as asked for. asked: who should have signed and what must be attested, a
    line each; switched_off: what was not checked because the user said so, with the option. gaps: what all of the run
    could not have, faults: what it could not read: a trusted root, bundles about no artifact that is known.
    is_discovery: nobody was named, and the run tells who signed without judging it. only_attestations: a plain
    signature would not do. by_policy: what a policy finds of each artifact, in their order; () where none judged.
    """

    artifacts: tuple[SignedArtifact, ...]
    engine: str
    exit_code: int
    trust: TrustUsed | None = None
    asked: tuple[str, ...] = ()
    switched_off: tuple[str, ...] = ()
    gaps: tuple[Gap, ...] = ()
    notes: tuple[str, ...] = ()
    faults: tuple[Diagnostic, ...] = ()
    is_discovery: bool = False
    only_attestations: bool = False
    by_policy: tuple[tuple[PolicyWord, ...], ...] = ()

    @property
    def not_checked(self) -> tuple[str, ...]:
        """What was not checked, a line each: what was switched off, and what else a signature that holds lacks."""
        lines = dict.fromkeys(self.switched_off)
        for artifact in self.artifacts:
            for verdict in (*artifact.signatures, *artifact.attestations):
                for step in verdict.steps if verdict.state is SignatureState.ACCEPTED else ():
                    subject = SUBJECTS.get(step.check, step.check.value)
                    is_told = any(line.startswith(subject) for line in lines)
                    if step.state is CheckState.NOT_CHECKED and not is_told:
                        lines[f"{subject}: {step.says}"] = None
        return tuple(lines)
