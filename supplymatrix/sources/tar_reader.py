"""Tar files, read once from the first entry to the last, in every form: v7, ustar, pax, GNU, and with sparse files.

    for entry in read_tar(stream):
        entry.name, entry.kind, entry.size, entry.peek(8), entry.read(1 << 20)

Names are texts and nothing else: no file of an archive is ever written under its name. Every table is bounded before it
is read, so that an archive cannot make a reader hold more of it than one piece.

Source: POSIX pax; GNU tar manual, "Basic Tar Format" and "Storing Sparse Files"; Go archive/tar.
"""

from __future__ import annotations

from collections.abc import Iterator
from enum import StrEnum

from supplymatrix.errors import Diagnostic, InputError
from supplymatrix.gomod.read_at import BytesAt
from supplymatrix.sources.sparse_file import Piece, SparseFile
from supplymatrix.sources.streams import PlainStream, Stream, TooMuchError

__all__ = ["EntryKind", "TarEntry", "is_tar", "read_tar"]

MAX_ENTRIES = 2_000_000
MAX_EXTRA = 1 << 20
"""Bytes of a long name or of a pax header."""
MAX_SEGMENTS = 65_536
"""Pieces of data of a sparse file."""

_BLOCK = 512
_EMPTY = bytes(_BLOCK)
_LONG = {b"L": "path", b"K": "linkpath"}
_PAX = (b"x", b"X")
_GLOBAL = b"g"
_SPARSE = b"S"
_DIGITS = frozenset(b"0123456789")


class EntryKind(StrEnum):
    """What an entry is. OTHER: a device, a pipe, or what GNU tar tells of a backup."""

    FILE = "file"
    FOLDER = "folder"
    LINK = "symbolic link"
    HARD_LINK = "hard link"
    OTHER = "other"


_KINDS = {
    b"0": EntryKind.FILE, b"\0": EntryKind.FILE, b"7": EntryKind.FILE, _SPARSE: EntryKind.FILE,
    b"1": EntryKind.HARD_LINK, b"2": EntryKind.LINK, b"5": EntryKind.FOLDER,
    **dict.fromkeys((b"3", b"4", b"6", b"D", b"M", b"V"), EntryKind.OTHER),
}  # fmt: skip
"""Whatever has another flag is extracted as a plain file, as POSIX has it."""
_WITHOUT_DATA = frozenset(b"123456")


class TarEntry:
    """One entry. name, link: as written, bytes that are no UTF-8 kept as lone surrogates. size: of the file, the holes
    of a sparse one included; held: of it without them. place: where all of its bytes lie in the file of a plain stream,
    None where they lie in pieces or are packed. pieces: what a sparse file has, None for a whole one. stored: bytes of
    it that the stream still has."""

    def __init__(
        self, stream: Stream, *, name: str, kind: EntryKind, size: int, link: str, pieces: list[Piece] | None
    ) -> None:
        self.name = name
        self.kind = kind
        self.size = size
        self.link = link
        self.place = stream.at if isinstance(stream, PlainStream) and pieces is None else None
        self.pieces = pieces
        self.held = size if pieces is None else sum(piece.length for piece in pieces)
        self.stored = self.held
        self._stream = stream
        self._at = 0
        self._peeked = b""

    def peek(self, length: int) -> bytes:
        """Return the file's first bytes, fewer when more of them were read before; they are still to be read. Raises
        InputError where it is cut."""
        wanted = min(length, self.held) - len(self._peeked)
        if wanted > 0 and self._at <= len(self._peeked):
            self._peeked += self._next(wanted)
        held = SparseFile(BytesAt(self._peeked), self.pieces or (Piece(0, self.held),), self.size)
        return held.read_at(0, min(length, self.size, held.reach))

    def read(self, length: int) -> bytes:
        """Return the next bytes, those of which the archive has none left out; fewer only at the end. Raises
        InputError where the archive is cut."""
        data = self._peeked[self._at : self._at + length]
        left = min(length - len(data), self.stored)
        data += self._next(left) if left else b""
        self._at += len(data)
        return data

    def _next(self, length: int) -> bytes:
        data = self._stream.read(length)
        if len(data) < length:
            raise _damaged("it is cut within a file")
        self.stored -= length
        return data


def is_tar(head: bytes) -> bool:
    """Return whether bytes begin as a tar file does. head: its first 512 bytes."""
    return len(head) >= _BLOCK and head[:_BLOCK] != _EMPTY and _has_checksum(head[:_BLOCK])


def read_tar(stream: Stream) -> Iterator[TarEntry]:
    """Yield the entries of a tar file; each can be read until the next one is asked for.

    Raises InputError for a damaged one, TooMuchError for more entries than are read.
    """
    extra: dict[str, str] = {}
    pax: list[tuple[str, str]] = []
    seen = 0
    while (header := _next_header(stream)) is not None:
        seen += 1
        if seen > MAX_ENTRIES:
            raise TooMuchError(Diagnostic(message=f"it has more than the {MAX_ENTRIES:,} entries that are read"))
        flag, size = header[156:157], _number(header[124:136], "size")
        if flag in _LONG or flag in _PAX or flag == _GLOBAL:
            data = _extra(stream, size)
            if flag in _LONG:
                extra[_LONG[flag]] = _text(data.split(b"\0", 1)[0])
            elif flag in _PAX:
                pax = _records(data)
            continue
        entry, stored = _entry(stream, header, size, pax=pax, extra=extra)
        extra, pax = {}, []
        yield entry
        _skip(stream, entry.stored)
        _skip(stream, -stored % _BLOCK)


def _next_header(stream: Stream) -> bytes | None:
    """Return the next header, None at the end: two blocks of zeros, or nothing more."""
    header = stream.read(_BLOCK)
    if header == _EMPTY:
        behind = stream.read(_BLOCK)
        if behind in (b"", _EMPTY):
            return None
        raise _damaged("an entry stands behind its end")
    if not header:
        return None
    if len(header) < _BLOCK:
        raise _damaged("it is cut within a header")
    if not _has_checksum(header):
        raise _damaged("the checksum of a header is wrong")
    return header


def _entry(
    stream: Stream, header: bytes, size: int, *, pax: list[tuple[str, str]], extra: dict[str, str]
) -> tuple[TarEntry, int]:
    """Return an entry, and how many bytes of it are stored."""
    told = {**extra, **dict(pax)}
    flag = header[156:157]
    name = told.get("path") or _name(header)
    kind = _KINDS.get(flag, EntryKind.FILE)
    if kind is EntryKind.FILE and name.endswith("/") and flag == b"\0":
        kind = EntryKind.FOLDER
    if "size" in told:
        size = _decimal(told["size"])
    if flag[0] in _WITHOUT_DATA:
        size = 0
    stored, pieces = size, None
    if flag == _SPARSE:
        size, pieces = _old_sparse(stream, header)
    elif kind is EntryKind.FILE and any(key.startswith("GNU.sparse.") for key in told):
        name = told.get("GNU.sparse.name", name)
        size, pieces, used = _pax_sparse(stream, pax, told, stored)
        _refuse_sparse(pieces, size, stored - used)
        entry = TarEntry(stream, name=name, kind=kind, size=size, link="", pieces=pieces)
        return entry, stored
    if pieces is not None:
        _refuse_sparse(pieces, size, stored)
    link = told.get("linkpath") or _text(header[157:257].split(b"\0", 1)[0])
    return TarEntry(stream, name=name, kind=kind, size=size, link=link, pieces=pieces), stored


def _name(header: bytes) -> str:
    name = header[:100].split(b"\0", 1)[0]
    if header[257:263] == b"ustar\0":
        prefix = header[345:500].split(b"\0", 1)[0]
        name = prefix + b"/" + name if prefix else name
    return _text(name)


def _old_sparse(stream: Stream, header: bytes) -> tuple[int, list[Piece]]:
    """Return the size and the pieces of a sparse file in the old form of GNU, its map in the header and behind it."""
    pieces = _map_rows(header[386:482])
    more = header[482]
    while more:
        block = stream.read(_BLOCK)
        if len(block) < _BLOCK:
            raise _damaged("it is cut within the map of a sparse file")
        pieces += _map_rows(block[:504])
        _refuse_count(len(pieces))
        more = block[504]
    return _number(header[483:495], "size"), pieces


def _map_rows(data: bytes) -> list[Piece]:
    rows = (data[at : at + 24] for at in range(0, len(data), 24))
    return [
        Piece(_number(row[:12], "place"), _number(row[12:24], "length"))
        for row in rows
        if row[:1] not in (b"\0", b"") or row[12:13] != b"\0"
    ]


def _pax_sparse(
    stream: Stream, pax: list[tuple[str, str]], told: dict[str, str], stored: int
) -> tuple[int, list[Piece], int]:
    """Return size and pieces of a sparse file in the forms of pax, and how many bytes its map took of the data."""
    size = _decimal(told.get("GNU.sparse.realsize") or told.get("GNU.sparse.size") or "")
    if (told.get("GNU.sparse.major"), told.get("GNU.sparse.minor")) == ("1", "0"):
        numbers, used = _map_before_data(stream, stored)
    elif "GNU.sparse.map" in told:
        numbers, used = [_decimal(text) for text in told["GNU.sparse.map"].split(",") if text], 0
    else:
        keys = ("GNU.sparse.offset", "GNU.sparse.numbytes")
        numbers, used = [_decimal(text) for key, text in pax if key in keys], 0
    _refuse_count(len(numbers) // 2)
    if len(numbers) % 2:
        raise _damaged("the map of a sparse file is cut")
    return size, [Piece(*numbers[at : at + 2]) for at in range(0, len(numbers), 2)], used


def _map_before_data(stream: Stream, stored: int) -> tuple[list[int], int]:
    """Return the numbers that stand before the data, a line each, and how many bytes they take."""
    data, used, wanted = b"", 0, 1
    lines: list[bytes] = []
    while len(lines) < wanted:
        block = stream.read(_BLOCK)
        used += _BLOCK
        if len(block) < _BLOCK or used > stored:
            raise _damaged("the map of a sparse file is cut")
        *found, data = (data + block).split(b"\n")
        lines += found
        if wanted == 1 and lines:
            count = _decimal(_text(lines[0]))
            _refuse_count(count)
            wanted = 1 + 2 * count
        if len(data) > _BLOCK and len(lines) < wanted:
            raise _damaged("the map of a sparse file is no map")
    return [_decimal(_text(line)) for line in lines[1:wanted]], used


def _refuse_count(count: int) -> None:
    if count > MAX_SEGMENTS:
        raise _damaged(f"a sparse file has more than {MAX_SEGMENTS:,} pieces")


def _refuse_sparse(pieces: list[Piece], size: int, stored: int) -> None:
    """Refuse pieces that overlap, lie beyond the file or are not what is stored; take out those without bytes."""
    end = 0
    for at, length in pieces:
        if at < end or at + length > size:
            raise _damaged("the pieces of a sparse file do not fit")
        end = at + length
    if sum(piece.length for piece in pieces) != stored:
        raise _damaged("the pieces of a sparse file are not those that it has")
    pieces[:] = [piece for piece in pieces if piece.length]


def _records(data: bytes) -> list[tuple[str, str]]:
    """Return the records of a pax header: a length in digits, a key, a value, a newline each."""
    found = []
    at = 0
    while at < len(data) and data[at]:
        blank = data.find(b" ", at, at + 10)
        digits = data[at:blank] if blank > at else b""
        length = int(digits) if digits and _DIGITS.issuperset(digits) else 0
        if length < len(digits) + 3 or at + length > len(data) or data[at + length - 1] != ord("\n"):
            raise _damaged("a pax header is not in its form")
        key, equals, text = data[blank + 1 : at + length - 1].partition(b"=")
        if not equals:
            raise _damaged("a pax header is not in its form")
        found.append((_text(key), _text(text)))
        at += length
    return found


def _extra(stream: Stream, size: int) -> bytes:
    """Return the data of an entry that tells of the next one."""
    if size > MAX_EXTRA:
        raise _damaged(f"a long name or a pax header has {size:,} bytes")
    data = stream.read(size)
    if len(data) < size:
        raise _damaged("it is cut within a header")
    _skip(stream, -size % _BLOCK)
    return data


def _skip(stream: Stream, length: int) -> None:
    if stream.skip(length) < length:
        raise _damaged("it is cut within a file")


def _has_checksum(header: bytes) -> bool:
    """Return whether a header's checksum is its own: of bytes with a sign, too, as some old programs wrote it."""
    digits = header[148:156].strip(b" \0")
    try:
        told = int(digits, 8)
    except ValueError:
        return False
    rest = header[:148] + b" " * 8 + header[156:]
    total = sum(rest)
    return told in (total, total - 256 * sum(byte > 0x7F for byte in rest))


def _number(field: bytes, what: str) -> int:
    """Return a number of a header: octal digits, or bytes behind a mark."""
    if field[:1] == b"\x80":
        number = int.from_bytes(field[1:], "big")
    else:
        digits = field.split(b"\0", 1)[0].strip()
        try:
            number = int(digits, 8) if digits else 0
        except ValueError:
            number = -1
    if not 0 <= number < 1 << 63:
        raise _damaged(f"a {what} in a header is no number")
    return number


def _decimal(text: str) -> int:
    if not text.isascii() or not text.isdigit() or len(text) > 19:
        raise _damaged("a number in a pax header is none")
    return int(text)


def _text(data: bytes) -> str:
    return data.decode("utf-8", "surrogateescape")


def _damaged(message: str) -> InputError:
    return InputError(Diagnostic(message=f"the archive is damaged: {message}"))
