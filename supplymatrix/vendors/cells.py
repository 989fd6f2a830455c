"""One cell of the matrix on one day: what a vendor's profile says to one question, as far as live evidence carries it.

- Evidence counts from the day on which its copy was read until it expires. Recall never counts. So a matrix can be
  worked out for any day, and ages by itself.
- A value whose evidence has all expired is stale: it shows as `?`, and its old value beside it.
- Where two statements about the same scope differ, the one with the stronger source holds (contract, then the vendor's
  own words, feeds and measurements, then third parties) and the other is shown as a conflict; between equals nothing is
  chosen and the score gets a span. A source that was read with low confidence never outranks one that was read with
  high.
- A statement does not hold against a stronger source that its own sources name in `conflicts_with`: nothing is chosen.
- Statements about different offers stand side by side; the best of them is what a buyer can get.
- What nobody was asked is as unknown as what nobody answered.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, timedelta
from enum import StrEnum
from fractions import Fraction

from supplymatrix.model.value import changed, value
from supplymatrix.model.vendor import Capability, Confidence, EvidenceKind, Scope, State, VendorEvidence, VendorProfile
from supplymatrix.vendors.capability_keys import KEYS
from supplymatrix.vendors.expiry import days_of, expires_on, is_live

__all__ = [
    "Answer", "Cell", "CellEvidence", "CellStatus", "best_cell", "cell_of", "earned", "evidence_on",
]  # fmt: skip

_POINTS: Mapping[State, tuple[Fraction, Fraction]] = {
    State.YES: (Fraction(1), Fraction(1)),
    State.PARTIAL: (Fraction(1, 2), Fraction(1, 2)),
    State.NO: (Fraction(0), Fraction(0)),
    State.NA: (Fraction(0), Fraction(0)),
    State.UNKNOWN: (Fraction(0), Fraction(1)),
}
"""The least and the most that a state earns of a key's weight. What cannot apply earns nothing, since the buyer
has not got it; but all of it where the question is about harm (`CapabilityKey.about_harm`)."""
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


_TELLING_FIRST = tuple(CellStatus)
"""Of several answers that are all unknown, the one that tells the most stands for them."""


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
    against it or, where nothing was chosen, speaks against it; "" = none. against: the sources that say otherwise, by
    what its own say of themselves. vendor: a profile's id."""

    vendor: str
    capability: Capability
    state: State
    status: CellStatus
    evidence: tuple[CellEvidence, ...]
    stale_since: date | None = None
    outranked_by: str = ""
    against: tuple[CellEvidence, ...] = ()

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
        """One line for the cell: the value that holds, or its list or numbers; "" when nothing holds."""
        held = (answer for answer in self.answers if answer.state is self.state is not State.UNKNOWN)
        return next((text for text in map(_said_in_a_line, held) if text), "")

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


def earned(key: str, state: State) -> tuple[Fraction, Fraction]:
    """Return the least and the most that a state earns of a key's weight, 0 to 1."""
    if state is State.NA and key in KEYS and KEYS[key].about_harm:
        return _POINTS[State.YES]
    return _POINTS[state]


def evidence_on(profile: VendorProfile, ids: Iterable[str], key: str, as_of: date) -> tuple[CellEvidence, ...]:
    """Return the sources of a statement as they stand on a day."""
    found, days = [profile.evidence[name] for name in ids if name in profile.evidence], days_of(key)
    return tuple(
        CellEvidence(evidence=item, expires_at=expires_on(item, days), is_live=is_live(item, days, as_of))
        for item in found
    )


def cell_of(profile: VendorProfile, key: str, as_of: date) -> Cell:
    """Return what a profile answers to a key on a day."""
    answers = [_answer(profile, row, as_of) for row in profile.capabilities if row.key == key]
    groups: dict[Scope, list[Answer]] = {}
    for answer in answers:
        groups.setdefault(answer.capability.scope, []).append(answer)
    return _best(key, [_settle(key, group) for group in groups.values()], _conflicts(profile, answers, as_of))


def best_cell(key: str, cells: Sequence[Cell]) -> Cell:
    """Return one cell of several vendors' cells: of what somebody has who stands on all of their paths.

    A vendor that was not asked may have it: that is unknown, and the cell does not pass over it.
    """
    settled = [
        _Settled(state=cell.state, status=cell.status, low=cell.low, high=cell.high, answers=cell.answers)
        for cell in cells
    ]
    return _best(key, settled, tuple(pair for cell in cells for pair in cell.conflicts))


@value
class _Settled:
    """What holds of the statements about one scope; as in `Cell`."""

    state: State
    status: CellStatus
    low: Fraction
    high: Fraction
    answers: tuple[Answer, ...]


def _answer(profile: VendorProfile, row: Capability, as_of: date) -> Answer:
    sources = evidence_on(profile, row.evidence, row.key, as_of)
    against = _against(profile, sources, row.key, as_of)
    stale_since, outranked_by = None, ""
    if row.state is State.UNKNOWN:
        state, status = State.UNKNOWN, CellStatus.UNKNOWN
    elif any(source.is_live for source in sources):
        outranked_by = _stronger(sources, against)
        state, status = (State.UNKNOWN, CellStatus.CONFLICT) if outranked_by else (row.state, CellStatus.LIVE)
    else:
        counting = [item for item in sources if item.evidence.kind is not EvidenceKind.RECALL]
        expired = [item.expires_at for item in counting if item.expires_at < as_of]
        state, status = State.UNKNOWN, CellStatus.STALE if expired else CellStatus.UNSUPPORTED
        stale_since = _day_after(max(expired)) if expired else None
    return Answer(
        vendor=profile.id,
        capability=row,
        state=state,
        status=status,
        evidence=sources,
        stale_since=stale_since,
        outranked_by=outranked_by,
        against=against,
    )


def _against(
    profile: VendorProfile, sources: Sequence[CellEvidence], key: str, as_of: date
) -> tuple[CellEvidence, ...]:
    """Return the sources that say otherwise than those of a statement, and had been read by the day."""
    own = {source.evidence.id for source in sources}
    named = (name for source in sources for name in source.evidence.conflicts_with if name not in own)
    others = evidence_on(profile, dict.fromkeys(named), key, as_of)
    return tuple(other for other in others if _was_read(other.evidence, as_of))


def _stronger(sources: Sequence[CellEvidence], against: Sequence[CellEvidence]) -> str:
    """Return the id of a live source that says otherwise and is stronger than all that a statement rests on, or ""."""
    live = [source.evidence for source in sources if source.is_live]
    named = {name for item in live for name in item.conflicts_with}
    stronger = (
        other.evidence.id
        for other in against
        if other.is_live and other.evidence.id in named and _outranks(other.evidence, live)
    )
    return next(stronger, "")


def _outranks(one: VendorEvidence, others: Sequence[VendorEvidence]) -> bool:
    """Whether a source is stronger than each of some others. What was read with low confidence is never stronger than
    what was read with high: there nothing is chosen."""
    return all(
        _RANK[one.kind] > _RANK[other.kind]
        and not (one.confidence is Confidence.LOW and other.confidence is Confidence.HIGH)
        for other in others
    )


def _settle(key: str, group: Sequence[Answer]) -> _Settled:
    """Return what holds of several statements about the same scope."""
    known = [answer for answer in group if answer.state is not State.UNKNOWN]
    if len({answer.state for answer in known}) < 2:
        holding = known or sorted(group, key=lambda answer: _TELLING_FIRST.index(answer.status))
        low, high = earned(key, holding[0].state)
        others = tuple(answer for answer in group if answer not in holding)
        return _Settled(
            state=holding[0].state, status=holding[0].status, low=low, high=high, answers=(*holding, *others)
        )
    holding = [answer for answer in known if not any(_is_stronger(other, answer) for other in known)]
    points = [earned(key, answer.state) for answer in holding]
    low, high = min(low for low, _ in points), max(high for _, high in points)
    if len({answer.state for answer in holding}) > 1:
        return _Settled(state=State.UNKNOWN, status=CellStatus.CONFLICT, low=low, high=high, answers=tuple(group))
    others = tuple(_outranked(answer, holding) for answer in group if answer not in holding)
    return _Settled(state=holding[0].state, status=CellStatus.LIVE, low=low, high=high, answers=(*holding, *others))


def _best(key: str, settled: Sequence[_Settled], conflicts: tuple[tuple[str, str], ...]) -> Cell:
    if not settled:
        low, high = earned(key, State.UNKNOWN)
        return Cell(key=key, state=State.UNKNOWN, status=CellStatus.NOT_ASKED, answers=(), low=low, high=high)
    ordered = sorted(settled, key=lambda one: _order(key, one))
    return Cell(
        key=key,
        state=ordered[0].state,
        status=ordered[0].status,
        answers=tuple(answer for one in ordered for answer in one.answers),
        low=max(one.low for one in settled),
        high=max(one.high for one in settled),
        conflicts=conflicts,
    )


def _order(key: str, one: _Settled) -> tuple[Fraction, int, int]:
    """What is sure to earn the most comes first, then what may."""
    least, _ = earned(key, one.state)
    return -least, _BEST_FIRST.index(one.state), _TELLING_FIRST.index(one.status)


def _said_in_a_line(answer: Answer) -> str:
    row = answer.capability
    numbers = ", ".join(f"{name} {number:,} {row.unit}" for name, number in row.numbers.items())
    return row.value or ", ".join(row.items) or numbers


def _day_after(day: date) -> date:
    return day if day == date.max else day + timedelta(days=1)


def _is_stronger(one: Answer, other: Answer) -> bool:
    """Whether an answer that is known has a source that outranks all that another one rests on."""
    others = [source.evidence for source in other.evidence if source.is_live]
    return any(_outranks(source.evidence, others) for source in one.evidence if source.is_live)


def _first_live(answer: Answer) -> str:
    return next((source.evidence.id for source in answer.evidence if source.is_live), "")


def _outranked(answer: Answer, holding: Sequence[Answer]) -> Answer:
    """Return an answer with the first source of what holds against it."""
    if answer.state is State.UNKNOWN:
        return answer
    stronger = next((one for one in holding if _is_stronger(one, answer)), holding[0])
    return changed(answer, outranked_by=_first_live(stronger))


def _conflicts(profile: VendorProfile, answers: Sequence[Answer], as_of: date) -> tuple[tuple[str, str], ...]:
    """Return the pairs of sources that say otherwise, of those that a cell rests on and that were read by the day."""
    named = {source.evidence.id for answer in answers for source in answer.evidence}
    pairs = {
        (min(name, other), max(name, other))
        for name in named
        for other in profile.evidence[name].conflicts_with
        if other in profile.evidence and all(_was_read(profile.evidence[one], as_of) for one in (name, other))
    }
    return tuple(sorted(pairs))


def _was_read(item: VendorEvidence, as_of: date) -> bool:
    return item.retrieved_at <= as_of and item.kind is not EvidenceKind.RECALL
