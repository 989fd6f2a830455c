"""SM309 malicious-module: a module was made to harm."""

from __future__ import annotations

from collections.abc import Iterator

from supplymatrix.checks.view import FactView
from supplymatrix.checks.vulnerabilities import clear_subjects, rule_of, vulnerability_finding
from supplymatrix.model.rule import Level, Result, Rule, Severity
from supplymatrix.model.vulnerability import Vulnerability

__all__ = ["JUDGED_BY", "RULE", "check"]

JUDGED_BY = "facts"
RULE = Rule(
    id="SM309",
    name="malicious-module",
    title="a module was made to harm",
    why="Such a module is no mistake that can be reached or not: whoever builds or runs it may be harmed already.",
    severity=Severity.CRITICAL,
    level=Level.ERROR,
    needs=("Vulnerability", "VulnDatabase"),
    offline=True,
    fixable=True,
    since="0.1.0",
    check_kind="vulnerability",
)


def check(view: FactView) -> Iterator[Result]:
    """One finding for each module that a database calls malicious, however near it is; a pass for a project or program
    without any."""
    yield from clear_subjects(RULE, view)
    for found in view.facts.of(Vulnerability):
        if rule_of(found) == RULE.id:
            yield vulnerability_finding(RULE, found, "the module was made to harm")
