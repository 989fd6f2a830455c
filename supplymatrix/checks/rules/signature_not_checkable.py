"""SM514 signature-not-checkable: a signature could not be checked.

The results are made by policy/signatures.py: only a policy says who should have signed.
"""

from __future__ import annotations

from supplymatrix.model.rule import Level, Rule, Severity

__all__ = ["JUDGED_BY", "RULE"]

JUDGED_BY = "policy"
RULE = Rule(
    id="SM514",
    name="signature-not-checkable",
    title="a signature could not be checked",
    why="What could not be looked at is not known to be good.",
    severity=Severity.HIGH,
    level=Level.ERROR,
    needs=("CheckedArtifact",),
    offline=True,
    fixable=True,
    since="0.1.0",
    check_kind="signature",
    gap_only=True,
    never_off=True,
)
