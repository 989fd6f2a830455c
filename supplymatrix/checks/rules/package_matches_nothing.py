"""SM907 package-matches-nothing: an entry of the policy speaks of no module of this project."""

from __future__ import annotations

from supplymatrix.model.rule import Level, Rule, Severity

__all__ = ["JUDGED_BY", "RULE"]

JUDGED_BY = "policy"
RULE = Rule(
    id="SM907",
    name="package-matches-nothing",
    title="an entry of the policy speaks of no module of this project",
    why="A misspelt glob demands nothing, and looks as if it did.",
    severity=Severity.LOW,
    level=Level.WARN,
    needs=("RequiredModule", "SumLine"),
    offline=True,
    fixable=True,
    since="0.1.0",
    check_kind="policy-sound",
    of_policy=True,
)
