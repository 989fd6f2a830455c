"""SM312 vex-unjustified: a waiver of an advisory gives no justification.

The results are made by policy/hygiene.py: only a policy says what is asked.
"""

from __future__ import annotations

from supplymatrix.model.rule import Level, Rule, Severity

__all__ = ["JUDGED_BY", "RULE"]

JUDGED_BY = "policy"
RULE = Rule(
    id="SM312",
    name="vex-unjustified",
    title="a waiver of an advisory gives no justification",
    why="Whoever reads that a vulnerability does not concern a product asks why; VEX knows five reasons.",
    severity=Severity.LOW,
    level=Level.NOTE,
    needs=("Vulnerability",),
    offline=True,
    fixable=True,
    since="0.1.0",
    check_kind="vex",
    of_policy=True,
)
