"""ELF: the programs of Linux, the BSDs and Solaris.

The build info has the section .go.buildinfo, else it lies in the first segment that is writable and not executable.

Source: System V ABI, chapters 4 and 5; Go debug/elf, debug/buildinfo.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from supplymatrix.errors import Diagnostic, InputError
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

__all__ = ["read_elf"]

_LOAD, _DYNAMIC, _INTERPRETER = 1, 2, 3
_EXECUTE, _WRITE = 1, 2
_MANY = 0xFFFF
_NEEDED, _TEXTS, _TEXTS_SIZE = 1, 5, 10
_MAX_DYNAMIC = 1 << 20
_MAX_INTERPRETER = 4_096

_BUILD_INFO = ".go.buildinfo"
_SYSTEMS = {2: "netbsd", 3: "linux", 6: "solaris", 9: "freebsd", 12: "openbsd"}
_LOADERS = (
    ("/system/bin/linker", "android"),
    ("ld-linux", "linux"),
    ("ld-musl", "linux"),
    ("/lib64/ld64.so", "linux"),
    ("/lib/ld64.so", "linux"),
    ("/libexec/ld-elf.so.1", "freebsd"),
    ("/libexec/ld-elf.so.2", "dragonfly"),
    ("/libexec/ld.elf_so", "netbsd"),
    ("/libexec/ld.so", "openbsd"),
    ("/lib/ld.so.1", "solaris"),
    ("/lib/amd64/ld.so.1", "solaris"),
)
_MACHINES = {
    (3, "<", 4): "386",
    (62, "<", 8): "amd64",
    (40, "<", 4): "arm",
    (183, "<", 8): "arm64",
    (8, ">", 4): "mips",
    (8, "<", 4): "mipsle",
    (8, ">", 8): "mips64",
    (8, "<", 8): "mips64le",
    (21, ">", 8): "ppc64",
    (21, "<", 8): "ppc64le",
    (22, ">", 8): "s390x",
    (243, "<", 8): "riscv64",
    (258, "<", 8): "loong64",
}


class _Layout(NamedTuple):
    """How numbers are written. order: as `struct` says it; is_wide: 64 bits and not 32."""

    order: str
    is_wide: bool


class _Row(NamedTuple):
    """One segment. held, taken: bytes in the file and in memory."""

    kind: int
    flags: int
    offset: int
    address: int
    held: int
    taken: int


def read_elf(file: ReadAt, head: bytes) -> Program:
    """Return the program. head: the first 64 bytes, or all there are. Raises InputError for a damaged one."""
    if len(head) < 52 or head[4] not in (1, 2) or head[5] not in (1, 2):
        raise damaged("the ELF header is cut or of no known class", head[:16].hex())
    order, is_wide = layout = _Layout("<" if head[5] == 1 else ">", head[4] == 2)
    if is_wide and len(head) < 64:
        raise damaged("the ELF header is cut", f"{len(head)} bytes")
    header = struct.unpack_from(order + ("HHIQQQIHHHHHH" if is_wide else "HHIIIIIHHHHHH"), head, 16)
    segments_at, sections_at = header[4], header[5]
    _, segment_size, segment_count, section_size, section_count, names = header[7:]
    form = struct.Struct(order + ("IIQQQQIIQQ" if is_wide else "IIIIIIIIII"))
    if sections_at and (_MANY in (segment_count, names) or not section_count):
        first = form.unpack(file.read_at(sections_at, form.size))
        section_count = section_count or first[5]
        names = first[6] if names == _MANY else names
        segment_count = first[7] if segment_count == _MANY else segment_count
    rows = tuple(_rows(file, layout, (segments_at, segment_size, segment_count)))
    loads = segments_of(Segment(row.address, row.offset, row.held) for row in rows if row.kind == _LOAD)
    sections, fault = _all_sections(file, form, (sections_at, section_size, section_count), names)
    own = [section for section in sections if section.name == _BUILD_INFO]
    place = (own[0].address, own[0].length) if own else _writable(rows)
    linked = _linked(file, layout, rows, loads)
    pointer = 8 if is_wide else 4
    return Program(
        file=file,
        format="ELF",
        goos=_system(head[7], linked.interpreter),
        goarch=_MACHINES.get((header[1], order, pointer), ""),
        order=order,
        pointer=pointer,
        start=place[0] if place else None,
        length=place[1] if place else 0,
        segments=loads,
        sections=sections,
        linked=linked,
        has_own_section=bool(own),
        notes=tuple(_notes(own, rows)),
        fault=fault,
    )


def _rows(file: ReadAt, layout: _Layout, place: tuple[int, int, int]) -> Iterator[_Row]:
    form = struct.Struct(layout.order + ("IIQQQQQQ" if layout.is_wide else "IIIIIIII"))
    start, size, count = place
    data = table(file, start, size, count, form.size)
    for at in range(0, len(data), size or form.size):
        row = form.unpack_from(data, at)
        if layout.is_wide:
            yield _Row(row[0], row[1], row[2], row[3], row[5], row[6])
        else:
            yield _Row(row[0], row[6], row[1], row[2], row[4], row[5])


def _writable(rows: Sequence[_Row]) -> tuple[int, int] | None:
    """Return address and bytes in memory of the first segment of data."""
    return next(
        ((row.address, row.taken) for row in rows if row.kind == _LOAD and row.flags & (_EXECUTE | _WRITE) == _WRITE),
        None,
    )


def _all_sections(
    file: ReadAt, form: struct.Struct, place: tuple[int, int, int], names: int
) -> tuple[tuple[Section, ...], Diagnostic | None]:
    """Return the sections that matter, and why they cannot be read: the file may have lost its end."""
    start, size, count = place
    if not start or not count:
        return (), None
    try:
        return tuple(_sections(file, table(file, start, size, count, form.size), form, size, names)), None
    except InputError as err:
        return (), err.diagnostics[0]


def _sections(file: ReadAt, data: bytes, form: struct.Struct, size: int, names: int) -> Iterator[Section]:
    """Yield the sections that are named after something of Go."""
    if names * size + form.size > len(data):
        return
    row = form.unpack_from(data, names * size)
    if row[5] > MAX_TABLE:
        raise damaged("the names of sections are longer than any linker makes them", f"{row[5]:,} bytes")
    texts = file.read_at(row[4], row[5])
    for at in range(0, len(data), size):
        row = form.unpack_from(data, at)
        if texts.startswith((b".go", b".data.rel.ro.go"), row[0]):
            yield Section(name_at(texts, row[0]), row[3], row[5])


def _notes(own: Sequence[Section], rows: Sequence[_Row]) -> Iterator[str]:
    """Yield where another reader, or the machine itself, could see another build info."""
    if len(own) > 1:
        yield f"it has {len(own)} sections {_BUILD_INFO}; the first counts, as for go version"
    if not own:
        return
    address = own[0].address
    claims = [row for row in rows if row.address <= address < row.address + row.held]
    loaded = next((row.offset - row.address for row in claims if row.kind == _LOAD), None)
    if loaded is not None and claims[0].offset - claims[0].address != loaded:
        yield "go version reads its build info from a segment that is not loaded; what is loaded counts here"


def _linked(file: ReadAt, layout: _Layout, rows: Sequence[_Row], loads: Sequence[Segment]) -> Linked:
    """Return what the dynamic section and the interpreter's segment say."""
    libraries: tuple[str, ...] = ()
    interpreter = ""
    try:
        loader = next((row for row in rows if row.kind == _INTERPRETER), None)
        if loader is not None:
            if loader.held > _MAX_INTERPRETER:
                raise damaged("the name of its interpreter is too long", f"{loader.held:,} bytes")
            interpreter = name_at(file.read_at(loader.offset, loader.held), 0)
        dynamic = next((row for row in rows if row.kind == _DYNAMIC), None)
        if dynamic is not None:
            libraries = _libraries(file, layout, dynamic, loads)
    except InputError as err:
        return Linked(libraries, interpreter, err.diagnostics[0].message)
    return Linked(libraries, interpreter)


def _libraries(file: ReadAt, layout: _Layout, dynamic: _Row, loads: Sequence[Segment]) -> tuple[str, ...]:
    form = struct.Struct(layout.order + ("qQ" if layout.is_wide else "iI"))
    if dynamic.held > _MAX_DYNAMIC:
        raise damaged("the dynamic section is longer than any linker makes it", f"{dynamic.held:,} bytes")
    held = dynamic.held - dynamic.held % form.size
    needed: list[int] = []
    texts_at = texts_size = 0
    for tag, number in form.iter_unpack(file.read_at(dynamic.offset, held)):
        if not tag:
            break
        if tag == _NEEDED:
            needed.append(number)
        elif tag == _TEXTS:
            texts_at = number
        elif tag == _TEXTS_SIZE:
            texts_size = number
    if not needed:
        return ()
    home = next((s for s in loads if s.address <= texts_at and texts_at + texts_size <= s.address + s.length), None)
    if home is None or texts_size > MAX_TABLE or len(needed) > MAX_LIBRARIES:
        raise damaged("the names of its libraries lie in no part of it", f"{texts_size:,} bytes at {texts_at:#x}")
    texts = file.read_at(home.offset + texts_at - home.address, texts_size)
    return tuple(name_at(texts, at) for at in needed)


def _system(mark: int, interpreter: str) -> str:
    """Return the system that a mark of the header or the interpreter tells; a plain static program tells none."""
    return _SYSTEMS.get(mark) or next((goos for text, goos in _LOADERS if text in interpreter), "")
