"""SM502 signer-not-allowed: an artifact is signed by somebody whom the policy does not name.

The results are made by policy/signatures.py: only a policy says who should have signed.
"""

from __future__ import annotations

from supplymatrix.model.rule import Level, Rule, Severity

__all__ = ["JUDGED_BY", "RULE"]

JUDGED_BY = "policy"
RULE = Rule(
    id="SM502",
    name="signer-not-allowed",
    title="an artifact is signed by somebody whom the policy does not name",
    why="Anybody can sign anything: a signature says something only when it is by whom it should be.",
    severity=Severity.CRITICAL,
    level=Level.ERROR,
    needs=("CheckedArtifact",),
    offline=True,
    fixable=True,
    since="0.1.0",
    check_kind="signature",
)
