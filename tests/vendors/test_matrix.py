"""Options side by side: order, the column `today`, scores that add up, weights, what a view leaves out."""

from __future__ import annotations

from contextlib import suppress
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from supplymatrix.errors import InputError
from supplymatrix.model.value import changed
from supplymatrix.model.vendor import Scope, State
from supplymatrix.vendors.capability_keys import CAPABILITY_KEYS, KEYS, Role
from supplymatrix.vendors.matrix import (
    DEFAULT_WEIGHTS,
    TODAY,
    Matrix,
    Option,
    differing_keys,
    narrow_matrix,
    parse_weights,
    score_option,
    stale_answers,
)
from tests.vendors.made_matrix import made_matrix, made_profiles, row, source, vendor

_WEIGHTS = st.fixed_dictionaries({}, optional={key: st.integers(0, 100) for key in KEYS})


def names(matrix: Matrix) -> list[str]:
    return [option.id for option in matrix.options]


def option_of(matrix: Matrix, name: str) -> Option:
    return next(option for option in matrix.options if option.id == name)


def test_today_comes_first_then_the_core_vendors_then_the_others_by_name() -> None:
    assert names(made_matrix()) == ["today", "acme", "beta", "go-project"]


def test_pinned_columns_come_first_in_their_order() -> None:
    assert names(made_matrix(pinned=("go-project", "today", "beta"))) == ["go-project", "today", "beta", "acme"]


def test_on_nobodys_path_today_is_what_the_go_project_has() -> None:
    matrix = made_matrix()
    assert [vendor for vendor, _ in matrix.options[0].standing] == ["go-project"]
    assert matrix.options[0].cells == option_of(matrix, "go-project").cells


def test_today_is_the_best_of_the_paths_that_a_project_stands_on() -> None:
    today = made_matrix(standing=(("beta", "Dockerfile:1"), ("acme", "Dockerfile:9"))).options[0]
    assert today.cells["go_minors"].state is State.YES
    assert today.cells["fips_mode"].text == "the module of the system"
    assert today.standing == (("beta", "Dockerfile:1"), ("acme", "Dockerfile:9"))


def test_a_path_of_nobody_that_is_known_is_passed_over() -> None:
    assert made_matrix(standing=(("nobody", "x"),)).options[0].standing[0][0] == "go-project"


def test_without_a_profile_of_the_go_project_today_is_not_known() -> None:
    matrix = made_matrix([vendor("acme", [row("go_minors")])])
    assert {cell.state for cell in matrix.options[0].cells.values()} == {State.UNKNOWN}
    assert matrix.options[0].standing == ()


def test_a_profile_that_is_named_today_does_not_take_that_column() -> None:
    assert names(made_matrix([vendor("today", [row("go_minors")]), vendor("acme")])) == ["today", "acme"]


def test_every_option_has_a_cell_for_every_key() -> None:
    assert all(set(option.cells) == set(KEYS) for option in made_matrix().options)


def test_a_score_is_worked_out_by_hand() -> None:
    rows = [row("go_minors", "yes"), row("signing", "partial"), row("fips_mode", "no")]
    option = option_of(made_matrix([vendor("acme", rows)]), "acme")
    score = score_option(option, {"go_minors": 3, "signing": 2, "fips_mode": 1, "indemnity": 4})
    assert (score.low, score.high) == (Fraction(40), Fraction(80))


def test_what_cannot_apply_earns_nothing() -> None:
    option = option_of(made_matrix([vendor("acme", [row("indemnity", "n_a")])]), "acme")
    assert score_option(option, {"indemnity": 1}).high == 0


@pytest.mark.parametrize("weights", [{}, {"fips_mode": 0}])
def test_when_nothing_is_weighed_a_score_says_nothing(weights: dict[str, int]) -> None:
    score = score_option(made_matrix().options[0], weights)
    assert (score.low, score.high) == (Fraction(0), Fraction(100))
    assert score.contributions == ()


@given(_WEIGHTS)
def test_contributions_add_up_to_the_score_exactly(weights: dict[str, int]) -> None:
    for option in made_matrix(weights=weights).options:
        score = score_option(option, weights)
        if score.contributions:
            assert sum(part.low for part in score.contributions) == score.low
            assert sum(part.high for part in score.contributions) == score.high
        assert 0 <= score.low <= score.high <= 100


@given(_WEIGHTS, st.sampled_from([key.id for key in CAPABILITY_KEYS]), st.sampled_from(["yes", "no", "partial"]))
def test_an_answer_in_place_of_an_unknown_narrows_the_span(weights: dict[str, int], key: str, state: str) -> None:
    before = score_option(option_of(made_matrix([vendor("acme")]), "acme"), weights)
    after = score_option(option_of(made_matrix([vendor("acme", [row(key, state, "x")])]), "acme"), weights)
    assert before.low <= after.low <= after.high <= before.high


def test_default_weights_leave_out_what_only_describes() -> None:
    for key in CAPABILITY_KEYS:
        assert (DEFAULT_WEIGHTS[key.id] == 0) is (key.role is Role.DESCRIBES)


def test_differing_keys_are_those_that_are_not_answered_alike() -> None:
    alike = [vendor("a", [row("go_minors"), row("signing")]), vendor("b", [row("go_minors"), row("signing", "no")])]
    matrix = narrow_matrix(made_matrix([*alike, vendor("go-project", [row("go_minors"), row("signing")])]))
    assert [key.id for key in differing_keys(matrix)] == ["signing"]


def test_a_narrow_matrix_keeps_today_and_the_scores() -> None:
    whole = made_matrix()
    part = narrow_matrix(whole, named=("beta",), keys=("signing", "go_minors", "signing"))
    assert names(part) == ["today", "beta"]
    assert [key.id for key in part.keys] == ["signing", "go_minors"]
    assert score_option(part.options[1], part.weights) == score_option(option_of(whole, "beta"), whole.weights)


def test_an_excluded_vendor_is_gone_and_today_is_not() -> None:
    assert names(narrow_matrix(made_matrix(), excluded=("acme", TODAY))) == ["today", "beta", "go-project"]


def test_stale_answers_are_found_once_also_behind_a_better_one() -> None:
    better, stale_row = row("fips_mode", "yes", "x"), row("fips_mode", "yes", "x", "old")
    stale_row = changed(stale_row, scope=Scope(arch="arm64"))
    profile = vendor("acme", [better, stale_row], [source("old", ago=900)])
    (stale,) = stale_answers(made_matrix([profile], standing=(("acme", "go.mod"),)))
    assert (stale.answer.vendor, stale.key, stale.options) == ("acme", "fips_mode", ("today", "acme"))


def test_in_a_part_of_a_matrix_only_its_own_stale_answers_are_told() -> None:
    assert stale_answers(made_matrix(made_profiles()))
    assert stale_answers(narrow_matrix(made_matrix(), keys=("go_minors",))) == ()


def test_a_weights_file_says_all_that_counts() -> None:
    weights = parse_weights(b"[weights]\nfips_mode = 5\nexit_cost = 0\n", "w.toml")
    assert {key: weight for key, weight in weights.items() if weight} == {"fips_mode": 5}
    assert set(weights) == set(KEYS)


@pytest.mark.parametrize(
    ("text", "line", "said"),
    [
        ("[weights]\nfips_mod = 5\n", 2, "fips_mode"),
        ("[weights]\nfips_mode = 101\n", 2, "from 0 to 100"),
        ("[weights]\nfips_mode = -1\n", 2, "from 0 to 100"),
        ("[weights]\nfips_mode = true\n", 2, "whole number"),
        ("[weights]\nfips_mode = 0\n", 1, "above 0"),
        ("[weights]\n", 1, "above 0"),
        ("fips_mode = 3\n", 1, "weights"),
        ("", 1, "weights"),
        ("[weights\n", 1, "w.toml"),
    ],
)
def test_a_fault_of_a_weights_file_has_its_place(text: str, line: int, said: str) -> None:
    with pytest.raises(InputError) as caught:
        parse_weights(text.encode(), "w.toml")
    assert caught.value.diagnostics[0].line == line
    assert any(said in f"{fault} {fault.remedy}" for fault in caught.value.diagnostics)


@given(st.binary(max_size=200))
def test_any_bytes_are_weights_or_a_fault(data: bytes) -> None:
    with suppress(InputError):
        assert any(parse_weights(data, "w.toml").values())
