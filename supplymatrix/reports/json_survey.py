"""The report of several subjects for machines: `report` of each is exactly what it would be alone.

Schema: `schema/survey-v1.schema.json`; described in docs/formats/survey-json.md.
"""

from __future__ import annotations

from supplymatrix.errors import Diagnostic
from supplymatrix.model.audit import Audit, Survey, Unreadable
from supplymatrix.reports.json_report import as_json, fellow_of, report_of
from supplymatrix.reports.tally import outcome_of_survey, path_of

__all__ = ["SCHEMA", "render"]

SCHEMA = "supplymatrix.survey/1"


def render(survey: Survey, *, color: bool = False, width: int = 100, verbose: bool = False) -> str:
    """Return the survey as JSON; the other arguments mean nothing here."""
    del color, width, verbose
    return as_json(
        {
            "schema": SCHEMA,
            "outcome": outcome_of_survey(survey).value,
            "exit_code": survey.exit_code,
            "requests": survey.requests,
            "retries": survey.retries,
            "received_bytes": survey.received_bytes,
            "subjects": [_subject(item) for item in survey.items],
            "fellows": [fellow_of(fellow) for fellow in survey.fellows],
        }
    )


def _subject(item: Audit | Unreadable) -> dict[str, object]:
    if isinstance(item, Unreadable):
        return {
            "path": path_of(item),
            "error": {"diagnostics": [_diagnostic(diagnostic) for diagnostic in item.diagnostics]},
        }
    return {"path": path_of(item), "report": report_of(item)}


def _diagnostic(diagnostic: Diagnostic) -> dict[str, object]:
    return {
        "message": diagnostic.message,
        "artifact": diagnostic.artifact,
        "line": diagnostic.line,
        "column": diagnostic.column,
        "end_column": diagnostic.end_column,
        "seen": diagnostic.seen,
        "expected": diagnostic.expected,
        "remedy": diagnostic.remedy,
    }
