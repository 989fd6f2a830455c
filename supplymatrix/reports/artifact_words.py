"""The artifacts of a check in words and as JSON: each with its verdict, who signed it, and where a log has that."""

from __future__ import annotations

from typing import Any

from supplymatrix.model.audit import Audit
from supplymatrix.model.checked_artifact import CheckedArtifact
from supplymatrix.model.fact import Facts
from supplymatrix.model.signature import LogMention, SignatureVerdict, Signer, TrustUsed

__all__ = ["artifact_lines", "artifacts_json"]

_MOST_LINES = 5
_Json = dict[str, Any]


def artifact_lines(audit: Audit) -> list[str]:
    """Return a line for each artifact; of many only some, and how many more there are."""
    found = audit.facts.of(CheckedArtifact)
    shown = [_line(fact) for fact in found[:_MOST_LINES]]
    more = len(found) - _MOST_LINES
    return [*shown, f"and {more:,} more (all of them with --format json)"] if more > 0 else shown


def _line(fact: CheckedArtifact) -> str:
    holding = next((verdict for verdict in fact.signed.signatures if verdict.holds), None)
    signer = _signer_words(holding.signer) if holding is not None and holding.signer is not None else ""
    parts = [f"{fact.name}: {fact.signed.state.value}{f' by {signer}' if signer else ''}"]
    parts += [f"{mention.log} index {mention.index}" for mention in holding.log] if holding is not None else []
    source = fact.provenance[0] if fact.provenance else None
    if source is not None and (source.repository or source.commit):
        parts.append(f"built from {source.repository.removeprefix('https://')} {source.commit[:12]}".replace("  ", " "))
    return " · ".join(parts)


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
