"""A table whose rows stand under heads that fold: the project, groups of its modules, and the modules of each.

    tree.set_tree(data, heads)          # each head is a row of `data` without texts, before its members
    tree.unfold_all(); tree.go_to(id)   # `go_to` unfolds what it leads to

Sorting orders the rows within each group, a filter leaves the heads above what it leaves, and what is folded while
there is a filter is forgotten with it: a filter that finds something shows it.
"""

from __future__ import annotations

from array import array
from collections.abc import Sequence
from typing import ClassVar

from rich.segment import Segment
from textual.binding import Binding, BindingType
from textual.strip import Strip

from supplymatrix.model.value import value
from supplymatrix.tui.copying import CopyOffer
from supplymatrix.tui.widgets.table import VirtualTable
from supplymatrix.tui.widgets.table_copy import offer_view
from supplymatrix.tui.widgets.table_model import Sort, TableData, TableView
from supplymatrix.tui.widgets.table_paint import strip_of
from supplymatrix.tui.widgets.table_text import fit

__all__ = ["Head", "TreeTable"]

_HEADER = 1  # line of the table
_OPEN, _FOLDED = "▾", "▹"


@value
class Head:
    """A row that others stand under. row: its own row in the data; members: the rows under it; title: its name.

    total: how many there are, with those that are not in the data.
    says, short: what it says of them, for wide and for narrow tables. is_folded: how it is at the start.
    """

    id: str
    row: int
    members: range
    total: int
    title: str
    says: str
    short: str
    is_folded: bool = False


class TreeTable(VirtualTable):
    """Rows under heads, with the cursor of a table."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("space", "fold", "Fold", key_display="Space", show=False),
        Binding("home,ctrl+home", "edge(-1, 0)", "First row", show=False),  # as in every tree: up and down matter here
        Binding("end,ctrl+end,G", "edge(1, 0)", "Last row", show=False),
    ]

    def __init__(self, *, empty: str = "", id: str | None = None) -> None:  # noqa: A002 - Textual's own word
        self.heads: tuple[Head, ...] = ()
        self.full: Sequence[int] = ()
        """The rows that the filter leaves, in their order, with heads and as if nothing were folded."""
        self._head_at: dict[int, Head] = {}
        self._folds: dict[bool, dict[str, bool]] = {False: {}, True: {}}  # by whether fewer rows are looked for
        self._counts: dict[str, int] = {}
        self._is_narrow = False
        self._filtered = ""
        super().__init__(empty=empty, id=id)

    # what a screen asks and does

    @property
    def head(self) -> Head | None:
        """The head of the cursor, None = it is on another row."""
        row = self.current_row
        return self._head_at.get(row) if row is not None else None

    def head_of(self, row: int) -> Head | None:
        """Return the head that a row stands under."""
        return next((head for head in self.heads if row in head.members), None)

    def is_folded(self, head: Head) -> bool:
        """Return whether the rows of a head are hidden."""
        narrow = self._is_narrow or bool(self.filter_text)
        return self._folds[narrow].get(head.id, head.is_folded and not narrow)

    def set_tree(self, data: TableData, heads: Sequence[Head], *, is_narrow: bool = False) -> None:
        """Show other rows. is_narrow: they are but some of all, so that nothing of them is folded at first."""
        if is_narrow != self._is_narrow:
            self._folds[True].clear()
        self._is_narrow = is_narrow
        self.heads = tuple(heads)
        self._head_at = {head.row: head for head in heads}
        self.set_data(data)

    def fold(self, head: Head, *, is_folded: bool) -> None:
        """Hide the rows of a head, or show them; a cursor on one of them goes to the head."""
        if self.is_folded(head) == is_folded:
            return
        self._folds[self._is_narrow or bool(self.filter_text)][head.id] = is_folded
        row = self.current_row
        self._look(head.id if row is not None and row in head.members else self.current_id)

    def go_to(self, row_id: str, column: str = "") -> bool:
        """Put the cursor on a row and unfold what it is under; return whether the filter lets it be seen."""
        row = self.data.row_of(row_id)
        head = self.head_of(row) if row is not None else None
        if head is not None and row in self.full:
            self.fold(head, is_folded=False)
        return super().go_to(row_id, column)

    def offer(self, what: str) -> CopyOffer:
        """Offer the modules under a head in its place; of all that is seen, the rows that are no heads."""
        keys = [column.key for column in self._columns]
        if what == "view":
            return offer_view(self.data, [row for row in self.view.rows if row not in self._head_at], keys)
        head = self.head
        if head is not None:
            return offer_view(self.data, [row for row in self.full if row in head.members], keys)
        return super().offer(what)

    # keys

    def action_fold(self) -> None:
        """Fold the group of the cursor, or unfold it."""
        row = self.current_row
        head = self.head or (self.head_of(row) if row is not None else None)
        if head is not None:
            self.fold(head, is_folded=not self.is_folded(head))

    def action_move(self, rows: int, columns: int) -> None:
        """Move the cursor; to the left folds a head or goes up to it, to the right unfolds it or goes down from it."""
        head, row = self.head, self.current_row
        if not columns or row is None:
            super().action_move(rows, columns)
        elif head is not None:
            if columns > 0 and not self.is_folded(head):
                super().action_move(1, 0)
            self.fold(head, is_folded=columns < 0)
        elif columns < 0 and self.cursor_column == 0:
            above = self.head_of(row)
            super().go_to(above.id if above is not None else self.current_id)
        else:
            super().action_move(rows, columns)

    # the table's side

    def make_view(self, sort: Sort) -> TableView:
        """Return the rows that are seen: the first row, then each head with what the filter leaves of its rows."""
        found = super().make_view(sort)
        if self.filter_text != self._filtered:
            self._filtered = self.filter_text
            self._folds[True].clear()
        self.full = found.rows
        if not self.heads:
            return found
        owner = {row: head.id for head in self.heads for row in head.members}
        groups: dict[str, list[int]] = {head.id: [] for head in self.heads}
        above = range(self.heads[0].row)
        is_hit = False
        for row in found.rows:
            name = owner.get(row)
            if name is not None:
                groups[name].append(row)
            is_hit = is_hit or row not in self._head_at
        self._counts = {name: len(rows) for name, rows in groups.items()}
        full, seen = array("i", above if is_hit else ()), array("i", above if is_hit else ())
        for head in self.heads:
            rows = groups[head.id]
            if rows:
                full.append(head.row)
                full.extend(rows)
                seen.append(head.row)
                seen.extend(() if self.is_folded(head) else rows)
        self.full = full
        return TableView(rows=seen, is_fuzzy=found.is_fuzzy)

    def render_line(self, y: int) -> Strip:
        """Return one line of what is in view; a head goes over all columns."""
        place = y - _HEADER + self.scroll_offset.y
        is_row = y >= _HEADER and place < len(self.view.rows) and not (self.error and y == self.size.height - 1)
        head = self._head_at.get(self.view.rows[place]) if is_row else None
        return super().render_line(y) if head is None else self._paint(head, is_current=place == self.cursor_row)

    def _paint(self, head: Head, *, is_current: bool) -> Strip:
        facts = self._line_facts()
        names = ("row", *(("current",) if is_current else ()), *(("busy",) if self.busy else ()))
        base = facts.style(*names)
        style = facts.style(*names, "cell") if is_current else facts.style(*names, "strong")
        shown = self._counts.get(head.id, 0)
        part = f"{shown:,} of " if shown < head.total else ""
        title = f"{head.title} · {part}{head.total:,}"
        room = max(0, facts.width - 3)
        says = next((text for text in (head.says, head.short) if len(title) + len(text) + 2 <= room), head.short)
        signs = f"{'▸' if is_current else ' '}{_FOLDED if self.is_folded(head) else _OPEN} "
        title = title if len(title) + len(says) + 2 <= room else fit(title, max(0, room - len(says) - 2))
        pieces = [Segment(signs, base), Segment(title, style), Segment(f"  {says}", base)]
        return strip_of(facts, pieces, base)

    def _why_empty(self) -> str:
        rows = self.data.row_count - len(self.heads)
        if self.filter_text and rows and not self.busy:
            return f"none of {rows:,} rows has: {self.filter_text}"
        return super()._why_empty()
