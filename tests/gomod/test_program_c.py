"""What C has left in a program."""

from __future__ import annotations

import pytest

from supplymatrix.gomod.program import ReadProgram, read_programs
from supplymatrix.gomod.read_at import BytesAt
from tests.gomod.made_programs import ADDRESS, function_table, header, made_elf

C = ("example.com/a._Cfunc_sqrt", "net._C2func_getaddrinfo", "main._cgoexp_0a1b_callback", "runtime._cgo_panic")


def read(*names: str, more: bytes = b"", interpreter: bool = False) -> ReadProgram:
    table = function_table("main.main", *names)
    table = table.ljust(len(table) + -len(table) % 16, b"\0")
    info = header("go1.26.8")
    loader = b"/lib64/ld-linux-x86-64.so.2\0"
    data = table + info + more + loader
    places = [(".gopclntab", 0, len(table)), (".go.buildinfo", len(table), len(info))]
    at = len(data) - len(loader)
    rows = [(3, 4, at, ADDRESS + at, len(loader))] if interpreter else []
    (found,) = read_programs(BytesAt(made_elf(data, sections=places, more=rows)))
    return found


def test_packages_that_call_c_have_functions_of_cgo() -> None:
    assert read("runtime/cgo.x", *C).c_packages == ("example.com/a", "main", "net")


def test_without_gos_own_part_of_cgo_nothing_calls_c() -> None:
    assert read(*C).c_packages == ()


@pytest.mark.parametrize(
    ("text", "name"),
    [
        (b"GLIBC_TUNABLES\0", "glibc"),
        (b"xx GNU C Library (Debian) stable", "glibc"),
        (b"No error information\0", "musl"),
        (b"No error information", ""),  # a text of Go
        (b"GLIBC_TUNABLES\0No error information\0", ""),
        (b"", ""),
    ],
)
def test_a_static_c_library_is_known_by_its_texts(text: bytes, name: str) -> None:
    assert read("runtime/cgo.x", more=text).c_library == name


def test_no_c_library_is_looked_for_where_one_is_loaded_or_none_is_called() -> None:
    assert read("runtime/cgo.x", more=b"GLIBC_TUNABLES\0", interpreter=True).c_library == ""
    assert read(more=b"GLIBC_TUNABLES\0").c_library == ""
