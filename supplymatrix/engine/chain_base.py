"""The links of a base image: the one that an image names, held against one that is at hand, and who signed that.

Who builds an image writes the name of its base into an annotation, which the image's own digest covers; provenance may
list it, too. That a base is really below an image is seen by its layers: they are the lowest ones, the same blobs or
blobs that unpack to the same. What those of the image unpack to is what was read of them: its configuration is a word.

Source: OCI image specification 1.1, annotations.md: org.opencontainers.image.base.digest and base.name.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from supplymatrix.attest.image_facts import ImageFacts, OneImage
from supplymatrix.attest.wanted import Artifact
from supplymatrix.engine.chain_evidence import Signed, SignedKind
from supplymatrix.engine.chain_links import signature_link, unknown_link
from supplymatrix.model.chain import ChainLink, LinkId
from supplymatrix.model.gap import Gap
from supplymatrix.model.provenance import Provenance
from supplymatrix.model.signature import CheckState
from supplymatrix.model.value import changed, value

__all__ = ["BaseImage", "base_link", "vendor_link"]

_NAME = "org.opencontainers.image.base.name"
_DIGEST = "org.opencontainers.image.base.digest"
_IMAGES = ("pkg:docker/", "pkg:oci/", "docker://", "oci://", "docker-image://")


@value
class BaseImage:
    """A base image at hand. name: as the user named it. signed: what is signed of it, judged. vendors: who should have
    signed it by a vendor's profile; why: what keeps that from being known, though the name is of a vendor.
    unknown: the same of a vendor that the user named."""

    name: str
    facts: ImageFacts
    signed: tuple[Signed, ...] = ()
    has_wish: bool = False
    vendors: tuple[str, ...] = ()
    why: str = ""
    unknown: Gap | None = None


def base_link(
    image: ImageFacts, provenance: Provenance | None, base: BaseImage | None, unpacked: Mapping[str, str]
) -> ChainLink:
    """Return whether the base image that an image names is the one at hand, and lies below it. unpacked: digests of the
    image's layers, with those of what they unpack to, as they were read."""
    name, digest = image.note(_NAME), image.note(_DIGEST)
    listed = _listed(provenance)
    values = [("base name", name), ("base digest", digest)] if name or digest else []
    values += [("base in provenance", f"{uri} sha256:{sha256}") for uri, sha256 in listed[:20]]
    if not digest and not listed and base is None:
        return ChainLink(
            id=LinkId.BASE, state=CheckState.NOT_PRESENT, says="the image names no base image", reason="no-base-named",
            remedy="BuildKit, ko and apko write it into the annotations of the manifest", exit_code=1,
        )  # fmt: skip
    if base is None:
        named = f"{name or 'a base image'} {digest}".strip() if digest else f"{len(listed)} images in its provenance"
        return ChainLink(
            id=LinkId.BASE, state=CheckState.NOT_CHECKABLE, says=f"it says to be built on {named}; not looked at",
            values=tuple(values), reason="base-not-at-hand", remedy="--base REFERENCE or --base LAYOUT", exit_code=3,
        )  # fmt: skip
    expected = [digest] if digest else [f"sha256:{sha256}" for _, sha256 in listed]
    return changed(_held(image, expected, base, unpacked), values=(*values, ("base at hand", base.facts.digest)))


def _held(image: ImageFacts, expected: Sequence[str], base: BaseImage, unpacked: Mapping[str, str]) -> ChainLink:
    facts = base.facts
    if not facts.images or not image.images:
        what, reason = (base.name, "base-unread") if not facts.images else ("the image", "image-unread")
        return ChainLink(
            id=LinkId.BASE, state=CheckState.NOT_CHECKABLE, says=f"{what} could not be read", reason=reason, exit_code=3
        )
    own = {facts.digest, *(one.digest for one in facts.images)}
    if expected and not own & set(expected):
        return ChainLink(
            id=LinkId.BASE, state=CheckState.FAILED, says=f"the image was built on another base than {base.name}",
            expected=", ".join(expected[:3]), found=facts.digest, reason="base-mismatch", exit_code=1,
        )  # fmt: skip
    answers = [(one, {_below(lower, one, unpacked) for lower in facts.images}) for one in image.images]
    other = next((one for one, found in answers if found == {False}), None)
    if other is not None:
        which = f" of {other.platform}" if len(image.images) > 1 and other.platform else ""
        return ChainLink(
            id=LinkId.BASE, state=CheckState.FAILED,
            says=f"the lowest layers of the image{which} are not those of {base.name}",
            expected=_row(facts.images[0].layers, _diffs(facts.images[0])), found=_row(other.layers, unpacked),
            reason="base-layers-differ", exit_code=1,
        )  # fmt: skip
    if not all(True in found for _, found in answers):
        return ChainLink(
            id=LinkId.BASE, state=CheckState.NOT_CHECKABLE,
            says=f"the lowest layers are other blobs than those of {base.name}, and what they unpack to is not known",
            reason="base-layers-unread", exit_code=3,
        )  # fmt: skip
    if not expected:
        says = f"the layers of {base.name} are the lowest ones; the image itself names no base"
        return ChainLink(id=LinkId.BASE, state=CheckState.VERIFIED, says=says)
    says = f"built on {base.name}, whose layers are the lowest ones"
    return ChainLink(id=LinkId.BASE, state=CheckState.VERIFIED, says=says)


def _below(base: OneImage, image: OneImage, unpacked: Mapping[str, str]) -> bool | None:
    """Return whether an image begins with the layers of another one, None where that is not known: layer by layer the
    same blob, or one that unpacks to what the other's configuration says."""
    if not base.layers or len(image.layers) < len(base.layers):
        return False
    diffs, own = _diffs(base), _diffs(image)
    answer: bool | None = True
    for lower, upper in zip(base.layers, image.layers, strict=False):
        if lower == upper:
            continue
        wanted, found = diffs.get(lower, ""), unpacked.get(upper, "")
        if wanted and (found or own.get(upper, wanted)) != wanted:
            return False
        answer = answer if wanted and found else None
    return answer


def _diffs(image: OneImage) -> Mapping[str, str]:
    """Return what the layers of an image unpack to, as its configuration says; {} where it tells of other layers."""
    is_told = len(image.diffs) == len(image.layers)
    return dict(zip(image.layers, image.diffs, strict=True)) if is_told else {}


def _row(layers: Sequence[str], unpacked: Mapping[str, str]) -> str:
    rows = [unpacked.get(layer, layer) for layer in layers]
    more = f" and {len(rows) - 3} more" if len(rows) > 3 else ""
    return f"{', '.join(rows[:3])}{more}" if rows else "no layers"


def _listed(provenance: Provenance | None) -> list[tuple[str, str]]:
    """Return the images that provenance says a build took in, as (address, sha256)."""
    rows = provenance.dependencies if provenance is not None else ()
    return [(row.uri, row.digest("sha256")) for row in rows if row.uri.startswith(_IMAGES) and row.digest("sha256")]


def vendor_link(base: BaseImage | None, link: ChainLink) -> ChainLink | None:
    """Return whether the base image is signed by whom it should be; None where there is none at hand. link: of the base
    itself, on which this one rests."""
    if base is None or not (base.facts.images or base.has_wish):
        return None
    if not base.facts.images:
        return ChainLink(
            id=LinkId.VENDOR, state=CheckState.NOT_CHECKABLE, says=f"{base.name} could not be read",
            reason="base-unread", exit_code=3,
        )  # fmt: skip
    signatures = [one for one in base.signed if one.kind is SignedKind.SIGNATURE]
    algorithm, _, text = base.facts.digest.partition(":")
    artifact = Artifact(name=base.name, digests=((algorithm, text),))
    found = changed(signature_link(signatures, artifact), id=LinkId.VENDOR)
    found = changed(found, values=(*found.values, *(("by its profile", who) for who in base.vendors)))
    if found.state is CheckState.NOT_PRESENT:
        return unknown_link(changed(found, says=f"no signature of {base.name} was found", remedy=""), base.unknown)
    if not base.has_wish:
        remedy = "--base-vendor ID, or --base-identity and --base-issuer"
        return changed(found, remedy=f"{base.why}: {remedy}" if base.why else remedy)
    if found.state is CheckState.VERIFIED and link.state is not CheckState.VERIFIED:
        says = f"{base.name} is {found.says}; but it is not the base of this image"
        return changed(found, state=CheckState.NOT_CHECKABLE, says=says, reason="base-not-verified",
                       exit_code=link.exit_code)  # fmt: skip
    return found
