"""SM215 proxy-not-allowed: modules may come from a place that the policy does not allow.

The results are made by policy/audit_sources.py: only a policy says what is asked.
"""

from __future__ import annotations

from supplymatrix.model.rule import Level, Rule, Severity

__all__ = ["JUDGED_BY", "RULE"]

JUDGED_BY = "policy"
RULE = Rule(
    id="SM215",
    name="proxy-not-allowed",
    title="modules may come from a place that the policy does not allow",
    why="Whoever answers for a module sees its name, and decides which bytes come where the checksum log is not asked.",
    severity=Severity.HIGH,
    level=Level.ERROR,
    needs=("EffectiveSetting",),
    offline=True,
    fixable=True,
    since="0.1.0",
    check_kind="source-chain",
)
