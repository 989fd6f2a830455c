"""SM501 artifact-unsigned: an artifact that has to be signed is not.

The results are made by policy/signatures.py: only a policy says who should have signed.
"""

from __future__ import annotations

from supplymatrix.model.rule import Level, Rule, Severity

__all__ = ["JUDGED_BY", "RULE"]

JUDGED_BY = "policy"
RULE = Rule(
    id="SM501",
    name="artifact-unsigned",
    title="an artifact that has to be signed is not",
    why="Nobody can tell then who made it: whoever may write where it lies can put another one there.",
    severity=Severity.HIGH,
    level=Level.ERROR,
    needs=("CheckedArtifact",),
    offline=True,
    fixable=True,
    since="0.1.0",
    check_kind="signature",
)
