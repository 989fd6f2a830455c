"""The h1 hash: one hash over the names and contents of a module's files.

    SHA-256 of   <hex SHA-256 of the content> <two spaces> <name> <newline>   for each file, in the byte order of names

in base64, with "h1:" in front. In a zip every entry counts under its stored name, whatever its mode, place or
compression; of two entries with one name the last content counts, twice. A go.sum line for a go.mod is the h1 of one
file, "go.mod".

Source: golang/mod sumdb/dirhash/hash.go.
"""

from __future__ import annotations

import base64
from binascii import hexlify
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from hashlib import sha256
from operator import itemgetter

from supplymatrix.errors import Diagnostic, InputError
from supplymatrix.gomod.read_at import ReadAt
from supplymatrix.gomod.zip_archive import ZipArchive, ZipEntry, read_zip, read_zip_contents, read_zip_quickly

__all__ = ["ZIP_LIMIT", "Watch", "counted_entries", "entry_digests", "hash1", "hash_entries", "hash_zip"]

_LINES = 1000  # that are hashed together
Watch = Callable[[ZipEntry, Iterator[bytes]], Iterator[bytes]]

ZIP_LIMIT = 500 << 20
"""Bytes that a module zip may have, and that its files may have together, as in the go command."""


def hash1(files: Iterable[tuple[bytes, bytes]]) -> str:
    """Return the h1 of (name, SHA-256 of the content) pairs. Raises InputError for a name with a newline."""
    digest, ordered = sha256(), sorted(files, key=itemgetter(0))
    for start in range(0, len(ordered), _LINES):
        part = ordered[start : start + _LINES]
        lines = b"".join([b"%b  %b\n" % (hexlify(content), name) for name, content in part])
        if lines.count(b"\n") != len(part):
            first = next(name for name, _ in part if b"\n" in name)
            raise _fault("a file name holds a newline", first.decode("utf-8", "replace"))
        digest.update(lines)
    return "h1:" + base64.b64encode(digest.digest()).decode()


def hash_zip(file: ReadAt) -> str:
    """Return the h1 of a zip.

    Raises InputError when it is damaged or beyond the limits of module zips, OSError when it cannot be read.
    """
    archive = read_zip(file)
    return hash_entries(archive, entry_digests(archive))


def hash_entries(archive: ZipArchive, digests: Mapping[bytes, bytes], *, folders: bool = True) -> str:
    """Return the h1 of a zip whose contents were read. digests: from `entry_digests`.

    folders: count entries for folders as the log does; without them it is the h1 of what lies there when the zip is
    unpacked. Raises InputError for a name with a newline.
    """
    return hash1((entry.name, digests[entry.name]) for entry in archive.entries if folders or not entry.is_folder)


def counted_entries(archive: ZipArchive) -> Collection[ZipEntry]:
    """Return the last entry of each name. Raises InputError when together they are more than a module zip may hold."""
    last = {entry.name: entry for entry in archive.entries}
    total = sum(entry.size for entry in last.values())
    if total > ZIP_LIMIT:
        raise _fault("the zip holds more than a module zip may", f"{total:,} bytes, at most {ZIP_LIMIT:,} are allowed")
    return last.values()


def entry_digests(archive: ZipArchive, *, watch: Watch | None = None) -> dict[bytes, bytes]:
    """Return the SHA-256 of each content, the last one of each name.

    watch: sees the pieces of each content on their way, and hands them on as they are. Raises InputError when an entry
    is damaged or all are more than a module zip may hold, OSError when one cannot be read.
    """
    digests: dict[bytes, bytes] = {}
    entries = counted_entries(archive)
    if watch is None:
        for entry, content in read_zip_quickly(archive, entries):
            if isinstance(content, bytes):
                digests[entry.name] = sha256(content).digest()
            else:
                digests[entry.name] = _digest(content)
    else:
        for entry, pieces in read_zip_contents(archive, entries):
            digests[entry.name] = _digest(watch(entry, pieces))
    return digests


def _digest(pieces: Iterable[bytes]) -> bytes:
    digest = sha256()
    for piece in pieces:
        digest.update(piece)
    return digest.digest()


def _fault(message: str, seen: str) -> InputError:
    return InputError(Diagnostic(message=message, seen=seen[:200], expected="a module zip as the go command makes it"))
