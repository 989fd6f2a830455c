"""SM142 binary-module-unprovable: a program records no hash of a module, so that nothing can prove it."""

from __future__ import annotations

from collections.abc import Iterator

from supplymatrix.checks.programs import module_subject, name_module, recorded_evidence
from supplymatrix.checks.result import failed, passed
from supplymatrix.checks.view import FactView
from supplymatrix.model.on_disk import VendoredModule, VendorState
from supplymatrix.model.program import ProgramModule, ProgramModuleState
from supplymatrix.model.rule import Level, Result, Rule, Severity

__all__ = ["JUDGED_BY", "RULE", "check"]

JUDGED_BY = "facts"
RULE = Rule(
    id="SM142",
    name="binary-module-unprovable",
    title="a program records no hash of a module",
    why="Without a hash nobody can say from which files the module was built, be its version in the log or not.",
    severity=Severity.MEDIUM,
    level=Level.WARN,
    needs=("ProgramModule", "VendoredModule"),
    offline=True,
    fixable=True,
    since="0.1.0",
    check_kind="binary-match",
)


def check(view: FactView) -> Iterator[Result]:
    """A module with a hash is a pass here, whatever the log says of it; folders are judged by SM145.

    A build from vendor/ records no hashes. Where this run has proven every file that vendor/ has of the module, in the
    version that the program names, those files stand in for the hash; that the program was made of them it says as
    little as it does of a hash.
    """
    proven = {
        one.effective
        for one in view.facts.of(VendoredModule)
        if one.effective is not None and one.files and one.state is VendorState.EQUAL and one.is_proven
    }
    for module in view.facts.of(ProgramModule):
        subject = module_subject(module)
        if module.state is ProgramModuleState.NO_SUM and not module.sum and module.subject in proven:
            yield passed(RULE, subject, module.subject)
        elif module.state is ProgramModuleState.NO_SUM:
            yield failed(
                RULE,
                subject,
                module.subject,
                message=f"{module.program} records no hash of {name_module(module)} that could be proven",
                label=module.reason or "it records none",
                locations=(module.location,),
                evidence=recorded_evidence(module),
                fix=module.remedy or "build it without vendor/, or hold vendor/ against the log in the same check",
            )
        elif module.sum and module.state is not ProgramModuleState.LOCAL:
            yield passed(RULE, subject, module.subject)
