"""The report as SARIF 2.1.0, for code-scanning views.

Every finding is a result; a waived one carries its suppression. What could not be checked is a result of kind "open",
since a consumer that counts results must not take a gap for a pass. Notes are notifications, and so are gaps that no
rule asked about. Fingerprints are made of rule and subject: they stay when lines move.

Source: OASIS SARIF 2.1.0.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any
from urllib.parse import quote

from supplymatrix.checks.result import fingerprint_of
from supplymatrix.model.audit import Audit
from supplymatrix.model.location import Location
from supplymatrix.model.rule import Level, Rule, Status
from supplymatrix.model.verdict import Judged, Note, Outcome, Verdict
from supplymatrix.reports.next_step import next_step
from supplymatrix.reports.plain import plain

__all__ = [
    "document_of", "driver_of", "invocation_of", "location_of", "notes_of", "notification_of", "properties_of",
    "render", "result_of",
]  # fmt: skip

_LEVELS = {Level.ALARM: "error", Level.ERROR: "error", Level.WARN: "warning", Level.NOTE: "note", Level.OFF: "none"}
_PRECISION = "very-high"
_SECURITY = {"critical": "9.5", "high": "8.0", "medium": "5.0", "low": "2.0"}
_FINGERPRINT = "supplymatrix/v1"
_Json = dict[str, Any]


def render(audit: Audit, *, color: bool = False, width: int = 100, verbose: bool = False) -> str:
    """Return the report as SARIF; the other arguments mean nothing here."""
    del color, width, verbose
    verdict = audit.verdict
    notes = notes_of(verdict)
    codes, rules = sorted({note.code for note in notes}), sorted(audit.rules)
    return document_of(
        driver=driver_of(verdict.tool_version, [audit.rules[rule] for rule in rules], codes),
        invocation=invocation_of(
            verdict.exit_code,
            verdict.now,
            successful=verdict.outcome not in (Outcome.BROKEN, Outcome.INCOMPLETE),
            notifications=[notification_of(audit, note, codes) for note in notes],
        ),
        results=[result_of(audit, item, rules.index(item.rule)) for item in verdict.judged],
        properties=properties_of(audit),
    )


def document_of(*, driver: _Json, invocation: _Json, results: list[_Json], properties: _Json) -> str:
    """Return a SARIF log of one run as text."""
    run: _Json = {
        "tool": {"driver": driver},
        "columnKind": "unicodeCodePoints",
        "originalUriBaseIds": {"PROJECT": {"description": {"text": "the folder in which the run was started"}}},
        "invocations": [invocation],
        "results": results,
        "properties": properties,
    }
    document = {
        "$schema": "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json",
        "version": "2.1.0",
        "runs": [run],
    }
    return json.dumps(document, indent=2, ensure_ascii=False) + "\n"


def driver_of(version: str, rules: Sequence[Rule], codes: Sequence[str]) -> _Json:
    """Return who wrote the log, its rules, and the kinds of its notifications."""
    return {
        "name": "supplymatrix",
        "semanticVersion": version,
        "rules": [_rule(rule) for rule in rules],
        "notifications": [{"id": code} for code in codes],
    }


def invocation_of(exit_code: int, now: datetime | None, *, successful: bool, notifications: list[_Json]) -> _Json:
    """Return how the run ended. now: when; None = not known."""
    return {
        "executionSuccessful": successful,
        "exitCode": exit_code,
        **({"endTimeUtc": now.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")} if now is not None else {}),
        "toolExecutionNotifications": notifications,
    }


def properties_of(audit: Audit) -> _Json:
    """Return what SARIF has no words for: outcome, policy and score."""
    verdict, score = audit.verdict, audit.verdict.score
    return {
        "outcome": verdict.outcome.value,
        "policy": plain(verdict.policy_name),
        "policyDigest": verdict.policy_digest,
        "scoreLow": str(score.low) if score else None,
        "scoreHigh": str(score.high) if score else None,
        "subject": plain(audit.subject),
    }


def _rule(rule: Rule) -> _Json:
    return {
        "id": rule.id,
        "name": "".join(part.capitalize() for part in rule.name.split("-")),
        "shortDescription": {"text": rule.title},
        "fullDescription": {"text": rule.why},
        "help": {"text": f"{rule.why} Run `supplymatrix explain {rule.id}` for more."},
        "defaultConfiguration": {"level": _LEVELS[rule.level], "enabled": rule.level is not Level.OFF},
        "properties": {
            "precision": _PRECISION,
            "security-severity": _SECURITY[rule.severity.value],
            "tags": ["security", "supply-chain", rule.check_kind],
        },
    }


def result_of(audit: Audit, item: Judged, index: int, *, within: str = "") -> _Json:
    """Return one finding or gap. index: of its rule in the driver. within: tells its subject from others of a run."""
    result: _Json = {"ruleId": item.rule, "ruleIndex": index}
    finding = item.finding
    if finding is not None:
        label = f" ({finding.label})" if finding.label else ""
        text = f"{finding.message}{label}. Next: {next_step(audit, finding) or f'supplymatrix explain {item.rule}'}"
        result |= {"kind": "fail", "level": _LEVELS[item.level], "message": {"text": plain(text)}}
        places = list(finding.locations)
        fingerprint = finding.fingerprint
    else:
        gap = item.gap
        text = f"{item.subject} could not be checked: {gap.reason}. Next: {gap.remedy}" if gap else "not checked"
        result |= {"kind": "open", "level": "none", "message": {"text": plain(text)}}
        places = [gap.location] if gap is not None and gap.location is not None else []
        fingerprint = fingerprint_of(item.rule, item.subject)
    result["partialFingerprints"] = {_FINGERPRINT: fingerprint_of(within, fingerprint) if within else fingerprint}
    places = [audit.placed(place) for place in places or [Location(artifact=_main_file(audit))]]
    result["locations"] = [location_of(places[0])]
    if len(places) > 1:
        result["relatedLocations"] = [
            {"id": number, **location_of(place)} for number, place in enumerate(places[1:], start=1)
        ]
    if item.status is Status.WAIVED and item.waiver is not None:
        waiver = item.waiver
        text = f"{waiver.reason} ({waiver.owner}, until {waiver.expires})"
        result["suppressions"] = [{"kind": "external", "status": "accepted", "justification": plain(text)}]
    result["properties"] = {"subject": plain(item.subject), "level": item.level.value, "status": item.status.value}
    return result


def notes_of(verdict: Verdict) -> list[Note]:
    """Return the notes of a verdict, and one for each gap that is no result."""
    asked = {item.gap for item in verdict.judged}
    unasked = [
        Note(
            code="not-observed",
            message=f"{gap.subject or 'the project'}: no {gap.wanted}, since {gap.reason}. Next: {gap.remedy}",
            location=gap.location,
        )
        for gap in verdict.gaps
        if gap not in asked
    ]
    return [*verdict.notes, *unasked]


def notification_of(audit: Audit, note: Note, codes: Sequence[str]) -> _Json:
    """Return a note. codes: of all notes of the run, as the driver has them."""
    found: _Json = {
        "level": "note",
        "message": {"text": plain(note.message)},
        "descriptor": {"id": note.code, "index": codes.index(note.code)},
    }
    if note.location is not None:
        found["locations"] = [location_of(audit.placed(note.location))]
    return found


def location_of(place: Location) -> _Json:
    """Return a place, relative to the folder in which the run was started unless its path is absolute."""
    path = quote(place.artifact.encode("utf-8", "replace"), safe="/")
    artifact = {"uri": f"file://{path}"} if path.startswith("/") else {"uri": path, "uriBaseId": "PROJECT"}
    physical: _Json = {"artifactLocation": artifact}
    if place.line:
        region = {"startLine": place.line, "startColumn": max(1, place.column)}
        if place.end_line:
            region["endLine"] = place.end_line
        if place.end_column:
            region["endColumn"] = place.end_column
        physical["region"] = region
    return {"physicalLocation": physical}


def _main_file(audit: Audit) -> str:
    """Return the file that a result without a place is shown at."""
    return next((artifact for artifact, _ in audit.lines if artifact.startswith("go.")), "go.mod")
