"""SM703 native-library-loaded: a library is opened while the program runs."""

from __future__ import annotations

from collections.abc import Iterator

from supplymatrix.checks.native import brought, name_of, native_finding, whose
from supplymatrix.checks.view import FactView
from supplymatrix.model.native_code import LinkMode
from supplymatrix.model.rule import Level, Result, Rule, Severity

__all__ = ["JUDGED_BY", "RULE", "check"]

JUDGED_BY = "facts"
RULE = Rule(
    id="SM703",
    name="native-library-loaded",
    title="a library is opened while the program runs",
    why="No list of the program's libraries has it, and CGO_ENABLED=0 does not keep it out.",
    severity=Severity.LOW,
    level=Level.NOTE,
    needs=("NativeCode", "BuiltProgram"),
    offline=True,
    fixable=False,
    since="0.1.0",
    check_kind="native-code",
)


def check(view: FactView) -> Iterator[Result]:
    """One finding for each library; there is no pass: what is not opened is not seen."""
    for fact in brought(view, LinkMode.LOADED):
        yield native_finding(
            RULE,
            fact,
            message=f"{whose(fact)} opens {name_of(fact)} while the program runs",
            label="opened while the program runs, with or without cgo",
            fix="keep the list of what is opened beside the program, and ship or demand the versions that were tested",
        )
