"""What is signed of an artifact, held against itself and against what is in it: the links of `check`.

They are made as in a chain (`engine.chain`), of verdicts that are there already: builder, source and commit, and the
attested bill of materials. The log is not asked for the modules here: that is what `--binary` is for.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from supplymatrix.attest.builders import builds_for_many, source_of
from supplymatrix.attest.provenance import parse_provenance
from supplymatrix.attest.wanted import Artifact
from supplymatrix.engine.chain_evidence import Signed, SignedKind, SourceWord, kind_of_statement
from supplymatrix.engine.chain_links import builder_link, provenance_link
from supplymatrix.engine.chain_sbom import sbom_link
from supplymatrix.engine.chain_source import Source, source_in, source_link
from supplymatrix.engine.program_facts import program_facts
from supplymatrix.errors import InputError
from supplymatrix.model.chain import ChainLink
from supplymatrix.model.program import BuiltProgram, ProgramModule
from supplymatrix.model.provenance import BuilderClaim, Provenance
from supplymatrix.model.signature import CheckState, SignatureVerdict, SignedArtifact
from supplymatrix.model.value import changed, value
from supplymatrix.sources.programs import find_programs

__all__ = ["ArtifactLinks", "links_of"]


@value
class ArtifactLinks:
    """provenance: statements that hold, the one that counts first. builder: what is known of its builder."""

    links: tuple[ChainLink, ...] = ()
    provenance: tuple[Provenance, ...] = ()
    builder: BuilderClaim | None = None


def links_of(signed: SignedArtifact, contents: Path | None, meant: str, jobs: int) -> ArtifactLinks:
    """Return what is to be said of signed words that hold. contents: the file, or the layout of an image, None where it
    is not on this machine. meant: the repository that the policy names, "" for none."""
    about = Artifact(name=signed.name, digests=signed.digests)
    signatures = [
        Signed(kind=SignedKind.SIGNATURE, about=about, verdict=verdict, statement=verdict.statement)
        for verdict in signed.signatures
        if verdict.holds
    ]
    attested = [_attestation(verdict, about, meant) for verdict in signed.attestations if verdict.holds]
    provenance = [one for one in attested if one.kind is SignedKind.PROVENANCE]
    bills = [one for one in attested if one.kind is SignedKind.SBOM]
    counting = [one for one in provenance if one.vouches]
    source = source_in(signatures, counting, meant)
    programs: tuple[BuiltProgram, ...] = ()
    modules: tuple[ProgramModule, ...] = ()
    if contents is not None and (source.commits or bills):
        facts = program_facts(find_programs((contents,), jobs=jobs).programs, {}, None)
        programs, modules = facts.programs, facts.modules
    stated = provenance_link(provenance)[0] if provenance else None
    builder, claim = (None, None) if not counting or stated is None else builder_link(counting[0], stated)
    links = [stated, builder, *_source_links(source, programs), sbom_link(bills, programs, modules)]
    return ArtifactLinks(
        links=tuple(link for link in links if link is not None),
        provenance=tuple(one.provenance for one in counting if one.provenance is not None),
        builder=claim,
    )


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


def _source_links(source: Source, programs: Sequence[BuiltProgram]) -> Iterator[ChainLink]:
    """Yield for each program whether it is of the source that is signed; one for all where there is none."""
    if not (source.commits or source.repositories):
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
