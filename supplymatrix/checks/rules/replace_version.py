"""SM206 replace-version: a module is replaced by another version of itself."""

from __future__ import annotations

from collections.abc import Iterator

from supplymatrix.checks.result import failed, passed
from supplymatrix.checks.view import FactView
from supplymatrix.model.fact import ReplacedModule, RequiredModule
from supplymatrix.model.rule import Level, Result, Rule, Severity

__all__ = ["JUDGED_BY", "RULE", "check"]

JUDGED_BY = "facts"
RULE = Rule(
    id="SM206",
    name="replace-version",
    title="a module is replaced by another version of itself",
    why="The requirement says one version and the build takes another, an older one with known faults perhaps.",
    severity=Severity.LOW,
    level=Level.NOTE,
    needs=(
        "ReplacedModule",
        "RequiredModule",
    ),
    offline=True,
    fixable=True,
    since="0.1.0",
    check_kind="replace-exclude",
)


def check(view: FactView) -> Iterator[Result]:
    """One finding for each replace by another version of the same path; a fork or a folder is another rule's."""
    required_at = {required.subject.path: required.subject for required in view.facts.of(RequiredModule)}
    for replaced in view.facts.of(ReplacedModule):
        target = replaced.target
        if target is not None and target.path == replaced.subject.path and target != replaced.subject:
            yield failed(
                RULE,
                str(replaced.subject),
                replaced.subject
                if replaced.subject.version
                else required_at.get(replaced.subject.path, replaced.subject),
                message=f"{replaced.subject} is replaced by {target}",
                label=f"the build takes {target.version} instead",
                locations=(replaced.location,),
                identity=f"{replaced.subject}\n{target.version}",
                replacement=str(target),
                fix=f"require the version that is meant (go get {target}), and drop the replace",
            )
    for required in view.facts.of(RequiredModule):
        if required.effective == required.subject:
            yield passed(RULE, str(required.subject), required.subject)
