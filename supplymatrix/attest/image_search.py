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
whole, and its images may be signed besides: a signature of the index holds for each image in its list, and for those in
the lists of indexes in it.

Nothing is verified here but that bytes are what their digests say, which who answers has done.

Source: sigstore/cosign specs/SIGNATURE_SPEC.md and BUNDLE_SPEC.md; OCI distribution specification 1.1, "Listing
Referrers" and "Referrers Tag Schema"; Notary Project signature specification.
"""

from __future__ import annotations

from collections.abc import Generator, Mapping, Sequence
from typing import TypeVar

from supplymatrix.attest.bundle import SignedBundle
from supplymatrix.attest.image_beside import Beside, Room, look_beside
from supplymatrix.attest.image_found import FoundSignature, ImageSignatures
from supplymatrix.attest.image_manifest import (
    Listed,
    Manifest,
    buildkit_says,
    choose_platform,
    config_of,
    parse_manifest,
    platform_of,
)
from supplymatrix.documents.image_json import INDEXES
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
from supplymatrix.model.value import changed, value

__all__ = ["MAX_PLATFORMS", "Search", "find_signatures"]

T = TypeVar("T")
S = TypeVar("S", SignedBundle, SignatureVerdict)
Search = Generator[tuple[OciAsk, ...], tuple[OciAnswer, ...], T]

MAX_PLATFORMS = 64
"""Images of one index that are looked at."""
_AT_A_TIME = 8
"""Images of an index that are looked at side by side."""
_CONFIG_LIMIT = 4 << 20
_DEEPEST = 4
"""Indexes in each other."""
_MOST_OPENED = 200
"""Manifests that are read to see whether they are images."""


@value
class _Inner:
    """An image of an index. within: the indexes that it lies in beside the outermost one."""

    listed: Listed
    within: tuple[str, ...] = ()


def find_signatures(
    reference: ImageReference, *, platform: str = "", all_platforms: bool = False, is_local: bool = False
) -> Search[tuple[ImageSignatures, ...]]:
    """Return what lies beside an image: one row; for an index with all_platforms, its own row and one for each image.

    platform: "linux/arm64", the image of an index that is meant; its row has what signs the index, too. is_local: a
    layout that does not change while nobody looks, so that a tag may be relied on. Raises InputError where the image is
    there and is not for that platform, and for a manifest that cannot be read or may be taken for something else.
    """
    row = ImageSignatures(name=_name(reference), reference=_name(reference), tag=reference.tag)
    (answer,) = yield (GetManifest(reference=reference.digest or reference.tag),)
    if not isinstance(answer, OciBytes):
        return (_without_image(row, answer),)
    manifest = _read(answer, row.reference)
    row = changed(
        row,
        digest=answer.digest,
        reference=f"{reference.name}@{answer.digest}",
        media_type=manifest.media_type,
        notes=_on_tag(reference, answer.digest, is_local=is_local),
    )
    room = Room()
    if not manifest.is_index:
        found = yield from look_beside(row.reference, answer.digest, room)
        told = yield from _platform_of_single(manifest, platform, row.reference)
        return (_filled(row, found, told),)
    missing = Beside(name=row.reference, digest=answer.digest)
    chosen: tuple[_Inner, ...] = ()
    if platform or all_platforms:
        chosen = yield from _chosen(manifest, platform, missing, all_platforms=all_platforms)
    within = [digest for image in chosen for digest in image.within]
    digests = tuple(dict.fromkeys((answer.digest, *within, *(image.listed.digest for image in chosen))))
    beside: dict[str, Beside] = {}
    for start in range(0, len(digests), _AT_A_TIME):
        some = digests[start : start + _AT_A_TIME]
        found_there = yield from together([look_beside(f"{reference.name}@{one}", one, room) for one in some])
        beside |= zip(some, found_there, strict=True)
    top = beside[answer.digest]
    top.unsigned += map(buildkit_says, manifest.attested)
    top.missing += missing.missing
    top.forged += missing.forged
    row = changed(row, notes=(*row.notes, *missing.notes))
    rows = [_of_index(row, image, beside, reference) for image in chosen]
    if platform and not all_platforms:
        return tuple(rows)
    notes: tuple[str, ...] = ()
    if not all_platforms and manifest.images:
        note = (
            f"it is an index of {len(manifest.images):,} images, and was looked at as a whole: what signs it signs all"
        )
        notes = (f"{note} of them; --platform or --all-platforms looks at each",)
    return (changed(_filled(row, top), notes=(*row.notes, *top.notes, *notes)), *rows)


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
    row: ImageSignatures, inner: _Inner, beside: Mapping[str, Beside], reference: ImageReference
) -> ImageSignatures:
    """Return the row of an image of an index: what signs it, and what signs the indexes that it lies in."""
    image = inner.listed
    own = _filled(changed(row, notes=()), beside[image.digest])
    tops = [beside[digest] for digest in dict.fromkeys((row.digest, *inner.within))]
    return changed(
        own,
        digest=image.digest,
        reference=f"{reference.name}@{image.digest}",
        media_type=image.media_type,
        platform=image.platform,
        index=row.digest,
        found=(*own.found, *(_from_index(found, top.digest) for top in tops for found in top.found)),
        judged=(*own.judged, *(changed(one, verdict=_at_index(one.verdict)) for top in tops for one in top.judged)),
        forged=tuple(dict.fromkeys((*own.forged, *(one for top in tops for one in top.forged)))),
        gaps=tuple(dict.fromkeys((*own.gaps, *(gap for top in tops for gap in top.gaps())))),
        notes=(*row.notes, *own.notes),
    )


def _from_index(found: FoundSignature, index: str) -> FoundSignature:
    return changed(found, index=index, bundle=_at_index(found.bundle))


def _at_index(one: S) -> S:
    """Return a signature or verdict whose place is told to be at the index."""
    return changed(one, source=f"of its index: {one.source}")


def _chosen(manifest: Manifest, platform: str, missing: Beside, *, all_platforms: bool) -> Search[tuple[_Inner, ...]]:
    """Return the images of an index that are looked at one by one. Raises InputError."""
    if manifest.lost:
        message = f"the index has {manifest.lost:,} images with a digest that is none"
        raise InputError(Diagnostic(message=message, artifact=missing.name))
    images = yield from _Opened(missing, reads_attested=all_platforms).open(manifest, (), "")
    if all_platforms and len(images) > MAX_PLATFORMS:
        message = f"the index has {len(images):,} images, more than the {MAX_PLATFORMS} that are looked at"
        raise InputError(Diagnostic(message=message, artifact=missing.name, remedy="name one of them by its digest"))
    if all_platforms:
        return tuple(images)
    listed = choose_platform([image.listed for image in images], platform, missing.name)
    chosen = next(image for image in images if image.listed.digest == listed.digest)
    if not listed.platform:
        (answer,) = yield (GetManifest(reference=listed.digest),)
        if isinstance(answer, OciBytes):
            told = yield from _platform_of_single(_read(answer, listed.digest), platform, listed.digest)
            missing.notes.extend(told)
    return (chosen,)


class _Opened:
    """The images of an index, and of indexes in it. missing: takes what could not be had; what that is stays an image.
    reads_attested: what says to be an attestation of the build is read, to see whether it has files."""

    def __init__(self, missing: Beside, *, reads_attested: bool) -> None:
        self._missing = missing
        self._reads_attested = reads_attested
        self._left = _MOST_OPENED
        self._seen: set[str] = set()

    def open(self, manifest: Manifest, within: tuple[str, ...], platform: str) -> Search[list[_Inner]]:
        """Return the images of an index, each once. platform: that is told of the index itself."""
        found: list[_Inner] = []
        attested = {listed.digest for listed in manifest.attested}
        for listed in (*manifest.images, *(manifest.attested if self._reads_attested else ())):
            if listed.digest in self._seen:
                continue
            self._seen.add(listed.digest)
            image = listed if listed.platform else changed(listed, platform=platform)
            is_attested = listed.digest in attested
            inner = None
            if is_attested or listed.media_type in INDEXES:
                inner = yield from self._read(listed, len(within), is_silent=is_attested)
            if inner is not None and inner.is_index:
                found += yield from self.open(inner, (*within, listed.digest), image.platform)
            elif not is_attested or (inner is not None and inner.may_have_files):
                found.append(_Inner(listed=image, within=within))
        return found

    def _read(self, listed: Listed, depth: int, *, is_silent: bool) -> Search[Manifest | None]:
        """Return what a manifest in an index says, None where it could not be had. is_silent: it need not be there."""
        what = f"the {'attestation' if is_silent else 'index'} {listed.digest} in the index"
        if self._left == 0 or depth + 1 >= _DEEPEST:
            self._missing.missing.append((what, "indexes in it are too many, or too deep in each other", "", False))
            return None
        self._left -= 1
        (answer,) = yield (GetManifest(reference=listed.digest),)
        if isinstance(answer, OciBytes):
            manifest = _read(answer, listed.digest)
            if manifest.lost:
                raise InputError(
                    Diagnostic(message="an index in the index names a digest that is none", artifact=listed.digest)
                )
            return manifest
        if isinstance(answer, OciForged):
            self._missing.forged.append(answer)
        elif isinstance(answer, OciUnavailable):
            self._missing.missing.append((what, answer.reason, answer.remedy, answer.outage))
        elif not is_silent:
            self._missing.missing.append((what, f"{answer.source} does not have it", "", False))
        return None


def _read(answer: OciBytes, name: str) -> Manifest:
    """Return what a manifest says. Raises InputError for one that cannot be read. name: of the image."""
    manifest = parse_manifest(answer)
    if manifest.fault:
        raise InputError(Diagnostic(message=manifest.fault, artifact=name))
    return manifest


def _platform_of_single(manifest: Manifest, platform: str, name: str) -> Search[tuple[str, ...]]:
    """Hold the platform of an image that is no index against the one that is meant. Raises InputError."""
    if not platform:
        return ()
    unknown = (f"it does not tell whether it is for {platform}",)
    if not manifest.config:
        return unknown
    (answer,) = yield (GetBlob(digest=manifest.config, limit=_CONFIG_LIMIT),)
    told = platform_of(config_of(answer.data, name)) if isinstance(answer, OciBytes) else ""
    if not told:
        return unknown
    choose_platform((Listed(digest="", media_type="", platform=told),), platform, name)
    return ()
