"""The report as SARIF 2.1.0, for code-scanning views.

Every finding is a result; a waived one carries its suppression. What could not be checked is a result of kind "open",
since a consumer that counts results must not take a gap for a pass. Notes are notifications, and so are gaps that no
rule asked about. Fingerprints are made of rule and subject: they stay when lines move. A waiver is a suppression, and
so is an entry of the debt list. Where the run is held against an earlier revision, `baselineState` says what is new.

Code scanning takes 20 runs in a file, 25,000 results in a run, 1,000 places in a result, 20 tags on a rule, and 10 MB
of gzip. There is one run, whatever the number of subjects; of too many results the gravest stay, and a notification
`results-left-out` says how many more there are.

Source: OASIS SARIF 2.1.0; GitHub, "SARIF support for code scanning".
"""

from __future__ import annotations

import json
import zlib
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any
from urllib.parse import quote

from supplymatrix.model.audit import Audit
from supplymatrix.model.location import Location
from supplymatrix.model.rule import Level, Rule, Status
from supplymatrix.model.verdict import Judged, Note, Outcome, Verdict, WaiverUse
from supplymatrix.policy.document import LEVEL_ORDER
from supplymatrix.reports.digests import digests_of
from supplymatrix.reports.judged_words import (
    chain_of,
    fingerprint_in,
    level_in_mode,
    main_file,
    message_of,
    next_of,
    unasked_gaps,
)
from supplymatrix.reports.plain import plain
from supplymatrix.reports.tally import tally_of

__all__ = [
    "LEFT_OUT",
    "MOST_BYTES",
    "MOST_PLACES",
    "MOST_RESULTS",
    "artifacts_of",
    "document_of",
    "driver_of",
    "invocation_of",
    "location_of",
    "notes_of",
    "notification_of",
    "properties_of",
    "render",
    "results_of",
]  # fmt: skip

_LEVELS = {Level.ALARM: "error", Level.ERROR: "error", Level.WARN: "warning", Level.NOTE: "note", Level.OFF: "none"}
_PRECISION = "very-high"
_SECURITY = {"critical": "9.5", "high": "8.0", "medium": "5.0", "low": "2.0"}
_FINGERPRINT = "supplymatrix/v1"
LEFT_OUT = "results-left-out"
"""Kind of the notification that says how many results are not here."""
MOST_RESULTS = 25_000
"""Results that code scanning takes in one run."""
MOST_PLACES = 1_000
"""Places of a result that it takes."""
MOST_BYTES = 10_000_000
"""Of a file after gzip."""
_MANY = 2_500  # results in a file that nobody reads as it is
_MOST_NOTES = 5_000  # notifications of one kind and level
_LONGEST = 10_000  # characters of a message
_QUICK = 1  # of zlib's levels: what is small enough at this one is so at every other
_Json = dict[str, Any]
_ROLES = {"judged": ["analysisTarget"], "proofs": [], "policy file": ["policy"]}
"""What SARIF calls the files of a run; reports beside it are no artifacts of the analysis."""


def render(audit: Audit, *, color: bool = False, width: int = 100, verbose: bool = False) -> str:
    """Return the report as SARIF; the other arguments mean nothing here."""
    del color, width, verbose
    verdict = audit.verdict
    notes = notes_of(verdict)
    codes, rules = sorted({note.code for note in notes} | {LEFT_OUT}), sorted(audit.rules)
    return document_of(
        driver=driver_of(verdict.tool_version, [audit.rules[rule] for rule in rules], codes),
        invocation=invocation_of(
            verdict.exit_code,
            verdict.now,
            successful=verdict.outcome not in (Outcome.BROKEN, Outcome.INCOMPLETE),
            notifications=[notification_of(audit, note, codes) for note in notes],
        ),
        results=results_of([audit], rules),
        properties=properties_of(audit),
        artifacts=artifacts_of([audit]),
    )


def artifacts_of(audits: Sequence[Audit]) -> list[_Json]:
    """Return what was judged and by what, each file once, with its SHA-256."""
    found: dict[tuple[str, str], _Json] = {}
    for audit in audits:
        for digest in digests_of(audit):
            roles = _ROLES.get(digest.what)
            if roles is None or digest.name.startswith("preset ") or "://" in digest.name:
                continue  # no file of anybody's tree
            place = location_of(audit.placed(Location(artifact=digest.name)))["physicalLocation"]["artifactLocation"]
            found[place["uri"], digest.sha256] = {
                "location": place,
                "hashes": {"sha-256": digest.sha256},
                **({"roles": roles} if roles else {}),
            }
    return list(found.values())


def document_of(
    *, driver: _Json, invocation: _Json, results: list[_Json], properties: _Json, artifacts: list[_Json]
) -> str:
    """Return a SARIF log of one run as text, within the limits of code scanning."""
    notifications = _shortened(invocation["toolExecutionNotifications"], driver)
    kept, ordered = min(len(results), MOST_RESULTS), results
    while True:
        if kept < len(results) and ordered is results:
            ordered = sorted(results, key=_gravity)
        left = len(results) - kept
        told = [_left_out(left, "results", driver), *notifications] if left else notifications
        run: _Json = {
            "tool": {"driver": driver},
            "columnKind": "unicodeCodePoints",
            "originalUriBaseIds": {"PROJECT": {"description": {"text": "the folder in which the run was started"}}},
            "invocations": [invocation | {"toolExecutionNotifications": told}],
            "artifacts": artifacts,
            "results": ordered[:kept],
            "properties": properties | {"resultsLeftOut": left},
        }
        document = {
            "$schema": "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json",
            "version": "2.1.0",
            "runs": [run],
        }
        text = json.dumps(document, indent=None if kept > _MANY else 2, ensure_ascii=False) + "\n"
        size = _packed(text)
        if size <= MOST_BYTES or not kept:
            return text
        kept = kept * MOST_BYTES // size * 9 // 10


def _gravity(result: _Json) -> tuple[bool, int, bool]:
    """Return a key that sorts what is graver in front: what counts, by its level, findings before what is unknown."""
    level = Level(result["properties"]["level"])
    return ("suppressions" in result, -LEVEL_ORDER[level], result["kind"] != "fail")


def _packed(text: str) -> int:
    """Return about how many bytes a text has after gzip, never too few."""
    data = text.encode("utf-8", "backslashreplace")
    return len(data) if len(data) <= MOST_BYTES else len(zlib.compress(data, _QUICK))


def _shortened(notifications: list[_Json], driver: _Json) -> list[_Json]:
    """Return the notifications that there is room for: errors first, then in their order."""
    if len(notifications) <= _MOST_NOTES:
        return notifications
    kept = sorted(notifications, key=lambda note: bool(note["level"] != "error"))[:_MOST_NOTES]
    return [_left_out(len(notifications) - _MOST_NOTES, "notifications", driver), *kept]


def _left_out(number: int, what: str, driver: _Json) -> _Json:
    codes = [descriptor["id"] for descriptor in driver["notifications"]]
    return {
        "level": "warning",
        "message": {"text": f"{number:,} more {what}, see the JSON report: there is no room for them here"},
        "descriptor": {"id": LEFT_OUT, "index": codes.index(LEFT_OUT)},
    }


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
    verdict, score, tally = audit.verdict, audit.verdict.score, tally_of(audit.verdict)
    return {
        "outcome": verdict.outcome.value,
        "policy": plain(verdict.policy_name),
        "policyDigest": verdict.policy_digest,
        "scoreLow": str(score.low) if score else None,
        "scoreHigh": str(score.high) if score else None,
        "mode": verdict.mode.value,
        "diffBase": plain(verdict.diff_base),
        "checked": tally.checked,
        "waived": tally.waived,
        "debt": tally.debt,
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


def results_of(audits: Sequence[Audit], rules: Sequence[str], *, alone: bool = True) -> list[_Json]:
    """Return what was found and what could not be checked. rules: as the driver has them. alone: of one subject."""
    index = {rule: number for number, rule in enumerate(rules)}
    return [_result(audit, item, index[item.rule], alone=alone) for audit in audits for item in audit.verdict.judged]


def _result(audit: Audit, item: Judged, index: int, *, alone: bool) -> _Json:
    """Return one finding or gap. index: of its rule in the driver."""
    level = level_in_mode(audit, item)
    is_finding = item.finding is not None
    places = list(item.finding.locations) if item.finding is not None else []
    if item.gap is not None and item.gap.location is not None:
        places.append(item.gap.location)
    shown = [audit.placed(place) for place in places[:MOST_PLACES]] or [main_file(audit)]
    chain = chain_of(audit, item)
    path = f" It comes in by {' → '.join(chain)}." if chain else ""
    text = f"{message_of(item)}.{path} Next: {next_of(audit, item)}"
    if len(places) > MOST_PLACES:
        text += f" ({len(places) - MOST_PLACES:,} more places, see the JSON report)"
    result: _Json = {
        "ruleId": item.rule,
        "ruleIndex": index,
        "kind": "fail" if is_finding else "open",
        "level": _LEVELS[level] if is_finding else "none",
        "message": {"text": _short(text)},
        "partialFingerprints": {_FINGERPRINT: fingerprint_in(audit, item, alone=alone)},
        "locations": [location_of(shown[0])],
    }
    if len(shown) > 1:
        result["relatedLocations"] = [
            {"id": number, **location_of(place)} for number, place in enumerate(shown[1:], start=1)
        ]
    if item.status is Status.WAIVED and item.waiver is not None:
        result["suppressions"] = [_suppression(item.waiver)]
    if audit.verdict.diff_base:
        result["baselineState"] = "unchanged" if item.known_before else "new"
    result["properties"] = {"subject": plain(item.subject), "level": item.level.value, "status": item.status.value}
    if chain:
        result["properties"]["path"] = [plain(step) for step in chain]
    if item.required_by is not None:
        result["properties"]["requiredBy"] = plain(str(audit.placed(item.required_by)))
    if item.finding is not None and item.finding.advisories:
        result["properties"]["advisories"] = [plain(advisory) for advisory in item.finding.advisories]
    return result


def _suppression(waiver: WaiverUse) -> _Json:
    properties = {
        "as": waiver.kind.value,
        "owner": waiver.owner,
        "expires": str(waiver.expires),
        "ticket": waiver.ticket,
        "advisory": waiver.advisory,
        "vexJustification": waiver.vex_justification,
        "place": str(waiver.location),
    }
    return {
        "kind": "external",
        "status": "accepted",
        "justification": _short(f"{waiver.reason} ({waiver.owner}, until {waiver.expires})"),
        "properties": {key: plain(text) for key, text in properties.items() if text},
    }


def _short(text: str) -> str:
    text = plain(text)
    return text if len(text) <= _LONGEST else f"{text[: _LONGEST - 1]}…"


def notes_of(verdict: Verdict) -> list[Note]:
    """Return the notes of a verdict, and one for each gap that is no result."""
    unasked = [
        Note(
            code="not-observed",
            message=f"{gap.subject or 'the project'}: no {gap.wanted}, since {gap.reason}. Next: {gap.remedy}",
            location=gap.location,
        )
        for gap in unasked_gaps(verdict)
    ]
    return [*verdict.notes, *unasked]


def notification_of(audit: Audit, note: Note, codes: Sequence[str]) -> _Json:
    """Return a note. codes: of all notes of the run, as the driver has them."""
    found: _Json = {
        "level": "note",
        "message": {"text": _short(note.message)},
        "descriptor": {"id": note.code, "index": codes.index(note.code)},
    }
    if note.location is not None:
        found["locations"] = [location_of(audit.placed(note.location))]
    return found


def location_of(place: Location) -> _Json:
    """Return a place, relative to the folder in which the run was started unless its path is absolute."""
    path = quote(_bytes_of(place.artifact), safe="/")
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


def _bytes_of(path: str) -> bytes:
    """Return the bytes of a file's name, also of one that is no UTF-8: no other name leads to the file."""
    try:
        return path.encode("utf-8", "surrogateescape")
    except UnicodeEncodeError:  # no file has such a name
        return path.encode("utf-8", "replace")
