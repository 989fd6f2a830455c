"""SM802 vendor-evidence-stale: what is known of a vendor is older than the policy allows.

The results are made by policy/vendor_requirements.py: only a policy says what is asked.
"""

from __future__ import annotations

from supplymatrix.model.rule import Level, Rule, Severity

__all__ = ["JUDGED_BY", "RULE"]

JUDGED_BY = "policy"
RULE = Rule(
    id="SM802",
    name="vendor-evidence-stale",
    title="what is known of a vendor is older than the policy allows",
    why="What a vendor said or did long ago is no evidence of what is offered today.",
    severity=Severity.MEDIUM,
    level=Level.ERROR,
    needs=("VendorMeasure",),
    offline=True,
    fixable=False,
    since="0.1.0",
    check_kind="vendor-capability",
)
