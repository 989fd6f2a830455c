"""Search for the signatures of an image, in the places where cosign, Notation and others put them.

    found = drive_search(find_signatures(reference), source)

| place | what lies there |
|---|---|
| tag `sha256-<hex>.sig` | simple signing documents, a layer each, signatures in their annotations |
| tag `sha256-<hex>.att` | DSSE envelopes, a layer each |
| tag `sha256-<hex>.sbom` | bills of materials that nobody signed |
| referrers of the digest | bundles, Notation's signatures, anything else |
| tag `sha256-<hex>` | the list of referrers, where a registry cannot be asked for them |

Lists of referrers need not say what they list: every manifest is read. What a layer is, its media type tells, wherever
it was found; whether a statement is a signature, its own predicate type does, which is signed. An index is signed as a
whole, and its images may be signed besides: a signature of the index holds for each image in its list.

Nothing is verified here but that bytes are what their digests say, which who answers has done.

Source: sigstore/cosign specs/SIGNATURE_SPEC.md and BUNDLE_SPEC.md; OCI distribution specification 1.1, "Listing
Referrers" and "Referrers Tag Schema"; Notary Project signature specification.
"""

from __future__ import annotations

from collections.abc import Generator, Sequence
from typing import TypeVar

from supplymatrix.attest.bundle import SignedBundle
from supplymatrix.attest.image_beside import Beside, Room, look_beside
from supplymatrix.attest.image_found import FoundSignature, ImageSignatures
from supplymatrix.attest.image_manifest import Listed, Manifest, choose_platform, parse_manifest, platform_of
from supplymatrix.errors import Diagnostic, InputError
from supplymatrix.model.gap import Gap
from supplymatrix.model.oci import (
    GetBlob,
    GetManifest,
    ImageReference,
    OciAbsent,
    OciAnswer,
    OciAsk,
    OciBytes,
    OciForged,
    OciUnavailable,
)
from supplymatrix.model.signature import SignatureVerdict
from supplymatrix.model.value import changed

__all__ = ["MAX_PLATFORMS", "Search", "find_signatures"]

T = TypeVar("T")
S = TypeVar("S", SignedBundle, SignatureVerdict)
Search = Generator[tuple[OciAsk, ...], tuple[OciAnswer, ...], T]

MAX_PLATFORMS = 64
"""Images of one index that are looked at."""
_AT_A_TIME = 8
"""Images of an index that are looked at side by side."""
_CONFIG_LIMIT = 4 << 20


def find_signatures(
    reference: ImageReference, *, platform: str = "", all_platforms: bool = False, is_local: bool = False
) -> Search[tuple[ImageSignatures, ...]]:
    """Return what lies beside an image: one row; for an index with all_platforms, its own row and one for each image.

    platform: "linux/arm64", the image of an index that is meant; its row has what signs the index, too. is_local: a
    layout that does not change while nobody looks, so that a tag may be relied on. Raises InputError where the image is
    there and is not for that platform.
    """
    row = ImageSignatures(name=_name(reference), reference=_name(reference), tag=reference.tag)
    (answer,) = yield (GetManifest(reference=reference.digest or reference.tag),)
    if not isinstance(answer, OciBytes):
        return (_without_image(row, answer),)
    manifest = parse_manifest(answer)
    row = changed(
        row,
        digest=answer.digest,
        reference=f"{reference.name}@{answer.digest}",
        media_type=manifest.media_type,
        notes=(*_on_tag(reference, answer.digest, is_local=is_local), *manifest.notes),
    )
    room = Room()
    if not manifest.is_index:
        found = yield from look_beside(row.reference, answer.digest, room)
        told = yield from _platform_of_single(manifest, platform, row.reference)
        return (_filled(row, found, told),)
    chosen = _chosen(manifest, platform, row.reference, all_platforms=all_platforms)
    digests = (answer.digest, *(image.digest for image in chosen))
    everything: list[Beside] = []
    for start in range(0, len(digests), _AT_A_TIME):
        some = digests[start : start + _AT_A_TIME]
        everything += yield from together([look_beside(f"{reference.name}@{one}", one, room) for one in some])
    top, rest = everything[0], everything[1:]
    top.unsigned += manifest.unsigned
    whole = _filled(row, top)
    rows = [_of_index(row, image, beside, top, reference) for image, beside in zip(chosen, rest, strict=True)]
    if platform and not all_platforms:
        return tuple(rows)
    if not all_platforms and manifest.images:
        note = (
            f"it is an index of {len(manifest.images):,} images, and was looked at as a whole: what signs it signs all"
        )
        whole = changed(whole, notes=(*whole.notes, f"{note} of them; --platform or --all-platforms looks at each"))
    return (whole, *rows)


def together(searches: Sequence[Search[T]]) -> Search[list[T]]:
    """Run searches side by side: what all of them ask next is one round of questions."""
    results: dict[int, T] = {}
    asked: dict[int, tuple[OciAsk, ...]] = {}

    def step(number: int, answers: tuple[OciAnswer, ...] | None) -> None:
        try:
            asked[number] = next(searches[number]) if answers is None else searches[number].send(answers)
        except StopIteration as done:
            asked.pop(number, None)
            results[number] = done.value

    for number in range(len(searches)):
        step(number, None)
    while asked:
        waiting = sorted(asked)
        answers = yield tuple(ask for number in waiting for ask in asked[number])
        at = 0
        for number in waiting:
            count = len(asked[number])
            step(number, answers[at : at + count])
            at += count
    return [results[number] for number in range(len(searches))]


def _name(reference: ImageReference) -> str:
    tag = f":{reference.tag}" if reference.tag else ""
    return f"{reference.name}{tag}" + (f"@{reference.digest}" if reference.digest else "")


def _on_tag(reference: ImageReference, digest: str, *, is_local: bool) -> tuple[str, ...]:
    """Return what there is to say of a tag that led to a digest."""
    if not reference.tag or is_local:
        return ()
    if reference.digest:
        return (f"the digest counts; whether the tag {reference.tag} leads to it was not asked",)
    return (f"the tag {reference.tag} led to {digest} just now; a tag can be moved, so name the image by its digest",)


def _without_image(row: ImageSignatures, answer: OciAnswer) -> ImageSignatures:
    """Return the row of an image whose manifest did not come."""
    wanted = f"the manifest of {row.reference}"
    if isinstance(answer, OciForged):
        return changed(row, forged=(answer,))
    if isinstance(answer, OciAbsent):
        reason = f"{answer.source} has no such image"
        gap = Gap(
            wanted=wanted, reason=reason, remedy="check its name and tag, and whether a login is needed to see it"
        )
    elif isinstance(answer, OciUnavailable):
        gap = Gap(wanted=wanted, reason=answer.reason, remedy=answer.remedy, outage=answer.outage)
    else:
        raise TypeError(f"no answer to a question: {type(answer).__name__}")
    return changed(row, gaps=(changed(gap, subject=row.reference),))


def _filled(row: ImageSignatures, beside: Beside, notes: Sequence[str] = ()) -> ImageSignatures:
    return changed(
        row,
        found=tuple(beside.found),
        judged=tuple(beside.judged),
        unsigned=tuple(beside.unsigned),
        forged=tuple(beside.forged),
        gaps=beside.gaps(),
        notes=(*row.notes, *notes, *beside.notes),
    )


def _of_index(
    row: ImageSignatures, image: Listed, beside: Beside, top: Beside, reference: ImageReference
) -> ImageSignatures:
    """Return the row of an image of an index: what signs it, and what signs the index that has it in its list."""
    index = row.digest
    own = _filled(changed(row, notes=()), beside)
    return changed(
        own,
        digest=image.digest,
        reference=f"{reference.name}@{image.digest}",
        media_type=image.media_type,
        platform=image.platform,
        index=index,
        found=(*own.found, *(_from_index(found, index) for found in top.found)),
        judged=(*own.judged, *(changed(one, verdict=_at_index(one.verdict)) for one in top.judged)),
        forged=tuple(dict.fromkeys((*own.forged, *top.forged))),
        gaps=tuple(dict.fromkeys((*own.gaps, *top.gaps()))),
        notes=(*row.notes, *own.notes),
    )


def _from_index(found: FoundSignature, index: str) -> FoundSignature:
    return changed(found, index=index, bundle=_at_index(found.bundle))


def _at_index(one: S) -> S:
    """Return a signature or verdict whose place is told to be at the index."""
    return changed(one, source=f"of its index: {one.source}")


def _chosen(manifest: Manifest, platform: str, name: str, *, all_platforms: bool) -> tuple[Listed, ...]:
    """Return the images of an index that are looked at one by one."""
    if all_platforms:
        if len(manifest.images) > MAX_PLATFORMS:
            message = f"the index has {len(manifest.images):,} images, more than the {MAX_PLATFORMS} that are looked at"
            raise InputError(Diagnostic(message=message, artifact=name, remedy="name one of them by its digest"))
        return manifest.images
    return choose_platform(manifest, platform, name) if platform else ()


def _platform_of_single(manifest: Manifest, platform: str, name: str) -> Search[tuple[str, ...]]:
    """Hold the platform of an image that is no index against the one that is meant. Raises InputError."""
    if not platform:
        return ()
    unknown = (f"it is no index, and does not tell whether it is for {platform}",)
    if not manifest.config:
        return unknown
    (answer,) = yield (GetBlob(digest=manifest.config, limit=_CONFIG_LIMIT),)
    told = platform_of(answer.data) if isinstance(answer, OciBytes) else ""
    if not told:
        return unknown
    choose_platform(changed(manifest, images=(Listed(digest="", media_type="", platform=told),)), platform, name)
    return ()
