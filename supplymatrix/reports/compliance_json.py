"""A compliance report for machines.

Schema: `schema/compliance-v1.schema.json` beside this file; described in docs/formats/compliance-json.md.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC
from typing import Any

from supplymatrix.model.audit import Audit
from supplymatrix.model.location import Location
from supplymatrix.model.verdict import Judged
from supplymatrix.policy.clauses import Framework
from supplymatrix.policy.compliance import (
    CheckEvidence,
    ClauseEvidence,
    ComplianceReport,
    FrameworkEvidence,
    RuleEvidence,
    Standing,
    SubjectEvidence,
)
from supplymatrix.reports.compliance_words import CAVEAT, SHOWN
from supplymatrix.reports.json_report import as_json

__all__ = ["SCHEMA", "render", "render_frameworks"]

SCHEMA = "supplymatrix.compliance/1"
_Json = dict[str, Any]


def render(report: ComplianceReport, *, color: bool = False, width: int = 80) -> str:
    """Return the report as JSON; the other arguments mean nothing here."""
    del color, width
    document = {
        "schema": SCHEMA,
        "caveat": CAVEAT,
        "exit_code": report.survey.exit_code,
        "frameworks": _known(report),
        "subjects": [_subject(subject) for subject in report.subjects],
        "unreadable": [{"path": broken.path, "message": broken.diagnostics[0].message} for broken in report.unreadable],
    }
    return as_json(document)


def render_frameworks(frameworks: Iterable[Framework]) -> str:
    """Return the known frameworks in the form of a report without subjects."""
    listed = [_framework(framework) for framework in frameworks]
    empty: _Json = {"exit_code": 0, "frameworks": listed, "subjects": [], "unreadable": []}
    return as_json({"schema": SCHEMA, "caveat": CAVEAT, **empty})


def _known(report: ComplianceReport) -> list[_Json]:
    known = {found.framework.id: found.framework for subject in report.subjects for found in subject.frameworks}
    return [_framework(framework) for framework in known.values()]


def _framework(framework: Framework) -> _Json:
    return {
        "id": framework.id,
        "title": framework.title,
        "version": framework.version,
        "url": framework.url,
        "file": framework.artifact,
        "sha256": framework.sha256,
        "clauses": len(framework.clauses),
        "confirmed": framework.confirmed,
        "catalogues": [
            {"id": item.id, "title": item.title, "source": item.source, "read_on": item.read_on.isoformat()}
            for item in framework.catalogues
        ],
        "left_out": [
            {"clause": item.clause, "check": item.check, "reason": item.reason} for item in framework.left_out
        ],
    }


def _subject(subject: SubjectEvidence) -> _Json:
    audit = subject.audit
    verdict, view = audit.verdict, audit.log
    now = verdict.now.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
    return {
        "name": audit.subject,
        "path": audit.root,
        "now": now,
        "tool_version": verdict.tool_version,
        "policy": {"name": verdict.policy_name, "digest": verdict.policy_digest, "mode": verdict.mode.value},
        "outcome": verdict.outcome.value,
        "exit_code": verdict.exit_code,
        "log": {"name": view.name, "tree_size": view.tree_size, "root": view.root} if view else None,
        "is_default": subject.is_default,
        "frameworks": [_evidence(audit, found) for found in subject.frameworks],
    }


def _evidence(audit: Audit, found: FrameworkEvidence) -> _Json:
    return {
        "id": found.framework.id,
        "standings": [{"standing": word.value, "clauses": found.number(word)} for word in Standing],
        "clauses": [_clause(audit, clause) for clause in found.clauses],
    }


def _clause(audit: Audit, found: ClauseEvidence) -> _Json:
    clause = found.clause
    return {
        "id": clause.id,
        "title": clause.title,
        "confirmed": clause.is_confirmed,
        "catalogue": clause.catalogue,
        "note": clause.note,
        "standing": found.standing.value,
        "reasons": list(found.reasons),
        "checks": [_check(audit, check) for check in found.checks],
    }


def _check(audit: Audit, check: CheckEvidence) -> _Json:
    return {
        "check": check.link.check,
        "what": check.what,
        "strength": check.link.strength.value,
        "ran": check.ran.value,
        "rules": [_rule(audit, rule) for rule in check.rules],
    }


def _rule(audit: Audit, rule: RuleEvidence) -> _Json:
    return {
        "id": rule.rule.id,
        "name": rule.rule.name,
        "ran": rule.ran.value,
        "passed": rule.passed,
        "failed": rule.failed,
        "waived": rule.waived,
        "excused": rule.excused,
        "unknown": rule.unknown,
        "shown": [_judged(audit, judged) for judged in rule.shown[:SHOWN]],
        "more": max(0, len(rule.shown) - SHOWN),
    }


def _judged(audit: Audit, judged: Judged) -> _Json:
    finding, gap = judged.finding, judged.gap
    place = finding.locations[0] if finding is not None and finding.locations else gap.location if gap else None
    waiver = judged.waiver
    return {
        "subject": judged.subject,
        "status": judged.status.value,
        "message": finding.message if finding is not None else gap.wanted if gap else "",
        "reason": gap.reason if gap else "",
        "fingerprint": finding.fingerprint if finding is not None else "",
        "location": _location(audit.placed(place)) if place is not None else None,
        "waiver": {
            "kind": waiver.kind.value,
            "reason": waiver.reason,
            "owner": waiver.owner,
            "expires": waiver.expires.isoformat(),
        }
        if waiver is not None
        else None,
    }


def _location(place: Location) -> _Json:
    return {"artifact": place.artifact, "line": place.line, "column": place.column}
