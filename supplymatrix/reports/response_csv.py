"""Response times as a table for spreadsheets: one line for each CVE in each channel, with the place of every date.

A cell that a spreadsheet would take for a formula begins with an apostrophe.
Source: RFC 4180.
"""

from __future__ import annotations

import csv
import io

from supplymatrix.model.advisory import FeedDate
from supplymatrix.reports.plain import plain
from supplymatrix.vendors.response import Case
from supplymatrix.vendors.response_report import ResponseReport

__all__ = ["COLUMNS", "render"]

_PLACES = ("disclosed", "detected", "fixed", "named")
COLUMNS = (
    "row", "cve", "go_id", "package", "outcome", "how", "version", "advisory", "days", "detected_days",
    "named_days", "until",
    "because", *(f"{name}{part}" for name in _PLACES for part in ("", "_feed", "_file", "_field")), "note",
)  # fmt: skip
_FORMULA = ("=", "+", "-", "@", "\t")


def render(report: ResponseReport, *, explain: bool = False, width: int = 80) -> str:
    """Return the cases as CSV, with a header, lines ending in CR LF; a cell is empty where nothing is known."""
    del explain, width
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(COLUMNS)
    for found in report.channels:
        for case in found.cases:
            writer.writerow(_cells(case, found.id))
    return text.getvalue()


def _cells(case: Case, row: str) -> list[str | int]:
    return [
        _safe(row),
        _safe(case.cve),
        _safe(case.go_id),
        _safe(case.package),
        case.outcome.value,
        case.how.value if case.how is not None else "",
        _safe(case.version),
        _safe(case.advisory),
        case.days if case.days is not None else "",
        case.detected_days if case.detected_days is not None else "",
        case.named_days if case.named_days is not None else "",
        case.until.isoformat() if case.until is not None else "",
        case.because.value if case.because is not None else "",
        *_place(case.disclosed),
        *_place(case.detected),
        *_place(case.fixed),
        *_place(case.named),
        _safe(case.note),
    ]


def _place(when: FeedDate | None) -> list[str]:
    if when is None:
        return ["", "", "", ""]
    return [when.day.isoformat(), _safe(when.feed), _safe(when.file), _safe(when.field)]


def _safe(text: str) -> str:
    shown = plain(text)
    return f"'{shown}" if shown.startswith(_FORMULA) else shown
