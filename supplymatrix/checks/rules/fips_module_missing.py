"""SM601 fips-module-missing: there is no cryptographic module for FIPS 140-3.

The results are made by policy/audit_crypto.py: only a policy says what is asked.
"""

from __future__ import annotations

from supplymatrix.model.rule import Level, Rule, Severity

__all__ = ["JUDGED_BY", "RULE"]

JUDGED_BY = "policy"
RULE = Rule(
    id="SM601",
    name="fips-module-missing",
    title="there is no cryptographic module for FIPS 140-3",
    why="What claims FIPS 140-3 without a validated module does not have it, whatever its settings say.",
    severity=Severity.HIGH,
    level=Level.ERROR,
    needs=("FipsPosture",),
    offline=True,
    fixable=True,
    since="0.1.0",
    check_kind="fips",
)
