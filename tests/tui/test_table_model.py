"""Sorting, filtering and arranging columns give what the plain way of doing it gives."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from supplymatrix.tui.copying import render_copy
from supplymatrix.tui.widgets.table_columns import Arrangement, hide, measure_column, move, shown_keys, window_of
from supplymatrix.tui.widgets.table_copy import offer_row, offer_view
from supplymatrix.tui.widgets.table_filter import FilterTerm, has_letters, parse_filter
from supplymatrix.tui.widgets.table_model import SortKey, TableColumn, TableData, TableState, share_equal, view_of
from supplymatrix.tui.widgets.table_text import fit

KEYS = st.one_of(st.none(), st.integers(-3, 3), st.floats(allow_nan=True), st.sampled_from(["", "a", "B", "ß"]))
TEXTS = st.text(alphabet="aAbßİς \n\x1b\u202e网[]:", max_size=4)
ROWS = st.lists(st.tuples(TEXTS, TEXTS, KEYS), max_size=30)
SORTS = st.lists(
    st.tuples(st.sampled_from(["one", "two", "gone"]), st.booleans()), max_size=3, unique_by=lambda s: s[0]
)


def data_of(rows: list[tuple[str, str, SortKey]]) -> TableData:
    return TableData(
        [
            TableColumn(key="one", title="First", texts=[row[0] for row in rows]),
            TableColumn(key="two", title="Second one", texts=[row[1] for row in rows], sort_keys=[r[2] for r in rows]),
        ]
    )


def is_known(key: SortKey) -> bool:
    return key is not None and not (isinstance(key, float) and math.isnan(key))


def naive_order(rows: list[tuple[str, str, SortKey]], sort: tuple[tuple[str, bool], ...]) -> list[int]:
    order = list(range(len(rows)))
    for name, reverse in reversed([part for part in sort if part[0] != "gone"]):
        keys: list[SortKey] = [(str(row[0]).casefold() or None) if name == "one" else row[2] for row in rows]
        there = [row for row in order if is_known(keys[row])]
        missing = [row for row in order if not is_known(keys[row])]

        def compare(row: int, keys: list[SortKey] = keys) -> tuple[bool, float, str]:
            key = keys[row]
            return (True, 0, key) if isinstance(key, str) else (False, key or 0, "")

        order = sorted(there, key=compare, reverse=reverse) + missing
    return order


@given(ROWS, st.lists(SORTS, min_size=1, max_size=4))
def test_any_sorts_one_after_another_equal_stable_sorts_with_the_unknown_last(
    rows: list[tuple[str, str, SortKey]], sorts: list[list[tuple[str, bool]]]
) -> None:
    data = data_of(rows)
    for sort in sorts:
        assert list(view_of(data, sort=tuple(sort)).rows) == naive_order(rows, tuple(sort))


@given(ROWS, st.text(alphabet="aAbßİς网[]", min_size=1, max_size=3), SORTS)
def test_a_word_leaves_the_rows_that_contain_it_or_else_have_its_letters(
    rows: list[tuple[str, str, SortKey]], word: str, sort: list[tuple[str, bool]]
) -> None:
    view = view_of(data_of(rows), filter_text=word, sort=tuple(sort))
    small = word.casefold()
    hits = [n for n, row in enumerate(rows) if small in row[0].casefold() or small in row[1].casefold()]
    if not hits:
        hits = [n for n, row in enumerate(rows) if any(has_letters(text.casefold(), small) for text in row[:2])]
        assert view.is_fuzzy == bool(hits)
    assert list(view.rows) == [row for row in naive_order(rows, tuple(sort)) if row in hits]


@given(ROWS, st.sampled_from(["one", "first", "TWO", "second-one"]), st.text(alphabet="aAbß", min_size=1, max_size=2))
def test_a_term_of_a_column_looks_in_that_column_alone(
    rows: list[tuple[str, str, SortKey]], name: str, word: str
) -> None:
    place = 0 if name in {"one", "first"} else 1
    found = list(view_of(data_of(rows), filter_text=f"{name}:{word}").rows)
    texts = [(first, second)[place] for first, second, _ in rows]
    assert found == [n for n, text in enumerate(texts) if word.casefold() in text.casefold()]


@given(ROWS, st.integers(-3, 3))
def test_a_comparison_never_holds_for_what_is_not_known(rows: list[tuple[str, str, SortKey]], number: int) -> None:
    data = data_of(rows)
    for sign, holds in ((">", float.__gt__), ("<=", float.__le__), ("=", float.__eq__)):
        keys = [row[2] for row in rows]
        wanted = [n for n, k in enumerate(keys) if isinstance(k, int | float) and holds(float(k), float(number))]
        assert list(view_of(data, filter_text=f"two:{sign}{number}").rows) == wanted


@given(st.text(max_size=40))
def test_any_filter_is_answered(text: str) -> None:
    view_of(data_of([("a", "b", None), ("https://x", "\n", 1)]), filter_text=text)


def test_letters_are_not_looked_for_among_more_than_five_thousand_rows() -> None:
    for count, hits in ((5_000, 5_000), (5_001, 0)):
        data = TableData([TableColumn(key="k", title="k", texts=["golang"] * count)])
        assert len(view_of(data, filter_text="glg").rows) == hits


def test_a_large_table_filters_as_a_small_one() -> None:
    texts = [f"row {number % 97}" for number in range(20_000)]
    data = TableData([TableColumn(key="k", title="k", texts=texts), TableColumn(key="n", title="n", texts=texts[::-1])])
    wanted = [row for row in range(20_000) if "96" in texts[row] and "row 5" in texts[::-1][row]]
    assert list(view_of(data, filter_text="k:96 n:5").rows) == [
        row for row in range(20_000) if "96" in texts[row] and "5" in texts[::-1][row]
    ]
    assert list(view_of(data, filter_text='k:96 "row 5"').rows) == [
        row for row in range(20_000) if "96" in texts[row] and ("row 5" in texts[row] or "row 5" in texts[::-1][row])
    ]
    assert set(wanted) <= set(view_of(data, filter_text='96 "row 5"').rows)


def test_what_only_looks_like_a_column_is_a_word() -> None:
    columns = {"days": "days open"}
    assert parse_filter("https://a days:>7", columns) == (
        FilterTerm(text=">7", column="days"),
        FilterTerm(text="https://a"),
    )
    assert parse_filter("days: days-open:", columns) == ()
    assert parse_filter('Days:"a B" "c d', columns) == (
        FilterTerm(text="a b", column="days"),
        FilterTerm(text="c d"),
    )


def test_numbers_are_sorted_as_numbers() -> None:
    data = TableData([TableColumn(key="n", title="n", texts=["10", "9", "", "1,000", "x"], is_number=True)])
    assert list(view_of(data, sort=(("n", False),)).rows) == [1, 0, 3, 2, 4]
    assert list(view_of(data, sort=(("n", True),)).rows) == [3, 0, 1, 2, 4]


def test_columns_that_do_not_fit_each_other_are_refused() -> None:
    one = TableColumn(key="a", title="a", texts=["x"])
    for columns, ids in (
        ([one, one], None),
        ([one], ["1", "2"]),
        ([one, TableColumn(key="b", title="", texts=())], None),
    ):
        with pytest.raises(ValueError, match=r"column|ids"):
            TableData(columns, ids)


@given(st.text(max_size=30), st.integers(0, 12), st.booleans())
def test_a_fitted_text_takes_exactly_its_width_and_moves_nothing(text: str, width: int, right: bool) -> None:
    said = fit(text, width, right=right)
    assert cell_len(said) == width
    assert not any(char in said for char in "\x1b\x9b\n\r\u202e\u2066\u200b")


def test_a_wide_text_is_cut_between_its_letters() -> None:
    assert fit("网址网址", 5) == "网址…"
    assert fit("网址网址", 4) == "网 …"
    assert fit("[red]x", 8) == "[red]x  "
    assert fit("x" * 1_000_000, 3) == "xx…"
    assert fit("code.example/a/lib", 7, keeps_end=True) == "…/a/lib"
    assert fit("网址网址", 4, keeps_end=True) == "…址 "
    assert fit("lib", 5, keeps_end=True) == "lib  "


def test_the_last_column_cannot_be_hidden_and_pinned_ones_come_first() -> None:
    keys = ("a", "b", "c")
    arrangement = Arrangement(pinned=("c",), hidden=("a",))
    assert shown_keys(keys, arrangement) == ("c", "b")
    assert shown_keys(keys, hide(keys, hide(keys, arrangement, "b"), "c")) == ("c",)
    assert shown_keys(keys, move(keys, Arrangement(pinned=("c",)), "a", 1)) == ("c", "b", "a")
    assert move(keys, arrangement, "c", 1) == arrangement


@given(
    st.lists(st.integers(1, 30), min_size=1, max_size=12),
    st.integers(0, 12),
    st.integers(-2, 15),
    st.integers(0, 100),
)
def test_columns_in_view_never_take_more_than_the_room(widths: list[int], pinned: int, left: int, room: int) -> None:
    pinned = min(pinned, len(widths))
    window = window_of(pinned, len(widths), widths.__getitem__, left=left, room=room)
    assert sum(width + 1 for _, width in window.places) <= max(2, room + 1)
    assert all(width <= widths[place] for place, width in window.places)
    assert window.total == len(widths) - pinned
    if window.total:
        assert 1 <= window.first <= window.total


def test_a_megabyte_is_not_measured_to_its_end() -> None:
    assert measure_column(TableColumn(key="a", title="a", texts=["x" * 1_000_000])) == 40


@given(st.builds(TableState, sort=SORTS.map(tuple), filter=st.text(max_size=5), hidden=st.just(("a",))))
def test_a_state_comes_back_from_the_state_file_as_it_was(state: TableState) -> None:
    assert TableState.from_list_state(state.to_list_state()) == state


def test_cells_rows_and_views_are_copied_as_they_are_seen() -> None:
    data = data_of([("=1+1", "b|c", None), ("网", "d", 1)])
    assert offer_row(data, 1, ("two", "one"), "one").cell == "网"
    assert offer_row(data, 0, ("two", "one")).head == ("Second one", "First")
    view = offer_view(data, (1, 0), ("one",))
    assert view.what == "2 rows"
    assert render_copy(view, "json").count("First") == 2
    twins = TableData([TableColumn(key=key, title="same", texts=["x"]) for key in "ab"])
    assert offer_row(twins, 0, ("a", "b")).head == ("a", "b")


def test_equal_texts_become_one_object() -> None:
    texts = [f"v{number}" for number in (1, 1)]
    one, other = share_equal(texts)
    assert one is other
    assert [one, other] == texts
