"""Verify who signed files, digests and images: all of a run, a verdict for each, none skipped.

run = verify_signatures(SignatureRequest(targets=(FileTarget(path=Path("app")),), wanted=wanted, means=means))
run.artifacts, run.exit_code

A file is read once for all the digests that its signatures ask for, large ones side by side; judging is one thread's
work. What goes wrong with one artifact stops no other. Nothing is fetched but what lies beside the images that are
named, and the trusted root is read only where a certificate or a log entry needs it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, TypeVar

from supplymatrix.attest.wanted import Artifact, EngineChoice, IdentityWish, Wanted
from supplymatrix.engine.events import OnEvent, Progress, ignore_event
from supplymatrix.engine.means import Means
from supplymatrix.engine.signature_bundles import (
    Candidate,
    algorithms_of,
    broken_off,
    by_absent_key,
    candidate_of,
    needs_data,
    without_copies,
)
from supplymatrix.engine.signature_outcome import exit_code_of, holding_first, missing_kinds, signed_as
from supplymatrix.engine.signature_places import NO_PLACES, BundlePlaces, FoundFor, Places
from supplymatrix.engine.signature_trust import RunTrust
from supplymatrix.engine.signed_artifacts import file_word
from supplymatrix.errors import Diagnostic, InputError, SupplymatrixError
from supplymatrix.model.gap import Gap
from supplymatrix.model.predicates import is_of_kind, types_of
from supplymatrix.model.signature import ArtifactKind, SignatureVerdict, SignedArtifact, SignedAs
from supplymatrix.model.signature_run import SignatureRun
from supplymatrix.model.value import changed, value
from supplymatrix.sources.file_digests import FileDigests, digest_file, look_at_file

if TYPE_CHECKING:
    from concurrent.futures import ThreadPoolExecutor

    from supplymatrix.attest.bundle import SignedBundle
    from supplymatrix.attest.image_found import ImageSignatures
    from supplymatrix.attest.keys import VerifyingKey
    from supplymatrix.engine.image_signatures import ImageChoice
    from supplymatrix.engine.vendor_signers import VendorSigners

    _Rows = tuple[ImageSignatures, ...] | SupplymatrixError
    _Known = dict[tuple[SignedBundle, str, bool], SignatureVerdict]

__all__ = [
    "DATA_LIMIT", "DigestTarget", "FileTarget", "ImageTarget", "SignatureRequest", "SignatureRun", "SignatureTarget",
    "parse_digest", "shown_name", "target_name", "verify_signatures", "without_forks",
]  # fmt: skip

T = TypeVar("T")
DATA_LIMIT = 256 << 20
"""Bytes of an artifact that is held in memory for a signature over the bytes themselves (Ed25519)."""
_LARGE = 4 << 20
"""Bytes from which a file is hashed beside others."""
_AT_A_TIME = 256
_MOST_THREADS = 8
_GRAVER = (4, 70)
"""Exit codes that say more than a bundle that cannot be read."""
_DIGEST = re.compile(r"(sha256):([0-9a-f]{64})|(sha384):([0-9a-f]{96})|(sha512):([0-9a-f]{128})")


@value
class FileTarget:
    """A file. Its signatures lie beside it, unless the request says where."""

    path: Path


@value
class DigestTarget:
    """Something of which only the digest is at hand: "sha256:…". The request says where its signatures are."""

    digest: str


@value
class ImageTarget:
    """An image: a reference, or the path of a layout. The request says which images of an index are meant."""

    reference: str


SignatureTarget = FileTarget | DigestTarget | ImageTarget


@value
class SignatureRequest:
    """places: where signatures of files and digests are. trusted_root: a file, None = the public one; ca: a certificate
    authority of one's own (PEM). required: kinds of attestations that must be there and hold. only_attestations: a
    plain signature would not do; predicates: kinds that must be there and hold then, () = any. vendor: whose `wanted`
    is. asked, switched_off: `SignatureRun`'s lines of the same names. images: which of an index, None = the index.
    root: a trusted root by name and bytes, in the place of the file. builders: who may have signed provenance beside
    those of `wanted`; builder_keys: keys that may have, with needs_no_builder_log one of them in no log.
    vendor_signers: who signs for the vendor, by the name of the target; what has no entry is held against `wanted`.
    keyring: of OpenPGP, for what a vendor signs so."""

    targets: tuple[SignatureTarget, ...]
    wanted: Wanted
    means: Means
    places: BundlePlaces = NO_PLACES
    trusted_root: Path | None = None
    ca: Path | None = None
    engine: EngineChoice = EngineChoice.BOTH
    required: tuple[str, ...] = ()
    only_attestations: bool = False
    predicates: tuple[str, ...] = ()
    vendor: str = ""
    vendor_signers: Mapping[str, VendorSigners] = MappingProxyType({})
    keyring: Path | None = None
    asked: tuple[str, ...] = ()
    switched_off: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    images: ImageChoice | None = None
    root: tuple[str, bytes] | None = None
    builders: tuple[IdentityWish, ...] = ()
    builder_keys: tuple[VerifyingKey, ...] = ()
    needs_no_builder_log: bool = False


@value
class _Prepared:
    """A file or digest, and what lies beside it. hashed: what gives its digests."""

    name: str
    kind: ArtifactKind
    own: FoundFor
    last_name: str = ""
    hashed: Callable[[], FileDigests]


def verify_signatures(request: SignatureRequest, on_event: OnEvent = ignore_event) -> SignatureRun:
    """Return what became of every target.

    Raises InputError for a bundle named for all targets that cannot be read, and for a `root` that is none. A trusted
    root that is a file and cannot be had is a fault, or a gap, of the run, and nothing that needs it holds.
    """
    return _Run(request, on_event).run()


def target_name(target: SignatureTarget) -> str:
    """Return what a target is called."""
    if isinstance(target, FileTarget):
        return file_word(target.path)
    return target.digest if isinstance(target, DigestTarget) else target.reference


def shown_name(target: SignatureTarget) -> str:
    """Return the same without a login in it: `SignedArtifact.target`."""
    if not isinstance(target, ImageTarget):
        return target_name(target)
    from supplymatrix.attest.image_reference import without_login

    return without_login(target.reference)


def parse_digest(text: str) -> tuple[str, str] | None:
    """Return algorithm and hex of "sha256:…", None for another text."""
    found = _DIGEST.fullmatch(text)
    if found is None:
        return None
    algorithm, _, digest = text.partition(":")
    return algorithm, digest


class _Run:
    """One run: what all of its artifacts share, and its steps."""

    def __init__(self, request: SignatureRequest, on_event: OnEvent) -> None:
        self._request = request
        self._on_event = on_event
        signers = request.vendor_signers.values()
        self._required = (*request.required, *(request.predicates if request.only_attestations else ()))
        self._keys = (*request.wanted.keys, *(key for one in signers for key in one.wanted.keys))
        self._asked_of: list[VendorSigners | None] = []
        self._trust = RunTrust(request.trusted_root, request.ca, request.means, named=request.root)
        self._places = Places(request.places, sum(not isinstance(target, ImageTarget) for target in request.targets))
        self._algorithms = algorithms_of(self._places.shared, self._keys)
        self._keeps = needs_data(self._places.shared, self._keys)
        self._pool: ThreadPoolExecutor | None = None

    def run(self) -> SignatureRun:
        """Return what became of every target."""
        request = self._request
        try:
            artifacts = self._answered(without_forks(tuple(self._artifacts())))
        finally:
            if self._pool is not None:
                self._pool.shutdown(cancel_futures=True)
        notes, faults = self._places.left_over
        trust_faults, gaps = _of_trust(self._trust.fault)
        faults = (*trust_faults, *faults)
        is_discovery = not request.wanted.identities and not self._keys and not request.vendor
        code = exit_code_of(artifacts, has_gaps=bool(gaps), is_discovery=is_discovery)
        return SignatureRun(
            artifacts=artifacts,
            engine=request.engine.value,
            exit_code=2 if faults and code not in _GRAVER else code,
            trust=self._trust.used,
            asked=(*request.asked, *(f"an attestation of the kind {kind}" for kind in self._required)),
            switched_off=request.switched_off,
            gaps=gaps,
            notes=(*request.notes, *self._trust.notes, *notes),
            faults=faults,
            is_discovery=is_discovery,
            only_attestations=request.only_attestations,
        )

    def _artifacts(self) -> Iterator[SignedArtifact]:
        """Yield all artifacts in the order of the targets; of so many at a time what lies beside them is in memory."""
        targets = self._request.targets
        done = 0
        for start in range(0, len(targets), _AT_A_TIME):
            some = targets[start : start + _AT_A_TIME]
            images = self._begin_images([found.reference for found in some if isinstance(found, ImageTarget)])
            begun = [self._begin(target, images, many=len(targets) > 1) for target in some]
            for target, finish in zip(some, begun, strict=True):
                name = target_name(target)
                for artifact in finish():
                    self._asked_of.append(self._signers(name))
                    yield changed(artifact, target=shown_name(target))
                done += 1
                self._on_event(Progress(stage="signatures", done=done, total=len(targets)))

    def _signers(self, name: str) -> VendorSigners | None:
        """Return who signs a target for the vendor that is asked for. name: of the target, or of an artifact."""
        return self._request.vendor_signers.get(name)

    def _answered(self, artifacts: tuple[SignedArtifact, ...]) -> tuple[SignedArtifact, ...]:
        """Return the artifacts with the answer to whether they are of the vendor that is asked for."""
        if not self._request.vendor_signers:
            return artifacts
        from supplymatrix.engine.vendor_signers import answer_of

        return tuple(
            changed(_without_gaps(artifact, signers), vendor_answer=answer_of(signers, artifact))
            if signers is not None
            else artifact
            for artifact, signers in zip(artifacts, self._asked_of, strict=True)
        )

    def _begin(
        self, target: SignatureTarget, images: Iterator[_Rows], *, many: bool
    ) -> Callable[[], Iterable[SignedArtifact]]:
        """Read what is small, begin in a thread what takes its time, and return what judges it all."""
        if isinstance(target, ImageTarget):
            reference = target.reference
            return lambda: self._finish_images(reference, next(images))
        if isinstance(target, DigestTarget):
            name, kind = target.digest, ArtifactKind.DIGEST
        else:
            name, kind = file_word(target.path), ArtifactKind.FILE
        signers, by_openpgp = self._signers(name), None
        if isinstance(target, FileTarget) and signers is not None and signers.fingerprints is not None:
            by_openpgp = self._openpgp(target.path, signers)
            if not signers.wanted.identities and not signers.wanted.keys:
                return by_openpgp
        try:
            if isinstance(target, DigestTarget):
                found = _prepared_digest(target, self._places)
            else:
                found = self._prepared_file(target.path, look_at_file(target.path), many=many)
        except InputError as err:
            faults = err.diagnostics
            return lambda: (self._unreadable(name, kind, faults),)
        if by_openpgp is not None:
            return lambda: (self._either(self._finish(found), *by_openpgp()),)
        return lambda: (self._finish(found),)

    def _either(self, found: SignedArtifact, by_openpgp: SignedArtifact) -> SignedArtifact:
        """Return a file of a vendor who signs by OpenPGP or otherwise: it is signed if it is in one of these ways."""
        from supplymatrix.engine.vendor_openpgp import either_way

        pairs = [(False, one) for one in either_way(found.signatures, by_openpgp.signatures)]
        pairs += [(True, one) for one in found.attestations]
        if found.state is SignedAs.SIGNED:
            return self._signed(found, pairs)
        gaps, faults = (tuple(dict.fromkeys((*getattr(found, name), *getattr(by_openpgp, name))))
                        for name in ("gaps", "faults"))  # fmt: skip
        return self._signed(changed(found, state=SignedAs.UNSIGNED, gaps=gaps, faults=faults), pairs)

    def _openpgp(self, path: Path, signers: VendorSigners) -> Callable[[], tuple[SignedArtifact]]:
        """Return what judges a file whose vendor signs by OpenPGP."""
        from supplymatrix.engine.vendor_openpgp import openpgp_artifact

        request, named = self._request, self._request.places.signature
        place = named.replace("{name}", path.name).replace("{}", path.as_posix())
        return lambda: (
            openpgp_artifact(
                path, signers, keyring=request.keyring, signature=Path(place) if named else None,
                environ=request.means.environ, required=self._required, only_attestations=request.only_attestations,
            ),
        )  # fmt: skip

    def _prepared_file(self, path: Path, size: int, *, many: bool) -> _Prepared:
        own = self._places.for_path(path)
        every = (*own.candidates, *own.loose)
        algorithms = self._algorithms | algorithms_of(every, self._keys)
        keep = DATA_LIMIT if self._keeps or needs_data(every, self._keys) else 0

        def hashed() -> FileDigests:
            return digest_file(path, algorithms, keep=keep)

        is_slow = many and size >= _LARGE and not keep  # bytes that are kept are read when they are needed
        return _Prepared(
            name=file_word(path), kind=ArtifactKind.FILE, own=own, last_name=path.name,
            hashed=self._beside_others(hashed) if is_slow else hashed,
        )  # fmt: skip

    def _beside_others(self, work: Callable[[], T]) -> Callable[[], T]:
        """Begin some work in a thread, and return what waits for it."""
        from concurrent.futures import ThreadPoolExecutor

        if self._pool is None:
            self._pool = ThreadPoolExecutor(max_workers=min(self._request.means.jobs, _MOST_THREADS))
        return self._pool.submit(work).result

    def _finish(self, found: _Prepared) -> SignedArtifact:
        try:
            digests = found.hashed()
        except InputError as err:
            return self._unreadable(found.name, found.kind, err.diagnostics)
        shared = self._places.shared_for(found.last_name, digests.digests)
        loose, others = found.own.about(found.last_name, digests.digests)
        candidates = (*found.own.candidates, *shared, *loose)
        artifact = Artifact(name=found.name, digests=digests.digests, data=digests.data)
        judged, copies = without_copies(candidates, self._judged(candidates, artifact, self._base(found.name)))
        notes, signers = [*found.own.notes, *others, *copies], self._signers(found.name)
        if self._request.only_attestations:
            there = [(one.source, one.is_attestation) for one in candidates if one.bundle is not None]
            notes += _only_signatures(there, "verify blob")
        return self._signed(
            SignedArtifact(
                name=found.name, kind=found.kind, state=SignedAs.UNSIGNED, digests=digests.digests, notes=tuple(notes),
                faults=found.own.faults, gaps=signers.gaps if signers is not None else (),
            ),
            judged,
        )  # fmt: skip

    def _base(self, name: str) -> Wanted:
        """Return what is asked of the signatures of a target."""
        signers = self._signers(name)
        if signers is None:
            return self._request.wanted
        own = signers.wanted
        return changed(
            self._request.wanted, identities=own.identities, keys=own.keys, log_is_optional=own.log_is_optional,
            only_certificates=own.only_certificates, lacks_keys=own.lacks_keys,
        )  # fmt: skip

    def _judged(
        self, candidates: Sequence[Candidate], artifact: Artifact, base: Wanted
    ) -> Iterator[tuple[bool, SignatureVerdict]]:
        """Yield for each signature whether it is an attestation, and its verdict."""
        some = _of_predicates(candidates, self._request.predicates)
        for candidate in some:
            if candidate.bundle is None:
                if candidate.refused is not None:
                    yield self._request.only_attestations, candidate.refused
                continue
            is_attestation = candidate.is_attestation
            if self._request.only_attestations and not is_attestation:
                continue
            predicate = candidate.statement.predicate_type if candidate.statement is not None else ""
            yield (
                is_attestation,
                self._judge(candidate.bundle, artifact, base, predicate, is_attestation=is_attestation),
            )

    def _judge(
        self, bundle: SignedBundle, artifact: Artifact, base: Wanted, predicate: str, *, is_attestation: bool
    ) -> SignatureVerdict:
        from supplymatrix.attest.engines import verify_signature

        wanted = self._wanted(base, predicate) if is_attestation else base
        try:
            root = self._trust.root_for(bundle, wanted)
        except SupplymatrixError:
            if self._request.root is not None:
                raise
            root = None  # told once, of the whole run
        means, engine = self._request.means, self._request.engine
        try:
            verdict = verify_signature(bundle, artifact, wanted, root, means.now, engine=engine)
            return by_absent_key(verdict) if wanted.lacks_keys and not bundle.certificate else verdict
        except SupplymatrixError:
            raise
        except Exception as err:
            if means.environ.get("SUPPLYMATRIX_DEBUG") == "1":
                raise
            return broken_off(bundle.source, err)

    def _wanted(self, base: Wanted, predicate: str) -> Wanted:
        """Return what is asked of an attestation: annotations are of signatures; the kinds that are asked for are its
        type where it is one of them, since a type may have a version behind it."""
        kinds = self._request.predicates
        types = tuple(name for kind in kinds for name in types_of(kind))
        if predicate and any(is_of_kind(predicate, kind) for kind in kinds):
            types = (predicate,)
        wanted = base
        if is_of_kind(predicate, "provenance"):
            request = self._request
            identities, keys = (*wanted.identities, *request.builders), (*wanted.keys, *request.builder_keys)
            is_optional = wanted.log_is_optional or request.needs_no_builder_log
            wanted = changed(wanted, identities=identities, keys=keys, log_is_optional=is_optional)
        return changed(wanted, annotations=(), predicate_types=types)

    def _signed(self, plain: SignedArtifact, judged: Iterable[tuple[bool, SignatureVerdict]]) -> SignedArtifact:
        """Return an artifact with its verdicts and what they come to."""
        pairs, request = list(judged), self._request
        signatures = holding_first(verdict for is_attestation, verdict in pairs if not is_attestation)
        attestations = holding_first(verdict for is_attestation, verdict in pairs if is_attestation)
        state = signed_as(
            signatures, attestations, required=self._required, only_attestations=request.only_attestations,
            has_gaps=bool(plain.gaps), has_faults=bool(plain.faults), is_forged=plain.state is SignedAs.ALARM,
        )  # fmt: skip
        return changed(
            plain, state=state, signatures=signatures, attestations=attestations, required=self._required,
            missing=missing_kinds(attestations, self._required), vendor=request.vendor,
        )  # fmt: skip

    def _unreadable(self, name: str, kind: ArtifactKind, faults: tuple[Diagnostic, ...]) -> SignedArtifact:
        return SignedArtifact(
            name=name, kind=kind, state=SignedAs.UNREADABLE, faults=faults, vendor=self._request.vendor
        )

    def _begin_images(self, references: Sequence[str]) -> Iterator[_Rows]:
        """Yield what lies beside each image; all of them are asked for, side by side, when the first one is wanted."""
        if references:
            from supplymatrix.engine.image_signatures import ImageChoice, images_signatures

            yield from images_signatures(references, self._request.means, self._request.images or ImageChoice())

    def _finish_images(self, reference: str, rows: _Rows) -> Iterator[SignedArtifact]:
        from supplymatrix.attest.image_reference import without_login

        signers, base = self._signers(reference), self._base(reference)
        name = without_login(reference) if isinstance(rows, SupplymatrixError) else reference
        if isinstance(rows, InputError):
            yield self._unreadable(name, ArtifactKind.IMAGE, rows.diagnostics)
        elif isinstance(rows, SupplymatrixError):
            gap = Gap(wanted="its signatures", reason=str(rows), remedy=getattr(rows, "remedy", ""), subject=name)
            yield self._signed(
                SignedArtifact(name=name, kind=ArtifactKind.IMAGE, state=SignedAs.UNDECIDED, gaps=(gap,)), ()
            )
        else:
            known: _Known = {}
            for row in rows:
                artifact = _image_artifact(row, signers.gaps if signers is not None else ())
                if self._request.only_attestations:
                    there = [(one.bundle.source, one.kind.value == "attestation") for one in row.found]
                    notes = _only_signatures(there, "verify image")
                    artifact = changed(artifact, notes=(*artifact.notes, *notes))
                yield self._signed(artifact, self._judged_image(row, base, known))

    def _judged_image(
        self, row: ImageSignatures, base: Wanted, known: _Known
    ) -> Iterator[tuple[bool, SignatureVerdict]]:
        """Yield as `_judged` does; what was refused before a key was looked at comes last. known: verdicts of other
        rows of the same image: what signs an index is judged once."""
        from supplymatrix.attest.image_found import SignatureKind

        candidates = [
            (found, candidate_of(found.bundle, row.name), found.kind is SignatureKind.ATTESTATION)
            for found in row.found
        ]
        some = _of_predicates([candidate for _, candidate, _ in candidates], self._request.predicates)
        chosen = set(map(id, some))
        for found, candidate, is_attestation in candidates:
            if id(candidate) not in chosen or (self._request.only_attestations and not is_attestation):
                continue
            key = changed(found.bundle, source=""), found.digest, is_attestation
            verdict = known.get(key)
            if verdict is None:
                algorithm, _, digest = found.digest.partition(":")
                artifact = Artifact(name=row.reference, digests=((algorithm, digest),))
                predicate = candidate.statement.predicate_type if candidate.statement is not None else ""
                verdict = self._judge(found.bundle, artifact, base, predicate, is_attestation=is_attestation)
                known[key] = verdict
            yield is_attestation, changed(verdict, source=found.bundle.source)
        for judged in row.judged:
            is_attestation = judged.kind is SignatureKind.ATTESTATION
            if is_attestation or not self._request.only_attestations:
                yield is_attestation, judged.verdict


def _only_signatures(found: Sequence[tuple[str, bool]], command: str) -> tuple[str, ...]:
    """Return a note on an artifact of which attestations alone are asked for, and which has but signatures. found:
    where each lies, and whether it is an attestation."""
    if not found or any(is_attestation for _, is_attestation in found):
        return ()
    names = ", ".join(dict.fromkeys(source for source, _ in found))
    return (f"{names}: a signature, which attests nothing; `supplymatrix {command}` asks who signed",)


def _without_gaps(artifact: SignedArtifact, signers: VendorSigners) -> SignedArtifact:
    """Return an artifact; of one that is signed as asked it does not matter who else may have."""
    if artifact.state is not SignedAs.SIGNED:
        return artifact
    return changed(artifact, gaps=tuple(gap for gap in artifact.gaps if gap not in signers.gaps))


def _of_trust(fault: SupplymatrixError | None) -> tuple[tuple[Diagnostic, ...], tuple[Gap, ...]]:
    """Return why the trusted root could not be had: faults of a file that was named, a gap for another one."""
    if fault is None:
        return (), ()
    if isinstance(fault, InputError):
        return fault.diagnostics, ()
    return (), (Gap(wanted="the trusted root", reason=str(fault), remedy=getattr(fault, "remedy", "")),)


def without_forks(artifacts: tuple[SignedArtifact, ...]) -> tuple[SignedArtifact, ...]:
    """Return the artifacts; those with a signature under a head that contradicts another one of the run are alarms."""
    verdicts = [verdict for artifact in artifacts for verdict in (*artifact.signatures, *artifact.attestations)]
    if not any(verdict.log for verdict in verdicts):
        return artifacts
    from supplymatrix.attest.log_heads import forks_in

    forks = forks_in(verdicts)
    if not forks.roots:
        return artifacts
    told = []
    for artifact in artifacts:
        signatures = tuple(map(forks.told_in, artifact.signatures))
        attestations = tuple(map(forks.told_in, artifact.attestations))
        is_one = (signatures, attestations) != (artifact.signatures, artifact.attestations)
        told.append(
            changed(artifact, state=SignedAs.ALARM, signatures=signatures, attestations=attestations)
            if is_one
            else artifact
        )
    return tuple(told)


def _prepared_digest(target: DigestTarget, places: Places) -> _Prepared:
    """Return a digest as if it were a file that was hashed. Raises InputError for what is none."""
    known = parse_digest(target.digest)
    if known is None:
        seen = target.digest[:200]
        raise InputError(
            Diagnostic(message="this is no digest", artifact=seen, expected="sha256:, and 64 lower-case hex digits")
        )
    digests = FileDigests(digests=(known,), size=0)
    return _Prepared(
        name=target.digest, kind=ArtifactKind.DIGEST, own=places.for_digest(target.digest), hashed=lambda: digests
    )


def _of_predicates(candidates: Sequence[Candidate], kinds: Sequence[str]) -> Sequence[Candidate]:
    """Return the candidates of the kinds that are asked for; where none is, all of them: each then tells what it is."""
    if not kinds:
        return candidates
    some = [
        candidate for candidate in candidates
        if candidate.statement is not None
        and any(is_of_kind(candidate.statement.predicate_type, kind) for kind in kinds)
    ]  # fmt: skip
    return some or candidates


def _image_artifact(row: ImageSignatures, gaps: tuple[Gap, ...]) -> SignedArtifact:
    """Return an image as it was found, before its signatures are judged. gaps: of who should have signed it."""
    told = {step.expected for judged in row.judged for step in judged.verdict.steps}
    forged = tuple(
        f"{found.source} has something else than its digest says: wanted {found.wanted}, got {found.found}"
        for found in row.forged
        if not found.says and found.wanted not in told
    )
    forged += tuple(f"{found.source}: {found.says}" for found in row.forged if found.says)
    return SignedArtifact(
        name=row.name, kind=ArtifactKind.IMAGE, state=SignedAs.ALARM if row.forged else SignedAs.UNSIGNED,
        digests=row.digests, reference=row.reference, tag=row.tag, platform=row.platform, unsigned=row.unsigned,
        gaps=(*row.gaps, *gaps), notes=(*forged, *row.notes),
    )  # fmt: skip
