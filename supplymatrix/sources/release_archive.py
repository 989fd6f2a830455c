"""The files of a release archive by their digests: tar, packed or not, and zip. Nothing is unpacked to the disk."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from pathlib import Path

from supplymatrix.errors import Diagnostic, InputError
from supplymatrix.gomod.read_at import ReadAt
from supplymatrix.gomod.zip_archive import read_zip, read_zip_contents
from supplymatrix.model.value import value
from supplymatrix.sources.containers import TAR_HEAD
from supplymatrix.sources.pread import open_at
from supplymatrix.sources.program_files import reason_of
from supplymatrix.sources.streams import Budget, PlainStream, Stream, packing_of, unpacked
from supplymatrix.sources.tar_reader import EntryKind, TarEntry, is_tar, read_tar

__all__ = ["ArchiveMembers", "read_members"]

_ARCHIVE_LIMIT = 16 << 30
_UNPACKED_LIMIT = 32 << 30
_MOST = 200_000
_PIECE = 1 << 20
_ZIP = (b"PK\x03\x04", b"PK\x05\x06")


@value
class ArchiveMembers:
    """files: (name, sha256 hex) of all plain files in an archive, in its order. kind: "tar", "zip", "packed file"."""

    kind: str
    files: tuple[tuple[str, str], ...]

    def names_of(self, sha256: str) -> tuple[str, ...]:
        """Return under which names the archive has a file."""
        return tuple(name for name, digest in self.files if digest == sha256)


def read_members(path: Path) -> ArchiveMembers:
    """Return what an archive has. Raises InputError for one that cannot be read to its end, or is of no known kind."""
    try:
        with open_at(path, limit=_ARCHIVE_LIMIT) as file:
            kind, files = _members(file, path.name)
            return ArchiveMembers(kind=kind, files=tuple(files))
    except (InputError, OSError, ValueError) as err:
        fault = Diagnostic(
            message=f"the archive cannot be read: {reason_of(err)}",
            artifact=path.as_posix(),
            expected="a tar file, packed or not, or a zip",
        )
        raise InputError(fault) from err


def _members(file: ReadAt, name: str) -> tuple[str, list[tuple[str, str]]]:
    head = file.read_at(0, min(TAR_HEAD, file.size))
    if head.startswith(_ZIP):
        return "zip", list(_of_zip(file))
    packing = packing_of(head)
    if packing:
        start = unpacked(PlainStream(file), packing, Budget(_UNPACKED_LIMIT)).read(TAR_HEAD)
        stream = unpacked(PlainStream(file), packing, Budget(_UNPACKED_LIMIT))
        if not is_tar(start):
            return "packed file", [(name.rpartition(".")[0] or name, _hashed(_pieces(stream)))]
        return "tar", list(_of_tar(stream))
    if is_tar(head):
        return "tar", list(_of_tar(PlainStream(file)))
    raise InputError(Diagnostic(message="it is neither a tar file nor a zip"))


def _of_tar(stream: Stream) -> Iterator[tuple[str, str]]:
    for number, entry in enumerate(read_tar(stream)):
        if number > _MOST:
            raise InputError(Diagnostic(message=f"it has more than the {_MOST:,} entries that are read"))
        if entry.kind is EntryKind.FILE and entry.pieces is None:
            yield entry.name, _hashed(_pieces(entry))


def _pieces(source: TarEntry | Stream) -> Iterator[bytes]:
    while piece := source.read(_PIECE):
        yield piece


def _of_zip(file: ReadAt) -> Iterator[tuple[str, str]]:
    archive = read_zip(file)
    for entry, pieces in read_zip_contents(archive, [entry for entry in archive.entries if not entry.is_folder]):
        yield entry.name.decode("utf-8", "replace"), _hashed(pieces)


def _hashed(pieces: Iterator[bytes]) -> str:
    digest = hashlib.sha256()
    for piece in pieces:
        digest.update(piece)
    return digest.hexdigest()
