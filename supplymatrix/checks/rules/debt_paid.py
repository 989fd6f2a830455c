"""SM909 debt-paid: an entry of the debt list is no longer found."""

from __future__ import annotations

from supplymatrix.model.rule import Level, Rule, Severity

__all__ = ["JUDGED_BY", "RULE"]

JUDGED_BY = "policy"
RULE = Rule(
    id="SM909",
    name="debt-paid",
    title="an entry of the debt list is no longer found",
    why="The list may only shrink: an entry that stays would let the same finding come back unseen.",
    severity=Severity.LOW,
    level=Level.NOTE,
    needs=(),
    offline=True,
    fixable=True,
    since="0.1.0",
    check_kind="waiver-register",
    of_policy=True,
)
