"""SM908 nested-policy: a dependency brings a policy along."""

from __future__ import annotations

from supplymatrix.model.rule import Level, Rule, Severity

__all__ = ["JUDGED_BY", "RULE"]

JUDGED_BY = "policy"
RULE = Rule(
    id="SM908",
    name="nested-policy",
    title="a dependency brings a policy along",
    why="It is never obeyed; somebody may believe that it is, or may have laid it out for a tool that does.",
    severity=Severity.LOW,
    level=Level.WARN,
    needs=("NestedPolicy",),
    offline=True,
    fixable=False,
    since="0.1.0",
    check_kind="policy-sound",
    of_policy=True,
)
