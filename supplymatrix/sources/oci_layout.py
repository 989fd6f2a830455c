"""An image layout on disk as a place that answers what a search for signatures asks: a folder, or a tar file.

    with open_layout(Path("image.tar.gz")) as layout:
        for image in layout.images:
            found = drive_layout(find_signatures(reference_of(image)), layout)

What is answered to:

    a tag      entries of index.json with that ref.name; those that `cosign save` marks as the signatures of an image
    a digest   blobs/<algorithm>/<digest>, held against its name
    referrers  all manifests among the blobs that have the image as their subject: `cosign save` leaves bundles there
               without a word in index.json; and what the list under the fallback tag names

Of a tar file nothing is unpacked to the disk under its name; of a packed one, what may be a signature is kept.

Source: OCI image specification 1.1, image-layout.md; sigstore/cosign pkg/oci/layout (annotation `kind`).
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import tempfile
from collections.abc import Callable, Generator, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import IO, TypeVar

from supplymatrix.documents.image_json import JsonDoubtError, read_manifest
from supplymatrix.errors import Diagnostic, InputError
from supplymatrix.model.oci import (
    MANIFEST_LIMIT,
    GetBlob,
    GetManifest,
    OciAbsent,
    OciAnswer,
    OciAsk,
    OciBytes,
    OciForged,
    OciUnavailable,
)
from supplymatrix.model.value import value
from supplymatrix.sources.archive_links import inner_name
from supplymatrix.sources.containers import TAR_HEAD, container_of
from supplymatrix.sources.image_layouts import (
    DOCUMENT_LIMIT,
    SAVED_LIST,
    BlobMissingError,
    Blobs,
    find_images,
    is_saved_list,
)
from supplymatrix.sources.layout_blobs import ARCHIVE_LIMIT, FolderBlobs, TarBlobs
from supplymatrix.sources.pread import open_at
from supplymatrix.sources.streams import Budget, PlainStream, Stream, packing_of, unpacked
from supplymatrix.sources.tar_reader import EntryKind, TarEntry, is_tar, read_tar

__all__ = ["LayoutImage", "LayoutSource", "drive_layout", "open_layout"]

T = TypeVar("T")

MAX_ENTRIES = 10_000
"""Entries of index.json."""
MAX_SCANNED = 20_000
"""Blobs that are looked at for one that refers to an image."""
_SCANNED_SIZE = 256 << 10
_SCANNED_BYTES = 128 << 20
_NAMES = 200_000
_KEPT_SIZE = 32 << 20
_KEPT_ANY = 1 << 20
_KEPT_BYTES = 2 << 30
_UNPACKED = 32 << 30
_IN_MEMORY = 16 << 20
_REF_NAME = "org.opencontainers.image.ref.name"
_FULL_NAME = "io.containerd.image.name"
_KIND = "kind"
_IMAGE_KINDS = ("dev.cosignproject.cosign/image", "dev.cosignproject.cosign/imageIndex")
_BESIDE_KINDS = {"dev.cosignproject.cosign/sigs": ".sig", "dev.cosignproject.cosign/atts": ".att"}
_BESIDE_TAG = re.compile(r"(sha256-[0-9a-f]{64}|sha512-[0-9a-f]{64,128})(?:\.sig|\.att|\.sbom)?")
_DIGEST = re.compile(r"sha256:[0-9a-f]{64}|sha512:[0-9a-f]{128}")
_INDEX = "application/vnd.oci.image.index.v1+json"
_SAVED = "`docker save` wrote it, and not in the form in which a registry has the image: no signature is over that"


class _TooLongError(InputError):
    """A file has more bytes than are read of it."""


@value
class LayoutImage:
    """An image, or an index of images, that index.json names. tag: its ref.name, "" for none; name: a full name that
    containerd noted, "" for none."""

    digest: str
    tag: str
    name: str
    media_type: str


class LayoutSource:
    """A layout. place: as the user named it. images: what it has, in order. missing: what could not be looked at, as
    (what, reason). is_docker_save: docker wrote it, besides. notes: sentences. forged: small blobs that are not what
    their names say, found while looking for those that refer to an image; and what docker would read in it that
    index.json does not have."""

    def __init__(self, blobs: Blobs, place: str, names: Callable[[], Iterable[tuple[str, int]]]) -> None:
        self.place = place
        self.is_docker_save = blobs.has(SAVED_LIST)
        self.missing: list[tuple[str, str]] = []
        self.forged: list[OciForged] = []
        self._blobs = blobs
        self._names = names
        self._subjects: dict[str, list[Mapping[str, object]]] | None = None
        self._tags: dict[str, dict[str, str]] = {}
        entries = self._entries()
        self._note_tags(entries)
        self.images = self._images(entries)
        self.notes = tuple(self._strangers())
        if self.is_docker_save:
            self._hold_against_saved()

    def answer(self, ask: OciAsk) -> OciAnswer:
        """Return what the layout has to say to a question."""
        if isinstance(ask, GetBlob):
            return self._blob(ask.digest, ask.limit)
        if isinstance(ask, GetManifest):
            return self._manifest(ask.reference)
        return self._referrers(ask.digest)

    def _entries(self) -> list[Mapping[str, object]]:
        """Return the entries of index.json. Raises InputError."""
        if not self._blobs.has("index.json") or not self._blobs.has("oci-layout"):
            raise self._no_layout()
        document = self._document("index.json")
        version = self._document("oci-layout").get("imageLayoutVersion")
        if version != "1.0.0":
            message = "oci-layout names another version of image layouts"
            raise InputError(
                Diagnostic(message=message, artifact=self.place, seen=str(version)[:40], expected='"1.0.0"')
            )
        rows = _rows(document.get("manifests"))
        if len(rows) > MAX_ENTRIES:
            message = f"index.json has {len(rows):,} entries"
            raise InputError(Diagnostic(message=message, artifact=self.place, expected=f"at most {MAX_ENTRIES:,}"))
        return [row for row in rows if _DIGEST.fullmatch(_text(row.get("digest")))]

    def _hold_against_saved(self) -> None:
        """Note what docker would read in it and index.json does not have. Raises InputError where that is not known."""
        _, faults, _ = find_images(self._blobs)
        for fault in faults:
            if fault.what != SAVED_LIST:
                continue
            if not fault.is_forged:
                message = f"{SAVED_LIST}, which docker reads: {fault.reason}"
                raise InputError(Diagnostic(message=message, artifact=self.place))
            says = f"{SAVED_LIST}: {fault.reason}"
            self.forged.append(OciForged(wanted="", found="", source=self.place, says=says))

    def _document(self, name: str) -> Mapping[str, object]:
        """Return a file that must be there, as an object of JSON. Raises InputError."""
        try:
            found = read_manifest(self._bytes(name, DOCUMENT_LIMIT))
        except JsonDoubtError as err:
            message = f"{name} of the image layout may be taken for something else: {err}"
            raise InputError(Diagnostic(message=message, artifact=self.place)) from err
        except OSError as err:
            message = f"{name} of the image layout cannot be read: {err.strerror or err}"
            raise InputError(Diagnostic(message=message, artifact=self.place)) from err
        except ValueError as err:
            message = f"{name} of the image layout cannot be used: {err}"
            raise InputError(Diagnostic(message=message, artifact=self.place)) from err
        return found

    def _no_layout(self) -> InputError:
        """Return what to say of a folder or tar file that has no layout."""
        message, remedy = "it is no image layout: oci-layout or index.json is not there", ""
        try:
            if self.is_docker_save and is_saved_list(self._bytes(SAVED_LIST, DOCUMENT_LIMIT)):
                message, remedy = _SAVED, "name the image of the registry, or what `cosign save` made of it"
        except (InputError, OSError):
            pass
        return InputError(Diagnostic(message=message, artifact=self.place, remedy=remedy))

    def _note_tags(self, entries: list[Mapping[str, object]]) -> None:
        """Note which digests tags lead to, those included that `cosign save` does not write and means."""
        image = next((digest for digest, kind in map(_kind, entries) if kind in _IMAGE_KINDS), "")
        for row in entries:
            digest, kind = _kind(row)
            image = digest if kind in _IMAGE_KINDS else image
            notes = _table(row.get("annotations"))
            names = [_text(notes.get(_REF_NAME)), _text(notes.get(_FULL_NAME))]
            if kind in _BESIDE_KINDS and image:
                names.append(image.replace(":", "-", 1) + _BESIDE_KINDS[kind])
            for name in filter(None, names):
                self._tags.setdefault(name, {})[digest] = _text(row.get("mediaType"))

    def _images(self, entries: list[Mapping[str, object]]) -> tuple[LayoutImage, ...]:
        """Return the images: no signature, no list of referrers, nothing that refers to another manifest."""
        found: dict[tuple[str, str], LayoutImage] = {}
        for row in entries:
            digest, kind = _kind(row)
            notes = _table(row.get("annotations"))
            tag = _text(notes.get(_REF_NAME))
            if kind in _BESIDE_KINDS or _BESIDE_TAG.fullmatch(tag) or (not tag and self._refers(digest)):
                continue
            image = LayoutImage(
                digest=digest, tag=tag, name=_text(notes.get(_FULL_NAME)), media_type=_text(row.get("mediaType"))
            )
            found.setdefault((digest, tag), image)
        return tuple(found.values())

    def _strangers(self) -> Iterator[str]:
        """Yield a sentence for each image of which index.json has signatures and which is not there itself."""
        for tag in sorted(self._tags):
            found = _BESIDE_TAG.fullmatch(tag)
            digest = found[1].replace("-", ":", 1) if found else ""
            if tag.endswith(".sig") and digest and not self._blobs.has(_path(digest)):
                yield f"the layout has signatures of {digest}, which is not in it: they sign none of its images"

    def _refers(self, digest: str) -> bool:
        """Return whether a manifest refers to another one."""
        try:
            return bool(_subject(self._bytes(_path(digest), MANIFEST_LIMIT)))
        except (InputError, OSError):
            return False

    def _manifest(self, reference: str) -> OciAnswer:
        if _DIGEST.fullmatch(reference):
            return self._blob(reference, MANIFEST_LIMIT)
        found = self._tags.get(reference, {})
        if not found:
            return OciAbsent(source=self.place)
        if len(found) > 1:
            return OciUnavailable(reason=f"index.json has {len(found)} entries with the name {reference[:100]}")
        ((digest, media_type),) = found.items()
        return self._blob(digest, MANIFEST_LIMIT, media_type)

    def _blob(self, digest: str, limit: int, media_type: str = "") -> OciAnswer:
        if not _DIGEST.fullmatch(digest):
            return OciUnavailable(reason="this is no digest by which a blob can be found")
        try:
            data = self._bytes(_path(digest), limit)
        except BlobMissingError:
            return OciAbsent(source=self.place)
        except InputError as err:
            is_too_long = isinstance(err, _TooLongError)
            return OciUnavailable(reason=err.diagnostics[0].message, is_too_long=is_too_long, source=self.place)
        except OSError as err:
            return OciUnavailable(reason=str(err.strerror or err))
        found = _digest_as(digest, data)
        if found != digest:
            return OciForged(wanted=digest, found=found, source=self.place)
        return OciBytes(data=data, digest=digest, media_type=media_type, source=self.place)

    def _bytes(self, name: str, limit: int) -> bytes:
        """Return a file of the layout. Raises InputError, also for one that is too long, and OSError."""
        with self._blobs.open(name) as file:
            if file.size > limit:
                message = f"it has {file.size:,} bytes, more than the {limit:,} that are read of it"
                raise _TooLongError(Diagnostic(message=message, artifact=self.place))
            return file.read_at(0, file.size)

    def _referrers(self, digest: str) -> OciAnswer:
        """Return a list made up of all that refers to a manifest."""
        rows = list(self._scanned().get(digest, ()))
        algorithm, _, text = digest.partition(":")
        answer = self._manifest(f"{algorithm}-{text[:64]}")
        if isinstance(answer, OciForged | OciUnavailable):
            return answer
        if isinstance(answer, OciBytes) and answer.digest != digest:
            try:
                document = read_manifest(answer.data)
            except ValueError:
                return answer
            named = _rows(document.get("manifests"))
            known = {_text(row.get("digest")) for row in named}
            rows = [*named, *(row for row in rows if row["digest"] not in known)]
        made = json.dumps({"schemaVersion": 2, "mediaType": _INDEX, "manifests": rows}).encode("ascii")
        return OciBytes(
            data=made, digest=f"sha256:{hashlib.sha256(made).hexdigest()}", media_type=_INDEX, source=self.place
        )

    def _scanned(self) -> dict[str, list[Mapping[str, object]]]:
        """Return all manifests that refer to others, by what they refer to. They are looked for once."""
        if self._subjects is not None:
            return self._subjects
        self._subjects = {}
        budget = _SCANNED_BYTES
        for number, (name, size) in enumerate(self._names()):
            if number == MAX_SCANNED or budget < 0:
                reason = f"it has more blobs than the {MAX_SCANNED:,} that are looked at"
                self.missing.append(("signatures that index.json does not name", reason))
                break
            digest = _digest_of(name)
            if not digest or size > _SCANNED_SIZE:
                continue
            budget -= size
            try:
                data = self._bytes(name, _SCANNED_SIZE)
            except (InputError, OSError):
                continue  # whoever names it will be told
            found = _digest_as(digest, data)
            if found != digest:
                self.forged.append(OciForged(wanted=digest, found=found, source=self.place))
            subject = _subject(data)
            if subject:
                row = {"mediaType": "application/vnd.oci.image.manifest.v1+json", "digest": digest, "size": len(data)}
                self._subjects.setdefault(subject, []).append(row)
        return self._subjects


def drive_layout(search: Generator[tuple[OciAsk, ...], tuple[OciAnswer, ...], T], layout: LayoutSource) -> T:
    """Return what a search in a layout comes to. Raises what the search raises."""
    try:
        asks = next(search)
        while True:
            asks = search.send(tuple(map(layout.answer, asks)))
    except StopIteration as done:
        found: T = done.value
        return found
    finally:
        search.close()


@contextmanager
def open_layout(path: Path) -> Iterator[LayoutSource]:
    """Open a layout: a folder, or a tar file, packed or not. Raises InputError for what is none or cannot be read."""
    place = path.as_posix()
    try:
        if path.is_dir():
            yield LayoutSource(FolderBlobs(str(path)), place, lambda: _folder_names(path))
            return
        with open_at(path, limit=ARCHIVE_LIMIT) as file:
            head = file.read_at(0, min(TAR_HEAD, file.size))
            kind = packing_of(head[:8])
            if not kind and not is_tar(head):
                what = container_of(head) or "no tar file"
                raise InputError(Diagnostic(message=f"it is no image layout: it is {what}", artifact=place))
            index: dict[str, tuple[int, int] | str] = {}
            if not kind:
                _read_index(PlainStream(file), index, lambda entry: entry.place, place)
                yield _of_tar(TarBlobs(file, _below_root(index)), place, _below_root(index))
                return
            with tempfile.SpooledTemporaryFile(max_size=_IN_MEMORY) as kept:
                keeper = _Keeper(kept)
                _read_index(unpacked(PlainStream(file), kind, Budget(_UNPACKED)), index, keeper.keep, place)
                yield _of_tar(TarBlobs(keeper, _below_root(index)), place, _below_root(index))
    except OSError as err:
        message = f"the image layout cannot be read: {err.strerror or err}"
        raise InputError(Diagnostic(message=message, artifact=place)) from err


def _of_tar(blobs: TarBlobs, place: str, index: Mapping[str, tuple[int, int] | str]) -> LayoutSource:
    sizes = [(name, found[1]) for name, found in sorted(index.items()) if not isinstance(found, str)]
    return LayoutSource(blobs, place, lambda: sizes)


def _read_index(
    stream: Stream, index: dict[str, tuple[int, int] | str], place_of: Callable[[TarEntry], int | None], artifact: str
) -> None:
    """Note where the files of a tar file lie; later ones take the place of earlier ones of the same name."""
    try:
        for entry in read_tar(stream):
            _index_entry(entry, index, place_of)
    except InputError as err:
        raise InputError(replace(err.diagnostics[0], artifact=artifact)) from err


def _index_entry(
    entry: TarEntry, index: dict[str, tuple[int, int] | str], place_of: Callable[[TarEntry], int | None]
) -> None:
    name = inner_name(entry.name)
    if len(index) >= _NAMES and name not in index:
        message = f"the archive has more than {_NAMES:,} files"
        raise InputError(Diagnostic(message=message))
    if entry.kind is EntryKind.FILE:
        place = place_of(entry)
        index[name] = (-1 if place is None else place, entry.size)
    elif entry.kind is EntryKind.LINK:
        index[name] = inner_name(os.path.join(os.path.dirname(name), entry.link))  # noqa: PTH118, PTH120
    elif entry.kind is EntryKind.HARD_LINK:
        index[name] = inner_name(entry.link)


def _below_root(index: dict[str, tuple[int, int] | str]) -> dict[str, tuple[int, int] | str]:
    """Return the files of a layout by their names in it, also where the archive has it in a folder."""
    if "oci-layout" in index:
        return index
    roots = [name.removesuffix("oci-layout") for name in index if name.endswith("/oci-layout")]
    if len(roots) != 1:
        return index
    root = roots[0]
    return {
        name.removeprefix(root): found.removeprefix(root) if isinstance(found, str) else found
        for name, found in index.items()
        if name.startswith(root)
    }


class _Keeper:
    """A temporary file with those files of a packed archive that a search may ask for, one behind the other."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file = file
        self.size = 0

    def keep(self, entry: TarEntry) -> int | None:
        """Keep a file, and return its place; None for what is too long to be a signature."""
        is_small = entry.size <= _KEPT_ANY or (entry.size <= _KEPT_SIZE and entry.peek(1) == b"{")
        if not is_small or entry.pieces is not None or self.size + entry.size > _KEPT_BYTES:
            return None
        at, left = self.size, entry.size
        while left:
            data = entry.read(min(left, 1 << 20))
            self._file.write(data)
            left -= len(data)
        self.size += entry.size
        return at

    def read_at(self, offset: int, length: int) -> bytes:
        """Return exactly these bytes. Raises InputError for bytes beyond the end."""
        if offset < 0 or length < 0 or offset + length > self.size:
            raise InputError(Diagnostic(message="the file does not have these bytes"))
        self._file.seek(offset)
        return self._file.read(length)


def _folder_names(root: Path) -> Iterator[tuple[str, int]]:
    """Yield the names of blobs in a folder, and how long they are, in order."""
    for algorithm in ("sha256", "sha512"):
        try:
            with os.scandir(root / "blobs" / algorithm) as found:
                names = sorted(entry.name for _, entry in zip(range(MAX_SCANNED + 1), found, strict=False))
        except OSError:
            continue
        for name in names:
            try:
                size = (root / "blobs" / algorithm / name).lstat().st_size
            except OSError:
                continue
            yield f"blobs/{algorithm}/{name}", size


def _digest_as(digest: str, data: bytes) -> str:
    """Return the digest of data, by the algorithm of another one."""
    algorithm = digest.partition(":")[0]
    return f"{algorithm}:{hashlib.new(algorithm, data).hexdigest()}"


def _kind(row: Mapping[str, object]) -> tuple[str, str]:
    """Return the digest of an entry, and what `cosign save` says that it is."""
    return _text(row.get("digest")), _text(_table(row.get("annotations")).get(_KIND))


def _subject(data: bytes) -> str:
    """Return the digest of what a manifest refers to, "" for none and for what is no manifest."""
    if data[:1] != b"{" or b'"subject"' not in data:
        return ""
    try:
        document = json.loads(data.decode("utf-8"))
    except (ValueError, RecursionError):
        return ""
    found = _text(_table(_table(document).get("subject")).get("digest"))
    return found if _DIGEST.fullmatch(found) else ""


def _path(digest: str) -> str:
    return "blobs/" + digest.replace(":", "/", 1)


def _digest_of(name: str) -> str:
    """Return the digest that a file has as its name, "" for none."""
    digest = name.removeprefix("blobs/").replace("/", ":", 1)
    return digest if name.startswith("blobs/") and _DIGEST.fullmatch(digest) else ""


def _rows(found: object) -> list[Mapping[str, object]]:
    return [row for row in found if isinstance(row, dict)] if isinstance(found, list) else []


def _table(found: object) -> Mapping[str, object]:
    return found if isinstance(found, dict) else {}


def _text(found: object) -> str:
    return found if isinstance(found, str) else ""
