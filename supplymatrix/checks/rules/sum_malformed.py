"""SM104 sum-malformed: a line of go.sum cannot be read."""

from __future__ import annotations

from collections.abc import Iterator

from supplymatrix.checks.result import failed, passed
from supplymatrix.checks.view import FactView
from supplymatrix.model.fact import ProjectFact, SumFault, SumFaultKind
from supplymatrix.model.module import ModuleVersion
from supplymatrix.model.rule import Level, Result, Rule, Severity

__all__ = ["JUDGED_BY", "RULE", "check"]

JUDGED_BY = "facts"
RULE = Rule(
    id="SM104",
    name="sum-malformed",
    title="a go.sum line cannot be read",
    why="The go command stops at such a line, and whoever reads over it reads over what it may hide.",
    severity=Severity.HIGH,
    level=Level.ERROR,
    needs=(
        "SumFault",
        "ProjectFact",
    ),
    offline=True,
    fixable=True,
    since="0.1.0",
    check_kind="gosum-complete",
    input_fault=True,
)


def check(view: FactView) -> Iterator[Result]:
    """One finding a line; a go.sum without any is one pass."""
    faulty = False
    for fault in view.facts.of(SumFault):
        if fault.kind is not SumFaultKind.MALFORMED:
            continue
        faulty = True
        path, _, version = fault.subject.partition("@")
        yield failed(
            RULE,
            f"{fault.location.artifact}:{fault.location.line}",
            ModuleVersion(path=path if version else "", version=version.removesuffix("/go.mod")),
            message=f"{fault.location.artifact} line {fault.location.line} cannot be read: {fault.message}",
            label=f"expected {fault.expected}",
            locations=(fault.location,),
            fix="mend the line by hand from version control, or run `go mod tidy` and look at what it changes",
            identity=fault.subject,
        )
    for project in view.facts.of(ProjectFact):
        if project.has_go_sum and not faulty:
            yield passed(RULE, "go.sum", ModuleVersion(path="", version=""))
