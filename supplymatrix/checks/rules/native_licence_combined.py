"""SM702 native-licence-combined: a native library whose licence reaches the whole program."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from supplymatrix.checks.native import brought, fact_subject, name_of, native_finding, whose
from supplymatrix.checks.native_gaps import unknown_native
from supplymatrix.checks.result import passed
from supplymatrix.checks.view import FactView
from supplymatrix.model.native_code import LinkOutcome, NativeCode
from supplymatrix.model.rule import Level, Result, Rule, Severity

__all__ = ["JUDGED_BY", "RULE", "check"]

JUDGED_BY = "facts"
RULE = Rule(
    id="SM702",
    name="native-licence-combined",
    title="a native library whose licence reaches the whole program",
    why="Copies of the program may then be passed on under that licence alone, and with all of its source.",
    severity=Severity.HIGH,
    level=Level.ERROR,
    needs=("NativeCode", "BuiltProgram"),
    offline=True,
    fixable=True,
    since="0.1.0",
    check_kind="native-code",
)


def check(view: FactView) -> Iterator[Result]:
    """One finding for each such library, unless the program is under a licence that takes it beside all else that is
    in it; what is not known is SM705's, and what could not be looked at is unknown."""
    yield from unknown_native(RULE, view)
    facts = [fact for fact in brought(view) if fact.position.outcome is not LinkOutcome.UNKNOWN]
    inside: dict[str, dict[str, str]] = {}
    for fact in facts:
        if fact.position.outcome is not LinkOutcome.SEPARATE and fact.licence:
            inside.setdefault(fact.program, {}).setdefault(fact.licence, name_of(fact))
    for fact in facts:
        beside = inside.get(fact.program, {})
        reaches = fact.position.outcome is LinkOutcome.GPL_COMBINED
        if not reaches or _fits(fact.licence, fact.own_licence, beside):
            yield passed(RULE, fact_subject(fact), fact.subject)
        else:
            yield _finding(fact, beside)


def _fits(licence: str, own: str, others: Iterable[str] = ()) -> bool:
    from supplymatrix.native.positions import fits_project  # a check without this audit does without it

    return fits_project(licence, own, others)


def _finding(fact: NativeCode, beside: Mapping[str, str]) -> Result:
    disputed = "; others dispute that" if fact.position.is_disputed else ""
    others: list[str] = []
    if _fits(fact.licence, fact.own_licence):
        others = [
            f"{name} ({text})"
            for text, name in sorted(beside.items())
            if not _fits(fact.licence, fact.own_licence, (text,))
        ] or [f"{name} ({text})" for text, name in sorted(beside.items()) if text != fact.licence]
    return native_finding(
        RULE,
        fact,
        message=f"{whose(fact)} brings {name_of(fact)} ({fact.mode.value}), under {fact.licence}: one work with "
        f"the program for the FSF{disputed}",
        label=f"{fact.position.outcome.value}, {fact.position.of.value}",
        fix="run it as a program of its own, take a replacement (supplymatrix audit cgo --strategies "
        f"{fact.library or 'LIBRARY'}), or put the program under that licence",
        more=(
            ("what it asks", fact.position.words),
            ("the program's licence", fact.own_licence),
            ("not beside it", ", ".join(others[:5])),
        ),
    )
