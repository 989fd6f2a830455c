"""The report for a spreadsheet: one row for each judged result, RFC 4180, every field in quotes.

`kind` tells what a row is: finding, unknown (a rule could not be judged), gap (not observed, and no rule asked), fault
(a subject that cannot be read), waiver (a line of the register: `status` says what became of it, `subject` what it is
about), digest (in `message` the SHA-256 of what was judged, of the policy, or of another report). A field that a
spreadsheet would take for a formula gets an apostrophe in front.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Mapping

from supplymatrix.errors import Diagnostic
from supplymatrix.model.audit import Audit, Survey, Unreadable
from supplymatrix.model.fact import Gap
from supplymatrix.model.location import Location
from supplymatrix.model.rule import Level, Status
from supplymatrix.model.verdict import Judged, Outcome, WaiverEntry
from supplymatrix.reports.digests import digests_of
from supplymatrix.reports.judged_words import fingerprint_in, message_of, next_of, place_of, unasked_gaps
from supplymatrix.reports.matrix_csv import safe_field
from supplymatrix.reports.tally import as_survey, counted, outcome_of, path_of

__all__ = ["HEADS", "render"]

HEADS: tuple[str, ...] = (
    "path", "outcome", "kind", "rule", "name", "level", "severity", "status", "known_before", "subject", "module",
    "version", "advisories", "message", "file", "line", "column", "next", "waived_as", "waived_by", "waived_until",
    "waived_for", "ticket", "waiver_author", "waiver_commit", "waiver_date", "asked_for_by", "fingerprint",
)  # fmt: skip
_Row = Mapping[str, object]


def render(found: Audit | Survey, *, color: bool = False, width: int = 100, verbose: bool = False) -> str:
    """Return the report as CSV with CRLF line ends; the other arguments mean nothing here."""
    del color, width, verbose
    survey = as_survey(found)
    alone = len(survey.items) == 1
    out = io.StringIO()
    writer = csv.writer(out, quoting=csv.QUOTE_ALL, lineterminator="\r\n")
    writer.writerow(HEADS)
    for item in survey.items:
        start = {"path": path_of(item), "outcome": outcome_of(item).value}
        for row in _rows(item, alone=alone):
            whole = {**start, **row}
            writer.writerow([safe_field(str(whole.get(head, ""))) for head in HEADS])
    return out.getvalue()


def _rows(item: Audit | Unreadable, *, alone: bool) -> Iterator[_Row]:
    if isinstance(item, Unreadable):
        yield from (_fault(item, fault) for fault in item.diagnostics)
        return
    written = {entry.location: entry for entry in item.verdict.waivers}
    for judged in item.verdict.judged:
        entry = written.get(judged.waiver.location) if judged.waiver is not None else None
        yield {**_judged(item, judged, alone=alone), **_author(entry)}
    yield from (_gap(item, gap) for gap in unasked_gaps(item.verdict))
    yield from (_entry(item, entry) for entry in item.verdict.waivers)
    for digest in digests_of(item):
        yield {"kind": "digest", "status": digest.what, "subject": digest.name, "message": digest.sha256}


def _judged(audit: Audit, item: Judged, *, alone: bool) -> _Row:
    finding = item.finding
    return {
        **_place(place_of(audit, item)),
        **_waiver(item),
        "kind": "finding" if finding is not None else "unknown",
        "rule": item.rule,
        "name": audit.rules[item.rule].name,
        "level": item.level.value,
        "severity": item.severity.value,
        "status": item.status.value,
        "known_before": "yes" if item.known_before else "no",
        "subject": item.subject,
        "module": finding.module if finding is not None else "",
        "version": finding.version if finding is not None else "",
        "advisories": " ".join(finding.advisories) if finding is not None else "",
        "message": message_of(item),
        "next": next_of(audit, item),
        "asked_for_by": str(audit.placed(item.required_by)) if item.required_by is not None else "",
        "fingerprint": fingerprint_in(audit, item, alone=alone),
    }


def _waiver(item: Judged) -> _Row:
    waiver = item.waiver
    if waiver is None or item.status is not Status.WAIVED:
        return {}
    return {
        "waived_as": waiver.kind.value,
        "waived_by": waiver.owner,
        "waived_until": waiver.expires,
        "waived_for": waiver.reason,
        "ticket": waiver.ticket,
    }


def _author(entry: WaiverEntry | None) -> _Row:
    if entry is None:
        return {}
    return {
        "waiver_author": entry.author,
        "waiver_commit": entry.commit,
        "waiver_date": entry.committed_on or "",
    }


def _entry(audit: Audit, entry: WaiverEntry) -> _Row:
    return {
        "kind": "waiver",
        "rule": entry.rule,
        "name": audit.rules[entry.rule].name if entry.rule in audit.rules else "",
        "status": entry.state.value,
        "subject": f"{entry.package}@{entry.version}" if entry.version else entry.package,
        "advisories": entry.advisory,
        "message": f"{entry.state.value}, excuses {counted(entry.findings, 'finding')}",
        "waived_by": entry.owner,
        "waived_until": entry.expires,
        "waived_for": entry.reason,
        "ticket": entry.ticket,
        **_author(entry),
        **_place(audit.placed(entry.location)),
    }


def _place(place: Location | None) -> _Row:
    if place is None:
        return {}
    return {"file": place.artifact, "line": place.line or "", "column": place.column or ""}


def _gap(audit: Audit, gap: Gap) -> _Row:
    place = audit.placed(gap.location) if gap.location is not None else None
    return {
        "kind": "gap",
        "status": Status.UNKNOWN.value,
        "subject": gap.subject,
        "message": f"no {gap.wanted}: {gap.reason}",
        "next": gap.remedy,
        **_place(place),
    }


def _fault(item: Unreadable, fault: Diagnostic) -> _Row:
    parts = [fault.message, *([f"seen {fault.seen}"] if fault.seen else [])]
    parts += [f"expected {fault.expected}"] if fault.expected else []
    return {
        "kind": "fault",
        "level": Level.ERROR.value,
        "status": Outcome.BROKEN.value,
        "message": "; ".join(parts),
        "next": fault.remedy,
        **_place(Location(artifact=fault.artifact or path_of(item), line=fault.line, column=fault.column)),
    }
