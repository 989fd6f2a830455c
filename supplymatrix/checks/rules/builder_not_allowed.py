"""SM508 builder-not-allowed: an artifact's builder is not taken, or did not sign its provenance.

The results are made by policy/signatures.py: only a policy says who should have signed.
"""

from __future__ import annotations

from supplymatrix.model.rule import Level, Rule, Severity

__all__ = ["JUDGED_BY", "RULE"]

JUDGED_BY = "policy"
RULE = Rule(
    id="SM508",
    name="builder-not-allowed",
    title="an artifact's builder is not taken, or did not sign its provenance",
    why="Provenance is worth what its builder is worth; its name in a statement is a mere word.",
    severity=Severity.HIGH,
    level=Level.ERROR,
    needs=("CheckedArtifact",),
    offline=True,
    fixable=True,
    since="0.1.0",
    check_kind="provenance",
)
