"""SM203 pseudo-version: a module is taken from a revision that has no tag."""

from __future__ import annotations

from collections.abc import Iterator

from supplymatrix.checks.result import failed, passed
from supplymatrix.checks.view import FactView
from supplymatrix.gomod.pseudo import is_pseudo_version
from supplymatrix.model.fact import RequiredModule
from supplymatrix.model.rule import Level, Result, Rule, Severity

__all__ = ["JUDGED_BY", "RULE", "check"]

JUDGED_BY = "facts"
RULE = Rule(
    id="SM203",
    name="pseudo-version",
    title="a module is required at a revision without a tag",
    why="An untagged revision was never released: no changelog, no advisory range and often no support speaks of it.",
    severity=Severity.LOW,
    level=Level.NOTE,
    needs=("RequiredModule",),
    offline=True,
    fixable=False,
    since="0.1.0",
    check_kind="version-pin",
)


def check(view: FactView) -> Iterator[Result]:
    """One result for each required module that comes from a module version."""
    for required in view.facts.of(RequiredModule):
        module = required.effective
        if module is None:
            continue
        if is_pseudo_version(module.version):
            yield failed(
                RULE,
                str(module),
                module,
                message=f"{module.path} is taken from an untagged revision",
                label="a pseudo-version",
                locations=(required.location,),
                fix=f"go get {module.path}@latest, if a release has what you need",
            )
        else:
            yield passed(RULE, str(module), module)
