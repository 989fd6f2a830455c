"""The score as an interval of exact fractions, in which not knowing never helps."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from supplymatrix.checks.registry import ALL_RULES
from supplymatrix.model.rule import Severity, Status
from supplymatrix.model.verdict import Score
from supplymatrix.policy.score import ALARM_CAP, WEIGHTS, Counted, compute_score

COUNTING = (Status.PASS, Status.FAIL, Status.WAIVED, Status.UNKNOWN)
_RESULTS = st.lists(st.builds(Counted, st.sampled_from(sorted(ALL_RULES)), st.sampled_from(COUNTING)), min_size=1)


def score(results: list[Counted]) -> Score:
    found = compute_score(results, ALL_RULES)
    assert found is not None
    return found


def replaced(results: list[Counted], at: int, status: Status) -> list[Counted]:
    return [*results[:at], Counted(results[at].rule, status), *results[at + 1 :]]


def test_weights_are_those_of_the_severities() -> None:
    assert [WEIGHTS[severity] for severity in Severity] == [10, 5, 2, 1]


def test_nothing_that_counts_is_no_score() -> None:
    assert compute_score([], ALL_RULES) is None


def test_a_rule_earns_its_weight_by_the_share_of_its_subjects_that_pass() -> None:
    # SM101 weighs 5 and earns a half, SM203 weighs 1 and earns all of it.
    found = score([Counted("SM101", Status.PASS), Counted("SM101", Status.FAIL), Counted("SM203", Status.PASS)])
    assert found.low == found.high == Fraction(100 * (5 * Fraction(1, 2) + 1), 6)


def test_what_is_unknown_opens_the_interval() -> None:
    found = score([Counted("SM101", Status.PASS), Counted("SM101", Status.UNKNOWN)])
    assert [found.low, found.high] == [50, 100]


def test_a_waiver_counts_as_a_pass_and_is_counted_apart() -> None:
    found = score([Counted("SM101", Status.PASS), Counted("SM101", Status.WAIVED)])
    assert [found.low, found.high, found.waived] == [100, 100, 50]


def test_an_alarm_caps_both_ends() -> None:
    found = score([*[Counted("SM110", Status.PASS)] * 99, Counted("SM110", Status.FAIL)])
    assert [found.low, found.high] == [ALARM_CAP, ALARM_CAP]
    assert [cap[0] for cap in found.caps] == ["SM110"]


def test_an_alarm_that_cannot_be_ruled_out_caps_the_low_end_only() -> None:
    found = score([*[Counted("SM110", Status.PASS)] * 99, Counted("SM110", Status.UNKNOWN)])
    assert [found.low, found.high] == [ALARM_CAP, 100]


@pytest.mark.parametrize("rule", sorted(rule.id for rule in ALL_RULES.values() if not rule.is_alarm))
def test_no_other_rule_caps_anything(rule: str) -> None:
    assert score([*[Counted(rule, Status.PASS)] * 99, Counted(rule, Status.FAIL)]).caps == ()


@given(_RESULTS)
def test_shares_and_caps_add_up_to_the_score_exactly(results: list[Counted]) -> None:
    found = score(results)
    assert found.low == sum(share.low for share in found.contributions) - sum(cap[1] for cap in found.caps)
    assert found.high == sum(share.high for share in found.contributions) - sum(cap[2] for cap in found.caps)
    assert all(low >= 0 and high >= 0 for _, low, high, _ in found.caps)


@given(_RESULTS)
def test_low_is_never_above_high_and_both_are_scores(results: list[Counted]) -> None:
    found = score(results)
    assert 0 <= found.low <= found.high <= 100
    assert 0 <= found.waived <= 100


@given(_RESULTS, st.data())
def test_no_longer_knowing_a_result_never_raises_low(results: list[Counted], data: st.DataObject) -> None:
    at = data.draw(st.integers(0, len(results) - 1))
    assert score(replaced(results, at, Status.UNKNOWN)).low <= score(results).low


@given(_RESULTS, st.data())
def test_no_longer_knowing_a_result_never_narrows_the_interval(results: list[Counted], data: st.DataObject) -> None:
    at = data.draw(st.integers(0, len(results) - 1))
    assert score(replaced(results, at, Status.UNKNOWN)).high >= score(results).high


@given(_RESULTS, st.data())
def test_a_result_that_becomes_a_pass_never_lowers_low(results: list[Counted], data: st.DataObject) -> None:
    at = data.draw(st.integers(0, len(results) - 1))
    assert score(replaced(results, at, Status.PASS)).low >= score(results).low


@given(_RESULTS, st.randoms(use_true_random=False))
def test_the_order_of_results_changes_nothing(results: list[Counted], random: object) -> None:
    shuffled = list(results)
    random.shuffle(shuffled)  # type: ignore[attr-defined]  # hypothesis gives a random.Random
    assert score(shuffled) == score(results)
