"""SM906 waiver-too-long: a waiver lasts longer than the policy lets it."""

from __future__ import annotations

from collections.abc import Iterator

from supplymatrix.checks.view import FactView
from supplymatrix.model.rule import Level, Result, Rule, Severity

__all__ = ["JUDGED_BY", "RULE", "check"]

JUDGED_BY = "policy"
RULE = Rule(
    id="SM906",
    name="waiver-too-long",
    title="a waiver lasts longer than the policy lets it",
    why="An exception without an end is a rule: it excuses nothing until its last day is near enough.",
    severity=Severity.MEDIUM,
    level=Level.ERROR,
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
