"""An artifact that is checked with a project: its signatures, what is attested of it, and how that goes with its
contents."""

from __future__ import annotations

from enum import StrEnum

from supplymatrix.model.chain import ChainLink
from supplymatrix.model.location import Location
from supplymatrix.model.provenance import BuilderClaim, Provenance
from supplymatrix.model.signature import SignedArtifact, TrustUsed
from supplymatrix.model.value import value

__all__ = ["ARTIFACT_WANTED", "SIGNATURES_WANTED", "CheckedArtifact", "NamedBy"]

SIGNATURES_WANTED = "signatures of "
"""With this begins what the gaps of artifacts wanted that could not be looked at."""
ARTIFACT_WANTED = "an artifact that is released"
"""What the gap of a project wanted whose policy asks for signatures, and of which no artifact is named."""


class NamedBy(StrEnum):
    """Why an artifact is looked at. PROGRAM: it was named as a program. BASE: a build file builds on this image."""

    POLICY = "policy"
    COMMAND_LINE = "command line"
    PROGRAM = "program"
    BASE = "base image"


@value
class CheckedArtifact:
    """signed: its verdicts, judged as all files of the policy ask. location: where it is named, or artifact = its name.

    required: what must be there of it, "signature" and kinds of attestations. links: what came of holding the signed
    words against each other and against the contents, as a chain has them: provenance, builder, source, sbom.
    provenance: statements that hold, the one that counts first. builder: what is known of its builder. key_builders:
    places of builders in the policy whose key signed that one. trust: the root that was used, None where none was
    needed.
    """

    signed: SignedArtifact
    location: Location
    named_by: NamedBy
    required: tuple[str, ...] = ()
    links: tuple[ChainLink, ...] = ()
    provenance: tuple[Provenance, ...] = ()
    builder: BuilderClaim | None = None
    key_builders: tuple[Location, ...] = ()
    trust: TrustUsed | None = None

    @property
    def name(self) -> str:
        """What tells it from all others of a run: its name, and of an image of an index its platform."""
        return f"{self.signed.name} ({self.signed.platform})" if self.signed.platform else self.signed.name
