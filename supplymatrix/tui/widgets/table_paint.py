"""One line of a table as a strip: only the columns in view are read."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from rich.segment import Segment
from rich.style import Style
from textual.color import Color
from textual.filter import LineFilter
from textual.strip import Strip

from supplymatrix.model.value import value
from supplymatrix.tui.widgets.table_columns import ColumnWindow
from supplymatrix.tui.widgets.table_model import Sort, TableColumn
from supplymatrix.tui.widgets.table_text import fit

__all__ = ["GUTTER", "STYLES", "LineFacts", "column_at", "paint_head", "paint_row", "paint_text", "span_of", "strip_of"]

GUTTER = 2  # cells at the left, for `▸`
STYLES = ("good", "part", "bad", "unknown", "muted", "accent", "strong")
"""Names of styles that a cell may ask for. None carries a meaning that its text does not say."""


@value
class LineFacts:
    """What all lines share. columns: those shown; pinned: how many of them, from the first; width: cells.

    style: returns the style of some component names, e.g. ("row", "good"). at, over: places of the column of the
    cursor and of the mouse among those shown, -1 = on another line. filters, background: what the app does to every
    line, such as NO_COLOR, done here before a strip is made of it: strips are what drawing costs most.
    """

    columns: Sequence[TableColumn]
    window: ColumnWindow
    pinned: int
    width: int
    style: Callable[..., Style]
    filters: Sequence[LineFilter]
    background: Color


def paint_head(facts: LineFacts, sort: Sort, *, over: int, is_busy: bool) -> Strip:
    """Return the header. A sorted column has ▲ or ▼ and, where there are several, its number."""
    base = facts.style("head")
    marks = {
        key: f"{'▼' if reverse else '▲'}{number if len(sort) > 1 else ''}"
        for number, (key, reverse) in enumerate(sort, 1)
    }
    segments = [Segment("⋯ " if is_busy else "  ", base)]
    for place, width in facts.window.places:
        column = facts.columns[place]
        mark = marks.get(column.key, "")[: max(0, width - 1)]
        text = fit(column.title, width - len(mark), right=column.is_number) + mark
        segments.append(Segment(text, facts.style("head", "hover") if place == over else base))
        segments.append(Segment(_gap(facts, place), base))
    return strip_of(facts, segments, base)


def paint_row(facts: LineFacts, row: int, *, at: int, over: int, row_style: Sequence[str]) -> Strip:
    """Return a row. The row of the cursor has `▸`, its cell is reversed, so that both are seen without colours."""
    base = facts.style("row", *row_style)
    segments = [Segment("▸ " if at >= 0 else "  ", base)]
    for place, width in facts.window.places:
        column = facts.columns[place]
        names = [*row_style]
        wanted = column.styles[row] if column.styles is not None else ""
        if wanted in STYLES:
            names.append(wanted)
        if place == over:
            names.append("hover")
        if place == at:
            names.append("cell")
        style = facts.style("row", *names) if len(names) > len(row_style) else base
        segments.append(Segment(_cell(column, row, width), style))
        segments.append(Segment(_gap(facts, place), base))
    return strip_of(facts, segments, base)


def paint_text(facts: LineFacts, text: str, *names: str) -> Strip:
    """Return a line that holds a text."""
    style = facts.style(*names)
    return strip_of(facts, [Segment("  ", style), Segment(fit(text, max(0, facts.width - GUTTER)), style)], style)


def span_of(facts: LineFacts, place: int) -> tuple[int, int] | None:
    """Return the first cell and the width of a column that is in view."""
    left = GUTTER
    for shown, width in facts.window.places:
        if shown == place:
            return left, width
        left += width + 1
    return None


def column_at(facts: LineFacts, x: int) -> int:
    """Return the place of the column at a cell of the line, -1 = there is none."""
    left = GUTTER
    for place, width in facts.window.places:
        if left <= x <= left + width:
            return place
        left += width + 1
    return -1


def _cell(column: TableColumn, row: int, width: int) -> str:
    if column.marks is None:
        return fit(column.texts[row], width, right=column.is_number, keeps_end=column.keeps_end)
    return fit(column.marks[row], 1) + fit(f" {column.texts[row][: 4 * width + 9]}", width - 1)


def _gap(facts: LineFacts, place: int) -> str:
    return "│" if place == facts.pinned - 1 else " "


def strip_of(facts: LineFacts, segments: Sequence[Segment], base: Style) -> Strip:
    """Return a strip as wide as the table; neighbours of one style become one piece, which is less to write out."""
    pieces: list[Segment] = []
    texts: list[str] = []
    style = segments[0].style
    for segment in segments:
        if segment.style is not style:
            pieces.append(Segment("".join(texts), style))
            texts, style = [], segment.style
        texts.append(segment.text)
    pieces.append(Segment("".join(texts), style))
    strip = Strip(pieces).adjust_cell_length(facts.width, base)
    for line_filter in facts.filters:  # behind the padding, which has a colour, too
        strip = Strip(line_filter.apply(list(strip), facts.background), facts.width)
    return strip
