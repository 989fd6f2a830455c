"""SM513 attestation-missing: an attestation that has to be there of an artifact is not.

The results are made by policy/signatures.py: only a policy says who should have signed.
"""

from __future__ import annotations

from supplymatrix.model.rule import Level, Rule, Severity

__all__ = ["JUDGED_BY", "RULE"]

JUDGED_BY = "policy"
RULE = Rule(
    id="SM513",
    name="attestation-missing",
    title="an attestation that has to be there of an artifact is not",
    why="What the policy wants to know of the artifact nobody has signed.",
    severity=Severity.MEDIUM,
    level=Level.ERROR,
    needs=("CheckedArtifact",),
    offline=True,
    fixable=True,
    since="0.1.0",
    check_kind="signature",
)
