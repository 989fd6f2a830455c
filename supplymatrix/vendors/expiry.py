"""How long evidence holds: the one rule by which a source counts on a day or does not.

It counts from the day of the copy that was read, for so many days as what rests on it may be old. An `expires_at` of
its own can only shorten that: nobody can promise that an old page still says the same.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta

from supplymatrix.model.vendor import EvidenceKind, VendorEvidence
from supplymatrix.vendors.capability_keys import KEYS

__all__ = ["DAYS", "PRIMARY", "days_of", "expires_on", "is_live"]

PRIMARY = frozenset({EvidenceKind.CONTRACT, EvidenceKind.VENDOR_DOC, EvidenceKind.FEED, EvidenceKind.MEASURED})
"""Kinds of sources that are the vendor's own words or a measurement; what third parties say never outranks them."""
DAYS: Mapping[str, int] = {
    "status": 90, "offer": 365, "entry": 365, "lifetime": 180, "feed": 90, "price": 180, "signer": 365,
    "claim": 365,
}  # fmt: skip
"""How long evidence for a row holds; for a capability it is said by its key."""


def days_of(key: str) -> int:
    """Return for how many days evidence holds for a capability key; "" or one that is not known: as for a claim."""
    return KEYS[key].expires_days if key in KEYS else DAYS["claim"]


def expires_on(evidence: VendorEvidence, days: int) -> date:
    """Return the last day on which evidence holds for a row that takes evidence of so many days."""
    try:
        last = evidence.retrieved_at + timedelta(days=days)
    except OverflowError:
        last = date.max
    return last if evidence.expires_at is None else min(last, evidence.expires_at)


def is_live(evidence: VendorEvidence, days: int, today: date) -> bool:
    """Return whether evidence counts on a day: read by then, not expired, and no recall."""
    return evidence.kind is not EvidenceKind.RECALL and evidence.retrieved_at <= today <= expires_on(evidence, days)
