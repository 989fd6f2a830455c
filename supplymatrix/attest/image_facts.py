"""What images are made of: annotations, layers, and the digests of what these unpack to.

    facts = drive_search(image_facts("sha256:…"), source)
    facts = drive_search(image_facts("sha256:…", put=folder.put), source)      # the layers are fetched, too

Of an index all of its images are read, those of indexes in it as well; what says to be an attestation of the build is
an image where it has files. Layers are asked for one by one, so that no more than one is held at a time, and each as
long as its descriptor says that it is.

Source: OCI image specification 1.1: manifest.md, config.md (rootfs.diff_ids), annotations.md (base images).
"""

from __future__ import annotations

import json
from collections.abc import Callable, Generator, Mapping

from supplymatrix.attest.image_manifest import Listed, Manifest, config_of, parse_manifest, platform_of
from supplymatrix.errors import Diagnostic, InputError
from supplymatrix.model.gap import Gap
from supplymatrix.model.oci import (
    GetBlob,
    GetManifest,
    OciAnswer,
    OciAsk,
    OciBytes,
    OciForged,
    OciUnavailable,
)
from supplymatrix.model.value import value

__all__ = ["LAYER_LIMIT", "ImageFacts", "OneImage", "Put", "image_facts"]

LAYER_LIMIT = 512 << 20
"""Bytes of one layer as it is fetched."""
IMAGE_LIMIT = 2 << 30
"""Bytes of all that is fetched of one image or index."""
_MOST_IMAGES = 50
"""Images of an index, those of indexes in it with them."""
_MOST_ENTRIES = 200
"""Entries of an index and of indexes in it that are asked for."""
_DEEPEST = 4
"""Indexes in each other."""
_MOST_LAYERS = 500
_CONFIG_LIMIT = 8 << 20
_SLACK = 4 << 10
_UNTOLD = 32 << 20
"""Bytes of a layer of which nobody says how long it is."""

Put = Callable[[str, bytes], None]
"""Takes a blob by its digest."""
_Search = Generator[tuple[OciAsk, ...], tuple[OciAnswer, ...], "ImageFacts"]
_Steps = Generator[tuple[OciAsk, ...], tuple[OciAnswer, ...], None]


@value
class OneImage:
    """One image. digest: of its manifest. layers: their digests, the lowest first; diffs: of what they unpack to, ()
    where its configuration does not tell. annotations: of the manifest, sorted. platform: "linux/amd64", "" unknown."""

    digest: str
    layers: tuple[str, ...]
    diffs: tuple[str, ...]
    annotations: tuple[tuple[str, str], ...]
    platform: str = ""


@value
class ImageFacts:
    """digest: of the image or index. images: all of an index, one of an image. annotations: of the index. forged:
    answers that were not what they were asked by."""

    digest: str
    images: tuple[OneImage, ...] = ()
    annotations: tuple[tuple[str, str], ...] = ()
    gaps: tuple[Gap, ...] = ()
    forged: tuple[OciForged, ...] = ()
    is_index: bool = False

    def note(self, key: str) -> str:
        """Return an annotation that all images have alike, or the index; "" for none, and where they differ."""
        found = {dict(image.annotations).get(key, "") for image in self.images}
        return (found.pop() if len(found) == 1 else "") or dict(self.annotations).get(key, "")


def image_facts(digest: str, *, put: Put | None = None) -> _Search:
    """Search for what an image is made of. put: takes every blob of it, layers included; None = none is fetched that
    need not be. Raises InputError for a manifest or a configuration that cannot be read, or that two programs may take
    for two different things."""
    return (yield from _Facts(put).all(digest))


class _Facts:
    def __init__(self, put: Put | None) -> None:
        self._put = put
        self._gaps: list[Gap] = []
        self._forged: list[OciForged] = []
        self._left = IMAGE_LIMIT
        self._is_down = False
        self._entries = _MOST_ENTRIES
        self._images: list[OneImage] = []
        self._seen: set[str] = set()
        self._listed: set[str] = set()

    def all(self, digest: str) -> _Search:
        """Return the facts of an image or an index."""
        answer = yield from self._get(GetManifest(reference=digest), "its manifest")
        if answer is None:
            return self._facts(digest, ())
        manifest = _read(answer)
        notes = _annotations(answer.data)
        if not manifest.is_index:
            yield from self._image(digest, manifest, notes, "")
            return self._facts(digest, ())
        yield from self._index(manifest, "", 1)
        return self._facts(digest, notes, is_index=True)

    def _index(self, manifest: Manifest, platform: str, depth: int) -> _Steps:
        """Read the images of an index. platform: that is told of the index itself; depth: 1 for the outermost."""
        if manifest.lost:
            self._gap(f"{manifest.lost:,} images", "the index names them by digests that are none", "")
        attested = {one.digest for one in manifest.attested}
        for row in (*manifest.images, *manifest.attested):
            if row.digest in self._listed:
                continue
            if self._entries == 0 or len(self._images) >= _MOST_IMAGES:
                self._gap("all images of the index", "it has more than are read", "name one of them by its digest")
                return
            self._entries -= 1
            self._listed.add(row.digest)
            yield from self._entry(row, row.platform or platform, depth, is_attested=row.digest in attested)

    def _entry(self, row: Listed, platform: str, depth: int, *, is_attested: bool) -> _Steps:
        what = "an attestation of the build" if is_attested else f"the image {platform or row.digest}"
        found = yield from self._get(GetManifest(reference=row.digest), what, is_silent=is_attested)
        if found is None:
            return
        inner = _read(found)
        if inner.is_index and depth == _DEEPEST:
            self._gap(what, "indexes name each other too deep", "name it by its digest")
        elif inner.is_index:
            yield from self._index(inner, platform, depth + 1)
        elif inner.may_have_files or not is_attested:
            yield from self._image(row.digest, inner, _annotations(found.data), "" if is_attested else platform)

    def _facts(self, digest: str, notes: tuple[tuple[str, str], ...], *, is_index: bool = False) -> ImageFacts:
        return ImageFacts(
            digest=digest, images=tuple(self._images), annotations=notes, gaps=tuple(self._gaps),
            forged=tuple(self._forged), is_index=is_index,
        )  # fmt: skip

    def _image(self, digest: str, manifest: Manifest, notes: tuple[tuple[str, str], ...], platform: str) -> _Steps:
        config: Mapping[str, object] = {}
        if manifest.config:
            ask = GetBlob(digest=manifest.config, limit=_CONFIG_LIMIT)
            answer = yield from self._get(ask, "its configuration")
            config = config_of(answer.data, digest) if answer is not None else {}
        layers = manifest.layers
        if len(layers) > _MOST_LAYERS:
            self._gap("its layers", f"it has more than {_MOST_LAYERS}", "")
            layers = ()
        for layer in layers if self._put is not None else ():
            yield from self._layer(layer.digest, layer.size)
        image = OneImage(
            digest=digest,
            layers=tuple(layer.digest for layer in layers),
            diffs=_diffs(config),
            annotations=notes,
            platform=platform or platform_of(config),
        )
        self._images.append(image)

    def _layer(self, digest: str, size: int) -> _Steps:
        """Fetch a layer, none any more after one that did not come in time. size: as its descriptor has it, -1 where it
        does not tell. Raises InputError for one that has its digest and another length."""
        if digest in self._seen or self._is_down:
            return
        what, limit = f"its layer {digest}", min(LAYER_LIMIT, self._left)
        if size > limit:
            remedy = "make a layout of it (`crane pull --format oci`, `skopeo copy … oci:DIR`), and name that"
            self._gap(what, f"it has {size:,} bytes, more than the {limit:,} that are fetched", remedy)
            return
        (answer,) = yield (GetBlob(digest=digest, limit=min(limit, size + _SLACK if size >= 0 else _UNTOLD)),)
        if isinstance(answer, OciUnavailable) and answer.is_too_long and 0 <= size <= limit - _SLACK:
            # It is not hashed, having no end; it is not what the manifest names, whatever its digest may be.
            wanted, found = f"{digest} ({size:,} bytes)", f"more than {size:,} bytes"
            self._forged.append(OciForged(wanted=wanted, found=found, source=answer.source))
            return
        kept = self._took(answer, what)
        if kept is None:
            self._left -= max(size, 0)
            self._is_down = isinstance(answer, OciUnavailable) and answer.outage
        elif size not in (-1, len(kept.data)):
            message = f"{what} has {len(kept.data):,} bytes, and the manifest says that it has {size:,}"
            raise InputError(Diagnostic(message=message, artifact=kept.source))
        else:
            self._left -= len(kept.data)

    def _get(
        self, ask: OciAsk, what: str, *, is_silent: bool = False
    ) -> Generator[tuple[OciAsk, ...], tuple[OciAnswer, ...], OciBytes | None]:
        (answer,) = yield (ask,)
        return self._took(answer, what, is_silent=is_silent)

    def _took(self, answer: OciAnswer, what: str, *, is_silent: bool = False) -> OciBytes | None:
        """Return what came, None where nothing did. is_silent: what is not there is no gap."""
        if isinstance(answer, OciBytes):
            if self._put is not None and answer.digest not in self._seen:
                self._seen.add(answer.digest)
                self._put(answer.digest, answer.data)
            return answer
        if isinstance(answer, OciForged):
            self._forged.append(answer)
        elif isinstance(answer, OciUnavailable):
            self._gap(what, answer.reason, answer.remedy, outage=answer.outage)
        elif not is_silent:
            self._gap(what, f"{answer.source} does not have it", "")
        return None

    def _gap(self, wanted: str, reason: str, remedy: str, *, outage: bool = False) -> None:
        self._gaps.append(Gap(wanted=wanted, reason=reason, remedy=remedy, outage=outage))


def _read(answer: OciBytes) -> Manifest:
    """Return what a manifest says. Raises InputError for one that cannot be read."""
    manifest = parse_manifest(answer)
    if manifest.fault:
        raise InputError(Diagnostic(message=manifest.fault, artifact=answer.digest))
    return manifest


def _object(data: bytes) -> Mapping[str, object]:
    try:
        found = json.loads(data.decode("utf-8"))
    except (ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}


def _annotations(data: bytes) -> tuple[tuple[str, str], ...]:
    found = _object(data).get("annotations")
    rows = found.items() if isinstance(found, dict) else ()
    return tuple(sorted((key, text) for key, text in rows if isinstance(text, str)))


def _diffs(config: Mapping[str, object]) -> tuple[str, ...]:
    rootfs = config.get("rootfs")
    found = rootfs.get("diff_ids") if isinstance(rootfs, dict) else None
    rows = found if isinstance(found, list) else []
    return tuple(text for text in rows[:_MOST_LAYERS] if isinstance(text, str))
