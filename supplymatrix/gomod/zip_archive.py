r"""Zips as the go command reads them: which entries there are, and what each of them holds.

    <local header> <content> [<descriptor>]   for each entry
    <directory header>                        for each entry: its name, sizes, checksum, and where its local header is
    <end of directory> <comment>              how many there are, where the directory is

The directory alone says what there is; names are bytes, never decoded. The end is looked for from the end of the file.
Bytes may stand before the first entry; then places count from behind them. The 64-bit forms are read. Content is
stored or deflated; its length must be the declared one and its checksum must fit, where the go command checks that.

Everything here may be written by an enemy, so work is bounded before it is done: the directory by its bytes and
entries, a content by its declared length. Entries that share bytes with each other or with the directory are refused,
which the go command does not do: that is how a small file becomes a large one, and no honest writer makes it.

Source: Go archive/zip reader.go; PKWARE APPNOTE.TXT 4.3, 4.5.3.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from operator import attrgetter
from struct import Struct
from typing import NamedTuple

from supplymatrix.errors import Diagnostic, InputError
from supplymatrix.gomod.inflate import Zlib, fast_zlib
from supplymatrix.gomod.read_at import ReadAt, Window
from supplymatrix.model.value import value

__all__ = ["TooManyEntriesError", "ZipArchive", "ZipEntry", "read_zip", "read_zip_contents", "read_zip_quickly"]

MAX_ENTRIES = 200_000
"""Ours, not the go command's: it bounds the memory that a directory can ask for."""
MAX_DIRECTORY = 64 << 20
"""Bytes of all directory headers together; ours too."""

_END = Struct("<4xHHHHIIH")
_END_64 = Struct("<12xHHIIQQQQ")
_LOCATOR = Struct("<4xIQI")
_HEADER = Struct("<4xHHHHHHIIIHHHHHII")
_USUAL_HEADER = Struct("<4s4xHH4xIIIHHH8xI")
_LOCAL_LENGTHS = Struct("<26xHH")
_LOCAL = Struct("<4s22xHH")
_TAG = Struct("<HH")
_QUAD = Struct("<Q")
_LONG = Struct("<I")
_END_MARK, _END_64_MARK, _LOCATOR_MARK = b"PK\x05\x06", b"PK\x06\x06", b"PK\x06\x07"
_HEADER_MARK, _LOCAL_MARK, _DESCRIPTOR_MARK = b"PK\x01\x02", b"PK\x03\x04", b"PK\x07\x08"
_END_LENGTH, _END_64_LENGTH, _LOCATOR_LENGTH = 22, 56, 20
_HEADER_LENGTH, _LOCAL_LENGTH, _DESCRIPTOR_LENGTH = 46, 30, 16
_USUAL_NAME = 256  # bytes of a name that are read together with its header
_END_SEARCH = (1024, 65 * 1024)
_FULL_16, _FULL_32 = 0xFFFF, 0xFFFFFFFF
_ZIP_64 = 1
_STORED, _DEFLATED = 0, 8
_HAS_DESCRIPTOR = 8
_PIECE = 1 << 18
_SMALL = 1 << 15
"""Bytes of packed content that are unpacked in one step: they cannot hold more than 33 MB."""


class ZipEntry(NamedTuple):
    """One entry, as the directory has it.

    name: as stored. packed, size: bytes of the content in the file and of the content itself, as declared. offset: of
    the local header, from the first byte of the file. crc: 0 also means that none was declared.
    """

    name: bytes
    method: int
    flags: int
    crc: int
    packed: int
    size: int
    offset: int

    @property
    def is_folder(self) -> bool:
        """Whether it only names a folder; such an entry has no content."""
        return self.name.endswith(b"/")


@value
class ZipArchive:
    """A zip whose directory was read. entries: in its order; directory: where it begins and ends, in bytes."""

    file: ReadAt
    entries: tuple[ZipEntry, ...]
    directory: tuple[int, int]


class TooManyEntriesError(InputError):
    """The zip may be good, but it is larger than what this program reads."""


def read_zip(file: ReadAt) -> ZipArchive:
    """Read the directory of a zip. Raises InputError when the go command could not read it, OSError from the file."""
    window = Window(file)
    start, records = _find_directory(window)
    entries: list[ZipEntry] = []
    at, base = start.offset, start.base
    held, held_at = b"", at
    while True:
        if at - held_at > len(held) - _HEADER_LENGTH - _USUAL_NAME:
            held, held_at = window.from_place(at), at
        usual, length = _read_usual_headers(held, at - held_at, base)
        entries += usual
        at += length
        if at == window.size:
            raise _damaged("its directory has no end")
        found = _read_header(window, at)
        if found is not None:
            entry, at = found
            entries.append(entry._replace(offset=entry.offset + base) if base else entry)
        if len(entries) > MAX_ENTRIES or at - start.offset > MAX_DIRECTORY:
            raise TooManyEntriesError(
                Diagnostic(
                    message="the zip has more entries than this program reads",
                    seen=f"{len(entries):,} entries, {at - start.offset:,} bytes of directory",
                    expected=f"at most {MAX_ENTRIES:,} entries and {MAX_DIRECTORY:,} bytes",
                )
            )
        if found is None:
            break
    if len(entries) & _FULL_16 != records & _FULL_16:  # writers cut the count to 16 bits; the go command forgives it
        raise _damaged("its directory does not have the entries that it says", f"{len(entries):,} of {records:,}")
    return ZipArchive(file=file, entries=tuple(entries), directory=(start.offset, at))


class _Start(NamedTuple):
    """Where the directory begins, and how many bytes stand before the zip."""

    offset: int
    base: int


def _find_directory(window: Window) -> tuple[_Start, int]:
    """Return where the directory begins, and the number of entries that it says it has."""
    end, tail = _find_end(window)
    _, _, _, records, size, offset, _ = _END.unpack_from(tail)
    if _FULL_16 in (records, size) or offset == _FULL_32:  # 16 bits of size, as in the go command
        place = _find_end_64(window, end)
        if place is not None:
            data = window.read(place, _END_64_LENGTH)
            if not data.startswith(_END_64_MARK):
                raise _damaged("its 64-bit end of the directory is not where it says")
            _, _, _, _, _, records, size, offset = _END_64.unpack(data)
            end = place
    begin = end - size
    if not 0 <= begin < window.size or max(size, offset) >= 1 << 63:
        raise _damaged("its directory lies outside of the file")
    base = begin - offset
    # Some writers give a wrong place for the end; a directory where the offset says is believed.
    if base > 0 and offset < window.size and _read_header(window, offset) is not None:
        return _Start(offset, 0), records
    return _Start(begin, base), records


def _find_end(window: Window) -> tuple[int, bytes]:
    """Return the place of the last end mark, and the bytes from there on."""
    for length in _END_SEARCH:
        length = min(length, window.size)  # noqa: PLW2901 - a short file is searched as a whole
        tail = window.read(window.size - length, length)
        at = tail.rfind(_END_MARK, 0, max(0, length - _END_LENGTH + len(_END_MARK)))
        if at >= 0:
            comment = _END.unpack_from(tail, at)[6]
            if at + _END_LENGTH + comment <= length:
                return window.size - length + at, tail[at:]
        if length == window.size:
            break
    raise _damaged("it has no end of the directory")


def _find_end_64(window: Window, end: int) -> int | None:
    if end < _LOCATOR_LENGTH:
        return None
    data = window.read(end - _LOCATOR_LENGTH, _LOCATOR_LENGTH)
    disk, place, disks = _LOCATOR.unpack(data)
    if not data.startswith(_LOCATOR_MARK) or disk != 0 or disks != 1 or place >= 1 << 63:
        return None
    return int(place)


def _read_usual_headers(held: bytes, start: int, base: int) -> tuple[list[ZipEntry], int]:
    """Return the directory headers from a place of some bytes on, as far as they are whole and have no 64-bit field,
    and how many bytes they take. base: bytes before the zip.

    Nearly every header is such a one, so this does no more for each than it must.
    """
    entries: list[ZipEntry] = []
    at, last = start, len(held) - _HEADER_LENGTH
    unpack, new = _USUAL_HEADER.unpack_from, tuple.__new__
    while at <= last:
        mark, flags, method, crc, packed, size, name_length, extra_length, comment_length, offset = unpack(held, at)
        name_end = at + _HEADER_LENGTH + name_length
        end = name_end + extra_length + comment_length
        if mark != _HEADER_MARK or end > len(held) or _FULL_32 in (packed, size, offset):
            break
        name = held[at + _HEADER_LENGTH : name_end]
        entries.append(new(ZipEntry, (name, method, flags, crc, packed, size, offset + base)))
        at = end
    return entries, at - start


def _read_header(window: Window, at: int) -> tuple[ZipEntry, int] | None:
    """Return a directory header and the place behind it, or None where none that is whole and sound stands."""
    if at + _HEADER_LENGTH > window.size:
        return None
    data = window.read(at, min(_HEADER_LENGTH + _USUAL_NAME, window.size - at))
    if not data.startswith(_HEADER_MARK):
        return None
    header = _HEADER.unpack_from(data)
    _, _, flags, method, _, _, crc, packed, size, name_length, extra_length, comment_length, _, _, _, offset = header
    end = at + _HEADER_LENGTH + name_length + extra_length + comment_length
    if end > window.size:
        return None
    if name_length <= _USUAL_NAME:
        name = data[_HEADER_LENGTH : _HEADER_LENGTH + name_length]
    else:
        name = window.read(at + _HEADER_LENGTH, name_length)
    if _FULL_32 in (packed, size, offset):
        extra = window.read(at + _HEADER_LENGTH + name_length, extra_length)
        large = _read_large(extra, size=size, packed=packed, offset=offset)
        if large is None:
            return None
        size, packed, offset = large
    return ZipEntry(name, method, flags, crc, packed, size, offset), end


def _read_large(extra: bytes, *, size: int, packed: int, offset: int) -> tuple[int, int, int] | None:
    """Return (size, packed, offset), those that were full taken from the 64-bit field; None where it lacks one.

    A size of 2³²-1 may be meant as it stands.
    """
    numbers = [size, packed, offset]
    wanted = [place for place, number in enumerate(numbers) if number == _FULL_32]
    at = 0
    while wanted and at + _TAG.size <= len(extra):
        tag, length = _TAG.unpack_from(extra, at)
        at += _TAG.size
        field = extra[at : at + length]
        if len(field) < length:
            break
        at += length
        if tag != _ZIP_64:
            continue
        if len(field) < _QUAD.size * len(wanted):
            return None
        for number, place in enumerate(wanted):
            numbers[place] = _QUAD.unpack_from(field, number * _QUAD.size)[0]
        wanted.clear()
    if any(place > 0 for place in wanted):
        return None
    if numbers[2] >= 1 << 63:  # the go command counts places with a sign
        numbers[2] -= 1 << 64
    return numbers[0], numbers[1], numbers[2]


def read_zip_contents(archive: ZipArchive, entries: Iterable[ZipEntry]) -> Iterator[tuple[ZipEntry, Iterator[bytes]]]:
    """Yield entries in the order of their places, each with the pieces of its content (at most 256 KiB each).

    A content must be read to its end before the next entry is asked for: only then its length and checksum are known
    to be right. Raises InputError when the go command could not read it, when entries share bytes, or when an entry is
    cut; OSError from the file.
    """
    window, zlib = Window(archive.file), fast_zlib()
    begin, end = archive.directory
    free = 0
    for entry in sorted(entries, key=attrgetter("offset")):
        body = _body_offset(window, entry)
        stop = body + entry.packed
        if entry.offset < free or (entry.offset < end and stop > begin):
            raise _damaged("its entries share bytes", _shown(entry.name))
        if stop > window.size:
            raise _damaged("an entry is cut", _shown(entry.name))
        free = stop
        yield entry, _content(window, entry, body, zlib)


def read_zip_quickly(
    archive: ZipArchive, entries: Iterable[ZipEntry]
) -> Iterator[tuple[ZipEntry, bytes | Iterator[bytes]]]:
    """Yield entries as `read_zip_contents` does, a small content as a whole: it is read, and known to be right, before
    it is yielded.

    Most files of most modules are small: this is what reading a module costs.
    """
    window, zlib = Window(archive.file), fast_zlib()
    begin, end = archive.directory
    free = start = 0
    held = b""
    for entry in sorted(entries, key=attrgetter("offset")):
        name, method, _, _, packed, size, offset = entry
        block = b""
        if packed <= _SMALL and size <= _PIECE and method == _DEFLATED:
            length = _LOCAL_LENGTH + len(name) + packed + _DESCRIPTOR_LENGTH
            at = offset - start
            if not 0 <= at <= len(held) - length and 0 <= offset <= window.size - length:
                start, held, at = offset, window.from_place(offset), 0
            if 0 <= at <= len(held) - length and _LOCAL.unpack_from(held, at) == (_LOCAL_MARK, len(name), 0):
                block = held[at + length - packed - _DESCRIPTOR_LENGTH : at + length]
        is_small = bool(block) and not entry.is_folder
        body = offset + _LOCAL_LENGTH + len(name) if block else _body_offset(window, entry)
        stop = body + packed
        if offset < free or (offset < end and stop > begin):
            raise _damaged("its entries share bytes", _shown(name))
        if stop > window.size:
            raise _damaged("an entry is cut", _shown(name))
        free = stop
        if is_small:
            yield entry, _small_content(entry, block, zlib)
        else:
            yield entry, _content(window, entry, body, zlib)


def _small_content(entry: ZipEntry, block: bytes, zlib: Zlib) -> bytes:
    """Return a content. block: what is packed, and 16 bytes more, which is all that a descriptor can have."""
    _, _, flags, declared, packed, size, _ = entry
    try:
        content = zlib.inflate_raw(block[:packed], size + 1)
    except zlib.error as err:
        raise _damaged("a content cannot be unpacked", _shown(entry.name)) from err
    if len(content) != size:
        raise _damaged("a content has another length than declared", _shown(entry.name))
    crc = zlib.crc32(content)
    if flags & _HAS_DESCRIPTOR:
        at = packed + 4 if block.startswith(_DESCRIPTOR_MARK, packed) else packed
        is_right = crc == declared == _LONG.unpack_from(block, at)[0]
    else:
        is_right = crc == declared or not declared
    if not is_right:
        raise _damaged("a checksum does not fit", _shown(entry.name))
    return content


def _body_offset(window: Window, entry: ZipEntry) -> int:
    data = window.read(entry.offset, _LOCAL_LENGTH)
    if not data.startswith(_LOCAL_MARK):
        raise _damaged("an entry is not where the directory says", _shown(entry.name))
    name_length, extra_length = _LOCAL_LENGTHS.unpack(data)
    return int(entry.offset + _LOCAL_LENGTH + name_length + extra_length)


def _content(window: Window, entry: ZipEntry, body: int, zlib: Zlib) -> Iterator[bytes]:
    """Yield a content in pieces; at its end, check what was declared about it."""
    if entry.is_folder:
        if entry.size:
            raise _damaged("a folder has a content", _shown(entry.name))
        return
    if entry.method == _DEFLATED:
        pieces = _inflated(window, entry, body, zlib)
    elif entry.method == _STORED:
        pieces = _stored(window, entry, body)
    else:
        raise _damaged("it is compressed as no module zip is", f"method {entry.method} of {_shown(entry.name)}")
    crc = 0
    for piece in pieces:
        crc = zlib.crc32(piece, crc)
        yield piece
    if entry.flags & _HAS_DESCRIPTOR:
        if not _descriptor_fits(window, entry, body + entry.packed) or crc != entry.crc:
            raise _damaged("a checksum does not fit", _shown(entry.name))
    elif entry.crc and crc != entry.crc:
        raise _damaged("a checksum does not fit", _shown(entry.name))


def _descriptor_fits(window: Window, entry: ZipEntry, at: int) -> bool:
    """Return whether a descriptor stands there with the checksum of the directory; its mark may be left out."""
    data = window.read(at, max(0, min(_DESCRIPTOR_LENGTH, window.size - at)))
    data = data.removeprefix(_DESCRIPTOR_MARK)
    return len(data) >= 12 and _LONG.unpack_from(data)[0] == entry.crc


def _stored(window: Window, entry: ZipEntry, body: int) -> Iterator[bytes]:
    if entry.packed != entry.size:
        raise _damaged("a content has another length than declared", _shown(entry.name))
    for at in range(0, entry.size, _PIECE):
        yield window.read(body + at, min(_PIECE, entry.size - at))


def _inflated(window: Window, entry: ZipEntry, body: int, zlib: Zlib) -> Iterator[bytes]:
    """Yield what the deflated bytes hold; what follows the end of the stream is not looked at, as in the go command."""
    inflate = zlib.raw_inflater()
    left, taken = entry.size, 0
    while not inflate.eof:
        feed = inflate.unconsumed_tail
        if not feed:
            length = min(_PIECE, entry.packed - taken)
            feed = window.read(body + taken, length)
            taken += length
        try:
            piece = inflate.decompress(feed, min(_PIECE, left + 1))
        except zlib.error as err:
            raise _damaged("a content cannot be unpacked", _shown(entry.name)) from err
        left -= len(piece)
        if left < 0 or (not piece and not feed and not inflate.eof):
            raise _damaged("a content has another length than declared", _shown(entry.name))
        if piece:
            yield piece
    if left:
        raise _damaged("a content has another length than declared", _shown(entry.name))


def _damaged(what: str, seen: str = "") -> InputError:
    """Return the error for a zip that cannot be read. what: completes "the zip is damaged"."""
    return InputError(
        Diagnostic(
            message=f"the zip is damaged: {what}", seen=seen[:200], expected="a module zip as the go command makes it"
        )
    )


def _shown(name: bytes) -> str:
    return name[:200].decode("utf-8", "replace")
