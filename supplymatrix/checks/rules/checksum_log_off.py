"""SM212 checksum-log-off: modules are not held against the checksum log."""

from __future__ import annotations

from collections.abc import Iterator

from supplymatrix.checks.go_settings import setting_results
from supplymatrix.checks.view import FactView
from supplymatrix.model.go_sources import SettingRisk
from supplymatrix.model.rule import Level, Result, Rule, Severity

__all__ = ["JUDGED_BY", "RULE", "check"]

JUDGED_BY = "facts"
RULE = Rule(
    id="SM212",
    name="checksum-log-off",
    title="modules are not held against the checksum log",
    why="Without the log, whoever serves a version first decides what it is, and go.sum keeps what was served.",
    severity=Severity.HIGH,
    level=Level.ERROR,
    needs=("EffectiveSetting", "RiskySetting"),
    offline=True,
    fixable=True,
    since="0.1.0",
    check_kind="source-chain",
)
_NAMES = (
    "GOSUMDB",
    "GONOSUMDB",
    "GOPRIVATE",
    "GO111MODULE",
)
_RISKS = (
    SettingRisk.LOG_OFF,
    SettingRisk.LOG_PART,
    SettingRisk.FOREIGN_LOG,
    SettingRisk.SUM_IGNORED,
)
_FIX = "unset it; let GOPRIVATE name your own hosts and nothing else"


def check(view: FactView) -> Iterator[Result]:
    """Each setting that decides about the log must leave public modules to it."""
    yield from setting_results(RULE, view, _NAMES, _RISKS, fix=_FIX)
