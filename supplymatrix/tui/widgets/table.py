"""A table of any length on the line API: it reads and draws only the cells in view, and a cursor move draws two rows.

    table = VirtualTable(empty="no modules here", id="modules")
    table.set_data(TableData(columns, ids))
    table.set_filter("red days:>7"); table.sort_by("days"); table.state   # and set_state() at the next start

The header and the pinned columns stay; the other columns move as whole ones, and `window_text` says which are seen
(`‹1–3 of 6›`). Nothing in a cell is read as markup.
"""  # noqa: RUF002 - a range

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from itertools import chain
from time import monotonic
from typing import ClassVar

from rich.style import Style
from textual import events
from textual.binding import Binding, BindingType
from textual.geometry import Region, Size
from textual.reactive import var
from textual.scroll_view import ScrollView
from textual.strip import Strip
from textual.timer import Timer

from supplymatrix.tui.copying import CopyOffer
from supplymatrix.tui.widgets import table_columns
from supplymatrix.tui.widgets.table_columns import Arrangement, measure_column, shown_keys, window_of
from supplymatrix.tui.widgets.table_copy import offer_row, offer_view
from supplymatrix.tui.widgets.table_messages import CellActivated, CellHighlighted, FilterChanged, SortChanged
from supplymatrix.tui.widgets.table_model import NO_DATA, Sort, TableColumn, TableData, TableState, TableView, view_of
from supplymatrix.tui.widgets.table_paint import (
    GUTTER,
    STYLES,
    LineFacts,
    column_at,
    paint_head,
    paint_row,
    paint_text,
    span_of,
)

__all__ = ["VirtualTable"]

_HEAD = 1  # lines
_DONE = object()
_STEP = 0.002  # seconds between two steps of work
_BUDGET = 0.02  # seconds after which no further step of an order is begun before keys are looked at
_LATE = 0.15  # seconds after which rows in an old order are dimmed
_QUIET = 0.25  # seconds without a key before anything is made that nobody waits for
_SMALL = 5_000  # rows that are sorted at once, in less than 10 ms
_PREPARED = 12  # columns whose order is made before somebody asks
_PARTS = ("head", "row", "current", "cell", "hover", "empty", "error", "busy", *STYLES)


class VirtualTable(ScrollView, can_focus=True):
    """Rows and columns with a cell cursor."""

    DEFAULT_CSS = """
    VirtualTable {
        scrollbar-size-horizontal: 0; scrollbar-size-vertical: 1; overflow-x: hidden; overflow-y: auto;
        & > .table--head { text-style: bold; background: $panel; color: $foreground; }
        & > .table--current { background: $panel; }
        & > .table--cell { text-style: bold underline; }
        & > .table--hover { text-style: underline; }
        & > .table--empty { color: $text-muted; }
        & > .table--error { color: $text-error; text-style: bold; }
        & > .table--busy { text-style: dim; }
        & > .table--good { color: $text-success; }
        & > .table--part { color: $text-warning; }
        & > .table--bad { color: $text-error; }
        & > .table--unknown { color: $text-muted; text-style: italic; }
        & > .table--muted { color: $text-muted; }
        & > .table--accent { color: $text-accent; }
        & > .table--strong { text-style: bold; }
        &:focus > .table--cell { text-style: bold reverse; }
    }
    """
    COMPONENT_CLASSES: ClassVar[set[str]] = {f"table--{part}" for part in _PARTS}
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up,k", "move(-1, 0)", "Row up", show=False),
        Binding("down,j", "move(1, 0)", "Row down", show=False),
        Binding("left,h", "move(0, -1)", "Column left", show=False),
        Binding("right,l", "move(0, 1)", "Column right", show=False),
        Binding("pageup", "page(-1)", "Page up", show=False),
        Binding("pagedown", "page(1)", "Page down", show=False),
        Binding("home", "edge(0, -1)", "First column", show=False),
        Binding("end", "edge(0, 1)", "Last column", show=False),
        Binding("ctrl+home", "edge(-1, 0)", "First row", show=False),
        Binding("ctrl+end,G", "edge(1, 0)", "Last row", show=False),
        Binding("enter", "activate", "Open"),
        Binding("s", "sort", "Sort"),
        Binding("S", "sort(True)", "Sort by this too", show=False),
    ]

    busy: var[bool] = var(default=False)
    error: var[str] = var("")
    empty: var[str] = var("")
    window_text: var[str] = var("")

    def __init__(self, *, empty: str = "", id: str | None = None) -> None:  # noqa: A002 - Textual's own word
        self._drawn: dict[int, Strip] = {}  # lines as they stand on the screen
        super().__init__(id=id)
        self.data: TableData = NO_DATA
        self.view: TableView = view_of(NO_DATA)
        self.cursor_row = 0
        self.cursor_column = 0
        self.sort: Sort = ()
        self.filter_text = ""
        self.arrangement = Arrangement()
        self._columns: tuple[TableColumn, ...] = ()
        self._pinned = 0
        self._left = 0
        self._hover = (-1, -1)
        self._facts: LineFacts | None = None
        self._widths: dict[str, int] = {}
        self._line_styles: dict[tuple[str, ...], Style] = {}
        self._seen_sort: Sort = ()
        self._wanted = ("", "")
        self._waits: Sort | None = None
        self._is_late = False
        self._now: Iterator[None] = iter(())
        self._later: Iterator[None] = iter(())
        self._timer: Timer | None = None
        self._last_key = 0.0
        self.set_reactive(VirtualTable.empty, empty)

    # what a screen asks

    @property
    def current_row(self) -> int | None:
        """The row of `data` under the cursor, None = there is none."""
        return self.view.rows[self.cursor_row] if self.cursor_row < len(self.view.rows) else None

    @property
    def current_id(self) -> str:
        """The id of the row under the cursor, "" = there is none."""
        row = self.current_row
        return self.data.row_id(row) if row is not None else ""

    @property
    def current_column(self) -> str:
        """The key of the column under the cursor, "" = there is none."""
        return self._columns[self.cursor_column].key if self.cursor_column < len(self._columns) else ""

    @property
    def state(self) -> TableState:
        """How the table is now."""
        kept = self.arrangement
        return TableState(
            sort=self.sort, filter=self.filter_text, hidden=kept.hidden, pinned=kept.pinned, order=kept.order,
            current=self.current_id or self._wanted[0], column=self.current_column or self._wanted[1],
        )  # fmt: skip

    def offer(self, what: str) -> CopyOffer:
        """Return what is copied of "row" or "view". Raises ValueError where there is no row."""
        row, keys = self.current_row, [column.key for column in self._columns]
        if what == "view":
            return offer_view(self.data, self.view.rows, keys)
        if row is None:
            raise ValueError("the table has no rows")
        return offer_row(self.data, row, keys, self.current_column)

    # what a screen does

    def set_data(self, data: TableData) -> None:
        """Show other rows. Sort, filter and columns stay; so does the cursor where its row is still there."""
        current, column = self.current_id or self._wanted[0], self.current_column or self._wanted[1]
        self._wanted = ("", "") if data.row_count else (current, column)
        self._waits = None
        self.data = data
        self._widths.clear()
        self._take_columns(column)
        self._look(current)
        columns = self._columns[:_PREPARED] if data.row_count > _SMALL else ()
        sorts = [((column.key, reverse),) for column in columns for reverse in (False, True)]
        self._later = chain(data.prepare_search(), *(data.prepare_order(sort) for sort in sorts))
        if self._timer is not None:
            self._timer.resume()

    def set_state(self, state: TableState) -> None:
        """Show the table as it was left; names that it does not have are passed over."""
        self.sort, self.filter_text = state.sort, state.filter
        self.arrangement = Arrangement(order=state.order, pinned=state.pinned, hidden=state.hidden)
        self._wanted = ("", "") if self.data.row_count else (state.current, state.column)
        self._take_columns(state.column)
        self._look(state.current)

    def set_filter(self, text: str) -> None:
        """Show the rows that a filter leaves."""
        self.filter_text = text
        self._look(self.current_id)
        self.post_message(FilterChanged(self, text, len(self.view.rows), is_fuzzy=self.view.is_fuzzy))

    def set_sort(self, sort: Sort) -> None:
        """Show the rows in an order; () is the order given."""
        self.sort = sort
        self._look(self.current_id)
        self.post_message(SortChanged(self, sort))

    def sort_by(self, key: str, *, further: bool = False) -> None:
        """Sort by a column: upward, then downward, then not. further: beside the columns that are sorted by already."""
        now = dict(self.sort)
        after = {key: False} if key not in now else {} if now[key] else {key: True}
        if not further:
            self.set_sort(tuple(after.items()))
        elif key in now and after:
            self.set_sort(tuple((now | after).items()))
        else:
            self.set_sort((*((name, down) for name, down in self.sort if name != key), *after.items()))

    def set_arrangement(self, arrangement: Arrangement) -> None:
        """Show other columns; the cursor stays on its column where that is still shown."""
        self.arrangement = arrangement
        self._take_columns(self.current_column)
        self._show_cursor()

    def toggle_pin(self) -> None:
        """Pin the column of the cursor, or no longer."""
        self.set_arrangement(table_columns.toggle_pin(self.arrangement, self.current_column))

    def move_column(self, step: int) -> None:
        """Move the column of the cursor to the left (-1) or to the right (1)."""
        self.set_arrangement(table_columns.move(tuple(self.data.columns), self.arrangement, self.current_column, step))

    def go_to(self, row_id: str, column: str = "") -> bool:
        """Put the cursor on a row and, if named, a column; return whether the row is seen."""
        row = self.data.row_of(row_id)
        if row is None or row not in self.view.rows:
            return False
        keys = [item.key for item in self._columns]
        self._go(self.view.rows.index(row), keys.index(column) if column in keys else self.cursor_column)
        return True

    def make_view(self, sort: Sort) -> TableView:
        """Return the rows that are seen; a table with more than rows, such as a tree, makes another view."""
        return view_of(self.data, filter_text=self.filter_text, sort=sort)

    # keys

    def action_move(self, rows: int, columns: int) -> None:
        """Move the cursor."""
        self._go(self.cursor_row + rows, self.cursor_column + columns)

    def action_page(self, step: int) -> None:
        """Move the cursor by a page."""
        self._go(self.cursor_row + step * max(1, self._lines - 1), self.cursor_column)

    def action_edge(self, rows: int, columns: int) -> None:
        """Move the cursor to the first (-1) or last (1) row or column."""
        row = {-1: 0, 0: self.cursor_row, 1: len(self.view.rows)}[rows]
        self._go(row, {-1: 0, 0: self.cursor_column, 1: len(self._columns)}[columns])

    def action_activate(self) -> None:
        """Open the cell of the cursor."""
        if self.current_row is not None:
            self.post_message(CellActivated(self, self.current_id, self.current_column))

    def action_sort(self, further: bool = False) -> None:  # noqa: FBT001, FBT002 - Textual passes it by place
        """Sort by the column of the cursor."""
        if self.current_column:
            self.sort_by(self.current_column, further=further)

    # mouse

    def on_click(self, event: events.Click) -> None:
        """Sort by a header; put the cursor on a cell, open it where it was there already."""
        row, column = self._under(event)
        if column < 0:
            return
        if row == -1:
            self.sort_by(self._columns[column].key, further=event.shift or event.ctrl)
        elif 0 <= row < len(self.view.rows):
            if (row, column) == (self.cursor_row, self.cursor_column):
                self.action_activate()
            else:
                self._go(row, column)

    def on_mouse_move(self, event: events.MouseMove) -> None:
        """Underline what is under the mouse."""
        self._set_hover(self._under(event))

    def on_leave(self) -> None:
        """Underline nothing."""
        self._set_hover((-1, -1))

    def on_mouse_scroll_left(self, event: events.MouseScrollLeft) -> None:
        """Move the columns, not the cursor."""
        event.stop()
        self._scroll_columns(-1)

    def on_mouse_scroll_right(self, event: events.MouseScrollRight) -> None:
        """Move the columns, not the cursor."""
        event.stop()
        self._scroll_columns(1)

    # Textual's side

    def on_mount(self) -> None:
        """Work between keys on what was given before."""
        self._timer = self.set_interval(_STEP, self._work_on)

    def on_key(self) -> None:
        """Leave the next moments to the person who types."""
        self._last_key = monotonic()

    def refresh(
        self, *regions: Region, repaint: bool = True, layout: bool = False, recompose: bool = False
    ) -> VirtualTable:
        """Draw again, whole or in parts; lines that are in no part stay as they were drawn."""
        if not regions:
            self._drawn.clear()
        for region in regions:
            for y in region.line_range:
                self._drawn.pop(y, None)
        return super().refresh(*regions, repaint=repaint, layout=layout, recompose=recompose)

    def render_lines(self, crop: Region) -> list[Strip]:
        """Return lines of what is in view: without the borders and paddings that this widget has not."""
        if self.styles.gutter or self.opacity != 1.0:
            return super().render_lines(crop)
        strips = [self._drawn.get(y) or self._drawn.setdefault(y, self.render_line(y)) for y in crop.line_range]
        x1, x2 = crop.column_span
        return strips if (x1, x2) == (0, self.size.width) else [strip.crop(x1, x2) for strip in strips]

    def render_line(self, y: int) -> Strip:
        """Return one line of what is in view."""
        facts = self._line_facts()
        is_busy = self.busy or (self._waits is not None and self._is_late)
        if y < _HEAD:
            over = self._hover[1] if self._hover[0] == -1 else -1
            return paint_head(facts, self.sort, over=over, is_busy=is_busy)
        if self.error and y == self.size.height - 1:
            return paint_text(facts, f"✗ {self.error}", "error")
        place = y - _HEAD + self.scroll_offset.y
        if place >= len(self.view.rows):
            is_first = y == _HEAD and not self.view.rows
            return paint_text(facts, self._why_empty() if is_first else "", "empty")
        is_current = place == self.cursor_row
        names = [*(["current"] if is_current else []), *(["busy"] if is_busy else [])]
        over = self._hover[1] if self._hover[0] == place else -1
        at = self.cursor_column if is_current else -1
        return paint_row(facts, self.view.rows[place], at=at, over=over, row_style=names)

    def on_resize(self) -> None:
        """Fit the columns to the new width."""
        self._facts = None
        self._drawn.clear()
        self._show_cursor()

    def notify_style_update(self) -> None:
        """Forget styles, which a theme or the focus has changed."""
        self._line_styles.clear()
        self._facts = None
        self._drawn.clear()
        super().notify_style_update()

    def watch_busy(self) -> None:
        """Dim the rows, or no longer."""
        self.refresh()

    def watch_error(self) -> None:
        """Say what failed, in the last line."""
        self._resize_content()
        self.refresh()

    def watch_empty(self) -> None:
        """Say why there is nothing."""
        self.refresh()

    # inside

    @property
    def _lines(self) -> int:
        """Lines for rows."""
        return max(1, self.size.height - _HEAD - bool(self.error))

    def _why_empty(self) -> str:
        if self.busy:
            return "reading …"
        if self.data.row_count and self.filter_text:
            return f"none of {self.data.row_count:,} rows has: {self.filter_text}"
        return self.empty

    def _take_columns(self, column: str) -> None:
        """Take over the columns that are shown; the cursor goes to `column` if it is among them."""
        keys = shown_keys(tuple(self.data.columns), self.arrangement)
        self._columns = tuple(self.data.columns[key] for key in keys)
        self._pinned = sum(key in self.arrangement.pinned for key in keys)
        self.cursor_column = keys.index(column) if column in keys else max(0, min(self.cursor_column, len(keys) - 1))
        self._facts = None
        self.refresh()

    def _look(self, current: str) -> None:
        """Take over a view; the cursor goes to the row `current` if it is seen, else stays at its line."""
        sort = self.sort
        if self.data.row_count > _SMALL and not self.data.is_ready(sort):
            self._prepare(sort)
            sort = self._seen_sort if self.data.is_ready(self._seen_sort) else ()
        self._seen_sort = sort
        self.view = self.make_view(sort)
        row = self.data.row_of(current)
        with suppress(ValueError):
            self.cursor_row = self.view.rows.index(-1 if row is None else row)
        self.cursor_row = max(0, min(self.cursor_row, len(self.view.rows) - 1))
        self._hover = (-1, -1)
        self._resize_content()
        self.refresh()
        self._show_cursor()
        self.post_message(CellHighlighted(self, self.current_id, self.current_column))

    def _resize_content(self) -> None:
        """Take over how many lines there are; a scroll bar that stays is told so without a new layout and its frame."""
        size = Size(1, len(self.view.rows) + _HEAD + bool(self.error))
        if self.show_vertical_scrollbar and size.height > self.size.height > 0:
            self.set_reactive(VirtualTable.virtual_size, size)
            self.vertical_scrollbar.window_virtual_size = size.height
            self.scroll_y = min(self.scroll_y, self.max_scroll_y)
        else:
            self.virtual_size = size

    def _go(self, row: int, column: int) -> None:
        """Put the cursor near a cell; draw again what it leaves and where it comes to."""
        row = max(0, min(row, len(self.view.rows) - 1))
        column = max(0, min(column, len(self._columns) - 1))
        old_row, old_column = self.cursor_row, self.cursor_column
        if (row, column) == (old_row, old_column):
            return
        self.cursor_row, self.cursor_column = row, column
        if not self._show_cursor():
            if row == old_row:
                self._draw_cell(row, old_column)
                self._draw_cell(row, column)
            else:
                self._draw_row(old_row)
                self._draw_row(row)
        self.post_message(CellHighlighted(self, self.current_id, self.current_column))

    def _show_cursor(self) -> bool:
        """Bring the cell of the cursor into view; return whether all is drawn again for it.

        A cursor that leaves the page takes half a page with it: line by line, each move would draw them all.
        """
        moved = self._show_column()
        top, lines = self.scroll_offset.y, self._lines
        if self.size.height and not top <= self.cursor_row < top + lines:
            spare = lines // 2 if -2 < self.cursor_row - top < lines + 1 else 0
            above = self.cursor_row < top
            wanted = self.cursor_row - spare if above else self.cursor_row - lines + 1 + spare
            self.scroll_to(y=max(0, wanted), animate=False, force=True)
            moved = True
        return moved

    def _show_column(self) -> bool:
        """Move the columns until that of the cursor is in view; return whether they moved."""
        facts = self._line_facts()
        place = self.cursor_column
        if not self.size.width or place < self._pinned or span_of(facts, place) is not None:
            return False
        wanted = place - self._pinned
        if wanted > self._left:  # as few columns as are needed: it becomes the last one
            room = facts.width - GUTTER - sum(width + 1 for at, width in facts.window.places if at < self._pinned)
            first = wanted
            while first > 0 and (room := room - self._width_of(first + self._pinned) - 1) > self._width_of(
                first - 1 + self._pinned
            ):
                first -= 1
            wanted = first
        self._set_left(wanted)
        return True

    def _scroll_columns(self, step: int) -> None:
        others = len(self._columns) - self._pinned
        window = self._line_facts().window
        if step < 0 or window.last < others:
            self._set_left(max(0, min(self._left + step, others - 1)))

    def _set_left(self, left: int) -> None:
        self._left = left
        self._facts = None
        self.refresh()

    def _width_of(self, place: int) -> int:
        column = self._columns[place]
        width = self._widths.get(column.key)
        if width is None:
            width = self._widths[column.key] = measure_column(column)
        return width

    def _line_facts(self) -> LineFacts:
        width = self.scrollable_content_region.width
        if self._facts is None or self._facts.width != width:
            window = window_of(
                self._pinned, len(self._columns), self._width_of, left=self._left, room=max(0, width - GUTTER)
            )
            self._left = max(0, window.first - 1)
            self._facts = LineFacts(
                columns=self._columns, window=window, pinned=self._pinned, width=width, style=self._style,
                filters=self.get_line_filters(), background=self.background_colors[1],
            )  # fmt: skip
            self.window_text = window.text
        return self._facts

    def _style(self, *names: str) -> Style:
        style = self._line_styles.get(names)
        if style is None:
            style = self.get_component_rich_style(*(f"table--{name}" for name in names))
            grounds = [self.get_component_styles(f"table--{name}").has_rule("background") for name in names]
            if len(names) > 1 and any(grounds) and not grounds[-1]:  # Textual takes that of the last, set or not
                style += Style(bgcolor=self._style(*names[:-1]).bgcolor)
            self._line_styles[names] = style
        return style

    def _under(self, event: events.MouseEvent) -> tuple[int, int]:
        """Return the place in the view, -1 = the header, and the column under the mouse."""
        place = column_at(self._line_facts(), event.x)
        return (event.y - _HEAD + self.scroll_offset.y if event.y >= _HEAD else -1), place

    def _set_hover(self, hover: tuple[int, int]) -> None:
        old, self._hover = self._hover, hover
        if old != hover:
            self._draw_cell(*old)
            self._draw_cell(*hover)

    def _draw_row(self, place: int) -> None:
        y = place - self.scroll_offset.y + _HEAD
        self.refresh(Region(0, y, self.size.width, 1))

    def _draw_cell(self, place: int, column: int) -> None:
        span = span_of(self._line_facts(), column)
        if span is not None:
            y = place - self.scroll_offset.y + _HEAD if place >= 0 else 0
            if 0 <= y < self.size.height and (y >= _HEAD or place == -1):
                self.refresh(Region(span[0], y, span[1], 1))

    def _prepare(self, sort: Sort) -> None:
        """Look for an order that is being made: until it is there, the rows stay in the old one, dimmed if it takes."""
        self._waits, self._is_late = sort, False
        self._now = self.data.prepare_order(sort)
        self.set_timer(_LATE, self._dim)
        if self._timer is not None:
            self._timer.resume()

    def _dim(self) -> None:
        """Show that an order is waited for."""
        if self._waits is not None:
            self._is_late = True
            self.refresh()

    def _work_on(self) -> None:
        """Do one step of the order that is waited for; when there is none, of what the next keys may ask for."""
        if self._waits is not None:
            begin = monotonic()
            while monotonic() - begin < _BUDGET:
                if next(self._now, _DONE) is _DONE:
                    self._waits = None
                    self._look(self.current_id)
                    break
        elif monotonic() - self._last_key > _QUIET and next(self._later, _DONE) is _DONE and self._timer is not None:
            self._timer.pause()
