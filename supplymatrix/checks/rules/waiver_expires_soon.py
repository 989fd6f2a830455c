"""SM903 waiver-expires-soon: a waiver runs out within 14 days."""

from __future__ import annotations

from collections.abc import Iterator

from supplymatrix.checks.view import FactView
from supplymatrix.model.rule import Level, Result, Rule, Severity

__all__ = ["JUDGED_BY", "RULE", "check"]

JUDGED_BY = "policy"
RULE = Rule(
    id="SM903",
    name="waiver-expires-soon",
    title="a waiver runs out within 14 days",
    why="On the day after what it excuses counts again: better to know before.",
    severity=Severity.LOW,
    level=Level.NOTE,
    needs=(),
    offline=True,
    fixable=False,
    since="0.1.0",
    check_kind="waiver-register",
    of_policy=True,
)


def check(view: FactView) -> Iterator[Result]:
    """Yield nothing: this is about the policy, so the policy room makes the results."""
    del view
    yield from ()
