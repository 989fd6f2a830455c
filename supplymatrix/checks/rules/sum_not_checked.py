"""SM103 sum-not-checked: a go.sum line could not be held against the log."""

from __future__ import annotations

from collections.abc import Iterator

from supplymatrix.checks.result import line_subject, passed, unknown
from supplymatrix.checks.view import FactView
from supplymatrix.model.rule import Level, Result, Rule, Severity

__all__ = ["JUDGED_BY", "RULE", "check"]

JUDGED_BY = "facts"
RULE = Rule(
    id="SM103",
    name="sum-not-checked",
    title="a go.sum line could not be checked",
    why="What was not checked is not known to be good; a run that skips it must not look like a pass.",
    severity=Severity.CRITICAL,
    level=Level.ERROR,
    needs=(
        "SumLine",
        "LineProof",
    ),
    offline=False,
    fixable=False,
    since="0.1.0",
    check_kind="sumdb-inclusion",
    gap_only=True,
)


def check(view: FactView) -> Iterator[Result]:
    """A line without an answer of the log is a gap, for whatever reason; private modules of the policy do not count."""
    for line in view.lines:
        if view.is_declared_private(line):
            continue
        subject = line_subject(line.subject, line.kind)
        if view.proof(line) is None:
            yield unknown(RULE, subject, line.subject, view.gap(line))
        else:
            yield passed(RULE, subject, line.subject)
