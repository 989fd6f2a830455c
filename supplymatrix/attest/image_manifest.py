"""Manifests and indexes of images, as far as a search for signatures has to read them.

What two programs may take for two different things is not read at all. Of several images of an index that some program
may choose for a platform none is chosen here.

Source: OCI image specification 1.1: manifest.md, image-index.md, descriptor.md; docker manifest v2, schema 2;
containerd/platforms (Normalize); google/go-containerregistry pkg/v1/remote (childByPlatform).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from supplymatrix.attest.image_reference import is_digest
from supplymatrix.documents.image_json import (
    INDEXES,
    JsonDoubtError,
    platform_in,
    read_config,
    read_manifest,
    rows_in,
    table_in,
    text_in,
)
from supplymatrix.errors import Diagnostic, InputError
from supplymatrix.model.oci import MANIFEST_LIMIT, OciBytes
from supplymatrix.model.value import value

__all__ = ["Listed", "Manifest", "buildkit_says", "choose_platform", "config_of", "parse_manifest", "platform_of"]

_MOST_LISTED = 10_000
_BUILDKIT = "vnd.docker.reference.type"
_BUILDKIT_OF = "vnd.docker.reference.digest"
_UNKNOWN = "unknown/unknown"
_ARCHITECTURES = {
    "i386": "386", "x86_64": "amd64", "x86-64": "amd64", "aarch64": "arm64", "armhf": "arm", "armel": "arm",
}  # fmt: skip
"""Other names of architectures."""
_VARIANTS = {
    "amd64": {"v1": ""},
    "arm64": {"8": "", "v8": "", "v8.0": "", "9": "v9", "9.0": "v9", "v9.0": "v9"},
    "arm": {"": "v7", "7": "v7", "5": "v5", "6": "v6", "8": "v8"},
}
"""Other spellings of variants; "" is what an architecture is where none is told."""
_OWN_VARIANT = {"armhf": "v7", "armel": "v6"}
_FIRST_VARIANT = {"amd64": "v1", "arm64": "v8"}
"""How a variant is named that is "" otherwise."""


@value
class Listed:
    """A descriptor: something that a manifest or an index lists. kind: its artifactType, "" where none is told.
    size: bytes, -1 where it is not told. platform: "linux/arm64/v8". annotations: texts alone."""

    digest: str
    media_type: str
    kind: str = ""
    size: int = -1
    platform: str = ""
    annotations: tuple[tuple[str, str], ...] = ()


@value
class Manifest:
    """A manifest, or an index. media_type: as the document says, else as it was sent. kind: its artifactType, else the
    media type of its configuration. layers: of a manifest; images: of an index; attested: entries that say to be
    attestations of the build, and are some where they have no files; listed: of an index, all. subject: the digest that
    it refers to, "" for none. config: the digest of the configuration. fault: why it cannot be read, "" where it can.
    """

    media_type: str
    kind: str = ""
    layers: tuple[Listed, ...] = ()
    images: tuple[Listed, ...] = ()
    attested: tuple[Listed, ...] = ()
    listed: tuple[Listed, ...] = ()
    subject: str = ""
    config: str = ""
    fault: str = ""
    is_index: bool = False

    @property
    def may_have_files(self) -> bool:
        """Whether a program may find files in its layers: nobody takes JSON for a layer."""
        return not all(layer.media_type.endswith("json") for layer in self.layers)

    @property
    def lost(self) -> int:
        """How many entries of an index have a digest by which nothing can be asked for."""
        return len(self.listed) - len(self.images) - len(self.attested) if self.is_index else 0


def parse_manifest(answer: OciBytes) -> Manifest:
    """Return what a manifest says. One that cannot be read, or that may be taken for something else, lists nothing."""
    if len(answer.data) > MANIFEST_LIMIT:
        return Manifest(media_type=answer.media_type, fault="its manifest cannot be read: it has too many bytes")
    try:
        document = read_manifest(answer.data, answer.media_type)
    except JsonDoubtError as err:
        fault = f"its manifest may be taken for something else: {err}"
        return Manifest(media_type=answer.media_type, fault=fault)
    except ValueError as err:
        return Manifest(media_type=answer.media_type, fault=f"its manifest cannot be read: {err}")
    rows = {name: rows_in(document.get(name)) for name in ("manifests", "layers")}
    told = text_in(document.get("mediaType")) or answer.media_type
    if any(len(found) > _MOST_LISTED for found in rows.values()):
        fault = f"its manifest lists more than the {_MOST_LISTED:,} things that are read"
        return Manifest(media_type=told, fault=fault)
    listed, layers = (tuple(map(_listed, rows[name])) for name in ("manifests", "layers"))
    config = table_in(document.get("config"))
    is_index = told in INDEXES or document.get("manifests") is not None
    there = [one for one in listed if is_digest(one.digest)] if is_index else []
    return Manifest(
        media_type=told,
        kind=text_in(document.get("artifactType")) or text_in(config.get("mediaType")),
        layers=layers,
        images=tuple(one for one in there if not _is_attested(one)),
        attested=tuple(one for one in there if _is_attested(one)),
        listed=listed,
        subject=text_in(table_in(document.get("subject")).get("digest")),
        config=text_in(config.get("digest")) if is_digest(text_in(config.get("digest"))) else "",
        is_index=is_index,
    )


def config_of(data: bytes, name: str) -> Mapping[str, object]:
    """Return the configuration of an image, {} for what is none. Raises InputError for one that two programs may take
    for two different things. name: of the image."""
    try:
        return read_config(data)
    except JsonDoubtError as err:
        message = f"its configuration may be taken for something else: {err}"
        raise InputError(Diagnostic(message=message, artifact=name)) from err
    except ValueError:
        return {}


def platform_of(config: Mapping[str, object]) -> str:
    """Return the platform that an image's configuration tells, "" for none."""
    return platform_in(config)


def choose_platform(images: Sequence[Listed], platform: str, name: str) -> Listed:
    """Return the image of a platform, "linux/arm64" with or without its variant. Raises InputError where there is none,
    and where programs may choose one of several: an image that tells no platform may be for any."""
    parts = platform.split("/")
    if len(parts) not in (2, 3) or not all(parts):
        expected = "OS/ARCHITECTURE or OS/ARCHITECTURE/VARIANT, e.g. linux/arm64"
        raise InputError(Diagnostic(message="this is no platform", seen=platform[:80], expected=expected))
    found = {image.digest: image for image in images if _may_be(image.platform, platform)}
    if len(found) == 1:
        (image,) = found.values()
        return image
    if not found:
        there = sorted({image.platform for image in images if image.platform})
        shown = ", ".join(there[:20]) + (", …" if len(there) > 20 else "")
        message = f"there is no image for {platform}"
        raise InputError(Diagnostic(message=message, artifact=name, remedy=f"there are: {shown}" if shown else ""))
    rows = [f"{image.platform or 'no platform told'} {image.digest}" for image in found.values()]
    seen = ", ".join(rows[:10]) + (", …" if len(rows) > 10 else "")
    names = {_full_name(image.platform) for image in found.values()}
    are_told = "" not in names and len(names) == len(found)
    remedy = f"name one of them: {', '.join(sorted(names)[:10])}" if are_told else "name one of them by its digest"
    message = f"{len(found):,} images are for {platform}: which one is run depends on who chooses"
    raise InputError(Diagnostic(message=message, artifact=name, seen=seen, remedy=remedy))


def buildkit_says(listed: Listed) -> str:
    """Return what there is to say of an attestation that a build put into an index."""
    about = dict(listed.annotations).get(_BUILDKIT_OF, "")
    of = f" of {about}" if is_digest(about) else ""
    return f"attestation manifest {listed.digest}{of}, put into the index by the build, not signed by itself"


def _may_be(told: str, wanted: str) -> bool:
    """Return whether a program may take an image for one of a platform, where either of them may leave out its
    variant. told: "" of an image that does not say."""
    own, other = _normal(told), _normal(wanted)
    if not own[1]:
        return True
    is_open = wanted.count("/") < 2 and wanted.partition("/")[2].lower() not in _OWN_VARIANT
    return own[:2] == other[:2] and (own[2] == other[2] or is_open)


def _full_name(platform: str) -> str:
    """Return a platform with its variant, "" where it has none that can be named."""
    system, architecture, variant = _normal(platform)
    variant = variant or _FIRST_VARIANT.get(architecture, "")
    return f"{system}/{architecture}/{variant}" if variant else ""


def _normal(platform: str) -> tuple[str, str, str]:
    """Return system, architecture and variant of a platform, each in the one spelling that all programs know."""
    system, architecture, variant = (*platform.lower().split("/", 2), "", "")[:3]
    variant = _OWN_VARIANT.get(architecture, variant)
    known = _ARCHITECTURES.get(architecture, architecture)
    if architecture == "i386":
        variant = ""
    return {"macos": "darwin"}.get(system, system), known, _VARIANTS.get(known, {}).get(variant, variant)


def _is_attested(listed: Listed) -> bool:
    """Return whether an entry of an index says to be an attestation of the build, and no image that anybody runs."""
    return listed.platform == _UNKNOWN and bool(dict(listed.annotations).get(_BUILDKIT))


def _listed(row: Mapping[str, object]) -> Listed:
    size = row.get("size")
    notes = table_in(row.get("annotations"))
    return Listed(
        digest=text_in(row.get("digest")),
        media_type=text_in(row.get("mediaType")),
        kind=text_in(row.get("artifactType")),
        size=size if type(size) is int and size >= 0 else -1,
        platform=platform_in(table_in(row.get("platform"))),
        annotations=tuple((name, text) for name, text in notes.items() if isinstance(text, str)),
    )
