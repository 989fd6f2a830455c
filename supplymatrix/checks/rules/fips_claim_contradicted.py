"""SM602 fips-claim-contradicted: what is claimed of the cryptography of a program is not what is in it."""

from __future__ import annotations

from collections.abc import Iterator

from supplymatrix.checks.crypto import (
    gap_about,
    marks_finding,
    module_of,
    subject_of,
    told_postures,
    unlinked_gap,
)
from supplymatrix.checks.result import passed, unknown
from supplymatrix.checks.view import FactView
from supplymatrix.model.fips import CertificateState, FipsUse, MarkKind
from supplymatrix.model.rule import Level, Result, Rule, Severity

__all__ = ["JUDGED_BY", "RULE", "check"]

JUDGED_BY = "facts"
RULE = Rule(
    id="SM602",
    name="fips-claim-contradicted",
    title="settings claim another cryptography than the code has",
    why="Settings say what somebody wanted; what runs is the code that the linker took.",
    severity=Severity.HIGH,
    level=Level.ERROR,
    needs=("FipsPosture", "BuiltProgram"),
    offline=True,
    fixable=True,
    since="0.1.0",
    check_kind="fips",
)


def check(view: FactView) -> Iterator[Result]:
    """One finding for each program, project and build file whose marks contradict each other; a pass for those that
    claim something, and whose code bears it out. Of a module that is claimed and not linked in nobody can say."""
    for posture in told_postures(view):
        subject, module = subject_of(posture), module_of(view, posture)
        marks = posture.of(MarkKind.CONTRADICTION)
        if marks:
            yield marks_finding(
                RULE,
                view,
                posture,
                marks,
                message=f"what {posture.subject} claims of its cryptography is contradicted",
                fix="build it again with one way to FIPS 140-3, and with that alone: GOFIPS140=certified for Go's own",
            )
        elif posture.of(MarkKind.CLAIM):
            gap = gap_about(view, posture.subject) if posture.use is FipsUse.PROGRAM else None
            if posture.state is CertificateState.NOT_LINKED:
                gap = gap or unlinked_gap(posture)
            yield unknown(RULE, subject, module, gap) if gap is not None else passed(RULE, subject, module)
