"""What is signed of one artifact, judged: its signatures, its provenance, its attested bill of materials.

Who may have signed is said apart for the artifact and for its provenance, since builders that work for many sign
themselves. Such a builder signs for anybody: what it signs counts only with the source repository that is meant.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING

from supplymatrix.attest.builders import GITHUB_ISSUER, TRUSTED_BUILDERS, builds_for_many, source_of
from supplymatrix.attest.provenance import is_provenance, parse_provenance, repository_of
from supplymatrix.attest.wanted import Artifact, EngineChoice, IdentityWish, Wanted
from supplymatrix.engine.signature_bundles import Candidate, by_absent_key
from supplymatrix.errors import InputError
from supplymatrix.model.gap import Gap
from supplymatrix.model.predicates import SIGNATURE_PREDICATE, is_of_kind
from supplymatrix.model.provenance import Provenance
from supplymatrix.model.signature import (
    ALARMING,
    Check,
    CheckState,
    Reason,
    SignatureState,
    SignatureVerdict,
    Statement,
)
from supplymatrix.model.value import changed, value

if TYPE_CHECKING:
    from supplymatrix.attest.bundle import SignedBundle
    from supplymatrix.engine.signature_trust import RunTrust

__all__ = [
    "ChainWish", "Judge", "Signed", "SignedKind", "SourceWord", "best_of", "exit_of_verdict", "kind_of_statement",
    "signer_told", "wish_of_source",
]  # fmt: skip

_WHO = (Check.IDENTITY, Check.ISSUER)
_UNREADABLE = (Reason.MALFORMED, Reason.UNKNOWN_VERSION)


class SignedKind(StrEnum):
    """What a signature says."""

    SIGNATURE = "signature"
    PROVENANCE = "provenance"
    SBOM = "sbom"
    OTHER = "other"


class SourceWord(StrEnum):
    """Whether provenance by a builder of many is of the source that is meant. OWN: it is signed by whom the user named,
    and the question does not arise. UNASKED: nobody said which source is meant."""

    OWN = "own"
    MEANT = "meant"
    UNASKED = "unasked"
    OTHER = "other"


@value
class ChainWish:
    """Who may have signed. wanted: the artifact. builders: its provenance and other attestations, () = those of
    `wanted`, or a known builder for the source. source: the repository that is meant, "https://github.com/org/repo", ""
    where nobody said. gaps: why it is not known, or not verified here, who signs for the vendor that was named; then
    nobody is in `wanted`. notes: what is to be told of who signs."""

    wanted: Wanted
    builders: tuple[IdentityWish, ...] = ()
    source: str = ""
    gaps: tuple[Gap, ...] = ()
    notes: tuple[str, ...] = ()

    @property
    def unknown(self) -> Gap | None:
        """Why nobody is in `wanted`, though somebody was named; None where somebody is, or nobody was."""
        return self.gaps[0] if self.gaps and not (self.wanted.identities or self.wanted.keys) else None


@value
class Signed:
    """A signature or attestation that was judged. about: the artifact that it was held against. statement: of an
    envelope, as read: it says nothing unless the verdict holds. provenance: the same of a build; fault: why there is
    none. source: of provenance. meant: the source repository that was meant, where `source` is OTHER. unknown: why it
    is not known who should have signed, though somebody was named."""

    kind: SignedKind
    about: Artifact
    verdict: SignatureVerdict
    statement: Statement | None = None
    provenance: Provenance | None = None
    fault: str = ""
    source: SourceWord = SourceWord.OWN
    meant: str = ""
    unknown: Gap | None = None

    @property
    def vouches(self) -> bool:
        """Whether what it says counts: it holds, and is by whom it should be by."""
        return self.verdict.holds and self.source in (SourceWord.OWN, SourceWord.MEANT)

    @property
    def is_told(self) -> bool:
        """Whether what it says may be told as its signer's word: all that was checked holds, but for who should have
        signed, which nobody has said."""
        return self.verdict.holds or signer_told(self.verdict)


def signer_told(verdict: SignatureVerdict) -> bool:
    """Return whether a signature holds in everything, and nobody said who should have made it."""
    if verdict.state is not SignatureState.UNDECIDED or verdict.signer is None:
        return False
    return all(
        step.check in _WHO or (step.state is not CheckState.NOT_CHECKED and step.reason is None)
        for step in verdict.steps
        if step.state is not CheckState.VERIFIED
    )


def kind_of_statement(statement: Statement | None, *, is_envelope: bool) -> SignedKind:
    """Return what a signature says, by the statement that it is over."""
    if statement is None:
        return SignedKind.OTHER if is_envelope else SignedKind.SIGNATURE
    if statement.predicate_type == SIGNATURE_PREDICATE:
        return SignedKind.SIGNATURE
    if is_provenance(statement.predicate_type):
        return SignedKind.PROVENANCE
    return SignedKind.SBOM if is_of_kind(statement.predicate_type, "sbom") else SignedKind.OTHER


def wish_of_source(source: str) -> IdentityWish | None:
    """Return who signs what a repository's own workflows build: known for GitHub alone, None for others."""
    host, _, path = source.removeprefix("https://").partition("/")
    if host != "github.com" or path.count("/") != 1 or not path.isascii():
        return None
    quoted = "".join(letter if letter.isalnum() or letter in "/_-" else f"\\{letter}" for letter in path)
    return IdentityWish(
        identity_regexp=rf"https://github\.com/{quoted}/\.github/workflows/[^@/\s]+@refs/(?:heads|tags)/.+",
        issuer=GITHUB_ISSUER,
        name=f"a workflow of {source.removeprefix('https://')}",
    )


@value
class Judge:
    """Judges the signatures of a chain. trust: the trusted root, read where a signature needs it."""

    wish: ChainWish
    trust: RunTrust
    now: datetime
    engine: EngineChoice = EngineChoice.BOTH

    def candidates(self, found: Iterable[tuple[Candidate, Artifact]]) -> tuple[Signed, ...]:
        """Return signatures out of files, each held against an artifact; the provenance last, since the signature may
        say which source is meant."""
        unread = list[Signed]()
        rows: list[tuple[SignedBundle, Statement | None, Artifact]] = []
        for candidate, about in found:
            if candidate.bundle is not None:
                rows.append((candidate.bundle, candidate.statement, about))
            elif candidate.refused is not None:
                unread.append(Signed(kind=SignedKind.OTHER, about=about, verdict=candidate.refused))
        return (*self.bundles(rows), *unread)

    def bundles(self, rows: Sequence[tuple[SignedBundle, Statement | None, Artifact]]) -> tuple[Signed, ...]:
        """Return bundles, judged."""
        signatures = list[Signed]()
        later: list[tuple[SignedBundle, Statement | None, Artifact]] = []
        for bundle, statement, about in rows:
            if kind_of_statement(statement, is_envelope=bundle.envelope is not None) is SignedKind.SIGNATURE:
                verdict = self.verdict(bundle, about, self.wish.wanted)
                signatures.append(Signed(kind=SignedKind.SIGNATURE, about=about, verdict=verdict, statement=statement,
                                         unknown=self.wish.unknown))  # fmt: skip
            else:
                later.append((bundle, statement, about))
        meant = self._meant(signatures)
        return (*signatures, *(self._attestation(*row, meant) for row in later))

    def verdict(self, bundle: SignedBundle, about: Artifact, wanted: Wanted) -> SignatureVerdict:
        """Return the verdict on one signature."""
        from supplymatrix.attest.engines import verify_signature

        root = self.trust.root_for(bundle, wanted)
        verdict = verify_signature(bundle, about, wanted, root, self.now, engine=self.engine)
        return by_absent_key(verdict) if wanted.lacks_keys and not bundle.certificate else verdict

    def _meant(self, signatures: Sequence[Signed]) -> str:
        """Return the source repository that is meant: as the user says, else the one of the workflow that they named,
        else the one in the certificate of the artifact's signature, where that holds."""
        claimed = repository_of(dict(self.wish.wanted.claims).get("sourceRepositoryURI", ""))
        if self.wish.source or claimed:
            return self.wish.source or claimed
        named = {
            repository_of(wish.identity.partition("/.github/workflows/")[0])
            for wish in self.wish.wanted.identities
            if "/.github/workflows/" in wish.identity and not builds_for_many(wish.identity)
        }
        if len(named) == 1 and "" not in named:
            return named.pop()
        signed = {source_of(one.verdict.signer) for one in signatures if one.vouches and one.verdict.signer} - {""}
        return signed.pop() if len(signed) == 1 else ""

    def _attestation(self, bundle: SignedBundle, statement: Statement | None, about: Artifact, meant: str) -> Signed:
        """Return an attestation, held against whom the user named; else against builders that work for many."""
        builders = self.wish.builders
        wanted = changed(self.wish.wanted, identities=builders) if builders else self.wish.wanted
        kind = kind_of_statement(statement, is_envelope=True)
        signed = Signed(
            kind=kind, about=about, verdict=self.verdict(bundle, about, wanted), statement=statement,
            unknown=None if builders else self.wish.unknown,
        )  # fmt: skip
        if kind is not SignedKind.PROVENANCE or statement is None:
            return signed
        signed = _with_provenance(signed, statement)
        if not signed.verdict.holds and not builders and _is_other(signed.verdict):
            by_builder = self.verdict(bundle, about, _by_many(self.wish.wanted))
            signed = changed(signed, verdict=by_builder) if by_builder.holds else signed
        signer = signed.verdict.signer
        if not signed.verdict.holds or signer is None or not builds_for_many(signer.identity):
            return signed
        if not meant:
            return changed(signed, source=SourceWord.UNASKED)
        is_meant = source_of(signer).casefold() == meant.casefold()
        return changed(signed, source=SourceWord.MEANT if is_meant else SourceWord.OTHER, meant=meant)


def _by_many(wanted: Wanted) -> Wanted:
    """Return what is asked of a builder that works for many: what was asked of the artifact's signature, who aside."""
    return changed(wanted, identities=TRUSTED_BUILDERS, keys=(), annotations=(), predicate_types=())


def _is_other(verdict: SignatureVerdict) -> bool:
    """Return whether a signature does not hold for the one reason that another one signed, or nobody was named."""
    return signer_told(verdict) or verdict.reason in (
        Reason.IDENTITY_MISMATCH,
        Reason.ISSUER_MISMATCH,
        Reason.KEY_MISMATCH,
    )


def _with_provenance(signed: Signed, statement: Statement) -> Signed:
    try:
        return changed(signed, provenance=parse_provenance(statement, signed.verdict.source))
    except InputError as err:
        return changed(signed, fault=err.diagnostics[0].message)


def best_of(found: Iterable[Signed]) -> Signed | None:
    """Return the one that counts of several: one that vouches, else one whose signer can be told, else the one that is
    refused for the gravest reason."""
    rows = list(found)
    ranked = sorted(rows, key=lambda one: (not one.vouches, not one.is_told, one.verdict.reason not in ALARMING))
    return ranked[0] if ranked else None


def exit_of_verdict(verdict: SignatureVerdict) -> int:
    """Return what a signature that should hold counts for."""
    if verdict.reason is Reason.ENGINES_DISAGREE:
        return 4
    if verdict.holds:
        return 0
    if verdict.reason in ALARMING:
        return 4
    if verdict.reason in _UNREADABLE:
        return 2
    return 3 if verdict.state is SignatureState.UNDECIDED else 1
