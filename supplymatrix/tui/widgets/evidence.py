"""What a cell of the matrix rests on, as lines of a pane: the words of the report, headings and addresses marked."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from textual.content import Content

from supplymatrix.model.vendor import State
from supplymatrix.reports.matrix_cells import mark_of, say_tally, tally_of, value_of, word_of
from supplymatrix.reports.matrix_explain import render_cell, render_score
from supplymatrix.reports.plain import plain
from supplymatrix.tui.widgets.details import heading
from supplymatrix.vendors.capability_keys import KEYS
from supplymatrix.vendors.cells import Cell
from supplymatrix.vendors.matrix import MatrixView, Option

__all__ = ["address", "cell_lines", "cell_sources", "question_lines", "score_lines", "unknown_lines"]

COLORS = {"yes": "$success", "partly": "$warning", "no": "$error", "stale": "$warning", "conflict": "$error"}
"""Colours of words; each stands beside its mark and word."""
_ADDRESS = ("https://", "http://")
_LEAST = 24  # cells that a report can be wrapped to
_NUMBERED = re.compile(r"\d+\. ")
_SOURCE = re.compile(r"- [\w.:-]+: |- otherwise says ")


def address(text: str) -> Content:
    """Return an address as all screens show it; a path in a repository, which no browser opens, as it is."""
    shown = plain(text)
    return Content.styled(shown, "$accent underline") if shown.strip().startswith(_ADDRESS) else Content(shown)


def cell_lines(view: MatrixView, option: Option, key: str, width: int) -> Iterator[Content]:
    """Yield one cell down to its sources, as `matrix --explain ID/KEY` tells it."""
    cell = option.cells[key]
    word = word_of(cell)
    yield heading(f"{KEYS[key].title} · {option.name}")
    yield Content.assemble((f"{mark_of(word)} {word}", COLORS.get(word, "")), f"  {value_of(cell)}".rstrip())
    yield Content("")
    lines = render_cell(view, option, key, width=max(_LEAST, width)).splitlines()
    begun = False
    for line in lines:
        begun = begun or line.startswith("  ")
        if begun:  # before that stands what the first two lines say already
            yield _styled(line)


def score_lines(view: MatrixView, option: Option, width: int) -> Iterator[Content]:
    """Yield a score in its parts, as `matrix --explain ID` tells it."""
    first = True
    for line in render_score(view, option, width=max(_LEAST, width)).splitlines():
        yield heading(line) if first else _styled(line)
        first = False


def question_lines(view: MatrixView, options: Sequence[Option], key: str) -> Iterator[Content]:
    """Yield one question with what each option answers."""
    yield heading(f"{KEYS[key].title} · all")
    yield Content.styled(KEYS[key].question, "dim")
    yield Content(f"weight {view.matrix.weights.get(key, 0)}, key {key}")
    yield Content("")
    for option in options:
        cell = option.cells[key]
        word = word_of(cell)
        said = value_of(cell)
        yield Content.assemble(
            (f"{mark_of(word)} {word}", COLORS.get(word, "")), "  ", (plain(option.name), "bold"),
            f": {said}" if said and said != word else "",
        )  # fmt: skip
    yield Content("")
    yield Content.styled("Enter chooses a vendor, ← → go from one to the next: down to where that is written", "dim")


def unknown_lines(view: MatrixView, options: Sequence[Option]) -> Iterator[Content]:
    """Yield what is not known of some options, and why."""
    keys = view.matrix.keys
    yield heading(f"unknown · {options[0].name if len(options) == 1 else 'all'}")
    yield Content(say_tally(tally_of(options, keys)))
    for option in options:
        unknown = [key for key in keys if option.cells[key.id].state is State.UNKNOWN]
        if unknown:
            yield Content("")
            yield heading(option.name)
        for key in unknown:
            cell = option.cells[key.id]
            word, said = word_of(cell), value_of(cell)
            yield Content(f"{mark_of(word)} {key.title}: {said if said and said != word else word}")


def cell_sources(cell: Cell) -> tuple[tuple[str, str], ...]:
    """Return the addresses behind a cell, those of what holds first, each with the id of its evidence."""
    found = {
        source.evidence.source: f"{answer.vendor}:{source.evidence.id}"
        for answer in cell.answers
        for source in (*answer.evidence, *answer.against)
    }
    return tuple(found.items())


def _styled(line: str) -> Content:
    text = plain(line)
    body = text.strip()
    if _NUMBERED.match(text) or _SOURCE.match(body):
        return heading(text)
    if body.startswith(_ADDRESS):
        return address(text)
    if body.startswith(("conflict", "otherwise says", "a stronger source", "stale since")):
        return Content.styled(text, "$error")
    return Content(text)
