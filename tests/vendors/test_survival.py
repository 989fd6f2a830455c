"""Quantiles of days: by nearest rank, and with what is still open counted in; each against a slower way."""

from __future__ import annotations

import math
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from supplymatrix.vendors.survival import (
    MIN_FIXES,
    Span,
    nearest_rank,
    quantiles,
    survival_quantile,
    survival_steps,
)

_SPANS = st.lists(st.builds(Span, days=st.integers(0, 12), is_fixed=st.booleans()), max_size=40)


def _slow_waiting(spans: list[Span], day: int) -> Fraction:
    """Return the part that still waits after a day: for each day up to it the part of those at risk that stays."""
    waiting = Fraction(1)
    for now in range(day + 1):
        at_risk = [span for span in spans if span.days >= now]
        fixed = [span for span in at_risk if span.days == now and span.is_fixed]
        if at_risk:
            waiting *= 1 - Fraction(len(fixed), len(at_risk))
    return waiting


def test_a_textbook_case_is_as_by_hand() -> None:
    # Days 6 6 6 6* 7 9* 10 10* 11* 13 16 (* = cut), as in the 6-MP arm of the classic leukaemia example, shortened.
    days = [(6, True)] * 3 + [(6, False), (7, True), (9, False), (10, True), (10, False), (11, False), (13, True)]
    days.append((16, True))
    steps = survival_steps([Span(days=number, is_fixed=fixed) for number, fixed in days])
    assert [(step.days, step.at_risk, step.fixes, step.waiting) for step in steps] == [
        (6, 11, 3, Fraction(8, 11)),
        (7, 7, 1, Fraction(48, 77)),
        (10, 5, 1, Fraction(192, 385)),
        (13, 2, 1, Fraction(96, 385)),
        (16, 1, 1, Fraction(0)),
    ]
    assert survival_quantile(steps, 50) == 10


@given(_SPANS)
def test_the_part_that_waits_is_that_of_a_slower_way(spans: list[Span]) -> None:
    for step in survival_steps(spans):
        assert step.waiting == _slow_waiting(spans, step.days)


@given(_SPANS, st.integers(1, 100))
def test_a_quantile_is_the_first_day_by_which_so_many_are_fixed(spans: list[Span], percent: int) -> None:
    left = Fraction(100 - percent, 100)
    fixed_days = sorted({span.days for span in spans if span.is_fixed})
    expected = next((day for day in fixed_days if _slow_waiting(spans, day) <= left), None)
    assert survival_quantile(survival_steps(spans), percent) == expected


@given(st.lists(st.integers(0, 500), min_size=1, max_size=60), st.integers(1, 100))
def test_the_nearest_rank_is_the_smallest_value_that_so_many_do_not_exceed(days: list[int], percent: int) -> None:
    found = nearest_rank(days, percent)
    assert found == sorted(days)[math.ceil(Fraction(percent * len(days), 100)) - 1]
    assert found in days


@given(st.lists(st.integers(0, 500), min_size=1, max_size=60), st.integers(1, 100))
def test_without_open_spans_both_ways_agree(days: list[int], percent: int) -> None:
    steps = survival_steps([Span(days=day, is_fixed=True) for day in days])
    assert survival_quantile(steps, percent) == nearest_rank(days, percent)


@given(_SPANS, st.integers(0, 12), st.integers(1, 100))
def test_one_more_open_span_never_makes_it_faster(spans: list[Span], days: int, percent: int) -> None:
    before = survival_quantile(survival_steps(spans), percent)
    after = survival_quantile(survival_steps([*spans, Span(days=days, is_fixed=False)]), percent)
    assert after is None or (before is not None and after >= before)


@given(_SPANS)
def test_the_order_of_spans_does_not_matter(spans: list[Span]) -> None:
    assert survival_steps(spans) == survival_steps(spans[::-1])


@pytest.mark.parametrize("percent", MIN_FIXES)
def test_a_percentile_needs_its_number_of_fixes(percent: int) -> None:
    enough = [Span(days=day, is_fixed=True) for day in range(MIN_FIXES[percent])]
    (found,) = [quantile for quantile in quantiles(enough) if quantile.percent == percent]
    (thin,) = [quantile for quantile in quantiles(enough[:-1]) if quantile.percent == percent]
    assert not found.is_too_thin
    assert found.naive is not None
    assert thin.is_too_thin
    assert (thin.naive, thin.survival) == (None, None)


def test_open_spans_do_not_make_a_percentile_less_thin() -> None:
    spans = [Span(days=1, is_fixed=True)] * 19 + [Span(days=9, is_fixed=False)] * 200
    assert [quantile.is_too_thin for quantile in quantiles(spans)] == [False, True, True]


def test_a_quantile_among_the_open_ones_has_no_day() -> None:
    spans = [Span(days=1, is_fixed=True), Span(days=9, is_fixed=False), Span(days=9, is_fixed=False)]
    half = quantiles(spans)[0]
    assert (half.naive, half.survival) == (1, None)


def test_of_nothing_there_is_nothing() -> None:
    assert nearest_rank([], 50) is None
    assert survival_steps([]) == ()
