"""The artifacts of a check in words and as JSON: each with its verdict, who signed it, where a log has that, what is
attested of it, and what was not checked."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from supplymatrix.model.audit import Audit
from supplymatrix.model.checked_artifact import CheckedArtifact
from supplymatrix.model.fact import Facts
from supplymatrix.model.predicates import kind_of
from supplymatrix.model.signature import (
    Check,
    CheckState,
    LogMention,
    SignatureVerdict,
    SignedAs,
    Signer,
    TrustUsed,
)
from supplymatrix.model.value import value
from supplymatrix.reports.signature_words import mention_words, reason_text

__all__ = ["ArtifactRow", "artifact_lines", "artifact_rows", "artifacts_json", "trust_words", "unchecked"]

_MOST_LINES = 5
_NO_LOG = "no log has it, and none was asked for (log = false)"
_Json = dict[str, Any]


@value
class ArtifactRow:
    """An artifact in words. digest: "sha256:…", or the image with it; "" for none. state: what became of it. signers,
    logs, attestations, not_checked: a line each; of what does not hold it is said that it does not, and no more."""

    name: str
    digest: str
    state: str
    signers: tuple[str, ...]
    logs: tuple[str, ...]
    attestations: tuple[str, ...]
    not_checked: tuple[str, ...]


def artifact_lines(audit: Audit, *, verbose: bool = False) -> list[str]:
    """Return a line for each artifact; of many only some, and how many more there are. verbose: all, each in full."""
    found = audit.facts.of(CheckedArtifact)
    if verbose:
        return [line for fact in found for line in (_line(fact), *_in_full(fact))]
    shown = [_line(fact) for fact in found[:_MOST_LINES]]
    more = len(found) - _MOST_LINES
    return [*shown, f"and {more:,} more (all of them with --verbose or --format json)"] if more > 0 else shown


def artifact_rows(audit: Audit) -> list[ArtifactRow]:
    """Return all artifacts in words."""
    return [_row(fact) for fact in audit.facts.of(CheckedArtifact)]


def unchecked(verdict: SignatureVerdict) -> tuple[str, ...]:
    """Return what was not checked of a signature that holds, a clause each."""
    if not verdict.holds:
        return ()
    told = [f"{step.check.value}: {step.says}" for step in verdict.steps if step.state is CheckState.NOT_CHECKED]
    entries = [step.state for step in verdict.steps if step.check is Check.ENTRY]
    if CheckState.NOT_PRESENT in entries and not verdict.log:
        told.append(f"{Check.ENTRY.value}: {_NO_LOG}")
    return tuple(told)


def trust_words(trust: TrustUsed) -> str:
    """Return which trusted root was used."""
    as_of = f" as of {trust.as_of}" if trust.as_of else ", of no date that is told"
    age = f", {trust.age_days:,} days old" if trust.age_days is not None else ""
    return f"{trust.name}{as_of}{age}, sha256 {trust.sha256}"


def _line(fact: CheckedArtifact) -> str:
    """Return an artifact in one line: its verdict, who signed it, where a log has that, what was not checked."""
    best = _best(fact)
    parts = [f"{fact.name}: {_state(fact, best)}"]
    if best is not None:
        parts += [f"{mention.log} index {mention.index}" for mention in best.log]
        parts += [f"not checked: {text}" for text in unchecked(best)]
    source = fact.provenance[0] if fact.provenance else None
    if source is not None and (source.repository or source.commit):
        parts.append(f"built from {source.repository.removeprefix('https://')} {source.commit[:12]}".replace("  ", " "))
    return " · ".join(parts)


def _best(fact: CheckedArtifact) -> SignatureVerdict | None:
    """Return the signature that holds; where only attestations do, the first of them."""
    every = (*fact.signed.signatures, *fact.signed.attestations)
    return next((verdict for verdict in every if verdict.holds), None)


def _state(fact: CheckedArtifact, best: SignatureVerdict | None) -> str:
    """Return what became of an artifact, and by whom: "attestation missing (sbom), signed by ada@corp.example"."""
    by = _signer_words(best.signer) if best is not None and best.signer is not None else ""
    how = "signed" if best in fact.signed.signatures else "attested"
    if fact.signed.state is SignedAs.SIGNED:
        return f"{how} by {by}" if by else fact.signed.state.value
    word = fact.signed.state.value
    if fact.signed.state is SignedAs.MISSING and fact.signed.missing:
        word = f"{word} ({', '.join(fact.signed.missing)})"
    return f"{word}, {how} by {by}" if by else word


def _in_full(fact: CheckedArtifact) -> Iterator[str]:
    """Yield what there is to say of an artifact beyond its line; each begins with blanks."""
    row = _row(fact)
    for name, texts in (
        ("digest", (row.digest,) if row.digest else ()),
        ("signature", row.signers),
        ("log", row.logs),
        ("attestation", row.attestations),
        ("not checked", row.not_checked),
        ("trusted root", (trust_words(fact.trust),) if fact.trust is not None else ()),
    ):
        yield from (f"  {name}: {text}" for text in texts)


def _row(fact: CheckedArtifact) -> ArtifactRow:
    signed = fact.signed
    every = (*signed.signatures, *signed.attestations)
    not_checked = [f"{verdict.source}: {text}" for verdict in every for text in unchecked(verdict)]
    not_checked += [f"{gap.wanted}: {gap.reason}" for gap in signed.gaps]
    not_checked += [f"{text}: nobody signed it" for text in signed.unsigned]
    logs = [mention_words(mention) for verdict in every if verdict.holds for mention in verdict.log]
    digest = signed.reference or next((f"{name}:{text}" for name, text in signed.digests), "")
    return ArtifactRow(
        name=fact.name,
        digest=digest,
        state=_state(fact, None),
        signers=tuple(_told(verdict) for verdict in signed.signatures),
        logs=tuple(dict.fromkeys(logs)),
        attestations=(
            *(f"{_kind(verdict)}{_told(verdict)}" for verdict in signed.attestations),
            *(f"{kind}: missing" for kind in signed.missing),
        ),
        not_checked=tuple(dict.fromkeys(not_checked)),
    )


def _told(verdict: SignatureVerdict) -> str:
    """Return who made a signature, and where it lies; of one that does not hold why it does not."""
    if not verdict.holds:
        why = reason_text(verdict)
        return f"does not hold{f': {why}' if why else ''} ({verdict.source})"
    signer = verdict.signer
    if signer is None:
        return f"holds ({verdict.source})"
    by = f", by {signer.issuer}" if signer.issuer else ""
    return f"{_signer_words(signer)}{by} ({verdict.source})"


def _kind(verdict: SignatureVerdict) -> str:
    """Return the kind of an attestation that holds, and ": "; what is said in another one nobody knows."""
    if not verdict.holds or verdict.statement is None:
        return ""
    predicate = verdict.statement.predicate_type
    return f"{kind_of(predicate) or predicate}: "


def _signer_words(signer: Signer) -> str:
    return signer.identity or f"the {signer.key_name} key {signer.key_id[:16]}…"


def artifacts_json(facts: Facts) -> list[_Json]:
    """Return all artifacts as values of JSON."""
    return [_artifact(fact) for fact in facts.of(CheckedArtifact)]


def _artifact(fact: CheckedArtifact) -> _Json:
    signed = fact.signed
    return {
        "name": fact.name,
        "kind": signed.kind.value,
        "named_by": fact.named_by.value,
        "state": signed.state.value,
        "digests": [{"algorithm": name, "hex": text} for name, text in signed.digests],
        "reference": signed.reference,
        "tag": signed.tag,
        "platform": signed.platform,
        "vendor": signed.vendor,
        "required": list(fact.required),
        "missing": list(signed.missing),
        "signatures": [_verdict(verdict) for verdict in signed.signatures],
        "attestations": [_verdict(verdict) for verdict in signed.attestations],
        "unsigned": list(signed.unsigned),
        "provenance": _provenance(fact),
        "trust": _trust(fact.trust),
        "file": fact.location.artifact,
        "line": fact.location.line,
    }


def _verdict(verdict: SignatureVerdict) -> _Json:
    statement = verdict.statement if verdict.holds else None
    return {
        "state": verdict.state.value,
        "reason": verdict.reason.value if verdict.reason is not None else "",
        "source": verdict.source,
        "form": verdict.form,
        "engines": list(verdict.engines),
        "predicate_type": statement.predicate_type if statement is not None else "",
        "signer": _signer(verdict.signer),
        "log": [_mention(mention) for mention in verdict.log],
        "not_checked": list(unchecked(verdict)),
    }


def _signer(signer: Signer | None) -> _Json | None:
    if signer is None:
        return None
    return {
        "identity": signer.identity,
        "issuer": signer.issuer,
        "key": signer.key_name,
        "key_sha256": signer.key_id,
    }


def _mention(mention: LogMention) -> _Json:
    return {"log": mention.log, "index": mention.index, "tree_size": mention.tree_size, "root": mention.root}


def _provenance(fact: CheckedArtifact) -> _Json | None:
    if not fact.provenance:
        return None
    first = fact.provenance[0]
    return {
        "builder": first.builder_id,
        "slsa_level": fact.builder.level if fact.builder is not None else 0,
        "repository": first.repository,
        "commit": first.commit,
        "ref": first.ref,
    }


def _trust(trust: TrustUsed | None) -> _Json | None:
    if trust is None:
        return None
    return {"name": trust.name, "sha256": trust.sha256, "as_of": trust.as_of, "age_days": trust.age_days}
