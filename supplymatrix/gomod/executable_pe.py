"""PE: the programs of Windows.

The build info lies in the first section of initialised data that may be read and written.

Source: Microsoft, PE format; Go debug/pe, debug/buildinfo.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator

from supplymatrix.errors import InputError
from supplymatrix.gomod.executable import (
    MAX_LIBRARIES,
    Linked,
    Program,
    Section,
    Segment,
    damaged,
    name_at,
    segments_of,
    table,
)
from supplymatrix.gomod.read_at import ReadAt
from supplymatrix.model.value import changed

__all__ = ["read_pe"]

_DATA = 0x40 | 0x40000000 | 0x80000000
_ALIGN = 0x00600000
_MACHINES = {0x14C: "386", 0x8664: "amd64", 0x1C0: "arm", 0x1C4: "arm", 0xAA64: "arm64"}
_MAX_NAME = 256
_IMPORT = struct.Struct("<12xII")  # a row of the import table: address of a name, address of the functions


def read_pe(file: ReadAt, head: bytes) -> Program:
    """Return the program; one for DOS has no parts. head: the first 64 bytes, or all there are. Raises InputError for
    a damaged one."""
    if len(head) < 64:
        raise damaged("the header of the program is cut", f"{len(head)} bytes")
    at = int.from_bytes(head[60:64], "little")
    coff = file.read_at(at, 26) if at + 26 <= file.size else b""
    is_windows = coff[:4] == b"PE\0\0"
    machine, count, optional_size = struct.unpack_from("<HH12xH", coff, 4) if is_windows else (0, 0, 0)
    optional = file.read_at(at + 24, optional_size) if is_windows else b""
    is_wide = optional[:2] == b"\x0b\x02"
    base = 0
    if len(optional) >= 32:
        base = int.from_bytes(optional[24:32] if is_wide else optional[28:32], "little")
    form = struct.Struct("<8sIIII12xI")
    segments, sections = [], []
    place: tuple[int, int] | None = None
    for row in form.iter_unpack(table(file, at + 24 + optional_size, form.size, count, form.size)):
        name, taken, address, held, offset, flags = row
        segments.append(Segment(base + address, offset, held))
        sections.append(Section(name.rstrip(b"\0").decode("utf-8", "replace"), base + address, held))
        if place is None and address and held and flags & ~_ALIGN & 0xFFFFFFFF == _DATA:
            place = base + address, taken
    program = Program(
        file=file,
        format="PE",
        goos="windows" if is_windows else "",
        goarch=_MACHINES.get(machine, ""),
        order="<",
        pointer=8 if is_wide else 4,
        start=place[0] if place else None,
        length=place[1] if place else 0,
        segments=segments_of(segments),
        sections=tuple(sections),
    )
    return changed(program, linked=_linked(program, optional, base))


def _linked(program: Program, optional: bytes, base: int) -> Linked:
    """Return the names in the import table."""
    at = 112 if program.pointer == 8 else 96
    if len(optional) < at + 16 or int.from_bytes(optional[at - 4 : at], "little") < 2:
        return Linked()
    start = int.from_bytes(optional[at + 8 : at + 12], "little")
    found: list[str] = []
    try:
        if start:
            found.extend(_names(program, base, base + start))
    except InputError as err:
        return Linked(libraries=tuple(found), fault=err.diagnostics[0].message)
    return Linked(libraries=tuple(found))


def _names(program: Program, base: int, start: int) -> Iterator[str]:
    for number in range(MAX_LIBRARIES):
        name, functions = _IMPORT.unpack(program.read(start + number * _IMPORT.size, _IMPORT.size))
        if not name and not functions:
            return
        yield name_at(program.read(base + name, program.piece(base + name, _MAX_NAME)[1]), 0)
    raise damaged("its import table has no end", f"{MAX_LIBRARIES:,} rows")
