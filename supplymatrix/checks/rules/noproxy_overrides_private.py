"""SM218 noproxy-overrides-private: names that GOPRIVATE is to cover go out all the same."""

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
    title="names that GOPRIVATE is to cover go out all the same",
    why="Who set GOPRIVATE believes the names to stay at home, and nothing says that they do not.",
    severity=Severity.HIGH,
    level=Level.ERROR,
    needs=("EffectiveSetting", "RiskySetting"),
    offline=True,
    fixable=True,
    since="0.1.0",
    check_kind="privacy",
)
_NAMES = (
    "GOPRIVATE",
    "GONOPROXY",
    "GONOSUMDB",
)
_RISKS = (
    SettingRisk.PROXY_OVERRIDES,
    SettingRisk.COVERS_NOTHING,
)
_FIX = "let it name what GOPRIVATE is to cover, hosts and paths without blanks, https:// or /...; or unset it"


def check(view: FactView) -> Iterator[Result]:
    """Each entry must cover something; GONOPROXY and GONOSUMDB what GOPRIVATE does, unless one's own servers are
    asked."""
    yield from setting_results(RULE, view, _NAMES, _RISKS, fix=_FIX)
