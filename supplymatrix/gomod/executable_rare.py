"""XCOFF, the programs of AIX, and Plan 9's a.out: the build info lies in their section of data.

XCOFF     20 or 24 bytes of header, an optional header, a row for each section; big-endian throughout
Plan 9    32 or 40 bytes of header, text, data, symbols; text is loaded behind the header, data at the next page

Source: IBM, XCOFF object file format; Plan 9 manual, a.out(6); Go internal/xcoff, debug/plan9obj, cmd/link.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator

from supplymatrix.errors import InputError
from supplymatrix.gomod.executable import (
    MAX_LIBRARIES,
    MAX_TABLE,
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

__all__ = ["PLAN9_BEGINNINGS", "XCOFF_BEGINNINGS", "read_plan9", "read_xcoff"]

_XCOFF_WIDE = b"\x01\xf7"
XCOFF_BEGINNINGS = (b"\x01\xdf", _XCOFF_WIDE)
_TEXT, _DATA, _LOADER = 0x20, 0x40, 0x1000

_PLAN9 = {b"\0\0\x01\xeb": ("386", 4), b"\0\0\x8a\x97": ("amd64", 8), b"\0\0\x06\x47": ("arm", 4)}
PLAN9_BEGINNINGS = tuple(_PLAN9)


def read_xcoff(file: ReadAt, head: bytes) -> Program:
    """Return the program. head: the first 64 bytes, or all there are. Raises InputError for a damaged one."""
    is_wide = head[:2] == _XCOFF_WIDE
    if len(head) < 24:
        raise damaged("the XCOFF header is cut", f"{len(head)} bytes")
    count, optional = struct.unpack_from(">2xH12xH", head)
    form = struct.Struct(">8s8xQQQ24xI4x" if is_wide else ">8s4xIII12xI")
    data = table(file, (24 if is_wide else 20) + optional, form.size, count, form.size)
    segments, sections = [], []
    place: tuple[int, int] | None = None
    loader: tuple[int, int] | None = None
    for name, address, size, offset, flags in form.iter_unpack(data):
        kind = flags & 0xFFFF
        if kind in (_TEXT, _DATA):
            segments.append(Segment(address, offset, size))
            sections.append(Section(name.rstrip(b"\0").decode("utf-8", "replace"), address, size))
        if kind == _DATA and place is None:
            place = address, size
        if kind == _LOADER and loader is None:
            loader = offset, size
    return Program(
        file=file,
        format="XCOFF",
        goos="aix",
        goarch="ppc64" if is_wide else "",
        order=">",
        pointer=8 if is_wide else 4,
        start=place[0] if place else None,
        length=place[1] if place else 0,
        segments=segments_of(segments),
        sections=tuple(sections),
        linked=_linked(file, loader, is_wide=is_wide),
    )


def _linked(file: ReadAt, loader: tuple[int, int] | None, *, is_wide: bool) -> Linked:
    """Return the import files that the loader's section names, "libc.a/shr_64.o"."""
    if loader is None:
        return Linked()
    start, size = loader
    try:
        form = struct.Struct(">12xII4xQ" if is_wide else ">12xIII")
        length, count, at = form.unpack(file.read_at(start, form.size))
        if length > min(size, MAX_TABLE) or count > MAX_LIBRARIES:
            raise damaged("the list of its libraries is longer than any linker makes it", f"{length:,} bytes")
        return Linked(libraries=tuple(_imports(file.read_at(start + at, length), count)))
    except InputError as err:
        return Linked(fault=err.diagnostics[0].message)


def _imports(data: bytes, count: int) -> Iterator[str]:
    """Yield what each three texts name; the first three are the folders to look in."""
    texts = data.split(b"\0", 3 * count)
    for at in range(3, min(3 * count, len(texts) - 2), 3):
        parts = [name_at(text, 0) for text in texts[at : at + 3]]
        yield "/".join(part for part in parts if part)


def read_plan9(file: ReadAt, head: bytes) -> Program:
    """Return the program. head: the first 64 bytes, or all there are. Raises InputError for a damaged one."""
    goarch, pointer = _PLAN9[head[:4]]
    behind = 40 if pointer == 8 else 32
    if len(head) < behind:
        raise damaged("the Plan 9 header is cut", f"{len(head)} bytes")
    text, data = struct.unpack_from(">4xII", head)
    base, page = (0x200000, 0x200000) if pointer == 8 else (0x1000, 0x1000)
    start = (base + behind + text + page - 1) // page * page
    return Program(
        file=file,
        format="Plan 9",
        goos="plan9",
        goarch=goarch,
        order="<",
        pointer=pointer,
        start=start,
        length=data,
        segments=(Segment(base, 0, behind + text), Segment(start, behind + text, data)),
        sections=(Section("text", base, behind + text), Section("data", start, data)),
    )
