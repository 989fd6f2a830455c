"""SM506 provenance-missing: an artifact has no provenance.

The results are made by policy/signatures.py: only a policy says who should have signed.
"""

from __future__ import annotations

from supplymatrix.model.rule import Level, Rule, Severity

__all__ = ["JUDGED_BY", "RULE"]

JUDGED_BY = "policy"
RULE = Rule(
    id="SM506",
    name="provenance-missing",
    title="an artifact has no provenance",
    why="Nothing says then by whom and of which source it was built.",
    severity=Severity.MEDIUM,
    level=Level.ERROR,
    needs=("CheckedArtifact",),
    offline=True,
    fixable=True,
    since="0.1.0",
    check_kind="provenance",
)
