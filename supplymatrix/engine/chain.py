"""The chain of one artifact: who built it, as a signature log has it, and of what, as the checksum log has it.

    run = trace_chain(ChainRequest(target="bin/app", wish=ChainWish(wanted=wanted), means=means))
    run.links, run.heads, run.exit_code

A file is read once for its digests and once for its programs, and both readings have to agree. What the links are and
what each of them compares is told in `model.chain`.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING

from supplymatrix.attest.builders import claims_of, source_of
from supplymatrix.attest.log_heads import forks_in
from supplymatrix.attest.wanted import Artifact, EngineChoice
from supplymatrix.engine.chain_evidence import ChainWish, Judge, Signed, SignedKind
from supplymatrix.engine.chain_links import builder_link, heads_of, provenance_link, signature_link, unknown_link
from supplymatrix.engine.chain_programs import (
    head_of_modules,
    main_link,
    main_to_ask,
    modules_link,
    toolchain_link,
    toolchain_of,
)
from supplymatrix.engine.chain_source import Source, lies_in, repository_link, source_in, source_link
from supplymatrix.engine.events import OnEvent, ignore_event
from supplymatrix.engine.means import Means
from supplymatrix.engine.policy_source import OWN_POLICY, PolicySource
from supplymatrix.engine.program_project import NO_PROJECT, versions_of
from supplymatrix.engine.signature_bundles import Candidate, algorithms_of, candidates_in, claimed_digests, needs_data
from supplymatrix.engine.signature_outcome import holding_first, signed_as
from supplymatrix.engine.signature_places import BundlePlaces, Places
from supplymatrix.engine.signature_trust import RunTrust
from supplymatrix.engine.verify_binary import ProgramAnswers, look_at_programs
from supplymatrix.errors import Diagnostic, InputError
from supplymatrix.model.chain import OPTIONAL, ChainLink, ChainRun, HeadSeen, LinkId, exit_code_of
from supplymatrix.model.gap import Gap
from supplymatrix.model.module import ModuleVersion
from supplymatrix.model.program import BuiltProgram
from supplymatrix.model.signature import ArtifactKind, CheckState, SignedArtifact
from supplymatrix.model.value import changed, value
from supplymatrix.sources.containers import TAR_HEAD, is_archive
from supplymatrix.sources.file_digests import digest_file, look_at_file
from supplymatrix.sources.files import read_limited
from supplymatrix.sources.layout_blobs import ARCHIVE_LIMIT
from supplymatrix.sources.pread import open_at
from supplymatrix.sources.programs import FoundProgram, ProgramsFound, find_programs
from supplymatrix.sources.signature_files import beside, read_bundle_file

if TYPE_CHECKING:
    from supplymatrix.attest.checksum_list import ChecksumList
    from supplymatrix.engine.chain_release import Release

__all__ = ["ChainRequest", "Pieces", "finish_chain", "trace_chain"]

_DATA_LIMIT = 256 << 20
_MOST_TRIED = 100
_SEVERAL = 2
"""Artifacts that named bundles are given to: a folder is never all about one."""
_WORDS = ("{}", "{name}")
_OPEN = (CheckState.NOT_PRESENT, CheckState.NOT_CHECKABLE)


@value
class ChainRequest:
    """target: a file, or what `engine.chain_image` takes for an image. bundles: files with signatures, folders of them
    and patterns, () = what lies beside the artifact; provenance: further files. checksums, archive: of the release that
    the target is of. base: the base image, a layout or a reference; base_wish: who should have signed it, None where
    nobody was named; who is named must have signed it. project: as `verify binary` has it. trusted_root, ca: as
    `RunTrust` has them. required: links that must be verified though they are optional; excused: links that may be
    missing or undecided. platform, plain_http: of an image."""

    target: str
    wish: ChainWish
    means: Means
    bundles: tuple[Path, ...] = ()
    provenance: tuple[Path, ...] = ()
    checksums: Path | None = None
    archive: Path | None = None
    base: str = ""
    base_wish: ChainWish | None = None
    project: Path | None = None
    policy: PolicySource = OWN_POLICY
    trusted_root: Path | None = None
    ca: Path | None = None
    engine: EngineChoice = EngineChoice.BOTH
    required: frozenset[LinkId] = frozenset()
    excused: frozenset[LinkId] = frozenset()
    platform: str = ""
    plain_http: bool = False


@dataclass(slots=True)
class Pieces:
    """What a chain is put together from. target: whose chain it is. signed: all that was judged. found: its programs.
    release: None where nothing of one was named. links: further ones, of an image."""

    target: Artifact
    kind: ArtifactKind
    signed: tuple[Signed, ...]
    found: ProgramsFound
    trust: RunTrust
    release: Release | None = None
    links: list[ChainLink] = field(default_factory=list)
    also_signed: list[SignedArtifact] = field(default_factory=list)
    gaps: list[Gap] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    faults: list[Diagnostic] = field(default_factory=list)
    is_forged: bool = False


def trace_chain(request: ChainRequest, on_event: OnEvent = ignore_event) -> ChainRun:
    """Return the chain of a file or an image.

    Raises InputError for a target, a bundle, a list or an archive that cannot be read, and for options of the other
    kind of target; TrustError for a log that lied as a whole.
    """
    if not _is_plain(Path(request.target)):
        from supplymatrix.engine.chain_image import image_pieces, is_image
        from supplymatrix.engine.image_signatures import is_there, no_such

        if not is_image(request.target) and not is_there(request.target):
            raise InputError(no_such(request.target))
        if is_image(request.target):
            _refuse(request, ("bundles", "provenance", "checksums", "archive"), "a file")
            return finish_chain(request, image_pieces(request), on_event)
    _refuse(request, ("base", "platform"), "an image")
    return finish_chain(request, _file_pieces(request), on_event)


def _is_plain(path: Path) -> bool:
    """Return whether a target is a file that has no image in it, so that nothing of images is needed."""
    try:
        with open_at(path, limit=ARCHIVE_LIMIT) as file:
            return not is_archive(file.read_at(0, min(TAR_HEAD, file.size)))
    except (InputError, OSError, ValueError):
        return False


def _refuse(request: ChainRequest, names: Sequence[str], kind: str) -> None:
    """Raise InputError where something is asked for that only the other kind of target has: it would not be looked
    at."""
    for name in names:
        if getattr(request, name):
            option = "--bundle" if name == "bundles" else f"--{name}"
            message, remedy = f"{option} is for {kind}, and this is none", f"name {kind}, or leave {option} out"
            raise InputError(Diagnostic(message=message, artifact=request.target, remedy=remedy))


def _file_pieces(request: ChainRequest) -> Pieces:
    path = Path(request.target)
    look_at_file(path)
    trust = RunTrust(request.trusted_root, request.ca, request.means)
    judge = Judge(wish=request.wish, trust=trust, now=request.means.now, engine=request.engine)
    files = [one for one in (path, request.archive, request.checksums) if one is not None]
    plain, places = _places(request)
    given, near, notes, faults = _candidates(request, files, plain, places)
    every = [*given, *(candidate for _, candidate in near), *places.shared]
    checksums = _checksums(request.checksums)
    listed = {algorithm for _, algorithm, _ in checksums[0].lines} if checksums is not None else set()
    algorithms = algorithms_of(every, request.wish.wanted.keys) | listed
    keep = _DATA_LIMIT if needs_data(every, request.wish.wanted.keys) else 0
    artifacts = {one: _artifact(one, algorithms, keep) for one in files}
    pairs = [(candidate, artifacts[one]) for one, candidate in near]
    pairs += _assigned(given, [artifacts[one] for one in files])
    for one in files:
        digests = artifacts[one].digests
        pairs += [(candidate, artifacts[one]) for candidate in places.shared_for(one.name, digests)]
    notes += places.left_over[0]
    signed = judge.candidates(pairs)
    found = find_programs((path,), jobs=request.means.jobs)
    release = _release(request, checksums, artifacts)
    digest = artifacts[path].digest("sha256")
    if not found.programs or any(program.sha256 != digest for program in found.programs):
        _refuse_change(artifacts[path])
    return Pieces(
        target=artifacts[path],
        kind=ArtifactKind.FILE,
        signed=signed,
        found=found,
        trust=trust,
        release=release,
        notes=notes,
        faults=faults,
    )


def _places(request: ChainRequest) -> tuple[list[Path], Places]:
    """Return the plain files that were named, and what is in folders and behind patterns, as `verify blob` has it: its
    bundles are given to the files that they say to be about."""
    texts = [path.as_posix() for path in request.bundles if path.is_dir() or any(word in str(path) for word in _WORDS)]
    plain = [path for path in (*request.bundles, *request.provenance) if path.as_posix() not in texts]
    return plain, Places(BundlePlaces(bundles=tuple(texts)), _SEVERAL)


def _candidates(
    request: ChainRequest, files: Sequence[Path], plain: Sequence[Path], places: Places
) -> tuple[list[Candidate], list[tuple[Path, Candidate]], list[str], list[Diagnostic]]:
    """Return signatures in named files; those that lie beside the files of a chain, or where a pattern says; notes and
    faults."""
    given = [candidate for path in plain for candidate in candidates_in(read_bundle_file(path))]
    near, notes, faults = list[tuple[Path, Candidate]](), list[str](), list[Diagnostic]()
    named = {path.resolve() for path in (*plain, *(candidate.path for candidate in places.shared))}
    for number, path in enumerate(files):
        if number == 0 and request.bundles:
            if len(plain) < len(request.bundles) + len(request.provenance):
                own = places.for_path(path)
                near += [(path, candidate) for candidate in own.candidates]
                notes, faults = [*notes, *own.notes], [*faults, *own.faults]
            continue
        lying = beside(path)
        notes += lying.notes
        faults += lying.faults
        near += [
            (path, candidate)
            for file in lying.files
            if file.path.resolve() not in named
            for candidate in candidates_in(file)
        ]
    return given, near, notes, faults


def _artifact(path: Path, algorithms: Iterable[str], keep: int) -> Artifact:
    digests = digest_file(path, frozenset(algorithms), keep=keep)
    return Artifact(name=path.as_posix(), digests=digests.digests, data=digests.data)


def _assigned(given: Sequence[Candidate], artifacts: Sequence[Artifact]) -> Iterator[tuple[Candidate, Artifact]]:
    """Yield named signatures with the file that each says to be about; one about none of them is held against the
    first, unless others of the same file fit."""
    fitting: dict[Path, int] = {}
    rows = list[tuple[Candidate, Artifact | None]]()
    for candidate in given:
        claimed = claimed_digests(candidate)
        about = next((one for one in artifacts if claimed & set(one.digests)), None)
        fitting[candidate.path] = fitting.get(candidate.path, 0) + (about is not None)
        rows.append((candidate, about))
    for candidate, about in rows[: _MOST_TRIED + len(artifacts) * _MOST_TRIED]:
        if about is not None:
            yield candidate, about
        elif not fitting[candidate.path]:
            yield candidate, artifacts[0]


def _checksums(path: Path | None) -> tuple[ChecksumList, str] | None:
    """Return a list of checksums and its SHA-256 as it was read."""
    if path is None:
        return None
    from supplymatrix.attest.checksum_list import CHECKSUMS_LIMIT, parse_checksums

    data = read_limited(path, CHECKSUMS_LIMIT, "list of checksums")
    return parse_checksums(data, path.as_posix()), sha256(data).hexdigest()


def _release(
    request: ChainRequest, listed: tuple[ChecksumList, str] | None, artifacts: dict[Path, Artifact]
) -> Release | None:
    if request.checksums is None and request.archive is None:
        return None
    from supplymatrix.engine.chain_release import Release
    from supplymatrix.sources.release_archive import read_members

    checksums = archive = None
    if request.checksums is not None and listed is not None:
        checksums = (listed[0], artifacts[request.checksums])
        _refuse_change(checksums[1], listed[1])
    if request.archive is not None:
        archive = (read_members(request.archive), artifacts[request.archive])
        _refuse_change(archive[1])
    return Release(checksums=checksums, archive=archive)


def _refuse_change(artifact: Artifact, seen: str = "") -> None:
    """Raise InputError unless a file is still the one whose digest was taken. seen: the SHA-256 of what was read of it,
    "" where it is to be hashed again."""
    seen = seen or dict(digest_file(Path(artifact.name), ("sha256",)).digests)["sha256"]
    if seen != artifact.digest("sha256"):
        fault = Diagnostic(
            message="it changed while it was looked at", artifact=artifact.name, expected="a file that stays as it is"
        )
        raise InputError(fault)


def finish_chain(request: ChainRequest, pieces: Pieces, on_event: OnEvent = ignore_event) -> ChainRun:
    """Return the chain of what was gathered: asks the log, and makes the links."""
    forks = forks_in(one.verdict for one in pieces.signed)
    pieces.signed = tuple(changed(one, verdict=forks.told_in(one.verdict)) for one in pieces.signed)
    main = [one for one in pieces.signed if one.kind is SignedKind.SIGNATURE and not _is_list(one, pieces)]
    others = [one for one in pieces.signed if one.kind is SignedKind.OTHER and one.statement is None]
    statements = [one for one in pieces.signed if one.kind is SignedKind.PROVENANCE]
    provenance, stated = provenance_link(statements or (others if main else ()))
    answers = _ask(request, pieces, on_event)
    of_list = [one for one in pieces.signed if one.kind is SignedKind.SIGNATURE and _is_list(one, pieces)]
    counting = [one for one in statements if one.vouches] or ([stated] if stated is not None else [])
    source = source_in([*main, *of_list], counting, request.wish.source)
    signature = unknown_link(signature_link(main or others, pieces.target), request.wish.unknown)
    builder, claim = builder_link(stated, provenance) if stated is not None else (None, None)
    links = [*_release_links(pieces, of_list), signature, provenance, builder]
    links += [*pieces.links, *_program_links(pieces, answers, source)]
    run = ChainRun(
        target=request.target,
        kind=pieces.kind,
        sha256=pieces.target.digest("sha256"),
        links=_weighed(request, [link for link in links if link is not None], source),
        exit_code=0,
        now=request.means.now,
        signed=(*_signed_artifacts(pieces), *pieces.also_signed),
        provenance=stated.provenance if stated is not None and stated.is_told else None,
        builder=claim,
        programs=answers.facts.programs,
        modules=answers.facts.modules,
        heads=_heads(pieces, answers),
        trust=pieces.trust.used,
        required=tuple(sorted(request.required)),
        excused=tuple(sorted(request.excused)),
        gaps=(*pieces.gaps, *answers.gaps),
        notes=(*request.wish.notes, *pieces.notes, *pieces.found.notes, *answers.notes, *answers.words.notes),
        faults=(*pieces.faults, *pieces.found.faults, *_forged(pieces)),
    )
    return changed(run, exit_code=_exit_code(run, pieces))


def _release_links(pieces: Pieces, of_list: Sequence[Signed]) -> list[ChainLink | None]:
    if pieces.release is None:
        return []
    from supplymatrix.engine.chain_release import archive_link, checksums_link

    checksums = checksums_link(of_list, pieces.release)
    return [checksums, archive_link(pieces.release, pieces.target, checksums)]


def _forged(pieces: Pieces) -> Iterator[Diagnostic]:
    yield from (Diagnostic(message=what, artifact=where) for where, what in pieces.found.forged)


def _is_list(signed: Signed, pieces: Pieces) -> bool:
    checksums = pieces.release.checksums if pieces.release is not None else None
    return checksums is not None and signed.about is checksums[1]


def _ask(request: ChainRequest, pieces: Pieces, on_event: OnEvent) -> ProgramAnswers:
    project, versions = None, NO_PROJECT
    if request.project is not None:
        project, versions = versions_of(request.project, request.means.environ)
    public = {
        source_of(one.verdict.signer)
        for one in pieces.signed
        if one.vouches and one.verdict.signer is not None
        and claims_of(one.verdict.signer).get("sourcerepositoryvisibilityatsigning") == "public"
    } - {""}  # fmt: skip
    mains = {_main_of(program, public) for program in pieces.found.programs} - {None}
    return look_at_programs(
        pieces.found, project, versions, policy=request.policy, means=request.means, on_event=on_event,
        also=sorted(module for module in mains if module is not None),
    )  # fmt: skip


def _main_of(program: FoundProgram, public: Collection[str]) -> ModuleVersion | None:
    """Return the main module of a program, where the log may be asked for it. public: repositories that are."""
    info = program.read.info
    if info is None or info.main is None or info.main.replaced_by is not None:
        return None
    path = info.main.path
    is_public = any(lies_in(path, repository) for repository in public)
    return main_to_ask(path, info.main.version, info.main.sum, is_public=is_public)


def _program_links(pieces: Pieces, answers: ProgramAnswers, source: Source) -> Iterator[ChainLink | None]:
    """Yield the links of every program; with one program they are of the artifact itself."""
    programs = answers.facts.programs
    attested = [one for one in pieces.signed if one.kind is SignedKind.SBOM]
    if attested:
        from supplymatrix.engine.chain_sbom import sbom_link

        yield sbom_link(attested, programs, answers.facts.modules)
    if not programs:
        yield source_link(source, None)
        yield _no_program(pieces)
        return
    for program in programs:
        subject = program.name if len(programs) > 1 else ""
        modules = [module for module in answers.facts.modules if module.program == program.name]
        words = answers.words.by_module
        head = _head_of(answers, programs)
        yield source_link(source, program, subject)
        yield repository_link(source, program, subject)
        yield toolchain_link(program, words, subject)
        yield modules_link(program, modules, head, subject)
        yield main_link(program, modules, words, subject)


def _no_program(pieces: Pieces) -> ChainLink:
    is_image = pieces.kind is ArtifactKind.IMAGE
    fault = pieces.found.faults[0].message if pieces.found.faults else "there is no Go program in it"
    return ChainLink(
        id=LinkId.MODULES, state=CheckState.NOT_PRESENT if is_image else CheckState.NOT_CHECKABLE,
        says=fault, reason="no-program", exit_code=5 if not pieces.found.faults else 2,
    )  # fmt: skip


def _head_of(answers: ProgramAnswers, programs: Sequence[BuiltProgram]) -> HeadSeen | None:
    also = [toolchain_of(program) for program in programs]
    also += [ModuleVersion(path=program.main, version=program.main_version) for program in programs]
    words = [answers.words.by_module[one] for one in also if one is not None and one in answers.words.by_module]
    return head_of_modules(answers.words.view, answers.facts.modules, words)


def _heads(pieces: Pieces, answers: ProgramAnswers) -> tuple[HeadSeen, ...]:
    head = _head_of(answers, answers.facts.programs)
    return (*heads_of(pieces.signed), *((head,) if head is not None else ()))


def _signed_artifacts(pieces: Pieces) -> Iterator[SignedArtifact]:
    """Yield the artifacts of a chain with the verdicts on what is signed of each."""
    release = pieces.release
    beside = (release.archive, release.checksums) if release is not None else ()
    for about in (pieces.target, *(one[1] for one in beside if one is not None)):
        rows = [one for one in pieces.signed if one.about is about]
        signatures = holding_first(one.verdict for one in rows if _is_signature(one))
        attestations = holding_first(one.verdict for one in rows if not _is_signature(one))
        yield SignedArtifact(
            name=about.name,
            kind=pieces.kind if about is pieces.target else ArtifactKind.FILE,
            state=signed_as(signatures, attestations, is_forged=pieces.is_forged and about is pieces.target),
            digests=about.digests,
            signatures=signatures,
            attestations=attestations,
        )


def _is_signature(signed: Signed) -> bool:
    return signed.kind is SignedKind.SIGNATURE or (signed.kind is SignedKind.OTHER and signed.statement is None)


def _weighed(request: ChainRequest, links: Sequence[ChainLink], source: Source) -> tuple[ChainLink, ...]:
    """Return the links in their order, each with what it counts for in this run."""
    states = {link.id: link.state for link in links if not link.subject}
    required = set(request.required)
    required |= (
        {LinkId.CHECKSUMS, LinkId.ARCHIVE} if request.checksums is not None or request.archive is not None else set()
    )
    required |= {LinkId.VENDOR} if request.base_wish is not None else set()
    missing = [
        ChainLink(
            id=which, state=CheckState.NOT_PRESENT, says="there is nothing of it", reason="nothing-there", exit_code=1
        )
        for which in request.required
        if not any(link.id is which for link in links)
    ]
    order = list(LinkId)
    weighed = [_weigh(link, required, request.excused, states, source) for link in (*links, *missing)]
    return tuple(sorted(weighed, key=lambda link: (order.index(link.id),)))


def _weigh(
    link: ChainLink, required: set[LinkId], excused: frozenset[LinkId], states: dict[LinkId, CheckState], source: Source
) -> ChainLink:
    if link.state not in _OPEN:
        return link
    if link.id in excused or (link.id in OPTIONAL and link.id not in required):
        return changed(link, exit_code=0)
    if link.state is not CheckState.NOT_PRESENT or link.id in required:
        return link
    verified = CheckState.VERIFIED
    if link.id is LinkId.SIGNATURE and states.get(LinkId.PROVENANCE) is verified:
        says = "none of its own; its provenance is signed over its digest"
        return changed(link, says=says, reason="", remedy="", exit_code=0)
    if link.id is LinkId.SIGNATURE and states.get(LinkId.CHECKSUMS) is states.get(LinkId.ARCHIVE) is verified:
        says = "none of its own; the list of checksums is signed"
        return changed(link, says=says, reason="", remedy="", exit_code=0)
    if link.id is LinkId.PROVENANCE and source.vouched and source.commit:
        says = "none; the signer's certificate names repository and commit"
        return changed(link, says=says, exit_code=0)
    return link


def _exit_code(run: ChainRun, pieces: Pieces) -> int:
    codes = [link.exit_code for link in run.links]
    if pieces.found.forged or pieces.is_forged:
        codes.append(4)
    if pieces.faults or pieces.found.faults:
        codes.append(2)
    if pieces.gaps or pieces.found.gaps:
        codes.append(3)
    return exit_code_of(tuple(codes))
