"""SM140 binary-module-differs: a program was built from other files of a module than the log has."""

from __future__ import annotations

from collections.abc import Iterator

from supplymatrix.checks.programs import gap_of_module, is_unanswered, module_subject, name_module, recorded_evidence
from supplymatrix.checks.result import failed, passed, unknown
from supplymatrix.checks.view import FactView
from supplymatrix.model.program import ProgramModule, ProgramModuleState
from supplymatrix.model.rule import Level, Result, Rule, Severity

__all__ = ["JUDGED_BY", "RULE", "check"]

JUDGED_BY = "facts"
RULE = Rule(
    id="SM140",
    name="binary-module-differs",
    title="a program was built from other files of a module than the log has",
    why="The program is what runs: whatever go.sum says today, other files than those of the log are in it.",
    severity=Severity.CRITICAL,
    level=Level.ERROR,
    needs=("ProgramModule",),
    offline=False,
    fixable=False,
    since="0.1.0",
    check_kind="binary-match",
    alarms=True,
)


def check(view: FactView) -> Iterator[Result]:
    """Every hash that a program records must be the one of the log; one for which there is no answer is a gap."""
    for module in view.facts.of(ProgramModule):
        subject = module_subject(module)
        if module.state is ProgramModuleState.PROVEN:
            yield passed(RULE, subject, module.subject)
        elif module.state in (ProgramModuleState.DIFFERS, ProgramModuleState.BAD_PROOF):
            yield _differs(subject, module)
        elif is_unanswered(module):
            yield unknown(RULE, subject, module.subject, gap_of_module(module))


def _differs(subject: str, module: ProgramModule) -> Result:
    message = f"{module.program} was built from other files of {name_module(module)} than the log has"
    if module.state is ProgramModuleState.BAD_PROOF:
        message = f"the log's answer about {name_module(module)}, which is in {module.program}, does not hold"
    return failed(
        RULE,
        subject,
        module.subject,
        message=message,
        label=module.reason or f"it records {module.sum}, the log has {module.logged_hash}",
        locations=(module.location,),
        evidence=recorded_evidence(module),
        fix=module.remedy or "do not run it: find out who built it, and from what",
    )
