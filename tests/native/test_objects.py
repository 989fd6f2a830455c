"""Object files without code."""

from __future__ import annotations

import struct

from hypothesis import given
from hypothesis import strategies as st

from supplymatrix.native.objects import is_resources


def coff(*names: bytes, machine: int = 0x8664) -> bytes:
    head = struct.pack("<HHIIIHH", machine, len(names), 0, 0, 0, 0, 0)
    return head + b"".join(name.ljust(8, b"\0") + bytes(32) for name in names)


def test_resources_of_windows_are_no_code() -> None:
    assert is_resources(coff(b".rsrc"))
    assert is_resources(coff(b".rsrc$01", b".rsrc$02", machine=0x14C))


def test_anything_else_may_be_code() -> None:
    assert not is_resources(coff(b".text"))
    assert not is_resources(coff(b".rsrc", b".text"))
    assert not is_resources(coff())
    assert not is_resources(b"\x7fELF" + bytes(60))
    assert not is_resources(coff(b".rsrc")[:30])


@given(st.binary(max_size=200))
def test_any_bytes_are_looked_at(data: bytes) -> None:
    is_resources(data)
