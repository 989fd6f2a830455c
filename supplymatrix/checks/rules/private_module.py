"""SM204 private-module: the name of a module was withheld from the log."""

from __future__ import annotations

from collections.abc import Iterator

from supplymatrix.checks.result import failed, passed
from supplymatrix.checks.view import FactView
from supplymatrix.model.fact import PrivateModule
from supplymatrix.model.rule import Level, Result, Rule, Severity

__all__ = ["JUDGED_BY", "RULE", "check"]

JUDGED_BY = "facts"
RULE = Rule(
    id="SM204",
    name="private-module",
    title="a module is private by this machine's settings only",
    why="The settings of one machine decide what is checked; the next machine may decide otherwise.",
    severity=Severity.LOW,
    level=Level.NOTE,
    needs=("PrivateModule",),
    offline=True,
    fixable=True,
    since="0.1.0",
    check_kind="source-chain",
)


def check(view: FactView) -> Iterator[Result]:
    """A module that lift.toml declares private is a pass; one that only the environment withholds is a finding."""
    for private in view.facts.of(PrivateModule):
        if private.declared:
            yield passed(RULE, str(private.subject), private.subject)
            continue
        yield failed(
            RULE,
            str(private.subject),
            private.subject,
            message=f"{private.subject.path} is withheld from the log by {private.setting}={private.matched_by}",
            label="not checked, because its name was not sent",
            locations=(private.location,),
            fix=f'add "{private.subject.path}" to [sources] private in lift.toml',
        )
