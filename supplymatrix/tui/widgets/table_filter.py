"""What a person types to see fewer rows: words, `column:value`, `column:>number`. All terms must hold.

    red net              rows with "red" in some cell and "net" in some cell; upper and lower case are the same
    "red hat"            with the blank
    vendor:red           "red" in the column `vendor`
    days:>7              also <, >=, <=, =; what is not known never holds

A word that nothing contains, with no more than FUZZY_ROWS rows left by the terms before it, is looked for letter by
letter in order within one cell. Columns that are hidden are searched too; of a cell, its
first 4,096 characters.
"""

from __future__ import annotations

import operator
import re
from collections.abc import Callable, Mapping, Sequence
from itertools import compress, repeat
from operator import contains

from supplymatrix.model.value import value
from supplymatrix.tui.widgets.table_model import TableData, fold, folded

__all__ = ["FUZZY_ROWS", "FilterHits", "FilterTerm", "filter_rows", "has_letters", "parse_filter"]

FUZZY_ROWS = 5_000
_LONGEST = 500  # characters of a filter
_TERM = re.compile(r'(?:([^\s:"]+):)?(?:"([^"]*)"?|([^\s"]+))')
_COMPARE = re.compile(r"(>=|<=|>|<|=)(-?\d+(?:\.\d+)?)")
_CONTROLS = re.compile(r"[\x00-\x1f\x7f]")
_OPERATORS: Mapping[str, Callable[[float, float], bool]] = {
    ">": operator.gt, "<": operator.lt, ">=": operator.ge, "<=": operator.le, "=": operator.eq,
}  # fmt: skip


@value
class FilterTerm:
    """One term. column: key, "" = any; text: case-folded."""

    text: str
    column: str = ""


@value
class FilterHits:
    """What is left. mask: one byte for each row, 1 = it is left, None = all are; is_fuzzy: some word was found by its
    letters alone."""

    mask: bytes | None
    is_fuzzy: bool = False


def parse_filter(text: str, columns: Mapping[str, str]) -> tuple[FilterTerm, ...]:
    """Return the terms of a filter, those for columns first. columns: title by key.

    What looks like a column but is none, as in `https://…`, is a word; a column with nothing after it says nothing yet.
    """
    names = {title.casefold().replace(" ", "-"): key for key, title in columns.items()}
    names |= {key.casefold(): key for key in columns}
    terms = []
    for match in _TERM.finditer(_CONTROLS.sub(" ", text[:_LONGEST])):
        name, quoted, bare = match.groups()
        said = (quoted if quoted is not None else bare).casefold()
        column = names.get(name.casefold(), "") if name else ""
        if name and not column:
            said = f"{name.casefold()}:{said}"
        if said and not (said.endswith(":") and said[:-1] in names):
            terms.append(FilterTerm(text=said, column=column))
    return tuple(sorted(terms, key=lambda term: not term.column))


def filter_rows(data: TableData, text: str) -> FilterHits:
    """Return the rows that a filter leaves."""
    mask: bytes | None = None
    is_fuzzy = False
    for term in parse_filter(text, {key: column.title for key, column in data.columns.items()}):
        few = _few_rows(data, mask)
        if few is None:
            found = _whole_mask(data, term)
            mask = found if mask is None else _both(mask, found)
            continue
        rows = _holding(data, term, few)
        if not rows and not term.column:
            rows = [row for row in few if any(has_letters(cell, term.text) for cell in _cells(data, row))]
            is_fuzzy = is_fuzzy or bool(rows)
        mask = _mask_of(data, rows)
    return FilterHits(mask=mask, is_fuzzy=is_fuzzy)


def has_letters(text: str, letters: str) -> bool:
    """Whether a text has letters in this order, others in between or not."""
    place = 0
    for letter in letters:
        place = text.find(letter, place) + 1
        if not place:
            return False
    return True


def _few_rows(data: TableData, mask: bytes | None) -> Sequence[int] | None:
    """Return the rows that are left where they are few enough to be looked at one by one, else None."""
    if (data.row_count if mask is None else mask.count(1)) > FUZZY_ROWS:
        return None
    return range(data.row_count) if mask is None else list(compress(range(data.row_count), mask))


def _holding(data: TableData, term: FilterTerm, rows: Sequence[int]) -> list[int]:
    if not term.column:
        mask = data.mask_of(term.text)
        return [row for row in rows if mask[row]]
    compare = _COMPARE.fullmatch(term.text)
    if compare is not None:
        holds, number, numbers = _OPERATORS[compare[1]], float(compare[2]), data.numbers(term.column)
        return [row for row in rows if holds(numbers[row], number)]
    texts = data.columns[term.column].texts
    return [row for row in rows if term.text in fold(texts[row])]


def _whole_mask(data: TableData, term: FilterTerm) -> bytes:
    if not term.column:
        return data.mask_of(term.text)
    compare = _COMPARE.fullmatch(term.text)
    if compare is not None:
        return bytes(map(_OPERATORS[compare[1]], data.numbers(term.column), repeat(float(compare[2]))))
    return bytes(map(contains, folded(data.columns[term.column].texts), repeat(term.text)))


def _mask_of(data: TableData, rows: Sequence[int]) -> bytes:
    mask = bytearray(data.row_count)
    for row in rows:
        mask[row] = 1
    return bytes(mask)


def _both(one: bytes, other: bytes) -> bytes:
    return (int.from_bytes(one, "big") & int.from_bytes(other, "big")).to_bytes(len(one), "big")


def _cells(data: TableData, row: int) -> list[str]:
    return [fold(column.texts[row]) for column in data.columns.values()]
