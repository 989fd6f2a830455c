"""SM510 sbom-attestation-differs: the attested bill of materials is not that of the program.

The results are made by policy/signatures.py: only a policy says who should have signed.
"""

from __future__ import annotations

from supplymatrix.model.rule import Level, Rule, Severity

__all__ = ["JUDGED_BY", "RULE"]

JUDGED_BY = "policy"
RULE = Rule(
    id="SM510",
    name="sbom-attestation-differs",
    title="the attested bill of materials is not that of the program",
    why="Whoever looks for a vulnerable module in that bill will look in vain.",
    severity=Severity.HIGH,
    level=Level.ERROR,
    needs=("CheckedArtifact",),
    offline=True,
    fixable=True,
    since="0.1.0",
    check_kind="sbom",
)
