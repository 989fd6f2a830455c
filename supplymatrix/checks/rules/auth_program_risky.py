"""SM217 auth-program-risky: a program of GOAUTH may be another one than is meant."""

from __future__ import annotations

from collections.abc import Iterator

from supplymatrix.checks.go_settings import setting_results
from supplymatrix.checks.view import FactView
from supplymatrix.model.go_sources import SettingRisk
from supplymatrix.model.rule import Level, Result, Rule, Severity

__all__ = ["JUDGED_BY", "RULE", "check"]

JUDGED_BY = "facts"
RULE = Rule(
    id="SM217",
    name="auth-program-risky",
    title="a program of GOAUTH may be another one than is meant",
    why="What it prints is sent to servers as credentials, and it is run by every go command.",
    severity=Severity.MEDIUM,
    level=Level.WARN,
    needs=("EffectiveSetting", "RiskySetting"),
    offline=True,
    fixable=True,
    since="0.1.0",
    check_kind="source-chain",
)
_NAMES = ("GOAUTH",)
_RISKS = (SettingRisk.AUTH_PROGRAM,)
_FIX = "name the program by its absolute path"


def check(view: FactView) -> Iterator[Result]:
    """Programs of GOAUTH must not be taken from the folder at hand."""
    yield from setting_results(RULE, view, _NAMES, _RISKS, fix=_FIX)
