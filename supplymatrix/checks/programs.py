"""What rules about compiled programs share: how a program is named in a result, and whose module it is."""

from __future__ import annotations

from supplymatrix.checks.view import FactView
from supplymatrix.model.fact import Gap
from supplymatrix.model.module import ModuleVersion
from supplymatrix.model.program import BuiltProgram, ProgramModule, ProgramModuleState
from supplymatrix.model.rule import Evidence

__all__ = [
    "PROGRAM", "gap_of_module", "is_unanswered", "main_module", "module_subject", "name_module", "program_subject",
    "programs_by_name", "recorded_evidence",
]  # fmt: skip

PROGRAM = "program:"
"""What the subject of a result about a whole program begins with."""


def program_subject(name: str) -> str:
    """Return the subject of a result about a whole program: "program:bin/app"."""
    return f"{PROGRAM}{name}"


def module_subject(module: ProgramModule) -> str:
    """Return the subject of a result about a module in a program: "path@version in bin/app"."""
    return f"{module.subject} in {module.program}"


def main_module(program: BuiltProgram | None) -> ModuleVersion:
    """Return a program's main module, under which a waiver speaks of it; one without a path for none."""
    if program is None or not program.main:
        return ModuleVersion(path="", version="")
    return ModuleVersion(path=program.main, version=program.main_version)


def programs_by_name(view: FactView) -> dict[str, BuiltProgram]:
    """Return the programs by their names."""
    return {program.name: program for program in view.facts.of(BuiltProgram)}


def name_module(module: ProgramModule) -> str:
    """Return a module as a message names it: "path version", with what it was built in the place of."""
    name = f"{module.subject.path} {module.subject.version}".rstrip()
    return f"{name} (in the place of {module.original})" if module.original else name


def gap_of_module(module: ProgramModule) -> Gap:
    """Return the gap of a module for which the log was not asked, or did not answer."""
    return Gap(
        wanted=f"log record of {module.subject}",
        reason=module.reason or "it was not looked up",
        remedy=module.remedy or "run again",
        subject=str(module.subject),
        location=module.location,
    )


def is_unanswered(module: ProgramModule) -> bool:
    """Return whether the log should have said something of a module, and nobody knows what."""
    if module.state is ProgramModuleState.PRIVATE:
        return not module.is_declared
    return module.state is ProgramModuleState.UNCHECKED


def recorded_evidence(module: ProgramModule) -> tuple[Evidence, ...]:
    """Return what a program records of a module beside what the log has."""
    pairs = (("program", module.program), ("its hash", module.sum), ("log", module.logged_hash))
    record = f"{module.record_id} in a tree of {module.tree_size}" if module.record_id >= 0 else ""
    return tuple(Evidence(label=label, value=text) for label, text in (*pairs, ("log record", record)) if text)
