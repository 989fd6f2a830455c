"""The table in an app: keys, mouse, columns, states, hostile data."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from textual.app import App, ComposeResult
from textual.message import Message
from textual.pilot import Pilot
from textual.strip import Strip

from supplymatrix.tui.widgets.table import VirtualTable
from supplymatrix.tui.widgets.table_columns import Arrangement, hide
from supplymatrix.tui.widgets.table_messages import CellActivated, CellHighlighted, FilterChanged, SortChanged
from supplymatrix.tui.widgets.table_model import TableColumn, TableData, TableState


class Host(App[None]):
    """An app that holds a table and writes down what it is told."""

    def __init__(self) -> None:
        super().__init__()
        self.told: list[Message] = []

    def compose(self) -> ComposeResult:
        yield VirtualTable(empty="no modules here")

    def on_cell_highlighted(self, message: CellHighlighted) -> None:
        self.told.append(message)

    def on_cell_activated(self, message: CellActivated) -> None:
        self.told.append(message)

    def on_sort_changed(self, message: SortChanged) -> None:
        self.told.append(message)

    def on_filter_changed(self, message: FilterChanged) -> None:
        self.told.append(message)


def numbers(rows: int, columns: int = 3) -> TableData:
    return TableData(
        [
            TableColumn(key=f"k{place}", title=f"col {place}", texts=[f"{place}.{row}" for row in range(rows)], width=8)
            for place in range(columns)
        ],
        [f"id{row}" for row in range(rows)],
    )


@asynccontextmanager
async def shown(
    data: TableData, size: tuple[int, int] = (80, 12)
) -> AsyncIterator[tuple[Pilot[None], VirtualTable, Host]]:
    app = Host()
    async with app.run_test(size=size) as pilot:
        table = app.query_one(VirtualTable)
        table.set_data(data)
        table.focus()
        await pilot.pause()
        yield pilot, table, app


def lines(table: VirtualTable) -> list[str]:
    return [table.render_line(y).text for y in range(table.size.height)]


def seen(table: VirtualTable) -> str:
    return table.window_text[1:-1].replace("\u2013", "-")


async def until(pilot: Pilot[None], holds: Callable[[], bool]) -> None:
    while not holds():  # the test's own limit of time ends it
        await pilot.pause()


@pytest.mark.asyncio
async def test_keys_move_the_cursor_and_it_stays_in_view() -> None:
    async with shown(numbers(100)) as (pilot, table, _):
        for key, row, column in (
            ("down", 1, 0), ("j", 2, 0), ("up", 1, 0), ("k", 0, 0), ("up", 0, 0), ("right", 0, 1), ("l", 0, 2),
            ("right", 0, 2), ("left", 0, 1), ("h", 0, 0), ("end", 0, 2), ("home", 0, 0), ("pagedown", 10, 0),
            ("pagedown", 20, 0), ("pageup", 10, 0), ("ctrl+end", 99, 0), ("ctrl+home", 0, 0), ("G", 99, 0),
        ):  # fmt: skip
            await pilot.press(key)
            await pilot.pause()
            assert (key, table.cursor_row, table.cursor_column) == (key, row, column)
            assert any(line.startswith("▸") and f"0.{row} " in line for line in lines(table))
            assert "col 0" in lines(table)[0]


@pytest.mark.asyncio
async def test_the_last_row_is_seen_above_an_error() -> None:
    async with shown(numbers(100)) as (pilot, table, _):
        table.error = "feed: [red]no answer\x1b[2J"
        await pilot.press("ctrl+end")
        await pilot.pause()
        assert lines(table)[-1].strip() == "✗ feed: [red]no answer\\x1b[2J"
        assert "0.99" in lines(table)[-2]


@pytest.mark.asyncio
async def test_enter_and_a_second_click_open_a_cell() -> None:
    async with shown(numbers(5)) as (pilot, table, app):
        await pilot.press("enter")
        await pilot.click(VirtualTable, offset=(12, 3))
        await pilot.pause()
        assert (table.cursor_row, table.cursor_column) == (2, 1)
        await pilot.click(VirtualTable, offset=(12, 3))
        await pilot.pause()
        opened = [(told.row_id, told.column) for told in app.told if isinstance(told, CellActivated)]
        assert opened == [("id0", "k0"), ("id2", "k1")]
        last = [told for told in app.told if isinstance(told, CellHighlighted)][-1]
        assert (last.row_id, last.column, last.control) == ("id2", "k1", table)


@pytest.mark.asyncio
async def test_a_click_on_a_header_sorts_up_then_down_then_not() -> None:
    async with shown(numbers(5)) as (pilot, table, app):
        for sort, mark in (((("k1", False),), "▲"), ((("k1", True),), "▼"), ((), "")):
            await pilot.click(VirtualTable, offset=(12, 0))
            await pilot.pause()
            assert table.sort == sort
            assert mark in lines(table)[0]
        await pilot.press("s", "right", "S", "S")
        await pilot.pause()
        assert list(table.sort) == [("k0", False), ("k1", True)]
        assert "▼2" in lines(table)[0]
        assert [told.sort for told in app.told if isinstance(told, SortChanged)][-1] == table.sort
        await pilot.press("S")
        assert list(table.sort) == [("k0", False)]


@pytest.mark.asyncio
async def test_hover_underlines_without_moving_the_cursor() -> None:
    async with shown(numbers(5)) as (pilot, table, _):
        await pilot.hover(VirtualTable, offset=(12, 3))
        await pilot.pause()
        assert any(piece.style and piece.style.underline for piece in table.render_line(3))
        assert table.cursor_row == 0
        await pilot.hover(VirtualTable, offset=(12, 0))
        await pilot.pause()
        assert not any(piece.style and piece.style.underline for piece in table.render_line(3))


@pytest.mark.asyncio
async def test_columns_move_as_whole_ones_and_say_which_are_seen() -> None:
    async with shown(numbers(5, 7), size=(40, 12)) as (pilot, table, _):
        table.set_arrangement(Arrangement(pinned=("k0",)))
        await pilot.pause()
        assert seen(table) == "1-3 of 6"
        await pilot.press("end")
        await pilot.pause()
        assert seen(table) == "4-6 of 6"
        head = lines(table)[0]
        assert [name for name in ("col 0", "col 3", "col 6", "│") if name in head] == ["col 0", "col 6", "│"]
        await pilot.press("home", "right")
        await pilot.pause()
        assert seen(table) == "1-3 of 6"
        table.set_arrangement(hide(tuple(table.data.columns), table.arrangement, "k1"))
        await pilot.pause()
        assert seen(table) == "1-3 of 5"
        await pilot.press("right")
        table.toggle_pin()
        table.move_column(-1)
        await pilot.pause()
        assert table.state.pinned[0] == table.current_column
        assert table.state.pinned[1:] == ("k0",)


@pytest.mark.asyncio
async def test_a_filter_keeps_the_cursor_on_its_row() -> None:
    async with shown(numbers(100)) as (pilot, table, app):
        assert table.go_to("id42", "k1")
        table.set_filter("42")
        await pilot.pause()
        assert (table.current_id, table.current_column) == ("id42", "k1")
        table.set_filter("nothing has this")
        await pilot.pause()
        assert table.current_row is None
        assert "none of 100 rows has: nothing has this" in lines(table)[1]
        await pilot.press("enter", "down", "pagedown", "end", "s")
        table.set_filter("")
        await pilot.pause()
        told = [told for told in app.told if isinstance(told, FilterChanged)]
        assert [(item.text, item.rows) for item in told] == [("42", 1), ("nothing has this", 0), ("", 100)]
        assert not table.go_to("gone")


@pytest.mark.asyncio
async def test_states_are_said_in_words_and_signs() -> None:
    async with shown(TableData(())) as (pilot, table, _):
        assert "no modules here" in lines(table)[1]
        table.busy = True
        assert "reading …" in lines(table)[1]
        table.set_data(numbers(3))
        await pilot.pause()
        assert lines(table)[0].startswith("⋯")
        dimmed = {piece.style for piece in table.render_line(2)}
        table.busy = False
        assert dimmed.isdisjoint({piece.style for piece in table.render_line(2)})
        with pytest.raises(ValueError, match="no rows"):
            VirtualTable().offer("row")


@pytest.mark.asyncio
async def test_without_colours_the_cell_of_the_cursor_is_reversed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    async with shown(numbers(3)) as (pilot, table, _):
        await pilot.press("down", "right")
        await pilot.pause()
        reversed_text = [piece.text for piece in table.render_line(2) if piece.style and piece.style.reverse]
        assert reversed_text == ["1.1     "]


HOSTILE = (
    "\x1b[31m\x1b]52;c;eA==\x07",
    "a\u202eb\u2066",
    "[red]x[/red] [/]",
    "x" * 1_000_000,
    "网址한글",
    "a\nb\tc\r",
    "\ud800",
    "",
)


@pytest.mark.asyncio
@pytest.mark.parametrize("size", [(80, 24), (20, 10), (3, 2), (1, 1)])
async def test_hostile_cells_in_five_hundred_columns_are_only_text(size: tuple[int, int]) -> None:
    columns = [
        TableColumn(key=f"k{n}", title=HOSTILE[n % 3], texts=HOSTILE, marks=["!"] * 8, styles=["no such style"] * 8)
        for n in range(500)
    ]
    async with shown(TableData(columns), size=size) as (pilot, table, _):
        for key in ("right", "end", "ctrl+end", "s", "left", "home", "pageup"):
            await pilot.press(key)
            await pilot.pause()
            for line in lines(table):
                assert not any(char in line for char in "\x1b\x07\u202e\u2066\n\r\t")
        table.set_arrangement(Arrangement(pinned=tuple(f"k{n}" for n in range(400))))
        await pilot.press("end", "home")
        table.set_filter("[red]")
        await pilot.pause()
        assert len(table.view.rows) == 1


STEPS = st.lists(
    st.sampled_from(
        ["up", "down", "left", "right", "pageup", "pagedown", "home", "end", "ctrl+home", "ctrl+end", "s", "S",
         "filter 1", "filter 2.", "filter", "filter zz", "fewer", "more", "pin", "hide", "all", "move",
         "narrow", "wide"]
    ),
    max_size=25,
)  # fmt: skip


async def _do(step: str, pilot: Pilot[None], table: VirtualTable) -> None:
    word, _, rest = step.partition(" ")
    calls: dict[str, Callable[[], object]] = {
        "filter": lambda: table.set_filter(rest),
        "fewer": lambda: table.set_data(numbers(3, 2)),
        "more": lambda: table.set_data(numbers(40, 9)),
        "pin": table.toggle_pin,
        "hide": lambda: table.set_arrangement(hide(tuple(table.data.columns), table.arrangement, table.current_column)),
        "all": lambda: table.set_arrangement(Arrangement()),
        "move": lambda: table.move_column(1),
    }
    if word in {"narrow", "wide"}:
        await pilot.resize_terminal(*((22, 5) if word == "narrow" else (90, 20)))
    elif word in calls:
        calls[word]()
    else:
        await pilot.press(step)
    await pilot.pause()


def _check(table: VirtualTable) -> None:
    assert 0 <= table.cursor_row < max(1, len(table.view.rows))
    assert 0 <= table.cursor_column < max(1, len(table.data.columns))
    if table.view.rows:
        seen = lines(table)
        assert sum(line.startswith("▸") for line in seen) == 1
        assert all(len(line) == table.scrollable_content_region.width for line in seen)


@given(STEPS)
@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_the_cursor_never_leaves_the_view_and_a_state_comes_back(steps: Sequence[str]) -> None:
    async def run() -> None:
        async with shown(numbers(40, 9), size=(50, 8)) as (pilot, table, _):
            for step in steps:
                await _do(step, pilot, table)
                _check(table)
            kept, data = table.state, table.data
        async with shown(TableData(()), size=(50, 8)) as (pilot, table, _):
            table.set_state(kept)
            assert table.state == kept
            table.set_data(data)
            await pilot.pause()
            assert table.state == kept

    asyncio.run(run())


@pytest.mark.asyncio
async def test_a_state_that_names_what_is_gone_is_no_fault() -> None:
    async with shown(numbers(3)) as (pilot, table, _):
        table.set_state(TableState(sort=(("x", True),), hidden=("y",), pinned=("z",), order=("w",), current="gone"))
        await pilot.pause()
        assert table.current_id == "id0"


@pytest.mark.asyncio
async def test_a_move_in_view_repaints_two_lines(monkeypatch: pytest.MonkeyPatch) -> None:
    async with shown(numbers(100)) as (pilot, table, _):
        painted: list[int] = []
        plain_line = table.render_line

        def paint(y: int) -> Strip:
            painted.append(y)
            return plain_line(y)

        monkeypatch.setattr(table, "render_line", paint)
        await pilot.press("down")
        await pilot.pause()
        assert sorted(set(painted)) == [1, 2]
        painted.clear()
        await pilot.press("right")
        await pilot.pause()
        assert set(painted) == {2}


@pytest.fixture
def long_texts() -> list[str]:
    return [f"{row * 7919 % 1_000_003:07d}" for row in range(100_000)]


@pytest.mark.asyncio
async def test_a_hundred_thousand_rows_are_sorted_and_filtered_between_keys(long_texts: list[str]) -> None:
    """The watchdog of these tests looks at each turn of the loop."""
    data = TableData([TableColumn(key=f"k{n}", title=f"c{n}", texts=long_texts) for n in range(4)])
    async with shown(TableData(())) as (pilot, table, _):
        table.set_data(data)
        await pilot.pause()
        table.set_sort((("k0", True), ("k1", False)))
        table.set_filter("77")
        await pilot.press("pagedown", "ctrl+end")
        await until(pilot, lambda: data.is_ready(table.sort))
        await pilot.pause()
        table.set_filter("777")
        await pilot.pause()
        rows = list(table.view.rows)
    assert rows == sorted((r for r in range(100_000) if "777" in long_texts[r]), key=long_texts.__getitem__)[::-1]


@pytest.mark.asyncio
async def test_a_new_table_is_shown_at_once_while_the_old_order_is_made() -> None:
    async with shown(numbers(6_000)) as (pilot, table, _):
        table.set_sort((("k1", True),))
        table.set_data(numbers(5))
        await pilot.press("ctrl+end")
        await pilot.pause()
        assert table.current_id == "id0"
