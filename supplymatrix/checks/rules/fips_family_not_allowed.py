"""SM605 fips-family-not-allowed: a way to FIPS 140-3 that the policy does not allow.

The results are made by policy/audit_crypto.py: only a policy says what is asked.
"""

from __future__ import annotations

from supplymatrix.model.rule import Level, Rule, Severity

__all__ = ["JUDGED_BY", "RULE"]

JUDGED_BY = "policy"
RULE = Rule(
    id="SM605",
    name="fips-family-not-allowed",
    title="a way to FIPS 140-3 that the policy does not allow",
    why="Each way has its own certificate, its own needs where it runs, and its own end of support.",
    severity=Severity.MEDIUM,
    level=Level.ERROR,
    needs=("FipsPosture",),
    offline=True,
    fixable=True,
    since="0.1.0",
    check_kind="fips",
)
