"""Programs made by hand, as small as a reader of build info lets them be: headers and data, nothing to run."""

from __future__ import annotations

import struct
from collections.abc import Sequence

__all__ = [
    "ADDRESS", "DEP", "TEXT", "function_table", "header", "made_elf", "made_fat", "made_mach", "made_pe", "made_plan9",
    "made_wasm", "made_xcoff", "marked", "pointed", "varint", "wasm_section",
]  # fmt: skip

DEP = "github.com/a/b\tv1.2.3\th1:UL815xU9SqsFlibzuggzjXhog7bL6oX9BbNZnL2UFvs="
TEXT = (
    f"path\texample.com/m/cmd\nmod\texample.com/m\tv1.0.0\t\ndep\t{DEP}\n"
    "dep\texample.com/c\tv0.1.0\n=>\t./c\t(devel)\t\nbuild\t-tags=x,strictfipsruntime\nbuild\tGOARCH=arm64\n"
)
_MAGIC = b"\xff Go buildinf:"
ADDRESS = 0x400000
"""Where the data of `made_elf` is loaded."""


def varint(number: int) -> bytes:
    """Return a number in pieces of seven bits, the lowest first."""
    out = bytearray()
    while number >= 0x80:
        out.append(number & 0x7F | 0x80)
        number >>= 7
    return bytes([*out, number])


def marked(text: str) -> bytes:
    """Return a module text between its marks."""
    start, end = "3077af0c9274080241e1c107e6d618e6", "f932433186182072008242104116d8f2"
    return bytes.fromhex(start) + text.encode() + bytes.fromhex(end)


def header(version: str = "go1.25.5", text: str = TEXT) -> bytes:
    """Return a build info of the inline form."""
    module = marked(text) if text else b""
    head = _MAGIC + b"\x08\x02" + bytes(16)
    return head + varint(len(version)) + version.encode() + varint(len(module)) + module


def pointed(version: str = "go1.17.13", text: str = TEXT, *, size: int = 8, order: str = "<") -> bytes:
    """Return a build info of the form with pointers, to be loaded at the address of `made_elf`."""
    module, letter = marked(text), "Q" if size == 8 else "I"
    strings = ADDRESS + 64
    first, second = strings + 4 * size, strings + 4 * size + len(version)
    head = _MAGIC + bytes([size, int(order == ">")]) + struct.pack(order + letter * 2, strings, strings + 2 * size)
    rows = struct.pack(order + letter * 4, first, len(version), second, len(module))
    return head.ljust(64, b"\0") + rows + version.encode() + module


def function_table(
    *names: str,
    since: str = "1.20",
    pointer: int = 8,
    order: str = "<",
    inlined: tuple[str, ...] = (),
    magic: int | None = None,
    rows: Sequence[int] | None = None,
    quantum: int = 1,
) -> bytes:
    """Return a table of functions in the form of a Go.

    inlined: names of functions without code of their own. magic: another one than that of the form. rows: addresses of
    the code, 1, 2, 3, … when not given. quantum: 4 for arm64, 1 for amd64.
    """
    number = {"1.2": 0xFFFFFFFB, "1.16": 0xFFFFFFFA, "1.18": 0xFFFFFFF0, "1.20": 0xFFFFFFF1}[since]
    head = struct.pack(order + "IHBB", magic or number, 0, quantum, pointer)
    word = order + ("Q" if pointer == 8 else "I")
    code = rows or range(1, len(names) + 2)
    if since == "1.2":
        return head + _old_rows(names, code, word, pointer, inlined)
    texts = b"".join(name.encode() + b"\0" for name in (*names, *inlined))
    texts = texts.ljust(len(texts) + -len(texts) % 8, b"\0")
    size = 8 + (7 if since == "1.16" else 8) * pointer
    units = size + len(texts)
    words = [len(names), 1, *([] if since == "1.16" else [0]), size, units, units + 8, units + 16, units + 24]
    form = word if since == "1.16" else order + "I"
    table = b"".join(struct.pack(form, place) + struct.pack(form, 64) for place in code)
    return head + b"".join(struct.pack(word, number) for number in words) + texts + bytes(24) + table + bytes(64)


def _old_rows(names: Sequence[str], code: Sequence[int], word: str, pointer: int, inlined: Sequence[str]) -> bytes:
    """Return what follows the first 8 bytes of a table of Go 1.2, with one source file."""
    start = 8 + pointer + (2 * len(names) + 1) * pointer + 4
    rows, rest = b"", b""
    for name, place in zip(names, code, strict=False):
        at = start + len(rest)
        rows += struct.pack(word, place) + struct.pack(word, at)
        rest += struct.pack(word, place) + struct.pack(word[0] + "i", at + pointer + 4) + name.encode() + b"\0"
        rest += b"".join(one.encode() + b"\0" for one in inlined if name == names[-1])
        rest = rest.ljust(len(rest) + -len(rest) % 8, b"\0")
    files = start + len(rest)
    end = struct.pack(word, code[len(names)]) + struct.pack(word[0] + "I", files)
    rest += struct.pack(word[0] + "II", 2, files + 8) + b"/src/folder/main.go\0"
    return struct.pack(word, len(names)) + rows + end + rest


def made_elf(
    data: bytes,
    *,
    is_wide: bool = True,
    order: str = "<",
    section: int | None = None,
    sections: Sequence[tuple[str, int, int]] = (),
    machine: int = 62,
    more: Sequence[tuple[int, ...]] = (),
    before: Sequence[tuple[int, ...]] = (),
) -> bytes:
    """Return an ELF program whose segment of data holds `data`.

    section: from which place of it a section .go.buildinfo tells of; None = of that there is none. sections: name,
    place and length of others. more, before: type, flags, place in `data`, address and length of further segments,
    behind and in front of that of the data.
    """
    start = 0x200
    told = [(".go.buildinfo", section, len(data) - section)] if section is not None else []
    told += sections
    names = b"\0" + b"".join(name.encode() + b"\0" for name, _, _ in told) + b".names\0"
    names_at = start + len(data)
    sections_at = names_at + len(names) if told else 0
    ident = b"\x7fELF" + bytes([1 + is_wide, 1 + (order == ">"), 1]).ljust(12, b"\0")
    rows = [*before, (1, 6, 0, ADDRESS, len(data)), *more]
    sizes = (64, 56, len(rows), 64) if is_wide else (52, 32, len(rows), 40)
    count = len(told) + 2 if told else 0
    fixed = struct.pack(order + ("HHIQQQI" if is_wide else "HHIIIII"), 2, machine, 1, 0, sizes[0], sections_at, 0)
    fixed += struct.pack(order + "HHHHHH", *sizes, count, count - 1 if count else 0)
    segments = b"".join(_segment(order, start, row, is_wide=is_wide) for row in rows)
    out = (ident + fixed + segments).ljust(start, b"\0") + data
    if not told:
        return out
    form = order + ("IIQQQQIIQQ" if is_wide else "IIIIIIIIII")
    table = [(0,) * 10]
    name_at = 1
    for name, place, length in told:
        table.append((name_at, 1, 3, ADDRESS + place, start + place, length, 0, 0, 16, 0))
        name_at += len(name) + 1
    table.append((name_at, 3, 0, 0, names_at, len(names), 0, 0, 1, 0))
    return out + names + b"".join(struct.pack(form, *row) for row in table)


def _segment(order: str, start: int, row: tuple[int, ...], *, is_wide: bool) -> bytes:
    kind, flags, place, address, length = row
    lie = (start + place, address, address, length, length)
    if is_wide:
        return struct.pack(order + "IIQQQQQQ", kind, flags, *lie, 0x1000)
    return struct.pack(order + "IIIIIIII", kind, *lie, flags, 0x1000)


def made_pe(data: bytes, *, is_wide: bool = True, imports: int = 0) -> bytes:
    """Return a PE program with one section of data, loaded at 0x1000 behind the base. imports: where the table of
    imports lies behind the base, 0 for none."""
    optional = struct.pack("<H22xQ", 0x20B, 0x140000000) if is_wide else struct.pack("<H26xI", 0x10B, 0x400000)
    if imports:
        optional = optional.ljust(108 if is_wide else 92, b"\0") + struct.pack("<I8xII", 16, imports, 40)
    coff = b"PE\0\0" + struct.pack("<HHIIIHH", 0x8664, 1, 0, 0, 0, len(optional), 0)
    row = b".data\0\0\0" + struct.pack("<IIIIIIHHI", len(data), 0x1000, len(data), 0x200, 0, 0, 0, 0, 0xC0000040)
    head = b"MZ".ljust(60, b"\0") + struct.pack("<I", 64)
    return (head + coff + optional + row).ljust(0x200, b"\0") + data


def made_mach(
    data: bytes,
    *,
    is_wide: bool = True,
    order: str = "<",
    section: bool = True,
    machine: int = 7,
    libraries: Sequence[str] = (),
    more: Sequence[bytes] = (),
) -> bytes:
    """Return a Mach-O program with one segment, and in it a section __go_buildinfo, or none. more: load commands."""
    row = b""
    if section:
        form = "16s16sQQIIIIIIII" if is_wide else "16s16sIIIIIIIII"
        rest = (0,) * (8 if is_wide else 7)
        row = struct.pack(order + form, b"__go_buildinfo", b"__DATA", 0x1000, len(data), *rest)
    size = (72 if is_wide else 56) + len(row)
    form = "II16sQQQQIIII" if is_wide else "II16sIIIIIIII"
    kind = 0x19 if is_wide else 1
    command = struct.pack(
        order + form, kind, size, b"__DATA", 0x1000, len(data), 0x400, len(data), 3, 3, int(section), 0
    )
    names = [name.encode().ljust(len(name) + 8 - len(name) % 8, b"\0") for name in libraries]
    others = b"".join(struct.pack(order + "IIIIII", 0xC, 24 + len(name), 24, 0, 0, 0) + name for name in names)
    others += b"".join(more)
    head = struct.pack(
        order + "IIIIIII", 0xFEEDFACE + is_wide, machine, 3, 2, 1 + len(libraries) + len(more), size + len(others), 0
    )
    return (head + bytes(4 if is_wide else 0) + command + row + others).ljust(0x400, b"\0") + data


def made_fat(*programs: bytes) -> bytes:
    """Return a fat Mach-O file of several programs."""
    at = 0x1000
    rows, body = b"", b""
    for program in programs:
        rows += struct.pack(">IIIII", 7, 3, at + len(body), len(program), 12)
        body += program
    return (b"\xca\xfe\xba\xbe" + struct.pack(">I", len(programs)) + rows).ljust(at, b"\0") + body


def made_xcoff(data: bytes, *, is_wide: bool = True, imports: bytes = b"") -> bytes:
    """Return an XCOFF program with text, data at 0x20000000, and a loader's section. imports: its table of files."""
    count = 3
    head = (
        struct.pack(">HHIQHHI", 0x1F7, count, 0, 0, 0, 2, 0)
        if is_wide
        else struct.pack(">HHIIIHH", 0x1DF, count, 0, 0, 0, 0, 2)
    )
    files = imports.count(b"\0") // 3
    at = 56 if is_wide else 32
    loader = (
        struct.pack(">IIIIIIQQQQ", 2, 0, 0, len(imports), files, 0, at, 0, 0, 0)
        if is_wide
        else struct.pack(">IIIIIIII", 1, 0, 0, len(imports), files, at, 0, 0)
    )
    loader += imports
    start = 0x200
    text = bytes(64)
    places = [
        (b".text", 0x10000000, len(text), start, 0x20),
        (b".data", 0x20000000, len(data), start + 64, 0x40),
        (b".loader", 0, len(loader), start + 64 + len(data), 0x1000),
    ]
    form = ">8sQQQQQQIIII" if is_wide else ">8sIIIIIIHHI"
    rows = b""
    for name, address, length, place, flags in places:
        rest = (0, 0, 0, 0, flags, 0) if is_wide else (0, 0, 0, 0, flags)
        rows += struct.pack(form, name, address, address, length, place, *rest)
    return (head + rows).ljust(start, b"\0") + text + data + loader


def made_plan9(data: bytes, *, is_wide: bool = True, text: bytes = bytes(75)) -> bytes:
    """Return a Plan 9 program; data is loaded at the next page behind the text."""
    magic = 0x8A97 if is_wide else 0x1EB
    head = struct.pack(">IIIIIIII", magic, len(text), len(data), 0, 0, 0x1020, 0, 0) + bytes(8 if is_wide else 0)
    return head + text + data


def wasm_section(kind: int, content: bytes) -> bytes:
    """Return a section of a WebAssembly module."""
    return bytes([kind]) + varint(len(content)) + content


def made_wasm(
    data: bytes, *, system: str = "gojs", version: str = "go1.25.5", address: int = 4096, gap: int = 8
) -> bytes:
    """Return a WebAssembly module whose memory holds data from an address on, runs of `gap` zeroes or more left out, as
    Go's linker does. version: of Go, as the section producers has it, "" for no such section."""
    pieces, at = [], 0
    while at < len(data):
        end = data.find(bytes(gap), at)
        end = len(data) if end < 0 else end
        if end > at:
            place = struct.pack("<B", 0x41) + varint(address + at) + b"\x0b"
            pieces.append(b"\0" + place + varint(end - at) + data[at:end])
        at = end
        while at < len(data) and not data[at]:
            at += 1
    name = varint(len(system)) + system.encode()
    out = b"\0asm\1\0\0\0" + wasm_section(2, b"\1" + name + b"\1f\0\0")
    out += wasm_section(11, varint(len(pieces)) + b"".join(pieces))
    if version:
        made = b"\x09producers\1\x08language\1\x02Go" + varint(len(version)) + version.encode()
        out += wasm_section(0, made)
    return out
