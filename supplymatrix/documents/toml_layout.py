"""The statements of a TOML text in the order in which they stand, as offsets: headers, entries, lines, comments.

A statement is a header or a `key = value` that begins a line; what stands inside of a value is none. A header and the
entries below it, up to the next header, are a block. The places come from `toml_spans`, which knows them by key path.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from supplymatrix.documents.toml_spans import KeyPath, SpanIndex
from supplymatrix.model.value import value

__all__ = ["Layout", "Statement"]


@value(kw_only=False)
class _Entry:
    """Anything that has a place. start: of its key; at, end: of its value; a header is its own value."""

    start: int
    end: int
    at: int
    path: KeyPath


@value(kw_only=False)
class Statement:
    """path: of the header or the key; table: of the header above it, () without one. start, end: offsets."""

    path: KeyPath
    table: KeyPath
    start: int
    end: int
    is_header: bool


class Layout:
    """The layout of a valid TOML text. text: with its own line ends; spans: the index of it."""

    def __init__(self, text: str, spans: SpanIndex) -> None:
        self._text = text
        starts = [0, *(match.end() for match in re.finditer("\n", text))]
        self._entries: list[_Entry] = []
        for path, span in spans.items():
            start, at = (starts[place.line - 1] + place.column - 1 for place in (span.key, span.value))
            end = starts[span.value.end_line - 1] + span.value.end_column - 1
            self._entries.append(_Entry(start, end, at, path))
        self._entries.sort(key=lambda entry: entry.start)
        self.statements = tuple(_statements(self._entries))
        self._headers = {part.path: part for part in self.statements if part.is_header}
        self._pairs = {part.path: part for part in self.statements if not part.is_header}
        self._places = {entry.path: entry for entry in self._entries}

    # What there is.

    def header(self, path: KeyPath) -> Statement | None:
        """Return the header of a table."""
        return self._headers.get(path)

    def pair(self, path: KeyPath) -> Statement | None:
        """Return the entry of a path when it is a statement."""
        return self._pairs.get(path)

    def count(self, name: str) -> int:
        """Return how many headers `[[name]]` there are."""
        return sum(len(path) == 2 and path[0] == name and isinstance(path[1], int) for path in self._headers)

    def last_pair(self, table: KeyPath) -> Statement | None:
        """Return the last entry below the header of a table; of (): the last one above all headers."""
        found = [part for part in self._pairs.values() if part.table == table]
        return found[-1] if found else None

    def last_dotted(self, table: KeyPath) -> Statement | None:
        """Return the last entry that is in a table by its dotted key."""
        found = [part for part in self._pairs.values() if _is_below(part.path, table) and len(part.table) < len(table)]
        return found[-1] if found else None

    def value_of(self, path: KeyPath) -> tuple[int, int] | None:
        """Return from where to where the value of an entry stands; None for a table that has a header, or no place."""
        entry = self._places.get(path)
        return None if entry is None or path in self._headers else (entry.at, entry.end)

    def inside(self, start: int, end: int) -> list[tuple[int, int]]:
        """Return from where to where the entries of an inline table stand. start, end: of that table."""
        return [(entry.start, entry.end) for entry in _outermost(self._between(start, end))]

    def inline_table_round(self, path: KeyPath) -> KeyPath | None:
        """Return the path of the inline table that an entry is in; None for an entry that is a statement, or none."""
        own = self._places.get(path)
        if own is None or own.start == own.at or path in self._pairs:
            return None
        tables = [e for e in self._entries if e.at < own.start and own.end < e.end and self._text[e.at] == "{"]
        return max(tables, key=lambda table: table.at).path if tables else None

    def inline_table_of_dotted(self, table: KeyPath) -> KeyPath | None:
        """Return the path of the inline table in which a table is made by dotted keys."""
        below = (entry.path for entry in self._entries if _is_below(entry.path, table) and entry.path != table)
        found = (self.inline_table_round(path) for path in below)
        return next((path for path in found if path is not None and len(path) < len(table)), None)

    def blocks_of(self, path: KeyPath) -> list[tuple[int, int]]:
        """Return from where to where the lines of a table and of all below it go, in order.

        What stands between the lines of one block goes with them. Blank lines go where they would meet others.
        """
        runs: list[tuple[int, int]] = []
        block: KeyPath | None = None
        for part in self.statements:
            if not _is_below(part.path, path):
                block = None if part.is_header else block
                continue
            start, end = self.lines_of(part)
            if block is not None and not part.is_header:
                start = runs.pop()[0]
            runs.append((start, end))
            block = part.path if part.is_header else block
        done: list[tuple[int, int]] = []
        for run in runs:
            start, end = self._with_blank_lines(*run)
            done.append((max(start, done[-1][1]) if done else start, end))
        return done

    # Lines.

    def lines_of(self, statement: Statement) -> tuple[int, int]:
        """Return from where to where the lines of a statement go, with what stands behind it in the last one."""
        return self._text.rfind("\n", 0, statement.start) + 1, self._behind_line(statement.end)

    def indent_of(self, statement: Statement) -> str:
        """Return the blanks in front of a statement."""
        return self._text[self.lines_of(statement)[0] : statement.start]

    def end_of_table(self, path: KeyPath) -> int:
        """Return where the lines of a table and of all below it end, with the comment that is right below them."""
        last = next(part for part in reversed(self.statements) if _is_below(part.table or part.path, path))
        return self._behind_comment(self.lines_of(last)[1])

    def start_of_headers(self) -> int:
        """Return where the first header stands, with the comment right above it; else where the text ends."""
        first = next((part for part in self.statements if part.is_header), None)
        at = len(self._text) if first is None else self.lines_of(first)[0]
        while at and self._line_before(at).lstrip().startswith("#"):
            at = self._text.rfind("\n", 0, at - 1) + 1
        return at

    def line_end_at(self, at: int) -> str:
        """Return how the line before a place ends; where there is none, the one behind it."""
        found = self._text.rfind("\n", 0, at)
        found = self._text.find("\n", at) if found < 0 else found
        return "\r\n" if found > 0 and self._text[found - 1] == "\r" else "\n"

    def follows_blank_line(self, at: int) -> bool:
        """Return whether the line before a place is blank, or there is none."""
        return not self._line_before(at).strip()

    def precedes_blank_line(self, at: int) -> bool:
        """Return whether the line that begins at a place is blank, or there is none."""
        return not self._text[at : self._behind_line(at)].strip()

    def _line_before(self, at: int) -> str:
        end = at - 1 if self._text[:at].endswith("\n") else at
        return self._text[self._text.rfind("\n", 0, end) + 1 : end]

    def _behind_line(self, at: int) -> int:
        end = self._text.find("\n", at)
        return len(self._text) if end < 0 else end + 1

    def _behind_comment(self, at: int) -> int:
        """Return where a comment ends that begins at a line; the line itself when it is that of the next header."""
        end = at
        while self._text[end : self._behind_line(end)].lstrip().startswith("#"):
            end = self._behind_line(end)
        return end if self.precedes_blank_line(end) else at

    def _with_blank_lines(self, start: int, end: int) -> tuple[int, int]:
        while self.follows_blank_line(start) and end < len(self._text) and self.precedes_blank_line(end):
            end = self._behind_line(end)
        while end == len(self._text) and start and self.follows_blank_line(start):
            start = self._text.rfind("\n", 0, start - 1) + 1
        return start, end

    def _between(self, start: int, end: int) -> list[_Entry]:
        return [entry for entry in self._entries if start < entry.start and entry.end < end]


def _statements(entries: Iterable[_Entry]) -> Iterator[Statement]:
    table: KeyPath = ()
    for entry in _outermost(entries):
        is_header = entry.start == entry.at
        table = entry.path if is_header else table
        yield Statement(entry.path, table, entry.start, entry.end, is_header)


def _outermost(entries: Iterable[_Entry]) -> Iterator[_Entry]:
    """Yield those entries that are inside of no other one. entries: in the order in which they stand."""
    behind = 0
    for entry in entries:
        if entry.start >= behind:
            behind = entry.end
            yield entry


def _is_below(path: KeyPath, table: KeyPath) -> bool:
    return path[: len(table)] == table
