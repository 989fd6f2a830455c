"""Manifests and indexes of images, as far as a search for signatures has to read them.

Source: OCI image specification 1.1: manifest.md, image-index.md, descriptor.md; docker manifest v2, schema 2.
"""

from __future__ import annotations

import json
from collections.abc import Mapping

from supplymatrix.attest.image_reference import is_digest
from supplymatrix.errors import Diagnostic, InputError
from supplymatrix.model.oci import MANIFEST_LIMIT, OciBytes
from supplymatrix.model.value import value

__all__ = ["Listed", "Manifest", "choose_platform", "parse_manifest", "platform_of"]

_INDEXES = (
    "application/vnd.oci.image.index.v1+json",
    "application/vnd.docker.distribution.manifest.list.v2+json",
)
_MOST_LISTED = 10_000
_BUILDKIT = "vnd.docker.reference.type"
_BUILDKIT_OF = "vnd.docker.reference.digest"
_SAME_VARIANT = {"arm64": "v8", "amd64": "v1"}
"""The variant that an architecture has where none is told."""


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
    media type of its configuration. layers: of a manifest; images: of an index, those that are no attestations; listed:
    of an index, all. subject: the digest that it refers to, "" for none. config: the digest of the configuration.
    unsigned: attestations that BuildKit put into the index, sentences. is_readable: whether it is JSON of this form."""

    media_type: str
    kind: str = ""
    layers: tuple[Listed, ...] = ()
    images: tuple[Listed, ...] = ()
    listed: tuple[Listed, ...] = ()
    subject: str = ""
    config: str = ""
    unsigned: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    is_index: bool = False
    is_readable: bool = True


def parse_manifest(answer: OciBytes) -> Manifest:
    """Return what a manifest says. One that cannot be read lists nothing, and has a note that tells so."""
    try:
        document = json.loads(answer.data.decode("utf-8")) if len(answer.data) <= MANIFEST_LIMIT else None
    except (ValueError, RecursionError):
        document = None
    if not isinstance(document, dict):
        note = "its manifest cannot be read, so that nothing but its digest is known"
        return Manifest(media_type=answer.media_type, notes=(note,), is_readable=False)
    rows = {name: _rows(document.get(name)) for name in ("manifests", "layers")}
    told = _text(document.get("mediaType")) or answer.media_type
    listed, layers = (tuple(map(_listed, rows[name][:_MOST_LISTED])) for name in ("manifests", "layers"))
    notes = []
    if "manifests" in document and "layers" in document:
        notes.append("its manifest is one of an image and one of an index at once: programs may take it for either")
    if any(len(found) > _MOST_LISTED for found in rows.values()):
        notes.append(f"its manifest lists more than the {_MOST_LISTED:,} things that are read")
    config = _table(document.get("config"))
    is_index = told in _INDEXES or ("manifests" in document and "layers" not in document)
    attested = [one for one in listed if _is_attested(one)]
    return Manifest(
        media_type=told,
        kind=_text(document.get("artifactType")) or _text(config.get("mediaType")),
        layers=layers,
        images=tuple(one for one in listed if is_digest(one.digest) and not _is_attested(one)) if is_index else (),
        listed=listed,
        subject=_text(_table(document.get("subject")).get("digest")),
        config=_text(config.get("digest")) if is_digest(_text(config.get("digest"))) else "",
        unsigned=tuple(map(_buildkit, attested)),
        notes=tuple(notes),
        is_index=is_index,
    )


def platform_of(config: bytes) -> str:
    """Return the platform that an image's configuration tells, "" for none."""
    try:
        document = json.loads(config.decode("utf-8"))
    except (ValueError, RecursionError):
        return ""
    return _platform(_table(document))


def choose_platform(manifest: Manifest, platform: str, name: str) -> tuple[Listed, ...]:
    """Return the image of a platform, "linux/arm64" with or without its variant. Raises InputError where there is none,
    and where several are meant."""
    parts = platform.split("/")
    if len(parts) not in (2, 3) or not all(parts):
        expected = "OS/ARCHITECTURE or OS/ARCHITECTURE/VARIANT, e.g. linux/arm64"
        raise InputError(Diagnostic(message="this is no platform", seen=platform[:80], expected=expected))
    exact = [image for image in manifest.images if image.platform == platform]
    near = [image for image in manifest.images if _fits(image.platform, parts)]
    found = exact or near
    if len(found) == 1:
        return tuple(found)
    there = sorted({image.platform for image in (found or manifest.images) if image.platform})
    shown = ", ".join(there[:20]) + (", …" if len(there) > 20 else "")
    if not found:
        message = f"there is no image for {platform}"
        raise InputError(Diagnostic(message=message, artifact=name, remedy=f"there are: {shown}" if shown else ""))
    message = f"{len(found):,} images are for {platform}"
    remedy = f"name one of them: {shown}" if len(there) > 1 else "name one of them by its digest"
    raise InputError(Diagnostic(message=message, artifact=name, remedy=remedy))


def _fits(platform: str, wanted: list[str]) -> bool:
    """Return whether a platform is the wanted one, where either of them may leave out its variant."""
    parts = platform.split("/")
    if parts[:2] != wanted[:2]:
        return False
    default = _SAME_VARIANT.get(parts[1], "")
    own, other = ((found[2:] or [default])[0] for found in (parts, wanted))
    return own == other or not wanted[2:]


def _is_attested(listed: Listed) -> bool:
    """Return whether an entry of an index is an attestation of the build, and no image that anybody runs."""
    return listed.platform in ("", "unknown/unknown") and bool(dict(listed.annotations).get(_BUILDKIT))


def _buildkit(listed: Listed) -> str:
    about = dict(listed.annotations).get(_BUILDKIT_OF, "")
    of = f" of {about}" if is_digest(about) else ""
    return f"attestation manifest {listed.digest}{of}, put into the index by the build, not signed by itself"


def _listed(row: Mapping[str, object]) -> Listed:
    size = row.get("size")
    notes = _table(row.get("annotations"))
    return Listed(
        digest=_text(row.get("digest")),
        media_type=_text(row.get("mediaType")),
        kind=_text(row.get("artifactType")),
        size=size if type(size) is int and size >= 0 else -1,
        platform=_platform(_table(row.get("platform"))),
        annotations=tuple((name, text) for name, text in notes.items() if isinstance(text, str)),
    )


def _platform(table: Mapping[str, object]) -> str:
    parts = [_text(table.get(key)) for key in ("os", "architecture", "variant")]
    return "/".join(part for part in parts if part)


def _rows(found: object) -> list[Mapping[str, object]]:
    return [row for row in found if isinstance(row, dict)] if isinstance(found, list) else []


def _table(found: object) -> Mapping[str, object]:
    return found if isinstance(found, dict) else {}


def _text(found: object) -> str:
    return found if isinstance(found, str) else ""
