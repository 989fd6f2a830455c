"""SM208 module-deprecated: a module in the build list is no longer kept up, its author says."""

from __future__ import annotations

from collections.abc import Iterator

from supplymatrix.checks.graph_gaps import graph_modules, unknown_graph
from supplymatrix.checks.result import failed
from supplymatrix.checks.view import FactView
from supplymatrix.model.rule import Evidence, Level, Result, Rule, Severity

__all__ = ["JUDGED_BY", "RULE", "check"]

JUDGED_BY = "facts"
RULE = Rule(
    id="SM208",
    name="module-deprecated",
    title="a module in the build is deprecated",
    why="Of a deprecated module no fix is to be expected, and its author mostly says what to use instead.",
    severity=Severity.LOW,
    level=Level.NOTE,
    needs=("GraphModule",),
    offline=True,
    fixable=False,
    since="0.1.0",
    check_kind="eol",
)


def check(view: FactView) -> Iterator[Result]:
    """One finding for each module of the build list that is known to be deprecated; no pass where nothing is known."""
    for module in graph_modules(view):
        built = module.effective
        if module.deprecated and built is not None:
            yield failed(
                RULE,
                str(built),
                built,
                message=f"{built.path} is deprecated",
                label=f"deprecated: {module.deprecated}",
                locations=(module.location,),
                evidence=(Evidence(label="its author says", value=module.deprecated),),
                fix="use what its author names instead, or waive the finding with a reason and a date",
            )
    yield from unknown_graph(RULE, view)
