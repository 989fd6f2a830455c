"""Files that hold others and are not looked into, by their first bytes: zip (jar, apk, wheel), packages, others."""

from __future__ import annotations

from supplymatrix.errors import InputError
from supplymatrix.gomod.executable_formats import is_program
from supplymatrix.gomod.read_at import BytesAt, ReadAt
from supplymatrix.sources.streams import Budget, PlainStream, packing_of, unpacked
from supplymatrix.sources.tar_reader import is_tar

__all__ = ["AR", "PACKED_HEAD", "TAR_HEAD", "container_of", "has_go_object", "hides_programs", "is_archive"]

TAR_HEAD = 512
"""Bytes by which a tar file is told."""

PACKED_HEAD = 64 << 10
"""Bytes of a packed file by which it is told what it unpacks to."""
AR = b"!<arch>\n"

_MAGICS = {
    b"PK\x03\x04": "a zip",
    b"!<arch>\ndebian-binary": "a Debian package",
    b"\xed\xab\xee\xdb": "an RPM package",
    b"7z\xbc\xaf\x27\x1c": "a 7z archive",
    b"Rar!\x1a\x07": "a RAR archive",
    b"070701": "a cpio archive",
    b"070702": "a cpio archive",
    b"070707": "a cpio archive",
    b"hsqs": "a squashfs",
    b"xar!": "a xar archive",
    b"MSCF": "a cabinet",
    b"\x04\x22\x4d\x18": "packed with lz4",
}
_AR_ROW = 60
_AR_MEMBERS = 10_000
_GO_OBJECT = b"go.o"
_UNPACKED = 1 << 20


def is_archive(head: bytes) -> bool:
    """Return whether a file is a tar or packed. head: its first 512 bytes."""
    return bool(packing_of(head)) or is_tar(head)


def container_of(head: bytes) -> str:
    """Return which kind of container that is not looked into a file is, "a zip"; "" for none."""
    return next((kind for magic, kind in _MAGICS.items() if head.startswith(magic)), "")


def hides_programs(head: bytes) -> bool:
    """Return whether a file in an archive may hold programs that are not looked at: a container, or what unpacks to a
    tar or a program. head: its first bytes, as many of a packed one as will do."""
    kind = packing_of(head)
    if not kind:
        return bool(container_of(head)) or is_tar(head)
    try:
        inner = unpacked(PlainStream(BytesAt(head)), kind, Budget(_UNPACKED)).read(TAR_HEAD)
    except InputError:
        return True  # it is cut here, or nobody can say
    return is_tar(inner) or is_program(inner) or bool(container_of(inner))


def has_go_object(file: ReadAt) -> bool:
    """Return whether `go build -buildmode=c-archive` made an ar archive. Raises OSError as the file does."""
    at = len(AR)
    for _ in range(_AR_MEMBERS):
        if at + _AR_ROW > file.size:
            return False
        row = file.read_at(at, _AR_ROW)
        name, length = row[:16], row[48:58].strip()
        if name.rstrip(b" /") == _GO_OBJECT:
            return True
        if not length.isdigit():
            return False
        at += _AR_ROW + int(length) + int(length) % 2
    return False
