"""SM704 native-prebuilt: a module brings compiled code."""

from __future__ import annotations

from collections.abc import Iterator

from supplymatrix.checks.native import brought, fact_subject, name_of, native_finding, whose
from supplymatrix.checks.result import passed
from supplymatrix.checks.view import FactView
from supplymatrix.model.native_code import LinkMode
from supplymatrix.model.rule import Level, Result, Rule, Severity

__all__ = ["JUDGED_BY", "RULE", "check"]

JUDGED_BY = "facts"
RULE = Rule(
    id="SM704",
    name="native-prebuilt",
    title="a module brings compiled code",
    why="The log proves that everybody gets the same bytes, and nothing says which source they were made of.",
    severity=Severity.MEDIUM,
    level=Level.WARN,
    needs=("NativeCode", "BuiltProgram"),
    offline=True,
    fixable=True,
    since="0.1.0",
    check_kind="native-code",
)


def check(view: FactView) -> Iterator[Result]:
    """One finding for each library that comes compiled, one pass for what is compiled from source that is there."""
    for fact in brought(view, LinkMode.PREBUILT, LinkMode.BUNDLED):
        if fact.mode is LinkMode.BUNDLED:
            yield passed(RULE, fact_subject(fact), fact.subject)
            continue
        yield native_finding(
            RULE,
            fact,
            message=f"{whose(fact)} brings {name_of(fact)} compiled: nobody sees from which source",
            label="compiled code, without the source that it was made of",
            fix="build it from source, link the system's library, or ask its maker how to build the same again",
        )
