"""The matrix for people: whole texts at three widths, one page, nothing wider than asked, nothing that disturbs."""

from __future__ import annotations

import re

import pytest

from supplymatrix.model.value import changed
from supplymatrix.reports.matrix_cells import mark_of, word_of
from supplymatrix.reports.matrix_explain import render_cell, render_score
from supplymatrix.reports.matrix_text import render_matrix_text
from supplymatrix.reports.plain import plain_lines
from supplymatrix.reports.snippet import text_width
from supplymatrix.vendors.capability_keys import KEYS
from supplymatrix.vendors.matrix import MatrixView, narrow_matrix
from tests.reports.matrix_views import hostile_view, view_with_faults
from tests.reports.test_text import COLOR, assert_golden
from tests.vendors.made_matrix import made_matrix, made_view, row, vendor


def explained(name: str, key: str = "", view: MatrixView | None = None) -> str:
    found = view or made_view()
    option = next(option for option in found.matrix.options if option.id == name)
    return render_cell(found, option, key) if key else render_score(found, option)


@pytest.mark.parametrize("width", [60, 80, 120])
def test_the_matrix_looks_as_it_always_did(width: int) -> None:
    assert_golden(f"matrix.{width}.txt", render_matrix_text(made_view(), width=width))


def test_the_matrix_with_values_looks_as_it_always_did() -> None:
    assert_golden("matrix.verbose.txt", render_matrix_text(view_with_faults(), verbose=True))


def test_a_score_is_explained_as_it_always_was() -> None:
    assert_golden("matrix.score.txt", explained("acme"))


@pytest.mark.parametrize("key", ["air_gap", "fips_mode", "sumdb_compat", "indemnity"])
def test_a_cell_is_explained_as_it_always_was(key: str) -> None:
    assert_golden(f"matrix.{key}.txt", explained("acme", key))


@pytest.mark.parametrize("width", [60, 72, 80, 100, 120, 160])
@pytest.mark.parametrize("view", [made_view, hostile_view])
def test_no_line_is_wider_than_the_page(view: object, width: int) -> None:
    assert callable(view)
    lines = [line for line in render_matrix_text(view(), width=width).splitlines() if " " in line.strip()]
    table = [line for line in lines if re.match(r" ?\d+ |   ", line)]
    assert table
    assert max(text_width(line) for line in table) <= width


def test_today_is_a_column_however_narrow_the_page() -> None:
    vendors = [vendor(f"v{number}", core=True) for number in range(9)]
    view = made_view(
        made_matrix(vendors, pinned=tuple(f"v{number}" for number in range(9))),
        wanted=("today", *(f"v{number}" for number in range(9))),
    )
    head = next(line for line in render_matrix_text(view, width=60).splitlines() if " wt " in line)
    assert "today" in head


def test_every_option_is_on_the_page() -> None:
    text = render_matrix_text(made_view(), width=80)
    assert all(option.name in text for option in made_view().matrix.options)


def test_a_line_of_marks_has_one_for_each_row() -> None:
    view = made_view()
    line = next(line for line in render_matrix_text(view, width=80).splitlines() if line.startswith("Beta Images"))
    option = next(option for option in view.matrix.options if option.id == "beta")
    marks = "".join(line.split()[3:])
    assert marks == "".join(mark_of(word_of(option.cells[key])) for key in KEYS)


def test_colours_are_all_that_colour_adds() -> None:
    assert COLOR.sub("", render_matrix_text(made_view(), color=True)) == render_matrix_text(made_view())


@pytest.mark.parametrize("view", [made_view, hostile_view])
def test_in_ascii_there_is_nothing_else(view: object) -> None:
    assert callable(view)
    assert render_matrix_text(view(), ascii_only=True, verbose=True).isascii()


def test_no_text_of_a_profile_moves_a_terminal() -> None:
    view = hostile_view()
    texts = [render_matrix_text(view, verbose=True), render_matrix_text(view, width=120)]
    texts += [explained("v1", view=view), *(explained("v1", key, view) for key in ("delivers", "indemnity"))]
    for text in texts:
        assert plain_lines(text) == text


def test_without_a_row_that_differs_it_says_so() -> None:
    view = made_view()
    text = render_matrix_text(changed(view, matrix=changed(view.matrix, keys=()), asked_keys=True))
    assert "no row: all options answer alike" in text


def test_rows_that_were_asked_for_come_with_their_values() -> None:
    view = made_view(narrow_matrix(made_matrix(), keys=("exit_cost",)), asked_keys=True)
    text = render_matrix_text(view)
    assert "nothing to leave [page, 2026-11-15]" in text


def test_an_explained_score_adds_up_in_its_last_line() -> None:
    (last,) = [line for line in explained("acme").splitlines() if line.startswith("  sum")]
    score = made_view().scores["acme"]
    assert str(score.low.numerator // score.low.denominator) in last


def test_a_score_without_weights_says_that_nothing_was_asked() -> None:
    assert "nothing was asked" in explained("acme", view=made_view(made_matrix(weights={})))


def test_a_cell_that_nobody_asked_for_says_so() -> None:
    assert "nobody looked yet" in explained("beta", "signing")


def test_numbers_take_the_place_of_a_value_in_a_narrow_column() -> None:
    profile = vendor(
        "acme", [row("fix_sla", "yes", "a long sentence", numbers={"critical": 7}, unit="days")], core=True
    )
    assert "✓ 7 d" in render_matrix_text(made_view(made_matrix([profile])), width=60)


@pytest.mark.parametrize(
    ("minors", "shown"), [(("1.24", "1.25", "1.26"), "1.24-26"), (("1.22", "1.26"), "yes"), (("1.26",), "1.26")]
)
def test_minors_in_a_narrow_column_are_a_range_only_where_none_is_left_out(minors: tuple[str, ...], shown: str) -> None:
    profile = vendor("acme", [row("go_minors", "yes", "the newest minors", items=minors)], core=True)
    others = tuple(vendor(f"v{number}", core=True) for number in range(4))
    view = made_view(made_matrix([profile, *others]), wanted=("today", "acme", *(other.id for other in others)))
    line = next(line for line in render_matrix_text(view, width=80).splitlines() if line.startswith(" 2 Go versions"))
    assert f"✓ {shown}" in line
