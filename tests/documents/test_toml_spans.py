"""The places of keys and values: what stands there is what the parser of the standard library read."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from supplymatrix.documents.toml_spans import KeyPath, index_spans, pointer_of
from supplymatrix.documents.toml_text import TomlText, read_toml
from supplymatrix.model.location import Location
from tests.policy.toml_documents import toml_documents

pytestmark = pytest.mark.slow


def cut(lines: tuple[str, ...], place: Location) -> str:
    """Return the text that a place spans."""
    part = list(lines[place.line - 1 : place.end_line])
    part[-1] = part[-1][: place.end_column - 1]
    part[0] = part[0][place.column - 1 :]
    return "\n".join(part)


def leaves(values: object, path: KeyPath = ()) -> Iterator[tuple[KeyPath, object]]:
    """Yield every value that is no table with its path, and every element of an array."""
    if isinstance(values, dict):
        for key, value in values.items():
            yield from leaves(value, (*path, key))
    elif isinstance(values, list):
        yield path, values
        for number, value in enumerate(values):
            yield from leaves(value, (*path, number))
    else:
        yield path, values


def at(values: dict[str, Any], path: KeyPath) -> object:
    found: Any = values
    for part in path:
        found = found[part]
    return found


def read(text: str) -> TomlText:
    return read_toml(text.encode(), "lift.toml", page="the page")


PLACES = [
    ("key = 1", ("key",), (1, 1, 1, 4), (1, 7, 1, 8)),
    ("  key\t=  'a' # no", ("key",), (1, 3, 1, 6), (1, 10, 1, 13)),
    ("a.b . c = true", ("a", "b", "c"), (1, 1, 1, 8), (1, 11, 1, 15)),
    ("\"a b\".'c.d' = 1.5", ("a b", "c.d"), (1, 1, 1, 12), (1, 15, 1, 18)),
    ('"\\u0041" = 1', ("A",), (1, 1, 1, 9), (1, 12, 1, 13)),
    ("[ t . u ] # x", ("t", "u"), (1, 1, 1, 10), (1, 1, 1, 10)),
    ("[t]\nk = [1,\n  # ]\n 22 ]", ("t", "k"), (2, 1, 2, 2), (2, 5, 4, 6)),
    ("[t]\nk = [1,\n  # ]\n 22 ]", ("t", "k", 1), (4, 2, 4, 4), (4, 2, 4, 4)),
    ("k = {a = 1, b={c='}'} }", ("k", "b", "c"), (1, 16, 1, 17), (1, 18, 1, 21)),
    ("[[w]]\n[[w]]\nrule = 'x'", ("w", 1), (2, 1, 2, 6), (2, 1, 2, 6)),
    ("[[w]]\n[[w]]\nrule = 'x'", ("w", 1, "rule"), (3, 1, 3, 5), (3, 8, 3, 11)),
    ("[[w]]\n[[w.v]]\n[[w]]\n[[w.v]]\nk=1", ("w", 1, "v", 0, "k"), (5, 1, 5, 2), (5, 3, 5, 4)),
    ('s = """a\n"b\\"""c""""\nt = 1', ("s",), (1, 1, 1, 2), (1, 5, 2, 12)),
    ('s = """a\n"b\\"""c""""\nt = 1', ("t",), (3, 1, 3, 2), (3, 5, 3, 6)),
    ("s = '''it''''\n", ("s",), (1, 1, 1, 2), (1, 5, 1, 14)),
    ("d = 1979-05-27 07:32:00  # day", ("d",), (1, 1, 1, 2), (1, 5, 1, 24)),
    ("a = 1\r\nb = '''x\r\ny'''\r\nc = 3\r\n", ("b",), (2, 1, 2, 2), (2, 5, 3, 5)),
    ("a = 1\r\nb = '''x\r\ny'''\r\nc = 3\r\n", ("c",), (4, 1, 4, 2), (4, 5, 4, 6)),
    ("é = '漢字😀' # 漢".replace("é", '"é"'), ("é",), (1, 1, 1, 4), (1, 7, 1, 12)),
]


@pytest.mark.parametrize(("text", "path", "key", "value"), PLACES)
def test_key_and_value_stand_where_they_are_written(
    text: str, path: KeyPath, key: tuple[int, ...], value: tuple[int, ...]
) -> None:
    span = read(text).spans[path]
    places = [(p.line, p.column, p.end_line, p.end_column) for p in (span.key, span.value)]
    assert places == [key, value]


def test_a_place_names_file_and_key() -> None:
    place = read("[[waivers]]\nexpires = 2027-01-31\n").spans["waivers", 0, "expires"].value
    assert (place.artifact, place.pointer) == ("lift.toml", "waivers[0].expires")


def test_a_key_that_is_no_bare_word_is_quoted_in_its_pointer() -> None:
    assert pointer_of(("packages", "github.com/a/b", "version")) == 'packages."github.com/a/b".version'


@settings(max_examples=40)
@given(toml_documents(), st.booleans())
def test_what_stands_at_a_value_is_what_the_parser_read(text: str, crlf: bool) -> None:
    try:
        values = tomllib.loads(text)
    except tomllib.TOMLDecodeError:
        assume(False)  # two keys of one name: the generator does not look
    found = read_toml((text.replace("\n", "\r\n") if crlf else text).encode(), "lift.toml", page="the page")
    lines = tuple(line.rstrip("\r") for line in text.split("\n"))
    for path, value in leaves(values):
        if path in found.spans:
            assert tomllib.loads(f"x = {cut(lines, found.spans[path].value)}") == {"x": value}
        else:
            assert isinstance(value, list)  # an array of tables: each of its tables has a place
            assert not value or (*path, 0) in found.spans


@settings(max_examples=25)
@given(toml_documents())
def test_what_stands_at_a_key_is_the_end_of_its_path(text: str) -> None:
    try:
        values = tomllib.loads(text)
    except tomllib.TOMLDecodeError:
        assume(False)
    lines = tuple(text.split("\n"))
    for path, span in read(text).spans.items():
        at(values, path)  # it is there
        written = cut(lines, span.key)
        if isinstance(path[-1], int):
            assert written.startswith("[[") or span.key == span.value
        else:
            table = tomllib.loads(written if written.startswith("[") else f"{written} = 0")
            assert _names(table) == [part for part in path if isinstance(part, str)][-len(_names(table)) :]


def _names(table: object) -> list[str]:
    """Return the names of a chain of tables with one key each."""
    out = []
    while isinstance(table, dict) and table:
        ((name, table),) = table.items()
        out.append(name)
    return out


def test_an_index_is_the_same_with_and_without_the_last_newline() -> None:
    assert index_spans("a = 1\n", "x") == index_spans("a = 1", "x")
