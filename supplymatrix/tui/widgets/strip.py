"""Days as one line of blocks for each row, all on one axis, so that rows can be set against each other by eye.

The axis is logarithmic, from day 0: cell(d) = round(log(1 + d) / log(1 + longest) * (cells - 1)). A block is as high as
the part of the row's fixes that lies in its cell; `┃ │ ┊` mark P50, P90 and P99, one cell further right where two share
one. Numbers stand beside it: the strip is a picture of them, and nothing is in its colours alone.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from itertools import groupby
from math import log1p

from textual.content import Content
from textual.widget import Widget

from supplymatrix.model.value import value
from supplymatrix.reports.plain import plain
from supplymatrix.tui.widgets.line_list import LineList, Row

__all__ = [
    "TICKS",
    "Scale",
    "StateColumn",
    "StripHead",
    "StripItem",
    "StripList",
    "axis_text",
    "point_text",
    "strip_content",
]

TICKS = {50: "┃", 90: "│", 99: "┊"}
"""The sign of each percentile."""

_BLOCKS = "▁▂▃▄▅▆▇█"
_NOTHING = "·"
_LABELS = (0, 1, 3, 10, 30, 100, 300, 1_000, 3_000, 10_000)
_COUNT, _NUMBER, _STATE, _GAP = 6, 9, 6, 2  # cells
_WIDE = 100  # columns from which on titles are whole
_NAMES = ((120, 32), (_WIDE, 26), (0, 20))  # cells of the name, by the least columns
_LEAST = 8  # cells of a strip; with less room there is none


@value
class Scale:
    """An axis from 0 to `longest` days, in `cells` cells."""

    longest: int
    cells: int

    def cell_of(self, days: int) -> int:
        """Return the cell of a number of days; what lies beyond the axis is at its end."""
        longest = max(1, self.longest)
        part = log1p(min(max(0, days), longest)) / log1p(longest)
        return round(part * (self.cells - 1))


@value
class StripItem:
    """One row. id: unique; name: what it is; vendor: whose it is, "" = the name says it; more: what is added to both
    where all of it has room.

    count: number as text. numbers: P50, P90 and P99 as text. days: each with its number of fixes; marks: percent and
    day of the percentiles that are known. states: what became of the others, as text, one for each `StateColumn`.
    note: said in place of numbers and strip, "" = these are shown.
    """

    id: str
    name: str
    more: str = ""
    vendor: str = ""
    count: str = ""
    numbers: tuple[str, ...] = ()
    days: tuple[tuple[int, int], ...] = ()
    marks: tuple[tuple[int, int], ...] = ()
    states: tuple[str, ...] = ()
    note: str = ""


@value
class StateColumn:
    """A column behind the strip. title: short: where there is little room, "" = the column is left out there."""

    title: str
    short: str


@value
class _Layout:
    """Cells of name and strip. states: title and number of each column that is shown."""

    name: int
    strip: int
    states: tuple[tuple[str, int], ...]

    def state_cells(self, texts: Sequence[str]) -> str:
        """Return the texts of a row, each below its title. texts: one for each column, shown or not."""
        return "".join(
            f"{text:>{_state_width(title)}}" for title, number in self.states for text in texts[number : number + 1]
        )


def axis_text(scale: Scale) -> str:
    """Return the days of an axis, each where its cell is; those without room are left out."""
    line = [" "] * scale.cells
    free = 0
    for days in _LABELS:
        text = f"{days:,}"
        place = scale.cell_of(days)
        if days <= scale.longest and place >= free and place + len(text) <= scale.cells:
            line[place : place + len(text)] = text
            free = place + len(text) + 1
    return "".join(line)


def point_text(scale: Scale, days: int, sign: str) -> str:
    """Return one point on the axis, with the way to it."""
    cell = scale.cell_of(days)
    return f"{'─' * cell}{sign}{_NOTHING * (scale.cells - cell - 1)}"


def strip_content(scale: Scale, days: Sequence[tuple[int, int]], marks: Sequence[tuple[int, int]]) -> Content:
    """Return a row of blocks. days: each with its number of fixes; marks: percent and day."""
    counts: Counter[int] = Counter()
    for day, fixes in days:
        counts[scale.cell_of(day)] += fixes
    most = max(counts.values(), default=1)
    cells = [(_block(counts[cell], most), "$primary" if counts[cell] else "dim") for cell in range(scale.cells)]
    taken: set[int] = set()
    for percent, day in sorted(marks):
        place = next((cell for cell in range(scale.cell_of(day), scale.cells) if cell not in taken), None)
        if place is not None:
            taken.add(place)
            cells[place] = (TICKS[percent], "bold $accent")
    runs = [("".join(text for text, _ in run), style) for style, run in groupby(cells, key=lambda cell: cell[1])]
    return Content.assemble(*runs)


class StripHead(Widget):
    """The titles of the columns, and the axis."""

    DEFAULT_CSS = "StripHead { height: 1; color: $text-muted; text-style: bold; }"

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002 - Textual's own word
        super().__init__(id=id)
        self._longest = 1
        self._states: tuple[StateColumn, ...] = ()

    def show(self, longest: int, states: Sequence[StateColumn]) -> None:
        """Show another axis. longest: days."""
        self._longest, self._states = longest, tuple(states)
        self.refresh()

    def render(self) -> Content:
        """Return the line."""
        layout = _layout(self.size.width, self._states)
        states = layout.state_cells(_titles(self._states, self.size.width))
        titles = "".join(f"{f'P{percent} {sign}':>{_NUMBER}}" for percent, sign in TICKS.items())
        axis = axis_text(Scale(longest=self._longest, cells=layout.strip)) if layout.strip else ""
        gap = " " * _GAP if layout.strip else ""
        return Content(f"  {'channel vendor':{layout.name}}{'fixed':>{_COUNT}}{titles}{gap}{axis}{states}")


class StripList(LineList):
    """Strips below each other, with a cursor."""

    def __init__(self, *, empty: str = "", id: str | None = None) -> None:  # noqa: A002 - Textual's own word
        super().__init__(empty=empty, id=id)
        self.items: tuple[StripItem, ...] = ()
        self.longest = 1
        self._states: tuple[StateColumn, ...] = ()
        self._width = 0

    def show(
        self,
        items: Sequence[StripItem],
        longest: int,
        states: Sequence[StateColumn] = (),
        *,
        current: str = "",
        empty: str = "",
    ) -> None:
        """Show other rows on an axis from 0 to `longest` days."""
        self.items, self.longest, self._states = tuple(items), longest, tuple(states)
        self._width = self.size.width
        self.set_rows(self._made(), current=current, empty=empty)

    def on_resize(self) -> None:
        """Draw the strips anew for another width; the cursor stays."""
        if self.size.width != self._width and self.items:
            self._width = self.size.width
            self.set_rows(self._made())

    def _made(self) -> list[Row]:
        layout = _layout(self._width, self._states)
        return [Row(id=item.id, text=_line(item, layout, self.longest)) for item in self.items]


def _layout(width: int, states: Sequence[StateColumn]) -> _Layout:
    """Return the cells of name and strip in a line."""
    name = next(cells for least, cells in _NAMES if width >= least)
    shown = tuple((title, number) for number, title in enumerate(_titles(states, width)) if title)
    behind = sum(_state_width(title) for title, _ in shown)
    strip = width - 3 - name - _COUNT - 3 * _NUMBER - _GAP - behind  # 2 for `▸`, 1 for a scrollbar
    return _Layout(name=name, strip=strip if strip >= _LEAST else 0, states=shown)


def _titles(states: Sequence[StateColumn], width: int) -> list[str]:
    """Return the title of each column, "" = it is left out."""
    return [column.title if width >= _WIDE else column.short for column in states]


def _state_width(title: str) -> int:
    return max(_STATE, len(title) + 1)


def _line(item: StripItem, layout: _Layout, longest: int) -> Content:
    name = Content(plain(item.name)) + Content.styled(f" {plain(item.vendor)}" if item.vendor else "", "dim")
    more = Content.styled(f"{',' if item.vendor else ''} {plain(item.more)}" if item.more else "", "dim")
    if name.cell_length + more.cell_length < layout.name:
        name += more
    room = max(layout.name - 1, name.cell_length if item.note else 0)  # a note is in no column
    name = name.truncate(room, ellipsis=True, pad=True) + Content(" ")
    if item.note:
        return name + Content.styled(f" {plain(item.note)}", "dim")
    numbers = "".join(f"{text:>{_NUMBER}}" for text in item.numbers)
    line = name + Content(f"{item.count:>{_COUNT}}{numbers}")
    if layout.strip:
        scale = Scale(longest=longest, cells=layout.strip)
        line += Content(" " * _GAP) + strip_content(scale, item.days, item.marks)
    return line + Content(layout.state_cells(item.states))


def _block(count: int, most: int) -> str:
    return _BLOCKS[-(-count * len(_BLOCKS) // most) - 1] if count else _NOTHING
