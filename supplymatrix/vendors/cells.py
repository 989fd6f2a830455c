"""One cell of the matrix on one day: what a vendor's profile says to one question, as far as live evidence carries it.

- Evidence counts from the day on which its copy was read until it expires. Recall never counts. So a matrix can be
  worked out for any day, and ages by itself.
- A value whose evidence has all expired is stale: it shows as `?`, and its old value beside it.
- Where two statements about the same scope differ, the one with the stronger source holds (contract, then the vendor's
  own words, feeds and measurements, then third parties) and the other is shown as a conflict; between equals nothing is
  chosen and the score gets a span.
- Statements about different offers stand side by side; the best of them is what a buyer can get.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, timedelta
from enum import StrEnum
from fractions import Fraction

from supplymatrix.model.value import value
from supplymatrix.model.vendor import Capability, EvidenceKind, Scope, State, VendorEvidence, VendorProfile
from supplymatrix.vendors.capability_keys import KEYS

__all__ = ["Answer", "Cell", "CellEvidence", "CellStatus", "best_cell", "cell_of", "evidence_on", "expiry_of"]

POINTS: Mapping[State, tuple[Fraction, Fraction]] = {
    State.YES: (Fraction(1), Fraction(1)),
    State.PARTIAL: (Fraction(1, 2), Fraction(1, 2)),
    State.NO: (Fraction(0), Fraction(0)),
    State.NA: (Fraction(0), Fraction(0)),
    State.UNKNOWN: (Fraction(0), Fraction(1)),
}
"""The least and the most that a state earns of a key's weight. What cannot apply earns nothing: the buyer has not got
it."""
_RANK: Mapping[EvidenceKind, int] = {
    EvidenceKind.CONTRACT: 3,
    EvidenceKind.VENDOR_DOC: 2,
    EvidenceKind.FEED: 2,
    EvidenceKind.MEASURED: 2,
    EvidenceKind.THIRD_PARTY: 1,
    EvidenceKind.RECALL: 0,
}
_BEST_FIRST = (State.YES, State.PARTIAL, State.UNKNOWN, State.NO, State.NA)


class CellStatus(StrEnum):
    """Why a cell is as it is. STALE: all evidence has expired; UNSUPPORTED: nothing that counts (yet); NOT_ASKED: the
    profile has no row for it; CONFLICT: equally strong sources differ."""

    LIVE = "live"
    STALE = "stale"
    CONFLICT = "conflict"
    UNKNOWN = "unknown"
    UNSUPPORTED = "unsupported"
    NOT_ASKED = "not_asked"


@value
class CellEvidence:
    """One source of an answer on the day. expires_at: its last day; is_live: read by then, and not expired."""

    evidence: VendorEvidence
    expires_at: date
    is_live: bool


@value
class Answer:
    """One statement of a profile on the day. state: as it counts, UNKNOWN where the evidence does not carry it; said:
    as the profile has it. stale_since: the day after its last evidence expired. outranked_by: the source that holds
    against it, "" = none. vendor: a profile's id."""

    vendor: str
    capability: Capability
    state: State
    status: CellStatus
    evidence: tuple[CellEvidence, ...]
    stale_since: date | None = None
    outranked_by: str = ""

    @property
    def said(self) -> State:
        """What the profile says, whatever its evidence is worth on the day."""
        return self.capability.state


@value
class Cell:
    """What a vendor (or a project's own present) answers to one key on one day. answers: the best first; low, high: the
    least and most that it earns, 0 to 1; conflicts: pairs of evidence ids that differ."""

    key: str
    state: State
    status: CellStatus
    answers: tuple[Answer, ...]
    low: Fraction
    high: Fraction
    conflicts: tuple[tuple[str, str], ...] = ()

    @property
    def text(self) -> str:
        """One line for the cell: the value that holds, else the word for why there is none."""
        for answer in self.answers:
            if answer.state is self.state and answer.capability.value and answer.state is not State.UNKNOWN:
                return answer.capability.value
        return "" if self.answers else "not asked"

    @property
    def evidence_ids(self) -> tuple[str, ...]:
        """The ids behind the answers that count, "vendor:id"."""
        return tuple(
            f"{answer.vendor}:{source.evidence.id}"
            for answer in self.answers
            if answer.state is self.state
            for source in answer.evidence
            if source.is_live
        )


def expiry_of(evidence: VendorEvidence, key: str) -> date:
    """Return the last day on which a source counts for a key."""
    if evidence.expires_at is not None:
        return evidence.expires_at
    days = KEYS[key].expires_days if key in KEYS else 365
    try:
        return evidence.retrieved_at + timedelta(days=days)
    except OverflowError:
        return date.max


def evidence_on(profile: VendorProfile, ids: Iterable[str], key: str, as_of: date) -> tuple[CellEvidence, ...]:
    """Return the sources of a statement as they stand on a day."""
    found = [profile.evidence[name] for name in ids if name in profile.evidence]
    return tuple(
        CellEvidence(
            evidence=item,
            expires_at=expiry_of(item, key),
            is_live=item.retrieved_at <= as_of <= expiry_of(item, key) and item.kind is not EvidenceKind.RECALL,
        )
        for item in found
    )


def cell_of(profile: VendorProfile, key: str, as_of: date) -> Cell:
    """Return what a profile answers to a key on a day."""
    answers = [_answer(profile, row, as_of) for row in profile.capabilities if row.key == key]
    groups: dict[Scope, list[Answer]] = {}
    for answer in answers:
        groups.setdefault(answer.capability.scope, []).append(answer)
    settled = [_settle(group) for group in groups.values()]
    return _best(key, settled, _conflicts(profile, answers))


def best_cell(key: str, cells: Sequence[Cell]) -> Cell:
    """Return one cell of several vendors' cells: of what somebody has who stands on all of their paths."""
    conflicts = tuple(pair for cell in cells for pair in cell.conflicts)
    return _best(key, [((cell.low, cell.high), cell.status, cell.answers) for cell in cells if cell.answers], conflicts)


_Settled = tuple[tuple[Fraction, Fraction], CellStatus, tuple[Answer, ...]]


def _answer(profile: VendorProfile, row: Capability, as_of: date) -> Answer:
    sources = evidence_on(profile, row.evidence, row.key, as_of)
    stale_since = None
    if row.state is State.UNKNOWN:
        state, status = State.UNKNOWN, CellStatus.UNKNOWN
    elif any(source.is_live for source in sources):
        state, status = row.state, CellStatus.LIVE
    else:
        counting = [item for item in sources if item.evidence.kind is not EvidenceKind.RECALL]
        expired = [item.expires_at for item in counting if item.expires_at < as_of]
        state, status = State.UNKNOWN, CellStatus.STALE if expired else CellStatus.UNSUPPORTED
        stale_since = max(expired) + timedelta(days=1) if expired else None
    return Answer(
        vendor=profile.id, capability=row, state=state, status=status, evidence=sources, stale_since=stale_since
    )


def _settle(group: Sequence[Answer]) -> _Settled:
    """Return what holds of several statements about the same scope."""
    known = [answer for answer in group if answer.state is not State.UNKNOWN]
    if len({answer.state for answer in known}) < 2:
        answers = tuple(known or group)
        return POINTS[answers[0].state], answers[0].status, (*answers, *(a for a in group if a not in answers))
    strongest = max(_strength(answer) for answer in known)
    holding = [answer for answer in known if _strength(answer) == strongest]
    if len({answer.state for answer in holding}) == 1:
        source = _first_live(holding[0])
        others = tuple(_outranked(answer, source) for answer in group if answer not in holding)
        return POINTS[holding[0].state], CellStatus.LIVE, (*holding, *others)
    points = [POINTS[answer.state] for answer in holding]
    span = (min(low for low, _ in points), max(high for _, high in points))
    return span, CellStatus.CONFLICT, tuple(group)


def _best(key: str, settled: Sequence[_Settled], conflicts: tuple[tuple[str, str], ...]) -> Cell:
    if not settled:
        low, high = POINTS[State.UNKNOWN]
        return Cell(key=key, state=State.UNKNOWN, status=CellStatus.NOT_ASKED, answers=(), low=low, high=high)
    ordered = sorted(settled, key=_order)
    state = State.UNKNOWN if ordered[0][1] is CellStatus.CONFLICT else ordered[0][2][0].state
    return Cell(
        key=key,
        state=state,
        status=ordered[0][1],
        answers=tuple(answer for _, _, answers in ordered for answer in answers),
        low=max(span[0] for span, _, _ in settled),
        high=max(span[1] for span, _, _ in settled),
        conflicts=conflicts,
    )


def _order(one: _Settled) -> int:
    return _BEST_FIRST.index(State.UNKNOWN if one[1] is CellStatus.CONFLICT else one[2][0].state)


def _strength(answer: Answer) -> int:
    return max((_RANK[source.evidence.kind] for source in answer.evidence if source.is_live), default=0)


def _first_live(answer: Answer) -> str:
    return next((source.evidence.id for source in answer.evidence if source.is_live), "")


def _outranked(answer: Answer, source: str) -> Answer:
    return Answer(
        vendor=answer.vendor,
        capability=answer.capability,
        state=answer.state,
        status=answer.status,
        evidence=answer.evidence,
        stale_since=answer.stale_since,
        outranked_by=source if answer.state is not State.UNKNOWN else "",
    )


def _conflicts(profile: VendorProfile, answers: Sequence[Answer]) -> tuple[tuple[str, str], ...]:
    """Return the pairs of sources that say otherwise, of those that a cell rests on."""
    named = {source.evidence.id for answer in answers for source in answer.evidence}
    pairs = {
        tuple(sorted((name, other)))
        for name in named
        for other in profile.evidence[name].conflicts_with
        if other in profile.evidence
    }
    return tuple(sorted((first, second) for first, second in pairs))
