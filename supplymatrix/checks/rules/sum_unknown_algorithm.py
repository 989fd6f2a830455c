"""SM105 sum-unknown-algorithm: a hash in go.sum that is not h1."""

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
    id="SM105",
    name="sum-unknown-algorithm",
    title="a go.sum hash is of an unknown kind",
    why="The go command ignores such a line, so that it protects nothing while it looks as if it did.",
    severity=Severity.MEDIUM,
    level=Level.WARN,
    needs=("SumFault",),
    offline=True,
    fixable=True,
    since="0.1.0",
    check_kind="gosum-complete",
)


def check(view: FactView) -> Iterator[Result]:
    """One finding a line."""
    for fault in view.facts.of(SumFault):
        if fault.kind is not SumFaultKind.UNKNOWN_ALGORITHM:
            continue
        path, _, version = fault.subject.partition("@")
        yield failed(
            RULE,
            fault.subject,
            ModuleVersion(path=path, version=version.removesuffix("/go.mod")),
            message=f"{fault.subject}: {fault.message}",
            label=f"{fault.message}; expected {fault.expected}",
            locations=(fault.location,),
            fix="remove the line, run `go mod tidy`, and look at the h1 line that it writes",
        )
