"""SM201 replace-local-path: a module is replaced by a folder."""

from __future__ import annotations

from collections.abc import Iterator

from supplymatrix.checks.result import failed, passed
from supplymatrix.checks.view import FactView
from supplymatrix.model.fact import ReplacedModule, RequiredModule
from supplymatrix.model.rule import Level, Result, Rule, Severity

__all__ = ["JUDGED_BY", "RULE", "check"]

JUDGED_BY = "facts"
RULE = Rule(
    id="SM201",
    name="replace-local-path",
    title="a module is replaced by a local folder",
    why="What lies in the folder has no hash in go.sum and no record in the log: nothing proves what it is.",
    severity=Severity.MEDIUM,
    level=Level.WARN,
    needs=(
        "ReplacedModule",
        "RequiredModule",
    ),
    offline=True,
    fixable=False,
    since="0.1.0",
    check_kind="replace-exclude",
)


def check(view: FactView) -> Iterator[Result]:
    """One finding for each replace by a folder; every required module that is not replaced so is a pass."""
    required_at = {required.subject.path: required.subject for required in view.facts.of(RequiredModule)}
    for replaced in view.facts.of(ReplacedModule):
        if replaced.directory:
            yield failed(
                RULE,
                str(replaced.subject),
                replaced.subject
                if replaced.subject.version
                else required_at.get(replaced.subject.path, replaced.subject),
                message=f"{replaced.subject} is replaced by the folder {replaced.directory}",
                label="a folder has no hash in go.sum, and none in the log",
                locations=(replaced.location,),
                identity=f"{replaced.subject}\n{replaced.directory}",
                replacement=replaced.directory,
                fix="tag and publish the change, or waive the finding with a reason and a date",
            )
    for required in view.facts.of(RequiredModule):
        if required.effective is not None:
            yield passed(RULE, str(required.subject), required.subject)
