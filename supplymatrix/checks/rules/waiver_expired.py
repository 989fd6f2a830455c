"""SM902 waiver-expired: a waiver or the debt list has run out."""

from __future__ import annotations

from supplymatrix.model.rule import Level, Rule, Severity

__all__ = ["JUDGED_BY", "RULE"]

JUDGED_BY = "policy"
RULE = Rule(
    id="SM902",
    name="waiver-expired",
    title="a waiver or the debt list has run out",
    why="Somebody took a finding on until a day, and that day is over: it has to be mended, or looked at again.",
    severity=Severity.MEDIUM,
    level=Level.ERROR,
    needs=(),
    offline=True,
    fixable=False,
    since="0.1.0",
    check_kind="waiver-register",
    of_policy=True,
)
