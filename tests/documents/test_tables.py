"""Typed reading of TOML tables: every fault is kept with its place, and told when the reading ends."""

from __future__ import annotations

from datetime import date
from enum import StrEnum

import pytest

from supplymatrix.documents.tables import Table, TableReader
from supplymatrix.errors import Diagnostic, InputError


class Colour(StrEnum):
    RED = "red"
    BLUE = "blue"


def reader(text: str) -> TableReader:
    return TableReader(text.encode(), "a.toml", page="the page")


def only_table(text: str, *, optional: tuple[str, ...] = ("k",)) -> tuple[TableReader, Table]:
    found = reader(f"[t]\n{text}\n")
    return found, found.table(("t",), optional=optional)


def faults(found: TableReader) -> tuple[Diagnostic, ...]:
    try:
        found.finish()
    except InputError as err:
        return err.diagnostics
    return ()


def test_what_is_there_is_given_by_its_kind() -> None:
    found = reader('[t]\na = "x"\nb = ["y", "z"]\nc = 2026-11-25\nd = true\ne = 7\nf = {one = 1}\ng = "red"\n')
    table = found.table(("t",), optional=tuple("abcdefg"))
    assert (table.text("a"), table.texts("b"), table.day("c")) == ("x", ("y", "z"), date(2026, 11, 25))
    assert (table.flag("d"), table.whole("e"), table.numbers("f", ("one",))) == (True, 7, {"one": 1})
    assert table.member("g", Colour, Colour.BLUE) is Colour.RED
    assert faults(found) == ()


def test_what_is_absent_has_its_default_and_is_no_fault() -> None:
    found, table = only_table("")
    assert (table.text("k"), table.texts("k"), table.day("k"), table.flag("k")) == ("", (), None, False)
    assert (table.whole("k", 3), table.numbers("k", ()), table.member("k", Colour, Colour.BLUE)) == (3, {}, Colour.BLUE)
    assert faults(found) == ()


@pytest.mark.parametrize(
    ("getter", "value"),
    [
        ("text", "1"), ("text", "[]"), ("text", '"""a\nb"""'), ("text", '"\\u0007"'), ("texts", '"a"'),
        ("texts", "[1]"),
        ("texts", '[""]'), ("day", '"2026-11-25"'), ("day", "2026-11-25T00:00:00"), ("flag", "1"), ("whole", "true"),
        ("whole", "1.5"), ("whole", "-1"), ("whole", '"1"'),
    ],
)  # fmt: skip
def test_a_value_of_another_kind_is_a_fault_at_its_place(getter: str, value: str) -> None:
    found, table = only_table(f"k = {value}")
    getattr(table, getter)("k")
    (fault,) = faults(found)
    assert fault.line == 2
    assert fault.column >= 5
    assert fault.expected


@pytest.mark.parametrize("value", ["1", "{x = 1}", "{one = true}", "{one = -1}", "{one = 'a'}"])
def test_numbers_are_whole_and_known_by_name(value: str) -> None:
    found, table = only_table(f"k = {value}")
    table.numbers("k", ("one",))
    assert len(faults(found)) == 1


def test_a_word_that_is_none_of_the_known_gets_a_suggestion() -> None:
    found, table = only_table('k = "rad"')
    assert table.member("k", Colour, Colour.BLUE) is Colour.BLUE
    (fault,) = faults(found)
    assert fault.remedy == "did you mean 'red'?"
    assert "red, blue" in fault.expected


def test_an_unknown_key_is_a_fault_at_its_name_and_a_missing_one_at_the_header() -> None:
    found = reader("[t]\nnaem = 1\n")
    found.table(("t",), required=("name",))
    unknown, missing = sorted(faults(found), key=lambda fault: fault.line, reverse=True)
    assert (unknown.line, unknown.column, unknown.seen) == (2, 1, "naem")
    assert (missing.line, missing.seen) == (1, "[t]")


def test_a_table_that_is_needed_and_not_there_is_a_fault() -> None:
    found = reader("x = 1\n")
    found.table(("t",), required=("a",))
    assert "there is no table [t]" in faults(found)[0].message


@pytest.mark.parametrize("text", ["t = 1", "t = [1]", "[t]"])
def test_an_array_of_tables_is_nothing_else(text: str) -> None:
    found = reader(text)
    assert list(found.tables("t")) == []
    assert len(faults(found)) == 1


def test_tables_of_an_array_are_given_in_order_with_their_places() -> None:
    found = reader('[[t]]\nk = "a"\n\n[[t]]\nk = "b"\n')
    assert [(table.text("k"), table.location.line) for table in found.tables("t", required=("k",))] == [
        ("a", 1),
        ("b", 4),
    ]


def test_faults_come_in_the_order_of_the_file_whatever_was_asked_first() -> None:
    found = reader("[a]\nk = 1\n[b]\nk = 1\n")
    found.table(("b",), optional=("k",)).text("k")
    found.table(("a",), optional=("k",)).text("k")
    assert [fault.line for fault in faults(found)] == [2, 4]


def test_a_text_has_a_limit_and_may_be_asked_not_to_be_empty() -> None:
    found, table = only_table('k = "abc"')
    table.text("k", limit=2)
    assert "too long" in faults(found)[0].message
    found, table = only_table('k = " "')
    table.text("k", filled=True)
    assert "empty" in faults(found)[0].message


def test_the_names_of_a_table_are_its_keys() -> None:
    found = reader("[t.u]\na = 1\nb = 2\n")
    assert (found.names(("t",)), found.names(("t", "u"))) == (["u"], ["a", "b"])
    assert found.names(("t", "u", "a")) == []
    assert len(faults(found)) == 1
