"""SM214 vcs-unrestricted: any version control tool may be started for public modules."""

from __future__ import annotations

from collections.abc import Iterator

from supplymatrix.checks.go_settings import setting_results
from supplymatrix.checks.view import FactView
from supplymatrix.model.go_sources import SettingRisk
from supplymatrix.model.rule import Level, Result, Rule, Severity

__all__ = ["JUDGED_BY", "RULE", "check"]

JUDGED_BY = "facts"
RULE = Rule(
    id="SM214",
    name="vcs-unrestricted",
    title="any version control tool may be started for public modules",
    why="Tools that few use have had holes for years, and what they read comes from a foreign server.",
    severity=Severity.MEDIUM,
    level=Level.WARN,
    needs=("EffectiveSetting", "RiskySetting"),
    offline=True,
    fixable=True,
    since="0.1.0",
    check_kind="source-chain",
)
_NAMES = ("GOVCS",)
_RISKS = (SettingRisk.ANY_VCS,)
_FIX = "allow git alone: GOVCS=public:git,private:git"


def check(view: FactView) -> Iterator[Result]:
    """GOVCS must not allow more for public modules than Go does by itself."""
    yield from setting_results(RULE, view, _NAMES, _RISKS, fix=_FIX)
