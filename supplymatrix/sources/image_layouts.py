"""Container images in a folder or in a tar file: OCI image layouts, and what `docker save` writes.

    OCI layout     oci-layout, index.json, blobs/<algorithm>/<digest>
    docker save    manifest.json, which names a configuration and layers; newer ones are OCI layouts besides

Read are index and manifests, down to the layers of every platform. Each blob is held against the digest under which it
is named. Signatures, attestations and other artifacts that lie beside images have no files that anybody runs.

Where both forms are there, some programs read the one and some the other: then manifest.json may name nothing but the
images of index.json.

Source: OCI image specification 1.1 (image-layout, image-index, manifest); moby image/spec v1.2.
"""

from __future__ import annotations

import hashlib
import posixpath
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from functools import partial
from typing import Protocol, TypeVar

from supplymatrix.documents.image_json import (
    INDEXES,
    platform_in,
    read_config,
    read_manifest,
    read_saved_list,
    rows_in,
    saved_rows,
    table_in,
    text_in,
)
from supplymatrix.errors import Diagnostic, InputError
from supplymatrix.gomod.read_at import ReadAt
from supplymatrix.model.value import value

__all__ = [
    "DOCUMENT_LIMIT", "SAVED_LIST", "Blob", "BlobMissingError", "Blobs", "Image", "Layer", "LayoutFault",
    "digest_holds", "find_images", "is_saved_list",
]  # fmt: skip

T = TypeVar("T")
SAVED_LIST = "manifest.json"
"""The list that `docker save` writes."""
DOCUMENT_LIMIT = 8 << 20
"""Bytes of an index, a manifest or a configuration."""
MAX_IMAGES = 500
MAX_LAYERS = 500
_DEPTH = 4
_PIECE = 1 << 20
_HEX = {"sha256": 64, "sha512": 128}
_DIGITS = frozenset("0123456789abcdef")
_LAYERS = (
    "application/vnd.oci.image.layer.", "application/vnd.docker.image.rootfs.diff.tar",
    "application/vnd.docker.image.rootfs.foreign.diff.tar",
)  # fmt: skip
_CONFIGS = (
    "application/vnd.oci.image.config.v1+json",
    "application/vnd.docker.container.image.v1+json",
    "application/octet-stream",
    "",
)
"""Kinds under which docker takes a blob for a configuration."""


class BlobMissingError(InputError):
    """A file that an image names is not there."""


class Blobs(Protocol):
    """The files of a layout, by their names in it."""

    def open(self, name: str) -> AbstractContextManager[ReadAt]:
        """Return a file. Raises BlobMissingError where there is none, OSError where it cannot be read."""
        ...

    def has(self, name: str) -> bool:
        """Return whether there is such a file."""
        ...


@value
class Blob:
    """A file of a layout. digest: "sha256:…" that it should have, "" where nothing tells."""

    name: str
    digest: str


@value
class Layer:
    """A layer of an image. kind: its media type, "" where none is told. diff: the digest of what it unpacks to, as the
    configuration says, "" where it does not. title: the file's name where it is a single file."""

    blob: Blob
    kind: str = ""
    diff: str = ""
    title: str = ""

    @property
    def is_layer(self) -> bool:
        """Whether it is a layer of files, and not an artifact of another kind."""
        return not self.kind or self.kind.startswith(_LAYERS)


@value
class Image:
    """One image, for one platform. digest: of its manifest, of its configuration where it has none. platform:
    "linux/arm64", "" unknown. name: under which it was saved, "" for none. layers: the lowest first. config: the digest
    of its configuration, "" for none."""

    digest: str
    platform: str
    name: str
    layers: tuple[Layer, ...]
    config: str = ""


@value
class LayoutFault:
    """Something of a layout that is not as it should be. is_forged: a blob is not what its digest says."""

    what: str
    reason: str
    is_forged: bool = False


def is_saved_list(data: bytes) -> bool:
    """Return whether a manifest.json is the list that `docker save` writes: others are of other programs."""
    return saved_rows(data)


def find_images(blobs: Blobs) -> tuple[list[Image], list[LayoutFault], list[str]]:
    """Return the images of a layout, what is wrong with it, and what was left out, as sentences."""
    search = _Search(blobs)
    try:
        if blobs.has("index.json") and blobs.has("oci-layout"):
            search.index(Blob(name="index.json", digest=""), name="", depth=0)
            search.hold_against_saved()
        else:
            search.saved()
    except InputError as err:
        search.faults.append(LayoutFault(what="the image layout", reason=err.diagnostics[0].message))
        if blobs.has(SAVED_LIST):
            search.faults.append(LayoutFault(what=SAVED_LIST, reason="it was not held against index.json"))
    return search.images, search.faults, search.notes()


class _Search:
    def __init__(self, blobs: Blobs) -> None:
        self._blobs = blobs
        self._seen: set[str] = set()
        self._others = 0
        self.images: list[Image] = []
        self.faults: list[LayoutFault] = []

    def notes(self) -> list[str]:
        """Return what was left out."""
        if not self._others:
            return []
        return [f"signatures, attestations and other artifacts that are no images were left out: {self._others:,}"]

    def index(self, blob: Blob, *, name: str, depth: int, kind: str = "") -> None:
        """Read an index, and all that it names. kind: its media type as whoever names it has it."""
        document = self._document(blob, partial(read_manifest, sent_as=kind))
        if document is None:
            return
        if depth > _DEPTH:
            self._fault(blob.name, "indexes name each other too deep")
            return
        for row in rows_in(document.get("manifests")):
            found = self._blob(row.get("digest"))
            if found is None or found.digest in self._seen:
                continue
            self._seen.add(found.digest)
            notes = table_in(row.get("annotations"))
            named = text_in(notes.get("io.containerd.image.name") or notes.get("org.opencontainers.image.ref.name"))
            if notes.get("vnd.docker.reference.type") and not self._has_files(found):
                self._others += 1
            elif row.get("mediaType") in INDEXES:
                self.index(found, name=named or name, depth=depth + 1, kind=text_in(row.get("mediaType")))
            elif len(self.images) >= MAX_IMAGES:
                raise _fault(f"it has more than the {MAX_IMAGES:,} images that are read")
            else:
                self._manifest(found, row, named or name, depth)

    def _has_files(self, blob: Blob) -> bool:
        """Return whether what is said to be a note on an image is an index, or has layers of files itself."""
        document = self._document(blob, read_manifest) if self._blobs.has(blob.name) else None
        if document is None:
            return False
        kinds = [text_in(row.get("mediaType")) for row in rows_in(document.get("layers"))]
        return document.get("manifests") is not None or not all(kind.endswith("json") for kind in kinds)

    def _manifest(self, blob: Blob, entry: Mapping[str, object], name: str, depth: int) -> None:
        """Read a manifest. entry: of the index that names it."""
        document = self._document(blob, partial(read_manifest, sent_as=text_in(entry.get("mediaType"))))
        if document is None:
            return
        platform = table_in(entry.get("platform"))
        if document.get("manifests") is not None:
            self.index(blob, name=name, depth=depth + 1)
            return
        rows = rows_in(document.get("layers"))[: MAX_LAYERS + 1]
        if len(rows) > MAX_LAYERS:
            self._fault(blob.name, f"it has more than {MAX_LAYERS} layers")
            return
        config = self._config(table_in(document.get("config")), is_wanted=not platform)
        diffs = self._diffs(config, len(rows), blob.name)
        layers = []
        for row, diff in zip(rows, diffs, strict=True):
            found = self._blob(row.get("digest"))
            if found is not None:
                title = text_in(table_in(row.get("annotations")).get("org.opencontainers.image.title"))
                layers.append(Layer(blob=found, kind=text_in(row.get("mediaType")), diff=diff, title=title))
        known = platform_in(platform or config)
        named = text_in(table_in(document.get("config")).get("digest"))
        self.images.append(Image(digest=blob.digest, platform=known, name=name, layers=tuple(layers), config=named))

    def _config(self, row: Mapping[str, object], *, is_wanted: bool) -> Mapping[str, object]:
        """Return the configuration of an image, {} where it is not there. is_wanted: also one of an unknown kind."""
        config = self._blob(row.get("digest"), silent=True)
        if config is None or not self._blobs.has(config.name):
            return {}
        is_wanted = is_wanted or text_in(row.get("mediaType")) in _CONFIGS
        return (self._document(config, read_config) if is_wanted else None) or {}

    def _diffs(self, config: Mapping[str, object], count: int, where: str) -> list[str]:
        """Return for each layer the digest that a configuration says it unpacks to, "" where it does not."""
        diffs = table_in(config.get("rootfs")).get("diff_ids")
        told = _texts(diffs)
        if isinstance(diffs, list) and len(told) != count:
            self._fault(where, f"it has {count} layers, and its configuration tells of {len(told)}")
        if len(told) != count:
            return [""] * count
        return [text if self._blob(text) is not None else "" for text in told]

    def saved(self) -> None:
        """Read the list of `docker save`."""
        every = self._document(Blob(name=SAVED_LIST, digest=""), read_saved_list) or []
        if len(every) > MAX_IMAGES:
            self._fault(SAVED_LIST, f"not all of its {len(every):,} images are read")
        for row in every[:MAX_IMAGES]:
            config_name = text_in(row.get("Config"))
            digest = _named_digest(config_name)
            config = self._document(Blob(name=config_name, digest=digest), read_config) if config_name else None
            if not config_name:
                self._fault(SAVED_LIST, "an image in it names no configuration, and was not looked into")
            if config is None:
                continue
            diffs = table_in(config.get("rootfs")).get("diff_ids")
            names, told = _texts(row.get("Layers")), _texts(diffs)
            if len(told) != len(names) or len(names) > MAX_LAYERS:
                self._fault(config_name, "its layers are not those that manifest.json names")
                told = [*told, *[""] * len(names)]
            layers = tuple(
                Layer(blob=Blob(name=posixpath.normpath(name), digest=""), diff=diff)
                for name, diff in zip(names[:MAX_LAYERS], told, strict=False)
                if name
            )
            tags = row.get("RepoTags")
            name = text_in(tags[0]) if isinstance(tags, list) and tags else ""
            self.images.append(Image(digest=digest, platform=platform_in(config), name=name, layers=layers))

    def hold_against_saved(self) -> None:
        """Note what the list of `docker save` names and the index does not: docker runs that."""
        data = self._data(Blob(name=SAVED_LIST, digest="")) if self._blobs.has(SAVED_LIST) else None
        if data is None or not saved_rows(data):
            return
        try:
            rows = read_saved_list(data)
        except ValueError as err:
            self._fault(
                SAVED_LIST, f"docker may read other images in it than those of index.json: {err}", is_forged=True
            )
            return
        there: dict[str, set[tuple[str, ...]]] = {}
        for image in self.images:
            there.setdefault(image.config, set()).add(tuple(layer.blob.name for layer in image.layers))
        for row in rows:
            name = posixpath.normpath(text_in(row.get("Config")))
            layers = there.get(_named_digest(name) or _digest_of_blob(name))
            if layers is None:
                reason = f"docker reads in it an image that index.json does not have, of the configuration {name[:100]}"
                self._fault(SAVED_LIST, reason, is_forged=True)
            elif tuple(map(posixpath.normpath, _texts(row.get("Layers")))) not in layers:
                reason = f"docker reads in it other layers than index.json leads to, of the configuration {name[:100]}"
                self._fault(SAVED_LIST, reason, is_forged=True)

    def _blob(self, digest: object, *, silent: bool = False) -> Blob | None:
        """Return the blob of a digest, None where it is none that a file can have."""
        algorithm, _, text = text_in(digest).partition(":")
        if len(text) == _HEX.get(algorithm) and _DIGITS.issuperset(text):
            return Blob(name=f"blobs/{algorithm}/{text}", digest=f"{algorithm}:{text}")
        if not silent:
            self._fault("the image layout", f"a digest in it is none: {text_in(digest)[:80]!r}")
        return None

    def _document(self, blob: Blob, read: Callable[[bytes], T]) -> T | None:
        """Return what a file says, None where it cannot be read: that is noted. read: raises ValueError."""
        data = self._data(blob)
        if data is None:
            return None
        try:
            return read(data)
        except ValueError as err:
            self._fault(blob.name, str(err))
            return None

    def _data(self, blob: Blob) -> bytes | None:
        """Return a file, None where it cannot be read; one that is not what its digest says is noted."""
        try:
            with self._blobs.open(blob.name) as file:
                if file.size > DOCUMENT_LIMIT:
                    self._fault(
                        blob.name, f"it has {file.size:,} bytes, more than the {DOCUMENT_LIMIT:,} that are read"
                    )
                    return None
                data = file.read_at(0, file.size)
        except (InputError, OSError, ValueError) as err:
            why = err.diagnostics[0].message if isinstance(err, InputError) else getattr(err, "strerror", None) or err
            self._fault(blob.name, str(why))
            return None
        if blob.digest and not _is(data, blob.digest):
            self._fault(blob.name, f"it is not what its digest {blob.digest} says", is_forged=True)
        return data

    def _fault(self, what: str, reason: str, *, is_forged: bool = False) -> None:
        self.faults.append(LayoutFault(what=what, reason=reason, is_forged=is_forged))


def digest_holds(file: ReadAt, digest: str) -> bool:
    """Return whether a file has a digest; True for one of an unknown kind. Raises as the file does."""
    algorithm, _, text = digest.partition(":")
    if algorithm not in _HEX:
        return True
    found = hashlib.new(algorithm)
    for at in range(0, file.size, _PIECE):
        found.update(file.read_at(at, min(_PIECE, file.size - at)))
    return found.hexdigest() == text


def _is(data: bytes, digest: str) -> bool:
    algorithm, _, text = digest.partition(":")
    return hashlib.new(algorithm, data).hexdigest() == text


def _named_digest(name: str) -> str:
    """Return the digest that a configuration of `docker save` has in its name, "" for none."""
    stem = posixpath.basename(name).removesuffix(".json")
    return f"sha256:{stem}" if len(stem) == _HEX["sha256"] and _DIGITS.issuperset(stem) else ""


def _digest_of_blob(name: str) -> str:
    """Return the digest that a blob has as its name, "" for none."""
    parts = name.split("/")
    return f"{parts[1]}:{parts[2]}" if len(parts) == 3 and parts[0] == "blobs" else ""


def _texts(found: object) -> list[str]:
    return [text_in(text) for text in found] if isinstance(found, list) else []


def _fault(message: str) -> InputError:
    return InputError(Diagnostic(message=message))
