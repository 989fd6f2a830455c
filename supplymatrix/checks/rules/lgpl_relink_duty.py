"""SM706 lgpl-relink-duty: an LGPL library is linked in so that users cannot replace it."""

from __future__ import annotations

from collections.abc import Iterator

from supplymatrix.checks.native import brought, fact_subject, name_of, native_finding, whose
from supplymatrix.checks.result import passed
from supplymatrix.checks.view import FactView
from supplymatrix.model.native_code import LinkOutcome, NativeCode
from supplymatrix.model.rule import Level, Result, Rule, Severity

__all__ = ["JUDGED_BY", "RULE", "check"]

JUDGED_BY = "facts"
RULE = Rule(
    id="SM706",
    name="lgpl-relink-duty",
    title="an LGPL library is linked in so that users cannot replace it",
    why="The LGPL lets a closed program use it where its users can link a changed library into it.",
    severity=Severity.MEDIUM,
    level=Level.WARN,
    needs=("NativeCode", "BuiltProgram"),
    offline=True,
    fixable=True,
    since="0.1.0",
    check_kind="native-code",
)


def check(view: FactView) -> Iterator[Result]:
    """One finding for each LGPL library that is linked in so that users cannot replace it, one pass for each that
    they can."""
    for fact in brought(view):
        if fact.position.outcome is LinkOutcome.LGPL_RELINK:
            yield native_finding(
                RULE,
                fact,
                message=f"{name_of(fact)} ({fact.licence}) is linked into the program by {whose(fact)}: users must be "
                "able to link a changed one",
                label=f"{fact.mode.value}, and {fact.position.source} asks for a way to replace it",
                fix=_fix(fact),
                more=(("what it asks", fact.position.words),),
            )
        elif "LGPL-" in fact.licence and fact.position.outcome is not LinkOutcome.UNKNOWN:
            yield passed(RULE, fact_subject(fact), fact.subject)


def _fix(fact: NativeCode) -> str:
    if fact.subject.path == "std":
        return "build with CGO_ENABLED=0, or against musl, which is MIT; or give object files with the program"
    return "link it as a shared library, give the program's source or object files, or take a replacement in Go"
