"""Several subjects as SARIF: one run with the results of all, since code scanning takes one run for a category.

Places are paths from where the run was started. The path of a subject is part of its results' fingerprints, so that the
same finding in two subjects is two. A subject that cannot be read is a notification of level error, one for each fault.
"""

from __future__ import annotations

from typing import Any

from supplymatrix import __version__
from supplymatrix.errors import Diagnostic
from supplymatrix.model.audit import Audit, Survey, Unreadable
from supplymatrix.model.location import Location
from supplymatrix.model.rule import Rule
from supplymatrix.model.verdict import Outcome
from supplymatrix.reports.plain import plain
from supplymatrix.reports.sarif import (
    LEFT_OUT,
    artifacts_of,
    document_of,
    driver_of,
    invocation_of,
    location_of,
    notes_of,
    notification_of,
    properties_of,
    results_of,
)
from supplymatrix.reports.tally import outcome_of, outcome_of_survey, path_of

__all__ = ["render"]

_UNREADABLE = "subject-unreadable"
_Json = dict[str, Any]


def render(survey: Survey, *, color: bool = False, width: int = 100, verbose: bool = False) -> str:
    """Return the survey as SARIF; the other arguments mean nothing here."""
    del color, width, verbose
    audits = [item for item in survey.items if isinstance(item, Audit)]
    broken = [item for item in survey.items if isinstance(item, Unreadable)]
    known: dict[str, Rule] = {name: rule for audit in audits for name, rule in audit.rules.items()}
    rules = sorted(known)
    notes = [(audit, note) for audit in audits for note in notes_of(audit.verdict)]
    codes = sorted({LEFT_OUT, *(note.code for _, note in notes), *([_UNREADABLE] if broken else [])})
    outcomes = {outcome_of(item) for item in survey.items}
    return document_of(
        driver=driver_of(
            audits[0].verdict.tool_version if audits else __version__, [known[rule] for rule in rules], codes
        ),
        invocation=invocation_of(
            survey.exit_code,
            max((audit.verdict.now for audit in audits), default=None),
            successful=not outcomes & {Outcome.BROKEN, Outcome.INCOMPLETE},
            notifications=[
                *(_fault(item, fault, codes) for item in broken for fault in item.diagnostics),
                *(notification_of(audit, note, codes) for audit, note in notes),
            ],
        ),
        results=results_of(audits, rules, alone=False),
        artifacts=artifacts_of(audits),
        properties={
            "outcome": outcome_of_survey(survey).value,
            "subjects": [
                {
                    "path": plain(path_of(item)),
                    **(properties_of(item) if isinstance(item, Audit) else {"outcome": outcome_of(item).value}),
                }
                for item in survey.items
            ],
        },
    )


def _fault(item: Unreadable, fault: Diagnostic, codes: list[str]) -> _Json:
    parts = [fault.message, *([f"seen {fault.seen!r}"] if fault.seen else [])]
    parts += [f"expected {fault.expected}"] if fault.expected else []
    text = f"{path_of(item)} cannot be read: {'; '.join(parts)}. Next: {fault.remedy or 'mend the file'}"
    place = Location(
        artifact=fault.artifact or path_of(item),
        line=fault.line,
        column=fault.column,
        end_column=fault.end_column if fault.end_column > fault.column else 0,
    )
    return {
        "level": "error",
        "message": {"text": plain(text)},
        "descriptor": {"id": _UNREADABLE, "index": codes.index(_UNREADABLE)},
        "locations": [location_of(place)],
    }
