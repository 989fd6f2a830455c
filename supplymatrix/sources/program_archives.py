"""Programs in an archive or in the folder of an image layout: tar files, packed or not, and the images in them.

A tar file that is an image layout is read as one; any other as the files that it has. A packed file that is no tar may
be a program itself.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from supplymatrix.errors import Diagnostic, InputError
from supplymatrix.gomod.read_at import ReadAt
from supplymatrix.model.value import value
from supplymatrix.sources.image_layouts import BlobMissingError, Blobs, Image, LayoutFault, find_images, is_layout
from supplymatrix.sources.image_programs import ImageReader, TakenProgram, inner_name
from supplymatrix.sources.pread import open_at
from supplymatrix.sources.program_files import (
    HEAD,
    MEMBER_LIMIT,
    FilePart,
    Room,
    TakenFile,
    Unread,
    copied,
    is_program,
    reason_of,
    take_entry,
    take_part,
)
from supplymatrix.sources.streams import Budget, PlainStream, Stream, packing_of, unpacked
from supplymatrix.sources.tar_reader import EntryKind, is_tar, read_tar

__all__ = ["ARCHIVE_LIMIT", "Archive", "InImage", "is_archive", "read_archive", "read_layout_folder"]

ARCHIVE_LIMIT = 1 << 40
"""Bytes of an archive as it lies there."""
UNPACKED_LIMIT = 32 << 30
"""Bytes that one archive may unpack to, its layers together."""
_TAR_HEAD = 512
_LAYOUT_NAMES = 200_000


@value
class InImage:
    """A program of an image. image: its manifest's digest; label: what tells the image from others of the archive, ""
    where there is but one."""

    program: TakenProgram
    image: str = ""
    label: str = ""


@dataclass(slots=True)
class Archive:
    """What an archive has. programs: in order. files: plain files in it. fault: why it was not read to its end, "" when
    it was. faults: of an image layout. images: how many; 0 for a tar of files. notes: sentences. is_packed_file: it is
    one packed file, and no tar."""

    programs: list[InImage] = field(default_factory=list)
    files: int = 0
    fault: str = ""
    faults: list[LayoutFault] = field(default_factory=list)
    images: int = 0
    notes: list[str] = field(default_factory=list)
    is_packed_file: bool = False


def is_archive(head: bytes) -> bool:
    """Return whether a file is a tar or packed. head: its first 512 bytes."""
    return bool(packing_of(head)) or is_tar(head)


def read_archive(file: ReadAt, room: Room) -> Archive:
    """Return the programs of a tar file or a packed file. room: for what is kept. Raises OSError as the file does."""
    archive, budget = Archive(), Budget(UNPACKED_LIMIT)
    try:
        stream, kind = _stream(file, budget)
        if kind and not _is_packed_tar(file):
            _single(stream, archive, room)
            return archive
        index = _walk(stream, archive, room)
        if is_layout(index):
            archive.programs, archive.files = [], 0
            _read_layout_tar(file, index, archive, room)
    except InputError as err:
        archive.fault = reason_of(err)
    return archive


def read_layout_folder(root: str, room: Room) -> Archive:
    """Return the programs of the images in a folder that is an OCI image layout."""
    archive = Archive()
    try:
        _read_images(_FolderBlobs(root), archive, Budget(UNPACKED_LIMIT), room)
    except (InputError, OSError) as err:
        archive.fault = reason_of(err)
    return archive


def _stream(file: ReadAt, budget: Budget) -> tuple[Stream, str]:
    """Return the bytes of a file, unpacked where it is packed, and in which form it is."""
    kind = packing_of(file.read_at(0, min(HEAD, file.size)))
    plain = PlainStream(file)
    return (unpacked(plain, kind, budget) if kind else plain), kind


def _is_packed_tar(file: ReadAt) -> bool:
    """Return whether what a packed file unpacks to begins as a tar file."""
    stream, _ = _stream(file, Budget(UNPACKED_LIMIT))
    return is_tar(stream.read(_TAR_HEAD))


def _single(stream: Stream, archive: Archive, room: Room) -> None:
    """Read one packed file."""
    archive.files, archive.is_packed_file = 1, True
    head = stream.read(HEAD)
    if not is_program(head):
        return
    with copied(stream.read, MEMBER_LIMIT, head) as (file, digest):
        taken = room.admit(take_part(file, digest))
    if taken is not None:
        archive.programs = [InImage(program=TakenProgram(path="", taken=taken))]


def _walk(stream: Stream, archive: Archive, room: Room) -> dict[str, tuple[int, int] | str]:
    """Read the programs of a tar file as it goes by. Returns the places of the files that a layout of images may be of:
    offset and size, or the name that a link leads to."""
    index: dict[str, tuple[int, int] | str] = {}
    taken: dict[str, TakenFile | Unread] = {}
    names: dict[int, list[str]] = {}
    try:
        for entry in read_tar(stream):
            name = inner_name(entry.name)
            found: TakenFile | Unread | None = None
            if entry.kind is EntryKind.FILE:
                archive.files += 1
                if len(index) < _LAYOUT_NAMES and _is_of_layout(name):
                    index[name] = (entry.place if entry.place is not None else -1, entry.size)
                found = room.admit(take_entry(entry, stream))
            elif entry.kind is EntryKind.HARD_LINK:
                found = taken.get(inner_name(entry.link))
            elif entry.kind is EntryKind.LINK and len(index) < _LAYOUT_NAMES and _is_of_layout(name):
                index[name] = inner_name(os.path.join(os.path.dirname(name), entry.link))  # noqa: PTH118, PTH120
            taken.pop(name, None)
            if found is not None:
                taken[name] = found
    finally:
        for name, one in sorted(taken.items(), key=lambda item: item[0]):
            names.setdefault(id(one), []).append(name)
        archive.programs = [
            InImage(program=TakenProgram(path=first, taken=taken[first], also=tuple(rest)))
            for first, *rest in names.values()
        ]
    return index


def _is_of_layout(name: str) -> bool:
    return (
        name in ("oci-layout", "index.json", "manifest.json")
        or name.startswith("blobs/")
        or name.endswith((".json", ".tar", ".tar.gz"))
    )


def _read_layout_tar(file: ReadAt, index: dict[str, tuple[int, int] | str], archive: Archive, room: Room) -> None:
    """Read the images in a tar file, which is unpacked to a temporary file first where it is packed."""
    budget = Budget(UNPACKED_LIMIT)
    stream, kind = _stream(file, budget)
    if not kind:
        _read_images(_TarBlobs(file, index), archive, budget, room)
        return
    with copied(stream.read, UNPACKED_LIMIT) as (whole, _):
        places: dict[str, tuple[int, int] | str] = {
            name: place for name, place in index.items() if isinstance(place, str)
        }
        for entry in read_tar(PlainStream(whole)):
            if entry.kind is EntryKind.FILE and entry.place is not None and (name := inner_name(entry.name)) in index:
                places[name] = (entry.place, entry.size)
        _read_images(_TarBlobs(whole, places), archive, budget, room)


def _read_images(blobs: Blobs, archive: Archive, budget: Budget, room: Room) -> None:
    images, archive.faults, archive.notes = find_images(blobs)
    archive.images = len(images)
    reader = ImageReader(blobs, budget, room)
    labels = _labels(images)
    for image, label in zip(images, labels, strict=True):
        found = reader.read(image)
        archive.files += found.files
        archive.programs += [InImage(program=one, image=image.digest, label=label) for one in found.programs]
        if found.hidden:
            shown = ", ".join(found.hidden[:3]) + (", …" if len(found.hidden) > 3 else "")
            where = f" of {label}" if label else ""
            archive.notes.append(f"Go programs{where} that later layers hide were left out: {shown}")
    archive.faults += reader.faults


def _labels(images: list[Image]) -> list[str]:
    """Return for each image what tells it from the others."""
    if len(images) == 1:
        return [""]
    platforms = [image.platform for image in images]
    if all(platforms) and len(set(platforms)) == len(images):
        return platforms
    named = [" ".join(filter(None, (image.name, image.platform))) for image in images]
    if all(named) and len(set(named)) == len(images):
        return named
    return [" ".join(filter(None, (name, image.digest[:19]))) for name, image in zip(named, images, strict=True)]


class _TarBlobs:
    """The files of a layout in a tar file that is not packed."""

    def __init__(self, file: ReadAt, index: dict[str, tuple[int, int] | str]) -> None:
        self._file = file
        self._index = index

    def has(self, name: str) -> bool:
        return self._place(name) is not None

    @contextmanager
    def open(self, name: str) -> Iterator[ReadAt]:
        place = self._place(name)
        if place is None:
            raise BlobMissingError(Diagnostic(message="it is not in the archive"))
        offset, size = place
        if offset < 0 or offset + size > self._file.size:
            raise InputError(Diagnostic(message="it does not lie in one piece in the archive"))
        yield FilePart(self._file, offset, size)

    def _place(self, name: str) -> tuple[int, int] | None:
        """Return where a file lies; links lead to others a few times at most."""
        for _ in range(8):
            found = self._index.get(name)
            if not isinstance(found, str):
                return found
            name = found
        return None


class _FolderBlobs:
    """The files of a layout in a folder. Nothing outside of the folder is opened."""

    def __init__(self, root: str) -> None:
        self._root = Path(root)

    def has(self, name: str) -> bool:
        path = self._path(name)
        return path is not None and os.path.lexists(path)

    @contextmanager
    def open(self, name: str) -> Iterator[ReadAt]:
        path = self._path(name)
        if path is None or not os.path.lexists(path):
            raise BlobMissingError(Diagnostic(message="it is not in the folder"))
        with open_at(path, limit=ARCHIVE_LIMIT, links=False) as file:
            yield file

    def _path(self, name: str) -> Path | None:
        return self._root / name if name and inner_name(name) == name and "\0" not in name else None
