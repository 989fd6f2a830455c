"""Headers of programs: what each format tells of its system, its libraries and its parts, and damage of every kind."""

from __future__ import annotations

import struct
from collections.abc import Callable
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from supplymatrix.errors import InputError
from supplymatrix.gomod.executable import MAX_TABLE, Program
from supplymatrix.gomod.executable_formats import HEAD, is_program, program_parts, read_part, whole_part
from supplymatrix.gomod.read_at import BytesAt
from tests.gomod.made_programs import (
    ADDRESS,
    header,
    made_elf,
    made_fat,
    made_mach,
    made_pe,
    made_plan9,
    made_wasm,
    made_xcoff,
    varint,
    wasm_section,
)

_MACHINES: dict[str, tuple[bytes, str, str]] = {
    "elf": (made_elf(b""), "", "amd64"),
    "elf, arm64": (made_elf(b"", machine=183), "", "arm64"),
    "elf, riscv64": (made_elf(b"", machine=243), "", "riscv64"),
    "elf, s390x": (made_elf(b"", machine=22, order=">"), "", "s390x"),
    "elf, mipsle": (made_elf(b"", machine=8, is_wide=False), "", "mipsle"),
    "elf, unknown": (made_elf(b"", machine=9_999), "", ""),
    "pe": (made_pe(b""), "windows", "amd64"),
    "mach-o": (made_mach(b"", machine=0x100000C), "darwin", "arm64"),
    "mach-o of ios": (made_mach(b"", more=[struct.pack("<IIIIII", 0x32, 24, 2, 0, 0, 0)]), "ios", "386"),
    "mach-o of macos": (made_mach(b"", more=[struct.pack("<IIIIII", 0x32, 24, 1, 0, 0, 0)]), "darwin", "386"),
    "mach-o of an old ios": (made_mach(b"", more=[struct.pack("<IIII", 0x25, 16, 0, 0)]), "ios", "386"),
    "xcoff": (made_xcoff(b""), "aix", "ppc64"),
    "plan 9": (made_plan9(b""), "plan9", "amd64"),
    "plan 9, 32 bits": (made_plan9(b"", is_wide=False), "plan9", "386"),
    "wasm of js": (made_wasm(b"", system="gojs"), "js", "wasm"),
    "wasm of wasip1": (made_wasm(b"", system="wasi_snapshot_preview1"), "wasip1", "wasm"),
    "wasm of another": (made_wasm(b"", system="env"), "", "wasm"),
}


def _one(data: bytes) -> Program:
    parts = program_parts(BytesAt(data))
    assert parts is not None
    (part,) = parts
    return read_part(whole_part(part))


@pytest.mark.parametrize("kind", _MACHINES)
def test_a_header_tells_system_and_processor(kind: str) -> None:
    data, goos, goarch = _MACHINES[kind]
    program = _one(data)
    assert is_program(data[:HEAD])
    assert (program.goos, program.goarch) == (goos, goarch)


def _dynamic(needed: tuple[str, ...], interpreter: str, order: str = "<", *, is_wide: bool = True) -> bytes:
    """Return an ELF program with a dynamic section and an interpreter."""
    word = order + ("qQ" if is_wide else "iI")
    texts = b"\0" + b"".join(name.encode() + b"\0" for name in needed)
    places = [1 + sum(len(name) + 1 for name in needed[:number]) for number in range(len(needed))]
    rows = [*((1, place) for place in places), (5, ADDRESS), (10, len(texts)), (0, 0), (1, 1)]
    table = b"".join(struct.pack(word, *row) for row in rows)
    loader = interpreter.encode() + b"\0"
    data = texts + table + loader
    more = [(2, 6, len(texts), ADDRESS + len(texts), len(table))]
    more.append((3, 4, len(texts) + len(table), ADDRESS + len(texts) + len(table), len(loader)))
    return made_elf(data, more=more, order=order, is_wide=is_wide)


@pytest.mark.parametrize(("order", "is_wide"), [("<", True), (">", True), ("<", False), (">", False)])
def test_libraries_and_interpreter_of_elf(order: str, is_wide: bool) -> None:
    program = _one(_dynamic(("libm.so.6", "libc.so.6"), "/lib64/ld-linux-x86-64.so.2", order, is_wide=is_wide))
    assert program.linked.libraries == ("libm.so.6", "libc.so.6")
    assert program.linked.interpreter == "/lib64/ld-linux-x86-64.so.2"
    assert (program.goos, program.linked.fault) == ("linux", "")


@pytest.mark.parametrize(
    ("interpreter", "goos"),
    [
        ("/lib/ld-musl-x86_64.so.1", "linux"),
        ("/system/bin/linker64", "android"),
        ("/libexec/ld-elf.so.1", "freebsd"),
        ("/usr/libexec/ld.so", "openbsd"),
        ("/usr/libexec/ld.elf_so", "netbsd"),
        ("/nix/store/something", ""),
    ],
)
def test_an_interpreter_tells_the_system(interpreter: str, goos: str) -> None:
    assert _one(_dynamic((), interpreter)).goos == goos


def test_libraries_of_pe() -> None:
    names = b"kernel32.dll\0winmm.dll\0"
    table = struct.pack("<12xII", 0x1000, 1) + struct.pack("<12xII", 0x100D, 1) + bytes(20)
    for is_wide in (True, False):
        program = _one(made_pe(names + table, imports=0x1000 + len(names), is_wide=is_wide))
        assert program.linked.libraries == ("kernel32.dll", "winmm.dll")


def test_libraries_of_mach_o() -> None:
    program = _one(made_mach(b"", libraries=("/usr/lib/libSystem.B.dylib", "/usr/lib/x.dylib")))
    assert program.linked.libraries == ("/usr/lib/libSystem.B.dylib", "/usr/lib/x.dylib")


def test_libraries_of_xcoff() -> None:
    imports = b"/usr/lib:/lib\0\0\0\0libc.a\0shr_64.o\0/opt\0libx.a\0\0"
    for is_wide in (True, False):
        program = _one(made_xcoff(b"", imports=imports, is_wide=is_wide))
        assert program.linked.libraries == ("libc.a/shr_64.o", "/opt/libx.a")


_BROKEN_LISTS: dict[str, bytes] = {
    "elf, names beyond the segment": _dynamic(("a" * 10,), "/x").replace(
        struct.pack("<qQ", 10, 12), struct.pack("<qQ", 10, 1 << 40)
    ),
    "elf, a dynamic section without an end": made_elf(bytes(16), more=[(2, 6, 0, ADDRESS, 1 << 30)]),
    "elf, an interpreter that is too long": made_elf(bytes(16), more=[(3, 4, 0, ADDRESS, 1 << 20)]),
    "pe, a table in no section": made_pe(bytes(64), imports=0x9000),
    "pe, a table without an end": made_pe(struct.pack("<12xII", 0x1000, 1) * 8, imports=0x1000),
    "xcoff, a list that is too long": made_xcoff(b"", imports=bytes(3 * 5_000)),
}


@pytest.mark.parametrize("kind", _BROKEN_LISTS)
def test_a_broken_list_of_libraries_leaves_the_rest(kind: str) -> None:
    program = _one(_BROKEN_LISTS[kind])
    assert program.linked.fault
    assert program.segments


def test_memory_of_wasm_is_whole_across_its_segments() -> None:
    data = b"begin" + bytes(30) + b"middle" + bytes(3) + b"still" + bytes(64) + b"end"
    program = _one(made_wasm(data, address=100))
    assert program.read(100, len(data)) == data
    assert program.read(0, 105) == bytes(100) + b"begin"
    assert program.length == 100 + len(data)
    assert program.version == "go1.25.5"


def _wasm(*sections: bytes) -> bytes:
    return b"\0asm\1\0\0\0" + b"".join(sections)


def _segments(*segments: bytes) -> bytes:
    return _wasm(wasm_section(11, varint(len(segments)) + b"".join(segments)))


_BAD_WASM: dict[str, bytes] = {
    "a section that is cut": _wasm(b"\x0b\x7f"),
    "a number without an end": _wasm(b"\x0b" + b"\xff" * 20),
    "an address that is no constant": _segments(b"\0\x23\0\x0b\1x"),
    "an address without an end": _segments(b"\0\x41\0\x0c\1x"),
    "a segment beyond the memory": _segments(b"\0\x41" + varint(1 << 31) + b"\x0b\1x"),
    "a segment longer than its section": _segments(b"\0\x41\0\x0b\x7fx"),
    "more segments than any linker makes": _wasm(wasm_section(11, varint(1 << 30))),
    "a name that is too long": _wasm(wasm_section(0, varint(1 << 20) + b"x")),
}


@pytest.mark.parametrize("kind", _BAD_WASM)
def test_damage_of_wasm_is_told(kind: str) -> None:
    with pytest.raises(InputError, match="damaged"):
        _one(_BAD_WASM[kind])


def test_segments_of_wasm_without_an_address_are_passed_over() -> None:
    program = _one(_segments(b"\1\x04skip", b"\2\0\x41\x05\x0b\x02hi"))
    assert program.read(5, 2) == b"hi"
    assert program.length == 7


_BAD_TABLES: dict[str, Callable[[], bytes]] = {
    "xcoff": lambda: made_xcoff(b"")[:2] + b"\xff\xff" + made_xcoff(b"")[4:],
    "mach-o": lambda: made_mach(b"")[:20] + struct.pack("<I", MAX_TABLE) + made_mach(b"")[24:],
    "pe": lambda: made_pe(b"")[:70] + b"\xff\xff" + made_pe(b"")[72:],
    "elf": lambda: made_elf(b"")[:56] + b"\xf0\xff" + made_elf(b"")[58:],
}


@pytest.mark.parametrize("kind", _BAD_TABLES)
def test_a_table_that_the_file_does_not_hold_is_told(kind: str) -> None:
    with pytest.raises(InputError, match="damaged"):
        _one(_BAD_TABLES[kind]())


def test_more_segments_than_any_linker_makes_are_refused() -> None:
    many = [(1, 6, 0, 0, 0)] * 1_000
    with pytest.raises(InputError, match="more segments"):
        _one(made_elf(bytes(0x10000), more=many))


def test_counts_that_do_not_fit_the_header_stand_in_the_first_section() -> None:
    whole = bytearray(made_elf(header(), section=0))
    (at,) = struct.unpack_from("<Q", whole, 40)
    segments, _, sections, names = struct.unpack_from("<HHHH", whole, 56)
    struct.pack_into("<HHHH", whole, 56, 0xFFFF, 64, 0, 0xFFFF)
    struct.pack_into("<QII", whole, at + 32, sections, names, segments)
    program = _one(bytes(whole))
    assert (program.start, program.has_own_section, len(program.segments)) == (ADDRESS, True, 1)


def test_load_commands_that_are_cut_or_too_long_are_told() -> None:
    data = bytearray(made_mach(b""))
    (size,) = struct.unpack_from("<I", data, 20)
    struct.pack_into("<II", data, 16, 9, size + 12)
    struct.pack_into("<II", data, 32 + size, 0x99, 8)
    with pytest.raises(InputError, match="commands are cut"):
        _one(bytes(data))
    struct.pack_into("<I", data, 20, 2 << 20)
    with pytest.raises(InputError, match="longer than any linker"):
        _one(bytes(data))


def test_imports_of_wasm_that_are_no_functions_end_the_search() -> None:
    memory = b"\x03env\6memory\2\0\1"
    assert _one(_wasm(wasm_section(2, b"\2" + memory + b"\4gojs\1f\0\0"))).goos == ""
    function = b"\x03env\1f\0\0"
    assert _one(_wasm(wasm_section(2, b"\2" + function + b"\4gojs\1f\0\0"))).goos == "js"


def test_producers_of_wasm_without_go_tell_no_version() -> None:
    producers = b"\x09producers\1\x08language\2\4Rust\0\1C\0"
    assert _one(_wasm(wasm_section(0, producers))).version == ""


def test_a_load_command_without_a_length_is_no_loop() -> None:
    data = bytearray(made_mach(b""))
    struct.pack_into("<I", data, 36, 0)
    with pytest.raises(InputError, match="impossible length"):
        _one(bytes(data))


def test_two_sections_for_build_info_are_told() -> None:
    data = header("go1.25.1").ljust(1024, b"\0") + header("go1.25.2")
    program = _one(made_elf(data, section=0, sections=[(".go.buildinfo", 1024, 512)]))
    assert program.start == ADDRESS
    assert "2 sections" in program.notes[0]


def test_a_segment_that_is_not_loaded_does_not_count() -> None:
    data = header("go1.25.1").ljust(1024, b"\0") + header("go1.99.9")
    note = (4, 4, 1024, ADDRESS, len(data) - 1024)
    program = _one(made_elf(data, section=0, before=[note]))
    assert program.read(ADDRESS, 64) == data[:64]
    assert "not loaded" in program.notes[0]


def test_an_elf_program_without_its_end_keeps_its_segments() -> None:
    program = _one(made_elf(header(), section=0)[:-100])
    assert program.fault is not None
    assert program.read(ADDRESS, 14) == b"\xff Go buildinf:"


def test_slices_of_a_fat_file_fail_one_by_one() -> None:
    parts = program_parts(BytesAt(made_fat(b"none of them", made_mach(header()))))
    assert parts is not None
    first, second = parts
    assert isinstance(first, InputError)
    assert not isinstance(second, InputError)


_EVERY = [data for data, _, _ in _MACHINES.values()] + [*_BAD_WASM.values(), *_BROKEN_LISTS.values()]


@given(st.sampled_from(_EVERY), st.lists(st.tuples(st.integers(0, 700), st.binary(min_size=1, max_size=8)), max_size=5))
def test_changed_bytes_give_a_program_or_an_input_error(data: bytes, changes: list[tuple[int, bytes]]) -> None:
    made = bytearray(data)
    for place, new in changes:
        made[place : place + len(new)] = new
    with suppress(InputError):
        for part in program_parts(BytesAt(bytes(made))) or ():
            assert read_part(whole_part(part)).format
