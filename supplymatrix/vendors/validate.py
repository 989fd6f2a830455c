"""What of a profile holds on a given day: when evidence expires, what went stale, and what a strict look refuses.

Evidence counts from the day of the copy that was read. It expires on its own `expires_at`, or else so many days after
that as what rests on it may be old; the shortest of these counts for the evidence, each for its own row.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, timedelta

from supplymatrix.errors import Diagnostic
from supplymatrix.model.location import Location
from supplymatrix.model.value import value
from supplymatrix.model.vendor import EvidenceKind, State, VendorEvidence, VendorProfile
from supplymatrix.vendors.capability_keys import CAPABILITY_KEYS, KEYS

__all__ = ["DAYS", "PRIMARY", "CellCounts", "StaleUse", "Use", "count_cells", "expires_on", "is_live", "stale_uses",
           "strict_faults", "uses_of"]  # fmt: skip

PRIMARY = frozenset({EvidenceKind.CONTRACT, EvidenceKind.VENDOR_DOC, EvidenceKind.FEED, EvidenceKind.MEASURED})
"""Kinds of sources that are the vendor's own words or a measurement; what third parties say never outranks them."""
DAYS: Mapping[str, int] = {
    "status": 90, "offer": 365, "entry": 365, "lifetime": 180, "feed": 90, "price": 180, "claim": 365,
}  # fmt: skip
"""How long evidence for a row holds; for a capability it is said by its key."""


@value
class Use:
    """One row that rests on evidence. row: "capability fips_mode (go-toolset)" …; days: how long evidence holds for it.

    key: of a capability, else "".
    """

    row: str
    key: str
    days: int
    evidence: tuple[str, ...]
    location: Location


@value
class StaleUse:
    """Evidence that expired. since: the first day on which it did not hold any more."""

    evidence: VendorEvidence
    use: Use
    since: date


@value
class CellCounts:
    """Cells of a profile on a day. stale: known once, resting on nothing that lives; they are not among the known.

    primary: known cells with at least one primary source; without: cells that are neither unknown nor rest on evidence.
    """

    known: int
    unknown: int
    stale: int
    primary: int
    without: int


def expires_on(evidence: VendorEvidence, days: int) -> date:
    """Return the last day on which evidence holds for a row that takes evidence of so many days."""
    if evidence.expires_at is not None:
        return evidence.expires_at
    try:
        return evidence.retrieved_at + timedelta(days=days)
    except OverflowError:
        return date.max


def is_live(evidence: VendorEvidence, days: int, today: date) -> bool:
    """Return whether evidence counts on a day: read by then, not expired, and no recall."""
    return evidence.kind is not EvidenceKind.RECALL and evidence.retrieved_at <= today <= expires_on(evidence, days)


def uses_of(profile: VendorProfile) -> Iterator[Use]:
    """Yield every row that may rest on evidence, in the order of the file's tables."""
    top = Location(artifact=profile.artifact, line=1, column=1)
    yield _use("the vendor's status", DAYS["status"], profile.status_evidence, top)
    for offer in profile.offers:
        yield _use(f"offer {offer.id}", DAYS["offer"], offer.evidence, offer.location)
    for entry in profile.entries:
        yield _use(f"entry {entry.offer} at {entry.point}", DAYS["entry"], entry.evidence, entry.location)
    for life in profile.lifetimes:
        yield _use(f"lifetime {life.offer} {life.minor}", DAYS["lifetime"], life.evidence, life.location)
    for cell in profile.capabilities:
        scope = ", ".join(part for part in (cell.scope.offer, cell.scope.minor, cell.scope.arch) if part)
        row = f"capability {cell.key} ({scope})" if scope else f"capability {cell.key}"
        days = KEYS[cell.key].expires_days
        yield Use(row=row, key=cell.key, days=days, evidence=cell.evidence, location=cell.location)
    for feed in profile.feeds:
        yield _use(f"feed {feed.id}", DAYS["feed"], feed.evidence, feed.location)
    for price in profile.prices:
        yield _use(f"price {price.offer}", DAYS["price"], price.evidence, price.location)


def stale_uses(profile: VendorProfile, today: date) -> tuple[StaleUse, ...]:
    """Return what has expired by a day, each evidence with the row that it expired for first. Recall is left out."""
    first: dict[str, StaleUse] = {}
    for use in uses_of(profile):
        for name in use.evidence:
            evidence = profile.evidence[name]
            until = expires_on(evidence, use.days)
            if until >= today or evidence.kind is EvidenceKind.RECALL:
                continue
            since = until + timedelta(days=1)
            if name not in first or since < first[name].since:
                first[name] = StaleUse(evidence=evidence, use=use, since=since)
    return tuple(first[name] for name in profile.evidence if name in first)


def strict_faults(profile: VendorProfile, today: date, lines: Sequence[str] = ()) -> tuple[Diagnostic, ...]:
    """Return what a strict look refuses: expired evidence, and a core vendor that leaves a key unanswered.

    lines: of the file, for the messages.
    """
    faults = [
        _fault(
            f"the evidence {stale.evidence.id!r} is stale since {stale.since}: it was read on "
            f"{stale.evidence.retrieved_at} and {stale.use.row} rests on it",
            stale.evidence.location,
            lines,
            expected=f"a copy that holds on {today}",
            remedy=f"supplymatrix vendors recheck {profile.id}, or say that it is unknown now",
        )
        for stale in stale_uses(profile, today)
    ]
    answered = {cell.key for cell in profile.capabilities}
    missing = [key.id for key in CAPABILITY_KEYS if key.id not in answered]
    if profile.core and missing:
        faults.append(
            _fault(
                f"a core vendor leaves {len(missing)} of {len(KEYS)} keys unanswered: {', '.join(missing)}",
                Location(artifact=profile.artifact, line=1, column=1),
                lines,
                expected='a [[capability]] for each, state = "unknown" where it was looked for and not found',
            )
        )
    return tuple(faults)


def count_cells(profile: VendorProfile, today: date) -> CellCounts:
    """Return how many cells are known, unknown and stale on a day."""
    known = unknown = stale = primary = without = 0
    for cell in profile.capabilities:
        if cell.state is State.UNKNOWN:
            unknown += 1
            continue
        days = KEYS[cell.key].expires_days
        live = [item for item in _of(profile, cell.evidence) if is_live(item, days, today)]
        if not cell.evidence:
            without += 1
        elif not live:
            stale += 1
        else:
            known += 1
            primary += any(item.kind in PRIMARY for item in live)
    return CellCounts(known=known, unknown=unknown, stale=stale, primary=primary, without=without)


def _of(profile: VendorProfile, names: Sequence[str]) -> list[VendorEvidence]:
    return [profile.evidence[name] for name in names]


def _use(row: str, days: int, evidence: tuple[str, ...], location: Location) -> Use:
    return Use(row=row, key="", days=days, evidence=evidence, location=location)


def _fault(message: str, place: Location, lines: Sequence[str], *, expected: str, remedy: str = "") -> Diagnostic:
    text = lines[place.line - 1] if 0 < place.line <= len(lines) else ""
    return Diagnostic(
        message=message,
        artifact=place.artifact,
        line=place.line,
        column=place.column,
        end_column=place.end_column,
        seen=text[:200],
        expected=expected,
        remedy=remedy,
        source_line=text[:500],
    )
