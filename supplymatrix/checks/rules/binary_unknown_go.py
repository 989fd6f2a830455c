"""SM149 binary-unknown-go: a program says that a Go built it that the log does not have."""

from __future__ import annotations

from collections.abc import Iterator

from supplymatrix.checks.programs import main_module, program_subject
from supplymatrix.checks.result import failed, passed
from supplymatrix.checks.view import FactView
from supplymatrix.model.program import BuiltProgram
from supplymatrix.model.rule import Evidence, Level, Result, Rule, Severity

__all__ = ["JUDGED_BY", "RULE", "check"]

JUDGED_BY = "facts"
RULE = Rule(
    id="SM149",
    name="binary-unknown-go",
    title="a program was built by a release of Go that the log does not have",
    why="The log has all releases of Go, old ones too: one that it does not have was never shown to anybody else.",
    severity=Severity.HIGH,
    level=Level.ERROR,
    needs=("BuiltProgram",),
    offline=False,
    fixable=True,
    since="0.1.0",
    check_kind="binary-match",
)


def check(view: FactView) -> Iterator[Result]:
    """A release that the log has is a pass, whatever a distribution adds to its name; for "devel …", a pre-release that
    it does not have, and where nobody was asked, there is no result."""
    for program in view.facts.of(BuiltProgram):
        subject, main = program_subject(program.name), main_module(program)
        if program.go_is_logged:
            yield passed(RULE, subject, main)
        elif program.go_is_logged is False:
            yield failed(
                RULE,
                subject,
                main,
                message=f"{program.name} says that Go {program.go_release} built it, which was never released",
                label=f"the log has no release {program.go_release} of Go",
                locations=(program.location,),
                evidence=(Evidence(label="Go version", value=program.go_version),),
                fix="build it by a release of Go, or ask its maker which Go that is",
                identity=f"{subject}\n{program.go_release}",
            )
