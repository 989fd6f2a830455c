"""The h1 hash: one hash over the names and contents of a module's files.

    SHA-256 of   <hex SHA-256 of the content> <two spaces> <name> <newline>   for each file, in the byte order of names

in base64, with "h1:" in front. In a zip every entry counts under its stored name, whatever its mode, place or
compression; of two entries with one name the last content counts, twice. A go.sum line for a go.mod is the h1 of one
file, "go.mod".

Source: golang/mod sumdb/dirhash/hash.go.
"""

from __future__ import annotations

import base64
import errno
import struct
import zipfile
import zlib
from collections.abc import Iterable
from hashlib import sha256
from typing import IO

from supplymatrix.errors import Diagnostic, InputError

__all__ = ["ZIP_LIMIT", "hash1", "hash_zip"]

ZIP_LIMIT = 500 << 20
"""Bytes of content that a module zip may hold, as in the go command."""
_MAX_ENTRIES = 1_000_000
_PIECE = 1 << 18
_METHODS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)  # Go's archive/zip knows no others
_DAMAGE = (  # what zipfile raises for crafted zips, beside OSError
    zipfile.BadZipFile,
    zlib.error,
    struct.error,
    EOFError,
    IndexError,
    KeyError,
    MemoryError,
    OverflowError,
    RuntimeError,  # NotImplementedError too
    ValueError,
)


def hash1(files: Iterable[tuple[bytes, bytes]]) -> str:
    """Return the h1 of (name, SHA-256 of the content) pairs. Raises InputError for a name with a newline."""
    digest = sha256()
    for name, content in sorted(files, key=lambda file: file[0]):
        if b"\n" in name:
            raise _fault("a file name holds a newline", name.decode("utf-8", "replace"))
        digest.update(b"%s  %s\n" % (content.hex().encode(), name))
    return "h1:" + base64.b64encode(digest.digest()).decode()


def hash_zip(file: IO[bytes]) -> str:
    """Return the h1 of an open zip file.

    Raises InputError when it is damaged or beyond the limits of module zips, OSError when the disk fails.
    """
    try:
        with zipfile.ZipFile(file) as archive:
            entries = archive.infolist()
            if len(entries) > _MAX_ENTRIES:
                raise _fault("the zip has too many entries", f"{len(entries):,}")
            contents: dict[bytes, bytes] = {}
            left = ZIP_LIMIT
            for entry in entries:
                content, size = _hash_entry(archive, entry, left)
                left -= size
                contents[_raw_name(entry)] = content
            return hash1([(name, contents[name]) for name in map(_raw_name, entries)])
    except (OSError, *_DAMAGE) as err:
        if (failed := _disk_error(err)) is not None:
            raise failed from None
        raise _fault(f"the zip is damaged: {str(err) or type(err).__name__}", "") from err


def _disk_error(err: BaseException | None) -> OSError | None:
    """Return the failed read behind an error: zipfile calls some of them a bad zip. A crafted zip makes it seek to
    before the file, which is EINVAL and no failure of the disk."""
    while err is not None:
        if isinstance(err, OSError) and err.errno not in (None, errno.EINVAL):
            return err
        err = err.__context__
    return None


def _hash_entry(archive: zipfile.ZipFile, entry: zipfile.ZipInfo, left: int) -> tuple[bytes, int]:
    if entry.compress_type not in _METHODS:
        raise _fault("the zip is damaged: it is compressed as no module zip is", f"method {entry.compress_type}")
    digest, size = sha256(), 0
    with archive.open(entry) as content:
        while piece := content.read(_PIECE):
            size += len(piece)
            if size > left:
                raise _fault("the zip holds more than a module zip may", f"more than {ZIP_LIMIT:,} bytes")
            digest.update(piece)
    return digest.digest(), size


def _raw_name(entry: zipfile.ZipInfo) -> bytes:
    """Return the name's bytes as stored: zipfile has decoded them, as UTF-8 by flag, else as code page 437."""
    return entry.orig_filename.encode("utf-8" if entry.flag_bits & 0x800 else "cp437")


def _fault(message: str, seen: str) -> InputError:
    return InputError(Diagnostic(message=message, seen=seen[:200], expected="a module zip as the go command makes it"))
