"""SM904 waiver-too-wide: a waiver speaks of more modules than anybody can answer for."""

from __future__ import annotations

from supplymatrix.model.rule import Level, Rule, Severity

__all__ = ["JUDGED_BY", "RULE"]

JUDGED_BY = "policy"
RULE = Rule(
    id="SM904",
    name="waiver-too-wide",
    title="a waiver speaks of more modules than anybody can answer for",
    why="A glob over a whole host excuses what nobody has looked at, today and later.",
    severity=Severity.MEDIUM,
    level=Level.WARN,
    needs=(),
    offline=True,
    fixable=True,
    since="0.1.0",
    check_kind="waiver-register",
    of_policy=True,
)
