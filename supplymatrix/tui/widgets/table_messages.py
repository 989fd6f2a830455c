"""What a table tells its screen."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.message import Message

from supplymatrix.tui.widgets.table_model import Sort

if TYPE_CHECKING:
    from supplymatrix.tui.widgets.table import VirtualTable

__all__ = ["CellActivated", "CellHighlighted", "FilterChanged", "SortChanged", "TableMessage"]


class TableMessage(Message):
    """A message of a table."""

    def __init__(self, table: VirtualTable) -> None:
        super().__init__()
        self.table = table

    @property
    def control(self) -> VirtualTable:
        """The table, for `@on` selectors."""
        return self.table


class CellHighlighted(TableMessage):
    """The cursor is on another cell. row_id, column: "" = the table has no rows."""

    def __init__(self, table: VirtualTable, row_id: str, column: str) -> None:
        super().__init__(table)
        self.row_id = row_id
        self.column = column


class CellActivated(TableMessage):
    """Enter, or a click on the cell of the cursor."""

    def __init__(self, table: VirtualTable, row_id: str, column: str) -> None:
        super().__init__(table)
        self.row_id = row_id
        self.column = column


class SortChanged(TableMessage):
    """The order is another one."""

    def __init__(self, table: VirtualTable, sort: Sort) -> None:
        super().__init__(table)
        self.sort = sort


class FilterChanged(TableMessage):
    """The filter is another one. rows: how many it leaves; is_fuzzy: they have its letters, not its words."""

    def __init__(self, table: VirtualTable, text: str, rows: int, *, is_fuzzy: bool) -> None:
        super().__init__(table)
        self.text = text
        self.rows = rows
        self.is_fuzzy = is_fuzzy
