"""SM143 binary-other-version: a program was built with another version than the project selects."""

from __future__ import annotations

from collections.abc import Iterator

from supplymatrix.checks.program_gaps import unknown_versions
from supplymatrix.checks.programs import module_subject, name_module
from supplymatrix.checks.result import failed, passed
from supplymatrix.checks.view import FactView
from supplymatrix.model.program import ProgramModule, ProgramModuleState
from supplymatrix.model.rule import Evidence, Level, Result, Rule, Severity

__all__ = ["JUDGED_BY", "RULE", "check"]

JUDGED_BY = "facts"
RULE = Rule(
    id="SM143",
    name="binary-other-version",
    title="a program has another version of a module than the project selects",
    why="What is checked in the project is then not what runs: a fix in go.mod may be missing in the program.",
    severity=Severity.HIGH,
    level=Level.ERROR,
    needs=("ProgramModule",),
    offline=True,
    fixable=True,
    since="0.1.0",
    check_kind="binary-match",
)


def check(view: FactView) -> Iterator[Result]:
    """Where the project is known, every module of a program must be in it, in the version that it selects."""
    yield from unknown_versions(RULE, view)
    for module in view.facts.of(ProgramModule):
        if module.required is None or module.state is ProgramModuleState.LOCAL:
            continue
        subject = module_subject(module)
        if module.required == module.subject.version:
            yield passed(RULE, subject, module.subject)
            continue
        here = f"the project selects {module.required}" if module.required else "the project does not have the module"
        yield failed(
            RULE,
            subject,
            module.subject,
            message=f"{module.program} was built with {name_module(module)}, and {here}",
            label=f"{module.subject.version} in the program, {module.required or 'nothing'} in the project",
            locations=(module.location,),
            evidence=(
                Evidence(label="program", value=module.subject.version),
                Evidence(label="project", value=module.required or "does not have it"),
            ),
            fix="build it anew from this commit, or check the project as it was when it was built",
        )
