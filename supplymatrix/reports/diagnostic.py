"""Errors about the user's own files and about the run itself, for stderr."""

from __future__ import annotations

from collections.abc import Sequence

from supplymatrix.errors import Diagnostic
from supplymatrix.model.gap import Gap
from supplymatrix.reports.plain import plain
from supplymatrix.reports.snippet import paint_for, render_snippet, wrap

__all__ = ["render_diagnostics", "render_problem", "unknown_line"]

_WIDTH = 100
_MOST = 20


def render_diagnostics(
    diagnostics: Sequence[Diagnostic],
    *,
    color: bool = False,
    width: int = _WIDTH,
    verbose: bool = False,
    hint: str = "",
) -> str:
    """Return one paragraph for each fault: what is wrong, where, what was seen and expected, what to do next.

    verbose: for all of them, else for the first of many. hint: how to see the others.
    """
    from supplymatrix.documents.secret_text import without_credentials

    some = [without_credentials(diagnostic) for diagnostic in (diagnostics if verbose else diagnostics[:_MOST])]
    shown = "\n".join(_diagnostic(diagnostic, color=color, width=width) for diagnostic in some)
    more = len(diagnostics) - len(some)
    return f"{shown}\n… and {more} more like these{f' ({hint})' if hint else ''}\n" if more > 0 else shown


def render_problem(kind: str, message: str, details: Sequence[str], *, color: bool = False) -> str:
    """Return a paragraph about what went wrong, with details below. kind: "error" or "alarm"."""
    paint = paint_for(color=color)
    head = paint.alarm if kind == "alarm" else paint.error
    first, *rest = wrap(f"{kind}: {message}", _WIDTH)
    lines = [f"{head}{first}{paint.off}", *(f"  {line}" for line in rest)]
    lines += [f"   = {plain(detail)}" for detail in details if detail]
    return "\n".join(lines) + "\n"


def _diagnostic(diagnostic: Diagnostic, *, color: bool, width: int) -> str:
    paint = paint_for(color=color)
    lines = [f"{paint.error}error:{paint.off} {paint.bold}{plain(diagnostic.message)}{paint.off}"]
    if diagnostic.artifact or diagnostic.line:
        place = diagnostic.artifact or "input"
        if diagnostic.line:
            place += f":{diagnostic.line}" + (f":{diagnostic.column}" if diagnostic.column else "")
        lines += render_snippet(
            place=place,
            line=diagnostic.line,
            source=diagnostic.source_line,
            column=diagnostic.column,
            end_column=diagnostic.end_column,
            label="",
            width=width,
            paint=paint,
        )
    if diagnostic.seen and diagnostic.seen not in diagnostic.source_line:
        lines.append(f"   = seen: {plain(diagnostic.seen)}")
    if diagnostic.expected:
        lines.append(f"   = expected: {plain(diagnostic.expected)}")
    if diagnostic.remedy:
        lines.append(f"   = next: {plain(diagnostic.remedy)}")
    return "\n".join(lines) + "\n"


def unknown_line(gap: Gap) -> str:
    """Return in one line what is not known, why, and what helps. Not made plain."""
    return f"unknown: {gap.wanted}: {gap.reason}{f'; next: {gap.remedy}' if gap.remedy else ''}"
