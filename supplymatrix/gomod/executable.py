"""Executables as maps of addresses to bytes, and the part of each in which Go's linker puts its build info.

    ELF      section .go.buildinfo, else the first segment that is writable and not executable
    PE       the first section of initialised data that may be read and written
    Mach-O   section __go_buildinfo, else the first segment that may be read and written; fat files hold several

Only headers are read here. Tables may be written by an enemy: each is bounded before it is read, and every place is
held against the file's size by `ReadAt`.

Source: Go debug/buildinfo, debug/elf, debug/pe, debug/macho; System V ABI; PE/COFF specification; mach-o/loader.h.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from typing import NamedTuple

from supplymatrix.errors import Diagnostic, InputError
from supplymatrix.gomod.read_at import ReadAt
from supplymatrix.model.value import value

__all__ = ["Program", "Segment", "programs_of"]

MAX_TABLE = 8 << 20
"""Bytes of one table of sections, segments or names."""
MAX_COMMANDS = 1 << 20
"""Bytes of all load commands of a Mach-O program; real ones have some thousand."""
MAX_SLICES = 30
"""Programs in a fat file; a Java class has the same magic, and its version, 45 or more, at the place of this number."""

_LOAD = 1
_EXECUTE, _WRITE = 1, 2
_MANY = 0xFFFF
_PE_DATA = 0x40 | 0x40000000 | 0x80000000
_PE_ALIGN = 0x00600000
_READ_WRITE = 3


class _Layout(NamedTuple):
    """How numbers are written. order: as `struct` says it; is_wide: 64 bits and not 32."""

    order: str
    is_wide: bool


_FAT = {b"\xca\xfe\xba\xbe": struct.Struct(">8xII4x"), b"\xca\xfe\xba\xbf": struct.Struct(">8xQQ8x")}
_MACH = {
    b"\xfe\xed\xfa\xce": _Layout(">", is_wide=False),
    b"\xfe\xed\xfa\xcf": _Layout(">", is_wide=True),
    b"\xce\xfa\xed\xfe": _Layout("<", is_wide=False),
    b"\xcf\xfa\xed\xfe": _Layout("<", is_wide=True),
}


class Segment(NamedTuple):
    """Bytes of the file that are loaded. address: of the first; offset: of the same in the file; length: in bytes."""

    address: int
    offset: int
    length: int


@value
class Program:
    """One program. format: "ELF", "PE" or "Mach-O". start, length: the addresses among which the build info lies, None
    = the format has such a place, and this program does not. segments: in the file's order."""

    file: ReadAt
    format: str
    start: int | None
    length: int
    segments: tuple[Segment, ...]

    def read(self, address: int, length: int) -> bytes:
        """Return exactly these bytes. Raises InputError unless one segment holds them all."""
        segment = self._segment(address)
        if segment is None or length < 0 or address - segment.address + length > segment.length:
            seen = f"{length:,} bytes at address {address:#x}"
            raise _damaged("an address of the program lies in no part of it", seen)
        return self.file.read_at(segment.offset + address - segment.address, length)

    def piece(self, address: int, length: int) -> tuple[int, int]:
        """Return where the bytes from an address on lie in the file, and how many of them, at most `length`, are there
        in one piece."""
        segment = self._segment(address)
        if segment is None:
            return 0, 0
        into = address - segment.address
        return segment.offset + into, min(length, segment.length - into)

    def _segment(self, address: int) -> Segment | None:
        return next((s for s in self.segments if s.address <= address < s.address + s.length), None)


def programs_of(file: ReadAt) -> tuple[Program, ...] | None:
    """Return the programs in a file, one but for fat files; None when it is in no format that is known here.

    Raises InputError for a damaged one, OSError as the file does.
    """
    file = _Part(file, 0, file.size)
    head = file.read_at(0, min(64, file.size))
    if head.startswith(b"\x7fELF"):
        return (_elf(file, head),)
    if head.startswith(b"MZ"):
        return (_pe(file, head),)
    if head[:4] in _MACH:
        return (_mach(file),)
    if head[:4] in _FAT and len(head) >= 8:
        count = int.from_bytes(head[4:8], "big")
        if 0 < count <= MAX_SLICES:
            return tuple(_slices(file, _FAT[head[:4]], count))
    return None


def _elf(file: ReadAt, head: bytes) -> Program:
    if len(head) < 52 or head[4] not in (1, 2) or head[5] not in (1, 2):
        raise _damaged("the ELF header is cut or of no known class", head[:16].hex())
    is_wide, order = head[4] == 2, "<" if head[5] == 1 else ">"
    if is_wide and len(head) < 64:
        raise _damaged("the ELF header is cut", f"{len(head)} bytes")
    header = struct.unpack_from(order + ("HHIQQQIHHHHHH" if is_wide else "HHIIIIIHHHHHH"), head, 16)
    segments_at, sections_at = header[4], header[5]
    _, segment_size, segment_count, section_size, section_count, names = header[7:]
    section_form = struct.Struct(order + ("IIQQQQIIQQ" if is_wide else "IIIIIIIIII"))
    if sections_at and (_MANY in (segment_count, names) or not section_count):
        first = section_form.unpack(file.read_at(sections_at, section_form.size))
        section_count = section_count or first[5]
        names = first[6] if names == _MANY else names
        segment_count = first[7] if segment_count == _MANY else segment_count
    loads: list[Segment] = []
    start, length = None, 0
    for kind, flags, offset, address, held, taken in _elf_segments(
        file, _Layout(order, is_wide), (segments_at, segment_size, segment_count)
    ):
        if kind != _LOAD:
            continue
        loads.append(Segment(address, offset, held))
        if start is None and flags & (_EXECUTE | _WRITE) == _WRITE:
            start, length = address, taken
    if sections_at and section_count:
        table = _table(file, sections_at, section_size, section_count, section_form.size)
        found = _elf_section(file, table, section_form, section_size, names)
        if found is not None:
            start, length = found
    return Program(file=file, format="ELF", start=start, length=length, segments=tuple(loads))


def _elf_segments(
    file: ReadAt, layout: _Layout, place: tuple[int, int, int]
) -> Iterator[tuple[int, int, int, int, int, int]]:
    """Yield type, flags, offset, address, bytes in the file and in memory of each segment."""
    form = struct.Struct(layout.order + ("IIQQQQQQ" if layout.is_wide else "IIIIIIII"))
    start, size, count = place
    table = _table(file, start, size, count, form.size)
    for at in range(0, len(table), size or form.size):
        row = form.unpack_from(table, at)
        if layout.is_wide:
            yield row[0], row[1], row[2], row[3], row[5], row[6]
        else:
            yield row[0], row[6], row[1], row[2], row[4], row[5]


def _elf_section(file: ReadAt, table: bytes, form: struct.Struct, size: int, names: int) -> tuple[int, int] | None:
    """Return address and length of the section .go.buildinfo."""
    if names * size + form.size > len(table):
        return None
    row = form.unpack_from(table, names * size)
    if row[5] > MAX_TABLE:
        raise _damaged("the names of sections are longer than any linker makes them", f"{row[5]:,} bytes")
    texts = file.read_at(row[4], row[5])
    for at in range(0, len(table), size):
        row = form.unpack_from(table, at)
        if texts.startswith(b".go.buildinfo\0", row[0]):
            return row[3], row[5]
    return None


def _pe(file: ReadAt, head: bytes) -> Program:
    if len(head) < 64:
        raise _damaged("the header of the program is cut", f"{len(head)} bytes")
    at = int.from_bytes(head[60:64], "little")
    nothing = Program(file=file, format="PE", start=None, length=0, segments=())
    if at + 26 > file.size:
        return nothing  # a program for DOS
    coff = file.read_at(at, 26)
    if coff[:4] != b"PE\0\0":
        return nothing
    count, optional_size = struct.unpack_from("<H12xH", coff, 6)
    optional = file.read_at(at + 24, optional_size)
    base = 0
    if len(optional) >= 32:
        is_wide = optional[:2] == b"\x0b\x02"
        base = int.from_bytes(optional[24:32], "little") if is_wide else int.from_bytes(optional[28:32], "little")
    form = struct.Struct("<8xIIII12xI")
    table = _table(file, at + 24 + optional_size, form.size, count, form.size)
    segments = []
    start, length = None, 0
    for taken, address, held, offset, flags in form.iter_unpack(table):
        segments.append(Segment(base + address, offset, held))
        if start is None and address and held and flags & ~_PE_ALIGN & 0xFFFFFFFF == _PE_DATA:
            start, length = base + address, taken
    return Program(file=file, format="PE", start=start, length=length, segments=tuple(segments))


def _mach(file: ReadAt) -> Program:
    order, is_wide = layout = _MACH[file.read_at(0, 4)]
    count, size = struct.unpack(order + "II", file.read_at(16, 8))
    if size > MAX_COMMANDS:
        raise _damaged("the load commands are longer than any linker makes them", f"{size:,} bytes")
    commands = file.read_at(32 if is_wide else 28, size)
    wanted = 0x19 if is_wide else 0x1
    segment_form = struct.Struct(order + ("8x16sQQQQIIII" if is_wide else "8x16sIIIIIIII"))
    segments: list[Segment] = []
    start: int | None = None
    length, at, is_found = 0, 0, False
    for _ in range(min(count, size // 8)):
        if at + 8 > size:
            raise _damaged("the load commands are cut", f"{size:,} bytes")
        kind, step = struct.unpack_from(order + "II", commands, at)
        if step < 8 or at + step > size:
            raise _damaged("a load command has an impossible length", f"{step:,} bytes")
        if kind == wanted and step >= segment_form.size:
            name, address, taken, offset, held, most, now, parts, _flags = segment_form.unpack_from(commands, at)
            if name.rstrip(b"\0") != b"__PAGEZERO":
                segments.append(Segment(address, offset, held))
            place = _mach_section(commands[at + segment_form.size : at + step], parts, layout)
            if place is not None and not is_found:
                (start, length), is_found = place, True
            elif start is None and address and held and now == most == _READ_WRITE:
                start, length = address, taken
        at += step
    return Program(file=file, format="Mach-O", start=start, length=length, segments=tuple(segments))


def _mach_section(table: bytes, count: int, layout: _Layout) -> tuple[int, int] | None:
    """Return address and length of the section __go_buildinfo, None when it is not in this segment."""
    form = struct.Struct(layout.order + ("16s16xQQ32x" if layout.is_wide else "16s16xII28x"))
    for number in range(min(count, len(table) // form.size)):
        name, address, length = form.unpack_from(table, number * form.size)
        if name.rstrip(b"\0") == b"__go_buildinfo":
            return address, length
    return None


def _slices(file: ReadAt, form: struct.Struct, count: int) -> Iterator[Program]:
    table = file.read_at(8, count * form.size)
    for offset, size in form.iter_unpack(table):
        part = _Part(file, offset, size)
        if part.read_at(0, min(4, size)) not in _MACH:
            raise _damaged("a fat file holds something that is no Mach-O program", f"at byte {offset:,}")
        yield _mach(part)


class _Part:
    """A part of a file, or all of it, as a file of its own."""

    def __init__(self, file: ReadAt, start: int, size: int) -> None:
        if start + size > file.size:
            raise _damaged("a program of a fat file lies beyond its end", f"{size:,} bytes at {start:,}")
        self._file, self._start, self._size = file, start, size

    @property
    def size(self) -> int:
        return self._size

    def read_at(self, offset: int, length: int) -> bytes:
        if offset < 0 or length < 0 or offset + length > self._size:
            raise _damaged("it tells of bytes that the file does not hold", f"{length:,} bytes at {offset:,}")
        return self._file.read_at(self._start + offset, length)


def _table(file: ReadAt, start: int, size: int, count: int, least: int) -> bytes:
    """Return the bytes of a table of `count` rows of `size` bytes."""
    if not count:
        return b""
    if size < least or size * count > MAX_TABLE:
        raise _damaged("a table of the program has an impossible size", f"{count:,} rows of {size:,} bytes")
    return file.read_at(start, size * count)


def _damaged(message: str, seen: str) -> InputError:
    return InputError(Diagnostic(message=f"the program is damaged: {message}", seen=seen))
