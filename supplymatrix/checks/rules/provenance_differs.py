"""SM507 provenance-differs: an artifact is of another source or commit than is signed.

The results are made by policy/signatures.py: only a policy says who should have signed.
"""

from __future__ import annotations

from supplymatrix.model.rule import Level, Rule, Severity

__all__ = ["JUDGED_BY", "RULE"]

JUDGED_BY = "policy"
RULE = Rule(
    id="SM507",
    name="provenance-differs",
    title="an artifact is of another source or commit than is signed",
    why="What was reviewed is then not what runs, although everything is signed.",
    severity=Severity.HIGH,
    level=Level.ERROR,
    needs=("CheckedArtifact",),
    offline=True,
    fixable=True,
    since="0.1.0",
    check_kind="provenance",
)
