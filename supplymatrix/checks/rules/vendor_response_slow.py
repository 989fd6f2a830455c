"""SM801 vendor-response-slow: a vendor's fixes of Go take longer than the policy allows.

The results are made by policy/vendor_requirements.py: only a policy says what is asked.
"""

from __future__ import annotations

from supplymatrix.model.rule import Level, Rule, Severity

__all__ = ["JUDGED_BY", "RULE"]

JUDGED_BY = "policy"
RULE = Rule(
    id="SM801",
    name="vendor-response-slow",
    title="a vendor's fixes of Go take longer than the policy allows",
    why="Whoever takes Go from a vendor waits for the vendor's fix first, whatever Go itself has released.",
    severity=Severity.MEDIUM,
    level=Level.ERROR,
    needs=("VendorMeasure",),
    offline=True,
    fixable=False,
    since="0.1.0",
    check_kind="vendor-capability",
)
