"""How much a decision may be trusted: what each option may cost in regret, and the smallest change that turns it.

Both are worked out at the mean of the drawn weightings, in exact fractions. A regret is a span, since unknown cells are
spans: at least what holds for every answer, at most what may come out.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction

from supplymatrix.model.value import value
from supplymatrix.vendors.decision import CRITERIA, Drawn, Unknown
from supplymatrix.vendors.matrix import Option
from supplymatrix.vendors.needs import Scenario

__all__ = ["CellFlip", "Reason", "Recommendation", "Regret", "WeightFlip", "recommend", "regrets", "worth"]

CLEAR_SHARE = Fraction(1, 2)
CLEAR_LEAD = Fraction(1, 10)
"""A winner is clear that comes first in at least half of the draws, and a tenth of them more often than the next."""
_FOR, _AGAINST, _FLIPS = 3, 2, 3
_STEPS = (Fraction(0), Fraction(1, 2), Fraction(1))


@value
class Regret:
    """What an option loses to the best one in a scenario, in points of 100. low: for sure; high: at worst. to: the
    option that is the best at worst, "" = none is better."""

    option: str
    scenario: str
    low: Fraction
    high: Fraction
    to: str


@value
class WeightFlip:
    """First place changes to `to` when `key` counts `factor` times as much. size: the change as a share of all
    weight."""

    key: str
    to: str
    factor: Fraction
    size: Fraction


@value
class CellFlip:
    """First place changes to `to` when the cell of `option` for `key` is worth `becomes` (0, ½ or 1) and not `was`,
    which is a mean where the cell is unknown."""

    option: str
    key: str
    to: str
    was: Fraction
    becomes: Fraction


@value
class Reason:
    """A key on which leader and runner-up differ. points: of 100, at the mean weighting, above 0 for the leader.
    evidence: ids behind both cells, the leader's first."""

    key: str
    points: Fraction
    evidence: tuple[str, ...]


@value
class Recommendation:
    """What the draws come to. leader: the option most often first, "" when nothing is left; is_clear: whether it may be
    called the winner; level_with: options that are level or ahead at the mean weighting already, so that nothing need
    change and no flips are told; reasons_open: what is not known of the leader and known to be there of the next."""

    leader: str
    runner_up: str
    is_clear: bool
    reasons_for: tuple[Reason, ...]
    reasons_against: tuple[Reason, ...]
    reasons_open: tuple[Reason, ...]
    weight_flips: tuple[WeightFlip, ...]
    cell_flips: tuple[CellFlip, ...]
    level_with: tuple[str, ...]
    unknowns: tuple[Unknown, ...]


def worth(option: Option, weights: Mapping[str, Fraction]) -> tuple[Fraction, Fraction]:
    """Return the least and the most an option is worth under weights that add up to 1, in points of 100."""
    low = sum((weight * option.cells[key].low for key, weight in weights.items()), Fraction(0))
    high = sum((weight * option.cells[key].high for key, weight in weights.items()), Fraction(0))
    return 100 * low, 100 * high


def regrets(
    options: Sequence[Option], weights: Mapping[str, Fraction], scenarios: Sequence[Scenario]
) -> tuple[Regret, ...]:
    """Return the regret of each option in each scenario."""
    found = []
    for scenario in scenarios:
        moved = {key: weight * scenario.factors.get(key, 1) for key, weight in weights.items()}
        whole = sum(moved.values(), Fraction(0)) or Fraction(1)
        values = {
            option.id: worth(option, {key: weight / whole for key, weight in moved.items()}) for option in options
        }
        for option in options:
            own_low, own_high = values[option.id]
            others = [(name, span) for name, span in values.items() if name != option.id]
            low = max((span[0] - own_high for _, span in others), default=Fraction(0))
            name, high = max(
                ((name, span[1] - own_low) for name, span in others),
                key=lambda item: item[1],
                default=("", Fraction(0)),
            )
            found.append(
                Regret(
                    option=option.id,
                    scenario=scenario.id,
                    low=max(low, Fraction(0)),
                    high=max(high, Fraction(0)),
                    to=name if high > 0 else "",
                )
            )
    return tuple(found)


def recommend(options: Sequence[Option], drawn: Drawn | None, criteria: Sequence[str] = CRITERIA) -> Recommendation:
    """Return who leads, how clearly, why, and what would change it."""
    if not options or drawn is None:
        return Recommendation(
            leader="",
            runner_up="",
            is_clear=False,
            reasons_for=(),
            reasons_against=(),
            reasons_open=(),
            weight_flips=(),
            cell_flips=(),
            level_with=(),
            unknowns=(),
        )
    means = {option.id: sum(worth(option, drawn.weights), Fraction(0)) / 2 for option in options}
    places = {option.id: number for number, option in enumerate(options)}
    ranked = sorted(options, key=lambda option: (-drawn.share(option.id), -means[option.id], places[option.id]))
    leader, rivals = ranked[0], ranked[1:]
    lead = drawn.share(leader.id) - (drawn.share(rivals[0].id) if rivals else Fraction(0))
    reasons = [_reason(leader, rivals[0], key, drawn.weights[key]) for key in criteria] if rivals else []
    reasons.sort(key=lambda reason: -abs(reason.points))
    level_with = tuple(rival.id for rival in rivals if means[rival.id] >= means[leader.id])
    weight_flips = [] if level_with else _first_weight_flips(leader, rivals, drawn.weights)
    cell_flips = [] if level_with else _first_cell_flips(leader, rivals, drawn.weights)
    return Recommendation(
        leader=leader.id,
        runner_up=rivals[0].id if rivals else "",
        is_clear=drawn.share(leader.id) >= CLEAR_SHARE and (not rivals or lead >= CLEAR_LEAD),
        reasons_for=tuple(reason for reason in reasons if reason.points > 0)[:_FOR],
        reasons_against=tuple(reason for reason in reasons if reason.points < 0)[:_AGAINST],
        reasons_open=_open_reasons(leader, rivals[0], drawn.weights)[:_AGAINST] if rivals else (),
        weight_flips=tuple(sorted(weight_flips, key=lambda flip: (flip.size, flip.key, flip.to)))[:_FLIPS],
        cell_flips=tuple(sorted(cell_flips, key=_cell_change))[:_FLIPS],
        level_with=level_with,
        unknowns=drawn.unknowns,
    )


def _mid(option: Option, key: str) -> Fraction:
    return (option.cells[key].low + option.cells[key].high) / 2


def _gap(leader: Option, rival: Option, weights: Mapping[str, Fraction]) -> Fraction:
    return sum((weight * (_mid(leader, key) - _mid(rival, key)) for key, weight in weights.items()), Fraction(0))


def _reason(leader: Option, rival: Option, key: str, weight: Fraction) -> Reason:
    evidence = dict.fromkeys((*leader.cells[key].evidence_ids, *rival.cells[key].evidence_ids))
    return Reason(key=key, points=100 * weight * _sure_difference(leader, rival, key), evidence=tuple(evidence))


def _open_reasons(leader: Option, rival: Option, weights: Mapping[str, Fraction]) -> tuple[Reason, ...]:
    """Return what may speak against the leader: keys that are not known of it, and known to be there of the other.

    points: what it loses at worst, below 0; the worst comes first.
    """
    found = []
    for key in weights:
        own, other = leader.cells[key], rival.cells[key]
        if own.low < own.high and own.low < other.low == other.high:
            evidence = tuple(dict.fromkeys((*own.evidence_ids, *other.evidence_ids)))
            found.append(Reason(key=key, points=100 * weights[key] * (own.low - other.high), evidence=evidence))
    return tuple(sorted(found, key=lambda reason: reason.points))


def _sure_difference(one: Option, other: Option, key: str) -> Fraction:
    """Return by how much one option is better for sure, below 0 when the other is; 0 as long as an unknown may turn it.

    What is not known is no reason: it stands among the unknowns.
    """
    least = one.cells[key].low - other.cells[key].high
    most = one.cells[key].high - other.cells[key].low
    return least if least > 0 else min(most, Fraction(0))


def _first_weight_flips(leader: Option, rivals: Sequence[Option], weights: Mapping[str, Fraction]) -> list[WeightFlip]:
    """Return, for each key and direction, the first rival that becomes level when its weight alone moves."""
    nearest: dict[tuple[str, bool], WeightFlip] = {}
    for rival in rivals:
        for flip in _weight_flips(leader, rival, weights):
            way = (flip.key, flip.factor > 1)
            if way not in nearest or flip.size < nearest[way].size:
                nearest[way] = flip
    return list(nearest.values())


def _weight_flips(leader: Option, rival: Option, weights: Mapping[str, Fraction]) -> list[WeightFlip]:
    """Return, for each key that can do it alone, by what factor its weight makes the rival level.

    The other weights stay as they are, so the gap moves by (factor - 1) · weight · difference.
    """
    gap = _gap(leader, rival, weights)
    found = []
    for key, weight in weights.items():
        difference = _mid(rival, key) - _mid(leader, key)
        if weight == 0 or difference == 0:
            continue
        factor = 1 + gap / (weight * difference)
        if factor >= 0:
            found.append(WeightFlip(key=key, to=rival.id, factor=factor, size=gap / abs(difference)))
    return found


def _first_cell_flips(leader: Option, rivals: Sequence[Option], weights: Mapping[str, Fraction]) -> list[CellFlip]:
    """Return the least change of each single cell, a rival's or the leader's, that makes a rival level or first."""
    gaps = {rival.id: _gap(leader, rival, weights) for rival in rivals}
    found: list[CellFlip] = []
    for key, weight in weights.items() if rivals else ():
        for rival in rivals:
            was = _mid(rival, key)
            step = next((step for step in _STEPS if step > was and weight * (step - was) >= gaps[rival.id]), None)
            if step is not None:
                found.append(CellFlip(option=rival.id, key=key, to=rival.id, was=was, becomes=step))
        was = _mid(leader, key)
        to = min(gaps, key=gaps.__getitem__)
        step = next((step for step in reversed(_STEPS) if step < was and weight * (was - step) >= gaps[to]), None)
        if step is not None:
            found.append(CellFlip(option=leader.id, key=key, to=to, was=was, becomes=step))
    return found


def _cell_change(flip: CellFlip) -> tuple[Fraction, str, str, str]:
    return abs(flip.becomes - flip.was), flip.key, flip.option, flip.to
