"""SM402 licence-unknown: nobody can tell under which licence a module is.

The results are made by policy/licences.py: only a policy says that licences are to be known, and how surely.
"""

from __future__ import annotations

from supplymatrix.model.rule import Level, Rule, Severity

__all__ = ["JUDGED_BY", "RULE"]

JUDGED_BY = "policy"
RULE = Rule(
    id="SM402",
    name="licence-unknown",
    title="the licence of a module is not known",
    why="Without a licence nobody may copy the code, and what a licence asks that nobody has read nobody does.",
    severity=Severity.MEDIUM,
    level=Level.ERROR,
    needs=("ModuleLicence", "RequiredModule", "SumLine"),
    offline=True,
    fixable=False,
    since="0.1.0",
    check_kind="licence",
)
