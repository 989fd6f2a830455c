"""SM503 signature-broken: a hash, proof or signature of an artifact is wrong.

The results are made by policy/signatures.py: only a policy says who should have signed.
"""

from __future__ import annotations

from supplymatrix.model.rule import Level, Rule, Severity

__all__ = ["JUDGED_BY", "RULE"]

JUDGED_BY = "policy"
RULE = Rule(
    id="SM503",
    name="signature-broken",
    title="a hash, proof or signature of an artifact is wrong",
    why="Somebody changed the artifact, its signature or the log's word on it; no setting explains that.",
    severity=Severity.CRITICAL,
    level=Level.ALARM,
    needs=("CheckedArtifact",),
    offline=True,
    fixable=True,
    since="0.1.0",
    check_kind="signature",
)
