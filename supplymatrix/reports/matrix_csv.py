"""The matrix for a spreadsheet: one row for each cell, RFC 4180, every field in quotes.

A field that a spreadsheet would take for a formula gets an apostrophe in front: what begins with = + - @, also behind
blanks or in their wide forms. Quotes round every field keep one that holds `;` or a tab from being split.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence

from supplymatrix.model.vendor import State
from supplymatrix.reports.matrix_cells import scope_of, value_of
from supplymatrix.reports.plain import plain
from supplymatrix.vendors.capability_keys import CapabilityKey
from supplymatrix.vendors.cells import Answer, Cell
from supplymatrix.vendors.matrix import MatrixView, Option

__all__ = ["HEADS", "render_matrix_csv", "safe_field"]

HEADS: tuple[str, ...] = (
    "as_of", "option", "name", "key", "title", "weight", "state", "status", "value", "scope", "earns_low", "earns_high",
    "points_low", "points_high", "evidence", "sources", "kinds", "read", "counts_until", "conflicts", "searched",
)  # fmt: skip
_FORMULA = "=+-@＝＋－＠"  # noqa: RUF001 - the wide forms are formulas in some versions  # noqa: RUF003


def render_matrix_csv(view: MatrixView) -> str:
    """Return the matrix as CSV with CRLF line ends. points: of the score, rounded to hundredths."""
    out = io.StringIO()
    writer = csv.writer(out, quoting=csv.QUOTE_ALL, lineterminator="\r\n")
    writer.writerow(HEADS)
    for option in view.matrix.options:
        points = {part.key: part for part in view.scores[option.id].contributions}
        for key in view.matrix.keys:
            part = points.get(key.id)
            span = ("0", "0") if part is None else (f"{float(part.low):.2f}", f"{float(part.high):.2f}")
            writer.writerow([safe_field(text) for text in _row(view, option, key, span)])
    return out.getvalue()


def safe_field(text: str) -> str:
    """Return a text that no spreadsheet takes for a formula, on one line."""
    text = plain(text)
    return f"'{text}" if text.lstrip()[:1] in tuple(_FORMULA) else text


def _row(view: MatrixView, option: Option, key: CapabilityKey, points: tuple[str, str]) -> tuple[str, ...]:
    cell = option.cells[key.id]
    answers = _telling(cell)
    sources = [
        source for answer in answers for source in answer.evidence if source.is_live or cell.state is State.UNKNOWN
    ]
    items = [source.evidence for source in sources]
    return (
        str(view.matrix.as_of), option.id, option.name, key.id, key.title, str(view.matrix.weights.get(key.id, 0)),
        cell.state.value, cell.status.value, value_of(cell), _joined(scope_of(a.capability.scope) for a in answers),
        str(cell.low), str(cell.high), *points,
        _joined(item.id for item in items), _joined(item.source for item in items),
        _joined(item.kind.value for item in items), _joined(str(item.retrieved_at) for item in items),
        _joined(str(source.expires_at) for source in sources),
        _joined(f"{first} / {second}" for first, second in cell.conflicts),
        _joined(place for answer in cell.answers for place in answer.capability.searched),
    )  # fmt: skip


def _telling(cell: Cell) -> Sequence[Answer]:
    """Return the answers that a cell's state comes from."""
    return [answer for answer in cell.answers if answer.state is cell.state] or cell.answers


def _joined(texts: Iterable[str]) -> str:
    return "; ".join(text for text in texts if text)
