"""What of a profile holds on a given day: when evidence expires, what went stale, and what a strict look refuses.

Evidence expires for each row on a day of its own (`expiry.py`); the first of these days counts for the evidence.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, timedelta

from supplymatrix.errors import Diagnostic
from supplymatrix.model.location import Location
from supplymatrix.model.value import value
from supplymatrix.model.vendor import Capability, EvidenceKind, OfferKind, State, VendorEvidence, VendorProfile
from supplymatrix.vendors.capability_keys import CAPABILITY_KEYS, KEYS
from supplymatrix.vendors.cells import Cell, CellStatus, cell_of, earned
from supplymatrix.vendors.expiry import DAYS, PRIMARY, expires_on

__all__ = ["CellCounts", "StaleUse", "Use", "count_cells", "stale_uses", "strict_faults", "uses_of"]


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
    """Cells of a profile on a day, one for each key that it has rows for. stale: known once, and all of their evidence
    has expired; unknown: all others that are not known, such as those in conflict.

    primary: known cells with at least one primary source; without: cells that are neither unknown nor rest on evidence.
    """

    known: int
    unknown: int
    stale: int
    primary: int
    without: int


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
        scope = ", ".join(
            part for part in (cell.scope.offer, cell.scope.minor, cell.scope.arch, cell.scope.tier) if part
        )
        row = f"capability {cell.key} ({scope})" if scope else f"capability {cell.key}"
        days = KEYS[cell.key].expires_days
        yield Use(row=row, key=cell.key, days=days, evidence=cell.evidence, location=cell.location)
    for feed in profile.feeds:
        yield _use(f"feed {feed.id}", DAYS["feed"], feed.evidence, feed.location)
    for price in profile.prices:
        yield _use(f"price {price.offer}", DAYS["price"], price.evidence, price.location)
    for signer in profile.signers:
        yield _use(f"signer {signer.id}", DAYS["signer"], signer.evidence, signer.location)


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
    """Return what a strict look refuses: expired evidence, a core vendor that leaves a key unanswered, and a no of some
    offers that would pass for the vendor's since the others were not asked.

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
    faults += [
        _fault(
            f"{key!r} is {row.state.value} of {', '.join(asked)}, and {', '.join(unasked)} "
            f"{'was' if len(unasked) == 1 else 'were'} not asked: it would pass for the answer of all",
            row.location,
            lines,
            expected="an answer for each offer that delivers something",
            remedy='state = "unknown" with searched and searched_at, where it is not known of an offer',
        )
        for key, row, asked, unasked in _passing_for_all(profile)
    ]
    return tuple(faults)


def _passing_for_all(profile: VendorProfile) -> Iterator[tuple[str, Capability, list[str], list[str]]]:
    """Yield each key that is answered with a no alone, and of single offers: its first row, offers asked, not asked.

    Data is no delivery. What cannot apply to an offer, and so harms nothing, is no such no.
    """
    offers = [offer.id for offer in profile.offers if offer.kind is not OfferKind.DATA]
    for key in dict.fromkeys(row.key for row in profile.capabilities):
        rows = [row for row in profile.capabilities if row.key == key]
        asked = list(dict.fromkeys(row.scope.offer for row in rows))
        unasked = [offer for offer in offers if offer not in asked]
        is_no = all(row.state in (State.NO, State.NA) and not earned(key, row.state)[1] for row in rows)
        if is_no and "" not in asked and unasked:
            yield key, rows[0], asked, unasked


def count_cells(profile: VendorProfile, today: date) -> CellCounts:
    """Return how many cells are known, unknown and stale on a day, as a matrix has them."""
    cells = [cell_of(profile, key, today) for key in dict.fromkeys(row.key for row in profile.capabilities)]
    known = [cell for cell in cells if cell.state is not State.UNKNOWN]
    stale = sum(cell.status is CellStatus.STALE for cell in cells)
    return CellCounts(
        known=len(known),
        unknown=len(cells) - len(known) - stale,
        stale=stale,
        primary=sum(_is_primary(cell) for cell in known),
        without=len({row.key for row in profile.capabilities if row.state is not State.UNKNOWN and not row.evidence}),
    )


def _is_primary(cell: Cell) -> bool:
    """Whether what holds of a cell rests on a source that is primary and counts on the day."""
    held = (answer for answer in cell.answers if answer.state is cell.state and not answer.outranked_by)
    return any(source.is_live and source.evidence.kind in PRIMARY for answer in held for source in answer.evidence)


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
