"""SM148 binary-opaque: a Go program whose modules cannot be told, or that contradicts itself about them."""

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
_SHOWN = 5  # packages


def check(view: FactView) -> Iterator[Result]:
    """A program whose modules can be told is a pass; one that hides them, says nothing, or something else than what is
    in it, is a finding."""
    yield from unknown_programs(RULE, view)
    for program in view.facts.of(BuiltProgram):
        subject, main = program_subject(program.name), main_module(program)
        told = _TOLD.get(program.state)
        if told is not None:
            yield _opaque(subject, program, told)
        elif not (program.unnamed or program.disputes):
            yield passed(RULE, subject, main)
        if program.unnamed:
            yield _unnamed(subject, program)
        if program.disputes:
            yield _disputed(subject, program)


def _opaque(subject: str, program: BuiltProgram, told: tuple[str, str]) -> Result:
    return failed(
        RULE,
        subject,
        main_module(program),
        message=f"nobody can say which modules are in {program.name}: it is a Go program that {told[0]}",
        label=program.reason or told[0],
        locations=(program.location,),
        evidence=_evidence(program),
        fix=told[1],
        identity=f"{subject}\n{program.state.value}",
    )


def _unnamed(subject: str, program: BuiltProgram) -> Result:
    shown = ", ".join(program.unnamed[:_SHOWN])
    more = f" and {len(program.unnamed) - _SHOWN:,} more" if len(program.unnamed) > _SHOWN else ""
    return failed(
        RULE,
        subject,
        main_module(program),
        message=f"packages are linked into {program.name} that belong to no module which it names",
        label=f"linked in, and named by no module: {shown}{more}",
        locations=(program.location,),
        evidence=_evidence(program),
        fix="take its list of modules for rewritten: build it again, by the go command and with modules",
        identity=f"{subject}\nunnamed",
    )


def _disputed(subject: str, program: BuiltProgram) -> Result:
    return failed(
        RULE,
        subject,
        main_module(program),
        message=f"{program.name} contradicts itself: another reader may find other modules in it",
        label=f"disputed: {'; '.join(program.disputes)}",
        locations=(program.location,),
        evidence=_evidence(program),
        fix="no linker makes such a program: get it again, and compare it with what its maker published",
        identity=f"{subject}\ndisputed",
    )


def _evidence(program: BuiltProgram) -> tuple[Evidence, ...]:
    stated = (("format", program.format), ("program", f"SHA-256 {program.sha256}" if program.sha256 else ""))
    return tuple(Evidence(label=label, value=text) for label, text in stated if text)
