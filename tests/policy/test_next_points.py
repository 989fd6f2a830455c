"""The cheapest next points are what the score really gains, caps included."""

from __future__ import annotations

from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st

from supplymatrix.checks.registry import ALL_RULES
from supplymatrix.model.rule import Status
from supplymatrix.policy.next_points import next_points
from supplymatrix.policy.score import Counted, compute_score

COUNTING = (Status.PASS, Status.FAIL, Status.WAIVED, Status.UNKNOWN)
RESULTS = st.lists(st.builds(Counted, st.sampled_from(sorted(ALL_RULES)), st.sampled_from(COUNTING)), min_size=1)
WEIGHTS = st.dictionaries(st.sampled_from(["critical", "high", "medium", "low"]), st.integers(1, 100))


@given(RESULTS, WEIGHTS)
def test_a_gain_is_the_difference_of_two_scores(results: list[Counted], weights: dict[str, int]) -> None:
    score = compute_score(results, ALL_RULES, weights)
    assert score is not None
    for point in next_points(score, ALL_RULES):
        first = next((n for n, r in enumerate(results) if r.rule == point.rule and r.status is Status.FAIL), None)
        if first is None:
            first = next(n for n, r in enumerate(results) if r.rule == point.rule and r.status is Status.UNKNOWN)
        one = [*results[:first], Counted(point.rule, Status.PASS), *results[first + 1 :]]
        every = [
            Counted(r.rule, Status.PASS) if r.rule == point.rule and r.status in (Status.FAIL, Status.UNKNOWN) else r
            for r in results
        ]
        lows = [
            found.low for mended in (one, every) if (found := compute_score(mended, ALL_RULES, weights)) is not None
        ]
        assert lows == [score.low + point.gain_one, score.low + point.gain_all]
        assert 0 <= point.gain_one <= point.gain_all


@given(RESULTS, WEIGHTS)
def test_rules_that_cost_nothing_are_not_named_and_all_others_are(
    results: list[Counted], weights: dict[str, int]
) -> None:
    score = compute_score(results, ALL_RULES, weights)
    assert score is not None
    costing = {r.rule for r in results if r.status in (Status.FAIL, Status.UNKNOWN)}
    points = next_points(score, ALL_RULES)
    assert {point.rule for point in points} == costing
    low = sum((share.low for share in score.contributions), Fraction(0))
    assert sum((point.loses for point in points), low) == 100


def test_what_a_cap_hides_gains_nothing() -> None:
    results = [Counted("SM110", Status.FAIL), *[Counted("SM101", Status.PASS)] * 3, Counted("SM203", Status.FAIL)]
    score = compute_score([*results, Counted("SM102", Status.PASS), Counted("SM103", Status.PASS)], ALL_RULES)
    assert score is not None
    points = {point.rule: point for point in next_points(score, ALL_RULES)}
    assert points["SM203"].gain_all == 0
    assert points["SM203"].loses > 0
    assert points["SM110"].gain_all > 0
