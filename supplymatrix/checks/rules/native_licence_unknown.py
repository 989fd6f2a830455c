"""SM705 native-licence-unknown: native code of which nobody can say what its licence asks."""

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
    id="SM705",
    name="native-licence-unknown",
    title="native code of which nobody can say what its licence asks",
    why="The licence of a Go module speaks for the wrapper; what is behind it may ask anything.",
    severity=Severity.MEDIUM,
    level=Level.WARN,
    needs=("NativeCode", "BuiltProgram"),
    offline=True,
    fixable=True,
    since="0.1.0",
    check_kind="native-code",
)


def check(view: FactView) -> Iterator[Result]:
    """One finding for each body of code of which nobody can say what its licence asks."""
    for fact in brought(view):
        if fact.position.outcome is not LinkOutcome.UNKNOWN:
            yield passed(RULE, fact_subject(fact), fact.subject)
            continue
        why = "its licence is not known" if not fact.licence else f"on {fact.licence} nobody's position is known"
        yield native_finding(
            RULE,
            fact,
            message=f"{whose(fact)} brings {name_of(fact)} ({fact.mode.value}), and {why}",
            label=fact.position.words,
            fix="look into its source for the licence; of a program, audit the project that it was built from, too",
        )
