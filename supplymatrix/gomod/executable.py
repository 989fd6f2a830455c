"""Executables as maps of addresses to bytes: what every format has in common.

    program.read(address, length)    bytes as they stand when the program is loaded
    program.start, program.length    the part in which Go's linker puts its build info
    program.section(".gopclntab")    a part that has a name

The formats have files of their own (executable_elf.py, …), and executable_formats.py tells which one a file is in. Only
headers are read there. Tables may be written by an enemy: each is bounded before it is read, and every place is held
against the file's size by `Part`.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from supplymatrix.errors import Diagnostic, InputError
from supplymatrix.gomod.read_at import ReadAt
from supplymatrix.model.value import value

__all__ = [
    "MAX_LIBRARIES", "MAX_TABLE", "Linked", "Part", "Program", "Section", "Segment", "damaged", "name_at",
    "segments_of", "table",
]  # fmt: skip

MAX_TABLE = 8 << 20
"""Bytes of one table of sections, segments or names."""
MAX_LIBRARIES = 512
"""Dynamic libraries of one program."""
MAX_SEGMENTS = 1_000
"""Parts of one program that are loaded; real ones have some ten."""
_MAX_NAME = 4_096


class Segment(NamedTuple):
    """Bytes of the file that are loaded. address: of the first; offset: of the same in the file; length: in bytes."""

    address: int
    offset: int
    length: int


class Section(NamedTuple):
    """A part with a name, at an address. length: in memory; the file may hold less."""

    name: str
    address: int
    length: int


class Linked(NamedTuple):
    """What a program loads at its start. fault: why the list is not whole, "" when it is."""

    libraries: tuple[str, ...] = ()
    interpreter: str = ""
    fault: str = ""


@value
class Program:
    """One program. format: "ELF", "PE", "Mach-O", "XCOFF", "Plan 9" or "WebAssembly".

    goos, goarch: as its header tells, "" where that leaves it open. order: as `struct` says it. pointer: bytes of one,
    as Go's tables have them. start, length: the addresses among which the build info lies, None = the format has such a
    place, and this program does not. is_searched: that place is all of the memory. has_own_section: that place is for
    the build info alone. segments: in the file's order. sections: those that may matter. version: of Go, where the
    format itself records it. notes: in what another reader could come to another answer, a clause each. fault: what of
    its headers cannot be read, so that its build info may lie elsewhere; None when all can.
    """

    file: ReadAt
    format: str
    goos: str
    goarch: str
    order: str
    pointer: int
    start: int | None
    length: int
    segments: tuple[Segment, ...]
    sections: tuple[Section, ...] = ()
    linked: Linked = Linked()
    is_searched: bool = False
    has_own_section: bool = False
    version: str = ""
    notes: tuple[str, ...] = ()
    fault: Diagnostic | None = None

    def read(self, address: int, length: int) -> bytes:
        """Return exactly these bytes. Raises InputError unless one segment holds them all."""
        segment = self._segment(address)
        if segment is None or length < 0 or address - segment.address + length > segment.length:
            seen = f"{length:,} bytes at address {address:#x}"
            raise damaged("an address of the program lies in no part of it", seen)
        return self.file.read_at(segment.offset + address - segment.address, length)

    def piece(self, address: int, length: int) -> tuple[int, int]:
        """Return where the bytes from an address on lie in the file, and how many of them, at most `length`, are there
        in one piece."""
        segment = self._segment(address)
        if segment is None:
            return 0, 0
        into = address - segment.address
        return segment.offset + into, min(length, segment.length - into)

    def section(self, *names: str) -> Section | None:
        """Return the first section that has one of these names."""
        return next((section for section in self.sections if section.name in names), None)

    def offsets(self, address: int) -> frozenset[int]:
        """Return every place of the file that a segment gives for an address: more than one where segments overlap."""
        return frozenset(s.offset + address - s.address for s in self.segments if _holds(s, address))

    def _segment(self, address: int) -> Segment | None:
        return next((s for s in self.segments if _holds(s, address)), None)


def _holds(segment: Segment, address: int) -> bool:
    return segment.address <= address < segment.address + segment.length


class Part:
    """A part of a file, or all of it, as a file of its own."""

    def __init__(self, file: ReadAt, start: int, size: int) -> None:
        """Raise InputError for a part that the file does not hold."""
        if start + size > file.size:
            raise damaged("a program of a fat file lies beyond its end", f"{size:,} bytes at {start:,}")
        self._file, self._start, self._size = file, start, size

    @property
    def size(self) -> int:
        """Bytes of the part."""
        return self._size

    def read_at(self, offset: int, length: int) -> bytes:
        """Return exactly `length` bytes from `offset` on. Raises InputError for bytes beyond the part."""
        if offset < 0 or length < 0 or offset + length > self._size:
            raise damaged("it tells of bytes that the file does not hold", f"{length:,} bytes at {offset:,}")
        return self._file.read_at(self._start + offset, length)


def table(file: ReadAt, start: int, size: int, count: int, least: int) -> bytes:
    """Return the bytes of a table of `count` rows of `size` bytes. Raises InputError when it is too long, or its rows
    have less than `least` bytes."""
    if not count:
        return b""
    if size < least or size * count > MAX_TABLE:
        raise damaged("a table of the program has an impossible size", f"{count:,} rows of {size:,} bytes")
    return file.read_at(start, size * count)


def segments_of(found: Iterable[Segment]) -> tuple[Segment, ...]:
    """Return the segments of a program. Raises InputError when there are too many to look an address up in them."""
    segments = tuple(found)
    if len(segments) > MAX_SEGMENTS:
        raise damaged("it has more segments than any linker makes", f"{len(segments):,}")
    return segments


def name_at(texts: bytes, at: int) -> str:
    """Return the text that a NUL ends at a place of a table of names, "" for none; a very long one is cut."""
    if not 0 <= at < len(texts):
        return ""
    end = texts.find(b"\0", at, at + _MAX_NAME)
    return texts[at : end if end >= 0 else at + _MAX_NAME].decode("utf-8", "replace")


def damaged(message: str, seen: str) -> InputError:
    """Return the error for a program whose bytes contradict themselves."""
    return InputError(Diagnostic(message=f"the program is damaged: {message}", seen=seen))
