"""Who signed what, for machines: every artifact, every signature, every step, in one JSON document.

Schema: `schema/signed-artifacts-v1.schema.json`; described in docs/formats/signatures-json.md.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from supplymatrix.errors import Diagnostic
from supplymatrix.model.gap import Gap
from supplymatrix.model.predicates import kind_of
from supplymatrix.model.signature import LogMention, SignatureStep, SignatureVerdict, SignedArtifact, Signer
from supplymatrix.model.signature_run import SignatureRun
from supplymatrix.reports.json_text import as_json

__all__ = ["SCHEMA", "render_signatures_json", "verdict_of"]

SCHEMA = "supplymatrix.signed-artifacts/1"
_Json = dict[str, Any]


def render_signatures_json(run: SignatureRun) -> str:
    """Return what came of a run as JSON."""
    trust = run.trust
    return as_json(
        {
            "schema": SCHEMA,
            "exit_code": run.exit_code,
            "engine": run.engine,
            "asked": list(run.asked),
            "only_attestations": run.only_attestations,
            "is_discovery": run.is_discovery,
            "not_checked": list(run.not_checked),
            "trusted_root": None
            if trust is None
            else {
                "name": trust.name,
                "sha256": trust.sha256,
                "as_of": trust.as_of,
                "age_days": trust.age_days,
                "authority": {"name": trust.ca, "sha256": trust.ca_sha256} if trust.ca else None,
            },
            "artifacts": [_artifact(artifact) for artifact in run.artifacts],
            "faults": _faults(run.faults),
            "gaps": _gaps(run.gaps),
            "notes": list(run.notes),
        }
    )


def verdict_of(verdict: SignatureVerdict) -> _Json:
    """Return one signature or attestation. Of a statement that does not hold nothing is told."""
    statement = verdict.statement if verdict.holds else None
    return {
        "state": verdict.state.value,
        "reason": verdict.reason.value if verdict.reason is not None else None,
        "source": verdict.source,
        "form": verdict.form,
        "engines": list(verdict.engines),
        "signer": _signer(verdict.signer) if verdict.signer is not None else None,
        "log": [_mention(mention) for mention in verdict.log],
        "times": [{"time": _time(witness.time), "by": witness.by} for witness in verdict.times],
        "statement": None
        if statement is None
        else {
            "type": statement.statement_type,
            "predicate_type": statement.predicate_type,
            "kind": kind_of(statement.predicate_type),
            "subjects": [{"name": subject.name, "digests": dict(subject.digests)} for subject in statement.subjects],
        },
        "annotations": dict(verdict.annotations) if verdict.holds else {},
        "steps": [_step(step) for step in verdict.steps],
        "notes": list(verdict.notes),
    }


def _artifact(artifact: SignedArtifact) -> _Json:
    return {
        "name": artifact.name,
        "kind": artifact.kind.value,
        "state": artifact.state.value,
        "digests": dict(artifact.digests),
        "reference": artifact.reference,
        "tag": artifact.tag,
        "platform": artifact.platform,
        "vendor": artifact.vendor,
        "vendor_answer": artifact.vendor_answer,
        "signatures": [verdict_of(verdict) for verdict in artifact.signatures],
        "attestations": [verdict_of(verdict) for verdict in artifact.attestations],
        "unsigned": list(artifact.unsigned),
        "required": list(artifact.required),
        "missing": list(artifact.missing),
        "gaps": _gaps(artifact.gaps),
        "faults": _faults(artifact.faults),
        "notes": list(artifact.notes),
    }


def _signer(signer: Signer) -> _Json:
    return {
        "identity": signer.identity,
        "identity_kind": signer.identity_kind,
        "issuer": signer.issuer,
        "claims": dict(signer.claims),
        "key": {"name": signer.key_name, "sha256": signer.key_id},
        "certificate": None
        if not signer.certificate_sha256
        else {
            "sha256": signer.certificate_sha256,
            "issued_by": signer.issued_by,
            "not_before": _time(signer.not_before),
            "not_after": _time(signer.not_after),
        },
    }


def _mention(mention: LogMention) -> _Json:
    return {
        "log": mention.log,
        "log_id": mention.log_id,
        "kind": mention.kind,
        "index": mention.index,
        "proof": None
        if not mention.tree_size
        else {
            "leaf_index": mention.leaf_index,
            "tree_size": mention.tree_size,
            "root": mention.root,
            "origin": mention.origin,
        },
        "integrated": _time(mention.integrated),
    }


def _step(step: SignatureStep) -> _Json:
    return {
        "check": step.check.value,
        "state": step.state.value,
        "says": step.says,
        "expected": step.expected,
        "found": step.found,
        "reason": step.reason.value if step.reason is not None else None,
        "remedy": step.remedy,
        "follows_from": step.follows_from.value if step.follows_from is not None else None,
    }


def _gaps(gaps: Sequence[Gap]) -> list[_Json]:
    return [
        {
            "wanted": gap.wanted, "reason": gap.reason, "remedy": gap.remedy, "subject": gap.subject,
            "outage": gap.outage,
        }
        for gap in gaps
    ]  # fmt: skip


def _faults(faults: Sequence[Diagnostic]) -> list[_Json]:
    return [
        {
            "artifact": fault.artifact, "line": fault.line, "message": fault.message, "seen": fault.seen,
            "expected": fault.expected, "remedy": fault.remedy,
        }
        for fault in faults
    ]  # fmt: skip


def _time(moment: datetime | None) -> str | None:
    if moment is None:
        return None
    return moment.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
