"""SM907 package-matches-nothing: an entry of the policy speaks of no module of this project."""

from __future__ import annotations

from collections.abc import Iterator

from supplymatrix.checks.view import FactView
from supplymatrix.model.rule import Level, Result, Rule, Severity

__all__ = ["JUDGED_BY", "RULE", "check"]

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


def check(view: FactView) -> Iterator[Result]:
    """Yield nothing: this is about the policy, so the policy room makes the results."""
    del view
    yield from ()
