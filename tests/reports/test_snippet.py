"""Lines of source with carets: in the right cell, within the width, whatever the line holds."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from supplymatrix.reports.snippet import PLAIN_PAINT, render_snippet, text_width, wrap
from tests.reports.audits import hostile_text


def snippet(source: str, column: int, end: int, *, label: str = "", line: int = 7, width: int = 60) -> list[str]:
    return render_snippet(
        place=f"go.sum:{line}:{column}",
        line=line,
        source=source,
        column=column,
        end_column=end,
        label=label,
        width=width,
        paint=PLAIN_PAINT,
    )


def marked(lines: list[str]) -> str:
    """Return what stands above the carets, cell by cell."""
    above = "".join(char if text_width(char) == 1 else f"{char}\0" * (text_width(char) > 0) for char in lines[1])
    start, stop = lines[2].index("^"), lines[2].rindex("^") + 1
    return above[start:stop].replace("\0", "")


@pytest.mark.parametrize(
    ("source", "column", "end", "meant"),
    [
        ("abc def ghi", 5, 8, "def"),
        ("漢字 def", 4, 7, "def"),
        ("漢字 def", 1, 3, "漢字"),
        ("a\tdef", 3, 6, "def"),
        ("e\u0301 def", 4, 7, "def"),
        ("\x1b[31m def", 7, 10, "def"),
        ("abc", 1, 4, "abc"),
        ("abc def", 0, 0, "abc def"),
        ("abc def", 5, 0, "def"),
        ("x" * 300 + "MEANT" + "y" * 300, 301, 306, "MEANT"),
        ("漢" * 300 + "MEANT" + "字" * 300, 301, 306, "MEANT"),
    ],
)
def test_carets_stand_under_what_is_meant(source: str, column: int, end: int, meant: str) -> None:
    assert marked(snippet(source, column, end)) == meant


def test_a_snippet_looks_as_compilers_show_it() -> None:
    assert snippet("abc def", 5, 8, label="this") == [
        "   ┌─ go.sum:7:5",
        " 7 │ abc def",
        "   │     ^^^ this",
    ]


def test_a_label_without_room_goes_to_lines_of_its_own() -> None:
    lines = snippet("x" * 40, 1, 41, label="a label of several words that does not fit beside so many carets")
    assert lines[2:] == [
        "   │ " + "^" * 40,
        "   │   a label of several words that does not fit beside",
        "   │   so many carets",
    ]


def test_a_place_behind_the_end_of_a_line_has_one_caret_there() -> None:
    assert snippet("abc", 4, 4)[2] == "   │    ^"


def test_a_line_that_is_not_known_leaves_place_and_label() -> None:
    assert snippet("", 5, 8, label="this") == ["   ┌─ go.sum:7:5", "   │ this"]


def test_a_large_line_number_widens_the_gutter() -> None:
    assert snippet("abc", 1, 4, line=123456) == [
        "       ┌─ go.sum:123456:1",
        "123456 │ abc",
        "       │ ^^^",
    ]


def test_what_is_cut_off_is_marked_on_both_sides() -> None:
    shown = snippet("x" * 300 + "MEANT" + "y" * 300, 301, 306)[1]
    assert shown.startswith(" 7 │ …x")
    assert shown.endswith("y…")


_SOURCE = st.one_of(hostile_text(), st.text(max_size=200), st.text("漢a\t", min_size=60, max_size=200))


@given(_SOURCE, st.integers(0, 250), st.integers(0, 250), st.text(max_size=80), st.integers(40, 160))
def test_source_and_carets_keep_the_width(source: str, column: int, end: int, label: str, width: int) -> None:
    lines = snippet(source, column, end, width=width)
    assert all(text_width(line) <= width for line in lines)
    if source:
        assert snippet(source, column, end, label=label, width=width)[:2] == lines[:2]


@given(st.text("ab漢字\u0301 ", max_size=200), st.integers(10, 120))
def test_wrapped_lines_keep_the_width_and_lose_no_word(text: str, width: int) -> None:
    lines = wrap(text, width)
    assert " ".join(lines).split() == text.split()
    assert all(text_width(line) <= width or " " not in line.strip() for line in lines)


def test_nothing_wraps_to_one_empty_line() -> None:
    assert wrap("", 40) == [""]


@pytest.mark.parametrize(("text", "cells"), [("abc", 3), ("漢字", 4), ("e\u0301", 1), ("😀", 2), ("", 0)])
def test_width_is_counted_in_cells(text: str, cells: int) -> None:
    assert text_width(text) == cells
