"""What a verdict on a claim is worth on a day: its evidence expires as that of a cell does.

A claim that belongs to a cell takes as long as evidence for that cell holds; another one a year. That no evidence was
found holds from the day on which it was looked for; as an unknown of a cell, it does not go stale.
"""

from __future__ import annotations

from datetime import date, timedelta

from supplymatrix.model.value import value
from supplymatrix.model.vendor import Claim, ClaimVerdict, EvidenceKind
from supplymatrix.vendors.cells import CellStatus
from supplymatrix.vendors.expiry import days_of, expires_on, is_live

__all__ = ["ClaimStatus", "claim_days", "claim_status"]


@value
class ClaimStatus:
    """status: LIVE, STALE or UNSUPPORTED (nothing had been read by then). stale_since: the day after the last evidence
    expired."""

    status: CellStatus
    stale_since: date | None = None


def claim_days(claim: Claim) -> int:
    """Return for how many days evidence for a claim holds."""
    return days_of(claim.cell.partition("/")[2])


def claim_status(claim: Claim, as_of: date) -> ClaimStatus:
    """Return what the verdict on a claim is worth on a day."""
    days = claim_days(claim)
    if claim.verdict is ClaimVerdict.NO_EVIDENCE:
        was_looked_for = claim.searched_at is None or claim.searched_at <= as_of
        return ClaimStatus(status=CellStatus.LIVE if was_looked_for else CellStatus.UNSUPPORTED)
    if any(is_live(item, days, as_of) for item in claim.evidence):
        return ClaimStatus(status=CellStatus.LIVE)
    ends = [expires_on(item, days) for item in claim.evidence if item.kind is not EvidenceKind.RECALL]
    expired = [day for day in ends if day < as_of]
    if not expired:
        return ClaimStatus(status=CellStatus.UNSUPPORTED)
    return ClaimStatus(status=CellStatus.STALE, stale_since=max(expired) + timedelta(days=1))
