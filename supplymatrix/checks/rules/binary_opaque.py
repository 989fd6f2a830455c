"""SM148 binary-opaque: a Go program whose modules cannot be told."""

from __future__ import annotations

from collections.abc import Iterator

from supplymatrix.checks.program_gaps import unknown_programs
from supplymatrix.checks.programs import main_module, program_subject
from supplymatrix.checks.result import failed, passed
from supplymatrix.checks.view import FactView
from supplymatrix.model.program import BuiltProgram, ProgramState
from supplymatrix.model.rule import Evidence, Level, Result, Rule, Severity

__all__ = ["JUDGED_BY", "RULE", "check"]

JUDGED_BY = "facts"
RULE = Rule(
    id="SM148",
    name="binary-opaque",
    title="a Go program does not tell which modules are in it",
    why="A program without a list of modules is not one without modules: nothing in it can be checked.",
    severity=Severity.HIGH,
    level=Level.ERROR,
    needs=("BuiltProgram",),
    offline=True,
    fixable=True,
    since="0.1.0",
    check_kind="binary-match",
)
_TOLD = {
    ProgramState.PACKED: ("is packed", "ask its maker for the program as it was built, or unpack it and check that"),
    ProgramState.OBFUSCATED: ("was obfuscated", "ask its maker for one that was not, or for its bill of materials"),
    ProgramState.DAMAGED: ("is damaged", "get it again, and compare it with what its maker published"),
    ProgramState.BARE: ("records none", "build it in a module, by Go 1.18 or later"),
}
"""State → what the program is, and what to do."""


def check(view: FactView) -> Iterator[Result]:
    """A program whose modules can be told is a pass; one that hides them, or says nothing, is a finding."""
    yield from unknown_programs(RULE, view)
    for program in view.facts.of(BuiltProgram):
        subject, main = program_subject(program.name), main_module(program)
        told = _TOLD.get(program.state)
        if told is None:
            yield passed(RULE, subject, main)
            continue
        stated = (("format", program.format), ("program", f"SHA-256 {program.sha256}" if program.sha256 else ""))
        yield failed(
            RULE,
            subject,
            main,
            message=f"nobody can say which modules are in {program.name}: it is a Go program that {told[0]}",
            label=program.reason or told[0],
            locations=(program.location,),
            evidence=tuple(Evidence(label=label, value=text) for label, text in stated if text),
            fix=told[1],
            identity=f"{subject}\n{program.state.value}",
        )
