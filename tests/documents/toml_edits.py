"""Every edit of a TOML file that there is, tried, and held against what another parser sees in the file.

tree-sitter-toml says where keys, values and headers stand. By that it is checked that nothing else has changed: what is
new stands between two runs of the old bytes, and what is gone is a value, a line or the lines of a table.
"""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Iterator
from datetime import date
from functools import cache
from typing import Any

import tree_sitter_toml
from tree_sitter import Language, Node, Parser

from supplymatrix.documents.toml_spans import KeyPath, SpanIndex, index_spans
from supplymatrix.documents.toml_splice import Values, append_table, remove_key, remove_table, set_values
from supplymatrix.errors import InputError
from supplymatrix.model.location import Location

__all__ = ["PAGE", "Places", "check_all_edits", "check_places", "leaves", "places_by_tree_sitter"]

PAGE = "the page"
REASON = 'a "quoted" reason, \\ and ü'
NEW: Values = {"rule": "SM203", "reason": REASON, "expires": date(2027, 3, 31)}
Place = tuple[int, int]
"""Bytes, the end one past the last."""
Places = tuple[set[tuple[Place, Place]], set[Place]]
"""Keys with their values, and headers."""


@cache
def _parser() -> Parser:
    return Parser(Language(tree_sitter_toml.language()))


def places_by_tree_sitter(data: bytes) -> Places | None:
    """Return where everything stands; None for a file that tree-sitter-toml cannot read though it is TOML."""
    root = _parser().parse(data).root_node
    if root.has_error:
        return None
    pairs: set[tuple[Place, Place]] = set()
    headers: set[Place] = set()
    todo: list[Node] = [root]
    while todo:
        node = todo.pop()
        todo += node.children
        if node.type == "pair":
            key, value = (part for part in node.children if part.type not in ("=", "comment"))
            pairs.add(((key.start_byte, key.end_byte), (value.start_byte, value.end_byte)))
        elif node.type in ("table", "table_array_element"):
            close = next(part for part in node.children if part.type in ("]", "]]"))
            headers.add((node.start_byte, close.end_byte))
    return pairs, headers


def check_places(data: bytes) -> bool:
    """Hold our places against those of tree-sitter; return whether it could read the file."""
    theirs = places_by_tree_sitter(data)
    if theirs is None:
        return False
    ours = _ours(data)
    assert ours[0] == theirs[0]
    assert ours[1] == theirs[1]
    return True


def _ours(data: bytes) -> Places:
    spans = index_spans(data.decode().replace("\r\n", "\n"), "f")
    lines = data.split(b"\n")
    starts = [0]
    for line in lines:
        starts.append(starts[-1] + len(line) + 1)

    def offsets(place: Location) -> Place:
        def at(line: int, column: int) -> int:
            return starts[line - 1] + len(lines[line - 1].decode()[: column - 1].encode())

        return at(place.line, place.column), at(place.end_line, place.end_column)

    pairs, headers = set(), set()
    for path, span in spans.items():
        key, value = offsets(span.key), offsets(span.value)
        if key != value:
            pairs.add((key, value))
        elif data[key[0] : key[0] + 1] == b"[" and not _is_in_value(path, spans):
            headers.add(key)
    return pairs, headers


def _is_in_value(path: KeyPath, spans: SpanIndex) -> bool:
    """Return whether a path leads into an array or table that is written as a value."""
    outer = [path[:number] for number in range(1, len(path))]
    return any(part in spans and spans[part].key != spans[part].value for part in outer)


def check_all_edits(data: bytes, *, most: int = 1_000) -> int:
    """Try every edit, or `most` of them evenly chosen; return how many were made. What may be refused is known."""
    edits = list(_edits(data))
    made = 0
    for edit, path, may_be_refused in edits[:: max(1, -(-len(edits) // most))]:
        try:
            edit(data, path)
        except InputError:
            if not may_be_refused:
                raise
        else:
            made += 1
    return made


def _edits(data: bytes) -> Iterator[tuple[Callable[[bytes, KeyPath], None], KeyPath, bool]]:
    values = tomllib.loads(data.decode())
    spans = index_spans(data.decode().replace("\r\n", "\n"), "f")
    yield _append, ("waivers",), ("waivers",) in spans
    for path, found in leaves(values):
        in_array = any(isinstance(part, int) for part in path)
        is_name = bool(path) and isinstance(path[-1], str)
        if isinstance(found, dict):
            # below [[a]] a table that stands nowhere, [a.b.c] being all there is, could not be named once more
            yield _set_new, path, in_array and path not in spans
            if path:
                yield (
                    _remove_table,
                    path,
                    _is_in_value(path, spans) and (path not in spans or isinstance(path[-1], int)),
                )
        elif is_name:
            # an array of [[tables]] is no value
            yield _replace, path, path not in spans
            yield _remove_key, path, path not in spans


def _append(data: bytes, path: KeyPath) -> None:
    del path
    old = tomllib.loads(data.decode())
    new = append_table(data, "f", "waivers", NEW, page=PAGE)
    at, text = _inserted(data, new)
    assert tomllib.loads(new.decode())["waivers"] == [*old.get("waivers", []), NEW]
    assert text.decode().split()[0] == "[[waivers]]"
    assert at == len(data) or "waivers" in old
    assert (b"\r\n" in text) <= (b"\r\n" in data)


def _set_new(data: bytes, path: KeyPath) -> None:
    new = set_values(data, "f", path, {"never seen": REASON}, page=PAGE)
    _, text = _inserted(data, new)
    assert _at(tomllib.loads(new.decode()), path)["never seen"] == REASON
    assert b"\\\\ and \xc3\xbc" in text


def _replace(data: bytes, path: KeyPath) -> None:
    mark, theirs = "ZZZ", places_by_tree_sitter(data)
    new = set_values(data, "f", path[:-1], {str(path[-1]): mark}, page=PAGE)
    assert _at(tomllib.loads(new.decode()), path) == mark
    start = _common(data, new)
    end = len(data) - _common(data[start:][::-1], new[start:][::-1])
    assert data[:start] + new[start : len(new) - len(data) + end] + data[end:] == new
    if theirs is not None:
        values = [place for _, place in theirs[0] if data[: place[0]] + b'"ZZZ"' + data[place[1] :] == new]
        assert values, "what was replaced is exactly one value"


def _remove_key(data: bytes, path: KeyPath) -> None:
    new = remove_key(data, "f", path, page=PAGE)
    at, gone = _inserted(new, data)
    # What is gone begins where the texts part, which is within the key where the next one begins alike: "l0=0,l1=0".
    around = (gone + gone).decode("utf-8", "replace")
    assert str(path[-1]) in around or "\\u" in around or '"' in around
    theirs = places_by_tree_sitter(data)
    if theirs is not None:
        inside = [place for place in theirs[0] if _touches((place[0][0], place[1][1]), at, at + len(gone))]
        assert inside, "a key is gone"


def _touches(place: Place, start: int, end: int) -> bool:
    return start < place[1] and place[0] < end


def _remove_table(data: bytes, path: KeyPath) -> None:
    new = remove_table(data, "f", path, page=PAGE)
    assert len(new) < len(data)
    left = iter(data)
    assert all(byte in left for byte in new), "nothing is new"


def _inserted(old: bytes, new: bytes) -> tuple[int, bytes]:
    """Return what was put into bytes, and where; fails when that is not all that has changed."""
    assert len(new) > len(old)
    length = len(new) - len(old)
    most = _common(old, new)
    least = len(old) - _common(old[::-1], new[::-1])
    places = range(min(most, len(old)), max(least, 0) - 1, -1)
    assert places, "more than one place has changed"
    lines = [at for at in places if at == 0 or old[at - 1 : at] == b"\n"]  # the same text may go in at several places
    at = next(iter(lines or places))
    assert old[:at] + new[at : at + length] + old[at:] == new
    return at, new[at : at + length]


def _common(one: bytes, other: bytes) -> int:
    """Return how many bytes are the same at the beginning of both."""
    low, high = 0, min(len(one), len(other))
    while low < high:
        middle = (low + high + 1) // 2
        low, high = (middle, high) if one[:middle] == other[:middle] else (low, middle - 1)
    return low


def leaves(found: object, path: KeyPath = ()) -> Iterator[tuple[KeyPath, object]]:
    """Yield every value of a file with its path: tables and arrays too."""
    yield path, found
    if isinstance(found, dict):
        for key, inner in found.items():
            yield from leaves(inner, (*path, key))
    elif isinstance(found, list):
        for number, inner in enumerate(found):
            yield from leaves(inner, (*path, number))


def _at(values: Any, path: KeyPath) -> Any:  # noqa: ANN401 - whatever a TOML file holds
    for part in path:
        values = values[part]
    return values
