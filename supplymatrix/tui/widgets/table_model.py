"""Rows as columns that never change, and a view of them: which rows, in which order.

    data = TableData([TableColumn(key="name", title="module", texts=names), TableColumn(key="days", title="days", ...)])
    view = view_of(data, filter_text="red name:net days:>7", sort=(("days", True),))
    view.rows                                      # numbers of rows of `data`

A sort key that is not known comes last in both directions. An order of all rows is kept, and a filter picks from
it. Orders and the search text are made in small steps, so that whoever runs an event loop can do it between keys.
"""

from __future__ import annotations

from array import array
from collections.abc import Callable, Generator, Iterator, Mapping, Sequence
from itertools import compress, repeat
from operator import contains
from typing import Any

from supplymatrix.engine.screen_state import ListState
from supplymatrix.model.value import value

__all__ = [
    "NO_DATA",
    "Sort",
    "SortKey",
    "TableColumn",
    "TableData",
    "TableState",
    "TableView",
    "share_equal",
    "view_of",
]

SortKey = float | str | None
Sort = tuple[tuple[str, bool], ...]
"""Keys of columns, first the one that counts most, each with whether it is reversed."""

_SORT_ROWS = 16_384  # keys of one step of a sort
_SEARCH_CELLS = 32_768  # cells of one search text: about 5 ms to make, and one wide letter widens no more than these
_READ = 4_096  # characters of a cell that are searched and sorted by: a cell of a megabyte stops nobody


@value
class TableColumn:
    """One column. key: its name in state and filters, without blanks; title: for people; texts: one for each row.

    sort_keys: one for each row, None = not known; absent: the text, or the number it says where `is_number`.
    marks: a sign before the text, of one cell, "" = none. styles: names of STYLES, "" = none.
    width: cells, 0 = as wide as its texts, from `min_width` to `max_width`.
    keeps_end: what is too long is cut at its beginning: of a path the end tells more.
    """

    key: str
    title: str
    texts: Sequence[str]
    sort_keys: Sequence[SortKey] | None = None
    marks: Sequence[str] | None = None
    styles: Sequence[str] | None = None
    is_number: bool = False
    width: int = 0
    min_width: int = 3
    max_width: int = 40
    keeps_end: bool = False


@value
class TableState:
    """How a table was left. hidden, pinned, order: keys of columns; current: id of the row; column: key, "" = first."""

    sort: Sort = ()
    filter: str = ""
    hidden: tuple[str, ...] = ()
    pinned: tuple[str, ...] = ()
    order: tuple[str, ...] = ()
    current: str = ""
    column: str = ""

    def to_list_state(self) -> ListState:
        """Return what the state file keeps: all but the column of the cursor."""
        return ListState(
            sort=self.sort, filter=self.filter, hidden=self.hidden, pinned=self.pinned, order=self.order,
            current=self.current,
        )  # fmt: skip

    @classmethod
    def from_list_state(cls, kept: ListState) -> TableState:
        """Return the state that was kept in the state file."""
        return cls(
            sort=kept.sort, filter=kept.filter, hidden=kept.hidden, pinned=kept.pinned, order=kept.order,
            current=kept.current,
        )  # fmt: skip


@value
class TableView:
    """Which rows are seen, in which order. is_fuzzy: no row has the words as written, these have their letters."""

    rows: Sequence[int]
    is_fuzzy: bool = False


class TableData:
    """Columns of equal length. What is computed from them is kept; they themselves are never written to."""

    def __init__(self, columns: Sequence[TableColumn], ids: Sequence[str] | None = None) -> None:
        """Take columns over, without a copy. ids: one for each row, unique; absent: the number of the row.

        Raises ValueError for columns of different lengths, and for two of one key.
        """
        self.columns: Mapping[str, TableColumn] = {column.key: column for column in columns}
        self.row_count = len(columns[0].texts) if columns else 0
        if len(self.columns) != len(columns):
            raise ValueError("two columns have the same key")
        for column in columns:
            for cells in (column.texts, column.sort_keys, column.marks, column.styles):
                if cells is not None and len(cells) != self.row_count:
                    raise ValueError(f"column {column.key!r} has {len(cells)} cells, not {self.row_count}")
        if ids is not None and len(ids) != self.row_count:
            raise ValueError(f"there are {len(ids)} ids for {self.row_count} rows")
        self._ids = ids
        self._orders: dict[Sort, Sequence[int]] = {(): range(self.row_count)}
        self._numbers: dict[str, array[float]] = {}
        self._search: list[list[str]] = []  # the lines of each step
        self._search_rows = max(16, _SEARCH_CELLS // max(1, len(columns)))

    def row_id(self, row: int) -> str:
        """Return the id of a row."""
        return self._ids[row] if self._ids is not None else str(row)

    def row_of(self, row_id: str) -> int | None:
        """Return the row of an id, None = there is none."""
        if self._ids is None:
            row = int(row_id) if row_id.isascii() and row_id.isdecimal() and len(row_id) < 10 else -1
            return row if 0 <= row < self.row_count else None
        try:
            return self._ids.index(row_id)
        except ValueError:
            return None

    def sort_keys(self, key: str) -> Sequence[SortKey]:
        """Return what a column is sorted by; None where it is not known."""
        column = self.columns[key]
        if column.sort_keys is not None:
            return column.sort_keys
        if column.is_number:
            return [_number(text) for text in column.texts]
        return [text or None for text in folded(column.texts)]

    def numbers(self, key: str) -> array[float]:
        """Return the numbers that a column is sorted by; NaN where there is none, which no comparison holds for."""
        found = self._numbers.get(key)
        if found is None:
            keys = self.sort_keys(key)
            found = array("d", [number if isinstance(number, (int, float)) else _NAN for number in keys])
            self._numbers[key] = found
        return found

    def known_sort(self, sort: Sort) -> Sort:
        """Return those parts of a sort for which there is a column."""
        return tuple((key, reverse) for key, reverse in sort if key in self.columns)

    def order(self, sort: Sort) -> Sequence[int]:
        """Return all rows in an order; rows that are equal in it stay as they were given."""
        known = self.known_sort(sort)
        found = self._orders.get(known)
        if found is None:
            for _ in self.prepare_order(known):
                pass
            found = self._orders[known]
        return found

    def is_ready(self, sort: Sort) -> bool:
        """Whether an order is there already."""
        return self.known_sort(sort) in self._orders

    def prepare_order(self, sort: Sort) -> Iterator[None]:
        """Make an order in steps of some 10 to 40 ms for 100,000 rows."""
        known = self.known_sort(sort)
        for size in range(1, len(known) + 1):
            part = known[-size:]  # the least of the keys first, then by each greater one: a sort keeps what is equal
            if part in self._orders:
                continue
            key, reverse = part[0]
            opposite = self._orders.get(((key, not reverse), *part[1:]))  # one long run to a sort, and equals stay
            base = opposite if opposite is not None else self._orders[part[1:]]
            keys = self.sort_keys(key)
            rows = yield from _sort_in_steps(base, keys, reverse=reverse, pieces=opposite is None)
            for old in [sort for sort in self._orders if len(sort) > 1][:-_ORDERS]:
                del self._orders[old]
            self._orders[part] = rows
            yield

    def prepare_search(self) -> Iterator[None]:
        """Make the search text in steps of some 5 ms."""
        size = self._search_rows
        while len(self._search) * size < self.row_count:
            begin = len(self._search) * size
            self._search.append(_search_lines([_cut(c.texts[begin : begin + size]) for c in self.columns.values()]))
            yield

    def mask_of(self, word: str) -> bytes:
        """Return one byte for each row: 1 where some cell has a case-folded word in it."""
        for _ in self.prepare_search():
            pass
        return b"".join(bytes(map(contains, lines, repeat(word))) for lines in self._search)


_NAN = float("nan")
_ORDERS = 4  # orders by several columns that are kept
NO_DATA = TableData(())


def view_of(data: TableData, *, filter_text: str = "", sort: Sort = ()) -> TableView:
    """Return the rows that a filter leaves, sorted."""
    from supplymatrix.tui.widgets.table_filter import filter_rows

    found = filter_rows(data, filter_text)
    order = data.order(sort)
    if found.mask is None:
        return TableView(rows=order)
    there = found.mask if isinstance(order, range) else map(found.mask.__getitem__, order)
    return TableView(rows=array("i", compress(order, there)), is_fuzzy=found.is_fuzzy)


def share_equal(texts: Sequence[str]) -> list[str]:
    """Return the same texts, those that are equal as one object: states and versions then take little memory.

    Takes some 15 ms for 100,000 texts: for the worker that makes the data, not for the event loop.
    """
    seen: dict[str, str] = {}
    return [seen.setdefault(text, text) for text in texts]


def folded(texts: Sequence[str]) -> Sequence[str]:
    """Return texts without their case: by one call for all where none has a newline, which is ten times quicker."""
    texts = _cut(texts)
    joined = "\n".join(texts)
    if joined.count("\n") == len(texts) - 1:
        small = joined.casefold()
        return texts if small == joined else small.split("\n")  # no second copy of what has no capitals
    return [text.casefold() for text in texts]


def fold(text: str) -> str:
    """Return what of a text is searched, without its case."""
    return text[:_READ].casefold()


def _cut(texts: Sequence[str]) -> Sequence[str]:
    return [text[:_READ] for text in texts] if max(map(len, texts), default=0) > _READ else texts


def _search_lines(pieces: Sequence[Sequence[str]]) -> list[str]:
    """Return one line for each row without its case, its cells apart by a character that no typed word has."""
    lines = list(map("\x1f".join, zip(*pieces, strict=True)))
    text = "\n".join(lines)
    small = text.casefold() if text.count("\n") == len(lines) - 1 else None
    if small is None:
        return [line.casefold() for line in lines]
    return lines if small == text else small.split("\n")


def _sort_in_steps(
    rows: Sequence[int], keys: Sequence[SortKey], *, reverse: bool, pieces: bool
) -> Generator[None, None, Sequence[int]]:
    """Return rows sorted by their keys, those of equal keys in the order given, those without one at the end.

    pieces: sort pieces by themselves first, so that the last sort finds runs and only merges them.
    """
    known = [row for row in rows if (key := keys[row]) is not None and key == key]  # noqa: PLR0124 - NaN is unknown
    yield
    kind = _key_reader(keys)
    for begin in range(0, len(known) if pieces else 0, _SORT_ROWS):
        known[begin : begin + _SORT_ROWS] = sorted(known[begin : begin + _SORT_ROWS], key=kind, reverse=reverse)
        yield
    known.sort(key=kind, reverse=reverse)
    yield
    if len(known) < len(rows):
        there = set(known)
        known += [row for row in rows if row not in there]
    return array("i", known)


def _key_reader(keys: Sequence[SortKey]) -> Callable[[int], Any]:
    """Return what reads the key of a row: as it is where all are numbers or all texts, else numbers before texts."""
    kinds = set(map(type, keys))
    if str not in kinds or kinds <= {str, type(None)}:
        return keys.__getitem__
    return lambda row: _numbers_first(keys[row])


def _numbers_first(key: SortKey) -> tuple[bool, SortKey]:
    return isinstance(key, str), key


def _number(text: str) -> float | None:
    try:
        return float(text.replace(",", ""))
    except ValueError:
        return None
