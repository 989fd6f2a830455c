"""SM219 go-setting-removed: a setting is used that Go has no more."""

from __future__ import annotations

from collections.abc import Iterator

from supplymatrix.checks.go_settings import setting_results
from supplymatrix.checks.view import FactView
from supplymatrix.model.go_sources import SettingRisk
from supplymatrix.model.rule import Level, Result, Rule, Severity

__all__ = ["JUDGED_BY", "RULE", "check"]

JUDGED_BY = "facts"
RULE = Rule(
    id="SM219",
    name="go-setting-removed",
    title="a setting is used that Go has no more",
    why="Whoever set it believes in an effect that it does not have, or the go command refuses to run.",
    severity=Severity.LOW,
    level=Level.WARN,
    needs=("EffectiveSetting", "RiskySetting"),
    offline=True,
    fixable=True,
    since="0.1.0",
    check_kind="source-chain",
)
_NAMES = (
    "GOFLAGS",
    "GONOSUMCHECK",
)
_RISKS = (SettingRisk.REMOVED_FLAG,)
_FIX = "take it out"


def check(view: FactView) -> Iterator[Result]:
    """No setting may be one that Go has removed."""
    yield from setting_results(RULE, view, _NAMES, _RISKS, fix=_FIX)
