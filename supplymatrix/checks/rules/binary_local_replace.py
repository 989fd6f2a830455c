"""SM145 binary-local-replace: a program was built from a folder in the place of a module."""

from __future__ import annotations

from collections.abc import Iterator

from supplymatrix.checks.programs import main_module, module_subject, program_subject
from supplymatrix.checks.result import failed, passed
from supplymatrix.checks.view import FactView
from supplymatrix.model.module import ModuleVersion
from supplymatrix.model.program import BuiltProgram, ProgramModule, ProgramModuleState
from supplymatrix.model.rule import Evidence, Level, Result, Rule, Severity

__all__ = ["JUDGED_BY", "RULE", "check"]

JUDGED_BY = "facts"
RULE = Rule(
    id="SM145",
    name="binary-local-replace",
    title="a program was built from a folder in the place of a module",
    why="What lay in the folder has no hash and no record in the log: nobody can say what is in the program.",
    severity=Severity.MEDIUM,
    level=Level.WARN,
    needs=("ProgramModule", "BuiltProgram"),
    offline=True,
    fixable=False,
    since="0.1.0",
    check_kind="replace-exclude",
)
_FIX = "release it without local replacements: tag and publish the change, and require that version"


def check(view: FactView) -> Iterator[Result]:
    """Every module of a program must be a version of it, and no folder; its main module must be itself."""
    for program in view.facts.of(BuiltProgram):
        if program.main_replaced:
            yield failed(
                RULE,
                program_subject(program.name),
                main_module(program),
                message=f"the main module of {program.name} is replaced by {program.main_replaced}",
                label=f"{program.main} is {program.main_replaced} there",
                locations=(program.location,),
                fix=_FIX,
                identity=f"{program_subject(program.name)}\n{program.main_replaced}",
                replacement=program.main_replaced,
            )
    for module in view.facts.of(ProgramModule):
        subject = module_subject(module)
        if module.state is not ProgramModuleState.LOCAL:
            yield passed(RULE, subject, module.subject)
            continue
        original, version = _original(module)
        folder = module.subject.path if module.original else ""
        yield failed(
            RULE,
            subject,
            ModuleVersion(path=original, version=version),
            message=f"{module.program} was built from a folder in the place of {module.original}"
            if folder
            else f"{module.program} was built from a folder of {original}",
            label=module.reason or f"the folder {folder} has no hash anywhere",
            locations=(module.location,),
            evidence=(Evidence(label="folder", value=folder),) if folder else (),
            fix=module.remedy or _FIX,
            replacement=folder,
        )


def _original(module: ProgramModule) -> tuple[str, str]:
    """Return path and version of the module that the folder stands for."""
    if not module.original:
        return module.subject.path, module.subject.version
    path, _, version = module.original.partition("@")
    return path, version
