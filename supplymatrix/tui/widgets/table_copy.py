"""What of a table is copied: a row with the cell of the cursor, or all that is seen.

`tui.copying.render_copy` writes it in a form.
"""

from __future__ import annotations

from collections.abc import Sequence

from supplymatrix.model.value import changed
from supplymatrix.tui.copying import CopyOffer
from supplymatrix.tui.widgets.table_model import TableData

__all__ = ["offer_row", "offer_view"]


def offer_row(data: TableData, row: int, keys: Sequence[str], at: str = "") -> CopyOffer:
    """Return one row. keys: columns, in the order shown; at: the column of the cursor, "" = none."""
    return changed(_offer(data, "1 row", (row,), keys), cell=data.columns[at].texts[row] if at else "")


def offer_view(data: TableData, rows: Sequence[int], keys: Sequence[str]) -> CopyOffer:
    """Return all rows of a view. keys: columns, in the order shown."""
    return _offer(data, f"{len(rows):,} row{'s' * (len(rows) != 1)}", rows, keys)


def _offer(data: TableData, what: str, rows: Sequence[int], keys: Sequence[str]) -> CopyOffer:
    columns = [data.columns[key] for key in keys]
    titles = [column.title for column in columns]
    # JSON has one value for a name: where two titles are alike, the keys, which are not
    head = tuple(titles) if len(set(titles)) == len(titles) else tuple(keys)
    return CopyOffer(what=what, head=head, rows=tuple(tuple(column.texts[row] for column in columns) for row in rows))
