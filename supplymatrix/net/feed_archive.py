"""Members of a feed's archive (zip, tar.gz, tar.xz), one after the other, within limits; nothing is written anywhere.

for name, data in read_members(path, FeedKind.ZIP, wanted=lambda name: name.endswith(".json")):
    ...

An archive comes from the network and may be made to hurt. Names that lead out, links, devices and members that are too
long are left out with a fault each; an archive that unpacks to too much is read no further. Names are labels only, so
none of them can become a place on the disk.

Source: POSIX.1-2017 pax, ustar and extended headers; GNU tar manual, "Basic Tar Format".
"""

from __future__ import annotations

import lzma
import zlib
from collections.abc import Callable, Iterator
from io import RawIOBase
from pathlib import Path
from typing import BinaryIO, Protocol

from supplymatrix.errors import Diagnostic, InputError
from supplymatrix.model.value import value

__all__ = ["DEFAULT_BOUNDS", "Bounds", "is_safe_member", "read_members"]

_PIECE = 1 << 18
_BLOCK = 512
_MAX_HEADER = 1 << 20  # bytes of a long name or of pax records
_MAX_MEMORY = 256 << 20  # of the xz dictionary
_MAX_FAULTS = 20
_PLAIN_TYPES = (b"0", b"\0", b"7")
_FOLDER, _LONG_NAME, _LONG_LINK, _PAX, _PAX_GLOBAL = b"5", b"L", b"K", b"x", b"g"
_EXTENSIONS = (_LONG_NAME, _LONG_LINK, _PAX, _PAX_GLOBAL)
_ODD_TYPES = {b"1": "a hard link", b"2": "a symbolic link", b"3": "a device", b"4": "a device", b"6": "a pipe"}

Wanted = Callable[[str], bool]
Member = tuple[str, bytes]


@value
class Bounds:
    """member: bytes of one; unpacked: bytes of all that is unpacked; ratio: unpacked to packed, above `free` bytes;
    members: how many."""

    member: int = 64 << 20
    unpacked: int = 16 << 30
    ratio: int = 400
    free: int = 256 << 20
    members: int = 1_000_000


DEFAULT_BOUNDS = Bounds()


def read_members(
    path: Path, kind: str, wanted: Wanted, faults: list[Diagnostic], *, label: str, bounds: Bounds = DEFAULT_BOUNDS
) -> Iterator[Member]:
    """Yield (name, bytes) of the plain files that are wanted. kind: "zip", "tar.gz" or "tar.xz".

    faults: gets those of single members, the first twenty. label: how the archive is called in them. Raises InputError
    when the archive itself cannot be read, or read on; OSError from the disk.
    """
    tell = _Teller(label, faults)
    if kind == "zip":
        yield from _zip_members(path, wanted, tell, bounds)
        return
    with path.open("rb") as file:
        most = min(bounds.unpacked, max(bounds.free, bounds.ratio * path.stat().st_size))
        unpacked = _Unpacked(file, _xz if kind == "tar.xz" else _gzip, label, most)
        yield from _tar_members(unpacked, wanted, tell, bounds)


def is_safe_member(name: str) -> bool:
    """Return whether a member's name stays below the folder in which it would be unpacked."""
    parts = name.split("/")
    return (
        bool(name)
        and not name.startswith("/")
        and ".." not in parts
        and not {"\\", "\0"} & set(name)
        and (parts[0][1:2] != ":")
    )


class _Teller:
    """Collects faults of members."""

    def __init__(self, label: str, faults: list[Diagnostic]) -> None:
        self.label = label
        self._faults = faults
        self._told = 0

    def __call__(self, name: str, message: str, expected: str) -> None:
        self._told += 1
        if self._told <= _MAX_FAULTS:
            seen = "".join(char if char.isprintable() else "�" for char in name[:200])
            self._faults.append(Diagnostic(message=message, artifact=self.label, seen=seen, expected=expected))

    def refused(self, message: str, seen: str = "", expected: str = "") -> InputError:
        """Return the error of the whole archive."""
        remedy = "fetch it again; if it stays so, tell who serves the feed"
        return InputError(Diagnostic(message=message, artifact=self.label, seen=seen, expected=expected, remedy=remedy))


def _check(name: str, size: int, tell: _Teller, bounds: Bounds) -> bool:
    """Return whether a member may be read; tell why not."""
    if not is_safe_member(name):
        tell(name, "a member of the archive has a name that leads out of its folder: left out", "a plain relative name")
    elif size > bounds.member:
        tell(name, f"a member of the archive has {size:,} bytes: left out", f"at most {bounds.member:,} bytes")
    else:
        return True
    return False


def _zip_members(path: Path, wanted: Wanted, tell: _Teller, bounds: Bounds) -> Iterator[Member]:
    from supplymatrix.gomod.zip_archive import ZipEntry, read_zip, read_zip_contents

    with path.open("rb", buffering=0) as opened:
        file = _FileAt(opened)
        try:
            archive = read_zip(file)
        except InputError as err:
            raise tell.refused(_words(err), expected="a zip archive") from err
        chosen: list[ZipEntry] = []
        unpacked = 0
        for entry in archive.entries:
            name = entry.name.decode("utf-8", "replace")
            if entry.is_folder or not (wanted(name) or not is_safe_member(name)):
                continue
            if entry.flags & 1:
                tell(name, "a member of the archive is encrypted: left out", "a plain member")
            elif _check(name, entry.size, tell, bounds):
                chosen.append(entry)
                unpacked += entry.size
        if unpacked > bounds.unpacked or unpacked > max(bounds.free, bounds.ratio * file.size):
            seen = f"{unpacked:,} bytes from {file.size:,}"
            raise tell.refused("the archive unpacks to too much: it is not read", seen, "the data of a feed")
        try:
            for entry, pieces in read_zip_contents(archive, chosen):
                yield entry.name.decode("utf-8", "replace"), b"".join(pieces)
        except InputError as err:
            raise tell.refused(_words(err), expected="a zip archive that is whole") from err


class _FileAt:
    """An open file as a `ReadAt`."""

    def __init__(self, file: RawIOBase) -> None:
        self._file = file
        self.size = file.seek(0, 2)

    def read_at(self, offset: int, length: int) -> bytes:
        """Return exactly `length` bytes from `offset` on. Raises InputError, and OSError from the disk."""
        self._file.seek(offset)
        data = bytearray()
        while len(data) < length:
            piece = self._file.read(length - len(data))
            if not piece:
                raise InputError(Diagnostic(message="the zip is cut", expected="a zip archive that is whole"))
            data += piece
        return bytes(data)


def _words(err: InputError) -> str:
    fault = err.diagnostics[0]
    return f"{fault.message}: {fault.seen}" if fault.seen else fault.message


class _Decoder(Protocol):
    """What zlib's and lzma's decompressors have in common, as a stream of pieces needs it."""

    @property
    def eof(self) -> bool: ...
    @property
    def unused_data(self) -> bytes: ...
    def pieces(self, data: bytes) -> Iterator[bytes]: ...


class _gzip:  # noqa: N801 - a name for one of two ways
    """One gzip stream."""

    def __init__(self) -> None:
        self._decoder = zlib.decompressobj(zlib.MAX_WBITS | 16)

    @property
    def eof(self) -> bool:
        return self._decoder.eof

    @property
    def unused_data(self) -> bytes:
        return self._decoder.unused_data

    def pieces(self, data: bytes) -> Iterator[bytes]:
        while data and not self._decoder.eof:
            yield self._decoder.decompress(data, _PIECE)
            data = self._decoder.unconsumed_tail


class _xz:  # noqa: N801 - a name for one of two ways
    """One xz stream."""

    def __init__(self) -> None:
        self._decoder = lzma.LZMADecompressor(format=lzma.FORMAT_XZ, memlimit=_MAX_MEMORY)

    @property
    def eof(self) -> bool:
        return self._decoder.eof

    @property
    def unused_data(self) -> bytes:
        return self._decoder.unused_data

    def pieces(self, data: bytes) -> Iterator[bytes]:
        yield self._decoder.decompress(data, _PIECE)
        while not self._decoder.eof and not self._decoder.needs_input:
            yield self._decoder.decompress(b"", _PIECE)


class _Unpacked:
    """A compressed file as the bytes in it, `most` of them; several streams one behind the other are one."""

    def __init__(self, file: BinaryIO, start: Callable[[], _Decoder], label: str, most: int) -> None:
        self._pieces = self._unpack(file, start, most)
        self._tell = _Teller(label, [])
        self._buffer = bytearray()

    def read(self, length: int) -> bytes:
        """Return `length` bytes, fewer at the end. Raises InputError."""
        while len(self._buffer) < length:
            try:
                piece = next(self._pieces, None)
            except (zlib.error, lzma.LZMAError, EOFError) as err:
                raise self._tell.refused(
                    f"the archive cannot be unpacked: {err}", expected="an archive that is whole"
                ) from err
            if piece is None:
                break
            self._buffer += piece
        found = bytes(self._buffer[:length])
        del self._buffer[:length]
        return found

    def skip(self, length: int) -> None:
        """Pass over bytes. Raises InputError when they are not there."""
        while length > 0:
            found = len(self.read(min(length, _PIECE)))
            if not found:
                raise self.cut()
            length -= found

    def drain(self) -> None:
        """Read what is left, so that the archive's own checksum is seen. Raises InputError."""
        while self.read(_PIECE):
            pass

    def cut(self) -> InputError:
        """Return the error for an archive that ends in the middle."""
        return self._tell.refused("the archive ends in the middle: it is cut", expected="an archive that is whole")

    def _unpack(self, file: BinaryIO, start: Callable[[], _Decoder], most: int) -> Iterator[bytes]:
        decoder, total = start(), 0
        is_fresh = True
        while data := file.read(_PIECE):
            while data:
                if decoder.eof:
                    if not data.strip(b"\0"):
                        break  # padding behind the last stream
                    decoder = start()
                is_fresh = False
                for piece in decoder.pieces(data):
                    total += len(piece)
                    if total > most:
                        raise self._tell.refused(
                            "the archive unpacks to too much: it is read no further",
                            f"more than {most:,} bytes",
                            "the data of a feed",
                        )
                    yield piece
                data = decoder.unused_data if decoder.eof else b""
        if is_fresh or not decoder.eof:
            raise EOFError("it ends in the middle")


def _tar_members(stream: _Unpacked, wanted: Wanted, tell: _Teller, bounds: Bounds) -> Iterator[Member]:
    """Yield the members of a tar. Only what a name and a length need is read of its extensions."""
    long_name, long_size = "", -1
    for _ in range(bounds.members):
        block = stream.read(_BLOCK)
        if len(block) < _BLOCK:
            raise stream.cut()
        if not block.strip(b"\0"):
            stream.drain()
            return
        name, size, kind = _header(block, tell)
        if kind in _EXTENSIONS:
            if size > _MAX_HEADER:
                raise tell.refused("the archive has a header that is too long", f"{size:,} bytes")
            data = _content(stream, size)
            if kind == _LONG_NAME:
                long_name = data.rstrip(b"\0").decode("utf-8", "replace")
            elif kind == _PAX:
                long_name, long_size = _pax(data, long_name, tell)
            continue
        name, size = long_name or name, size if long_size < 0 else long_size
        long_name, long_size = "", -1
        if _is_taken(name, size, kind, wanted=wanted, tell=tell, bounds=bounds):
            yield name, _content(stream, size)
        else:
            stream.skip(size + -size % _BLOCK)
    raise tell.refused("the archive has too many members", expected=f"at most {bounds.members:,}")


def _is_taken(name: str, size: int, kind: bytes, *, wanted: Wanted, tell: _Teller, bounds: Bounds) -> bool:
    if kind == _FOLDER or not (wanted(name) or not is_safe_member(name)):
        return False
    if kind not in _PLAIN_TYPES:
        what = _ODD_TYPES.get(kind, "of an unknown kind")
        tell(name, f"a member of the archive is {what}: left out", "a plain file")
        return False
    return _check(name, size, tell, bounds)


def _content(stream: _Unpacked, size: int) -> bytes:
    """Return the content that stands next in a tar, without its padding."""
    padded = size + -size % _BLOCK
    data = stream.read(padded)
    if len(data) < padded:
        raise stream.cut()
    return data[:size]


def _header(block: bytes, tell: _Teller) -> tuple[str, int, bytes]:
    """Return name, length and type of a header block."""
    total = sum(block[:148]) + sum(block[156:]) + 8 * 32
    if _number(block[148:156]) != total:
        raise tell.refused("the archive is damaged: a header does not fit its checksum", expected="a tar archive")
    name = block[:100].rstrip(b"\0").decode("utf-8", "replace")
    if block[257:263] == b"ustar\0":
        prefix = block[345:500].rstrip(b"\0").decode("utf-8", "replace")
        name = f"{prefix}/{name}" if prefix else name
    size = _number(block[124:136])
    if size < 0:
        raise tell.refused("the archive is damaged: a length is no number", expected="a tar archive")
    return name.removeprefix("./"), size, block[156:157]


def _number(field: bytes) -> int:
    """Return an octal number, or a binary one as GNU writes large ones; -1 for neither."""
    if field[:1] == b"\x80":
        return int.from_bytes(field[1:], "big")
    text = field.strip(b" \0")
    return int(text, 8) if text and not text.strip(b"01234567") else -1 if text else 0


def _pax(data: bytes, name: str, tell: _Teller) -> tuple[str, int]:
    """Return what pax records say of name and length of the next member; -1 = nothing."""
    size, at = -1, 0
    while at < len(data):
        length, space, _ = data[at : at + 20].partition(b" ")
        if not space or not length.isdigit() or not 0 < int(length) <= len(data) - at:
            raise tell.refused("the archive is damaged: an extended header cannot be read", expected="a tar archive")
        key, _, said = data[at + len(length) + 1 : at + int(length) - 1].partition(b"=")
        at += int(length)
        if key == b"path":
            name = said.decode("utf-8", "replace").removeprefix("./")
        elif key == b"size" and said.isdigit() and len(said) < 20:
            size = int(said)
    return name, size
