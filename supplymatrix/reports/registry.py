"""The formats of a report. Adding one = one file with `render`, one line here, one golden file."""

from __future__ import annotations

import importlib
from collections.abc import Mapping

from supplymatrix.model.audit import Audit

__all__ = ["FORMATS", "render"]

FORMATS: Mapping[str, str] = {
    "text": "supplymatrix.reports.text",
    "json": "supplymatrix.reports.json_report",
    "sarif": "supplymatrix.reports.sarif",
}
"""Name → module, imported when it is used; each has `render(audit, *, color, width, verbose) -> str`."""


def render(audit: Audit, fmt: str, *, color: bool = False, width: int = 100, verbose: bool = False) -> str:
    """Return a report. fmt: a key of FORMATS. color, width (columns) and verbose matter to text only."""
    module = importlib.import_module(FORMATS[fmt])
    text: str = module.render(audit, color=color, width=width, verbose=verbose)
    return text
