"""SM903 waiver-expires-soon: a waiver runs out within 14 days."""

from __future__ import annotations

from supplymatrix.model.rule import Level, Rule, Severity

__all__ = ["JUDGED_BY", "RULE"]

JUDGED_BY = "policy"
RULE = Rule(
    id="SM903",
    name="waiver-expires-soon",
    title="a waiver runs out within 14 days",
    why="On the day after what it excuses counts again: better to know before.",
    severity=Severity.LOW,
    level=Level.NOTE,
    needs=(),
    offline=True,
    fixable=False,
    since="0.1.0",
    check_kind="waiver-register",
    of_policy=True,
)
