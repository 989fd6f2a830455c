"""SM904 waiver-too-wide: a waiver speaks of more modules than anybody can answer for."""

from __future__ import annotations

from collections.abc import Iterator

from supplymatrix.checks.view import FactView
from supplymatrix.model.rule import Level, Result, Rule, Severity

__all__ = ["JUDGED_BY", "RULE", "check"]

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


def check(view: FactView) -> Iterator[Result]:
    """Yield nothing: this is about the policy, so the policy room makes the results."""
    del view
    yield from ()
