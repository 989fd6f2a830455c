"""The chain of an image: what is signed of it, the programs in it, the base image that it was built on.

An image of a registry is fetched layer by layer into a folder that is gone afterwards, each blob held against its
digest; one of a layout is read where it lies.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

from supplymatrix.attest.image_facts import ImageFacts, Put, image_facts
from supplymatrix.attest.image_found import ImageSignatures, SignatureKind
from supplymatrix.attest.image_reference import names_registry, parse_image_reference
from supplymatrix.attest.wanted import Artifact
from supplymatrix.engine.chain_base import BaseImage, base_link, vendor_link
from supplymatrix.engine.chain_evidence import ChainWish, Judge, Signed, SignedKind, best_of
from supplymatrix.engine.image_signatures import ImageChoice, image_signatures, is_layout, is_there
from supplymatrix.engine.signature_bundles import candidate_of
from supplymatrix.engine.signature_trust import RunTrust
from supplymatrix.engine.vendor_base import signers_of_base
from supplymatrix.errors import Diagnostic, InputError
from supplymatrix.model.gap import Gap
from supplymatrix.model.signature import ArtifactKind, SignedArtifact
from supplymatrix.model.value import changed
from supplymatrix.sources.fetched_image import FetchedImage, NoRoomError
from supplymatrix.sources.oci_layout import drive_layout, open_layout
from supplymatrix.sources.programs import ProgramsFound, find_programs

if TYPE_CHECKING:
    from supplymatrix.attest.bundle import SignedBundle
    from supplymatrix.engine.chain import ChainRequest, Pieces
    from supplymatrix.model.signature import Statement

__all__ = ["image_pieces", "is_image", "programs_in_layout"]

_DIGEST_END = re.compile(r"@sha(?:256:[0-9a-f]{64}|512:[0-9a-f]{128})$")
_LIMITED = "it names more than one image"


def is_image(target: str) -> bool:
    """Return whether a word names an image: a layout on this machine, or an image of a registry. What lies there as a
    plain file is a file, but for a tar file that is a layout; a word that is not there, and names no registry, is a
    file that is missing."""
    path = Path(target)
    if is_there(target, Path.is_dir):
        return True
    if is_there(target, Path.is_file):
        return _is_layout_file(path)
    if is_layout(target):
        return not target.startswith(("/", "./", "../", "~/")) or ":" in target or "@" in target
    return names_registry(target)


def _is_layout_file(path: Path) -> bool:
    """Return whether a file is a tar file with an image layout in it."""
    try:
        with open_layout(path) as layout:
            return bool(layout.images)
    except (InputError, OSError):
        return False


def image_pieces(request: ChainRequest) -> Pieces:
    """Return what the chain of an image is put together from. Raises InputError."""
    from supplymatrix.engine.chain import Pieces

    trust = RunTrust(request.trusted_root, request.ca, request.means)
    target = _layout_word(request.target)
    row = _row(target, request)
    algorithm, _, text = row.digest.partition(":")
    artifact = Artifact(name=row.reference or target, digests=((algorithm, text),) if text else ())
    judge = Judge(wish=request.wish, trust=trust, now=request.means.now, engine=request.engine)
    signed = _signed(row, artifact, judge)
    facts, found = _contents(target, row, request)
    base, base_row = _base(request, trust)
    provenance = best_of([one for one in signed if one.kind is SignedKind.PROVENANCE])
    told = provenance.provenance if provenance is not None and provenance.is_told else None
    pieces = Pieces(target=artifact, kind=ArtifactKind.IMAGE, signed=signed, found=found, trust=trust)
    link = base_link(facts, told, base, dict(found.unpacked))
    vendor = vendor_link(base, link)
    pieces.links = [link, *([vendor] if vendor is not None else [])]
    pieces.gaps = [*row.gaps, *(changed(gap, subject=target) for gap in facts.gaps)]
    pieces.notes = [*row.notes, *row.unsigned]
    forged = [*row.forged, *facts.forged]
    if base is not None and base_row is not None:
        pieces.gaps += [*base_row.gaps, *(changed(gap, subject=base.name) for gap in base.facts.gaps)]
        forged += [*base_row.forged, *base.facts.forged]
        pieces.also_signed = [_base_artifact(base, base_row)]
    pieces.is_forged = bool(forged)
    pieces.faults = [
        Diagnostic(message=one.says or f"what it has as {one.wanted} is {one.found}", artifact=one.source)
        for one in dict.fromkeys(forged)
    ]
    return pieces


def _layout_word(target: str) -> str:
    """Return a word for a layout as `image_signatures` takes it: a folder in the current one needs ./ there."""
    path = Path(target)
    if is_there(target) and not is_layout(target):
        return f"./{target}" if path.is_dir() else f"oci-archive:{target}"
    return target


def _row(target: str, request: ChainRequest) -> ImageSignatures:
    """Return the image that is meant. Raises InputError where there are several."""
    choice = ImageChoice(platform=request.platform, plain_http=request.plain_http)
    rows = image_signatures(target, request.means, choice)
    if request.platform:
        rows = tuple(row for row in rows if row.platform) or rows
    if len({row.digest for row in rows}) != 1:
        names = ", ".join(sorted({row.tag or row.digest for row in rows})[:10])
        fault = Diagnostic(message=_LIMITED, artifact=target, seen=names, expected="one image: LAYOUT:TAG")
        raise InputError(fault)
    return rows[0]


def _signed(row: ImageSignatures, artifact: Artifact, judge: Judge) -> tuple[Signed, ...]:
    """Return what is signed of an image, judged."""
    found: list[tuple[SignedBundle, Statement | None, Artifact]] = []
    others: dict[str, Artifact] = {row.digest: artifact}
    for one in row.found:
        algorithm, _, text = one.digest.partition(":")
        about = others.setdefault(one.digest, Artifact(name=row.reference, digests=((algorithm, text),)))
        found.append((one.bundle, candidate_of(one.bundle, one.bundle.source).statement, about))
    judged = [
        Signed(
            kind=SignedKind.SIGNATURE if one.kind is SignatureKind.SIGNATURE else SignedKind.OTHER,
            about=artifact,
            verdict=one.verdict,
        )
        for one in row.judged
    ]
    return (*judge.bundles(found), *judged)


def _contents(target: str, row: ImageSignatures, request: ChainRequest) -> tuple[ImageFacts, ProgramsFound]:
    """Return what an image is made of, and the programs in it."""
    if not row.digest:
        return ImageFacts(digest=""), ProgramsFound(programs=(), gaps=(), files=0)
    if is_layout(target):
        path = _layout_path(row)
        facts = _facts_in_layout(path, row.digest)
        found = find_programs((path,), jobs=request.means.jobs)
        return facts, _only(found, facts, {})
    try:
        with FetchedImage() as folder:
            facts = _facts_in_registry(target, row.digest, request, folder.put)
            folder.finish([(one.digest, one.platform) for one in facts.images])
            found = find_programs((folder.path,), jobs=request.means.jobs)
            return facts, _only(found, facts, {folder.path.as_posix(): target})
    except NoRoomError as err:
        fault = err.diagnostics[0]
        gap = Gap(wanted="its layers", reason=fault.message, remedy=fault.remedy)
        return ImageFacts(digest=row.digest, gaps=(gap,)), ProgramsFound(programs=(), gaps=(), files=0)


def programs_in_layout(path: Path, digest: str, jobs: int) -> ProgramsFound:
    """Return the programs in one image of a layout; what of it could not be read is a gap. Raises InputError."""
    facts = _facts_in_layout(path, digest)
    found = _only(find_programs((path,), jobs=jobs), facts, {})
    forged = ((one.source, one.says or f"{one.wanted} is {one.found}") for one in facts.forged)
    return changed(found, gaps=(*found.gaps, *facts.gaps), forged=tuple(dict.fromkeys((*found.forged, *forged))))


def _layout_path(row: ImageSignatures) -> Path:
    """Return the path of a layout out of the reference of an image in it: "dir:v1@sha256:…"."""
    text = _DIGEST_END.sub("", row.reference)
    if row.tag and text.endswith(f":{row.tag}") and not is_there(text):
        text = text.removesuffix(f":{row.tag}")
    return Path(text)


def _facts_in_layout(path: Path, digest: str) -> ImageFacts:
    with open_layout(path) as layout:
        return drive_layout(image_facts(digest), layout)


def _facts_in_registry(target: str, digest: str, request: ChainRequest, put: Put | None) -> ImageFacts:
    from supplymatrix.net.registry import drive_search, registry_source

    reference = changed(parse_image_reference(target), tag="", digest=digest)
    source = registry_source(
        reference, environ=request.means.environ, offline=request.means.offline, ca_file=request.means.ca_file,
        plain_http=request.plain_http, jobs=request.means.jobs,
    )  # fmt: skip
    return drive_search(image_facts(digest, put=put), source)


def _only(found: ProgramsFound, facts: ImageFacts, names: dict[str, str]) -> ProgramsFound:
    """Return the programs of the images that are meant, called as the user called the image; one that was not looked
    into is a gap. names: folder → name."""

    def named(text: str) -> str:
        for folder, name in names.items():
            text = text.replace(folder, name)
        return text

    digests = {one.digest for one in facts.images}
    programs = tuple(
        changed(program, name=named(program.name), also=tuple(map(named, program.also)))
        for program in found.programs
        if program.image in digests
    )
    gaps = [changed(gap, wanted=named(gap.wanted)) for gap in found.gaps]
    gaps += [
        Gap(
            wanted=f"the programs in {one.digest}",
            reason="it is not among the images that index.json leads to, and its layers were not read",
            remedy="name the tag or the index that has it",
        )
        for one in facts.images
        if one.digest not in found.looked
    ]
    forged = tuple((named(where), what) for where, what in found.forged)
    faults = tuple(fault for fault in found.faults if not digests)
    return changed(found, programs=programs, gaps=tuple(gaps), forged=forged, faults=faults)


def _base(request: ChainRequest, trust: RunTrust) -> tuple[BaseImage | None, ImageSignatures | None]:
    """Return the base image that the user named, with what is signed of it."""
    if not request.base:
        return None, None
    target = _layout_word(request.base)
    row = _row(target, changed(request, platform=""))
    if not row.digest:
        facts = ImageFacts(digest="")
    elif is_layout(target):
        facts = _facts_in_layout(_layout_path(row), row.digest)
    else:
        facts = _facts_in_registry(target, row.digest, request, None)
    wish, why = request.base_wish, ""
    if wish is None:
        known, why = signers_of_base(request.base, request.means)
        wish = ChainWish(wanted=known.wanted) if known is not None else None
    nobody = ChainWish(wanted=changed(request.wish.wanted, identities=(), keys=(), claims=(), annotations=()))
    judge = Judge(wish=wish or nobody, trust=trust, now=request.means.now, engine=request.engine)
    algorithm, _, text = row.digest.partition(":")
    artifact = Artifact(name=row.reference, digests=((algorithm, text),) if text else ())
    signed = _signed(row, artifact, judge)
    named = [one.name for one in wish.wanted.identities if one.name] if wish is not None else []
    return BaseImage(
        name=request.base, facts=facts, signed=signed, has_wish=wish is not None, vendors=tuple(named), why=why,
        unknown=wish.unknown if wish is not None else None,
    ), row  # fmt: skip


def _base_artifact(base: BaseImage, row: ImageSignatures) -> SignedArtifact:
    from supplymatrix.engine.signature_outcome import holding_first, signed_as

    signatures = holding_first(one.verdict for one in base.signed if one.kind is SignedKind.SIGNATURE)
    attestations = holding_first(one.verdict for one in base.signed if one.kind is not SignedKind.SIGNATURE)
    return SignedArtifact(
        name=base.name, kind=ArtifactKind.IMAGE, state=signed_as(signatures, attestations, has_gaps=bool(row.gaps)),
        digests=row.digests, reference=row.reference, tag=row.tag, signatures=signatures, attestations=attestations,
        unsigned=row.unsigned,
    )  # fmt: skip
