"""Zips written byte by byte, so that they can lie: `zipfile` writes only honest ones."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Sequence
from dataclasses import dataclass

__all__ = ["MadeEntry", "made_zip"]

FULL = 0xFFFFFFFF


@dataclass(frozen=True, slots=True, kw_only=True)
class MadeEntry:
    """One entry. crc, size, packed, offset, method: what the directory says of them; None = the truth.

    descriptor: the checksum stands behind the content too. large: sizes and place stand in the 64-bit field.
    """

    name: bytes
    data: bytes = b""
    deflate: bool = True
    crc: int | None = None
    size: int | None = None
    packed: int | None = None
    offset: int | None = None
    method: int | None = None
    descriptor: bool = False
    large: bool = False


def made_zip(
    entries: Sequence[MadeEntry],
    *,
    before: bytes = b"",
    comment: bytes = b"",
    count: int | None = None,
    large: bool = False,
) -> bytes:
    """Return a zip. before: bytes in front of it; count: how many entries the end says there are; large: 64-bit end."""
    body, directory = bytearray(), bytearray()
    for entry in entries:
        packed = _deflated(entry.data) if entry.deflate else entry.data
        method = entry.method if entry.method is not None else 8 if entry.deflate else 0
        flags = 8 if entry.descriptor else 0
        crc = zlib.crc32(entry.data) if entry.crc is None else entry.crc
        sizes = [
            len(entry.data) if entry.size is None else entry.size,
            len(packed) if entry.packed is None else entry.packed,
            len(body) if entry.offset is None else entry.offset,
        ]
        extra = struct.pack("<HHQQQ", 1, 24, *sizes) if entry.large else b""
        size, length, offset = [FULL] * 3 if entry.large else sizes
        body += struct.pack("<4sHHHHHIIIHH", b"PK\3\4", 20, flags, method, 0, 0, 0, 0, 0, len(entry.name), 0)
        body += entry.name + packed
        if entry.descriptor:
            body += struct.pack("<4sIII", b"PK\7\x08", crc, len(packed), len(entry.data))
        directory += struct.pack("<4sHHHHHHIII", b"PK\1\2", 20, 20, flags, method, 0, 0, crc, length, size)
        directory += struct.pack("<HHHHHII", len(entry.name), len(extra), 0, 0, 0, 0, offset) + entry.name + extra
    total = len(entries) if count is None else count
    end = b""
    if large:
        place = len(before) + len(body) + len(directory)
        end = struct.pack("<4sQHHIIQQQQ", b"PK\6\6", 44, 45, 45, 0, 0, total, total, len(directory), len(body))
        end += struct.pack("<4sIQI", b"PK\6\7", 0, place, 1)
        end += struct.pack("<4sHHHHIIH", b"PK\5\6", 0, 0, 0xFFFF, 0xFFFF, FULL, FULL, len(comment))
    else:
        numbers = (total & 0xFFFF, total & 0xFFFF, len(directory), len(body), len(comment))
        end = struct.pack("<4sHHHHIIH", b"PK\5\6", 0, 0, *numbers)
    return bytes(before + body + directory + end + comment)


def _deflated(data: bytes) -> bytes:
    packer = zlib.compressobj(6, zlib.DEFLATED, -zlib.MAX_WBITS)
    return packer.compress(data) + packer.flush()
