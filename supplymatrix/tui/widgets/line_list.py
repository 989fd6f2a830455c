"""A list of one-line rows on the line API: only what is in view is drawn, and a cursor move repaints two rows.

The row of the cursor is marked by `▸` and bold, so that it is seen without colours too. Rows are
`Content`, never markup.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from textual import events
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.geometry import Region, Size
from textual.message import Message
from textual.scroll_view import ScrollView
from textual.strip import Strip
from textual.style import Style

from supplymatrix.model.value import value

__all__ = ["LineList", "Row"]

_MARK, _NO_MARK = "▸ ", "  "
_MOST_HEADS = 4


@value
class Row:
    """One row. id: unique in its list; is_head: a heading, which the cursor passes over."""

    id: str
    text: Content
    is_head: bool = False


class LineList(ScrollView, can_focus=True):
    """Rows below each other with a cursor."""

    DEFAULT_CSS = """
    LineList {
        scrollbar-size-horizontal: 0; scrollbar-size-vertical: 1; overflow-x: hidden;
        & > .line-list--current { text-style: bold; background: $panel; }
        & > .line-list--head { color: $primary; text-style: bold; }
        & > .line-list--empty { color: $text-muted; }
        &:focus > .line-list--current { background: $primary 35%; }
    }
    """
    COMPONENT_CLASSES: ClassVar[set[str]] = {"line-list--current", "line-list--head", "line-list--empty"}
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up,k", "move(-1)", "Row up", show=False),
        Binding("down,j", "move(1)", "Row down", show=False),
        Binding("pageup", "page(-1)", "Page up", show=False),
        Binding("pagedown", "page(1)", "Page down", show=False),
        Binding("home", "end(-1)", "First row", show=False),
        Binding("end,G", "end(1)", "Last row", show=False),
        Binding("enter", "choose", "Open", show=True),
    ]

    class Moved(Message):
        """The cursor is on another row. row: None = the list is empty."""

        def __init__(self, source: LineList, row: Row | None) -> None:
            super().__init__()
            self.source = source
            self.row = row

        @property
        def control(self) -> LineList:
            """The list, for `@on` selectors."""
            return self.source

    class Chosen(Message):
        """Enter or a click on the row of the cursor."""

        def __init__(self, source: LineList, row: Row) -> None:
            super().__init__()
            self.source = source
            self.row = row

        @property
        def control(self) -> LineList:
            """The list, for `@on` selectors."""
            return self.source

    def __init__(self, *, empty: str = "", id: str | None = None) -> None:  # noqa: A002 - Textual's own word
        super().__init__(id=id)
        self.rows: tuple[Row, ...] = ()
        self.empty = empty
        self._cursor = -1

    @property
    def current(self) -> Row | None:
        """The row of the cursor."""
        return self.rows[self._cursor] if 0 <= self._cursor < len(self.rows) else None

    def set_rows(self, rows: Sequence[Row], *, current: str = "", empty: str = "") -> None:
        """Show other rows; the cursor goes to `current`, else stays with its row, else goes to the first.

        empty: what to say when there are none.
        """
        wanted = current or (self.current.id if self.current else "")
        self.rows = tuple(rows)
        self.empty = empty or self.empty
        self.virtual_size = Size(1, len(self.rows))
        places = {row.id: number for number, row in enumerate(self.rows) if not row.is_head}
        self._cursor = places.get(wanted, next(iter(places.values()), -1))
        self.refresh()
        self.call_after_refresh(self._show_cursor)
        self.post_message(self.Moved(self, self.current))

    def go_to(self, row_id: str) -> bool:
        """Put the cursor on a row; return whether there is one."""
        for number, row in enumerate(self.rows):
            if row.id == row_id and not row.is_head:
                self._go(number)
                return True
        return False

    def render_line(self, y: int) -> Strip:
        """Return one line of what is in view."""
        number = y + self.scroll_offset.y
        width = self.scrollable_content_region.width
        base = self.visual_style
        if number >= len(self.rows):
            text = self.empty if not self.rows and y == 0 else ""
            style = self.get_visual_style("line-list--empty")
            return self._strip(Content(text), style if text else base, width)
        row = self.rows[number]
        is_current = number == self._cursor
        kinds = ["line-list--head"] if row.is_head else []
        kinds += ["line-list--current"] if is_current else []
        style = self.get_visual_style(*kinds) if kinds else base
        mark = "" if row.is_head else _MARK if is_current else _NO_MARK
        return self._strip(Content(mark) + row.text, style, width)

    def action_move(self, step: int) -> None:
        """Move the cursor by one row that is no heading."""
        number = self._cursor + step
        while 0 <= number < len(self.rows) and self.rows[number].is_head:
            number += step
        if 0 <= number < len(self.rows):
            self._go(number)
        elif step < 0:
            self.scroll_to(y=0, animate=False)  # the heading above the first row

    def action_page(self, step: int) -> None:
        """Move the cursor by a page."""
        self._go_near(self._cursor + step * max(1, self.scrollable_content_region.height - 1), step)

    def action_end(self, step: int) -> None:
        """Move the cursor to the first or last row."""
        self._go_near(len(self.rows) - 1 if step > 0 else 0, -step)

    def action_choose(self) -> None:
        """Choose the row of the cursor."""
        if self.current is not None:
            self.post_message(self.Chosen(self, self.current))

    def on_click(self, event: events.Click) -> None:
        """Put the cursor on the row that was clicked on; choose it where it was there already."""
        number = event.y + self.scroll_offset.y
        if not 0 <= number < len(self.rows) or self.rows[number].is_head:
            return
        if number == self._cursor:
            self.action_choose()
        else:
            self._go(number)

    def _go_near(self, number: int, step: int) -> None:
        number = max(0, min(number, len(self.rows) - 1))
        direction = 1 if step >= 0 else -1
        for way in (direction, -direction):
            found = number
            while 0 <= found < len(self.rows) and self.rows[found].is_head:
                found += way
            if 0 <= found < len(self.rows):
                self._go(found)
                return

    def _go(self, number: int) -> None:
        old, self._cursor = self._cursor, number
        if old != number:
            for line in (old, number):
                self.refresh_line(line)
            self.post_message(self.Moved(self, self.current))
        self._show_cursor()

    def _show_cursor(self) -> None:
        if self._cursor >= 0:
            above = 0  # headings that belong to the row; before the first layout nothing else is in view
            while above < min(self._cursor, _MOST_HEADS) and self.rows[self._cursor - 1 - above].is_head:
                above += 1
            region = Region(0, self._cursor - above, 1, 1 + above)
            self.scroll_to_region(region, animate=False, force=True, x_axis=False)

    def _strip(self, content: Content, style: Style, width: int) -> Strip:
        cut = content.truncate(width, ellipsis=True, pad=True)
        return Strip(cut.render_segments(style), width)
