"""Regrets and flips, each against a slow second reckoning, and applied to see that they do what they say."""

from __future__ import annotations

import itertools
from collections.abc import Mapping
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from supplymatrix.model.value import changed
from supplymatrix.vendors.decision import Drawn, run_draws
from supplymatrix.vendors.matrix import Option
from supplymatrix.vendors.needs import Need, Scenario
from supplymatrix.vendors.robustness import Recommendation, recommend, regrets, worth
from tests.vendors.decisions import KEYS, SPANS, any_options, bare_option

pytestmark = pytest.mark.slow

_NO, _HALF, _YES, _OPEN = SPANS[0], SPANS[1], SPANS[2], SPANS[3]
_GRID = [Fraction(number, 20) for number in range(121)]
_FACTORS = st.dictionaries(st.sampled_from(KEYS), st.integers(0, 9)).map(
    lambda factors: Scenario(id="s", name="a scenario", factors=factors)
)


def _drawn(options: list[Option], seed: int = 1) -> Drawn:
    return run_draws(options, (Need(key=KEYS[0], must=False),), draws=30, seed=seed, criteria=KEYS)


def _middle(option: Option, weights: Mapping[str, Fraction]) -> Fraction:
    return sum(
        (weight * (option.cells[key].low + option.cells[key].high) / 2 for key, weight in weights.items()), Fraction(0)
    )


def _ahead(options: list[Option], weights: Mapping[str, Fraction], leader: str) -> set[str]:
    """Return the options that are level with the leader or ahead of it."""
    values = {option.id: _middle(option, weights) for option in options}
    return {name for name, middle in values.items() if name != leader and middle >= values[leader]}


def _found(options: list[Option], drawn: Drawn) -> Recommendation:
    return recommend(options, drawn, KEYS)


@given(any_options(3), _FACTORS, st.integers(0, 99))
def test_regrets_are_those_of_every_completion_of_the_unknowns(
    options: list[Option], scenario: Scenario, seed: int
) -> None:
    weights = _drawn(options, seed).weights
    moved = {key: weight * scenario.factors.get(key, 1) for key, weight in weights.items()}
    whole = sum(moved.values()) or Fraction(1)
    ends = []
    for option in options:
        spans = [sorted({option.cells[key].low, option.cells[key].high}) for key in KEYS]
        values = [
            100 * sum((moved[key] / whole * part for key, part in zip(KEYS, parts, strict=True)), Fraction(0))
            for parts in itertools.product(*spans)
        ]
        ends.append((min(values), max(values)))
    for regret, number in zip(regrets(options, weights, [scenario]), range(len(options)), strict=True):
        behind = [
            max(values) - values[number] for values in itertools.product(*ends)
        ]  # the extremes of each option are enough: what is behind moves one way with each
        assert (regret.low, regret.high) == (min(behind), max(behind))


@given(any_options(), st.integers(0, 99))
def test_a_regret_names_who_is_better_if_anybody_is(options: list[Option], seed: int) -> None:
    for regret in regrets(options, _drawn(options, seed).weights, [Scenario(id="s", name="s", factors={})]):
        assert bool(regret.to) == (regret.high > 0)
        assert regret.to != regret.option
        assert 0 <= regret.low <= regret.high <= 100


@given(any_options(), st.data(), st.integers(0, 99))
def test_more_unknown_never_narrows_a_span(options: list[Option], data: st.DataObject, seed: int) -> None:
    weights = _drawn(options, seed).weights
    row, key = data.draw(st.integers(0, len(options) - 1)), data.draw(st.sampled_from(KEYS))
    cell = changed(options[row].cells[key], low=Fraction(0), high=Fraction(1))
    wider = changed(options[row], cells={**options[row].cells, key: cell})
    after = [*options[:row], wider, *options[row + 1 :]]
    (low, high), (wide_low, wide_high) = worth(options[row], weights), worth(wider, weights)
    assert wide_low <= low <= high <= wide_high
    scenario = Scenario(id="s", name="s", factors={})
    for old, new in zip(regrets(options, weights, [scenario]), regrets(after, weights, [scenario]), strict=True):
        assert new.low <= old.low
        assert new.high >= old.high


@given(any_options(), st.integers(0, 99))
def test_each_flip_of_a_weight_makes_level_and_less_of_it_does_not(options: list[Option], seed: int) -> None:
    drawn = _drawn(options, seed)
    found = _found(options, drawn)
    for flip in found.weight_flips:
        at = {**drawn.weights, flip.key: drawn.weights[flip.key] * flip.factor}
        values = {option.id: _middle(option, at) for option in options}
        assert values[flip.to] == values[found.leader] == max(values.values())
        for step in _GRID:
            factor = 1 + (flip.factor - 1) * step
            if step < 1:
                moved = {**drawn.weights, flip.key: drawn.weights[flip.key] * factor}
                assert not _ahead(options, moved, found.leader)


@given(any_options(), st.integers(0, 99))
def test_a_weight_without_a_flip_turns_nothing(options: list[Option], seed: int) -> None:
    """No factor of a grid from 0 to 6 makes anybody level with less change than the smallest flip that is told."""
    drawn = _drawn(options, seed)
    found = _found(options, drawn)
    if found.level_with:
        return
    least = min((flip.size for flip in found.weight_flips), default=None)
    for key, factor in itertools.product(KEYS, _GRID):
        size = abs(factor - 1) * drawn.weights[key]
        if least is None or size < least:
            moved = {**drawn.weights, key: drawn.weights[key] * factor}
            assert not _ahead(options, moved, found.leader)


@given(any_options(), st.integers(0, 99))
def test_each_flip_of_a_cell_makes_level_and_no_smaller_change_does(options: list[Option], seed: int) -> None:
    drawn = _drawn(options, seed)
    found = _found(options, drawn)
    if found.level_with:
        assert found.cell_flips == ()
        return
    turning = {}
    for row, option in enumerate(options):
        for key in KEYS:
            was = (option.cells[key].low + option.cells[key].high) / 2
            for part in (Fraction(0), Fraction(1, 2), Fraction(1)):
                cell = changed(option.cells[key], low=part, high=part)
                turned = changed(option, cells={**option.cells, key: cell})
                ahead = _ahead([*options[:row], turned, *options[row + 1 :]], drawn.weights, found.leader)
                if ahead:
                    turning[option.id, key, part] = (abs(part - was), ahead)
    for flip in found.cell_flips:
        assert flip.to in turning[flip.option, flip.key, flip.becomes][1]
    sizes = sorted(
        {(name, key): size for (name, key, _), (size, _) in sorted(turning.items(), key=lambda i: -i[1][0])}.values()
    )
    assert [abs(flip.becomes - flip.was) for flip in found.cell_flips] == sizes[:3]


@given(any_options(), st.integers(0, 99))
def test_reasons_are_what_is_sure_whatever_the_unknowns_turn_out_to_be(options: list[Option], seed: int) -> None:
    drawn = _drawn(options, seed)
    found = _found(options, drawn)
    if not found.runner_up:
        return
    by_id = {option.id: option for option in options}
    leader, rival = by_id[found.leader].cells, by_id[found.runner_up].cells
    for reason in (*found.reasons_for, *found.reasons_against):
        ends = [leader[reason.key].low, leader[reason.key].high], [rival[reason.key].low, rival[reason.key].high]
        all_differences = [100 * drawn.weights[reason.key] * (mine - other) for mine in ends[0] for other in ends[1]]
        assert reason.points == min(all_differences, key=abs)
        assert all(difference * reason.points > 0 for difference in all_differences)
    assert all(reason.points > 0 for reason in found.reasons_for)
    assert all(reason.points < 0 for reason in found.reasons_against)


def test_the_leader_is_the_option_most_often_first() -> None:
    options = [bare_option("poor", [_NO] * 5), bare_option("rich", [_YES] * 5)]
    found = _found(options, _drawn(options))
    assert (found.leader, found.runner_up, found.is_clear) == ("rich", "poor", True)


def test_equals_have_no_clear_winner_and_nothing_need_change() -> None:
    options = [bare_option("a", [_HALF] * 5), bare_option("b", [_HALF] * 5)]
    found = _found(options, _drawn(options))
    assert not found.is_clear
    assert found.level_with == ("b",)
    assert not found.weight_flips
    assert not found.cell_flips


def test_a_single_option_is_clear_and_has_no_reasons() -> None:
    options = [bare_option("only", [_OPEN] * 5)]
    found = _found(options, _drawn(options))
    assert (found.leader, found.runner_up, found.is_clear) == ("only", "", True)
    assert found.reasons_for == found.reasons_against == ()
    assert not found.weight_flips
    assert not found.cell_flips


def test_half_of_the_draws_without_a_lead_is_not_clear() -> None:
    options = [bare_option("a", [_YES, _NO, _NO, _NO, _NO]), bare_option("b", [_NO, _YES, _NO, _NO, _NO])]
    drawn = run_draws(options, (), draws=400, seed=3, criteria=KEYS)
    assert abs(drawn.share("a") - Fraction(1, 2)) < Fraction(1, 20)
    assert not _found(options, drawn).is_clear


def test_nothing_left_recommends_nothing() -> None:
    assert recommend([], None).leader == ""
