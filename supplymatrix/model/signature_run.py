"""What came of a run that verified signatures: every artifact with its verdict, and what all of them rest on."""

from __future__ import annotations

from supplymatrix.errors import Diagnostic
from supplymatrix.model.gap import Gap
from supplymatrix.model.signature import SignedArtifact, TrustUsed
from supplymatrix.model.value import value

__all__ = ["SignatureRun"]


@value
class SignatureRun:
    """artifacts: in the order in which they were named, none left out. trust: None where no trusted root was needed.

    engine: "both", "native" or "sigstore", as asked for. asked: who should have signed, a line each; switched_off: what
    was not checked because the user said so, with the option. faults: of bundles that cannot be read and are about no
    artifact that is known. is_discovery: nobody was named, and the run tells who
    signed without judging it. only_attestations: a plain signature would not do.
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
