"""Strips: one axis of days, blocks, signs of percentiles."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from supplymatrix.tui.widgets.strip import TICKS, Scale, axis_text, point_text, strip_content

_SCALES = st.builds(Scale, longest=st.integers(0, 20_000), cells=st.integers(8, 200))
_DAYS = st.lists(st.tuples(st.integers(0, 20_000), st.integers(1, 9)), max_size=60)


@given(scale=_SCALES, one=st.integers(0, 30_000), other=st.integers(0, 30_000))
def test_more_days_never_stand_further_left(scale: Scale, one: int, other: int) -> None:
    first, second = sorted((one, other))
    assert 0 <= scale.cell_of(first) <= scale.cell_of(second) < scale.cells


@given(scale=_SCALES)
def test_an_axis_begins_with_day_0_and_ends_with_the_last_day(scale: Scale) -> None:
    assert scale.cell_of(0) == 0
    assert scale.cell_of(max(1, scale.longest)) == scale.cells - 1
    assert len(axis_text(scale)) == scale.cells
    assert axis_text(scale).startswith("0")


@given(scale=_SCALES, days=_DAYS, marks=st.lists(st.integers(0, 20_000), min_size=3, max_size=3))
def test_a_strip_has_its_cells_and_a_sign_for_each_percentile_that_has_room(
    scale: Scale, days: list[tuple[int, int]], marks: list[int]
) -> None:
    text = strip_content(scale, days, list(zip((50, 90, 99), sorted(marks), strict=True))).plain
    assert len(text) == scale.cells
    assert TICKS[50] in text
    signs = [sign for sign in text if sign in TICKS.values()]
    assert signs == [TICKS[percent] for percent in (50, 90, 99)][: len(signs)]


def test_blocks_are_as_high_as_the_part_of_the_fixes() -> None:
    scale = Scale(longest=100, cells=8)
    text = strip_content(scale, [(0, 8), (100, 1)], []).plain
    assert text == "█······▁"


def test_no_fix_is_no_block() -> None:
    assert strip_content(Scale(longest=10, cells=8), [], []).plain == "········"


@pytest.mark.parametrize(("days", "said"), [(0, "●·······"), (100, "───────●"), (10, "────●···")])
def test_a_point_stands_at_the_end_of_its_way(days: int, said: str) -> None:
    assert point_text(Scale(longest=100, cells=8), days, "●") == said
