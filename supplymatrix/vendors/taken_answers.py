"""What became of each answer that a user took in: whether it holds, against what, and why it may not.

An answer is one more source. Beside what was known it may win, lose, or leave the cell open, and it is told which, with
the ids and days of both sides.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from enum import StrEnum

from supplymatrix.model.value import value
from supplymatrix.model.vendor import EvidenceKind, State, VendorEvidence, VendorProfile
from supplymatrix.vendors.cells import Answer, CellStatus, cell_of
from supplymatrix.vendors.needs import VendorAnswer

__all__ = ["Effect", "TakenAnswer", "taken_answers"]


class Effect(StrEnum):
    """What an answer does. FILLS: nothing else was known; AGREES: it says the same; HOLDS: against others that say
    otherwise; CONFLICT: others are as strong, so nothing is chosen; OUTRANKED: a stronger source holds; NOT_YET: it is
    of a day after the one that was asked for; EXPIRED: too old by then; RECALL: memory never counts."""

    FILLS = "fills"
    AGREES = "agrees"
    HOLDS = "holds"
    CONFLICT = "conflict"
    OUTRANKED = "outranked"
    NOT_YET = "not_yet"
    EXPIRED = "expired"
    RECALL = "recall"


@value
class TakenAnswer:
    """One answer. evidence: its id is "vendor:id" in reports; beside: the sources of what else is said about the same,
    each with that state."""

    vendor: str
    key: str
    offer: str
    state: State
    evidence: VendorEvidence
    effect: Effect
    beside: tuple[tuple[State, VendorEvidence], ...] = ()


def taken_answers(
    profiles: Sequence[VendorProfile], answers: Sequence[VendorAnswer], as_of: date
) -> tuple[TakenAnswer, ...]:
    """Return what became of each answer on a day. profiles: with the answers applied."""
    by_id: Mapping[str, VendorProfile] = {profile.id: profile for profile in profiles}
    return tuple(_taken(by_id[answer.vendor], answer, as_of) for answer in answers if answer.vendor in by_id)


def _taken(profile: VendorProfile, answer: VendorAnswer, as_of: date) -> TakenAnswer:
    key = answer.capability.key
    rows = cell_of(profile, key, as_of).answers
    own = [row for row in rows if answer.evidence.id in row.capability.evidence]
    scopes = {row.capability.scope for row in own}
    others = [
        row for row in rows if row not in own and row.capability.scope in scopes and row.said is not State.UNKNOWN
    ]
    counting = [row for row in others if row.status is CellStatus.LIVE]
    return TakenAnswer(
        vendor=profile.id,
        key=key,
        offer=answer.capability.scope.offer,
        state=answer.capability.state,
        evidence=answer.evidence,
        effect=_effect(answer.evidence, own, counting, as_of),
        beside=tuple((row.said, source.evidence) for row in counting for source in row.evidence if source.is_live),
    )


def _effect(evidence: VendorEvidence, own: Sequence[Answer], others: Sequence[Answer], as_of: date) -> Effect:
    if evidence.kind is EvidenceKind.RECALL:
        return Effect.RECALL
    if evidence.retrieved_at > as_of:
        return Effect.NOT_YET
    if not any(row.status is CellStatus.LIVE for row in own):
        return Effect.EXPIRED
    if any(row.outranked_by for row in own):
        return Effect.OUTRANKED
    state = own[0].said
    if all(row.said is state for row in others):
        return Effect.AGREES if others else Effect.FILLS
    against = [row for row in others if row.said is not state and not row.outranked_by]
    return Effect.CONFLICT if against else Effect.HOLDS
