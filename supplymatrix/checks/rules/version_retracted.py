"""SM207 version-retracted: a version in the build list was taken back by its author."""

from __future__ import annotations

from collections.abc import Iterator

from supplymatrix.checks.graph_gaps import graph_modules
from supplymatrix.checks.result import failed
from supplymatrix.checks.view import FactView
from supplymatrix.model.rule import Evidence, Level, Result, Rule, Severity

__all__ = ["JUDGED_BY", "RULE", "check"]

JUDGED_BY = "facts"
RULE = Rule(
    id="SM207",
    name="version-retracted",
    title="a version in the build was taken back by its author",
    why="An author retracts what nobody should build: a bad release, a leaked secret, a version made by somebody else.",
    severity=Severity.MEDIUM,
    level=Level.ERROR,
    needs=("GraphModule",),
    offline=True,
    fixable=True,
    since="0.1.0",
    check_kind="eol",
)


def check(view: FactView) -> Iterator[Result]:
    """One finding for each module of the build list that is known to be retracted.

    Where nothing is known of a retraction there is no pass either: nobody has asked for newer versions. Nor is it a gap
    here, so that a machine without a module cache can meet a strict policy; what is missing of the graph SM208 tells.
    """
    for module in graph_modules(view):
        built = module.effective
        if module.retracted and built is not None:
            yield failed(
                RULE,
                str(built),
                built,
                message=f"{built.path} {built.version} was retracted by its author",
                label=f"retracted: {module.retracted}",
                locations=(module.location,),
                evidence=(Evidence(label="reason", value=module.retracted),),
                fix=f"go get {module.subject.path}@latest, then look at the change of go.mod",
            )
