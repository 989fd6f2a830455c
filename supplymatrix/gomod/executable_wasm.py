"""WebAssembly: a module's data segments as the memory that they fill.

    \0 a s m  version        8 bytes, then sections: id, length, content
    0  custom                a name, and what it means; Go leaves go:buildid, and producers names the Go version
    2  imports               "gojs" or "go" of js, "wasi_snapshot_preview1" of wasip1
    11 data                  segments: a flag, an address as a constant expression, a length, bytes

Go's linker leaves out runs of zeroes, so that one table of Go lies in thousands of segments, and only the memory as a
whole can be read. It puts no build info into it but the module text, at no place of its own.

Source: WebAssembly core specification 2.0, section 5; tool conventions, producers section; Go cmd/link/internal/wasm.
"""

from __future__ import annotations

from supplymatrix.gomod.executable import Program, Segment, damaged
from supplymatrix.gomod.read_at import BytesAt, ReadAt

__all__ = ["WASM_BEGINNING", "read_wasm"]

WASM_BEGINNING = b"\0asm"
MAX_SECTIONS = 10_000
MAX_SEGMENTS = 200_000
"""Segments of data; Go makes at most 100,000."""
MAX_MEMORY = 96 << 20
"""Bytes of memory that the segments fill; those of the largest known programs some 50 MB."""
MAX_IMPORTS = 1 << 16
MAX_PRODUCERS = 100
MAX_NAME = 1 << 16

_CUSTOM, _IMPORTS, _DATA = 0, 2, 11
_I32_CONST, _END = 0x41, 0x0B
_WITHOUT_ADDRESS, _OF_MEMORY = 1, 2
_LONGEST = 10
_PIECE = 1 << 20
_SYSTEMS = {b"gojs": "js", b"go": "js", b"wasi_snapshot_preview1": "wasip1"}


class _Reader:
    """Numbers and texts of a part of a file, one after the other."""

    def __init__(self, file: ReadAt, start: int, end: int) -> None:
        self.at, self.end = start, end
        self._file = file
        self._data = b""
        self._base = start

    def take(self, length: int) -> bytes:
        start = self.at - self._base
        if start + length > len(self._data):
            if self.at + length > self.end:
                raise damaged("a section of the module is cut", f"{length:,} bytes at {self.at:,}")
            self._data = self._file.read_at(self.at, min(max(length, _PIECE), self.end - self.at))
            self._base, start = self.at, 0
        self.at += length
        return self._data[start : start + length]

    def number(self) -> int:
        """Return an unsigned number in pieces of seven bits, the lowest first."""
        byte = self.take(1)[0]
        found = byte & 0x7F
        for place in range(1, _LONGEST):
            if byte < 0x80:
                return found
            byte = self.take(1)[0]
            found |= (byte & 0x7F) << (7 * place)
        if byte >= 0x80:
            raise damaged("a number of the module has no end", f"at byte {self.at:,}")
        return found

    def text(self) -> bytes:
        length = self.number()
        if length > MAX_NAME:
            raise damaged("a name of the module is longer than any linker makes it", f"{length:,} bytes")
        return self.take(length)

    def part(self, length: int) -> _Reader:
        """Return a reader of the next bytes, and pass over them."""
        if self.at + length > self.end:
            raise damaged("a section of the module is cut", f"{length:,} bytes at {self.at:,}")
        self.at += length
        return _Reader(self._file, self.at - length, self.at)


def read_wasm(file: ReadAt) -> Program:
    """Return the module as a program. Raises InputError for a damaged one."""
    system, version = "", ""
    memory = bytearray()
    reader = _Reader(file, 8, file.size)
    for _ in range(MAX_SECTIONS):
        if reader.at >= reader.end:
            break
        kind = reader.take(1)[0]
        part = reader.part(reader.number())
        if kind == _CUSTOM:
            version = version or _producer(part)
        elif kind == _IMPORTS:
            system = system or _system(part)
        elif kind == _DATA and not memory:
            _fill(memory, part)
    return Program(
        file=BytesAt(bytes(memory)),
        format="WebAssembly",
        goos=system,
        goarch="wasm",
        order="<",
        pointer=8,
        start=0,
        length=len(memory),
        segments=(Segment(0, 0, len(memory)),),
        is_searched=True,
        version=version,
    )


def _producer(reader: _Reader) -> str:
    """Return the version of Go that the section producers names, "" for another section or language."""
    if reader.text() != b"producers":
        return ""
    for _ in range(min(reader.number(), MAX_PRODUCERS)):
        field = reader.text()
        for _ in range(min(reader.number(), MAX_PRODUCERS)):
            name, version = reader.text(), reader.text()
            if (field, name) == (b"language", b"Go"):
                return version.decode("utf-8", "replace")
    return ""


def _system(reader: _Reader) -> str:
    """Return the system of the first import that tells one."""
    for _ in range(min(reader.number(), MAX_IMPORTS)):
        system = _SYSTEMS.get(reader.text())
        if system:
            return system
        reader.text()
        kind = reader.take(1)[0]
        if kind != 0:
            return ""  # no function: the reader knows no other form
        reader.number()
    return ""


def _fill(memory: bytearray, reader: _Reader) -> None:
    """Write the segments that lie at a plain address of the first memory."""
    count = reader.number()
    if count > MAX_SEGMENTS:
        raise damaged("it has more segments of data than any linker makes", f"{count:,}")
    for _ in range(count):
        flag = reader.number()
        address = None
        if flag != _WITHOUT_ADDRESS:
            if flag == _OF_MEMORY:
                reader.number()
            code = reader.take(1)[0]
            address = reader.number() & 0xFFFFFFFF
            if code != _I32_CONST or reader.take(1)[0] != _END:
                raise damaged("the address of a segment of data is no constant", f"at byte {reader.at:,}")
        length = reader.number()
        if address is None:
            reader.part(length)
            continue
        if address + length > MAX_MEMORY:
            raise damaged("its data fill more memory than is read", f"{address + length:,} bytes")
        if address > len(memory):
            memory.extend(bytes(address - len(memory)))
        memory[address : address + length] = reader.take(length)
