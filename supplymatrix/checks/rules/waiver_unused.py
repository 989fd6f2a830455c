"""SM901 waiver-unused: a waiver excuses nothing."""

from __future__ import annotations

from supplymatrix.model.rule import Level, Rule, Severity

__all__ = ["JUDGED_BY", "RULE"]

JUDGED_BY = "policy"
RULE = Rule(
    id="SM901",
    name="waiver-unused",
    title="a waiver excuses nothing",
    why="What was once excused is mended, or was never found: a waiver that stays lets the next one through unseen.",
    severity=Severity.LOW,
    level=Level.NOTE,
    needs=(),
    offline=True,
    fixable=True,
    since="0.1.0",
    check_kind="waiver-register",
    of_policy=True,
)
