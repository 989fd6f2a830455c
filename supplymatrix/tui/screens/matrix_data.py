"""A matrix as rows and columns of a table: each cell a mark and a short text, with how much stands behind it.

Behind the text: `²` is the number of live sources, from two on; `~` says that a statement behind it has expired, `!`
that sources differ. Marks and texts are those of the report of the matrix.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from fractions import Fraction

from supplymatrix.model.vendor import State
from supplymatrix.reports.matrix_cells import (
    LEGEND,
    is_doubtful,
    mark_of,
    short_texts,
    span_of,
    tally_of,
    value_of,
    word_of,
)
from supplymatrix.reports.plain import plain
from supplymatrix.reports.snippet import text_width
from supplymatrix.tui.copying import CopyOffer
from supplymatrix.tui.widgets.evidence import cell_sources
from supplymatrix.tui.widgets.table_model import TableColumn, TableData
from supplymatrix.vendors.capability_keys import KEYS, CapabilityKey
from supplymatrix.vendors.cells import Cell, CellStatus
from supplymatrix.vendors.matrix import MatrixScore, MatrixView, Option, row_number

__all__ = [
    "HEAD_ROWS", "LEGEND_LINE", "QUESTION", "SCORE", "UNKNOWN", "WEIGHT", "cell_text", "live_sources", "matrix_data",
    "offer_of_cell", "ordered_ids", "row_title", "say_cells", "short_name", "sources_of",
]  # fmt: skip

QUESTION, WEIGHT = "?question", "?weight"
"""Keys of the first two columns; no vendor's id has a question mark."""
SCORE, UNKNOWN = "?score", "?unknown"
"""Ids of the first two rows."""
HEAD_ROWS = (SCORE, UNKNOWN)
SaidCells = Mapping[str, Mapping[str, tuple[str, str, str]]]
"""By option and question: text, mark and style of a cell."""
_QUESTION_WIDTH = 27
_WIDTH = 10  # cells of an option's column
_STYLES = {"yes": "good", "partly": "part", "no": "bad", "n/a": "muted", "stale": "part", "conflict": "bad"}
_SUPERSCRIPT = "⁰¹²³⁴⁵⁶⁷⁸⁹"
LEGEND_LINE = "  ".join([*(f"{mark_of(word)} {word}" for word, _ in LEGEND), "² sources"])


def row_title(key: CapabilityKey) -> str:
    """Return the number and title of a row; the number is the same whichever rows are shown."""
    return f"{row_number(key):>2} {key.title}"


def matrix_data(
    view: MatrixView,
    options: Sequence[Option],
    keys: Sequence[CapabilityKey],
    scores: Mapping[str, MatrixScore],
    said: SaidCells,
) -> TableData:
    """Return the table of some options and rows; the score and the number of unknown cells come first.

    said: what `say_cells` says of each option.
    """
    weights = view.matrix.weights
    whole = str(sum(weights.get(key, 0) for key in KEYS))
    shown = [str(weights.get(key.id, 0) or "·") for key in keys]
    head = [
        TableColumn(
            key=QUESTION, title="   question",
            texts=["   score of 100", "   unknown cells", *map(row_title, keys)],
            styles=["strong", "", *[""] * len(keys)], width=_QUESTION_WIDTH,
        ),
        TableColumn(key=WEIGHT, title="wt", texts=[whole, "", *shown], is_number=True, width=3),
    ]  # fmt: skip
    names = Counter(map(short_name, options))
    columns = [
        _column(option, keys, scores[option.id], said[option.id], is_alone=names[short_name(option)] == 1)
        for option in options
    ]
    return TableData([*head, *columns], [*HEAD_ROWS, *(key.id for key in keys)])


def say_cells(options: Sequence[Option]) -> SaidCells:
    """Return text, mark and style of every cell: they hang on no weight, and are made once."""
    return {
        option.id: {key: (cell_text(cell, _WIDTH - 2), *_sign(cell)) for key, cell in option.cells.items()}
        for option in options
    }


def _sign(cell: Cell) -> tuple[str, str]:
    word = word_of(cell)
    return mark_of(word), _STYLES.get(word, "unknown")


def _column(
    option: Option,
    keys: Sequence[CapabilityKey],
    score: MatrixScore,
    said: Mapping[str, tuple[str, str, str]],
    *,
    is_alone: bool,
) -> TableColumn:
    cells = [said[key.id] for key in keys]
    return TableColumn(
        key=option.id,
        title=short_name(option) if is_alone else option.id,
        texts=[span_of(score), str(_unknown_of(option)), *(text for text, _, _ in cells)],
        marks=["", "", *(mark for _, mark, _ in cells)],
        styles=["strong", "", *(style for _, _, style in cells)],
        width=_WIDTH,
    )


def short_name(option: Option, room: int = _WIDTH) -> str:
    """Return a name that fits: whole, without article and what it has in brackets, its first word, else the id."""
    name = plain(option.name)
    words = [word for word in name.partition(" (")[0].split(" ") if word.casefold() != "the"]
    tries = (name, " ".join(words), *words[:1])
    return next((text for text in tries if text and text_width(text) <= room), option.id)


def _unknown_of(option: Option) -> int:
    return tally_of([option], tuple(KEYS.values())).unknown


def cell_text(cell: Cell, room: int) -> str:
    """Return the longest text of a cell that fits, and behind it what stands behind it."""
    tail = _tail(cell)
    room -= len(tail)
    word = word_of(cell)
    texts = [text for text in short_texts(cell) if text] if cell.state is not State.UNKNOWN else [word]
    short = word if text_width(word) <= room or cell.state is not State.UNKNOWN else "unknown"  # the page says why
    text = next((text for text in texts if text_width(text) <= room), short)
    return f"{text}{tail}"


def offer_of_cell(option: Option, key: str, sources: Sequence[tuple[str, str]]) -> CopyOffer:
    """Return a cell with its sources, to be copied."""
    cell = option.cells[key]
    cells = (option.id, key, word_of(cell), value_of(cell), " ".join(url for url, _ in sources))
    head = ("vendor", "question", "state", "value", "sources")
    return CopyOffer(what=f"{option.id}/{key}", head=head, rows=(cells,))


def sources_of(options: Sequence[Option], key: str) -> tuple[tuple[str, str], ...]:
    """Return the addresses behind the cells of a question, each with the id of its evidence; of several options with
    the name of the first that rests on it, too."""
    found: dict[str, str] = {}
    for option in options:
        for url, name in cell_sources(option.cells[key]):
            found.setdefault(url, f"{plain(option.name)}: {name.partition(':')[2]}" if len(options) > 1 else name)
    return tuple(found.items())


def live_sources(cell: Cell) -> int:
    """Return how many sources carry what a cell says on the day."""
    holding = [answer for answer in cell.answers if answer.state is cell.state]
    live = {(answer.vendor, one.evidence.id) for answer in holding for one in answer.evidence if one.is_live}
    return len(live)


def _tail(cell: Cell) -> str:
    count = live_sources(cell) if cell.state is not State.UNKNOWN else 0
    many = "" if count < 2 else _SUPERSCRIPT[count] if count < len(_SUPERSCRIPT) else "⁺"
    has_stale = any(answer.status is CellStatus.STALE for answer in cell.answers)
    stale = "~" if has_stale and cell.status is not CellStatus.STALE else ""
    return f"{many}{stale}{'!' if is_doubtful(cell) else ''}"


def ordered_ids(options: Sequence[Option], row: str, scores: Mapping[str, MatrixScore]) -> tuple[str, ...]:
    """Return the ids of options, those first that are sure to earn the most in a row, then those that may."""

    def place(option: Option) -> tuple[Fraction | int, ...]:
        score = scores[option.id]
        by_score = (-score.low, -score.high)
        if row == UNKNOWN:
            return (_unknown_of(option), *by_score)
        cell = option.cells.get(row)
        return by_score if cell is None else (-cell.low, -cell.high, *by_score)

    return tuple(option.id for option in sorted(options, key=place))
