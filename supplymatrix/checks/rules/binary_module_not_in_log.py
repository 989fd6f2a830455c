"""SM141 binary-module-not-in-log: the log does not know a module that a program was built from."""

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
    id="SM141",
    name="binary-module-not-in-log",
    title="the log does not know a module that a program was built from",
    why="A public module that the log has never seen was never shown to anybody else: it may be made for you alone.",
    severity=Severity.CRITICAL,
    level=Level.ERROR,
    needs=("ProgramModule",),
    offline=False,
    fixable=False,
    since="0.1.0",
    check_kind="binary-match",
)


def check(view: FactView) -> Iterator[Result]:
    """A module that the log has, whatever its hash, is a pass here; one for which there is no answer is a gap."""
    for module in view.facts.of(ProgramModule):
        subject = module_subject(module)
        if module.state in (ProgramModuleState.PROVEN, ProgramModuleState.DIFFERS):
            yield passed(RULE, subject, module.subject)
        elif is_unanswered(module):
            yield unknown(RULE, subject, module.subject, gap_of_module(module))
        elif module.state is ProgramModuleState.NOT_IN_LOG:
            yield failed(
                RULE,
                subject,
                module.subject,
                message=f"{module.program} holds {name_module(module)}, which the log does not know",
                label=module.reason or "the log has no record of it",
                locations=(module.location,),
                evidence=recorded_evidence(module),
                fix="if the module is private, list it in lift.toml under [sources] private; else find out where it "
                "comes from",
            )
