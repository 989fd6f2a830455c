"""A line of source with carets under what is meant, as compilers show it.

   ┌─ go.sum:88:23
88 │ github.com/a/b v1.2.0 h1:lat6Kz…=
   │                       ^^^^^^^^^^^ the log (record 31,337,421) has h1:9f3cQ1…=
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable

from supplymatrix.model.value import value
from supplymatrix.reports.plain import plain

__all__ = ["PLAIN_PAINT", "Paint", "fold", "in_page", "paint_for", "render_snippet", "shorten", "text_width", "wrap"]


@value
class Paint:
    """The few colours in use, as SGR codes; all empty without colour."""

    alarm: str = ""
    error: str = ""
    warn: str = ""
    note: str = ""
    good: str = ""
    dim: str = ""
    bold: str = ""
    off: str = ""


PLAIN_PAINT = Paint()
_COLOR = Paint(
    alarm="\x1b[1;31m",
    error="\x1b[31m",
    warn="\x1b[33m",
    note="\x1b[36m",
    good="\x1b[32m",
    dim="\x1b[2m",
    bold="\x1b[1m",
    off="\x1b[0m",
)


def paint_for(*, color: bool) -> Paint:
    """Return the colours, or none."""
    return _COLOR if color else PLAIN_PAINT


def text_width(text: str) -> int:
    """Return how many terminal cells a text takes: wide characters two, combining ones none."""
    if text.isascii():
        return len(text)
    return sum(_cells(char) for char in text)


def _cells(char: str) -> int:
    if unicodedata.category(char) in ("Mn", "Me", "Cf"):
        return 0
    return 2 if unicodedata.east_asian_width(char) in "WF" else 1


def _head(text: str, cells: int) -> str:
    """Return the longest beginning of a text that takes at most so many cells."""
    if text.isascii():
        return text[: max(0, cells)]
    taken = 0
    for number, char in enumerate(text):
        taken += _cells(char)
        if taken > cells:
            return text[:number]
    return text


def _tail(text: str, cells: int) -> str:
    """Return the longest end of a text that takes at most so many cells, and begins with no combining character."""
    taken = 0
    for number, char in enumerate(reversed(text)):
        taken += _cells(char)
        if taken > cells:
            start = len(text) - number
            while start < len(text) and not _cells(text[start]):
                start += 1
            return text[start:]
    return text


def render_snippet(
    *, place: str, line: int, source: str, column: int, end_column: int, label: str, width: int, paint: Paint
) -> list[str]:
    """Return the lines of a snippet. column, end_column: 1-based, end one past; 0 = the whole line.

    A long line is cut on both sides of what is meant; a label that does not fit goes to a line of its own. Widths are
    in cells of a terminal, `width` being at least 40.
    """
    gutter, label = " " * max(2, len(str(line)) if source else 0), plain(label)
    out = [f"{gutter} {paint.dim}┌─{paint.off} {plain(place)}"]
    if not source:
        return [
            *out,
            *([f"{gutter} {paint.dim}│{paint.off} {text}" for text in wrap(label, width - 6)] if label else []),
        ]
    start = max(0, column - 1) if column else 0
    stop = max(start + 1, end_column - 1) if end_column else len(source)
    room = max(30, width - len(gutter) - 4)
    before, meant, after = _clip(source, start, min(stop, max(len(source), start + 1)), room)
    number = str(line).rjust(len(gutter))
    out.append(f"{paint.dim}{number} │{paint.off} {before}{meant}{after}".rstrip())
    pad, carets = " " * text_width(before), "^" * max(1, text_width(meant))
    left = room - len(pad) - len(carets) - 1
    if text_width(label) <= left:
        tail = f"{pad}{paint.bold}{carets}{paint.off} {label}".rstrip()
        return [*out, f"{gutter} {paint.dim}│{paint.off} {tail}"]
    out.append(f"{gutter} {paint.dim}│{paint.off} {pad}{paint.bold}{carets}{paint.off}")
    return [*out, *(f"{gutter} {paint.dim}│{paint.off}   {text}" for text in wrap(label, room - 3))]


def _clip(source: str, start: int, stop: int, room: int) -> tuple[str, str, str]:
    """Return what stands before, in and after the span, made plain and short enough for `room` cells."""
    before, meant, after = (
        plain(part.replace("\t", "    ")) for part in (source[:start], source[start:stop], source[stop:])
    )
    if text_width(meant) > room - 10:
        meant = f"{_head(meant, room - 12)}…"
        after = ""
    if text_width(before) + text_width(meant) > room - 4:
        before = f"…{_tail(before, max(4, room - text_width(meant) - 6))}"
    left = room - text_width(before) - text_width(meant)
    if text_width(after) > left:
        after = f"{_head(after, left - 1)}…" if left > 0 else ""
    return before, meant, after


def wrap(text: str, width: int) -> list[str]:
    """Return a text in lines of at most `width` characters; a word that is longer stays whole."""
    lines, current = [], ""
    for word in plain(text).split(" "):
        if current and text_width(current) + 1 + text_width(word) > width:
            lines.append(current)
            current = word
        else:
            current = f"{current} {word}" if current else word
    return [*lines, current] if current or not lines else lines


def fold(head: str, text: str, width: int) -> list[str]:
    """Return head and text in lines of at most `width` columns, the following ones indented."""
    indent = min(text_width(head), 9)
    if text_width(head) > width - 20:
        return [head.rstrip(), *(f"{' ' * indent}{line}" for line in wrap(text, width - indent))]
    first, *rest = wrap(text, width - text_width(head))
    return [f"{head}{first}", *(f"{' ' * indent}{line}" for line in rest)]


def in_page(lines: Iterable[str], width: int) -> list[str]:
    """Return lines made plain, in at most `width` columns; what goes on is indented."""
    folded = (wrap(line, width - 2) if text_width(line) > width else [plain(line)] for line in lines)
    return [line for first, *rest in folded for line in (first, *(f"  {text}" for text in rest))]


def shorten(text: str, cells: int) -> str:
    """Return a text made plain and cut in its middle, so that it takes at most `cells` cells, which are 3 or more.

    What tells module paths and files apart stands at both ends.
    """
    text = plain(text)
    if text_width(text) <= cells:
        return text
    tail = _tail(text, (cells - 1) * 2 // 3)
    return f"{_head(text, cells - 1 - text_width(tail))}…{tail}"
