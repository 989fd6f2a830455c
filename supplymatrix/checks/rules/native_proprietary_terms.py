"""SM707 native-proprietary-terms: a native library is under its supplier's own terms."""

from __future__ import annotations

from collections.abc import Iterator

from supplymatrix.checks.native import brought, fact_subject, name_of, native_finding, whose
from supplymatrix.checks.result import passed
from supplymatrix.checks.view import FactView
from supplymatrix.model.native_code import LinkOutcome
from supplymatrix.model.rule import Level, Result, Rule, Severity

__all__ = ["JUDGED_BY", "RULE", "check"]

JUDGED_BY = "facts"
RULE = Rule(
    id="SM707",
    name="native-proprietary-terms",
    title="a native library is under its supplier's own terms",
    why="They may forbid to pass it on, to measure it, or to run it in some places; no list of licences says so.",
    severity=Severity.LOW,
    level=Level.WARN,
    needs=("NativeCode", "BuiltProgram"),
    offline=True,
    fixable=False,
    since="0.1.0",
    check_kind="native-code",
)


def check(view: FactView) -> Iterator[Result]:
    """One finding for each library under a supplier's own terms."""
    for fact in brought(view):
        if fact.position.outcome is LinkOutcome.UNKNOWN:
            continue
        if fact.position.outcome is not LinkOutcome.PROPRIETARY:
            yield passed(RULE, fact_subject(fact), fact.subject)
            continue
        yield native_finding(
            RULE,
            fact,
            message=f"{whose(fact)} takes {name_of(fact)} ({fact.mode.value}), under its supplier's terms",
            label="no copyleft: the supplier's terms say what is allowed",
            fix="read the supplier's terms: who may run it, whether it may be passed on, and what else they ask",
        )
