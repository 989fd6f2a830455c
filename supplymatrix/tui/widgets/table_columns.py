"""Which columns are shown, in which order, and which fit: pinned ones stay, the others move by whole columns."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from rich.cells import cell_len

from supplymatrix.model.value import changed, value
from supplymatrix.reports.plain import plain
from supplymatrix.tui.widgets.table_model import TableColumn

__all__ = ["Arrangement", "ColumnWindow", "hide", "measure_column", "move", "shown_keys", "toggle_pin", "window_of"]

_SAMPLE = 200  # texts that a width is taken from
_LEAST = 4  # cells: room for a letter, `…` and what stands between columns


@value
class Arrangement:
    """Keys of columns. order: empty = as given; pinned: shown first, in this order; hidden: not shown."""

    order: tuple[str, ...] = ()
    pinned: tuple[str, ...] = ()
    hidden: tuple[str, ...] = ()


@value
class ColumnWindow:
    """What fits. places: (place among the shown columns, cells) from left to right; first, last, total: of the columns
    that are not pinned, counted from 1; total 0 = there are none."""

    places: tuple[tuple[int, int], ...]
    first: int
    last: int
    total: int

    @property
    def text(self) -> str:
        """Return which of the columns that are not pinned are seen, "" where all fit."""
        if self.total == 0 or self.last - self.first + 1 >= self.total:
            return ""
        return f"‹{self.first}–{self.last} of {self.total}›"  # noqa: RUF001 - a range


def shown_keys(keys: Sequence[str], arrangement: Arrangement) -> tuple[str, ...]:
    """Return the keys that are shown, pinned ones first. Never none of several: then nothing counts as hidden."""
    known = dict.fromkeys((*(key for key in arrangement.order if key in set(keys)), *keys))
    pinned = [key for key in dict.fromkeys(arrangement.pinned) if key in known]
    every = tuple(dict.fromkeys((*pinned, *known)))
    return tuple(key for key in every if key not in set(arrangement.hidden)) or every


def toggle_pin(arrangement: Arrangement, key: str) -> Arrangement:
    """Return the arrangement with a column pinned, or no longer."""
    pinned = arrangement.pinned
    after = tuple(item for item in pinned if item != key) if key in pinned else (*pinned, key)
    return changed(arrangement, pinned=after)


def hide(keys: Sequence[str], arrangement: Arrangement, key: str) -> Arrangement:
    """Return the arrangement with a column hidden; the last one that is shown stays."""
    if key not in keys or len(shown_keys(keys, arrangement)) < 2:
        return arrangement
    return changed(arrangement, hidden=tuple(dict.fromkeys((*arrangement.hidden, key))))


def move(keys: Sequence[str], arrangement: Arrangement, key: str, step: int) -> Arrangement:
    """Return the arrangement with a shown column moved by one, among those pinned or those not pinned."""
    shown = shown_keys(keys, arrangement)
    if key not in shown:
        return arrangement
    is_pinned = key in arrangement.pinned
    peers = [item for item in shown if (item in arrangement.pinned) is is_pinned]
    place = peers.index(key)
    if not 0 <= place + step < len(peers):
        return arrangement
    other = peers[place + step]
    if is_pinned:
        return changed(arrangement, pinned=_swapped(arrangement.pinned, key, other))
    whole = tuple(dict.fromkeys((*(item for item in arrangement.order if item in set(keys)), *keys)))
    return changed(arrangement, order=_swapped(whole, key, other))


def measure_column(column: TableColumn) -> int:
    """Return how many cells a column takes, from a fixed number of its texts."""
    if column.width > 0:
        return column.width
    count = len(column.texts)
    step = max(1, count // _SAMPLE)
    longest = max((_width(column.texts[row], column.max_width) for row in range(0, count, step)), default=0)
    title = min(_width(column.title, column.max_width) + 2, column.max_width)  # and the mark of a sort
    return max(column.min_width, title, min(longest + 2 * (column.marks is not None), column.max_width))


def window_of(pinned: int, total: int, width_of: Callable[[int], int], *, left: int, room: int) -> ColumnWindow:
    """Return which columns fit.

    pinned: how many of `total` columns, from the first, stay. left: the first of the others that is shown, from 0.
    room: cells. Pinned columns give way until there is room for another one; only the first of the others is ever cut.
    """
    others = total - pinned
    left = max(0, min(left, others - 1))
    places: list[tuple[int, int]] = []
    for place in range(pinned):
        most = room - (_LEAST if others else 0)
        width = min(width_of(place), max(0, most - 1))
        if width < 1:
            break
        places.append((place, width))
        room -= width + 1
    last = left
    for place in range(pinned + left, total):
        width = width_of(place)
        if place == pinned + left:
            width = max(1, min(width, room))
        if width > room:
            break
        places.append((place, width))
        room -= width + 1
        last = place - pinned + 1
    return ColumnWindow(places=tuple(places), first=left + 1 if others else 0, last=last, total=max(0, others))


def _swapped(keys: tuple[str, ...], one: str, other: str) -> tuple[str, ...]:
    places = {one: other, other: one}
    return tuple(places.get(key, key) for key in keys)


def _width(text: str, most: int) -> int:
    """Return the cells of a text; one of a megabyte is not read to its end."""
    return cell_len(plain(text[: most + 1]))
