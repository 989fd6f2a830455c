"""What stands beside the table of the matrix: the evidence of a cell, the parts of a score, a question, the ranking."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial

from textual.content import Content

from supplymatrix.reports.matrix_cells import mark_of, word_of
from supplymatrix.reports.snippet import wrap
from supplymatrix.tui.palette import PaletteItem
from supplymatrix.tui.screens.matrix_data import SCORE, UNKNOWN
from supplymatrix.tui.screens.matrix_state import MatrixState
from supplymatrix.tui.screens.matrix_weights import ranking_lines, weight_changes
from supplymatrix.tui.widgets.details import heading
from supplymatrix.tui.widgets.evidence import cell_lines, question_lines, score_lines, unknown_lines
from supplymatrix.vendors.matrix import Option

__all__ = ["cell_items", "plain_matrix", "side_lines"]


def side_lines(state: MatrixState, option: Option | None, row: str, width: int) -> Iterator[Content]:
    """Yield what is known of a place of the table. option: None = of all of them; row: "" = the table has none."""
    if row == SCORE:
        yield from score_lines(state.view, option, width) if option is not None else _ranking(state, width)
    elif row == UNKNOWN:
        yield from unknown_lines(state.view, (option,) if option is not None else state.options)
    elif row and option is None:
        yield from question_lines(state.view, state.options, row)
    elif row and option is not None:
        yield from cell_lines(state.view, option, row, width)


def _ranking(state: MatrixState, width: int) -> Iterator[Content]:
    yield heading("ranking by score, least to most of 100")
    yield from ranking_lines(state.options, state.scores, state.default_scores, width)
    changes = weight_changes(state.history.now.weights)
    yield Content("")
    yield Content(f"changed: {'; '.join(changes)}" if changes else "w changes what counts")


def cell_items(state: MatrixState, key: str, go: Callable[[tuple[str, ...]], object]) -> list[PaletteItem]:
    """Return what each option answers to a question, to choose from. go: goes to the parts of a link."""
    words = [(option, word_of(option.cells[key])) for option in state.options]
    return [
        PaletteItem(kind=f"{mark_of(word)} {word}", text=option.name, go=partial(go, (option.id, key)))
        for option, word in words
    ]


def plain_matrix(state: MatrixState, option: Option | None, key: str, width: int) -> str:
    """Return one cell, or the ranking and every question with what all options answer, as linear text."""
    if option is not None and key:
        lines = [*cell_lines(state.view, option, key, width)]
    else:
        lines = [*_ranking(state, width)]
        for item in state.keys:
            lines += [Content(""), *question_lines(state.view, state.options, item.id)]
    texts = [line.plain.rstrip() for line in lines]
    return "\n".join(part for text in texts for part in ([text] if len(text) <= width else wrap(text, width)))
