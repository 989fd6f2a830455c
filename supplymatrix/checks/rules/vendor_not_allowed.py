"""SM803 vendor-not-allowed: something of a vendor that the policy does not allow.

The results are made by policy/audit_path.py: only a policy says what is asked.
"""

from __future__ import annotations

from supplymatrix.model.rule import Level, Rule, Severity

__all__ = ["JUDGED_BY", "RULE"]

JUDGED_BY = "policy"
RULE = Rule(
    id="SM803",
    name="vendor-not-allowed",
    title="something of a vendor that the policy does not allow",
    why="Whoever builds and ships on a vendor's things depends on its fixes, its terms and its signing.",
    severity=Severity.MEDIUM,
    level=Level.ERROR,
    needs=("VendorUse",),
    offline=True,
    fixable=True,
    since="0.1.0",
    check_kind="build-inputs",
)
