"""The matrix for people, at 60 columns or more: a table of the options that matter, every other one as one line.

An option of the table has a column with a mark and, where it fits, a value. The others have a line each, one mark for
each question, numbered as in the table: so 13 vendors stay on one page of 80 columns.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from supplymatrix.model.value import value
from supplymatrix.model.vendor import State
from supplymatrix.reports.matrix_cells import (
    LEGEND,
    answer_word,
    is_doubtful,
    mark_of,
    say_tally,
    say_weights,
    short_texts,
    span_of,
    stale_name,
    tally_of,
    value_of,
    word_of,
    write_ascii,
)
from supplymatrix.reports.plain import plain
from supplymatrix.reports.snippet import Paint, fold, paint_for, shorten, text_width, wrap
from supplymatrix.reports.tally import counted
from supplymatrix.vendors.capability_keys import CAPABILITY_KEYS, CapabilityKey
from supplymatrix.vendors.cells import Cell
from supplymatrix.vendors.matrix import TODAY, MatrixView, Option, row_number, stale_answers

__all__ = ["render_matrix_text"]

_LEAST = 9  # cells of the narrowest column: a mark, a blank, a word
_WIDEST = 30
_NAME = 18  # cells of a name at the head of a line
_CUT = 12  # cells from which on a value that does not fit is shown cut, not replaced by a word
_GROUP = 5  # marks between two gaps
_MARKS_WIDE = len(CAPABILITY_KEYS) + len(CAPABILITY_KEYS) // _GROUP
_APART = 3  # cells from one mark to the next where there are few
_FEW = _MARKS_WIDE // _APART
_MOST_LISTED = 8


@value
class _Style:
    """How to draw. ascii_only: marks and spans without other characters."""

    width: int
    paint: Paint
    ascii_only: bool

    def said(self, text: str) -> str:
        """Return a text of ours in the characters that may be used."""
        return write_ascii(text) if self.ascii_only else text

    def mark(self, word: str) -> str:
        """Return a mark in its colour."""
        mark = mark_of(word, ascii_only=self.ascii_only)
        color = {
            "yes": self.paint.good,
            "partly": self.paint.warn,
            "no": self.paint.error,
            "n/a": self.paint.dim,
            "stale": self.paint.warn,
            "conflict": self.paint.alarm,
        }.get(word, self.paint.note)
        return f"{color}{mark}{self.paint.off}"


def render_matrix_text(
    view: MatrixView, *, width: int = 80, color: bool = False, ascii_only: bool = False, verbose: bool = False
) -> str:
    """Return the matrix as text. verbose: with the values of every row, which also come where rows were asked for."""
    style = _Style(width=max(60, width), paint=paint_for(color=color), ascii_only=ascii_only)
    columns = _columns(view, style)
    others = [option for option in view.matrix.options if option not in columns]
    out = [*_head(view, style), ""]
    if view.matrix.keys:
        out += [*_table(view, columns, style), ""]
        out += [*_strips(view, others, style), ""] if others else []
    else:
        out += ["no row: all options answer alike", ""]
    out += [*_legend(view, style), ""]
    out += [*_values(view, columns, style), ""] if (verbose or view.asked_keys) and view.matrix.keys else []
    out += _foot(view, style, verbose=verbose)
    text = "\n".join(line.rstrip() for line in out) + "\n"
    return write_ascii(text) if ascii_only else text


def _head(view: MatrixView, style: _Style) -> list[str]:
    matrix = view.matrix
    vendors = len(matrix.options) - 1
    title = f"Support paths for Go on {matrix.as_of}: today and {counted(vendors, 'vendor')}"
    today = next(option for option in matrix.options if option.id == TODAY)
    out = [f"{style.paint.bold}{title}{style.paint.off}"]
    for vendor, why in today.standing or (("nobody", "no profile of the Go project is there"),):
        out += [style.said(line) for line in fold("today is ", f"{vendor}: {why}", style.width)]
    return [*out, *wrap(_said_of_differences(view), style.width)] if view.compared else out


def _said_of_differences(view: MatrixView) -> str:
    """Return how many rows are left where those that are answered alike were to be left out."""
    among = counted(len(view.matrix.options), "column")
    if len(view.matrix.keys) == view.compared:
        return f"none of {counted(view.compared, 'row')} is answered alike in all {among}: name fewer vendors"
    return f"differences: {len(view.matrix.keys):,} of {counted(view.compared, 'row')} differ among {among}"


def _columns(view: MatrixView, style: _Style) -> list[Option]:
    """Return the options that get a column: those wanted, as many as fit, and `today` in any case."""
    room = style.width - _label_width(view)
    most = max(2, room // (_LEAST + 1))
    wanted = [option for option in view.matrix.options if option.id in view.wanted]
    kept = wanted[:most]
    if all(option.id != TODAY for option in kept):
        kept = [*kept[:-1], *(option for option in wanted if option.id == TODAY)]
    return kept


def _label_width(view: MatrixView) -> int:
    return 3 + _title_width(view) + 1 + _weight_width(view)


def _title_width(view: MatrixView) -> int:
    return max([len(key.title) for key in view.matrix.keys] + [8])


def _weight_width(view: MatrixView) -> int:
    return max([len(str(view.matrix.weights.get(key.id, 0))) for key in view.matrix.keys] + [2])


def _widths(view: MatrixView, columns: Sequence[Option], style: _Style) -> list[int]:
    """Return the cells of each column: its name's at first, cut where that is too much, the rest shared out."""
    room = style.width - _label_width(view) - len(columns)
    widths = [min(_WIDEST, max(8, text_width(plain(option.name)))) for option in columns]
    while sum(widths) > room and max(widths) > 8:
        widths[widths.index(max(widths))] -= 1
    while sum(widths) < room and min(widths) < _WIDEST:
        widths[widths.index(min(widths))] += 1
    return widths


def _table(view: MatrixView, columns: Sequence[Option], style: _Style) -> list[str]:
    widths, titles, marks = _widths(view, columns, style), _title_width(view), _weight_width(view)
    names = [
        _padded(style.said(shorten(option.name, size)), size) for option, size in zip(columns, widths, strict=True)
    ]
    head = f"{'':3}{'':{titles}} {'wt':>{marks}} {' '.join(names)}"
    out = [f"{style.paint.bold}{head.rstrip()}{style.paint.off}"]
    for key in view.matrix.keys:
        weight = view.matrix.weights.get(key.id, 0)
        cells = [_cell(option.cells[key.id], size, style) for option, size in zip(columns, widths, strict=True)]
        label = f"{row_number(key):>2} {key.title:{titles}} {str(weight) if weight else style.said('·'):>{marks}}"
        out.append(f"{label} {' '.join(cells)}")
    scores = view.scores
    spans = [style.said(span_of(scores[option.id])) for option in columns]
    unknown = [str(tally_of([option], view.matrix.keys).unknown) for option in columns]
    for title, texts in (("score of 100", spans), ("unknown cells", unknown)):
        padded = " ".join(_padded(text, size) for text, size in zip(texts, widths, strict=True))
        line = f"{'':3}{title:{titles + 1 + marks}} {padded}".rstrip()
        out.append(f"{style.paint.bold}{line}{style.paint.off}")
    return out


def _padded(text: str, size: int) -> str:
    return text + " " * (size - text_width(text))


def _cell(cell: Cell, size: int, style: _Style) -> str:
    """Return a cell of the table: its mark, then the longest text that fits; `!` behind it where sources differ."""
    word, tail = word_of(cell), "!" if is_doubtful(cell) else ""
    room = size - 2 - len(tail)
    texts = [text for text in short_texts(cell) if text] if cell.state is not State.UNKNOWN else [word]
    fitting = next((text for text in texts if text_width(text) <= room), "")
    if fitting == word and room >= _CUT and text_width(texts[0]) > room:
        fitting = _cut(texts[0], room)
    text = "" if cell.state is State.UNKNOWN and word == "unknown" else style.said(fitting)
    gap = " " if tail and text_width(text) + 2 <= size - 2 else ""
    shown = f"{text}{gap}{tail}"
    return f"{style.mark(word)} {_padded(shown, size - 2)}"


def _cut(text: str, room: int) -> str:
    """Return the beginning of a text, cut behind a word where there is one."""
    kept = text
    while text_width(kept) > room - 1:
        kept = kept[:-1]
    whole = kept.rpartition(" ")[0] if not text[len(kept) :].startswith(" ") else kept
    return f"{(whole if text_width(whole) * 2 > room else kept).rstrip(' ,;:')}…"


def _strips(view: MatrixView, others: Sequence[Option], style: _Style) -> list[str]:
    """Return a line for each option without a column: its score, and a mark for each row of the table."""
    keys = view.matrix.keys
    room = max(_NAME, style.width - _MARKS_WIDE - 12)
    size = min(room, max(text_width(plain(option.name)) for option in others))
    scores = view.scores
    spans = {option.id: style.said(span_of(scores[option.id])) for option in others}
    wide = max(5, *(len(span) for span in spans.values()))
    out = [f"{style.paint.bold}{'row':>{size + 2 + wide}}  {_numbers(keys).rstrip()}{style.paint.off}"]
    for option in others:
        marks = _placed({row_number(key): style.mark(word_of(option.cells[key.id])) for key in keys})
        name = _padded(style.said(shorten(option.name, size)), size)
        out.append(f"{name}  {spans[option.id]:>{wide}}  {marks}")
    return out


def _numbers(keys: Sequence[CapabilityKey]) -> str:
    """Return the head of the lines of marks: each row's number or, of many rows, that of the first in each group."""
    if len(keys) <= _FEW:
        return "".join(f"{row_number(key):<{_APART}}" for key in keys)
    return "".join(f"{number + 1:<{_GROUP + 1}}" for number in range(0, len(CAPABILITY_KEYS), _GROUP))


def _placed(marks: Mapping[int, str]) -> str:
    """Return marks by row below these numbers; a row that is not shown leaves its place empty."""
    if len(marks) <= _FEW:
        return (" " * (_APART - 1)).join(marks.values())
    placed = [marks.get(number + 1, " ") for number in range(len(CAPABILITY_KEYS))]
    return " ".join("".join(placed[start : start + _GROUP]) for start in range(0, len(placed), _GROUP))


def _legend(view: MatrixView, style: _Style) -> list[str]:
    parts = [f"{mark_of(word, ascii_only=style.ascii_only)} {text}" for word, text in LEGEND]
    lines = [parts[0]]
    for part in parts[1:]:
        if text_width(lines[-1]) + 2 + text_width(part) <= style.width:
            lines[-1] += f"  {part}"
        else:
            lines.append(part)
    dot = style.said("·")
    line = (
        f"score: share of the weights earned, unknown as no and as yes; wt {dot}: shown, not weighed. "
        f"{say_weights(view.matrix, view.weights_from)}"
    )
    return [style.said(text) for text in [*lines, *wrap(line, style.width)]]


def _values(view: MatrixView, columns: Sequence[Option], style: _Style) -> list[str]:
    """Return what the options of the table say to each row, in full, with the sources of what holds."""
    out: list[str] = []
    size = min(_NAME, max(text_width(plain(option.name)) for option in columns))
    for key in view.matrix.keys:
        first, *rest = wrap(f"{key.title}: {key.question}", style.width - 3)
        out += [f"{style.paint.bold}{row_number(key):>2} {first}{style.paint.off}", *(f"   {line}" for line in rest)]
        for option in columns:
            out += _value(option, key, size, style)
    return out


def _value(option: Option, key: CapabilityKey, size: int, style: _Style) -> list[str]:
    cell = option.cells[key.id]
    word = word_of(cell)
    name = _padded(shorten(option.name, size), size)
    said = value_of(cell) or word
    holding = [answer for answer in cell.answers if answer.state is cell.state and answer_word(answer) == word]
    sources = [source for answer in holding[:1] for source in answer.evidence if source.is_live]
    seen = f" [{sources[0].evidence.id}, {sources[0].evidence.retrieved_at}]" if sources else ""
    doubt = " (sources differ)" if is_doubtful(cell) else ""
    mark = mark_of(word, ascii_only=style.ascii_only)
    first, *rest = wrap(f"{said}{doubt}{seen}", style.width - size - 7)
    pad = " " * (size + 7)
    lines = [f"   {name}  {mark} {first}", *(f"{pad}{line}" for line in rest)]
    return [style.said(line) for line in lines]


def _foot(view: MatrixView, style: _Style, *, verbose: bool) -> list[str]:
    matrix = view.matrix
    out = wrap(f"as of {matrix.as_of} · {say_tally(tally_of(matrix.options, matrix.keys))}", style.width)
    stale = stale_answers(matrix)
    for item in stale if verbose else stale[:_MOST_LISTED]:
        text = f"{stale_name(item)}: its evidence expired, stale since {item.answer.stale_since}"
        out += fold("stale: ", text, style.width)
    if not verbose and len(stale) > _MOST_LISTED:
        out.append(f"stale: and {len(stale) - _MOST_LISTED:,} more (all with --verbose)")
    for gap in view.gaps if verbose else view.gaps[:_MOST_LISTED]:
        out += fold("not known: ", f"{gap.wanted}: {gap.reason}", style.width)
    if not verbose and len(view.gaps) > _MOST_LISTED:
        out.append(f"not known: and {len(view.gaps) - _MOST_LISTED:,} more (all with --verbose)")
    if view.faults:
        files = ", ".join(dict.fromkeys(fault.artifact for fault in view.faults))
        out += wrap(f"missing, since their files could not be used: {files}", style.width)
    return [style.said(line) for line in [*out, *_next(view, verbose=verbose)]]


def _next(view: MatrixView, *, verbose: bool) -> list[str]:
    vendors = [option for option in view.matrix.options if option.profile is not None]
    keys = view.matrix.keys
    if not vendors or not keys:
        return []
    vendor = next((option for option in vendors if option.profile is not None and option.profile.core), vendors[0])
    key = max(keys, key=lambda item: view.matrix.weights.get(item.id, 0) + (item.id == "fips_mode"))
    again = plain(f"{view.again_project}{view.again_profiles}")
    steps = [f"supplymatrix matrix --explain {vendor.id}/{key.id}{again}"]
    if view.compared == len(keys) and len(vendors) > 2:
        other = next(option for option in vendors if option.id != vendor.id)
        steps.append(f"supplymatrix matrix {vendor.id} {other.id} --differences{again}")
    if not verbose and not view.asked_keys:
        steps.append("the values: --verbose, --differences or --key KEY")
    return [f"{'      ' if number else 'next: '}{step}" for number, step in enumerate(steps)]  # a command stays whole
