"""What images are made of: annotations, layers, and the digests of what these unpack to.

    facts = drive_search(image_facts("sha256:…"), source)
    facts = drive_search(image_facts("sha256:…", put=folder.put), source)      # the layers are fetched, too

Of an index all of its images are read. Layers are asked for one by one, so that no more than one is held at a time.

Source: OCI image specification 1.1: manifest.md, config.md (rootfs.diff_ids), annotations.md (base images).
"""

from __future__ import annotations

import json
from collections.abc import Callable, Generator, Mapping

from supplymatrix.attest.image_manifest import Manifest, parse_manifest
from supplymatrix.model.gap import Gap
from supplymatrix.model.oci import (
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

__all__ = ["LAYER_LIMIT", "ImageFacts", "OneImage", "Put", "image_facts"]

LAYER_LIMIT = 512 << 20
"""Bytes of one layer as it is fetched."""
IMAGE_LIMIT = 2 << 30
"""Bytes of all that is fetched of one image or index."""
_MOST_IMAGES = 50
_MOST_LAYERS = 500
_CONFIG_LIMIT = 8 << 20

Put = Callable[[str, bytes], None]
"""Takes a blob by its digest."""
_Search = Generator[tuple[OciAsk, ...], tuple[OciAnswer, ...], "ImageFacts"]


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
    need not be."""
    return (yield from _Facts(put).all(digest))


class _Facts:
    def __init__(self, put: Put | None) -> None:
        self._put = put
        self._gaps: list[Gap] = []
        self._forged: list[OciForged] = []
        self._left = IMAGE_LIMIT
        self._seen: set[str] = set()

    def all(self, digest: str) -> _Search:
        """Return the facts of an image or an index."""
        answer = yield from self._get(GetManifest(reference=digest), "its manifest")
        if answer is None:
            return self._facts(digest, (), ())
        manifest = parse_manifest(answer)
        notes = _annotations(answer.data)
        if not manifest.is_index:
            image = yield from self._image(digest, manifest, notes, "")
            return self._facts(digest, (image,), ())
        images = []
        if len(manifest.images) > _MOST_IMAGES:
            self._gap(f"{len(manifest.images) - _MOST_IMAGES:,} images", "the index has more than are read", "")
        for row in manifest.images[:_MOST_IMAGES]:
            found = yield from self._get(GetManifest(reference=row.digest), f"the image {row.platform or row.digest}")
            if found is not None:
                inner = parse_manifest(found)
                images.append((yield from self._image(row.digest, inner, _annotations(found.data), row.platform)))
        return self._facts(digest, tuple(images), notes, is_index=True)

    def _facts(
        self, digest: str, images: tuple[OneImage, ...], notes: tuple[tuple[str, str], ...], *, is_index: bool = False
    ) -> ImageFacts:
        return ImageFacts(
            digest=digest, images=images, annotations=notes, gaps=tuple(self._gaps), forged=tuple(self._forged),
            is_index=is_index,
        )  # fmt: skip

    def _image(
        self, digest: str, manifest: Manifest, notes: tuple[tuple[str, str], ...], platform: str
    ) -> Generator[tuple[OciAsk, ...], tuple[OciAnswer, ...], OneImage]:
        config: Mapping[str, object] = {}
        if manifest.config:
            ask = GetBlob(digest=manifest.config, limit=_CONFIG_LIMIT)
            answer = yield from self._get(ask, "its configuration")
            config = _object(answer.data) if answer is not None else {}
        layers = manifest.layers
        if len(layers) > _MOST_LAYERS:
            self._gap("its layers", f"it has more than {_MOST_LAYERS}", "")
            layers = ()
        for layer in layers if self._put is not None else ():
            yield from self._layer(layer.digest, layer.size)
        return OneImage(
            digest=digest,
            layers=tuple(layer.digest for layer in layers),
            diffs=_diffs(config),
            annotations=notes,
            platform=platform or _platform(config),
        )

    def _layer(self, digest: str, size: int) -> Generator[tuple[OciAsk, ...], tuple[OciAnswer, ...], None]:
        if digest in self._seen:
            return
        limit = min(LAYER_LIMIT, self._left)
        if size > limit:
            remedy = "make a layout of it (`crane pull --format oci`, `skopeo copy … oci:DIR`), and name that"
            self._gap(f"its layer {digest}", f"it has {size:,} bytes, more than the {limit:,} that are fetched", remedy)
            return
        answer = yield from self._get(GetBlob(digest=digest, limit=limit), f"its layer {digest}")
        if answer is not None:
            self._left -= len(answer.data)

    def _get(self, ask: OciAsk, what: str) -> Generator[tuple[OciAsk, ...], tuple[OciAnswer, ...], OciBytes | None]:
        (answer,) = yield (ask,)
        if isinstance(answer, OciBytes):
            if self._put is not None and answer.digest not in self._seen:
                self._seen.add(answer.digest)
                self._put(answer.digest, answer.data)
            return answer
        if isinstance(answer, OciForged):
            self._forged.append(answer)
        elif isinstance(answer, OciAbsent):
            self._gap(what, f"{answer.source} does not have it", "")
        elif isinstance(answer, OciUnavailable):
            self._gap(what, answer.reason, answer.remedy, outage=answer.outage)
        return None

    def _gap(self, wanted: str, reason: str, remedy: str, *, outage: bool = False) -> None:
        self._gaps.append(Gap(wanted=wanted, reason=reason, remedy=remedy, outage=outage))


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


def _platform(config: Mapping[str, object]) -> str:
    parts = [config.get(key) for key in ("os", "architecture", "variant")]
    return "/".join(part for part in parts if isinstance(part, str) and part)
