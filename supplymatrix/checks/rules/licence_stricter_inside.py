"""SM405 licence-stricter-inside: parts of a module ask for more than the licence that the module shows.

The results are made by policy/licences.py: licences are read only where a policy asks for them.
"""

from __future__ import annotations

from supplymatrix.model.rule import Level, Rule, Severity

__all__ = ["JUDGED_BY", "RULE"]

JUDGED_BY = "policy"
RULE = Rule(
    id="SM405",
    name="licence-stricter-inside",
    title="packages of a module are under a stricter licence than the module shows",
    why="Who looks at the licence of a repository sees the one in its root, and not those of the folders he builds in.",
    severity=Severity.LOW,
    level=Level.NOTE,
    needs=("ModuleLicence", "RequiredModule", "SumLine"),
    offline=True,
    fixable=False,
    since="0.1.0",
    check_kind="licence",
)
