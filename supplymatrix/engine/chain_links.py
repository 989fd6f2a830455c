"""The links that signatures make: who signed, who says that they built it, and whether these are one."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from supplymatrix.attest.builders import hold_builder, known_builder, source_of
from supplymatrix.attest.wanted import Artifact
from supplymatrix.engine.chain_evidence import Signed, SourceWord, best_of, exit_of_verdict, signer_told
from supplymatrix.model.chain import ChainLink, HeadSeen, LinkId
from supplymatrix.model.gap import Gap
from supplymatrix.model.provenance import BuilderClaim
from supplymatrix.model.signature import (
    CheckState,
    LogMention,
    Reason,
    SignatureState,
    SignatureStep,
    SignatureVerdict,
    Signer,
)
from supplymatrix.model.value import changed

__all__ = [
    "NOT_ALL", "SIGNER_UNKNOWN", "builder_link", "heads_of", "provenance_link", "signature_link", "signature_values",
    "signer_words", "unknown_link", "verdict_link",
]  # fmt: skip

_NAME_SIGNER = "say who should have signed: --identity and --issuer, --key, --source or --vendor"
_NOBODY = "nobody said who should have signed it"
_BUILDER_REMEDIES = {
    "no-certificate": "have the builder sign keyless, so that its certificate names it; or, where the word of whoever "
    "has the key is enough, --may-lack builder",
    "builder-unknown": "where the word of who signed is enough: --may-lack builder",
}
"""By the reason for which a builder's name cannot be held against the signature."""
SIGNER_UNKNOWN = "signer-unknown"
"""Reason of a link: a vendor was named, and who signs for it is not known, or not verified here."""
NOT_ALL = "but not all of the signature was checked"
"""What a link says that would be verified, if checks had not been switched off."""


def signature_link(found: Sequence[Signed], artifact: Artifact) -> ChainLink:
    """Return whether an artifact is signed by whom it should be, itself or what it came in."""
    best = best_of(found)
    if best is None:
        digest = artifact.digest("sha256")
        return ChainLink(
            id=LinkId.SIGNATURE,
            state=CheckState.NOT_PRESENT,
            says="no signature of it was found",
            reason=Reason.NO_SIGNATURE.value,
            remedy="name it with --bundle, or lay it beside the artifact as NAME.sigstore.json",
            values=(("sha256", digest),) if digest else (),
            exit_code=1,
        )
    link = verdict_link(best, LinkId.SIGNATURE, "signed")
    if best.about.digests != artifact.digests and link.state is not CheckState.FAILED:
        link = changed(link, says=f"{link.says} (as {best.about.name.rpartition('/')[2]})")
    digests = tuple((algorithm, text) for algorithm, text in best.about.digests if algorithm == "sha256")
    return changed(link, values=digests + signature_values(best.verdict))


def provenance_link(found: Sequence[Signed]) -> tuple[ChainLink, Signed | None]:
    """Return whether somebody signed a statement that they built the artifact, and the statement that counts."""
    best = best_of(found)
    if best is None:
        return ChainLink(
            id=LinkId.PROVENANCE,
            state=CheckState.NOT_PRESENT,
            says="no provenance of it was found",
            reason="no-provenance",
            remedy="name it with --provenance, or lay it beside the artifact as NAME.intoto.jsonl",
            exit_code=1,
        ), None
    values = signature_values(best.verdict)
    if best.provenance is None and best.statement is None:
        return changed(verdict_link(best, LinkId.PROVENANCE, "stated"), values=values), best
    if best.provenance is None:
        says = f"the statement cannot be read as provenance: {best.fault}"
        return ChainLink(
            id=LinkId.PROVENANCE, state=CheckState.FAILED, says=says, reason=Reason.MALFORMED.value, exit_code=2,
            values=values,
        ), best  # fmt: skip
    values += _provenance_values(best)
    source = _of_source(best)
    if source is not None:
        return changed(source, values=values), best
    link = changed(verdict_link(best, LinkId.PROVENANCE, "stated"), values=values)
    if link.state is CheckState.VERIFIED and best.provenance.disputes:
        says = f"the statement contradicts itself: {best.provenance.disputes[0]}"
        link = changed(link, state=CheckState.FAILED, says=says, reason="provenance-disputes", exit_code=1)
    return link, best


def builder_link(signed: Signed, stated: ChainLink) -> tuple[ChainLink | None, BuilderClaim | None]:
    """Return whether the builder that a statement names is who signed it, and what is known of it where the statement
    is verified; None where its signature says nothing. stated: the link of the statement."""
    provenance, signer = signed.provenance, signed.verdict.signer
    if provenance is None or signer is None or not signed.is_told:
        return None, None
    answer = hold_builder(provenance, signer)
    values = [("builder", provenance.builder_id), ("signed by", signer.identity or f"key {signer.key_id}")]
    state, says = answer.state, answer.says
    is_whole = state is stated.state is CheckState.VERIFIED
    claim = known_builder(provenance, signer) if is_whole else None
    if claim is not None:
        level = f"SLSA Build level {claim.level}, as its documentation says ({claim.source}, {claim.checked_on})"
        values.append(("known as", f"{claim.name}: {level}"))
    if state is CheckState.VERIFIED and not signed.verdict.holds:
        state, says = CheckState.NOT_CHECKABLE, f"{says}; {_why_nobody(signed)}"
    reason = answer.reason or ("" if state is CheckState.VERIFIED else "not-vouched")
    if state is CheckState.VERIFIED and signed.verdict.state is SignatureState.ACCEPTED:
        state, says, reason = CheckState.NOT_CHECKED, f"{says}; {NOT_ALL}", "switched-off"
    link = ChainLink(
        id=LinkId.BUILDER,
        state=state,
        says=says,
        expected=answer.expected,
        found=answer.found,
        values=tuple(values),
        reason=reason,
        remedy=_BUILDER_REMEDIES.get(answer.reason, "") if state is CheckState.NOT_CHECKABLE else "",
        exit_code={CheckState.VERIFIED: 0, CheckState.NOT_CHECKED: 0, CheckState.FAILED: 1}.get(state, 3),
    )
    return link, claim


def heads_of(found: Sequence[Signed]) -> tuple[HeadSeen, ...]:
    """Return the heads under which signatures stand in their logs; of those that hold, or whose signer can be told."""
    heads: dict[tuple[str, str, int, str], list[LogMention]] = {}
    for signed in found:
        for mention in signed.verdict.log if signed.is_told else ():
            heads.setdefault((mention.log, mention.origin, mention.tree_size, mention.root), []).append(mention)
    return tuple(
        HeadSeen(
            kind="signatures",
            log=log,
            tree_size=size,
            root=root,
            indexes=tuple(sorted({mention.index for mention in mentions})),
            origin=origin,
            leaves=tuple(sorted({one.leaf_index for one in mentions if one.leaf_index not in (-1, one.index)})),
            time=min((mention.integrated for mention in mentions if mention.integrated is not None), default=None),
        )
        for (log, origin, size, root), mentions in sorted(heads.items(), key=lambda item: item[0])
    )


def signer_words(signer: Signer) -> str:
    """Return who signed, in a few words."""
    if signer.identity:
        return signer.identity
    return f"the {signer.key_name} key {signer.key_id[:16]}…"


def signature_values(verdict: SignatureVerdict) -> tuple[tuple[str, str], ...]:
    """Return all that a verdict rests on, named; of a signature that does not hold only where it lies."""
    return tuple(_values(verdict))


def _values(verdict: SignatureVerdict) -> Iterator[tuple[str, str]]:
    yield "from", f"{verdict.source} ({verdict.form})"
    if not (verdict.holds or signer_told(verdict)):
        return
    signer = verdict.signer
    if signer is not None:
        if signer.identity:
            yield "identity", signer.identity
            yield "issuer", signer.issuer
        yield "key", f"{signer.key_name} sha256:{signer.key_id}"
    for mention in verdict.log:
        yield "log entry", f"{mention.log} index {mention.index} ({mention.kind})"
        if mention.tree_size:
            name = f"{mention.log} ({mention.origin})" if mention.origin else mention.log
            yield "log head", f"{name} tree {mention.tree_size} root {mention.root}, leaf {mention.leaf_index}"
    for witness in verdict.times:
        yield "time", f"{witness.time.isoformat().replace('+00:00', 'Z')} by {witness.by}"


def _provenance_values(signed: Signed) -> tuple[tuple[str, str], ...]:
    """Return what provenance says, where its signer's word may be told."""
    provenance = signed.provenance
    if provenance is None or not signed.is_told:
        return ()
    rows = (
        ("predicate", provenance.predicate_type),
        ("build type", provenance.build_type),
        ("source", provenance.repository),
        ("commit", provenance.commit),
        ("ref", provenance.ref),
        ("entry point", provenance.entry_point),
        ("run", provenance.run),
    )
    return tuple((name, text) for name, text in rows if text)


def _of_source(signed: Signed) -> ChainLink | None:
    """Return the link of provenance by a builder of many that is not known to be of the source that is meant."""
    signer = signed.verdict.signer
    builder = signer_words(signer) if signer is not None else "a builder"
    found = source_of(signer) if signer is not None else ""
    of = found or "a source that its certificate does not name"
    if signed.source is SourceWord.UNASKED:
        return ChainLink(
            id=LinkId.PROVENANCE,
            state=CheckState.NOT_CHECKABLE,
            says=f"stated by {builder}, which builds for anybody, of {of}; nobody said which source is meant",
            found=found,
            reason="source-unasked",
            remedy=f"--source {found}, if that is the source that you mean" if found else "",
            exit_code=3,
        )
    if signed.source is SourceWord.OTHER:
        return ChainLink(
            id=LinkId.PROVENANCE,
            state=CheckState.FAILED,
            says="it was built from another source than the one that is meant",
            expected=signed.meant,
            found=found,
            reason="source-mismatch",
            exit_code=1,
        )
    return None


def verdict_link(signed: Signed, which: LinkId, verb: str) -> ChainLink:
    """Return a link that is a signature's verdict."""
    verdict = signed.verdict
    code = exit_of_verdict(verdict)
    who = signer_words(verdict.signer) if verdict.signer is not None else "somebody"
    if verdict.state is SignatureState.VALID:
        return ChainLink(id=which, state=CheckState.VERIFIED, says=f"{verb} by {who}", exit_code=code)
    if verdict.state is SignatureState.ACCEPTED:
        off = next((step.says for step in verdict.steps if step.state is CheckState.NOT_CHECKED), "a check is off")
        return ChainLink(
            id=which, state=CheckState.NOT_CHECKED, says=f"{verb} by {who}, but not all was checked: {off}",
            reason="switched-off", exit_code=code,
        )  # fmt: skip
    step = _bad_step(verdict)
    if signer_told(verdict):
        unknown = signed.unknown
        return ChainLink(
            id=which, state=CheckState.NOT_CHECKABLE, says=f"{verb} by {who}; {_why_nobody(signed)}", found=who,
            reason="no-identity-asked" if unknown is None else SIGNER_UNKNOWN,
            remedy=_NAME_SIGNER if unknown is None else unknown.remedy, exit_code=3,
        )  # fmt: skip
    is_open = verdict.state is SignatureState.UNDECIDED
    return ChainLink(
        id=which,
        state=CheckState.NOT_CHECKABLE if is_open else CheckState.FAILED,
        says=f"{step.check.value}: {step.says}" if step is not None else "it does not hold",
        expected=step.expected if step is not None else "",
        found=step.found if step is not None else "",
        reason=verdict.reason.value if verdict.reason is not None else "",
        remedy=step.remedy if step is not None else "",
        exit_code=code,
    )


def unknown_link(link: ChainLink, unknown: Gap | None) -> ChainLink:
    """Return the link of signatures that are not there; not checkable where it is not known who signs, or how: then
    they need not be where they were looked for. unknown: `ChainWish.unknown`."""
    if unknown is None or link.state is not CheckState.NOT_PRESENT:
        return link
    says = f"{link.says}; {_gap_words(unknown)}"
    return changed(
        link, state=CheckState.NOT_CHECKABLE, says=says, reason=SIGNER_UNKNOWN, remedy=unknown.remedy, exit_code=3
    )


def _why_nobody(signed: Signed) -> str:
    """Return why a signature is held against nobody: nobody was named, or it is not known who signs for whom."""
    return _NOBODY if signed.unknown is None else _gap_words(signed.unknown)


def _gap_words(gap: Gap) -> str:
    return f"{gap.wanted}: {gap.reason}"


def _bad_step(verdict: SignatureVerdict) -> SignatureStep | None:
    """Return the step for whose reason a signature does not hold."""
    reason = verdict.reason
    rows = [step for step in verdict.steps if step.reason is not None and step.state is not CheckState.VERIFIED]
    failed = [step for step in rows if step.state is CheckState.FAILED]
    return next((step for step in (*failed, *rows) if step.reason is reason), None)
