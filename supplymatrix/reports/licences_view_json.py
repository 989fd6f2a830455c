"""The licences of a build for machines: everything."""

from __future__ import annotations

import json

from supplymatrix.model.fact import Gap
from supplymatrix.model.licence import LicenceFile
from supplymatrix.reports.licences_view_words import LicencePage, LicenceRow, asked_of, class_word, in_order, totals_of

__all__ = ["SCHEMA", "render"]

SCHEMA = "supplymatrix.licences/1"


def render(page: LicencePage) -> str:
    """Return the page as JSON in ASCII."""
    document = {
        "schema": SCHEMA,
        "subject": page.name,
        "scope": page.scope.value,
        "complete": not page.gaps,
        "listed_by": page.listed_by,
        "packages_by": page.packages_by,
        "goos": page.goos,
        "goarch": page.goarch,
        "cgo": page.cgo,
        "tags": list(page.tags),
        "chosen": list(page.chosen),
        "hidden": page.hidden,
        "summary": [
            {"licence": total.licence, "class": total.kind.value, "works": total.works} for total in totals_of(page)
        ],
        "modules": [_row(row) for row in page.rows],
        "obligations": None if page.use is None else {"use": page.use.value, "licences": _asked(page)},
        "gaps": [_gap(gap) for gap in page.gaps],
    }
    return json.dumps(document, indent=2) + "\n"


def _row(row: LicenceRow) -> dict[str, object]:
    licence = row.licence
    return {
        "path": licence.subject.path,
        "version": licence.subject.version,
        "role": row.role.value,
        "replaced_by": row.replaced_by,
        "declared": in_order(licence.declared),
        "concluded": in_order(licence.concluded),
        "class": class_word(licence.concluded),
        "confidence": licence.confidence,
        "source": licence.source.value,
        "reason": licence.reason,
        "remedy": licence.remedy,
        "is_read": licence.is_read,
        "files": [_file(file) for file in licence.files],
    }


def _file(file: LicenceFile) -> dict[str, object]:
    return {
        "path": file.path,
        "sha256": file.sha256,
        "expression": file.expression,
        "nearest": file.nearest,
        "packages_only": file.packages_only,
        "unread": file.unread,
        "matches": [
            {
                "licence": match.licence,
                "start": match.start,
                "end": match.end,
                "confidence": match.confidence,
                "method": match.method.value,
            }
            for match in file.matches
        ],
        "copyrights": list(file.copyrights),
        "remarks": [{"line": line, "text": text} for line, text in file.remarks],
    }


def _asked(page: LicencePage) -> list[dict[str, object]]:
    return [
        {
            "licence": asked.licence,
            "obligations": [{"key": item.key, "text": item.text, "clause": item.clause} for item in asked.obligations],
            "modules": list(asked.modules),
        }
        for asked in asked_of(page)
    ]


def _gap(gap: Gap) -> dict[str, str]:
    return {"wanted": gap.wanted, "reason": gap.reason, "remedy": gap.remedy, "subject": gap.subject}
