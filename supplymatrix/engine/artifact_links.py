"""What is signed of an artifact, held against itself and against what is in it: the links of `check`.

They are made as in a chain (`engine.chain`), of verdicts that are there already: builder, source and commit, and the
attested bill of materials. The log is not asked for the modules here: that is what `--binary` is for.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from supplymatrix.attest.builders import builds_for_many, source_of
from supplymatrix.attest.provenance import parse_provenance
from supplymatrix.attest.wanted import Artifact
from supplymatrix.engine.chain_evidence import Signed, SignedKind, SourceWord, kind_of_statement
from supplymatrix.engine.chain_image import programs_in_layout
from supplymatrix.engine.chain_links import builder_link, provenance_link
from supplymatrix.engine.chain_sbom import sbom_link
from supplymatrix.engine.chain_source import Source, source_in, source_link
from supplymatrix.engine.policy_signers import KeyBuilder
from supplymatrix.engine.program_facts import program_facts
from supplymatrix.errors import InputError
from supplymatrix.model.chain import ChainLink
from supplymatrix.model.location import Location
from supplymatrix.model.program import BuiltProgram
from supplymatrix.model.provenance import BuilderClaim, Provenance
from supplymatrix.model.signature import ArtifactKind, CheckState, SignatureVerdict, SignedArtifact
from supplymatrix.model.value import changed, value
from supplymatrix.sources.programs import NO_PROGRAM, FoundProgram, find_programs

__all__ = ["ArtifactLinks", "TakesBuilder", "links_of"]

_MOST_TOLD = 3


@value
class ArtifactLinks:
    """provenance: statements that hold, the one that counts first. builder: what is known of its builder. key_builders:
    places of builders in the policy whose key signed that one. forged: what of the contents is not what its digest
    says, a sentence each."""

    links: tuple[ChainLink, ...] = ()
    provenance: tuple[Provenance, ...] = ()
    builder: BuilderClaim | None = None
    key_builders: tuple[Location, ...] = ()
    forged: tuple[str, ...] = ()


@value
class _Contents:
    """programs: as they were found. unread: why not all could be looked at, "" where all was."""

    programs: tuple[FoundProgram, ...] = ()
    unread: str = ""
    forged: tuple[str, ...] = ()


@value
class _Built:
    """What is known of who built. key_builders: as ArtifactLinks has them."""

    link: ChainLink | None = None
    claim: BuilderClaim | None = None
    key_builders: tuple[Location, ...] = ()


TakesBuilder = Callable[[str, int], bool]
"""Whether a policy takes a builder, by its id and the SLSA level that is known of it, 0 = none."""


def links_of(
    signed: SignedArtifact, contents: Path | None, meant: str, jobs: int, *,
    takes: TakesBuilder = lambda _id, _level: True, keys: Sequence[KeyBuilder] = (),
) -> ArtifactLinks:  # fmt: skip
    """Return what is to be said of signed words that hold. contents: the file, or the layout of an image, None where it
    is not on this machine. meant: the repository that the policy names, "" for none. takes: of several builders that
    stated it one is enough. keys: of builders that sign by one."""
    about = Artifact(name=signed.name, digests=signed.digests)
    signatures = [
        Signed(kind=SignedKind.SIGNATURE, about=about, verdict=verdict, statement=verdict.statement)
        for verdict in signed.signatures
        if verdict.holds
    ]
    attested = [_attestation(verdict, about, meant) for verdict in signed.attestations if verdict.holds]
    provenance = [one for one in attested if one.kind is SignedKind.PROVENANCE]
    bills = [one for one in attested if one.kind is SignedKind.SBOM]
    counting = sorted((one for one in provenance if one.vouches), key=lambda one: _rank(one, takes, keys))
    source = source_in(signatures, counting, meant)
    held = _Contents()
    if contents is not None and (source.commits or bills):
        held = _contents(signed, contents, jobs)
    facts = program_facts(held.programs, {}, None)
    stated = provenance_link(counting or provenance)[0] if provenance else None
    built = _built(counting[0], stated, keys) if counting and stated is not None else _Built()
    is_any = bool(signatures or counting)
    links = [
        stated, built.link,
        *(_as_read(link, held, contents) for link in _source_links(source, facts.programs, is_any=is_any)),
    ]  # fmt: skip
    bill = sbom_link(bills, facts.programs, facts.modules)
    links.append(_as_read(bill, held, contents) if bill is not None and contents is not None else bill)
    return ArtifactLinks(
        links=tuple(link for link in links if link is not None),
        provenance=tuple(one.provenance for one in counting if one.provenance is not None),
        builder=built.claim,
        key_builders=built.key_builders,
        forged=held.forged,
    )


def _rank(one: Signed, takes: TakesBuilder, keys: Sequence[KeyBuilder]) -> tuple[bool, bool, bool]:
    """Return how little a statement says of a builder that the policy takes."""
    stated = provenance_link((one,))[0]
    built = _built(one, stated, keys)
    named = one.provenance.builder_id if one.provenance is not None else ""
    is_known = built.link is not None and built.link.state is CheckState.VERIFIED
    level = built.claim.level if built.claim is not None else int(is_known)
    return stated.state is CheckState.FAILED, not is_known, not takes(named, level)


def _built(one: Signed, stated: ChainLink, keys: Sequence[KeyBuilder]) -> _Built:
    """Return whether the builder that a statement names is who signed it: by its certificate, or by a key that the
    policy names for it. stated: the link of the statement."""
    link, claim = builder_link(one, stated)
    provenance, signer = one.provenance, one.verdict.signer
    if link is None or provenance is None or signer is None or signer.identity:
        return _Built(link=link, claim=claim)
    named = provenance.builder_id
    own = [key.rule for key in keys if key.key_id == signer.key_id]
    fitting = [rule for rule in own if rule.takes(named)]
    if fitting:
        says = f"{named} signed the statement itself, by the key that the policy names for it"
        return _Built(
            link=changed(link, state=CheckState.VERIFIED, says=says, reason="", exit_code=0),
            key_builders=tuple(rule.location for rule in fitting),
        )
    if own:
        link = changed(
            link, state=CheckState.FAILED, says="the statement names another builder than the one whose key signed it",
            expected=" or ".join(rule.id for rule in own), found=named, reason="builder-mismatch", exit_code=1,
        )  # fmt: skip
    return _Built(link=link)


def _contents(signed: SignedArtifact, path: Path, jobs: int) -> _Contents:
    """Return what is in an artifact: for an image of a layout in this very image."""
    algorithm, text = signed.digests[0] if signed.digests else ("", "")
    try:
        if signed.kind is ArtifactKind.IMAGE:
            found = programs_in_layout(path, f"{algorithm}:{text}", jobs)
        else:
            found = find_programs((path,), jobs=jobs)
    except InputError as err:
        return _Contents(unread=err.diagnostics[0].message)
    unread = [gap.reason for gap in found.gaps]
    unread += [fault.message for fault in found.faults if fault.message != NO_PROGRAM]
    return _Contents(
        programs=found.programs,
        unread="; ".join(dict.fromkeys(unread[:_MOST_TOLD])),
        forged=tuple(f"{where}: {what}" for where, what in found.forged),
    )


def _as_read(link: ChainLink, held: _Contents, contents: Path | None) -> ChainLink:
    """Return a link that holds, or for which there is nothing in the contents, as far as these were read."""
    if link.state is not CheckState.VERIFIED and link.reason != "no-program":
        return link
    unread, reason = held.unread or "; ".join(held.forged[:_MOST_TOLD]), "contents-unread"
    if contents is None:
        unread, reason = "its contents are not on this machine", "contents-elsewhere"
    if not unread:
        return link
    says = f"what is in it could not be held against what is signed: {unread}"
    return changed(link, state=CheckState.NOT_CHECKABLE, says=says, reason=reason, remedy="", exit_code=3)


def _attestation(verdict: SignatureVerdict, about: Artifact, meant: str) -> Signed:
    statement = verdict.statement
    signed = Signed(
        kind=kind_of_statement(statement, is_envelope=True), about=about, verdict=verdict, statement=statement
    )
    if signed.kind is not SignedKind.PROVENANCE or statement is None:
        return signed
    try:
        signed = changed(signed, provenance=parse_provenance(statement, verdict.source))
    except InputError as err:
        return changed(signed, fault=err.diagnostics[0].message, source=SourceWord.OTHER)
    signer = verdict.signer
    if signer is None or not builds_for_many(signer.identity):
        return signed
    if not meant:
        return changed(signed, source=SourceWord.UNASKED)
    is_meant = source_of(signer).casefold() == meant.casefold()
    return changed(signed, source=SourceWord.MEANT if is_meant else SourceWord.OTHER, meant=meant)


def _source_links(source: Source, programs: Sequence[BuiltProgram], *, is_any: bool) -> Iterator[ChainLink]:
    """Yield for each program whether it is of the source that is signed; one for all where there is none. is_any:
    something is signed that holds."""
    if not (source.commits or source.repositories or (source.meant and is_any)):
        return
    commits = {text.casefold() for _, text in source.commits}
    repositories = {text.casefold() for _, text in source.repositories}
    for program in programs or (None,):
        subject = program.name if program is not None and len(programs) > 1 else ""
        link = source_link(source, program, subject)
        if len(commits) > 1 or len(repositories) > 1:
            yield changed(link, reason="signed-words-differ")
            return
        if source.meant and not source.repository and link.state is not CheckState.FAILED:
            says = f"no signature that counts names the repository; the policy asks for {source.meant}"
            link = changed(link, state=CheckState.NOT_CHECKABLE, says=says, reason="no-signed-repository")
        yield link
