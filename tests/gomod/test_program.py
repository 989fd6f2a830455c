"""Programs as a whole: every state, decoys that must not win, contradictions that are told, and damage at any byte."""

from __future__ import annotations

import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from supplymatrix.errors import InputError
from supplymatrix.gomod import build_info, pclntab
from supplymatrix.gomod.build_info import NoBuildInfoError
from supplymatrix.gomod.program import ReadProgram, read_programs
from supplymatrix.gomod.read_at import BytesAt, refuse_beyond
from supplymatrix.model.program import ProgramState
from tests.gomod.made_programs import (
    ADDRESS,
    TEXT,
    function_table,
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
)

_NAMES = ("runtime.main", "main.main", "github.com/a/b.F")
_PACKAGES = ("github.com/a/b", "main", "runtime")
_ARM = 183


def _aligned(data: bytes) -> bytes:
    return data.ljust(len(data) + -len(data) % 64, b"\0")


_INFO = _aligned(header())
_WHOLE = _INFO + function_table(*_NAMES, quantum=4)


def _elf(info: bytes = _INFO, table: bytes = function_table(*_NAMES), *, machine: int = _ARM) -> bytes:
    """Return an ELF program with the sections that Go's linker makes."""
    info = _aligned(info)
    sections = [(".go.buildinfo", 0, len(info))]
    if table:
        sections.append((".gopclntab", len(info), len(table)))
    return made_elf(info + table, sections=sections, machine=machine)


def _one(data: bytes) -> ReadProgram:
    (program,) = read_programs(BytesAt(data))
    return program


_FORMATS: dict[str, tuple[bytes, str, str]] = {
    "elf": (_elf(), "ELF", ""),
    "elf without sections": (made_elf(_WHOLE, machine=_ARM), "ELF", ""),
    "pe": (made_pe(_INFO + function_table(*_NAMES)), "PE", "windows"),
    "mach-o": (made_mach(_WHOLE, machine=0x100000C), "Mach-O", "darwin"),
    "xcoff": (made_xcoff(_INFO + function_table(*_NAMES, order=">", quantum=4)), "XCOFF", "aix"),
    "plan 9": (made_plan9(_INFO + function_table(*_NAMES)), "Plan 9", "plan9"),
    "wasm": (made_wasm(_aligned(marked(TEXT)) + function_table(*_NAMES)), "WebAssembly", "js"),
}


@pytest.mark.parametrize("kind", _FORMATS)
def test_every_format_is_read(kind: str) -> None:
    data, name, goos = _FORMATS[kind]
    program = _one(data)
    assert program.state is (ProgramState.SEARCHED if kind == "wasm" else ProgramState.READ)
    assert (program.format, program.goos, program.goarch) == (name, goos, "arm64")
    assert program.info is not None
    assert (program.info.go_version, len(program.info.deps)) == ("go1.25.5", 2)
    assert program.packages == _PACKAGES


def test_a_program_without_contradictions_has_no_reason() -> None:
    assert not _one(_elf()).reason


def test_pointers_of_go_before_1_18_are_followed() -> None:
    program = _one(_elf(pointed(), function_table(*_NAMES, since="1.16")))
    assert program.info is not None
    assert (program.info.go_version, program.state, program.goarch) == ("go1.17.13", ProgramState.READ, "arm64")


def test_files_built_by_name_have_no_main_module() -> None:
    program = _one(_elf(header(text="path\tcommand-line-arguments\ndep\texample.com/x\tv1.0.0\th1:=\n")))
    assert program.info is not None
    assert (program.state, program.info.main, len(program.info.deps)) == (ProgramState.READ, None, 1)


def test_a_program_that_names_no_module_is_bare() -> None:
    program = _one(_elf(header(text="")))
    assert program.state is ProgramState.BARE
    assert program.info is not None
    assert program.info.go_version == "go1.25.5"
    assert "names no module" in program.reason


def test_a_program_of_a_go_before_1_13_is_bare() -> None:
    table = function_table(*_NAMES, since="1.2")
    program = _one(made_elf(table + b" go1.12.17 ", sections=[(".gopclntab", 0, len(table))]))
    assert program.state is ProgramState.BARE
    assert program.info is not None
    assert (program.info.go_version, program.info.is_version_inferred) == ("go1.12.17", True)
    assert program.packages == _PACKAGES


def test_a_wasm_module_of_go_without_modules_is_bare() -> None:
    program = _one(made_wasm(function_table(*_NAMES)))
    assert (program.state, program.packages) == (ProgramState.BARE, _PACKAGES)
    assert program.info is not None
    assert program.info.go_version == "go1.25.5"


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        pytest.param(_elf(header("unknown", "")), '"unknown"', id="an unknown version"),
        pytest.param(_elf(header(text=""), function_table(*_NAMES, magic=0x641BD768)), "magic", id="another magic"),
        pytest.param(_elf(header(text=""), function_table("main.main", "Zb1.Q")), "runtime", id="other names"),
    ],
)
def test_an_obfuscated_program_is_no_program_without_dependencies(data: bytes, reason: str) -> None:
    program = _one(data)
    assert (program.state, program.info, program.packages) == (ProgramState.OBFUSCATED, None, None)
    assert reason in program.reason


def test_a_table_of_an_unknown_go_does_not_hide_the_modules() -> None:
    program = _one(_elf(table=function_table(*_NAMES, magic=0xFFFFFFF5)))
    assert (program.state, program.packages) == (ProgramState.READ, None)
    assert "magic" in program.reason


def _packed_elf(rest: bytes = b"") -> bytes:
    return made_elf(bytes(64), section=None)[:0x80] + b"\0\0\0\0UPX!" + bytes(0x2000) + rest


def test_a_packed_program_is_told() -> None:
    program = _one(_packed_elf())
    assert (program.state, program.info) == (ProgramState.PACKED, None)
    assert "cannot be told" in program.reason
    assert "most likely a Go program" in _one(_packed_elf(b"\xff Go buildinf:")).reason


def test_a_packed_program_of_windows_is_told() -> None:
    data = made_pe(bytes(64)).replace(b".data\0\0\0", b"UPX0\0\0\0\0")
    assert _one(data[:0x180] + b"UPX1\0\0\0\0" + data[0x188:]).state is ProgramState.PACKED


def test_a_mark_of_a_packer_in_the_data_of_a_program_says_nothing() -> None:
    assert _one(_elf() + b"UPX!" + bytes(8)).state is ProgramState.READ
    with pytest.raises(NoBuildInfoError):
        _one(made_elf(bytes(0x2000) + b"UPX!" + bytes(0x2000)))


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        pytest.param(_elf(bytes(64)), "taken out", id="build info that was overwritten"),
        pytest.param(_elf(bytes(64), b""), "holds none", id="a section without anything"),
        pytest.param(_elf(header()[:36] + b"\xff" * 20), "no end", id="a length without an end"),
        pytest.param(_elf()[:-40], "does not hold", id="a cut file"),
        pytest.param(made_elf(b"\xff Go buildinf:" + bytes(4_000), section=0)[:0x300], "hold", id="a cut build info"),
    ],
)
def test_damage_of_a_go_program_is_told(data: bytes, reason: str) -> None:
    program = _one(data)
    assert (program.state, program.info) == (ProgramState.DAMAGED, None)
    assert reason in program.reason


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"#!/bin/sh\n",
        b"MZ",
        b"\x7fELF",
        b"\x01\xf7 text",
        b"\0asm" + b"\xff" * 50,
        made_elf(bytes(4_096)),
        made_elf(bytes(4_096), section=None)[:0x150],
        made_fat(b"none of them"),
        b"\xca\xfe\xba\xbe\0\0\0\x34" + bytes(80),
    ],
)
def test_what_is_no_go_program_is_none(data: bytes) -> None:
    with pytest.raises(NoBuildInfoError):
        _one(data)


_FORGED = _aligned(header("go1.99.9"))


@pytest.mark.parametrize(
    "data",
    [
        pytest.param(_elf() + _FORGED, id="behind the last section"),
        pytest.param(made_elf(_FORGED + _WHOLE, section=len(_FORGED), machine=_ARM), id="in front of the section"),
        pytest.param(made_elf(_WHOLE + _FORGED, section=0, machine=_ARM), id="behind the section"),
        pytest.param(made_pe(_WHOLE) + _FORGED, id="behind the last section, pe"),
        pytest.param(made_mach(_WHOLE) + _FORGED, id="behind the last section, mach-o"),
        pytest.param(made_plan9(_INFO, text=bytes(24) + _FORGED), id="in the text, plan 9"),
        pytest.param(
            made_elf(_WHOLE + _FORGED, section=0, before=[(4, 4, len(_WHOLE), 0x1000, len(_FORGED))]), id="in a note"
        ),
        pytest.param(
            made_elf(_WHOLE + _FORGED, sections=[(".go.buildinfo", 0, 512), (".go.buildinfo", len(_WHOLE), 512)]),
            id="in a second section",
        ),
        pytest.param(_elf() + _elf(_FORGED), id="a second program behind the first"),
    ],
)
def test_a_forged_build_info_never_wins(data: bytes) -> None:
    program = _one(data)
    assert program.info is not None
    assert (program.info.go_version, program.state) == ("go1.25.5", ProgramState.READ)


def test_another_build_info_among_the_data_is_told() -> None:
    program = _one(made_elf(_INFO + _FORGED, machine=_ARM))
    assert program.info is not None
    assert program.info.go_version == "go1.25.5"
    assert program.disputes == ("another build info of the same program lies behind the one that counts",)


def test_the_build_info_of_a_program_that_is_carried_along_is_no_contradiction() -> None:
    stranger = _aligned(header("go1.21.0", TEXT.replace("example.com/m", "example.com/stranger")))
    program = _one(made_elf(_INFO + stranger, machine=_ARM))
    assert program.info is not None
    assert program.info.path == "example.com/m/cmd"
    assert program.disputes == ()
    assert "another program, 'example.com/stranger/cmd'" in program.reason


def test_a_second_section_and_overlapping_segments_are_told() -> None:
    two = made_elf(_WHOLE + _FORGED, sections=[(".go.buildinfo", 0, 512), (".go.buildinfo", len(_WHOLE), 512)])
    assert "2 sections" in " ".join(_one(two).disputes)
    overlap = made_elf(_WHOLE + _FORGED, section=0, more=[(1, 6, len(_WHOLE), ADDRESS, len(_FORGED))])
    assert "several of its segments" in " ".join(_one(overlap).disputes)


def test_of_two_texts_in_wasm_the_one_counts_that_the_program_points_to() -> None:
    forged = _aligned(marked(TEXT.replace("v1.2.3", "v6.6.6")))
    own = _aligned(marked(TEXT))
    unclear = _one(made_wasm(forged + own))
    assert (unclear.state, unclear.info) == (ProgramState.DAMAGED, None)
    assert "several build infos" in unclear.reason
    start, length = 4096 + len(forged), len(marked(TEXT))
    program = _one(made_wasm(forged + own + struct.pack("<QQ", start, length)))
    assert program.info is not None
    assert program.info.deps[0].version == "v1.2.3"


def test_more_marks_than_can_be_told_apart_are_told() -> None:
    program = _one(made_wasm(_aligned(marked(TEXT)) * 65))
    assert (program.state, program.info) == (ProgramState.DAMAGED, None)
    assert "more marks" in program.reason


def test_settings_that_contradict_the_header_are_told() -> None:
    assert _one(_elf(machine=62)).disputes == ("its settings say GOARCH=arm64, its header amd64",)


def test_a_file_in_no_known_format_is_searched_and_marked() -> None:
    program = _one(b"some" + bytes(100) + header())
    assert (program.state, program.format, program.packages) == (ProgramState.SEARCHED, "", None)
    assert "no known format" in program.reason


def test_every_slice_of_a_fat_file_is_told() -> None:
    first, second = made_mach(_WHOLE, machine=0x100000C), made_mach(_aligned(header("go1.25.4")), machine=0x1000007)
    programs = read_programs(BytesAt(made_fat(first, second)))
    assert [program.info and program.info.go_version for program in programs] == ["go1.25.5", "go1.25.4"]
    assert [program.packages for program in programs] == [_PACKAGES, None]


def test_a_slice_that_is_no_go_program_is_told_beside_the_others() -> None:
    (program,) = read_programs(BytesAt(made_fat(made_mach(bytes(64), section=False), made_mach(_WHOLE), b"nothing")))
    assert program.state is ProgramState.READ
    assert "1 of the 3 programs in the file are no Go programs" in program.reason
    assert "1 of the 3 programs in the file cannot be read" in program.disputes


class _Sparse:
    """A program of ten gigabytes, zero behind its first bytes, that counts what is read of it."""

    def __init__(self, start: bytes) -> None:
        self._start = start
        self.read = 0

    @property
    def size(self) -> int:
        return 10 << 30

    def read_at(self, offset: int, length: int) -> bytes:
        refuse_beyond(self, offset, length)
        self.read += length
        assert length <= 128 << 20
        return self._start[offset : offset + length].ljust(length, b"\0")


def test_little_of_a_file_of_ten_gigabytes_is_read() -> None:
    file = _Sparse(_elf())
    (program,) = read_programs(file)
    assert program.state is ProgramState.READ
    assert file.read < 1 << 20


def test_a_declared_segment_of_ten_gigabytes_is_searched_within_bounds(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(build_info, "MAX_SEARCH", 4 << 20)
    monkeypatch.setattr(pclntab, "MAX_SEARCH", 4 << 20)
    data = bytearray(made_elf(bytes(64)))
    struct.pack_into("<QQ", data, 64 + 32, 9 << 30, 9 << 30)
    file = _Sparse(bytes(data))
    with pytest.raises(NoBuildInfoError):
        read_programs(file)
    assert 8 << 20 <= file.read < 9 << 20


_SMALL = [data for data, _, _ in _FORMATS.values()]


@pytest.mark.parametrize("data", [_SMALL[0], _SMALL[1], _SMALL[-1]], ids=["elf", "elf without sections", "wasm"])
def test_a_program_cut_at_any_byte_never_gives_another_answer(data: bytes) -> None:
    whole = _one(data)
    for length in range(len(data)):
        try:
            program = _one(data[:length])
        except NoBuildInfoError:
            continue
        if program.info is not None and program.state is not ProgramState.BARE:
            assert whole.info is not None
            assert program.info.deps == whole.info.deps


@given(st.sampled_from(_SMALL), st.lists(st.tuples(st.floats(0, 1), st.binary(min_size=1, max_size=8)), max_size=6))
def test_changed_bytes_give_a_program_or_none(program: bytes, changes: list[tuple[float, bytes]]) -> None:
    data = bytearray(program)
    for place, new in changes:
        at = int(place * (len(data) - 1))
        data[at : at + len(new)] = new
    try:
        programs = read_programs(BytesAt(bytes(data)))
    except NoBuildInfoError:
        return
    assert programs
    for found in programs:
        assert found.info is not None or found.reason


_BEGINNINGS = (b"\x7fELF\x02\x01", b"MZ", b"\xcf\xfa\xed\xfe", b"\xca\xfe\xba\xbe\0\0\0\x02", b"\x01\xf7", b"\0asm")


@given(st.sampled_from((*_BEGINNINGS, b"\0\0\x8a\x97", b"")), st.binary(max_size=600))
def test_any_bytes_give_a_program_or_none(start: bytes, rest: bytes) -> None:
    try:
        programs = read_programs(BytesAt(start + rest))
    except InputError as err:
        assert type(err) is NoBuildInfoError  # noqa: PT017 - and nothing else
    else:
        assert programs
