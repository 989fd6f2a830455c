"""SM604 fips-defeated: something switches a way to FIPS 140-3 off, or keeps it from working."""

from __future__ import annotations

from collections.abc import Iterator

from supplymatrix.checks.crypto import marks_finding, module_of, subject_of, told_postures
from supplymatrix.checks.result import passed
from supplymatrix.checks.view import FactView
from supplymatrix.model.fips import FipsFamily, MarkKind
from supplymatrix.model.rule import Level, Result, Rule, Severity

__all__ = ["JUDGED_BY", "RULE", "check"]

JUDGED_BY = "facts"
RULE = Rule(
    id="SM604",
    name="fips-defeated",
    title="something switches FIPS 140-3 off, or keeps it from working",
    why="A program that falls back to other cryptography goes on to run, and nobody notices.",
    severity=Severity.HIGH,
    level=Level.ERROR,
    needs=("FipsPosture", "BuiltProgram"),
    offline=True,
    fixable=True,
    since="0.1.0",
    check_kind="fips",
)


def check(view: FactView) -> Iterator[Result]:
    """One finding for each program, project and build file that has such a mark; a pass for those that take a way to
    FIPS 140-3 and have none."""
    for posture in told_postures(view):
        subject, module = subject_of(posture), module_of(view, posture)
        marks = posture.of(MarkKind.DEFEAT)
        if marks:
            yield marks_finding(
                RULE,
                view,
                posture,
                marks,
                message=f"FIPS mode of {posture.subject} is switched off, or cannot work",
                fix="take it out, or take a way to FIPS 140-3 that works there",
            )
        elif posture.family is not FipsFamily.NONE:
            yield passed(RULE, subject, module)
