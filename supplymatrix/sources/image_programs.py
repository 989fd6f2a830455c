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
from supplymatrix.gomod.executable_formats import is_program
from supplymatrix.gomod.read_at import ReadAt
from supplymatrix.model.value import value
from supplymatrix.sources.archive_links import ArchiveTree, inner_name
from supplymatrix.sources.containers import TAR_HEAD, container_of
from supplymatrix.sources.image_layouts import Blob, Blobs, Image, Layer, LayoutFault, digest_holds
from supplymatrix.sources.program_files import (
    HEAD,
    MEMBER_LIMIT,
    Room,
    TakenFile,
    Unread,
    copied,
    reason_of,
    take_entry,
    take_part,
)
from supplymatrix.sources.streams import Budget, PlainStream, Stream, packing_of, unpacked
from supplymatrix.sources.tar_reader import EntryKind, is_tar, read_tar

__all__ = ["ImagePrograms", "ImageReader", "TakenProgram", "lost_links", "together"]

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
    """What an image has. files: plain files of all its layers. hidden: programs of lower layers that are not in it.
    archives: files in its layers that may hold programs and were not opened."""

    programs: list[TakenProgram] = field(default_factory=list)
    files: int = 0
    hidden: list[str] = field(default_factory=list)
    archives: int = 0


@dataclass(slots=True)
class _Layer:
    """What one layer says: which names it takes away, what it puts where, and which of that is a program."""

    names: set[str] = field(default_factory=set)
    folders: set[str] = field(default_factory=set)
    gone: set[str] = field(default_factory=set)
    emptied: set[str] = field(default_factory=set)
    programs: dict[str, TakenFile | Unread] = field(default_factory=dict)


@value
class _Below:
    """What lies below a layer. programs: of the layers below it; tree: links and files of them, and of itself."""

    programs: dict[str, TakenFile | Unread]
    tree: ArchiveTree


class ImageReader:
    """Reads the images of one layout. budget: of bytes that its layers may unpack to; room: for what is kept. faults:
    of blobs, so far. unpacked: digests of layers, with those of what they unpack to, as it was read."""

    def __init__(self, blobs: Blobs, budget: Budget, room: Room) -> None:
        self._room = room
        self._blobs = blobs
        self._budget = budget
        self._checked: dict[tuple[str, str], bool] = {}
        self.faults: list[LayoutFault] = []
        self.unpacked: dict[str, str] = {}

    def read(self, image: Image) -> ImagePrograms:
        """Return the programs of an image; a layer that cannot be read to its end is a fault."""
        found = ImagePrograms()
        there: dict[str, TakenFile | Unread] = {}
        every: dict[str, str] = {}
        tree = ArchiveTree()
        for layer in image.layers:
            said = _Layer()
            try:
                self._read_layer(layer, _Below(programs=there, tree=tree), said, found)
            except (InputError, OSError, ValueError) as err:
                self._fault(layer.blob.name, reason_of(err))
            _lay_on(there, said)
            for path, taken in said.programs.items():
                if isinstance(taken, TakenFile):
                    every.setdefault(taken.sha256, path)
        shown = {taken.sha256 for taken in there.values() if isinstance(taken, TakenFile)}
        for fault in lost_links(tree):
            self._fault(fault.what, fault.reason)
        found.hidden = sorted(path for digest, path in every.items() if digest not in shown)
        found.programs = together(there)
        return found

    def _fault(self, what: str, reason: str, *, is_forged: bool = False) -> None:
        fault = LayoutFault(what=what, reason=reason, is_forged=is_forged)
        if fault not in self.faults:
            self.faults.append(fault)

    def _read_layer(self, layer: Layer, below: _Below, said: _Layer, found: ImagePrograms) -> None:
        with self._blobs.open(layer.blob.name) as file:
            is_named = self._hold_against(file, layer.blob, layer.blob.digest) and bool(layer.blob.digest)
            kind = packing_of(file.read_at(0, min(HEAD, file.size)))
            if not layer.is_layer and not is_tar(self._stream(file, kind).read(TAR_HEAD)):
                self._take_single(self._stream(file, kind), layer, said, found)
                return
            if not kind:
                is_diff = self._hold_against(file, layer.blob, layer.diff)
                self._entries(PlainStream(file), below, said, found)
                if is_named:
                    self.unpacked[layer.blob.digest] = (layer.diff if is_diff else "") or layer.blob.digest
                return
            stream = unpacked(PlainStream(file), kind, self._budget)
            if not layer.diff:
                self._entries(stream, below, said, found)
                return
            hashed = _Hashed(stream, layer.diff)
            self._entries(hashed, below, said, found)
            digest = hashed.digest()
            if is_named:
                self.unpacked[layer.blob.digest] = digest
            if digest != layer.diff:
                self._forged(layer.blob, layer.diff)

    def _stream(self, file: ReadAt, kind: str) -> Stream:
        return unpacked(PlainStream(file), kind, self._budget) if kind else PlainStream(file)

    def _hold_against(self, file: ReadAt, blob: Blob, digest: str) -> bool:
        """Return whether a blob is what a digest says, and note one that is not; each is hashed once."""
        if not digest:
            return True
        if (blob.name, digest) not in self._checked:
            self._checked[blob.name, digest] = digest_holds(file, digest)
            if not self._checked[blob.name, digest]:
                self._forged(blob, digest)
        return self._checked[blob.name, digest]

    def _forged(self, blob: Blob, digest: str) -> None:
        self._fault(blob.name, f"it is not what its digest {digest} says", is_forged=True)

    def _entries(self, stream: Stream, below: _Below, said: _Layer, found: ImagePrograms) -> None:
        matters = {name for path in below.programs for name in (path, *_above(path))}
        tree = below.tree
        real = {tree.real(path): taken for path, taken in below.programs.items()}
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
                taken = self._room.admit(take_entry(entry, stream, self._room))
                head = entry.peek(TAR_HEAD)
                found.archives += taken is None and (bool(container_of(head)) or is_tar(head))
            elif entry.kind is EntryKind.HARD_LINK:
                taken = tree.linked(path, entry.link, said.programs, below.programs, real)
            elif entry.kind is EntryKind.LINK:
                tree.add_link(path, entry.link)
            elif entry.kind is EntryKind.FOLDER:
                tree.add_folder(path)
            if taken is not None:
                said.programs[path] = real[tree.real(path)] = taken
            elif entry.kind in (EntryKind.FILE, EntryKind.OTHER):
                tree.add_file(path)

    def _take_single(self, stream: Stream, layer: Layer, said: _Layer, found: ImagePrograms) -> None:
        """Take a blob that is a single file, as artifacts have them, where it is a program. What is neither that nor a
        text may hold anything."""
        head = stream.read(TAR_HEAD)
        if not is_program(head):
            if not _is_text(head):
                self._fault(layer.blob.name, f"it is of the unknown kind {layer.kind[:80]!r}, and was not looked into")
            return
        found.files += 1
        with copied(stream.read, MEMBER_LIMIT, head) as (file, digest):
            taken = self._room.admit(take_part(file, digest, self._room.functions_in))
        if taken is not None:
            said.programs[inner_name(layer.title) or layer.blob.name] = taken


def _is_text(head: bytes) -> bool:
    """Return whether bytes begin as a text does, in UTF-8; a character may be cut at their end."""
    return b"\0" not in head and "\ufffd" not in head.decode("utf-8", "replace")[:-1]


class _Hashed:
    """A stream all of whose bytes are hashed on their way, as another digest was made."""

    def __init__(self, stream: Stream, digest: str) -> None:
        self._stream = stream
        self._algorithm = "sha512" if digest.startswith("sha512:") else "sha256"
        self._hash = hashlib.new(self._algorithm)

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
        return f"{self._algorithm}:{self._hash.hexdigest()}"


def lost_links(tree: ArchiveTree) -> list[LayoutFault]:
    """Return that hard links lead to nothing, as one fault; none where all lead to a file."""
    if not tree.lost:
        return []
    more = f", and {len(tree.lost) - 1:,} more such links" if len(tree.lost) > 1 else ""
    return [LayoutFault(what=f"{tree.lost[0]}{more}", reason="what it leads to is not there")]


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


def together(there: dict[str, TakenFile | Unread]) -> list[TakenProgram]:
    """Return programs by their names, in order; one file under several names is one program."""
    names: dict[int, list[str]] = {}
    for path, taken in sorted(there.items(), key=lambda item: item[0]):
        names.setdefault(id(taken), []).append(path)
    return [TakenProgram(path=first, taken=there[first], also=tuple(rest)) for first, *rest in names.values()]
