"""Container images in a folder or in a tar file: OCI image layouts, and what `docker save` writes.

    OCI layout     oci-layout, index.json, blobs/<algorithm>/<digest>
    docker save    manifest.json, which names a configuration and layers; newer ones are OCI layouts besides

Read are index and manifests, down to the layers of every platform. Each blob is held against the digest under which it
is named. Signatures, attestations and other artifacts that lie beside images have no files that anybody runs.

Source: OCI image specification 1.1 (image-layout, image-index, manifest); moby image/spec v1.2.
"""

from __future__ import annotations

import hashlib
import json
import posixpath
from collections.abc import Mapping
from contextlib import AbstractContextManager
from typing import Protocol

from supplymatrix.errors import Diagnostic, InputError
from supplymatrix.gomod.read_at import ReadAt
from supplymatrix.model.value import value

__all__ = [
    "DOCUMENT_LIMIT", "Blob", "BlobMissingError", "Blobs", "Image", "Layer", "LayoutFault", "digest_holds",
    "find_images", "is_saved_list",
]  # fmt: skip

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
_INDEXES = (
    "application/vnd.oci.image.index.v1+json",
    "application/vnd.docker.distribution.manifest.list.v2+json",
)


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
    """A layer of an image. kind: its media type, "" where none is told. diff: the digest of what it unpacks to, ""
    where the blob itself has one. title: the file's name where it is a single file."""

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
    "linux/arm64", "" unknown. name: under which it was saved, "" for none. layers: the lowest first."""

    digest: str
    platform: str
    name: str
    layers: tuple[Layer, ...]


@value
class LayoutFault:
    """Something of a layout that is not as it should be. is_forged: a blob is not what its digest says."""

    what: str
    reason: str
    is_forged: bool = False


def is_saved_list(data: bytes) -> bool:
    """Return whether a manifest.json is the list that `docker save` writes: others are of other programs."""
    if data.lstrip()[:1] != b"[":
        return False
    try:
        rows = json.loads(data)
    except (ValueError, RecursionError):
        return False
    return any(isinstance(row.get("Layers"), list) for row in _rows(rows))


def find_images(blobs: Blobs) -> tuple[list[Image], list[LayoutFault], list[str]]:
    """Return the images of a layout, what is wrong with it, and what was left out, as sentences."""
    search = _Search(blobs)
    try:
        if blobs.has("index.json") and blobs.has("oci-layout"):
            search.index(Blob(name="index.json", digest=""), name="", depth=0)
        else:
            search.saved()
    except InputError as err:
        search.faults.append(LayoutFault(what="the image layout", reason=err.diagnostics[0].message))
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

    def index(self, blob: Blob, *, name: str, depth: int) -> None:
        """Read an index, and all that it names."""
        document = self._document(blob)
        if document is None:
            return
        for row in _rows(document.get("manifests")):
            found = self._blob(row.get("digest"))
            if found is None or found.digest in self._seen:
                continue
            self._seen.add(found.digest)
            notes = _table(row.get("annotations"))
            named = _text(notes.get("io.containerd.image.name") or notes.get("org.opencontainers.image.ref.name"))
            if notes.get("vnd.docker.reference.type") and not self._has_files(found):
                self._others += 1
            elif row.get("mediaType") in _INDEXES:
                if depth < _DEPTH:
                    self.index(found, name=named or name, depth=depth + 1)
                else:
                    self._fault(found.name, "indexes name each other too deep")
            elif len(self.images) >= MAX_IMAGES:
                raise _fault(f"it has more than the {MAX_IMAGES:,} images that are read")
            else:
                self._manifest(found, _table(row.get("platform")), named or name, depth)

    def _has_files(self, blob: Blob) -> bool:
        """Return whether what is said to be a note on an image is an index, or has layers of files itself."""
        document = self._document(blob) if self._blobs.has(blob.name) else None
        if document is None:
            return False
        kinds = [_text(row.get("mediaType")) for row in _rows(document.get("layers"))]
        return "manifests" in document or any(not kind or kind.startswith(_LAYERS) for kind in kinds)

    def _manifest(self, blob: Blob, platform: Mapping[str, object], name: str, depth: int) -> None:
        document = self._document(blob)
        if document is None:
            return
        if "manifests" in document and "layers" not in document:
            self.index(blob, name=name, depth=depth + 1)
            return
        layers = []
        for row in _rows(document.get("layers"))[: MAX_LAYERS + 1]:
            found = self._blob(row.get("digest"))
            if found is not None:
                title = _text(_table(row.get("annotations")).get("org.opencontainers.image.title"))
                layers.append(Layer(blob=found, kind=_text(row.get("mediaType")), title=title))
        if len(layers) > MAX_LAYERS:
            self._fault(blob.name, f"it has more than {MAX_LAYERS} layers")
            return
        config = self._blob(_table(document.get("config")).get("digest"), silent=True)
        known = self._platform(config, platform)
        self.images.append(Image(digest=blob.digest, platform=_platform(known), name=name, layers=tuple(layers)))

    def _platform(self, config: Blob | None, told: Mapping[str, object]) -> Mapping[str, object]:
        """Return what an index tells of an image's platform, else what its configuration does."""
        is_there = config is not None and self._blobs.has(config.name)
        return told or (self._document(config) if config is not None and is_there else None) or {}

    def saved(self) -> None:
        """Read the list of `docker save`."""
        rows = self._json(Blob(name="manifest.json", digest=""))
        every = _rows(rows)
        if len(every) > MAX_IMAGES or (isinstance(rows, list) and len(every) < len(rows)):
            self._fault("manifest.json", f"not all of its {len(every):,} images are read, or are images")
        for row in every[:MAX_IMAGES]:
            config_name = _text(row.get("Config"))
            digest = _named_digest(config_name)
            config = self._document(Blob(name=config_name, digest=digest)) if config_name else None
            if not config_name:
                self._fault("manifest.json", "an image in it names no configuration, and was not looked into")
            if config is None:
                continue
            diffs = _table(config.get("rootfs")).get("diff_ids")
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
            name = _text(tags[0]) if isinstance(tags, list) and tags else ""
            self.images.append(Image(digest=digest, platform=_platform(config), name=name, layers=layers))

    def _blob(self, digest: object, *, silent: bool = False) -> Blob | None:
        """Return the blob of a digest, None where it is none that a file can have."""
        algorithm, _, text = _text(digest).partition(":")
        if len(text) == _HEX.get(algorithm) and _DIGITS.issuperset(text):
            return Blob(name=f"blobs/{algorithm}/{text}", digest=f"{algorithm}:{text}")
        if not silent:
            self._fault("the image layout", f"a digest in it is none: {_text(digest)[:80]!r}")
        return None

    def _document(self, blob: Blob) -> Mapping[str, object] | None:
        document = self._json(blob)
        if document is None or isinstance(document, dict):
            return document
        self._fault(blob.name, "it is no object of JSON")
        return None

    def _json(self, blob: Blob) -> object:
        """Return the JSON of a file that is what its digest says, else None."""
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
        try:
            return json.loads(data)
        except (ValueError, RecursionError):
            self._fault(blob.name, "it is no JSON")
            return None

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


def _platform(table: Mapping[str, object]) -> str:
    parts = [_text(table.get(key)) for key in ("os", "architecture", "variant")]
    return "/".join(part for part in parts if part)


def _rows(found: object) -> list[Mapping[str, object]]:
    return [row for row in found if isinstance(row, dict)] if isinstance(found, list) else []


def _table(found: object) -> Mapping[str, object]:
    return found if isinstance(found, dict) else {}


def _texts(found: object) -> list[str]:
    return [_text(text) for text in found] if isinstance(found, list) else []


def _text(found: object) -> str:
    return found if isinstance(found, str) else ""


def _fault(message: str) -> InputError:
    return InputError(Diagnostic(message=message))
