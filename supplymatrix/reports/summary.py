"""The Markdown report for the summary of a step of GitHub Actions, which takes 1 MiB of UTF-8 of each step.

It is written behind what the step has written already, and a file that is too big is not shown at all: the report keeps
to 750,000 bytes, so that a comment's 65,000 characters fit behind it, and says at its end what it does not show.
"""

from __future__ import annotations

from supplymatrix.model.audit import Audit, Survey
from supplymatrix.reports.markdown import render_page

__all__ = ["LIMIT", "render"]

LIMIT = 750_000
"""Bytes of a report."""


def render(found: Audit | Survey, *, color: bool = False, width: int = 100, verbose: bool = False) -> str:
    """Return the report as Markdown of at most LIMIT bytes; the other arguments mean nothing here."""
    del color, width, verbose
    return render_page(found, LIMIT, _bytes_of)


def _bytes_of(line: str) -> int:
    return len(line.encode("utf-8", "backslashreplace"))
