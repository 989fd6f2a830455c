"""SM708 national-algorithm: cryptography of a national standard is in the build."""

from __future__ import annotations

from collections.abc import Iterator

from supplymatrix.checks.result import failed
from supplymatrix.checks.view import FactView
from supplymatrix.model.native_code import NationalAlgorithm
from supplymatrix.model.rule import Evidence, Level, Result, Rule, Severity

__all__ = ["JUDGED_BY", "RULE", "check"]

JUDGED_BY = "facts"
RULE = Rule(
    id="SM708",
    name="national-algorithm",
    title="cryptography of a national standard is in the build",
    why="Laws ask for it in some places and forbid it in others, and FIPS 140-3 approves none of it.",
    severity=Severity.LOW,
    level=Level.NOTE,
    needs=("NationalAlgorithm", "BuiltProgram"),
    offline=True,
    fixable=False,
    since="0.1.0",
    check_kind="fips",
)


def check(view: FactView) -> Iterator[Result]:
    """One finding for each package; there is no pass: they are named, and whether they are wanted a policy says."""
    for fact in view.facts.of(NationalAlgorithm):
        into = f" of {fact.program}" if fact.program else ""
        names = ", ".join(fact.algorithms)
        yield failed(
            RULE,
            f"{fact.package}{into}",
            fact.subject,
            message=f"{fact.package} has {names}, and is {fact.how}{f' into {fact.program}' if fact.program else ''}",
            label=fact.standard or names,
            locations=(fact.location,),
            evidence=(
                Evidence(label="algorithms", value=names),
                Evidence(label="standard", value=fact.standard or "not told"),
            ),
            fix="see whether rules where the program runs ask for it, or forbid it; FIPS 140-3 does not approve it",
            identity=f"{fact.package}{into}",
        )
