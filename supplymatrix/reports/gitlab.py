"""The report as a GitLab code-quality file: one entry for each finding and for each thing that could not be checked.

    {"description": …, "check_name": "SM101 sum-missing", "fingerprint": …, "severity": "critical",
     "location": {"path": "go.sum", "lines": {"begin": 3}}}

GitLab tells new entries from old ones by the fingerprint, and of two with one fingerprint it keeps one: it is made of
rule and subject, without the line, and entries that would share it get their number into it.

| what | severity |
|---|---|
| alarm | blocker |
| error, input that cannot be read | critical |
| warning | major |
| note | minor |
| waived, on the debt list, known before, not asked for by any rule | info |

The mode of a policy lowers the level first. Source: GitLab, "Code Quality report format".
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from supplymatrix.checks.result import fingerprint_of
from supplymatrix.errors import Diagnostic
from supplymatrix.model.audit import Audit, Survey, Unreadable
from supplymatrix.model.fact import Gap
from supplymatrix.model.location import Location
from supplymatrix.model.rule import Level, Status
from supplymatrix.model.verdict import Judged, Outcome
from supplymatrix.reports.judged_words import (
    distinct,
    excuse_of,
    fingerprint_in,
    main_file,
    message_of,
    next_of,
    place_of,
    told_level,
    unasked_gaps,
)
from supplymatrix.reports.plain import plain
from supplymatrix.reports.tally import QUIET, as_survey, outcome_of, path_of, say_mode, say_tally, tally_of, worst_first
from supplymatrix.reports.text_head import score_part

__all__ = ["render"]

_SEVERITIES = {
    Level.ALARM: "blocker",
    Level.ERROR: "critical",
    Level.WARN: "major",
    Level.NOTE: "minor",
    Level.OFF: "info",
}
_Json = dict[str, Any]


def render(found: Audit | Survey, *, color: bool = False, width: int = 100, verbose: bool = False) -> str:
    """Return the report as a JSON array, gravest subject first; the other arguments mean nothing here."""
    del color, width, verbose
    survey = as_survey(found)
    alone = len(survey.items) == 1
    entries = [entry for item in worst_first(survey.items) for entry in _entries(item, alone=alone)]
    prints = distinct(entry["fingerprint"] for entry in entries)
    for entry, unique in zip(entries, prints, strict=True):
        if unique != entry["fingerprint"]:
            entry["fingerprint"] = fingerprint_of("again", unique)
    lines = [json.dumps(entry, ensure_ascii=False) for entry in entries]
    return "[\n" + ",\n".join(lines) + "\n]\n" if lines else "[]\n"


def _entries(item: Audit | Unreadable, *, alone: bool) -> Iterator[_Json]:
    if isinstance(item, Unreadable):
        yield from (_fault(item, fault) for fault in item.diagnostics)
        return
    yield from (_judged(item, judged, alone=alone) for judged in item.verdict.judged)
    if outcome_of(item) not in QUIET and not any(told_level(item, j) in _GRAVE for j in item.verdict.judged):
        yield _gate(item)
    yield from (_gap(item, gap) for gap in unasked_gaps(item.verdict))


_GRAVE = (Level.ERROR, Level.ALARM)


def _judged(audit: Audit, item: Judged, *, alone: bool) -> _Json:
    parts = [message_of(item)]
    parts += [excuse_of(item.waiver)] if item.status is Status.WAIVED and item.waiver is not None else []
    parts += ["known before"] if item.known_before else []
    level = told_level(audit, item)
    counts = item.status is not Status.WAIVED and not item.known_before
    return _entry(
        f"{item.rule} {audit.rules[item.rule].name}",
        "; ".join([*parts, f"next: {next_of(audit, item)}"]),
        fingerprint_in(audit, item, alone=alone),
        _SEVERITIES[level] if counts or level is Level.ALARM else "info",
        place_of(audit, item) or main_file(audit),
    )


def _gate(audit: Audit) -> _Json:
    """Return an entry for a subject that does not pass although nothing else here says so, as by its score."""
    verdict = audit.verdict
    words = [score_part(verdict), *say_tally(tally_of(verdict)), *say_mode(verdict)]
    text = f"{path_of(audit)}: {verdict.outcome.value}: {', '.join(filter(None, words))}"
    severity = "critical" if verdict.exit_code else "info"
    return _entry("supplymatrix gate", text, fingerprint_of("gate", path_of(audit)), severity, main_file(audit))


def _gap(audit: Audit, gap: Gap) -> _Json:
    text = f"{gap.subject or 'the project'}: no {gap.wanted}, since {gap.reason}; next: {gap.remedy}"
    identity = f"{path_of(audit)}\n{gap.wanted}\n{gap.subject}\n{gap.kind}"
    place = audit.placed(gap.location) if gap.location is not None else main_file(audit)
    return _entry("supplymatrix not-observed", text, fingerprint_of("not-observed", identity), "info", place)


def _fault(item: Unreadable, fault: Diagnostic) -> _Json:
    parts = [f"{path_of(item)} cannot be read: {fault.message}"]
    parts += [f"seen: {fault.seen}"] if fault.seen else []
    parts += [f"expected: {fault.expected}"] if fault.expected else []
    parts += [f"next: {fault.remedy}"] if fault.remedy else []
    place = Location(artifact=fault.artifact or path_of(item), line=fault.line)
    identity = f"{path_of(item)}\n{fault.artifact}\n{fault.message}"
    code = Outcome.BROKEN.value
    return _entry(f"supplymatrix {code}", "; ".join(parts), fingerprint_of(code, identity), "critical", place)


def _entry(name: str, text: str, fingerprint: str, severity: str, place: Location) -> _Json:
    return {
        "description": plain(text),
        "check_name": name,
        "fingerprint": fingerprint,
        "severity": severity,
        "location": {"path": plain(place.artifact).removeprefix("./"), "lines": {"begin": max(1, place.line)}},
    }
