"""Artifacts that are checked with a project: who signed them, and what is attested of them, as its policy asks.

Looked at are those that the policy names, those of the command line, programs that are checked too, and, where the
policy asks it of a vendor, that vendor's images on which the project's build files build. All of them get a verdict;
what cannot be looked at is a gap.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from supplymatrix.attest.image_reference import without_login
from supplymatrix.attest.wanted import IdentityWish
from supplymatrix.engine.artifact_links import links_of
from supplymatrix.engine.base_images import BaseUse, base_images_of
from supplymatrix.engine.chain_image import is_image
from supplymatrix.engine.image_signatures import is_layout, is_there
from supplymatrix.engine.means import Means
from supplymatrix.engine.policy_signers import (
    PolicySigners,
    Signers,
    VendorWishes,
    builders_of,
    held_to,
    lacking,
    signers_in,
    wanted_of,
)
from supplymatrix.engine.prepare import Prepared
from supplymatrix.engine.signature_outcome import missing_kinds, signed_as
from supplymatrix.engine.signature_places import BundlePlaces
from supplymatrix.engine.vendor_wishes import vendor_wishes
from supplymatrix.engine.verify_signatures import FileTarget, ImageTarget, SignatureRequest, verify_signatures
from supplymatrix.errors import Diagnostic, InputError
from supplymatrix.model.audit import ReadFile
from supplymatrix.model.checked_artifact import SIGNATURES_WANTED, CheckedArtifact, NamedBy
from supplymatrix.model.gap import Gap
from supplymatrix.model.location import Location
from supplymatrix.model.predicates import is_of_kind
from supplymatrix.model.signature import ArtifactKind, SignatureVerdict, SignedArtifact, SignedAs, TrustUsed
from supplymatrix.model.value import changed, value
from supplymatrix.model.verdict import Note
from supplymatrix.policy.document import VendorRule
from supplymatrix.policy.signature_terms import SIGNATURE, ArtifactRule, required_of, roots_of, slsa_level_of

__all__ = ["ArtifactsSeen", "look_at_artifacts", "refuse_missing"]

_PROVENANCE = "provenance"
_NONE_NAMED = (
    "[signatures] is about no artifact here, and none was looked at: name them by [[signatures.artifact]], --artifact, "
    "or --binary"
)


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
    builders: tuple[IdentityWish, ...] = ()
    bundle: str = ""
    vendor: str = ""

    @property
    def group(self) -> tuple[object, ...]:
        """What artifacts have in common that are verified in one run."""
        signers = tuple(
            (one.wishes, tuple(key.key_id for key in one.keys), one.claims, one.log)
            for named in self.signers
            for one in named
        )
        return signers, self.required, self.bundle, self.vendor, self.builders


def refuse_missing(named: Sequence[str]) -> None:
    """Raise InputError for artifacts of the command line that are not there."""
    faults = [
        Diagnostic(message="there is no such artifact", artifact=word, expected="a file, or an image")
        for word in named
        if not is_image(word) and not Path(word).is_file()
    ]
    if faults:
        raise InputError(*faults)


def look_at_artifacts(item: Prepared, named: Sequence[str], programs: Sequence[Path], means: Means) -> ArtifactsSeen:
    """Return what was seen of a project's artifacts. named: of the command line; programs: that are checked, too.

    Raises InputError for a key or trusted root of the policy that cannot be used, and for a vendor of whom it is not
    known who signs.
    """
    return _Look(item, means).seen(named, programs)


class _Look:
    def __init__(self, item: Prepared, means: Means) -> None:
        self._item = item
        self._policy = item.policy
        self._means = changed(means, offline=True) if means.replay is not None else means
        self._signers = PolicySigners(item.policy, vendor_wishes(means))
        self._gaps: list[Gap] = []
        self._notes: dict[str, None] = {}

    def seen(self, named: Sequence[str], programs: Sequence[Path]) -> ArtifactsSeen:
        asks = [*self._of_policy(), *self._of_words(named, programs), *self._of_vendors()]
        if not asks and not self._gaps and self._policy.signatures:
            self._notes[_NONE_NAMED] = None
        facts: list[CheckedArtifact] = []
        groups: dict[tuple[object, ...], list[_Ask]] = {}
        for ask in {(ask.target, ask.vendor): ask for ask in reversed(asks)}.values():
            groups.setdefault(ask.group, []).append(ask)
        for group in groups.values():
            facts += self._verified(group)
        return ArtifactsSeen(
            facts=tuple(facts),
            gaps=tuple(self._gaps),
            notes=tuple(Note(code="signatures", message=text) for text in self._notes),
            files=tuple(_files(facts)),
        )

    # which artifacts

    def _required(self, rule: ArtifactRule | None) -> tuple[str, ...]:
        required = required_of(self._policy.signatures, rule) or (SIGNATURE,)
        asks = any(one.builders is not None for one in self._policy.signatures)
        asks = asks or bool(slsa_level_of(self._policy.signatures)[0])
        return (*required, _PROVENANCE) if asks and _PROVENANCE not in required else required

    def _ask(self, name: str, target: str, location: Location, named_by: NamedBy, rule: ArtifactRule | None) -> _Ask:
        image = name if named_by is NamedBy.BASE or (rule is not None and rule.image) else ""
        is_one = bool(image) or is_image(target)
        return _Ask(
            name=name, target=target, is_image=is_one, location=location, named_by=named_by,
            required=self._required(rule),
            signers=self._signers.of(rule, name, ArtifactKind.IMAGE if is_one else ArtifactKind.FILE),
            builders=builders_of(self._policy),
            bundle=(self._item.project.root / rule.bundle).as_posix() if rule is not None and rule.bundle else "",
        )  # fmt: skip

    def _of_policy(self) -> Iterator[_Ask]:
        root = self._item.project.root
        for section in self._policy.signatures:
            for rule in section.artifacts:
                if rule.image:
                    target = (root / rule.image).as_posix() if rule.image.startswith("./") else rule.image
                    yield self._ask(rule.name, _layout_word(target), rule.location, NamedBy.POLICY, rule)
                    continue
                path = root / rule.path
                if path.is_file():
                    yield self._ask(rule.name, path.as_posix(), rule.location, NamedBy.POLICY, rule)
                else:
                    what = "a folder" if path.is_dir() else "not there"
                    self._gap(rule.name, f"the file is {what}", "build it before the check", rule.location)

    def _of_words(self, named: Sequence[str], programs: Sequence[Path]) -> Iterator[_Ask]:
        for word in dict.fromkeys(named):
            place = Location(artifact=word)
            yield self._ask(word, _layout_word(word) if is_image(word) else word, place, NamedBy.COMMAND_LINE, None)
        for path in programs if self._policy.signatures else ():
            if path.is_file() and not is_image(path.as_posix()):
                name = path.as_posix()
                yield self._ask(name, name, Location(artifact=name), NamedBy.PROGRAM, None)

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
                self._notes[f"no build file builds on an image of {vendor}: nothing is asked of its signatures"] = None
            for use in own:
                yield from self._of_base(use, entries, wishes)

    def _of_base(self, use: BaseUse, entries: Sequence[VendorRule], wishes: VendorWishes) -> Iterator[_Ask]:
        variables = tuple(sorted({pair for entry in entries for pair in entry.identity}))
        required = tuple(dict.fromkeys(kind for entry in entries for kind in entry.require))
        try:
            found = wishes(use.vendor, variables, use.reference, ArtifactKind.IMAGE)
        except InputError as err:
            first = err.diagnostics[0]
            remedy = first.remedy or f"supplymatrix vendors show {use.vendor}"
            self._gap(
                use.reference, f"it is not known who signs for {use.vendor}: {first.message}", remedy, use.location
            )
            return
        yield _Ask(
            name=use.reference, target=use.reference, is_image=True, location=use.location, named_by=NamedBy.BASE,
            required=required, signers=((signers_in(found),),), vendor=use.vendor,
        )  # fmt: skip

    def _gap(self, name: str, reason: str, remedy: str, place: Location) -> None:
        self._gaps.append(
            Gap(wanted=f"{SIGNATURES_WANTED}{name}", reason=reason, remedy=remedy, subject=name, location=place)
        )

    # what is signed of them

    def _verified(self, asks: Sequence[_Ask]) -> Iterator[CheckedArtifact]:
        first = asks[0]
        root = roots_of(self._policy.signatures)
        request = SignatureRequest(
            targets=tuple(
                ImageTarget(reference=ask.target) if ask.is_image else FileTarget(path=Path(ask.target)) for ask in asks
            ),
            wanted=wanted_of(first.signers),
            means=self._means,
            places=BundlePlaces(bundles=(first.bundle,) if first.bundle else ()),
            required=tuple(kind for kind in first.required if kind != SIGNATURE),
            vendor=first.vendor,
            root=None if root is None or first.vendor else (root.place, root.data),
            builders=first.builders,
        )
        run = verify_signatures(request)
        self._notes |= dict.fromkeys((*run.notes, *(fault.message for fault in run.faults)))
        self._gaps += (gap for gap in run.gaps if gap not in self._gaps)
        by_target = {name: ask for ask in asks for name in (without_login(ask.target), ask.target)}
        for artifact in run.artifacts:
            ask = by_target.get(artifact.name, first)
            yield self._fact(ask, artifact, run.trust)

    def _fact(self, ask: _Ask, artifact: SignedArtifact, trust: TrustUsed | None) -> CheckedArtifact:
        gaps = lacking(ask.signers)
        self._notes |= dict.fromkeys(note for named in ask.signers for one in named for note in one.notes)
        signed = _held(changed(artifact, name=ask.name, gaps=(*artifact.gaps, *gaps)), ask)
        signed = self._as_from_here(signed)
        contents = Path(ask.target) if artifact.kind is ArtifactKind.FILE else _folder_of(ask.target)
        meant = "" if ask.vendor else next((rule.source for rule in self._policy.signatures if rule.source), "")
        links = links_of(signed, contents, meant, self._means.jobs)
        return CheckedArtifact(
            signed=signed, location=ask.location, named_by=ask.named_by, required=ask.required, links=links.links,
            provenance=links.provenance, builder=links.builder, trust=trust,
        )  # fmt: skip

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
        held_to(verdict, ask.signers, ask.builders if _is_provenance(verdict) else ())
        for verdict in artifact.attestations
    )
    if (signatures, attestations) == (artifact.signatures, artifact.attestations):
        return artifact
    state = signed_as(
        signatures, attestations, required=artifact.required, has_gaps=bool(artifact.gaps),
        has_faults=bool(artifact.faults), is_forged=artifact.state is SignedAs.ALARM,
    )  # fmt: skip
    return changed(
        artifact, state=state, signatures=signatures, attestations=attestations,
        missing=missing_kinds(attestations, artifact.required),
    )  # fmt: skip


def _is_provenance(verdict: SignatureVerdict) -> bool:
    return verdict.statement is not None and is_of_kind(verdict.statement.predicate_type, _PROVENANCE)


def _layout_word(target: str) -> str:
    """Return a word for a layout as `image_signatures` takes it: a folder in the current one needs ./ there."""
    path = Path(target)
    if is_there(target) and not is_layout(target):
        return f"./{target}" if path.is_dir() else f"oci-archive:{target}"
    return target


def _folder_of(target: str) -> Path | None:
    """Return where the contents of an image lie; None where they are in a registry, or one of several is meant."""
    path = Path(target.removeprefix("oci-archive:").removeprefix("oci:"))
    return path if is_layout(target) and is_there(str(path)) else None


def _files(facts: Sequence[CheckedArtifact]) -> Iterator[ReadFile]:
    named: Mapping[str, str] = {
        fact.signed.name: dict(fact.signed.digests).get("sha256", "")
        for fact in facts
        if fact.signed.kind is ArtifactKind.FILE
    }
    yield from (ReadFile(name=name, sha256=digest) for name, digest in sorted(named.items()) if digest)
