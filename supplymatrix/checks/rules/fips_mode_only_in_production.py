"""SM608 fips-mode-only-in-production: fips140=only, which is for tests, is what programs will run with."""

from __future__ import annotations

from collections.abc import Iterator

from supplymatrix.checks.crypto import module_of, subject_of, told_postures
from supplymatrix.checks.result import failed, passed
from supplymatrix.checks.view import FactView
from supplymatrix.model.fips import FipsUse, MarkKind
from supplymatrix.model.rule import Level, Result, Rule, Severity

__all__ = ["JUDGED_BY", "RULE", "check"]

JUDGED_BY = "facts"
RULE = Rule(
    id="SM608",
    name="fips-mode-only-in-production",
    title="programs run with fips140=only, which is for tests",
    why="fips140=only ends a program at the first call that is not approved; Go's documentation keeps it for tests.",
    severity=Severity.MEDIUM,
    level=Level.WARN,
    needs=("FipsPosture", "BuiltProgram"),
    offline=True,
    fixable=True,
    since="0.1.0",
    check_kind="fips",
)


def check(view: FactView) -> Iterator[Result]:
    """One finding for each program, project and build file with that mode; a pass for those with another one. Of a
    project one of its programs is enough."""
    for posture in told_postures(view):
        subject, module = subject_of(posture), module_of(view, posture)
        claims = [one.location for one in posture.of(MarkKind.CLAIM) if "fips140=only" in one.words]
        if posture.mode == "only" or (posture.use is FipsUse.SOURCE and claims):
            place = next(iter(claims), posture.location)
            yield failed(
                RULE,
                subject,
                module,
                message=f"{posture.subject} runs with fips140=only",
                label="calls that are not approved return errors or panic: it is meant for tests",
                locations=(place,),
                fix="write fips140=on, and keep fips140=only for runs of tests",
            )
        elif posture.mode in ("on", "debug", "auto"):
            yield passed(RULE, subject, module)
