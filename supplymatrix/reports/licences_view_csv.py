"""The licences of a build for a spreadsheet: a row for each module, RFC 4180, every field in quotes.

A field that a spreadsheet would take for a formula gets an apostrophe in front.
"""

from __future__ import annotations

import csv
import io

from supplymatrix.reports.licences_view_words import LicencePage, LicenceRow, asked_of, class_word, in_order, places_of
from supplymatrix.reports.matrix_csv import safe_field

__all__ = ["HEADS", "USE_HEADS", "render"]

HEADS: tuple[str, ...] = (
    "path", "version", "role", "replaced_by", "concluded", "declared", "class", "confidence", "source", "files",
    "reason", "next",
)  # fmt: skip
USE_HEADS: tuple[str, ...] = ("use", "licence", "obligation", "text", "clause", "module")


def render(page: LicencePage) -> str:
    """Return the page as CSV with CRLF line ends; where it says what a use takes, a row for that and each module."""
    out = io.StringIO()
    writer = csv.writer(out, quoting=csv.QUOTE_ALL, lineterminator="\r\n")
    if page.use is None:
        writer.writerow(HEADS)
        writer.writerows([safe_field(text) for text in _row(row)] for row in page.rows)
        return out.getvalue()
    writer.writerow(USE_HEADS)
    for asked in asked_of(page):
        for item in asked.obligations:
            front = (page.use.value, asked.licence, item.key, item.text, item.clause)
            writer.writerows([safe_field(text) for text in (*front, module)] for module in asked.modules)
    return out.getvalue()


def _row(row: LicenceRow) -> tuple[str, ...]:
    licence = row.licence
    return (
        licence.subject.path,
        licence.subject.version,
        row.role.value,
        row.replaced_by,
        in_order(licence.concluded),
        in_order(licence.declared),
        class_word(licence.concluded),
        str(licence.confidence) if licence.files else "",
        licence.source.value,
        " ".join(places_of(licence)) if licence.files else "",
        licence.reason,
        licence.remedy,
    )
