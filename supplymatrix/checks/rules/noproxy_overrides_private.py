"""SM218 noproxy-overrides-private: names that GOPRIVATE covers go out all the same."""

from __future__ import annotations

from collections.abc import Iterator

from supplymatrix.checks.go_settings import setting_results
from supplymatrix.checks.view import FactView
from supplymatrix.model.go_sources import SettingRisk
from supplymatrix.model.rule import Level, Result, Rule, Severity

__all__ = ["JUDGED_BY", "RULE", "check"]

JUDGED_BY = "facts"
RULE = Rule(
    id="SM218",
    name="noproxy-overrides-private",
    title="names that GOPRIVATE covers go out all the same",
    why="GONOPROXY and GONOSUMDB go before GOPRIVATE: who set that one believes the names to stay at home.",
    severity=Severity.HIGH,
    level=Level.ERROR,
    needs=("EffectiveSetting", "RiskySetting"),
    offline=True,
    fixable=True,
    since="0.1.0",
    check_kind="privacy",
)
_NAMES = (
    "GONOPROXY",
    "GONOSUMDB",
)
_RISKS = (SettingRisk.PROXY_OVERRIDES,)
_FIX = "unset it, or let it name what GOPRIVATE does; a proxy of your own may stay"


def check(view: FactView) -> Iterator[Result]:
    """GONOPROXY and GONOSUMDB must cover what GOPRIVATE does, unless one's own servers are asked."""
    yield from setting_results(RULE, view, _NAMES, _RISKS, fix=_FIX)
