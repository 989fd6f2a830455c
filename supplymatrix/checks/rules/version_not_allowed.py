"""SM205 version-not-allowed: a module is used at another version than the policy allows."""

from __future__ import annotations

from supplymatrix.model.rule import Level, Rule, Severity

__all__ = ["JUDGED_BY", "RULE"]

JUDGED_BY = "policy"
RULE = Rule(
    id="SM205",
    name="version-not-allowed",
    title="a module has another version than the policy allows",
    why="A pinned version was reviewed; any other one was not.",
    severity=Severity.HIGH,
    level=Level.ERROR,
    needs=(
        "RequiredModule",
        "SumLine",
    ),
    offline=True,
    fixable=True,
    since="0.1.0",
    check_kind="version-pin",
)
