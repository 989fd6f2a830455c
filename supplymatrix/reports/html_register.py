"""The waiver register and the debt list, for auditors: who answers for what, why, until when, and who wrote it."""

from __future__ import annotations

from collections import Counter
from datetime import date

from supplymatrix.model.audit import Audit
from supplymatrix.model.verdict import (
    HISTORY_UNKNOWN,
    NOT_COMMITTED,
    ExcuseKind,
    Judged,
    Verdict,
    WaiverEntry,
    WaiverUse,
)
from supplymatrix.reports.html_parts import Cell, Part, days_left, limited
from supplymatrix.reports.tally import counted, tally_of

__all__ = ["debt", "register"]


def register(audit: Audit) -> Part:
    """Return every waiver of the policy with what became of it, and what else excuses results."""
    verdict = audit.verdict
    tally = tally_of(verdict)
    states = Counter(entry.state.value for entry in verdict.waivers)
    said = ", ".join(f"{number:,} {word}" for word, number in sorted(states.items()))
    intro = f"{counted(len(verdict.waivers), 'waiver')}{f': {said}' if said else ' in the policy'}. "
    intro += f"{tally.waived + tally.debt:,} of {counted(tally.checked, 'result')} rest on what excuses them."
    tables = []
    if verdict.waivers:
        rows = [_entry(audit, entry) for entry in verdict.waivers]
        heads = ("state", "what", "reason", "owner", "expires", "excuses", "where", "last changed by")
        tables.append(limited("waiver register", heads, rows, code=frozenset({6}), whole=frozenset({4, 5})))
    others = _others(audit)
    if others:
        tables.append(
            limited("excused otherwise", ("what", "because", "by", "until", "where"), others, whole=frozenset({3}))
        )
    return Part(key="waivers", title="Waiver register", intro=intro, tables=tuple(tables))


def _entry(audit: Audit, entry: WaiverEntry) -> tuple[Cell, ...]:
    justified = f"VEX: {entry.vex_justification}" if entry.vex_justification else ""
    rule = entry.rule or "vulnerabilities"
    return (
        entry.state.value,
        _lines(rule, entry.package, entry.version, entry.advisory, ", ".join(entry.licences)),
        _lines(entry.reason, justified),
        _lines(entry.owner, entry.ticket),
        _until(entry.expires, audit.verdict),
        counted(entry.findings, "finding"),
        str(audit.placed(entry.location)),
        _changed_by(entry, audit.verdict),
    )


def _lines(*texts: str) -> tuple[str, ...]:
    return tuple(filter(None, texts))


def _until(day: date, verdict: Verdict) -> tuple[str, ...]:
    return (str(day), days_left(day, verdict))


def _changed_by(entry: WaiverEntry, verdict: Verdict) -> Cell:
    if entry.commit == NOT_COMMITTED:
        return NOT_COMMITTED
    if entry.commit:
        return _lines(entry.commit, entry.author, str(entry.committed_on or ""))
    asked = any(note.code == HISTORY_UNKNOWN for note in verdict.notes)
    return "git does not know" if asked else "git was not asked"


def _others(audit: Audit) -> list[tuple[Cell, ...]]:
    """Return what excuses results and stands in no register: an outage, by on_outage."""
    places = {entry.location for entry in audit.verdict.waivers}
    uses: dict[WaiverUse, int] = {}
    for item in audit.verdict.judged:
        if item.waiver is not None and item.waiver.kind is not ExcuseKind.DEBT and item.waiver.location not in places:
            uses[item.waiver] = uses.get(item.waiver, 0) + 1
    return [
        (
            counted(number, "result"),
            use.reason,
            use.owner,
            _until(use.expires, audit.verdict),
            str(audit.placed(use.location)),
        )
        for use, number in uses.items()
    ]


def debt(audit: Audit) -> Part | None:
    """Return the findings that the debt list excuses; None without one."""
    owed = [item for item in audit.verdict.judged if item.waiver is not None and item.waiver.kind is ExcuseKind.DEBT]
    if not owed:
        return None
    intro = f"{counted(len(owed), 'finding')} of the time when the policy was adopted: this list may only shrink."
    heads = ("rule", "subject", "until", "owner", "reason", "where")
    table = limited(
        "debt list", heads, [_owed(audit, item) for item in owed], code=frozenset({1, 5}), whole=frozenset({2})
    )
    return Part(key="debt", title="Debt list", intro=intro, tables=(table,))


def _owed(audit: Audit, item: Judged) -> tuple[Cell, ...]:
    use = item.waiver
    assert use is not None  # noqa: S101 - the caller has looked
    until = _until(use.expires, audit.verdict)
    return (item.rule, item.subject, until, use.owner, use.reason, str(audit.placed(use.location)))
