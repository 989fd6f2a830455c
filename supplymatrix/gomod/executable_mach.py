"""Mach-O: the programs of macOS and iOS, and fat files that hold one for each of several processors.

The build info has the section __go_buildinfo, else it lies in the first segment that may be read and written.

Source: Apple, mach-o/loader.h, mach-o/fat.h; Go debug/macho, debug/buildinfo.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from typing import NamedTuple

from supplymatrix.errors import InputError
from supplymatrix.gomod.executable import (
    MAX_LIBRARIES,
    Linked,
    Part,
    Program,
    Section,
    Segment,
    damaged,
    name_at,
    segments_of,
)
from supplymatrix.gomod.read_at import ReadAt

__all__ = ["FAT_BEGINNINGS", "MACH_BEGINNINGS", "fat_count", "fat_parts", "read_mach"]

MAX_COMMANDS = 1 << 20
"""Bytes of all load commands of a program; real ones have some thousand."""
MAX_SLICES = 30
"""Programs in a fat file; a Java class has the same magic, and its version, 45 or more, at the place of this number."""

_READ_WRITE = 3
_LIBRARY = frozenset({0xC, 0x20, 0x80000018, 0x8000001F, 0x80000023})
_BUILD_VERSION, _FOR_IPHONE = 0x32, 0x25
_IPHONE = frozenset({2, 7})
_BUILD_INFO = "__go_buildinfo"
_MACHINES = {7: "386", 0x1000007: "amd64", 12: "arm", 0x100000C: "arm64", 0x1000012: "ppc64"}


class _Layout(NamedTuple):
    """How numbers are written. order: as `struct` says it; is_wide: 64 bits and not 32."""

    order: str
    is_wide: bool


_FAT = {b"\xca\xfe\xba\xbe": struct.Struct(">8xII4x"), b"\xca\xfe\xba\xbf": struct.Struct(">8xQQ8x")}
FAT_BEGINNINGS = tuple(_FAT)
_MACH = {
    b"\xfe\xed\xfa\xce": _Layout(">", is_wide=False),
    b"\xfe\xed\xfa\xcf": _Layout(">", is_wide=True),
    b"\xce\xfa\xed\xfe": _Layout("<", is_wide=False),
    b"\xcf\xfa\xed\xfe": _Layout("<", is_wide=True),
}
MACH_BEGINNINGS = tuple(_MACH)


class _Parts:
    """What the load commands tell, command by command."""

    def __init__(self) -> None:
        self.segments: list[Segment] = []
        self.sections: list[Section] = []
        self.libraries: list[str] = []
        self.writable: tuple[int, int] | None = None
        self.system = "darwin"


def fat_count(head: bytes) -> int:
    """Return how many slices a fat file has, by its first eight bytes; 0 for what is no fat file."""
    count = int.from_bytes(head[4:8], "big")
    return count if head[:4] in _FAT and len(head) >= 8 and count <= MAX_SLICES else 0


def fat_parts(file: ReadAt, head: bytes) -> Iterator[Part | InputError] | None:
    """Return the slices of a fat file, None when it is none; an error for one beyond the file's end, or that is no
    Mach-O program. Raises InputError, while they are taken, when their table is cut."""
    count = fat_count(head)
    return _slices(file, _FAT[head[:4]], count) if count else None


def _slices(file: ReadAt, form: struct.Struct, count: int) -> Iterator[Part | InputError]:
    data = file.read_at(8, count * form.size)
    for offset, size in form.iter_unpack(data):
        try:
            part = Part(file, offset, size)
            is_program = part.read_at(0, min(4, size)) in _MACH
        except InputError as err:
            yield err
            continue
        wrong = "a fat file holds something that is no Mach-O program"
        yield part if is_program else damaged(wrong, f"at byte {offset:,}")


def read_mach(file: ReadAt) -> Program:
    """Return the program. Raises InputError for a damaged one."""
    order, is_wide = layout = _MACH[file.read_at(0, 4)]
    machine, count, size = struct.unpack(order + "I8xII", file.read_at(4, 20))
    if size > MAX_COMMANDS:
        raise damaged("the load commands are longer than any linker makes them", f"{size:,} bytes")
    commands = file.read_at(32 if is_wide else 28, size)
    parts = _Parts()
    at = 0
    for _ in range(min(count, size // 8)):
        if at + 8 > size:
            raise damaged("the load commands are cut", f"{size:,} bytes")
        kind, step = struct.unpack_from(order + "II", commands, at)
        if step < 8 or at + step > size:
            raise damaged("a load command has an impossible length", f"{step:,} bytes")
        _take(parts, kind, commands[at : at + step], layout)
        at += step
    own = [section for section in parts.sections if section.name == _BUILD_INFO]
    place = (own[0].address, own[0].length) if own else parts.writable
    notes = f"it has {len(own)} sections {_BUILD_INFO}; the first counts, as for go version"
    return Program(
        file=file,
        format="Mach-O",
        goos=parts.system,
        goarch=_MACHINES.get(machine, ""),
        order=order,
        pointer=8 if is_wide else 4,
        start=place[0] if place else None,
        length=place[1] if place else 0,
        segments=segments_of(parts.segments),
        sections=tuple(parts.sections),
        linked=Linked(libraries=tuple(parts.libraries)),
        has_own_section=bool(own),
        notes=(notes,) if len(own) > 1 else (),
    )


def _take(parts: _Parts, kind: int, command: bytes, layout: _Layout) -> None:
    order, is_wide = layout
    if kind == (0x19 if is_wide else 0x1):
        _take_segment(parts, command, layout)
    elif kind in _LIBRARY and len(command) >= 12 and len(parts.libraries) < MAX_LIBRARIES:
        parts.libraries.append(name_at(command, struct.unpack_from(order + "I", command, 8)[0]))
    elif kind == _BUILD_VERSION and len(command) >= 12:
        if struct.unpack_from(order + "I", command, 8)[0] in _IPHONE:
            parts.system = "ios"
    elif kind == _FOR_IPHONE:
        parts.system = "ios"


def _take_segment(parts: _Parts, command: bytes, layout: _Layout) -> None:
    form = struct.Struct(layout.order + ("8x16sQQQQIIII" if layout.is_wide else "8x16sIIIIIIII"))
    if len(command) < form.size:
        return
    name, address, taken, offset, held, most, now, count, _flags = form.unpack_from(command)
    if name.rstrip(b"\0") != b"__PAGEZERO":
        parts.segments.append(Segment(address, offset, held))
    if parts.writable is None and address and held and now == most == _READ_WRITE:
        parts.writable = address, taken
    row = struct.Struct(layout.order + ("16s16xQQ32x" if layout.is_wide else "16s16xII28x"))
    for number in range(min(count, (len(command) - form.size) // row.size)):
        section, start, length = row.unpack_from(command, form.size + number * row.size)
        parts.sections.append(Section(section.rstrip(b"\0").decode("utf-8", "replace"), start, length))
