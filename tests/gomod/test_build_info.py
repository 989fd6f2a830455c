"""Build info of programs: all formats and both forms, decoys, damage, and bounded work whatever the bytes are."""

from __future__ import annotations

import struct
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from supplymatrix.errors import InputError
from supplymatrix.gomod.build_info import (
    MAX_TEXT,
    BuildInfo,
    BuiltModule,
    NoBuildInfoError,
    parse_module_text,
    read_build_infos,
    split_version,
)
from supplymatrix.gomod.read_at import BytesAt
from tests.gomod.made_programs import (
    TEXT,
    header,
    made_elf,
    made_fat,
    made_mach,
    made_pe,
    made_plan9,
    made_wasm,
    made_xcoff,
    marked,
    pointed,
    varint,
)

_PROGRAMS: dict[str, Callable[[bytes], bytes]] = {
    "elf": made_elf,
    "elf with sections": lambda data: made_elf(data, section=0),
    "elf, 32 bits": lambda data: made_elf(data, is_wide=False),
    "elf, big-endian": lambda data: made_elf(data, order=">", section=0),
    "elf, 32 bits big-endian": lambda data: made_elf(data, is_wide=False, order=">", section=0),
    "pe": made_pe,
    "pe, 32 bits": lambda data: made_pe(data, is_wide=False),
    "mach-o": made_mach,
    "mach-o, 32 bits": lambda data: made_mach(data, is_wide=False),
    "mach-o, big-endian": lambda data: made_mach(data, order=">"),
    "mach-o without the section": lambda data: made_mach(data, section=False),
    "fat mach-o": lambda data: made_fat(made_mach(data)),
    "xcoff": made_xcoff,
    "xcoff, 32 bits": lambda data: made_xcoff(data, is_wide=False),
    "plan 9": made_plan9,
    "plan 9, 32 bits": lambda data: made_plan9(data, is_wide=False),
    "wasm": lambda data: made_wasm(data[33 + data[32] + 2 :]),
    "other": lambda data: b"some" + bytes(100) + data + bytes(100),
}


def _read(data: bytes) -> BuildInfo:
    (info,) = read_build_infos(BytesAt(data))
    return info


@pytest.mark.parametrize("kind", _PROGRAMS)
def test_every_format_gives_the_same_answer(kind: str) -> None:
    info = _read(_PROGRAMS[kind](header()))
    assert (info.go_version, info.path) == ("go1.25.5", "example.com/m/cmd")
    assert info.main == BuiltModule(path="example.com/m", version="v1.0.0")
    assert [dep.path for dep in info.deps] == ["github.com/a/b", "example.com/c"]
    assert info.deps[0].sum.startswith("h1:")
    assert info.deps[1].replaced_by == BuiltModule(path="./c", version="(devel)")
    assert info.settings == (("-tags", "x,strictfipsruntime"), ("GOARCH", "arm64"))
    assert info.is_searched is (kind in ("wasm", "other"))
    assert not info.is_version_inferred


@pytest.mark.parametrize(("size", "order"), [(8, "<"), (4, "<"), (8, ">"), (4, ">")])
def test_pointers_of_go_before_1_18_are_followed(size: int, order: str) -> None:
    info = _read(made_elf(pointed(size=size, order=order), is_wide=size == 8, order=order))
    assert (info.go_version, len(info.deps), info.is_searched) == ("go1.17.13", 2, False)


def test_each_program_of_a_fat_file_is_told() -> None:
    infos = read_build_infos(BytesAt(made_fat(made_mach(header("go1.25.1")), made_mach(header("go1.25.2")))))
    assert [info.go_version for info in infos] == ["go1.25.1", "go1.25.2"]


@pytest.mark.parametrize("kind", ["elf with sections", "elf", "pe", "mach-o", "xcoff", "plan 9"])
def test_a_magic_outside_of_its_place_is_never_believed(kind: str) -> None:
    program = _PROGRAMS[kind](header("go1.25.5")) + bytes(5) + header("go1.99.9")
    assert _read(program).go_version == "go1.25.5"
    with pytest.raises(NoBuildInfoError):
        _read(_PROGRAMS[kind](bytes(64)) + header("go1.99.9"))


def test_a_magic_at_an_odd_address_is_none() -> None:
    odd = (bytes(8) + header("go1.99.9", "")).ljust(64, b"\0")
    assert _read(made_elf(odd + header())).go_version == "go1.25.5"


def test_the_section_counts_before_what_stands_in_front_of_it() -> None:
    forged = header("go1.99.9", "").ljust(64, b"\0")
    assert _read(made_elf(forged + header(), section=64)).go_version == "go1.25.5"


def test_a_magic_across_two_pieces_of_the_file_is_found() -> None:
    for before in range((1 << 20) - 48, (1 << 20) + 16, 16):
        assert _read(made_elf(bytes(before) + header())).go_version == "go1.25.5"


def test_several_answers_of_a_search_are_none() -> None:
    data = b"some" + header("go1.25.5") + bytes(9) + header("go1.99.9")
    with pytest.raises(NoBuildInfoError, match="several"):
        _read(data)


def test_a_version_that_a_format_hides_is_inferred_and_marked() -> None:
    info = _read(b"some" + marked(TEXT) + b"..go1.26.8..go1.26..")
    assert (info.go_version, info.is_version_inferred, info.release) == ("go1.26.8", True, "1.26.8")
    assert not _read(b"some" + marked(TEXT) + b"go1.26.8 go1.26.7 ").go_version


def test_a_packed_program_is_told_apart_from_none() -> None:
    with pytest.raises(NoBuildInfoError, match="packed"):
        _read(made_elf(bytes(64)) + b"UPX!" + bytes(20))


@pytest.mark.parametrize("data", [b"", b"#!/bin/sh\n", b"MZ", b"\x7fEL", b"\xca\xfe\xba\xbe\0\0\0\x34" + bytes(80)])
def test_what_is_no_program_has_no_build_info(data: bytes) -> None:
    with pytest.raises(InputError):
        _read(data)


def _inline(version: bytes, rest: bytes) -> bytes:
    return made_elf(header("", "")[:32] + version + rest)


@pytest.mark.parametrize(
    "data",
    [
        pytest.param(_inline(b"\xff" * 12, b""), id="a length without an end"),
        pytest.param(_inline(varint(1 << 62), b""), id="a wild length"),
        pytest.param(_inline(b"\x03go1", varint(MAX_TEXT + 1)), id="a text that is too long"),
        pytest.param(_inline(b"\x03go1", varint(100)), id="a text that is cut"),
        pytest.param(made_elf(pointed()[:16] + struct.pack("<QQ", 1 << 40, 1 << 41)), id="a wild pointer"),
        pytest.param(made_elf(pointed()[:14] + b"\x03\x00" + bytes(48)), id="an unknown size of pointers"),
        pytest.param(made_elf(header())[:-300], id="a cut file"),
        pytest.param(made_elf(header(), section=0)[:-10], id="a cut table"),
        pytest.param(made_fat(made_mach(header()), b"none of them"), id="a fat file with something else"),
        pytest.param(made_elf(header(text="dep\tonly\n")), id="a module without a version"),
        pytest.param(made_elf(header(text="=>\ta\tv1\t\n")), id="a replacement of nothing"),
        pytest.param(made_elf(header(text="build\tnothing\n")), id="a setting without a value"),
        pytest.param(made_elf(header(text='build\t"a=b\n')), id="a quote that stays open"),
    ],
)  # fmt: skip
def test_damage_is_an_input_error_that_says_so(data: bytes) -> None:
    with pytest.raises(InputError, match="damaged") as caught:
        _read(data)
    assert not isinstance(caught.value, NoBuildInfoError)


def test_tables_of_impossible_sizes_are_refused_before_they_are_read() -> None:
    program = bytearray(made_elf(header(), section=0))
    struct.pack_into("<HH", program, 58, 0xFFF0, 0xFFF0)
    with pytest.raises(InputError, match="impossible size"):
        _read(bytes(program))


@pytest.mark.parametrize(
    ("line", "setting"),
    [
        ("build\t-ldflags=-X a=b", ("-ldflags", "-X a=b")),
        ('build\t-ldflags="-X \\"a\\"\\t=b\\x41"', ("-ldflags", '-X "a"\t=bA')),
        ('build\t-ldflags=`a"b`', ("-ldflags", 'a"b')),
        ('build\t"a=b"=c', ("a=b", "c")),
        ("build\tempty=", ("empty", "")),
    ],
)
def test_settings_are_unquoted_as_go_does(line: str, setting: tuple[str, str]) -> None:
    assert parse_module_text(f"path\tx\n{line}\n").settings == (setting,)


@pytest.mark.parametrize(
    ("text", "release", "suffix"),
    [
        ("go1.26.5", "1.26.5", ""),
        ("go1.25.5 X:strictfipsruntime", "1.25.5", "X:strictfipsruntime"),
        ("go1.26.8-X:boringcrypto", "1.26.8", "X:boringcrypto"),
        ("go1.24.4-1 Red Hat", "1.24.4", "1 Red Hat"),
        ("go1.25.13-microsoft", "1.25.13", "microsoft"),
        ("go1.25rc1", "1.25rc1", ""),
        ("devel go1.27-abcdef Tue Nov 3", "", "devel go1.27-abcdef Tue Nov 3"),
        ("unknown", "", "unknown"),
        ("", "", ""),
    ],
)
def test_what_a_maker_adds_to_a_version_is_told_apart(text: str, release: str, suffix: str) -> None:
    assert split_version(text) == (release, suffix)


def _value_or_input_error(read: Callable[[], object]) -> None:
    try:
        assert read() is not None
    except InputError as err:
        if not err.diagnostics:
            raise


_WHOLE = [make(header()) for make in _PROGRAMS.values()] + [made_elf(pointed())]


@given(st.sampled_from(_WHOLE), st.lists(st.tuples(st.floats(0, 1), st.binary(min_size=1, max_size=8)), max_size=6))
def test_changed_bytes_give_a_value_or_an_input_error(program: bytes, changes: list[tuple[float, bytes]]) -> None:
    data = bytearray(program)
    for place, new in changes:
        at = int(place * (min(len(data), 0x300) - 1))
        data[at : at + len(new)] = new
    _value_or_input_error(lambda: read_build_infos(BytesAt(bytes(data))))


_BEGINNINGS = (b"", b"\x7fELF\x02\x01", b"\x7fELF\x01\x02", b"MZ", b"\xcf\xfa\xed\xfe", b"\xca\xfe\xba\xbe\0\0\0\x02")


@given(st.sampled_from(_BEGINNINGS), st.binary(max_size=600))
def test_any_bytes_give_a_value_or_an_input_error(start: bytes, rest: bytes) -> None:
    _value_or_input_error(lambda: read_build_infos(BytesAt(start + rest)))


@given(st.text(alphabet=st.sampled_from('path\tmoddepbuild=>\n"`\\=v1'), max_size=200))
def test_any_module_text_gives_a_value_or_an_input_error(text: str) -> None:
    _value_or_input_error(lambda: parse_module_text(text))


@given(st.sampled_from(_WHOLE[:1] + _WHOLE[5:6] + _WHOLE[7:8]), st.floats(0, 1))
def test_a_cut_program_never_gives_another_answer(program: bytes, part: float) -> None:
    try:
        info = _read(program[: int(len(program) * part)])
    except InputError:
        return
    assert info == _read(program)
