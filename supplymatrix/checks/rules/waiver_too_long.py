"""SM906 waiver-too-long: a waiver lasts longer than the policy lets it."""

from __future__ import annotations

from supplymatrix.model.rule import Level, Rule, Severity

__all__ = ["JUDGED_BY", "RULE"]

JUDGED_BY = "policy"
RULE = Rule(
    id="SM906",
    name="waiver-too-long",
    title="a waiver lasts longer than the policy lets it",
    why="An exception without an end is a rule: it excuses nothing until its last day is near enough.",
    severity=Severity.MEDIUM,
    level=Level.ERROR,
    needs=(),
    offline=True,
    fixable=True,
    since="0.1.0",
    check_kind="waiver-register",
    of_policy=True,
)
