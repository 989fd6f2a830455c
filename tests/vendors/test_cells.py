"""A cell on a day: what carries it, what makes it stale, and what of several statements holds."""

from __future__ import annotations

from datetime import date, timedelta
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from supplymatrix.model.vendor import EvidenceKind, State
from supplymatrix.vendors.capability_keys import KEYS
from supplymatrix.vendors.cells import Cell, CellStatus, best_cell, cell_of, earned
from supplymatrix.vendors.expiry import days_of, expires_on
from tests.vendors.made_matrix import DAY, row, source, vendor

KEY = "fips_mode"
_DAYS = KEYS[KEY].expires_days


def only(*rows_and_sources: object, as_of: date = DAY) -> Cell:
    """Return the cell of a profile that is made of these."""
    rows = [item for item in rows_and_sources if hasattr(item, "searched")]
    sources = [item for item in rows_and_sources if hasattr(item, "locator")]
    return cell_of(vendor("acme", rows, sources), KEY, as_of)  # type: ignore[arg-type]  # told apart above


def span(cell: Cell) -> tuple[Fraction, Fraction]:
    return cell.low, cell.high


def between(low: Fraction | int, high: Fraction | int) -> tuple[Fraction, Fraction]:
    return Fraction(low), Fraction(high)


def state_of(cell: Cell) -> tuple[State, CellStatus]:
    return cell.state, cell.status


def test_a_statement_with_a_live_source_holds() -> None:
    cell = only(row(KEY, "yes", "a build flag"))
    assert state_of(cell) == (State.YES, CellStatus.LIVE)
    assert (cell.text, cell.evidence_ids) == ("a build flag", ("acme:page",))


@pytest.mark.parametrize("days", [0, _DAYS])
def test_evidence_counts_until_its_last_day(days: int) -> None:
    assert only(row(KEY, "yes", "x", "s"), source("s", ago=days)).status is CellStatus.LIVE


def test_a_day_later_it_is_stale_and_says_since_when() -> None:
    cell = only(row(KEY, "yes", "x", "s"), source("s", ago=_DAYS + 1))
    assert state_of(cell) == (State.UNKNOWN, CellStatus.STALE)
    assert cell.answers[0].stale_since == DAY
    assert cell.text == ""


def test_a_stale_cell_earns_anything_between_no_and_yes() -> None:
    cell = only(row(KEY, "yes", "x", "s"), source("s", ago=_DAYS + 1))
    assert span(cell) == between(0, 1)


def test_a_date_of_its_own_can_only_shorten() -> None:
    late = source("s", ago=_DAYS + 1, expires=DAY)
    assert only(row(KEY, "yes", "x", "s"), late).status is CellStatus.STALE
    early = source("s", ago=3, expires=DAY - timedelta(days=1))
    assert only(row(KEY, "yes", "x", "s"), early).status is CellStatus.STALE


def test_one_live_source_of_several_carries_a_statement() -> None:
    cell = only(row(KEY, "yes", "x", "old", "page"), source("old", ago=900))
    assert cell.status is CellStatus.LIVE
    assert cell.evidence_ids == ("acme:page",)


def test_a_source_that_was_read_later_does_not_count_yet() -> None:
    assert state_of(only(row(KEY), as_of=DAY - timedelta(days=11))) == (State.UNKNOWN, CellStatus.UNSUPPORTED)


def test_recall_never_counts() -> None:
    cell = only(row(KEY, "yes", "x", "memory"), source("memory", kind="recall"))
    assert state_of(cell) == (State.UNKNOWN, CellStatus.UNSUPPORTED)


def test_an_expired_recall_makes_nothing_stale() -> None:
    cell = only(row(KEY, "yes", "x", "memory"), source("memory", kind="recall", ago=900))
    assert cell.status is CellStatus.UNSUPPORTED


def test_unknown_stays_unknown() -> None:
    assert state_of(only(row(KEY, "unknown", searched=("its pages",)))) == (State.UNKNOWN, CellStatus.UNKNOWN)


def test_what_was_not_asked_is_unknown_too() -> None:
    cell = only()
    assert state_of(cell) == (State.UNKNOWN, CellStatus.NOT_ASKED)
    assert (cell.low, cell.high) == earned(KEY, State.UNKNOWN)


@pytest.mark.parametrize(("strong", "weak"), [("contract", "vendor_doc"), ("feed", "third_party")])
def test_of_two_statements_about_the_same_the_stronger_source_holds(strong: str, weak: str) -> None:
    rows = row(KEY, "no", "by terms", "strong"), row(KEY, "yes", "by hearsay", "weak")
    cell = only(*rows, source("strong", kind=strong), source("weak", kind=weak))
    assert state_of(cell) == (State.NO, CellStatus.LIVE)
    assert [answer.outranked_by for answer in cell.answers] == ["", "strong"]


def test_what_was_read_with_low_confidence_outranks_nothing_of_high() -> None:
    rows = row(KEY, "no", "by terms", "strong"), row(KEY, "yes", "by its page", "weak")
    terms = source("strong", kind="contract", confidence="low")
    cell = only(*rows, terms, source("weak"))
    assert state_of(cell) == (State.UNKNOWN, CellStatus.CONFLICT)
    assert span(cell) == between(0, 1)
    assert only(*rows, terms, source("weak", confidence="medium")).state is State.NO


def test_a_source_of_low_confidence_does_not_put_one_of_high_in_doubt() -> None:
    terms = source("terms", kind="contract", confidence="low", against=("page",))
    cell = only(row(KEY, "yes", "x", "doc"), source("doc", against=("terms",)), terms)
    assert state_of(cell) == (State.YES, CellStatus.LIVE)


def test_between_equal_sources_nothing_is_chosen() -> None:
    cell = only(row(KEY, "no", "x", "a"), row(KEY, "partial", "y", "b"), source("a"), source("b"))
    assert state_of(cell) == (State.UNKNOWN, CellStatus.CONFLICT)
    assert span(cell) == between(0, Fraction(1, 2))


def test_a_third_party_does_not_hold_against_a_contract_that_says_otherwise() -> None:
    cell = only(
        row(KEY, "yes", "x", "blog"),
        source("blog", kind="third_party", against=("terms",)),
        source("terms", kind="contract", against=("blog",)),
    )
    assert state_of(cell) == (State.UNKNOWN, CellStatus.CONFLICT)
    assert cell.answers[0].outranked_by == "terms"
    assert span(cell) == between(0, 1)


@pytest.mark.parametrize("gone", [{"ago": 900}, {"ago": -1}, {"kind": "recall"}])
def test_what_does_not_count_speaks_against_nothing(gone: dict[str, object]) -> None:
    terms = source("terms", **{"kind": "contract", "against": ("blog",), **gone})  # type: ignore[arg-type]
    cell = only(row(KEY, "yes", "x", "blog"), source("blog", kind="third_party", against=("terms",)), terms)
    assert state_of(cell) == (State.YES, CellStatus.LIVE)


def test_equal_sources_of_one_statement_that_differ_are_shown_and_it_holds() -> None:
    cell = only(row(KEY, "yes", "x", "a", "b"), source("a", against=("b",)), source("b", against=("a",)))
    assert state_of(cell) == (State.YES, CellStatus.LIVE)
    assert cell.conflicts == (("a", "b"),)


def test_a_conflict_is_of_the_day_on_which_both_sources_had_been_read() -> None:
    profile = vendor("acme", [row(KEY, "yes", "x", "page")], [source("b", ago=2, against=("page",))])
    late = source("page", against=("b",), ago=10)
    profile = vendor("acme", profile.capabilities, [*profile.evidence.values(), late])
    assert cell_of(profile, KEY, DAY).conflicts == (("b", "page"),)
    assert cell_of(profile, KEY, DAY - timedelta(days=3)).conflicts == ()


def test_the_best_of_several_offers_is_what_can_be_had() -> None:
    cell = only(row(KEY, "no", "x", offer="free"), row(KEY, "partial", "y", offer="pro"))
    assert (cell.state, cell.text) == (State.PARTIAL, "y")


def test_an_unknown_offer_beside_a_known_one_leaves_the_most_open() -> None:
    cell = only(row(KEY, "partial", "x", offer="a"), row(KEY, "unknown", offer="b", searched=("x",)))
    assert cell.state is State.PARTIAL
    assert span(cell) == between(Fraction(1, 2), 1)


def test_an_unknown_offer_beside_a_no_is_unknown() -> None:
    cell = only(row(KEY, "no", "x", offer="a"), row(KEY, "unknown", offer="b", searched=("x",)))
    assert state_of(cell) == (State.UNKNOWN, CellStatus.UNKNOWN)


def test_of_several_unknown_offers_the_stale_one_says_more() -> None:
    rows = row(KEY, "unknown", offer="a", searched=("x",)), row(KEY, "yes", "x", "s", offer="b")
    assert only(*rows, source("s", ago=900)).status is CellStatus.STALE


def test_lists_and_numbers_stand_in_for_a_value() -> None:
    assert only(row(KEY, "yes", items=("a", "b"))).text == "a, b"
    assert only(row(KEY, "yes", numbers={"critical": 7}, unit="days")).text == "critical 7 days"


def test_the_best_of_two_vendors_is_what_somebody_on_both_paths_has() -> None:
    cells = [cell_of(vendor(name, [row(KEY, state, name)]), KEY, DAY) for name, state in (("a", "no"), ("b", "yes"))]
    cell = best_cell(KEY, cells)
    assert (cell.state, cell.text, cell.evidence_ids) == (State.YES, "b", ("b:page",))


def test_a_vendor_that_was_not_asked_keeps_a_no_of_another_from_being_sure() -> None:
    cells = [cell_of(vendor("a", [row(KEY, "no", "x")]), KEY, DAY), cell_of(vendor("b"), KEY, DAY)]
    cell = best_cell(KEY, cells)
    assert state_of(cell) == (State.UNKNOWN, CellStatus.NOT_ASKED)
    assert span(cell) == between(0, 1)


def test_nobodys_cell_was_not_asked() -> None:
    assert best_cell(KEY, []).status is CellStatus.NOT_ASKED


@pytest.mark.parametrize("key", [KEY, "no such key"])
def test_an_expiry_past_the_end_of_the_calendar_is_its_end(key: str) -> None:
    assert expires_on(source("s", ago=(DAY - date.max).days), days_of(key)) == date.max


def test_staleness_at_the_end_of_the_calendar_is_no_error() -> None:
    old = source("s", ago=(DAY - date.max).days + 1 + _DAYS)
    assert only(row(KEY, "yes", "x", "s"), old, as_of=date.max).answers[0].stale_since == date.max


_STATES = st.sampled_from([state.value for state in State])
_KINDS = st.sampled_from([kind.value for kind in EvidenceKind])


@st.composite
def any_cell(draw: st.DrawFn) -> Cell:
    count = draw(st.integers(0, 4))
    sources = [
        source(
            f"s{number}", kind=draw(_KINDS), ago=draw(st.integers(-5, 400)), against=draw(st.lists(st.sampled_from(
                [f"s{other}" for other in range(count)]), max_size=2, unique=True)),
        )
        for number in range(count)
    ]  # fmt: skip
    rows = [
        row(KEY, draw(_STATES), f"v{number}", f"s{number}", offer=draw(st.sampled_from(["", "a", "b"])))
        for number in range(count)
    ]
    return cell_of(vendor("acme", rows, sources), KEY, DAY)


@given(any_cell())
def test_a_span_lies_within_nothing_and_all_and_fits_the_state(cell: Cell) -> None:
    assert 0 <= cell.low <= cell.high <= 1
    least, _ = earned(cell.key, cell.state)
    assert cell.low >= least
    if cell.state is not State.UNKNOWN:
        assert any(source.is_live for answer in cell.answers for source in answer.evidence)


@given(any_cell(), any_cell())
def test_a_further_path_never_takes_away(one: Cell, other: Cell) -> None:
    both = best_cell(KEY, [one, other])
    assert both.low >= max(one.low, other.low)
    assert both.high >= max(one.high, other.high)


@given(any_cell())
def test_only_live_sources_carry_a_cell(cell: Cell) -> None:
    live = {source.evidence.id for answer in cell.answers for source in answer.evidence if source.is_live}
    assert {name.removeprefix("acme:") for name in cell.evidence_ids} <= live


@pytest.mark.parametrize(("key", "points"), [("sumdb_compat", 1), ("lapse_effect", 1), ("fips_mode", 0)])
def test_what_cannot_apply_earns_all_where_the_question_is_about_harm(key: str, points: int) -> None:
    cell = cell_of(vendor("acme", [row(key, "n_a", "delivers no modules", "doc")], [source("doc")]), key, DAY)
    assert cell.state is State.NA
    assert cell.low == cell.high == points
