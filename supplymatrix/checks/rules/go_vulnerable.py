"""SM305 go-vulnerable: the Go that builds has a known vulnerability in what is taken of it."""

from __future__ import annotations

from collections.abc import Iterator

from supplymatrix.checks.view import FactView
from supplymatrix.checks.vulnerabilities import clear_subjects, rule_of, vulnerability_finding
from supplymatrix.model.rule import Level, Result, Rule, Severity
from supplymatrix.model.vulnerability import LevelBy, Vulnerability

__all__ = ["JUDGED_BY", "RULE", "check"]

JUDGED_BY = "facts"
RULE = Rule(
    id="SM305",
    name="go-vulnerable",
    title="the Go that builds has a known vulnerability in what is taken of it",
    why="The standard library is part of every program, and no update of a module mends it: a newer Go does.",
    severity=Severity.HIGH,
    level=Level.ERROR,
    needs=("Vulnerability", "VulnDatabase"),
    offline=True,
    fixable=True,
    since="0.1.0",
    check_kind="vulnerability",
)


def check(view: FactView) -> Iterator[Result]:
    """One finding for each advisory of the standard library, or of the tools, of which something is taken; a pass for a
    project or program without any."""
    yield from clear_subjects(RULE, view)
    for found in view.facts.of(Vulnerability):
        if rule_of(found) == RULE.id:
            yield vulnerability_finding(RULE, found, _what(found))


def _what(found: Vulnerability) -> str:
    if found.subject.path == "toolchain":
        return f"{found.packages[0] if found.packages else 'one of them'} runs in a build"
    first = (found.symbols or found.packages or ("a package of it",))[0]
    more = len(found.symbols or found.packages) - 1
    also = f" and {more:,} more" if more > 0 else ""
    how = "called" if found.level_by is LevelBy.CALL_GRAPH else "linked in" if found.program else "imported"
    return f"{first}{also} {'are' if also else 'is'} {how}"
