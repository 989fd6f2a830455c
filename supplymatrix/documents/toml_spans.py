"""Where each key and value of a TOML text stands: the standard library's parser gives values, but no places.

    >>> index_spans('[policy]\\nmin_score = 80\\n', "lift.toml")[("policy", "min_score")].value
    Location(artifact='lift.toml', line=2, column=13, end_line=2, end_column=15, pointer='policy.min_score')

The text must be valid TOML, that is: `tomllib` has read it. Paths are tuples of keys, and of numbers in arrays.

Source: TOML 1.0.0.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator, Mapping

from supplymatrix.model.location import Location
from supplymatrix.model.value import value

__all__ = ["KeyPath", "Span", "SpanIndex", "index_spans", "pointer_of"]

KeyPath = tuple[str | int, ...]
_BARE = re.compile(r"[A-Za-z0-9_-]+")
_BLANK = re.compile(r"(?:[ \t\r\n]|#[^\n]*)*")
_SPACE = re.compile(r"[ \t]*")
_ATOM = re.compile(r"[^,\]}\n#]+")
_STRING = re.compile(
    r'"""(?:[^"\\]+|\\.|"{1,2}(?!"))*"{3,5}'  # one or two quotes more may stand right before the closing three
    r"|'''(?:[^']+|'{1,2}(?!'))*'{3,5}"
    r'|"(?:[^"\\]+|\\.)*"'
    r"|'[^']*'",
    re.DOTALL,
)
_EQUALS = r"[ \t]*=[ \t]*"
_PLAIN = (
    r'(?:"(?!"")[^"\\\n]*(?:\\.[^"\\\n]*)*"'
    r"|'(?!'')[^'\n]*'"
    r"|[A-Za-z0-9_+.:-]+(?=[ \t]*(?:[\r\n#]|\Z)))"
)
_SIMPLE = re.compile(rf"({_BARE.pattern}){_EQUALS}({_PLAIN}){_BLANK.pattern}")
"""What nearly every line of a long file is: a bare key, and a value of one word or in simple quotes; with what
separates it from the next one."""
_SIMPLE_LINES = re.compile(rf"(?:{_BARE.pattern}{_EQUALS}{_PLAIN}{_BLANK.pattern}){{1,1000}}")


@value(kw_only=False)
class Span:
    """The places of one entry. key: of its name (of its header, with a table); value: of what is assigned."""

    key: Location
    value: Location


class SpanIndex(Mapping[KeyPath, Span]):
    """The places of all entries by key path; a place is worked out when it is asked for, since few ever are.

    Of simple lines not even the keys are looked at before somebody asks for an entry of their table.
    """

    def __init__(self, text: str, artifact: str) -> None:
        self._text = text
        self._artifact = artifact
        self._starts = [0, *map(re.Match.end, re.finditer("\n", text))]
        self._found: dict[KeyPath, tuple[int, int, int, int]] = {}
        self._simple: dict[KeyPath, list[tuple[int, int]]] = {}
        self._first: dict[str | int, KeyPath] = {}

    def add_simple(self, table: KeyPath, start: int, end: int) -> None:
        """Keep from where to where the simple lines of a table stand."""
        self._simple.setdefault(table, []).append((start, end))

    def _read_simple(self, table: KeyPath) -> None:
        for start, end in self._simple.pop(table, ()):
            for line in _SIMPLE.finditer(self._text, start, end):
                self.add((*table, line[1]), line.span(1), line.span(2))

    def add(self, path: KeyPath, key: tuple[int, int], value: tuple[int, int]) -> None:
        """Keep where an entry stands, as offsets; the first place of a path counts."""
        self._found.setdefault(path, (*key, *value))

    def __getitem__(self, path: KeyPath) -> Span:
        if path not in self:
            raise KeyError(path)
        key_start, key_end, start, end = self._found[path]
        pointer = pointer_of(path)
        key = self._place(key_start, key_end, pointer)
        is_table = (start, end) == (key_start, key_end)
        return Span(key, key if is_table else self._place(start, end, pointer))

    def first_in(self, name: str | int) -> KeyPath:
        """Return the first entry of a table, or array of tables, that has no header of its own; () when none is."""
        if not self._first:
            for path in self._found:
                self._first.setdefault(path[0], path)
        return self._first.get(name, ())

    def __iter__(self) -> Iterator[KeyPath]:
        for table in tuple(self._simple):
            self._read_simple(table)
        return iter(sorted(self._found, key=lambda path: self._found[path][3]))

    def __len__(self) -> int:
        return sum(1 for _ in self)

    def __contains__(self, path: object) -> bool:
        if path not in self._found and isinstance(path, tuple):
            self._read_simple(path[:-1])
        return path in self._found

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
        self.found = SpanIndex(text, artifact)
        self._text = text
        self._arrays: dict[KeyPath, int] = {}

    def run(self) -> None:
        table: KeyPath = ()
        at, end = self._skip(0), len(self._text)
        while at < end:
            simple = _SIMPLE_LINES.match(self._text, at)
            if simple:
                self.found.add_simple(table, at, simple.end())
                at = simple.end()
                continue
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
        self.found.add(path, (start, end), (start, end))
        return path, end

    def _pair(self, start: int, table: KeyPath) -> int:
        keys, at = self._key(start)
        path = (*table, *keys)
        end_of_key = at
        begin = self._space(self._space(at) + 1)
        end = self._value(begin, path)
        self.found.add(path, (start, end_of_key), (begin, end))
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
            self.found.add((*path, number), (at, end), (at, end))
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
        match = _STRING.match(self._text, at)
        return match.end() if match else at + 1


def _unquote(text: str) -> str:
    """Return the value of a quoted key, by the parser that knows best."""
    import tomllib

    (key,) = tomllib.loads(f"{text} = 0")
    return str(key)
