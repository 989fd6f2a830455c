"""What a command has changed in a file, as `diff -u` shows it.

--- lift.toml
+++ lift.toml
@@ -12,1 +12,8 @@
"""

from __future__ import annotations

from collections.abc import Iterator

from supplymatrix.reports.plain import plain
from supplymatrix.reports.snippet import Paint, paint_for

__all__ = ["render_diff"]

_CONTEXT = 3
_NO_NEWLINE = "\\ no newline at the end of the file"


def render_diff(old: bytes, new: bytes, name: str, *, color: bool = False) -> str:
    """Return the difference of two states of a text file in UTF-8; "" when there is none. name: of the file."""
    from difflib import unified_diff

    paint = paint_for(color=color)
    lines = unified_diff(_lines(old), _lines(new), name, name, lineterm="", n=_CONTEXT)
    return "".join(f"{line}\n" for line in _painted(lines, paint))


def _lines(data: bytes) -> list[str]:
    """Return the lines of a file, a last one without its newline being another line than one with it."""
    lines = data.decode("utf-8", "replace").split("\n")
    last = lines.pop()
    return [*lines, f"{last}\n"] if last else lines


def _painted(lines: Iterator[str], paint: Paint) -> Iterator[str]:
    for number, line in enumerate(lines):
        text, end, _ = line.partition("\n")
        text = plain(text.removesuffix("\r").replace("\t", "    "))
        kind = paint.bold if number < 2 else {"+": paint.good, "-": paint.error, "@": paint.note}.get(text[:1], "")
        yield f"{kind}{text}{paint.off if kind else ''}"
        if end:
            yield f"{paint.dim}{_NO_NEWLINE}{paint.off}"
