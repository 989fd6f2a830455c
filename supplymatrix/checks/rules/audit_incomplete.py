"""SM910 audit-incomplete: an audit that was asked for could not look at something."""

from __future__ import annotations

from collections.abc import Iterator

from supplymatrix.checks.result import unknown
from supplymatrix.checks.view import FactView
from supplymatrix.model.module import ModuleVersion
from supplymatrix.model.rule import Level, Result, Rule, Severity

__all__ = ["JUDGED_BY", "RULE", "check"]

JUDGED_BY = "facts"
RULE = Rule(
    id="SM910",
    name="audit-incomplete",
    title="an audit could not look at something",
    why="What an audit did not see is not known to be good; without this its silence would look like a pass.",
    severity=Severity.HIGH,
    level=Level.ERROR,
    needs=("VulnDatabase", "FipsPosture", "NativeCode", "EffectiveSetting", "VendorUse"),
    offline=True,
    fixable=True,
    since="0.1.0",
    check_kind="policy-sound",
    gap_only=True,
    never_off=True,
)


def check(view: FactView) -> Iterator[Result]:
    """Every gap of an audit; those that another rule answers with are taken out by `run_rules`."""
    for gap in view.facts.gaps:
        if gap.family is not None:
            path, _, version = gap.subject.partition("@")
            module = ModuleVersion(path=path if version else "", version=version)
            yield unknown(RULE, gap.subject or gap.wanted, module, gap)
