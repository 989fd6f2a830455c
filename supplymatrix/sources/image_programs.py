"""The programs of one image: those that are there when all its layers lie on each other.

A layer replaces files of those below it, and takes away what its whiteouts name (`.wh.x`: x; `.wh..wh..opq`: all of the
folder below). What is taken away or replaced is in the image's bytes and in nobody's container: it is counted apart.

Source: OCI image specification, layer.md.
"""

from __future__ import annotations

import hashlib
import posixpath
from collections.abc import Iterator
from dataclasses import dataclass, field

from supplymatrix.errors import InputError
from supplymatrix.gomod.read_at import ReadAt
from supplymatrix.model.value import value
from supplymatrix.sources.image_layouts import Blob, Blobs, Image, Layer, LayoutFault, digest_holds
from supplymatrix.sources.program_files import (
    HEAD,
    Room,
    TakenFile,
    Unread,
    is_program,
    reason_of,
    take_entry,
    take_part,
)
from supplymatrix.sources.streams import Budget, PlainStream, Stream, packing_of, unpacked
from supplymatrix.sources.tar_reader import EntryKind, read_tar

__all__ = ["ImagePrograms", "ImageReader", "TakenProgram", "inner_name"]

_WHITEOUT = ".wh."
_OPAQUE = ".wh..wh..opq"
_AUFS = ".wh..wh."
_PIECE = 1 << 20


@value
class TakenProgram:
    """A program of an archive or an image. path: its name in it, as a file name below its root; also: other names of
    the very same file."""

    path: str
    taken: TakenFile | Unread
    also: tuple[str, ...] = ()


@dataclass(slots=True)
class ImagePrograms:
    """What an image has. files: plain files of all its layers. hidden: programs of lower layers that are not in it."""

    programs: list[TakenProgram] = field(default_factory=list)
    files: int = 0
    hidden: list[str] = field(default_factory=list)


@dataclass(slots=True)
class _Layer:
    """What one layer says: which names it takes away, what it puts where, and which of that is a program."""

    names: set[str] = field(default_factory=set)
    folders: set[str] = field(default_factory=set)
    gone: set[str] = field(default_factory=set)
    emptied: set[str] = field(default_factory=set)
    programs: dict[str, TakenFile | Unread] = field(default_factory=dict)


class ImageReader:
    """Reads the images of one layout. budget: of bytes that its layers may unpack to; room: for what is kept. faults:
    of blobs, so far."""

    def __init__(self, blobs: Blobs, budget: Budget, room: Room) -> None:
        self._room = room
        self._blobs = blobs
        self._budget = budget
        self._checked: set[tuple[str, str]] = set()
        self.faults: list[LayoutFault] = []

    def read(self, image: Image) -> ImagePrograms:
        """Return the programs of an image; a layer that cannot be read to its end is a fault."""
        found = ImagePrograms()
        there: dict[str, TakenFile | Unread] = {}
        every: dict[str, str] = {}
        for layer in image.layers:
            said = _Layer()
            try:
                self._read_layer(layer, said, there, found)
            except (InputError, OSError, ValueError) as err:
                self._fault(layer.blob.name, reason_of(err))
            _lay_on(there, said)
            for path, taken in said.programs.items():
                if isinstance(taken, TakenFile):
                    every.setdefault(taken.sha256, path)
        shown = {taken.sha256 for taken in there.values() if isinstance(taken, TakenFile)}
        found.hidden = sorted(path for digest, path in every.items() if digest not in shown)
        found.programs = _together(there)
        return found

    def _fault(self, what: str, reason: str, *, is_forged: bool = False) -> None:
        fault = LayoutFault(what=what, reason=reason, is_forged=is_forged)
        if fault not in self.faults:
            self.faults.append(fault)

    def _read_layer(
        self, layer: Layer, said: _Layer, below: dict[str, TakenFile | Unread], found: ImagePrograms
    ) -> None:
        with self._blobs.open(layer.blob.name) as file:
            self._hold_against(file, layer.blob, layer.blob.digest)
            if not layer.is_layer:
                self._take_single(file, layer, said, found)
                return
            kind = packing_of(file.read_at(0, min(HEAD, file.size)))
            if not kind:
                self._hold_against(file, layer.blob, layer.diff)
                self._entries(PlainStream(file), said, below, found)
                return
            stream = unpacked(PlainStream(file), kind, self._budget)
            if not layer.diff:
                self._entries(stream, said, below, found)
                return
            hashed = _Hashed(stream)
            self._entries(hashed, said, below, found)
            if hashed.digest() != layer.diff:
                self._forged(layer.blob, layer.diff)

    def _hold_against(self, file: ReadAt, blob: Blob, digest: str) -> None:
        """Note a blob that is not what a digest says; each is hashed once."""
        if not digest or (blob.name, digest) in self._checked:
            return
        self._checked.add((blob.name, digest))
        if not digest_holds(file, digest):
            self._forged(blob, digest)

    def _forged(self, blob: Blob, digest: str) -> None:
        self._fault(blob.name, f"it is not what its digest {digest} says", is_forged=True)

    def _entries(
        self, stream: Stream, said: _Layer, below: dict[str, TakenFile | Unread], found: ImagePrograms
    ) -> None:
        matters = {name for path in below for name in (path, *_above(path))}
        for entry in read_tar(stream):
            path = inner_name(entry.name)
            folder, name = posixpath.split(path)
            if name.startswith(_WHITEOUT):
                if name == _OPAQUE:
                    said.emptied |= {folder} & matters
                elif not name.startswith(_AUFS):
                    said.gone |= {posixpath.join(folder, name.removeprefix(_WHITEOUT))} & matters
                continue
            said.programs.pop(path, None)
            if path in matters:
                (said.folders if entry.kind is EntryKind.FOLDER else said.names).add(path)
            taken = None
            if entry.kind is EntryKind.FILE:
                found.files += 1
                taken = self._room.admit(take_entry(entry, stream))
            elif entry.kind is EntryKind.HARD_LINK:
                target = inner_name(entry.link)
                taken = said.programs.get(target) or below.get(target)
            if taken is not None:
                said.programs[path] = taken

    def _take_single(self, file: ReadAt, layer: Layer, said: _Layer, found: ImagePrograms) -> None:
        """Take a blob that is a single file, as artifacts have them, where it is a program."""
        if file.size < HEAD or not is_program(file.read_at(0, HEAD)):
            return
        found.files += 1
        taken = self._room.admit(take_part(file))
        if taken is not None:
            said.programs[inner_name(layer.title) or layer.blob.name] = taken


class _Hashed:
    """A stream all of whose bytes are hashed on their way."""

    def __init__(self, stream: Stream) -> None:
        self._stream = stream
        self._hash = hashlib.sha256()

    def read(self, length: int) -> bytes:
        data = self._stream.read(length)
        self._hash.update(data)
        return data

    def skip(self, length: int) -> int:
        passed = 0
        while passed < length and (data := self.read(min(_PIECE, length - passed))):
            passed += len(data)
        return passed

    def digest(self) -> str:
        """Return the digest of all of it, the rest included."""
        while self.read(_PIECE):
            pass
        return f"sha256:{self._hash.hexdigest()}"


def inner_name(name: str) -> str:
    """Return the path below the root that a name of an archive means: no slash in front, no "." and no ".."."""
    return posixpath.normpath("/" + name).lstrip("/")


def _lay_on(there: dict[str, TakenFile | Unread], said: _Layer) -> None:
    """Lay a layer on the programs of those below it."""
    for path in list(there):
        above = list(_above(path))
        replaced = path in said.names or path in said.folders or any(folder in said.names for folder in above)
        taken_away = path in said.gone or any(folder in said.gone or folder in said.emptied for folder in above)
        if replaced or taken_away:
            del there[path]
    there.update(said.programs)


def _above(path: str) -> Iterator[str]:
    """Yield the folders of a path, the root, "", too."""
    while path:
        path = posixpath.dirname(path)
        yield path


def _together(there: dict[str, TakenFile | Unread]) -> list[TakenProgram]:
    """Return programs by their names, in order; one file under several names is one program."""
    names: dict[int, list[str]] = {}
    for path, taken in sorted(there.items(), key=lambda item: item[0]):
        names.setdefault(id(taken), []).append(path)
    return [TakenProgram(path=first, taken=there[first], also=tuple(rest)) for first, *rest in names.values()]
