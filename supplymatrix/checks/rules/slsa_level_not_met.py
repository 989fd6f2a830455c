"""SM509 slsa-level-not-met: an artifact's builder claims a lower SLSA level than is asked for.

The results are made by policy/signatures.py: only a policy says who should have signed.
"""

from __future__ import annotations

from supplymatrix.model.rule import Level, Rule, Severity

__all__ = ["JUDGED_BY", "RULE"]

JUDGED_BY = "policy"
RULE = Rule(
    id="SM509",
    name="slsa-level-not-met",
    title="an artifact's builder claims a lower SLSA level than is asked for",
    why="On a lower level whoever may change the build can write its provenance as well.",
    severity=Severity.MEDIUM,
    level=Level.ERROR,
    needs=("CheckedArtifact",),
    offline=True,
    fixable=True,
    since="0.1.0",
    check_kind="provenance",
)
