"""SM802 vendor-evidence-stale: what is known of a vendor is older than the policy allows.

The results are made by policy/vendor_requirements.py: only a policy says what is asked.
"""

from __future__ import annotations

from collections.abc import Iterator

from supplymatrix.checks.view import FactView
from supplymatrix.model.rule import Level, Result, Rule, Severity

__all__ = ["JUDGED_BY", "RULE", "check"]

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


def check(view: FactView) -> Iterator[Result]:
    """Yield nothing: only a policy knows what it asks, so the policy room makes the results."""
    del view
    yield from ()
