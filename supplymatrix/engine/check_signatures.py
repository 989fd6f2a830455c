"""Artifacts that are checked with a project: who signed them, and what is attested of them, as its policy asks.

Looked at are those that the policy names, those of the command line, programs that are checked too, and, where the
policy asks it of a vendor, that vendor's images on which the project's build files build. All of them get a verdict;
what cannot be looked at is a gap.
"""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from enum import Enum
from pathlib import Path
from typing import TYPE_CHECKING

from supplymatrix.attest.engines import NATIVE_ONLY
from supplymatrix.attest.image_reference import is_digest, names_registry, without_login
from supplymatrix.engine.artifact_links import links_of
from supplymatrix.engine.base_images import BaseUse, base_images_of
from supplymatrix.engine.chain_image import is_image
from supplymatrix.engine.image_signatures import ImageChoice, is_layout, is_there, layout_path, no_such
from supplymatrix.engine.means import Means
from supplymatrix.engine.policy_signers import (
    PolicySigners,
    Signers,
    VendorWishes,
    builders_of,
    held_to,
    lacking,
    placed,
    signers_of_base,
    wanted_of,
)
from supplymatrix.engine.prepare import Prepared
from supplymatrix.engine.signature_outcome import missing_kinds, signed_as
from supplymatrix.engine.signature_places import BundlePlaces
from supplymatrix.engine.vendor_wishes import vendor_wishes
from supplymatrix.engine.verify_signatures import (
    FileTarget,
    ImageTarget,
    SignatureRequest,
    shown_name,
    verify_signatures,
    without_forks,
)
from supplymatrix.errors import Diagnostic, InputError
from supplymatrix.model.audit import ReadFile
from supplymatrix.model.checked_artifact import ARTIFACT_WANTED, SIGNATURES_WANTED, CheckedArtifact, NamedBy
from supplymatrix.model.gap import Gap
from supplymatrix.model.location import Location
from supplymatrix.model.predicates import is_of_kind
from supplymatrix.model.signature import ArtifactKind, SignatureVerdict, SignedArtifact, SignedAs, TrustUsed
from supplymatrix.model.value import changed, value
from supplymatrix.model.verdict import Note
from supplymatrix.policy.document import VendorRule
from supplymatrix.policy.signature_terms import (
    PROVENANCE,
    SIGNATURE,
    ArtifactRule,
    asked_of,
    roots_of,
    slsa_level_of,
)
from supplymatrix.reports.artifact_words import unchecked
from supplymatrix.sources.program_archives import is_layout_folder

if TYPE_CHECKING:
    from supplymatrix.sources.programs import ProgramsFound

__all__ = ["ArtifactsSeen", "look_at_all", "look_at_artifacts", "refuse_missing"]

_LAYOUT = ("/", "./", "../", "~/", "oci:", "oci-archive:")
"""How a word begins that is a layout on this machine, whatever is there."""
_NONE_NAMED = "[signatures] asks, and no artifact is named: none was looked at"
_NAME_THEM = 'name them by [[signatures.artifact]], --artifact or --binary; a project that has none says SM501 = "off"'
_PRESET = "preset "
"""How the name of a preset's file begins."""


@value
class ArtifactsSeen:
    """What was seen of artifacts. files: that the verdict rests on."""

    facts: tuple[CheckedArtifact, ...] = ()
    gaps: tuple[Gap, ...] = ()
    notes: tuple[Note, ...] = ()
    files: tuple[ReadFile, ...] = ()


@value
class _Ask:
    """One artifact to be looked at. name: as reports call it. target: the path or reference. rule: of the policy."""

    name: str
    target: str
    is_image: bool
    location: Location
    named_by: NamedBy
    required: tuple[str, ...]
    signers: Signers
    bundle: str = ""
    vendor: str = ""

    @property
    def is_layout(self) -> bool:
        """Whether an image lies on this machine: every other one is asked of its registry, whatever lies there."""
        return self.is_image and self.target.startswith(_LAYOUT)

    @property
    def group(self) -> tuple[object, ...]:
        """What artifacts have in common that are verified in one run."""
        signers = tuple(
            tuple(
                (one.wishes, tuple(key.key_id for key in one.keys), one.claims, one.log)
                for one in (*file.signers, None, *file.builders)
                if one is not None
            )
            for file in self.signers
        )
        builders = tuple(len(file.builders) for file in self.signers)
        return signers, builders, self.required, self.bundle, self.vendor, self.is_image and not self.is_layout


def refuse_missing(named: Sequence[str]) -> None:
    """Raise InputError for artifacts of the command line that are not there, and for what may be an image of Docker
    Hub by docker's rules alone."""
    faults = [_no_artifact(word) for word in named if _kind_of_word(word) is None]
    if faults:
        raise InputError(*faults)


def look_at_artifacts(
    item: Prepared,
    named: Sequence[str],
    programs: Sequence[Path],
    means: Means,
    found: ProgramsFound | None = None,
) -> ArtifactsSeen:
    """Return what was seen of a project's artifacts. named: of the command line; programs: that are checked, too, and
    what was found in these.

    Raises InputError for a key or trusted root of the policy that cannot be used, and for a vendor of whom it is not
    known who signs.
    """
    (seen,) = look_at_all((item,), named, programs, means, found).values()
    if isinstance(seen, InputError):
        raise seen
    return seen


def look_at_all(
    items: Sequence[Prepared],
    named: Sequence[str],
    programs: Sequence[Path],
    means: Means,
    found: ProgramsFound | None = None,
) -> Mapping[Path, ArtifactsSeen | InputError]:
    """Return the same for each project of a run; for one whose policy cannot be used, why. A log that contradicts
    itself does so though one head is in one project, and the other in another."""
    looks: dict[Path, _Look] = {}
    told: dict[Path, ArtifactsSeen | InputError] = {}
    for item in items:
        try:
            look = _Look(item, means)
            look.begin(named, programs, found)
            looks[item.path] = look
        except InputError as err:
            told[item.path] = err
    judged = without_forks(tuple(artifact for look in looks.values() for artifact in look.artifacts))
    for path, look in looks.items():
        told[path] = look.seen(judged[: len(look.artifacts)])
        judged = judged[len(look.artifacts) :]
    return told


class _Look:
    """One project. artifacts: as the run judged them, after `begin`."""

    def __init__(self, item: Prepared, means: Means) -> None:
        self._item = item
        self._policy = item.policy
        self._means = changed(means, offline=True) if means.replay is not None else means
        self._signers = PolicySigners(item.policy, vendor_wishes(means))
        self._root = roots_of(item.policy.signatures)
        self._gaps: list[Gap] = []
        self._notes: dict[str, None] = {}
        self._found: list[tuple[_Ask, TrustUsed | None]] = []
        self.artifacts: list[SignedArtifact] = []

    def begin(self, named: Sequence[str], programs: Sequence[Path], found: ProgramsFound | None) -> None:
        """Verify all artifacts, each for itself. Raises InputError."""
        self._refuse_root()
        own = [*self._of_policy(), *self._of_words(named), *self._of_programs(programs, found)]
        if not own and not self._gaps:
            self._gaps += self._none_named()
        asks = [*own, *self._of_vendors()]
        groups: dict[tuple[object, ...], list[_Ask]] = {}
        for ask in _once(asks):
            groups.setdefault(ask.group, []).append(ask)
        for group in groups.values():
            self._verify(group)

    def seen(self, artifacts: Sequence[SignedArtifact]) -> ArtifactsSeen:
        """Return what was seen. artifacts: those of this project, after all of the run were held against each other."""
        several = Counter(artifact.target for artifact in artifacts if not artifact.platform)
        facts = [
            self._fact(ask, artifact, trust, is_one=several[artifact.target] < 2)
            for (ask, trust), artifact in zip(self._found, artifacts, strict=True)
        ]
        return ArtifactsSeen(
            facts=tuple(facts),
            gaps=tuple(self._gaps),
            notes=tuple(Note(code=_code_of(text), message=text) for text in self._notes),
            files=tuple(_files(facts)),
        )

    # which artifacts

    def _none_named(self) -> Iterator[Gap]:
        """Yield that a policy asks of artifacts, and is about none: nothing that was not looked at passes."""
        asking = next((rule for rule in self._policy.signatures if rule.asks_of_artifacts), None)
        if asking is not None:
            is_preset = asking.location.artifact.startswith(_PRESET)
            place = self._policy.places.get("preset") if is_preset else asking.location
            yield Gap(
                wanted=ARTIFACT_WANTED, reason=_NONE_NAMED, remedy=_NAME_THEM, subject="artifacts", location=place
            )

    def _refuse_root(self) -> None:
        """Raise InputError, at its line, for a trusted root of the policy that is none."""
        if self._root is None:
            return
        from supplymatrix.attest.trusted_root import parse_trusted_root

        try:
            parse_trusted_root(self._root.data, self._root.artifact)
        except InputError as err:
            rule = next(rule for rule in self._policy.signatures if rule.trusted_root is self._root)
            message = f"the trusted root {self._root.place} cannot be used"
            raise placed(err, rule.place("trusted_root"), message) from err

    def _ask(
        self, name: str, target: str, location: Location, named_by: NamedBy, rule: ArtifactRule | None = None, *,
        is_one: bool = False,
    ) -> _Ask:  # fmt: skip
        """Return what is asked of an artifact. is_one: it is an image."""
        return _Ask(
            name=name, target=target, is_image=is_one, location=location, named_by=named_by,
            required=asked_of(self._policy.signatures, rule),
            signers=self._signers.of(rule, name, ArtifactKind.IMAGE if is_one else ArtifactKind.FILE),
            bundle=(self._item.project.root / rule.bundle).as_posix() if rule is not None and rule.bundle else "",
        )  # fmt: skip

    def _of_policy(self) -> Iterator[_Ask]:
        root = self._item.project.root
        for section in self._policy.signatures:
            for rule in section.artifacts:
                if rule.image:
                    is_here = rule.image.startswith("./")
                    target = _layout_word((root / rule.image).as_posix()) if is_here else rule.image
                    yield self._ask(rule.name, target, rule.location, NamedBy.POLICY, rule, is_one=True)
                    continue
                path = root / rule.path
                if path.is_file():
                    yield self._ask(rule.name, path.as_posix(), rule.location, NamedBy.POLICY, rule)
                else:
                    what = "a folder" if path.is_dir() else "not there"
                    self._gap(rule.name, f"the file is {what}", "build it before the check", rule.location)

    def _of_words(self, named: Sequence[str]) -> Iterator[_Ask]:
        for word in dict.fromkeys(named):
            name, kind = without_login(word), _kind_of_word(word)
            target = _layout_word(word) if kind is _Word.LAYOUT else word
            place = Location(artifact=name)
            yield self._ask(name, target, place, NamedBy.COMMAND_LINE, is_one=kind is not _Word.FILE)

    def _of_programs(self, paths: Sequence[Path], found: ProgramsFound | None) -> Iterator[_Ask]:
        """Yield the programs that are checked too: files as they are named, images, and each program of a folder."""
        for path in paths if self._policy.signatures else ():
            if path.is_file() or is_layout_folder(path.as_posix()):
                yield self._of_program(path)
                continue
            inside = {one.path for one in found.programs if one.path.is_relative_to(path)} if found is not None else ()
            yield from map(self._of_program, sorted(inside))
            if not inside:
                name = path.as_posix()
                self._gap(name, "no program was found in it", "name the programs", Location(artifact=name))

    def _of_program(self, path: Path) -> _Ask:
        name, is_one = path.as_posix(), is_image(path.as_posix())
        target = _layout_word(name) if is_one else name
        return self._ask(name, target, Location(artifact=name), NamedBy.PROGRAM, is_one=is_one)

    def _of_vendors(self) -> Iterator[_Ask]:
        asking: dict[str, list[VendorRule]] = {}
        for entry in self._policy.vendors:
            if entry.require:
                asking.setdefault(entry.vendor, []).append(entry)
        if not asking:
            return
        uses, gaps = base_images_of(self._item.project.root, tuple(asking), self._means.environ, self._means.now.date())
        self._gaps += gaps
        wishes = vendor_wishes(self._means)
        for vendor, entries in asking.items():
            own = [use for use in uses if use.vendor == vendor]
            if not own:
                self._notes[f"no Dockerfile builds on an image of {vendor}: nothing is asked of its signatures"] = None
            for use in own:
                yield from self._of_base(use, entries, wishes)

    def _of_base(self, use: BaseUse, entries: Sequence[VendorRule], wishes: VendorWishes) -> Iterator[_Ask]:
        required = tuple(dict.fromkeys(kind for entry in entries for kind in entry.require))
        name = without_login(use.reference)
        try:
            signers = signers_of_base(use.vendor, use.reference, entries, wishes)
        except InputError as err:
            first = err.diagnostics[0]
            remedy = first.remedy or f"supplymatrix vendors show {use.vendor}"
            self._gap(name, f"it is not known who signs for {use.vendor}: {first.message}", remedy, use.location)
            return
        yield _Ask(
            name=name, target=use.reference, is_image=True, location=use.location, named_by=NamedBy.BASE,
            required=required, signers=signers, vendor=use.vendor,
        )  # fmt: skip

    def _gap(self, name: str, reason: str, remedy: str, place: Location) -> None:
        self._gaps.append(
            Gap(wanted=f"{SIGNATURES_WANTED}{name}", reason=reason, remedy=remedy, subject=name, location=place)
        )

    # what is signed of them

    def _verify(self, asks: Sequence[_Ask]) -> None:
        first, root = asks[0], self._root
        builders = builders_of(first.signers)
        targets = {
            ask.target: ImageTarget(reference=ask.target) if ask.is_image else FileTarget(path=Path(ask.target))
            for ask in asks
        }
        request = SignatureRequest(
            targets=tuple(targets.values()),
            wanted=wanted_of(first.signers),
            means=self._means,
            places=BundlePlaces(bundles=(first.bundle,) if first.bundle else ()),
            required=tuple(kind for kind in first.required if kind != SIGNATURE),
            vendor=first.vendor,
            root=None if root is None or first.vendor else (root.place, root.data),
            builders=tuple(wish for builder in builders for wish in builder.wishes),
            builder_keys=tuple(key for builder in builders for key in builder.keys),
            needs_no_builder_log=any(builder.keys and not builder.log for builder in builders),
            images=ImageChoice(only_registries=not first.is_layout),
        )
        by_target = {shown_name(targets[ask.target]): ask for ask in asks}
        try:
            run = verify_signatures(request)
        except InputError as err:  # of the file that the policy names as its bundle
            for name, ask in by_target.items():
                kind = ArtifactKind.IMAGE if ask.is_image else ArtifactKind.FILE
                self._found.append((ask, None))
                self.artifacts.append(
                    SignedArtifact(name=name, kind=kind, state=SignedAs.UNREADABLE, faults=err.diagnostics, target=name)
                )
            return
        self._notes |= dict.fromkeys((*run.notes, *(fault.message for fault in run.faults)))
        self._gaps += (gap for gap in run.gaps if gap not in self._gaps)
        for artifact in run.artifacts:
            self._found.append((by_target[artifact.target], run.trust))
            self.artifacts.append(artifact)

    def _fact(self, ask: _Ask, artifact: SignedArtifact, trust: TrustUsed | None, *, is_one: bool) -> CheckedArtifact:
        """Return an artifact as a fact. is_one: there is no other image in its layout."""
        gaps = lacking(ask.signers)
        self._notes |= dict.fromkeys(note for file in ask.signers for one in file.signers for note in one.notes)
        name = ask.name if is_one else f"{ask.name}{_which(artifact)}"
        signed = _held(changed(artifact, name=name, gaps=(*artifact.gaps, *gaps)), ask)
        signed = self._as_from_here(_of_its_digest(signed, ask))
        contents = Path(ask.target) if artifact.kind is ArtifactKind.FILE else None
        contents = layout_path(ask.target) if ask.is_layout else contents
        meant = "" if ask.vendor else next((rule.source for rule in self._policy.signatures if rule.source), "")
        links = links_of(
            signed, contents, meant, self._means.jobs, takes=self._takes, keys=self._signers.key_builders()
        )
        if links.forged:
            signed = changed(signed, state=SignedAs.ALARM, notes=(*links.forged, *signed.notes))
        self._notes |= dict.fromkeys(_notes_on(signed))
        return CheckedArtifact(
            signed=signed, location=ask.location, named_by=ask.named_by, required=ask.required, links=links.links,
            provenance=links.provenance, builder=links.builder, key_builders=links.key_builders, trust=trust,
        )  # fmt: skip

    def _takes(self, named: str, level: int) -> bool:
        """Return whether a builder is one that all files of the policy take, of the level that they ask for."""
        rules = self._policy.signatures
        is_named = all(
            any(builder.takes(named) for builder in rule.builders) for rule in rules if rule.builders is not None
        )
        return is_named and level >= slsa_level_of(rules)[0]

    def _as_from_here(self, artifact: SignedArtifact) -> SignedArtifact:
        """Return an artifact whose files are named as from the project's folder."""
        start = f"{self._item.project.root.as_posix()}/"

        def named(verdicts: Sequence[SignatureVerdict]) -> tuple[SignatureVerdict, ...]:
            return tuple(changed(verdict, source=verdict.source.removeprefix(start)) for verdict in verdicts)

        return changed(
            artifact,
            signatures=named(artifact.signatures),
            attestations=named(artifact.attestations),
            faults=tuple(replace(fault, artifact=fault.artifact.removeprefix(start)) for fault in artifact.faults),
        )


def _held(artifact: SignedArtifact, ask: _Ask) -> SignedArtifact:
    """Return an artifact with its verdicts as all files of the policy judge them."""
    signatures = tuple(held_to(verdict, ask.signers) for verdict in artifact.signatures)
    attestations = tuple(
        held_to(verdict, ask.signers, is_provenance=_is_provenance(verdict)) for verdict in artifact.attestations
    )
    if (signatures, attestations) == (artifact.signatures, artifact.attestations) and not artifact.gaps:
        return artifact
    state = signed_as(
        signatures, attestations, required=artifact.required, has_gaps=bool(artifact.gaps),
        has_faults=bool(artifact.faults), is_forged=artifact.state is SignedAs.ALARM,
    )  # fmt: skip
    return changed(
        artifact, state=state, signatures=signatures, attestations=attestations,
        missing=missing_kinds(attestations, artifact.required),
    )  # fmt: skip


def _code_of(note: str) -> str:
    """Return the code of a note; that one engine alone can read a signature is told where everything is."""
    return "one-engine" if note.startswith(NATIVE_ONLY) else "signatures"


def _notes_on(artifact: SignedArtifact) -> Iterator[str]:
    """Yield what is to be told of an artifact that no rule tells: what was not read, or not checked."""
    if artifact.state is not SignedAs.ALARM:  # else what is wrong stands there, and its rule tells it
        yield from artifact.notes
    open_checks: dict[str, list[str]] = {}
    for verdict in (*artifact.signatures, *artifact.attestations):
        yield from verdict.notes
        for text in unchecked(verdict):
            open_checks.setdefault(text, []).append(verdict.source)
    for text, sources in open_checks.items():
        of = sources[0] if len(sources) == 1 else f"{len(sources):,} signatures and attestations"
        yield f"{artifact.name}: not checked of {of}: {text}"


def _is_provenance(verdict: SignatureVerdict) -> bool:
    return verdict.statement is not None and is_of_kind(verdict.statement.predicate_type, PROVENANCE)


class _Word(Enum):
    """What a word of the command line names."""

    FILE = "file"
    LAYOUT = "layout"
    REGISTRY = "image of a registry"


def _kind_of_word(word: str) -> _Word | None:
    """Return what a word names, None where nobody can say. By its digest or its tag an image is never taken for a file
    or folder that happens to be called so."""
    if is_layout(word):
        return _Word.FILE if is_there(word, Path.is_file) and not is_image(word) else _of_path(word)
    if names_registry(word) and ("@" in word or ":" in word.rpartition("/")[2]):
        return _Word.REGISTRY
    if is_there(word, Path.is_file):
        return _Word.LAYOUT if is_image(word) else _Word.FILE
    return _Word.REGISTRY if names_registry(word) else None


def _no_artifact(word: str) -> Diagnostic:
    fault = replace(no_such(without_login(word)), message="there is no such artifact")
    return replace(fault, remedy=f"a layout in the current folder is named ./{word}") if is_there(word) else fault


def _of_path(word: str) -> _Word | None:
    """Return whether what is written as a path is a layout that is there; its fault is told when it is read."""
    return _Word.LAYOUT if is_there(layout_path(word).as_posix()) else None


def _layout_word(target: str) -> str:
    """Return a word that nobody takes for an image of a registry."""
    return target if target.startswith(_LAYOUT) else f"./{target}"


def _once(asks: Sequence[_Ask]) -> Iterator[_Ask]:
    """Yield all artifacts that the policy names, and of the others those that are not among them by another word."""
    seen: set[tuple[str, str]] = set()
    for ask in asks:
        is_here = not ask.is_image or ask.is_layout
        key = (os.path.realpath(ask.target) if is_here else ask.target, ask.vendor)
        by_name = (ask.name, "") if ask.named_by is NamedBy.POLICY else key
        if not seen.isdisjoint({by_name}):
            continue
        seen |= {key, by_name}
        yield ask


def _which(artifact: SignedArtifact) -> str:
    """Return what tells an image of a layout from the others."""
    if artifact.tag:
        return f":{artifact.tag}"
    return "".join(f"@{algorithm}:{text}" for algorithm, text in artifact.digests[:1])


def _of_its_digest(artifact: SignedArtifact, ask: _Ask) -> SignedArtifact:
    """Return an image; an alarm where its digest is not that of the reference."""
    _, at, wanted = ask.target.rpartition("@") if ask.is_image else ("", "", "")
    found = [f"{algorithm}:{text}" for algorithm, text in artifact.digests]
    if not at or not is_digest(wanted) or not found or wanted in found or artifact.platform:
        return artifact
    note = f"the policy or the command line names {wanted}, and what was found is {', '.join(found)}"
    return changed(artifact, state=SignedAs.ALARM, notes=(note, *artifact.notes))


def _files(facts: Sequence[CheckedArtifact]) -> Iterator[ReadFile]:
    named: Mapping[str, str] = {
        fact.signed.name: dict(fact.signed.digests).get("sha256", "")
        for fact in facts
        if fact.signed.kind is ArtifactKind.FILE
    }
    yield from (ReadFile(name=name, sha256=digest) for name, digest in sorted(named.items()) if digest)
