"""The report for machines: everything a run found, in one JSON document.

Schema: `schema/report-v1.schema.json` beside this file; described in docs/formats/report-json.md. In text from
outside every hidden character is written out (`\\u202e`), as in the text report; bytes that were no UTF-8 are `\\xNN`.
"""

from __future__ import annotations

from datetime import UTC, datetime
from fractions import Fraction
from typing import Any

from supplymatrix.model.audit import Audit, Fellow
from supplymatrix.model.fact import (
    CachedCopy,
    Gap,
    HashWitness,
    LineProof,
    PrivateModule,
    ProjectFact,
    ProofFile,
    SumLine,
)
from supplymatrix.model.location import Location
from supplymatrix.model.rule import Finding
from supplymatrix.model.verdict import Judged, Score, Verdict, WaiverEntry, WaiverUse
from supplymatrix.reports.artifact_words import artifacts_json
from supplymatrix.reports.json_text import as_json
from supplymatrix.reports.judged_words import chain_of
from supplymatrix.reports.next_step import next_step
from supplymatrix.reports.tally import tally_of

__all__ = ["SCHEMA", "as_json", "fellow_of", "render", "report_of"]

SCHEMA = "supplymatrix.report/1"
_Json = dict[str, Any]


def render(audit: Audit, *, color: bool = False, width: int = 100, verbose: bool = False) -> str:
    """Return the report as JSON; the other arguments mean nothing here."""
    del color, width, verbose
    return as_json(report_of(audit))


def report_of(audit: Audit) -> _Json:
    """Return the report as values of JSON."""
    verdict = audit.verdict
    return {
        "schema": SCHEMA,
        "tool": {"name": "supplymatrix", "version": verdict.tool_version},
        "now": _time(verdict.now),
        "subject": _subject(audit),
        "policy": _policy(verdict),
        "log": _log(audit),
        "verdict": _verdict(verdict),
        "findings": [_finding(audit, item) for item in verdict.judged if item.finding is not None],
        "unknown": [_unknown(audit, item) for item in verdict.judged if item.gap is not None],
        "gaps": [_gap(gap) for gap in verdict.gaps],
        "notes": _notes(verdict),
        "go_sum": _lines(audit),
        "copies": [_copy(copy) for copy in audit.facts.of(CachedCopy)],
        "proof_file": next((_proof_file(proof) for proof in audit.facts.of(ProofFile)), None),
        "witnesses": [_witness(witness) for witness in audit.facts.of(HashWitness)],
        "artifacts": artifacts_json(audit.facts),
        "waivers": [_entry(entry) for entry in verdict.waivers],
        "fellows": [fellow_of(fellow) for fellow in audit.fellows],
    }


def fellow_of(fellow: Fellow) -> _Json:
    """Return another report of the same run."""
    return {"name": fellow.name, "format": fellow.format, "sha256": fellow.sha256}


def _policy(verdict: Verdict) -> _Json:
    return {
        "name": verdict.policy_name,
        "digest": verdict.policy_digest,
        "min_score": verdict.min_score,
        "mode": verdict.mode.value,
        "fail_on": verdict.fail_on.value,
        "off": list(verdict.off),
        "files": [{"artifact": file.artifact, "sha256": file.sha256} for file in verdict.policy_files],
        "frameworks": list(verdict.frameworks),
        "audits_beside": list(verdict.audits_beside),
    }


def _verdict(verdict: Verdict) -> _Json:
    tally = tally_of(verdict)
    return {
        "outcome": verdict.outcome.value,
        "exit_code": verdict.exit_code,
        "score": _score(verdict.score),
        "passed": verdict.passed,
        "checked": tally.checked,
        "waived": tally.waived,
        "debt": tally.debt,
        "diff_base": verdict.diff_base,
        "outcome_of_all": (verdict.of_all or verdict.outcome).value,
    }


def _subject(audit: Audit) -> _Json:
    projects = audit.facts.of(ProjectFact)
    project = projects[0] if projects else None
    return {
        "name": audit.subject,
        "path": audit.root,
        "module": project.module_path if project else "",
        "go": project.go_version if project else "",
        "has_go_mod": bool(project and project.has_go_mod),
        "has_go_sum": bool(project and project.has_go_sum),
        "sha256": project.provenance.sha256 if project else "",
        "files": [{"name": file.name, "sha256": file.sha256} for file in audit.subject_files],
    }


def _log(audit: Audit) -> _Json | None:
    view = audit.log
    if view is None:
        return None
    return {
        "name": view.name,
        "key_hash": view.key_hash,
        "pinned_by_policy": view.pinned_by_policy,
        "tree_size": view.tree_size,
        "root": view.root,
        "fetched_at": _time(view.seen_at) if view.seen_at else None,
        "route": view.route,
        "requests": view.requests,
        "retries": view.retries,
        "received_bytes": view.received_bytes,
    }


def _score(score: Score | None) -> _Json | None:
    if score is None:
        return None
    return {
        "low": _points(score.low),
        "high": _points(score.high),
        "waived": _points(score.waived),
        "contributions": [
            {
                "rule": share.rule,
                "weight": share.weight,
                "passed": share.passed,
                "failed": share.failed,
                "waived": share.waived,
                "unknown": share.unknown,
                "low": _points(share.low),
                "high": _points(share.high),
            }
            for share in score.contributions
        ],
        "caps": [
            {"rule": rule, "low": _points(-low), "high": _points(-high), "why": why}
            for rule, low, high, why in score.caps
        ],
    }


def _points(number: Fraction) -> _Json:
    return {"exact": str(number), "value": round(float(number), 4)}


def _finding(audit: Audit, item: Judged) -> _Json:
    finding: Finding | None = item.finding
    assert finding is not None  # noqa: S101 - the caller has looked
    return {
        "rule": item.rule,
        "name": audit.rules[item.rule].name,
        "level": item.level.value,
        "severity": item.severity.value,
        "status": item.status.value,
        "confidence": finding.confidence.value,
        "subject": item.subject,
        "module": finding.module,
        "version": finding.version,
        "message": finding.message,
        "label": finding.label,
        "locations": [_location(place) for place in finding.locations],
        "evidence": [{"label": evidence.label, "value": evidence.value} for evidence in finding.evidence],
        "fix": next_step(audit, finding),
        "fingerprint": finding.fingerprint,
        "required_by": _location(item.required_by) if item.required_by else None,
        "waiver": _waiver(item.waiver),
        "known_before": item.known_before,
        "advisories": list(finding.advisories),
        "path": _chain(audit, item),
    }


def _chain(audit: Audit, item: Judged) -> list[str] | None:
    return list(chain_of(audit, item)) or None


def _waiver(waiver: WaiverUse | None) -> _Json | None:
    if waiver is None:
        return None
    return {
        "reason": waiver.reason,
        "owner": waiver.owner,
        "expires": waiver.expires.isoformat(),
        "location": _location(waiver.location),
        "kind": waiver.kind.value,
        "ticket": waiver.ticket,
        "advisory": waiver.advisory,
        "vex_justification": waiver.vex_justification,
    }


def _entry(entry: WaiverEntry) -> _Json:
    return {
        "rule": entry.rule,
        "package": entry.package,
        "version": entry.version,
        "advisory": entry.advisory,
        "reason": entry.reason,
        "owner": entry.owner,
        "expires": entry.expires.isoformat(),
        "ticket": entry.ticket,
        "vex_justification": entry.vex_justification,
        "licences": list(entry.licences),
        "location": _location(entry.location),
        "state": entry.state.value,
        "findings": entry.findings,
        "commit": entry.commit,
        "author": entry.author,
        "committed_on": entry.committed_on.isoformat() if entry.committed_on else None,
    }


def _unknown(audit: Audit, item: Judged) -> _Json:
    return {
        "rule": item.rule,
        "name": audit.rules[item.rule].name,
        "level": item.level.value,
        "severity": item.severity.value,
        "status": item.status.value,
        "subject": item.subject,
        "gap": _gap(item.gap) if item.gap else None,
        "waiver": _waiver(item.waiver),
        "known_before": item.known_before,
        "path": _chain(audit, item),
    }


def _gap(gap: Gap) -> _Json:
    return {
        "wanted": gap.wanted,
        "reason": gap.reason,
        "remedy": gap.remedy,
        "subject": gap.subject,
        "kind": gap.kind.value if gap.kind else None,
        "location": _location(gap.location) if gap.location else None,
    }


def _notes(verdict: Verdict) -> list[_Json]:
    return [
        {
            "code": note.code,
            "message": note.message,
            "location": _location(note.location) if note.location else None,
        }
        for note in verdict.notes
    ]


def _lines(audit: Audit) -> list[_Json]:
    proofs = {(p.subject, p.kind, p.hash): p for p in audit.facts.of(LineProof)}
    private = {p.subject: p for p in audit.facts.of(PrivateModule)}
    out = []
    for line in audit.facts.of(SumLine):
        proof = proofs.get((line.subject, line.kind, line.hash))
        withheld = private.get(line.subject)
        state = proof.state.value if proof else "private" if withheld and withheld.declared else "not-checked"
        out.append(
            {
                "module": line.subject.path,
                "version": line.subject.version,
                "kind": line.kind.value,
                "hash": line.hash,
                "state": state,
                "logged_hash": proof.logged_hash if proof else "",
                "record": proof.record_id if proof else -1,
                "answered_by": proof.answered_by if proof else "",
                "detail": proof.detail if proof else "",
                "file": line.location.artifact,
                "line": line.location.line,
            }
        )
    return out


def _copy(copy: CachedCopy) -> _Json:
    return {
        "module": copy.subject.path,
        "version": copy.subject.version,
        "kind": copy.kind.value,
        "state": copy.state.value,
        "path": copy.path,
        "hash": copy.hash,
        "logged_hash": copy.logged_hash,
        "reason": copy.reason,
    }


def _proof_file(proof: ProofFile) -> _Json:
    return {
        "file": proof.location.artifact,
        "tree_size": proof.tree_size,
        "root": proof.root,
        "records": proof.records,
        "unused": proof.unused,
        "seen_on": proof.seen_on.isoformat() if proof.seen_on else None,
        "fault": proof.fault,
    }


def _witness(witness: HashWitness) -> _Json:
    return {
        "module": witness.subject.path,
        "version": witness.subject.version,
        "kind": witness.kind.value,
        "holder": witness.holder.value,
        "source": witness.source,
        "hash": witness.hash,
        "reason": witness.reason,
    }


def _location(place: Location) -> _Json:
    return {
        "artifact": place.artifact,
        "line": place.line,
        "column": place.column,
        "end_line": place.end_line,
        "end_column": place.end_column,
        "pointer": place.pointer,
    }


def _time(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
