"""SM505 signature-not-trusted: a signature leads to no authority or time that is trusted.

The results are made by policy/signatures.py: only a policy says who should have signed.
"""

from __future__ import annotations

from supplymatrix.model.rule import Level, Rule, Severity

__all__ = ["JUDGED_BY", "RULE"]

JUDGED_BY = "policy"
RULE = Rule(
    id="SM505",
    name="signature-not-trusted",
    title="a signature leads to no authority or time that is trusted",
    why="A certificate by anybody names anybody; an old trusted root does not know which keys were withdrawn since.",
    severity=Severity.HIGH,
    level=Level.ERROR,
    needs=("CheckedArtifact",),
    offline=True,
    fixable=True,
    since="0.1.0",
    check_kind="signature",
)
