"""SM515 signature-malformed: a file with signatures cannot be read.

The results are made by policy/signatures.py: only a policy says who should have signed.
"""

from __future__ import annotations

from supplymatrix.model.rule import Level, Rule, Severity

__all__ = ["JUDGED_BY", "RULE"]

JUDGED_BY = "policy"
RULE = Rule(
    id="SM515",
    name="signature-malformed",
    title="a file with signatures cannot be read",
    why="It protects nothing, and what was in it nobody knows.",
    severity=Severity.HIGH,
    level=Level.ERROR,
    needs=("CheckedArtifact",),
    offline=True,
    fixable=True,
    since="0.1.0",
    check_kind="signature",
    input_fault=True,
)
