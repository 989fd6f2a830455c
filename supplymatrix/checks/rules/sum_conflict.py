"""SM106 sum-conflict: go.sum has two hashes for one module version."""

from __future__ import annotations

from collections.abc import Iterator

from supplymatrix.checks.result import failed
from supplymatrix.checks.view import FactView
from supplymatrix.model.fact import SumFault, SumFaultKind
from supplymatrix.model.module import ModuleVersion
from supplymatrix.model.rule import Level, Result, Rule, Severity

__all__ = ["JUDGED_BY", "RULE", "check"]

JUDGED_BY = "facts"
RULE = Rule(
    id="SM106",
    name="sum-conflict",
    title="go.sum has two hashes for one key",
    why="Only one of them can be right; the go command refuses both.",
    severity=Severity.CRITICAL,
    level=Level.ERROR,
    needs=("SumFault",),
    offline=True,
    fixable=False,
    since="0.1.0",
    check_kind="gosum-complete",
    input_fault=True,
)


def check(view: FactView) -> Iterator[Result]:
    """One finding for each line that contradicts an earlier one."""
    for fault in view.facts.of(SumFault):
        if fault.kind is not SumFaultKind.CONFLICT:
            continue
        path, _, version = fault.subject.partition("@")
        yield failed(
            RULE,
            fault.subject,
            ModuleVersion(path=path, version=version.removesuffix("/go.mod")),
            message=f"go.sum has two hashes for {fault.subject}",
            label=f"{fault.message}; expected {fault.expected}",
            locations=(fault.location,),
            identity=f"{fault.subject}\n{fault.expected}",
            fix=f"keep the line that the log proves: supplymatrix verify {fault.subject.removesuffix('/go.mod')}",
        )
