"""Where each key and value of a TOML text stands: the standard library's parser gives values, but no places.

    >>> index_spans('[policy]\\nmin_score = 80\\n', "lift.toml")[("policy", "min_score")].value
    Location(artifact='lift.toml', line=2, column=13, end_line=2, end_column=15, pointer='policy.min_score')

The text must be valid TOML, that is: `tomllib` has read it. Paths are tuples of keys, and of numbers in arrays.

Source: TOML 1.0.0.
"""

from __future__ import annotations

import re
from bisect import bisect_right

from supplymatrix.model.location import Location
from supplymatrix.model.value import value

__all__ = ["KeyPath", "Span", "SpanIndex", "index_spans", "pointer_of"]

KeyPath = tuple[str | int, ...]
_BARE = re.compile(r"[A-Za-z0-9_-]+")
_BLANK = re.compile(r"(?:[ \t\r\n]|#[^\n]*)*")
_SPACE = re.compile(r"[ \t]*")
_ATOM = re.compile(r"[^,\]}\n#]+")
_STRINGS = ('"""', "'''", '"', "'")


@value(kw_only=False)
class Span:
    """The places of one entry. key: of its name (of its header, with a table); value: of what is assigned."""

    key: Location
    value: Location


SpanIndex = dict[KeyPath, Span]


def pointer_of(path: KeyPath) -> str:
    """Return a key path as people write it: waivers[0].expires."""
    out = ""
    for part in path:
        if isinstance(part, int):
            out += f"[{part}]"
        else:
            shown = part if _BARE.fullmatch(part) else f'"{part}"'
            out += f".{shown}" if out else shown
    return out


def index_spans(text: str, artifact: str) -> SpanIndex:
    """Return the places of all keys, tables and array elements of a valid TOML text."""
    indexer = _Indexer(text, artifact)
    indexer.run()
    return indexer.found


class _Indexer:
    def __init__(self, text: str, artifact: str) -> None:
        self.found: SpanIndex = {}
        self._text = text
        self._artifact = artifact
        self._starts = [0, *(match.end() for match in re.finditer("\n", text))]
        self._arrays: dict[KeyPath, int] = {}

    def run(self) -> None:
        table: KeyPath = ()
        at = self._skip(0)
        while at < len(self._text):
            if self._text[at] == "[":
                table, at = self._header(at)
            else:
                at = self._pair(at, table)
            at = self._skip(at)

    def _skip(self, at: int) -> int:
        match = _BLANK.match(self._text, at)
        return match.end() if match else at

    def _space(self, at: int) -> int:
        match = _SPACE.match(self._text, at)
        return match.end() if match else at

    def _header(self, start: int) -> tuple[KeyPath, int]:
        is_array = self._text.startswith("[[", start)
        keys, at = self._key(start + (2 if is_array else 1))
        end = self._space(at) + (2 if is_array else 1)
        path: KeyPath = ()
        for number, key in enumerate(keys):
            path = (*path, key)
            if path in self._arrays and not (is_array and number == len(keys) - 1):
                path = (*path, self._arrays[path])
        if is_array:
            self._arrays[path] = self._arrays.get(path, -1) + 1
            path = (*path, self._arrays[path])
        self._add(path, (start, end), (start, end))
        return path, end

    def _pair(self, start: int, table: KeyPath) -> int:
        keys, at = self._key(start)
        path = (*table, *keys)
        end_of_key = at
        begin = self._space(self._space(at) + 1)
        end = self._value(begin, path)
        self._add(path, (start, end_of_key), (begin, end))
        return end

    def _key(self, at: int) -> tuple[tuple[str, ...], int]:
        keys: list[str] = []
        while True:
            at = self._space(at)
            if self._text[at] in "\"'":
                end = self._string_end(at)
                keys.append(_unquote(self._text[at:end]))
            else:
                match = _BARE.match(self._text, at)
                end = match.end() if match else at + 1
                keys.append(self._text[at:end])
            following = self._space(end)
            if not self._text.startswith(".", following):
                return tuple(keys), end
            at = following + 1

    def _value(self, at: int, path: KeyPath) -> int:
        char = self._text[at]
        if char in "\"'":
            return self._string_end(at)
        if char == "[":
            return self._array(at + 1, path)
        if char == "{":
            return self._inline_table(at + 1, path)
        match = _ATOM.match(self._text, at)
        end = match.end() if match else at + 1
        return at + len(self._text[at:end].rstrip())

    def _array(self, at: int, path: KeyPath) -> int:
        number = 0
        while True:
            at = self._skip(at)
            if self._text[at] == "]":
                return at + 1
            end = self._value(at, (*path, number))
            self._add((*path, number), (at, end), (at, end))
            number += 1
            at = self._skip(end)
            if self._text[at] == ",":
                at += 1

    def _inline_table(self, at: int, path: KeyPath) -> int:
        while True:
            at = self._skip(at)
            if self._text[at] == "}":
                return at + 1
            at = self._skip(self._pair(at, path))
            if self._text[at] == ",":
                at += 1

    def _string_end(self, at: int) -> int:
        quote = next(mark for mark in _STRINGS if self._text.startswith(mark, at))
        end = at + len(quote)
        while not self._text.startswith(quote, end):
            end += 2 if self._text[end] == "\\" and quote[0] == '"' else 1
        end += len(quote)
        if len(quote) == 3:
            # One or two quotes more may stand right before the closing three.
            while end < len(self._text) and self._text[end] == quote[0] and end - at < len(self._text):
                end += 1
        return end

    def _add(self, path: KeyPath, key: tuple[int, int], value: tuple[int, int]) -> None:
        pointer = pointer_of(path)
        self.found.setdefault(path, Span(self._place(*key, pointer), self._place(*value, pointer)))

    def _place(self, start: int, end: int, pointer: str) -> Location:
        first = bisect_right(self._starts, start)
        last = bisect_right(self._starts, max(start, end - 1))
        return Location(
            artifact=self._artifact,
            line=first,
            column=start - self._starts[first - 1] + 1,
            end_line=last,
            end_column=end - self._starts[last - 1] + 1,
            pointer=pointer,
        )


def _unquote(text: str) -> str:
    """Return the value of a quoted key, by the parser that knows best."""
    import tomllib

    (key,) = tomllib.loads(f"{text} = 0")
    return str(key)
