"""Packers that hide a program's tables: UPX, by the marks that it leaves and needs to unpack itself.

    ELF      "UPX!" in the block behind the segments' table, and in the block at the file's end
    PE       sections UPX0 and UPX1, and "UPX!" before the first section's bytes
    Mach-O   "UPX!" behind the load commands

A mark elsewhere is data and says nothing.

Source: UPX, src/stub/src/include/header.S, src/p_lx_elf.h (l_info), src/packhead.cpp.
"""

from __future__ import annotations

from supplymatrix.gomod.read_at import ReadAt

__all__ = ["packed_by"]

_MARK = b"UPX!"
_SECTIONS = (b"UPX0\0\0\0\0", b"UPX1\0\0\0\0")
_START, _END = 4_096, 64


def packed_by(file: ReadAt) -> str:
    """Return by which marks a program shows that it is packed, "" when it shows none."""
    head = file.read_at(0, min(file.size, _START))
    tail = file.read_at(max(file.size - _END, 0), min(file.size, _END))
    if all(name in head for name in _SECTIONS):
        return "the sections UPX0 and UPX1"
    if _MARK in head or _MARK in tail:
        return "the mark of UPX"
    return ""
