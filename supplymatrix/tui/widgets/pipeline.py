"""The way from source to running program as a row of boxes, and how many enter at each."""

from __future__ import annotations

from collections.abc import Sequence

from textual import events
from textual.content import Content
from textual.geometry import Size
from textual.message import Message
from textual.widget import Widget

from supplymatrix.model.value import value
from supplymatrix.reports.plain import plain

__all__ = ["Box", "Pipeline", "draw_pipeline"]

_LEAST = 80  # cells below which boxes have no room
_ROOM = 2  # more cells for a box on a wide terminal
_NAME = "bold"
_CURRENT = "bold reverse"


@value
class Box:
    """One stage. count: of those who enter there; is_current: where somebody is."""

    name: str
    count: int
    is_current: bool = False

    @property
    def label(self) -> str:
        """Name and count."""
        return f"{plain(self.name)} {self.count:,}"


class Pipeline(Widget):
    """Source ▶ policy 3 ▶ module 4 ▶ … ▶ program"""

    DEFAULT_CSS = "Pipeline { height: auto; width: 100%; }"

    class Chosen(Message):
        """A click on a box. number: of the box, from 0."""

        def __init__(self, number: int) -> None:
            super().__init__()
            self.number = number

    def __init__(self) -> None:
        super().__init__()
        self._boxes: tuple[Box, ...] = ()
        self._columns: tuple[range, ...] = ()

    def show(self, boxes: Sequence[Box]) -> None:
        """Show other boxes."""
        if tuple(boxes) != self._boxes:
            self._boxes = tuple(boxes)
            self.refresh()

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:
        """Return three lines, or one where the boxes have no room."""
        del container, viewport
        return 1 if width < _LEAST else 3

    def render(self) -> Content:
        """Return the lines."""
        width = self.size.width
        lines, self._columns = draw_pipeline(self._boxes, width, boxed=width >= _LEAST)
        return Content("\n").join(lines)

    def on_click(self, event: events.Click) -> None:
        """Say which box was clicked on."""
        found = [number for number, columns in enumerate(self._columns) if event.x in columns]
        if found:
            self.post_message(self.Chosen(found[0]))


def draw_pipeline(boxes: Sequence[Box], width: int, *, boxed: bool) -> tuple[list[Content], tuple[range, ...]]:
    """Return the lines, and for each box the columns in which it stands. boxed: in three lines, else in one.

    width: in cells; where it does not do, both ends go, then the counts, and then the last is cut.
    """
    if not boxes:
        return [], ()
    if not boxed:
        return _draw_line(boxes, width)
    for ends, room in ((True, _ROOM), (True, 0), (False, 0)):
        drawn = _draw_boxes(boxes, room, ends=ends)
        if drawn[0][1].cell_length <= width:
            break
    return drawn


def _draw_boxes(boxes: Sequence[Box], room: int, *, ends: bool) -> tuple[list[Content], tuple[range, ...]]:
    before, after = ("source ▶", "▶ program") if ends else ("", "")
    upper, middle, lower = (Content(" " * len(before)), Content.styled(before, "dim"), Content(" " * len(before)))
    columns: list[range] = []
    for box in boxes:
        gap = "" if box is boxes[0] else "▶"
        label = box.label.center(len(box.label) + room)
        start = middle.cell_length + len(gap)
        upper += Content(" " * len(gap) + f"╭{'─' * len(label)}╮")
        middle += Content(gap + "│") + Content.styled(label, _CURRENT if box.is_current else _NAME) + Content("│")
        lower += Content(" " * len(gap) + f"╰{'─' * len(label)}╯")
        columns.append(range(start, start + len(label) + 2))
    return [upper, middle + Content.styled(after, "dim"), lower], tuple(columns)


def _draw_line(boxes: Sequence[Box], width: int) -> tuple[list[Content], tuple[range, ...]]:
    names = [box.label for box in boxes]
    if len("▶".join(names)) > width:
        names = [plain(box.name) for box in boxes]
    line = Content("")
    columns: list[range] = []
    for box, name in zip(boxes, names, strict=True):
        if columns:
            line += Content("▶")
        columns.append(range(line.cell_length, line.cell_length + len(name)))
        line += Content.styled(name, _CURRENT if box.is_current else _NAME)
    return [line.truncate(width, ellipsis=True)], tuple(columns)
