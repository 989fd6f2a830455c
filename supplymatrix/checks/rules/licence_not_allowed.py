"""SM401 licence-not-allowed: a module is under a licence that the policy does not want.

The results are made by policy/licences.py: only a policy says what is wanted.
"""

from __future__ import annotations

from supplymatrix.model.rule import Level, Rule, Severity

__all__ = ["JUDGED_BY", "RULE"]

JUDGED_BY = "policy"
RULE = Rule(
    id="SM401",
    name="licence-not-allowed",
    title="a module is under a licence that the policy does not want",
    why="Whoever passes a program on takes over what the licences of all its parts ask, wanted or not.",
    severity=Severity.MEDIUM,
    level=Level.ERROR,
    needs=("ModuleLicence", "RequiredModule", "SumLine"),
    offline=True,
    fixable=False,
    since="0.1.0",
    check_kind="licence",
)
