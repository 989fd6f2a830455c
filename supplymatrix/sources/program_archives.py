"""Programs in an archive or in the folder of an image layout: tar files, packed or not, and the images in them.

A tar file that is an image layout is read as one; any other as the files that it has. A packed file that is no tar may
be a program itself.
"""

from __future__ import annotations

import posixpath
from dataclasses import dataclass, field
from typing import NamedTuple

from supplymatrix.errors import InputError
from supplymatrix.gomod.executable_formats import is_program
from supplymatrix.gomod.read_at import ReadAt
from supplymatrix.model.value import changed, value
from supplymatrix.sources.archive_links import ArchiveTree, inner_name
from supplymatrix.sources.containers import PACKED_HEAD, TAR_HEAD, container_of, hides_programs, is_archive
from supplymatrix.sources.image_layouts import (
    DOCUMENT_LIMIT,
    Image,
    LayoutFault,
    find_images,
    is_saved_list,
)
from supplymatrix.sources.image_programs import ImageReader, TakenProgram, lost_links, together
from supplymatrix.sources.layout_blobs import ARCHIVE_LIMIT, FolderBlobs, TarBlobs
from supplymatrix.sources.program_files import (
    HEAD,
    MEMBER_LIMIT,
    Room,
    TakenFile,
    Unread,
    copied,
    entry_file,
    reason_of,
    take_entry,
    take_part,
    unfit,
)
from supplymatrix.sources.streams import Budget, PlainStream, Stream, packing_of, unpacked
from supplymatrix.sources.tar_reader import EntryKind, TarEntry, is_tar, read_tar

__all__ = [
    "ARCHIVE_LIMIT", "Archive", "InImage", "is_layout_folder", "read_archive", "read_layout_folder",
    "unpacking_budget",
]  # fmt: skip

UNPACKED_LIMIT = 32 << 30
"""Bytes that one archive may unpack to, its layers together."""
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
    """What an archive has. programs: in order. files: plain files in it, those aside that make it an image. fault: why
    it was not read to its end, "" when it was. faults: of parts of it. images: how many; 0 for a tar of files. notes:
    sentences. is_packed_file: it is one packed file, and no tar. unopened: archives in it that were not looked into.
    looked: digests of the images that were looked into; unpacked: of their layers, with what each unpacks to."""

    programs: list[InImage] = field(default_factory=list)
    files: int = 0
    fault: str = ""
    faults: list[LayoutFault] = field(default_factory=list)
    images: int = 0
    notes: list[str] = field(default_factory=list)
    is_packed_file: bool = False
    unopened: list[str] = field(default_factory=list)
    looked: list[str] = field(default_factory=list)
    unpacked: dict[str, str] = field(default_factory=dict)


@dataclass(slots=True)
class _Walked:
    """What one pass over a tar told. index: the places of files that a layout of images may be of: offset and size, or
    the name that a link leads to. saved: the text of manifest.json. inner: names of archives in it."""

    index: dict[str, tuple[int, int] | str] = field(default_factory=dict)
    saved: bytes = b""
    inner: set[str] = field(default_factory=set)

    @property
    def is_layout(self) -> bool:
        return ("oci-layout" in self.index and "index.json" in self.index) or is_saved_list(self.saved)


class _Rest(NamedTuple):
    """How much may still be read: `read_archive` tells."""

    room: Room
    budget: Budget
    deep: int


def unpacking_budget() -> Budget:
    """Return the bytes that one archive, or all those of one folder, may unpack to."""
    return Budget(UNPACKED_LIMIT)


def read_archive(file: ReadAt, room: Room, *, budget: Budget | None = None, deep: int = 1) -> Archive:
    """Return the programs of a tar file or a packed file. room: for what is kept. budget: of what it unpacks to, shared
    with others. deep: how many archives inside of each other are opened in it. Raises OSError as the file does."""
    archive, budget = Archive(), budget or unpacking_budget()
    try:
        stream, kind = _stream(file, budget)
        if kind and not _is_packed_tar(file):
            _single(stream, archive, room)
            return archive
        walked = _walk(stream, archive, room)
        used = _read_layout_tar(file, walked, archive, budget, room) if walked.is_layout else set()
        inner = walked.inner - used
        if deep and inner:
            _open_inner(file, inner, archive, _Rest(room, budget, deep - 1))
        else:
            archive.unopened += sorted(inner)
    except InputError as err:
        archive.fault = reason_of(err)
    return archive


def read_layout_folder(root: str, room: Room) -> tuple[Archive, set[str]]:
    """Return the programs of the images in a folder that is an image layout, and which of its files were read as that:
    names below it."""
    archive, blobs = Archive(), FolderBlobs(root)
    try:
        _read_images(blobs, archive, unpacking_budget(), room)
    except (InputError, OSError) as err:
        archive.fault = reason_of(err)
    return archive, blobs.used


def is_layout_folder(root: str) -> bool:
    """Return whether a folder is an image layout. Raises OSError where that cannot be read."""
    blobs = FolderBlobs(root)
    if blobs.has("oci-layout") and blobs.has("index.json"):
        return True
    try:
        with blobs.open("manifest.json") as file:
            return file.size <= DOCUMENT_LIMIT and is_saved_list(file.read_at(0, file.size))
    except InputError:
        return False


def _stream(file: ReadAt, budget: Budget) -> tuple[Stream, str]:
    """Return the bytes of a file, unpacked where it is packed, and in which form it is."""
    kind = packing_of(file.read_at(0, min(HEAD, file.size)))
    plain = PlainStream(file)
    return (unpacked(plain, kind, budget) if kind else plain), kind


def _is_packed_tar(file: ReadAt) -> bool:
    """Return whether what a packed file unpacks to begins as a tar file."""
    stream, _ = _stream(file, unpacking_budget())
    return is_tar(stream.read(TAR_HEAD))


def _single(stream: Stream, archive: Archive, room: Room) -> None:
    """Read one packed file."""
    archive.files, archive.is_packed_file = 1, True
    head = stream.read(TAR_HEAD)
    if container_of(head):
        archive.unopened = ["what it unpacks to"]
    if not is_program(head):
        return
    with copied(stream.read, MEMBER_LIMIT, head) as (file, digest):
        taken = room.admit(take_part(file, digest, room.functions_in))
    if taken is not None:
        archive.programs = [InImage(program=TakenProgram(path="", taken=taken))]
        archive.notes.append("SHA-256 and size are those of the program that it unpacks to")


def _walk(stream: Stream, archive: Archive, room: Room) -> _Walked:
    """Read the programs of a tar file as it goes by."""
    walked, tree = _Walked(), ArchiveTree()
    taken: dict[str, TakenFile | Unread] = {}
    real: dict[str, TakenFile | Unread] = {}
    try:
        for entry in read_tar(stream):
            name = inner_name(entry.name)
            found: TakenFile | Unread | None = None
            if entry.kind is EntryKind.FILE:
                archive.files += 1
                found = _take_file(entry, stream, name, walked, room)
            elif entry.kind is EntryKind.HARD_LINK:
                found = tree.linked(name, entry.link, taken, real)
            _note(entry, name, tree, walked, is_program=found is not None)
            taken.pop(name, None)
            real.pop(tree.real(name), None)
            if found is not None:
                taken[name] = real[tree.real(name)] = found
    finally:
        archive.programs = [InImage(program=program) for program in together(taken)]
        archive.faults += lost_links(tree)
    return walked


def _take_file(entry: TarEntry, stream: Stream, name: str, walked: _Walked, room: Room) -> TakenFile | Unread | None:
    """Take a plain file of a tar, and note it where it may be of a layout, or an archive itself."""
    if len(walked.index) < _LAYOUT_NAMES and _is_of_layout(name):
        walked.index[name] = (entry.place if entry.place is not None else -1, entry.size)
    found = room.admit(take_entry(entry, stream, room))
    if found is None:
        head = entry.peek(TAR_HEAD)
        if hides_programs(entry.peek(PACKED_HEAD) if packing_of(head) else head):
            walked.inner.add(name)
        elif name == "manifest.json" and entry.size <= DOCUMENT_LIMIT:
            walked.saved = entry.read(entry.size)
    return found


def _note(entry: TarEntry, name: str, tree: ArchiveTree, walked: _Walked, *, is_program: bool) -> None:
    """Note what later hard links may lead to or go through."""
    if entry.kind is EntryKind.LINK:
        tree.add_link(name, entry.link)
        if len(walked.index) < _LAYOUT_NAMES and _is_of_layout(name):
            walked.index[name] = inner_name(posixpath.join(posixpath.dirname(name), entry.link))
    elif entry.kind is EntryKind.FOLDER:
        tree.add_folder(name)
    elif entry.kind is not EntryKind.HARD_LINK and not is_program:
        tree.add_file(name)


def _is_of_layout(name: str) -> bool:
    return (
        name in ("oci-layout", "index.json", "manifest.json")
        or name.startswith("blobs/")
        or name.endswith((".json", ".tar", ".tar.gz"))
    )


def _open_inner(file: ReadAt, names: set[str], archive: Archive, rest: _Rest) -> None:
    """Read archives that lie in a tar file."""
    stream, _ = _stream(file, rest.budget)
    for entry in read_tar(stream):
        name = inner_name(entry.name)
        if entry.kind is not EntryKind.FILE or name not in names:
            continue
        reason = unfit(entry, rest.room)
        if not is_archive(entry.peek(TAR_HEAD)):
            archive.unopened.append(name)
        elif reason:
            archive.faults.append(LayoutFault(what=name, reason=reason))
        else:
            with entry_file(entry, stream) as (inner, _):
                _add_inner(archive, name, read_archive(inner, rest.room, budget=rest.budget, deep=rest.deep))


def _add_inner(archive: Archive, name: str, inner: Archive) -> None:
    """Add what an archive has that lies in another one."""
    for one in inner.programs:
        place = f"{name} ({one.label})" if one.label else name
        named = changed(
            one.program,
            path=f"{place}: {one.program.path}" if one.program.path else place,
            also=tuple(f"{place}: {other}" for other in one.program.also),
        )
        archive.programs.append(InImage(program=named, image=one.image))
    archive.files += 0 if inner.is_packed_file else inner.files
    archive.images += inner.images
    archive.notes += [f"{name}: {note}" for note in inner.notes]
    archive.unopened += [f"{name}: {other}" for other in inner.unopened]
    archive.faults += [changed(fault, what=f"{name}: {fault.what}") for fault in inner.faults]
    if inner.fault:
        archive.faults.append(LayoutFault(what=name, reason=inner.fault))


def _read_layout_tar(file: ReadAt, walked: _Walked, archive: Archive, budget: Budget, room: Room) -> set[str]:
    """Read the images in a tar file, which is unpacked to a temporary file first where it is packed. Returns the files
    that are the images, which are none of the archive's own."""
    stream, kind = _stream(file, budget)
    if not kind:
        blobs = TarBlobs(file, walked.index)
        _read_images(blobs, archive, budget, room)
    else:
        with copied(stream.read, UNPACKED_LIMIT) as (whole, _):
            places = {name: place for name, place in walked.index.items() if isinstance(place, str)}
            index: dict[str, tuple[int, int] | str] = {**places}
            for entry in read_tar(PlainStream(whole)):
                name = inner_name(entry.name)
                if entry.kind is EntryKind.FILE and entry.place is not None and name in walked.index:
                    index[name] = (entry.place, entry.size)
            blobs = TarBlobs(whole, index)
            _read_images(blobs, archive, budget, room)
    archive.programs = [one for one in archive.programs if one.image or one.program.path not in blobs.used]
    archive.files -= len(blobs.used & {name for name, place in walked.index.items() if not isinstance(place, str)})
    return blobs.used


def _read_images(blobs: TarBlobs | FolderBlobs, archive: Archive, budget: Budget, room: Room) -> None:
    images, faults, notes = find_images(blobs)
    archive.faults += faults
    archive.notes += notes
    if not images:
        reason = "it has the form of a container image, and no image that can be looked into"
        archive.faults.append(LayoutFault(what="the image layout", reason=reason))
    archive.images = len(images)
    reader = ImageReader(blobs, budget, room)
    labels = _labels(images)
    for image, label in zip(images, labels, strict=True):
        found = reader.read(image)
        archive.files += found.files
        archive.programs += [InImage(program=one, image=image.digest, label=label) for one in found.programs]
        where = f" of {label}" if label else ""
        if found.hidden:
            shown = ", ".join(found.hidden[:3]) + (", …" if len(found.hidden) > 3 else "")
            archive.notes.append(f"Go programs{where} that later layers hide were left out: {shown}")
        if found.archives:
            archive.notes.append(f"archives in the layers{where} that were not opened: {found.archives:,}")
    archive.faults += reader.faults
    archive.looked = [image.digest for image in images]
    archive.unpacked = reader.unpacked


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
