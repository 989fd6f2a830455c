"""SM512 signatures-disagree: two signatures of an artifact that hold say different things.

The results are made by policy/signatures.py: only a policy says who should have signed.
"""

from __future__ import annotations

from supplymatrix.model.rule import Level, Rule, Severity

__all__ = ["JUDGED_BY", "RULE"]

JUDGED_BY = "policy"
RULE = Rule(
    id="SM512",
    name="signatures-disagree",
    title="two signatures of an artifact that hold say different things",
    why="One of the two is about another build: which one is meant nobody can tell.",
    severity=Severity.HIGH,
    level=Level.ERROR,
    needs=("CheckedArtifact",),
    offline=True,
    fixable=True,
    since="0.1.0",
    check_kind="signature",
)
