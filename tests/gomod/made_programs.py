"""Programs made by hand, as small as a reader of build info lets them be: headers and data, nothing to run."""

from __future__ import annotations

import struct

__all__ = ["DEP", "TEXT", "header", "made_elf", "made_fat", "made_mach", "made_pe", "marked", "pointed", "varint"]

DEP = "github.com/a/b\tv1.2.3\th1:UL815xU9SqsFlibzuggzjXhog7bL6oX9BbNZnL2UFvs="
TEXT = (
    f"path\texample.com/m/cmd\nmod\texample.com/m\tv1.0.0\t\ndep\t{DEP}\n"
    "dep\texample.com/c\tv0.1.0\n=>\t./c\t(devel)\t\nbuild\t-tags=x,strictfipsruntime\nbuild\tGOARCH=arm64\n"
)
_MAGIC = b"\xff Go buildinf:"
_ADDRESS = 0x400000


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
    strings = _ADDRESS + 64
    first, second = strings + 4 * size, strings + 4 * size + len(version)
    head = _MAGIC + bytes([size, int(order == ">")]) + struct.pack(order + letter * 2, strings, strings + 2 * size)
    rows = struct.pack(order + letter * 4, first, len(version), second, len(module))
    return head.ljust(64, b"\0") + rows + version.encode() + module


def made_elf(data: bytes, *, is_wide: bool = True, order: str = "<", section: int | None = None) -> bytes:
    """Return an ELF program whose only segment holds `data`. section: from which place of it a section .go.buildinfo
    tells of; None = there are no sections."""
    start = 0x200
    names = b"\0.go.buildinfo\0.names\0"
    names_at = start + len(data)
    sections_at = names_at + len(names) if section is not None else 0
    ident = b"\x7fELF" + bytes([1 + is_wide, 1 + (order == ">"), 1]).ljust(12, b"\0")
    sizes = (64, 56, 1, 64) if is_wide else (52, 32, 1, 40)
    count = 0 if section is None else 3
    fixed = struct.pack(order + ("HHIQQQI" if is_wide else "HHIIIII"), 2, 62, 1, 0, sizes[0], sections_at, 0)
    fixed += struct.pack(order + "HHHHHH", *sizes, count, 2 if count else 0)
    place = (start, _ADDRESS, _ADDRESS, len(data), len(data))
    segment = (
        struct.pack(order + "IIQQQQQQ", 1, 6, *place, 0x1000)
        if is_wide
        else struct.pack(order + "IIIIIIII", 1, *place, 6, 0x1000)
    )
    out = (ident + fixed + segment).ljust(start, b"\0") + data
    if section is None:
        return out
    form = order + ("IIQQQQIIQQ" if is_wide else "IIIIIIIIII")
    rows = [
        (0,) * 10,
        (1, 1, 3, _ADDRESS + section, start + section, len(data) - section, 0, 0, 16, 0),
        (15, 3, 0, 0, names_at, len(names), 0, 0, 1, 0),
    ]
    return out + names + b"".join(struct.pack(form, *row) for row in rows)


def made_pe(data: bytes, *, is_wide: bool = True) -> bytes:
    """Return a PE program with one section of data."""
    optional = struct.pack("<H22xQ", 0x20B, 0x140000000) if is_wide else struct.pack("<H26xI", 0x10B, 0x400000)
    coff = b"PE\0\0" + struct.pack("<HHIIIHH", 0x8664, 1, 0, 0, 0, len(optional), 0)
    row = b".data\0\0\0" + struct.pack("<IIIIIIHHI", len(data), 0x1000, len(data), 0x200, 0, 0, 0, 0, 0xC0000040)
    head = b"MZ".ljust(60, b"\0") + struct.pack("<I", 64)
    return (head + coff + optional + row).ljust(0x200, b"\0") + data


def made_mach(data: bytes, *, is_wide: bool = True, order: str = "<", section: bool = True) -> bytes:
    """Return a Mach-O program with one segment, and in it a section __go_buildinfo, or none."""
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
    head = struct.pack(order + "IIIIIII", 0xFEEDFACE + is_wide, 7, 3, 2, 1, size, 0) + bytes(4 if is_wide else 0)
    return (head + command + row).ljust(0x400, b"\0") + data


def made_fat(*programs: bytes) -> bytes:
    """Return a fat Mach-O file of several programs."""
    at = 0x1000
    rows, body = b"", b""
    for program in programs:
        rows += struct.pack(">IIIII", 7, 3, at + len(body), len(program), 12)
        body += program
    return (b"\xca\xfe\xba\xbe" + struct.pack(">I", len(programs)) + rows).ljust(at, b"\0") + body
