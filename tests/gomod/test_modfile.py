"""go.mod and go.work: what is refused, where, and what holds for any bytes."""

from __future__ import annotations

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from supplymatrix.errors import Diagnostic, InputError
from supplymatrix.gomod.modfile import parse_go_mod, parse_go_work


def _refusals(text: str) -> tuple[Diagnostic, ...]:
    with pytest.raises(InputError) as caught:
        parse_go_mod(text.encode())
    return caught.value.diagnostics


def test_every_refused_line_is_told_with_its_place() -> None:
    first, second = _refusals("module example.com/m\n\ngo 1.26\nrequire example.com/a 1.0\nfrobnicate x\n")
    assert (first.line, first.column, first.seen) == (4, 23, "1.0")
    assert (second.line, second.column) == (5, 1)
    assert "frobnicate" in second.message
    assert first.expected
    assert first.remedy


def test_merge_markers_are_told_as_such() -> None:
    (fault,) = _refusals("module example.com/m\n<<<<<<< HEAD\ngo 1.26\n=======\ngo 1.25\n>>>>>>> topic\n")
    assert (fault.line, fault.message) == (2, "the file holds an unresolved merge conflict")


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("\ufeffmodule example.com/m\n", "byte order mark"),
        ("module example.com/m\x00\n", "no place here"),
        ("module example.com/m /* x */\n", "/* */"),
        ('module "example.com/m\n', "does not end"),
        ("require (\n\texample.com/a v1.0.0\n", "not closed"),
    ],
)
def test_odd_bytes_are_refused_with_a_reason(text: str, words: str) -> None:
    assert words in _refusals(text)[0].message


def test_line_ends_of_windows_are_accepted() -> None:
    go_mod = parse_go_mod(b"module example.com/m\r\n\r\ngo 1.26\r\nrequire example.com/a v1.0.0 // indirect\r\n")
    assert [(entry.module.path, entry.indirect) for entry in go_mod.require] == [("example.com/a", True)]


def test_every_directive_is_read_with_its_place() -> None:
    text = """module example.com/m // Deprecated: gone
go 1.26.0
toolchain go1.26.1
godebug default=go1.25
require (
	example.com/a v1.0.0
)
exclude example.com/a v1.1.0
replace example.com/a => ../a
replace example.com/b v1.0.0 => example.com/c v1.2.0
retract [v0.1.0, v0.2.0] // broken
tool example.com/a/cmd/x
ignore ./testdata
"""
    go_mod = parse_go_mod(text.encode())
    places = [entry.location.line for entry in (go_mod.module, go_mod.go, go_mod.toolchain) if entry]
    places += [entry.location.line for entry in go_mod.godebug]
    places += [entry.location.line for entry in go_mod.require]
    places += [entry.location.line for entry in go_mod.exclude]
    places += [entry.location.line for entry in go_mod.replace]
    places += [entry.location.line for entry in go_mod.retract]
    places += [entry.location.line for entry in (*go_mod.tool, *go_mod.ignore)]
    assert places == [1, 2, 3, 4, 6, 8, 9, 10, 11, 12, 13]


def test_a_workspace_names_its_modules() -> None:
    go_work = parse_go_work(b"go 1.26\n\nuse (\n\t./a\n\t./b\n)\nreplace example.com/x => ./x\n")
    assert [entry.path for entry in go_work.use] == ["./a", "./b"]
    assert go_work.replace[0].is_directory


@given(st.binary(max_size=300))
def test_any_bytes_are_a_go_mod_or_an_input_error(data: bytes) -> None:
    with suppress(InputError):
        parse_go_mod(data)


@given(st.binary(max_size=300))
def test_any_bytes_are_a_go_work_or_an_input_error(data: bytes) -> None:
    with suppress(InputError):
        parse_go_work(data)


_VERBS = ["module", "go", "require", "replace", "exclude", "retract", "toolchain", "godebug", "tool", "ignore", "use"]
_ARGUMENTS = ["example.com/a", "v1.0.0", "1.26", "go1.26.0", "a=b", '"x"', "`y`", "./z"]
_WORD = st.sampled_from([*_VERBS, *_ARGUMENTS, *["(", ")", "[", "]", ",", "=>", "//"], "\n", "\n"])


@given(st.lists(_WORD, max_size=25))
def test_any_words_are_a_go_mod_or_refusals_inside_of_the_file(words: list[str]) -> None:
    text = " ".join(words)
    try:
        parse_go_mod(text.encode())
    except InputError as err:
        lines = text.split("\n")
        for fault in err.diagnostics:
            assert 1 <= fault.line <= len(lines)
            assert 1 <= fault.column <= len(lines[fault.line - 1]) + 1
