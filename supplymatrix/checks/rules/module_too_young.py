"""SM209 module-too-young: a module version is younger than the policy allows.

The results are made by policy/cooldown.py: only a policy says what is asked.
"""

from __future__ import annotations

from supplymatrix.model.rule import Level, Rule, Severity

__all__ = ["JUDGED_BY", "RULE"]

JUDGED_BY = "policy"
RULE = Rule(
    id="SM209",
    name="module-too-young",
    title="a module version is younger than the policy allows",
    why="A version that was made to do harm is often found out within days; who waits need not be who finds it out.",
    severity=Severity.MEDIUM,
    level=Level.ERROR,
    needs=("ReleaseTime", "RequiredModule", "SumLine"),
    offline=False,
    fixable=False,
    since="0.1.0",
    check_kind="cooldown",
)
