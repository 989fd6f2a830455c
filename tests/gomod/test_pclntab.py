"""The table of functions: every form of it, names as packages, tables that are none, and bounded work."""

from __future__ import annotations

import struct
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from supplymatrix.errors import InputError
from supplymatrix.gomod import pclntab
from supplymatrix.gomod.executable import Program
from supplymatrix.gomod.executable_elf import read_elf
from supplymatrix.gomod.executable_formats import HEAD, program_parts, read_part, whole_part
from supplymatrix.gomod.pclntab import find_function_table, function_names, linked_in, packages_of
from supplymatrix.gomod.read_at import BytesAt
from tests.gomod.made_programs import (
    ADDRESS,
    function_table,
    made_elf,
    made_mach,
    made_pe,
    made_plan9,
    made_wasm,
    made_xcoff,
)

_NAMES = ("runtime.main", "main.main", "example.com/a%2eb.(*T).M")


def _program(data: bytes) -> Program:
    parts = program_parts(BytesAt(data))
    assert parts is not None
    return read_part(whole_part(next(parts)))


def _elf(table: bytes, **rest: object) -> Program:
    is_wide, order = bool(rest.pop("is_wide", True)), str(rest.pop("order", "<"))
    data = made_elf(table, sections=[(".gopclntab", 0, len(table))], is_wide=is_wide, order=order)
    return read_elf(BytesAt(data), data[:HEAD])


def _packages(*names: str, inlined: tuple[str, ...] = ()) -> tuple[str, ...]:
    program = _elf(function_table("main.main", *names, inlined=inlined))
    table = find_function_table(program)
    assert table is not None
    return tuple(package for package in packages_of(program, table) if package != "main")


@pytest.mark.parametrize("since", ["1.2", "1.16", "1.18", "1.20"])
@pytest.mark.parametrize(("pointer", "order"), [(8, "<"), (4, "<"), (8, ">"), (4, ">")])
def test_every_form_gives_the_same_names(since: str, pointer: int, order: str) -> None:
    table = function_table(*_NAMES, since=since, pointer=pointer, order=order)
    program = _elf(table, is_wide=pointer == 8, order=order)
    found = find_function_table(program)
    assert found is not None
    assert (found.since, found.functions, found.address) == (since, 3, ADDRESS)
    assert function_names(program) == tuple(sorted(_NAMES))
    assert packages_of(program, found) == ("example.com/a.b", "main", "runtime")


@pytest.mark.parametrize(("since", "order"), [("1.2", "<"), ("1.2", ">"), ("1.16", "<"), ("1.20", "<")])
def test_names_of_inlined_functions_are_among_them(since: str, order: str) -> None:
    inlined = ("strings.Index", "runtime.add.abi0")
    program = _elf(function_table(*_NAMES, inlined=inlined, since=since, order=order), order=order)
    assert set(function_names(program)) == {*_NAMES, "strings.Index", "runtime.add"}


@pytest.mark.parametrize("since", ["1.2", "1.20"])
def test_functions_of_some_packages_are_kept(since: str) -> None:
    names = ("a.b/c%2ed.New.abi0", "a.b/c%2ed.(*T).Do", "a.b/c%2ed/e.F", "a.b/cxd.F", "x.Map[a.b/c%2ed.T]", "main.main")
    program = _elf(function_table(*names, since=since))
    table = find_function_table(program)
    assert table is not None
    packages, functions = linked_in(program, table, {"a.b/c.d", "x", "none"})
    assert packages == packages_of(program, table)
    assert functions == ("a.b/c%2ed.(*T).Do", "a.b/c%2ed.New", "x.Map[a.b/c%2ed.T]")
    assert linked_in(program, table, frozenset()) == (packages, ())


_TABLE = function_table(*_NAMES)
_EVERY_FORMAT: dict[str, bytes] = {
    "elf": made_elf(bytes(64) + _TABLE),
    "pe": made_pe(bytes(40) + _TABLE),
    "mach-o": made_mach(bytes(40) + _TABLE, machine=0x1000007),
    "xcoff": made_xcoff(bytes(8) + function_table(*_NAMES, order=">", quantum=4)),
    "plan 9": made_plan9(bytes(8) + _TABLE),
    "plan 9, in the text": made_plan9(b"", text=bytes(24) + _TABLE),
    "wasm": made_wasm(bytes(8) + _TABLE),
}


@pytest.mark.parametrize("kind", _EVERY_FORMAT)
def test_a_table_without_a_section_is_found(kind: str) -> None:
    assert function_names(_program(_EVERY_FORMAT[kind])) == tuple(sorted(_NAMES))


def test_a_program_without_a_table_has_no_names() -> None:
    program = _program(made_elf(bytes(4096)))
    assert find_function_table(program) is None
    assert function_names(program) == ()


def test_a_table_across_two_pieces_of_the_file_is_found() -> None:
    for before in range((1 << 20) - 88, (1 << 20) + 16, 8):
        assert function_names(_program(made_elf(bytes(before) + _TABLE))) == tuple(sorted(_NAMES))


def test_the_section_counts_before_what_stands_in_front_of_it() -> None:
    data = function_table("forged.main")
    data = data.ljust(len(data) + -len(data) % 16, b"\0")
    program = _program(made_elf(data + _TABLE, sections=[(".gopclntab", len(data), len(_TABLE))]))
    assert function_names(program) == tuple(sorted(_NAMES))


@pytest.mark.parametrize("since", ["1.2", "1.20"])
def test_of_several_tables_the_one_counts_that_the_program_points_to(since: str) -> None:
    forged = function_table("forged.main", "forged.a", since=since)
    forged = forged.ljust(len(forged) + -len(forged) % 16, b"\0")
    table = function_table(*_NAMES, since=since).ljust(1024, b"\0")
    with pytest.raises(InputError, match="several tables"):
        find_function_table(_program(made_elf(forged + table)))
    start = ADDRESS + len(forged)
    program = _program(made_elf(forged + table + struct.pack("<QQ", start, start + 72)))
    assert function_names(program) == tuple(sorted(_NAMES))


def test_a_table_whose_code_goes_backwards_is_none() -> None:
    assert find_function_table(_program(made_elf(function_table(*_NAMES, rows=(9, 8, 7, 6))))) is None


def test_a_magic_that_is_none_of_go_is_told() -> None:
    table = find_function_table(_elf(function_table(*_NAMES, magic=0x641BD768)))
    assert table is not None
    assert not table.since


@pytest.mark.parametrize(
    ("name", "package"),
    [
        ("net/http.(*Client).Do", "net/http"),
        ("gopkg.in/yaml%2ev3.Unmarshal", "gopkg.in/yaml.v3"),
        ("gopkg.in/src-d/go-git.v4/utils.F", "gopkg.in/src-d/go-git.v4/utils"),
        ("example.com/x%2dy/v2.F.func1", "example.com/x-y/v2"),
        ("slices.SortFunc[go.shape.[]example.com/a.T,go.shape.int]", "slices"),
        ("example.com/m.(*Map[go.shape.string,example.com/b.V]).Get", "example.com/m"),
        ("example.com/m.glob..func1", "example.com/m"),
        ("example.com/m..init.0", "example.com/m"),
        ("example.com/m.(*wrapper).example.com/other/path.hidden", "example.com/m"),
        ("vendor/golang.org/x/net/idna.F", "vendor/golang.org/x/net/idna"),
        ("go.uber.org/zap.New", "go.uber.org/zap"),
        ("go/types.New", "go/types"),
        ("crypto/internal/fips140/v1%2e0%2e0-c2097c7c/aes.F", "crypto/internal/fips140/v1.0.0-c2097c7c/aes"),
        ("crypto/internal/fips140/v1.0.0-c2097c7c/aes.F", "crypto/internal/fips140/v1.0.0-c2097c7c/aes"),
        ("type:.eq.net/http.connectMethodKey", ""),
        ("type..eq.net/http.connectMethodKey", ""),
        ("type..hash.[2]string", ""),
        ("go:buildid", ""),
        ("go.(*struct { sync.Mutex; net/http.X }).Lock", ""),
        ("_rt0_amd64_linux", ""),
        ("x_cgo_munmap.cold", ""),
        ("copy.part.0", ""),
        ("__x86.get_pc_thunk.ax", ""),
        ("os/signal.signal_ignored", ""),
        ("time.now.abi0", ""),
    ],
)
def test_a_name_tells_its_package(name: str, package: str) -> None:
    assert _packages(name) == ((package,) if package else ())


def test_a_promoted_method_is_of_no_further_package() -> None:
    names = ("text/template.New", "text/template/parse.New", "text/template.Template.text/template/parse.add")
    assert _packages(*names) == ("text/template", "text/template/parse")
    others = ("example.com/a.F", "example.com/a.T.example.org/b/embedded.m")
    assert _packages(*others) == ("example.com/a",)


def test_a_package_is_known_from_inlined_functions_alone() -> None:
    assert _packages("a.F", "b.G", "a.H", inlined=("c/d.I", "a.J")) == ("a", "b", "c/d")


def test_bytes_of_an_old_table_that_only_look_like_a_name_are_none() -> None:
    inlined = ("corp%2eexample/m/p.F", "folder.G", "bits.H", "x/folder.I", "\\.o", "T.o", "q/w.e")
    program = _elf(function_table(*_NAMES, since="1.2", inlined=inlined))
    table = find_function_table(program)
    assert table is not None
    assert set(packages_of(program, table)) - {"main", "runtime", "example.com/a.b"} == {
        "bits", "corp.example/m/p", "folder", "x/folder",
    }  # fmt: skip


def _damaged(table: bytes, match: str) -> None:
    with pytest.raises(InputError, match=match):
        function_names(_elf(table))


def test_a_section_with_something_else_is_told() -> None:
    _damaged(bytes(256), "no table of functions")
    _damaged(b"\xf1\xff\xff\xff", "no table of functions")


@pytest.mark.parametrize("at", [0, 1 << 30])
def test_an_old_table_without_files_is_told(at: int) -> None:
    table = bytearray(function_table(*_NAMES, since="1.2"))
    struct.pack_into("<I", table, 16 + 16 * len(_NAMES) + 8, at)
    _damaged(bytes(table), "table of files lies outside")


def test_more_functions_than_names_are_told() -> None:
    table = bytearray(_TABLE)
    struct.pack_into("<Q", table, 8, 50)
    _damaged(bytes(table), "another number")


def test_impossible_lengths_are_refused_before_they_are_read() -> None:
    table = bytearray(_TABLE)
    for word in range(3, 8):
        struct.pack_into("<Q", table, 8 + 8 * (word + 1), 1 << 40)
    _damaged(bytes(table), "longer than any linker")
    old = bytearray(function_table(*_NAMES, since="1.2"))
    struct.pack_into("<Q", old, 8, 1 << 50)
    _damaged(bytes(old), "more functions than any program")
    struct.pack_into("<Q", old, 8, 1 << 20)
    _damaged(bytes(old), "cut")


def test_names_that_overlap_are_refused() -> None:
    table = bytearray(function_table("a" * 400, *(["b"] * 9), since="1.2"))
    for number in range(10):
        table[16 + 16 * number + 8 : 16 + 16 * number + 16] = table[24:32]
    _damaged(bytes(table), "longer than their table")


def test_a_function_outside_of_its_table_is_told() -> None:
    table = bytearray(function_table(*_NAMES, since="1.2"))
    struct.pack_into("<Q", table, 24, 1 << 40)
    _damaged(bytes(table), "outside of its table")


def test_too_much_that_looks_like_a_table_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pclntab, "MAX_HEADERS", 20)
    with pytest.raises(InputError, match="too much"):
        find_function_table(_program(made_elf((b"\xf1\xff\xff\xff\0\0\1\x08" * 21).ljust(1024, b"\0") + _TABLE)))


def test_more_packages_than_any_program_has_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pclntab, "MAX_PACKAGES", 5)
    with pytest.raises(InputError, match="more packages"):
        _packages(*(f"a{number}.F" for number in range(6)))


@pytest.mark.parametrize("since", ["1.2", "1.16", "1.20"])
def test_a_cut_table_is_an_input_error_or_none(since: str) -> None:
    table = function_table(*_NAMES, since=since)
    for length in range(len(table)):
        try:
            names = function_names(_program(made_elf(table[:length])))
        except InputError:
            continue
        assert names in ((), tuple(sorted(_NAMES)))


_EVERY = [function_table(*_NAMES, since=since) for since in ("1.2", "1.16", "1.18", "1.20")]


@given(
    st.sampled_from(_EVERY),
    st.booleans(),
    st.lists(st.tuples(st.integers(0, 300), st.binary(min_size=1, max_size=8)), max_size=5),
)
def test_changed_bytes_give_names_or_an_input_error(
    table: bytes, has_section: bool, changes: list[tuple[int, bytes]]
) -> None:
    data = bytearray(table)
    for place, new in changes:
        data[place : place + len(new)] = new
    program = _elf(bytes(data)) if has_section else _program(made_elf(bytes(data)))
    with suppress(InputError):
        found = find_function_table(program)
        names = function_names(program)
        assert (found is not None) or not names


@given(st.lists(st.text(alphabet=st.sampled_from("ab./[](*)%2e:-{ "), min_size=1, max_size=30), max_size=20))
def test_any_names_give_paths_without_what_no_path_has(names: list[str]) -> None:
    for package in _packages(*names):
        assert package
        assert not set(package) & set("[](){} *:")
