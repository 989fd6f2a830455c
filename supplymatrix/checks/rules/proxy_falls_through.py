"""SM216 proxy-falls-through: the module proxy is passed by."""

from __future__ import annotations

from collections.abc import Iterator

from supplymatrix.checks.go_settings import setting_results
from supplymatrix.checks.view import FactView
from supplymatrix.model.go_sources import SettingRisk
from supplymatrix.model.rule import Level, Result, Rule, Severity

__all__ = ["JUDGED_BY", "RULE", "check"]

JUDGED_BY = "facts"
RULE = Rule(
    id="SM216",
    name="proxy-falls-through",
    title="the module proxy is passed by",
    why="Who can make a proxy fail decides from where modules come, and their names go to whoever is asked next.",
    severity=Severity.MEDIUM,
    level=Level.WARN,
    needs=("EffectiveSetting", "RiskySetting"),
    offline=True,
    fixable=True,
    since="0.1.0",
    check_kind="source-chain",
)
_NAMES = ("GOPROXY",)
_RISKS = (
    SettingRisk.FALLS_THROUGH,
    SettingRisk.DIRECT,
)
_FIX = "part the elements of GOPROXY with a comma, and put a proxy before direct"


def check(view: FactView) -> Iterator[Result]:
    """GOPROXY must go on to the next one for missing modules only, and begin with a proxy."""
    yield from setting_results(RULE, view, _NAMES, _RISKS, fix=_FIX)
