"""The formats of a report. Adding one = one file with `render`, one line here, one golden file."""

from __future__ import annotations

import importlib
from collections.abc import Mapping
from typing import TYPE_CHECKING

from supplymatrix.model.audit import Audit, Survey

if TYPE_CHECKING:
    from supplymatrix.vendors.comparison import Comparison
    from supplymatrix.vendors.response_report import ResponseReport

__all__ = ["FORMATS", "WITH_HISTORY", "render", "render_compare", "render_response", "render_survey"]

FORMATS: Mapping[str, str] = {
    "text": "supplymatrix.reports.text",
    "json": "supplymatrix.reports.json_report",
    "sarif": "supplymatrix.reports.sarif",
    "github": "supplymatrix.reports.github",
    "markdown": "supplymatrix.reports.markdown",
    "junit": "supplymatrix.reports.junit",
    "gitlab": "supplymatrix.reports.gitlab",
    "csv": "supplymatrix.reports.csv_report",
    "summary": "supplymatrix.reports.summary",
    "html": "supplymatrix.reports.html",
    "vsa": "supplymatrix.reports.vsa",
}
"""Name → module, imported when it is used; each has `render(audit, *, color, width, verbose) -> str`."""
_SURVEYS: Mapping[str, str] = {
    **FORMATS,
    "text": "supplymatrix.reports.text_survey",
    "json": "supplymatrix.reports.json_survey",
    "sarif": "supplymatrix.reports.sarif_survey",
}
"""The same for several subjects: each has a `render` that takes a `Survey`."""
WITH_HISTORY = frozenset({"csv", "html", "json"})
"""Formats that name who wrote a waiver."""


def render(audit: Audit, fmt: str, *, color: bool = False, width: int = 100, verbose: bool = False) -> str:
    """Return a report. fmt: a key of FORMATS. color, width (columns) and verbose matter to text only."""
    module = importlib.import_module(FORMATS[fmt])
    text: str = module.render(audit, color=color, width=width, verbose=verbose)
    return text


def render_survey(survey: Survey, fmt: str, *, color: bool = False, width: int = 100, verbose: bool = False) -> str:
    """Return the report of a run: of its one subject as `render` does, or of all of its subjects together."""
    if len(survey.items) == 1 and isinstance(survey.items[0], Audit):
        return render(survey.items[0], fmt, color=color, width=width, verbose=verbose)
    module = importlib.import_module(_SURVEYS[fmt])
    text: str = module.render(survey, color=color, width=width, verbose=verbose)
    return text


def render_response(report: ResponseReport, fmt: str, *, explain: bool = False, width: int = 80) -> str:
    """Return response times in a format: text, json, csv or markdown. explain, width: of what people read."""
    module = importlib.import_module(f"supplymatrix.reports.response_{fmt}")
    text: str = module.render(report, explain=explain, width=width)
    return text


def render_compare(report: Comparison, fmt: str, *, width: int = 80) -> str:
    """Return a comparison in a format: text, json or markdown. width: of text."""
    module = importlib.import_module(f"supplymatrix.reports.compare_{fmt}")
    make = getattr(module, f"render_compare_{fmt}")
    text: str = make(report, width=width) if fmt == "text" else make(report)
    return text
