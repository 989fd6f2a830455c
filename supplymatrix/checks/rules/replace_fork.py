"""SM202 replace-fork: a module is replaced by another module."""

from __future__ import annotations

from collections.abc import Iterator

from supplymatrix.checks.result import failed, passed
from supplymatrix.checks.view import FactView
from supplymatrix.model.fact import ReplacedModule, RequiredModule
from supplymatrix.model.rule import Level, Result, Rule, Severity

__all__ = ["JUDGED_BY", "RULE", "check"]

JUDGED_BY = "facts"
RULE = Rule(
    id="SM202",
    name="replace-fork",
    title="a module is replaced by a fork",
    why="Advisories and updates are published for the original: nobody tells you when the fork lacks a fix.",
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
    """One finding for each replace by a module of another path; another version of the same path is no fork."""
    required_at = {required.subject.path: required.subject for required in view.facts.of(RequiredModule)}
    for replaced in view.facts.of(ReplacedModule):
        target = replaced.target
        if target is not None and target.path != replaced.subject.path:
            yield failed(
                RULE,
                str(replaced.subject),
                replaced.subject
                if replaced.subject.version
                else required_at.get(replaced.subject.path, replaced.subject),
                message=f"{replaced.subject} is replaced by {target}",
                label=f"the build takes {target.path} instead",
                locations=(replaced.location,),
                identity=f"{replaced.subject}\n{target.path}",
                replacement=str(target),
                fix="go back to the original when it has the change, or waive the finding with a reason and a date",
            )
    for required in view.facts.of(RequiredModule):
        if required.effective is not None and required.effective.path == required.subject.path:
            yield passed(RULE, str(required.subject), required.subject)
