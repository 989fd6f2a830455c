"""SM213 insecure-source: modules are fetched without TLS."""

from __future__ import annotations

from collections.abc import Iterator

from supplymatrix.checks.go_settings import setting_results
from supplymatrix.checks.view import FactView
from supplymatrix.model.go_sources import SettingRisk
from supplymatrix.model.rule import Level, Result, Rule, Severity

__all__ = ["JUDGED_BY", "RULE", "check"]

JUDGED_BY = "facts"
RULE = Rule(
    id="SM213",
    name="insecure-source",
    title="modules are fetched without TLS",
    why="Who sits between reads the names of modules, and changes what no go.sum line is known of yet.",
    severity=Severity.HIGH,
    level=Level.ERROR,
    needs=("EffectiveSetting", "RiskySetting"),
    offline=True,
    fixable=True,
    since="0.1.0",
    check_kind="source-chain",
)
_NAMES = (
    "GOINSECURE",
    "GOPROXY",
    "GOSUMDB",
)
_RISKS = (
    SettingRisk.INSECURE,
    SettingRisk.PLAIN_HTTP,
)
_FIX = "serve it by https; certificates of your own go into SSL_CERT_FILE"


def check(view: FactView) -> Iterator[Result]:
    """Each setting that names servers must have them asked by https."""
    yield from setting_results(RULE, view, _NAMES, _RISKS, fix=_FIX)
