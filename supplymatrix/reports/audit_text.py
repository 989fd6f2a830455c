"""The report of `audit`: the text of a check, its findings and gaps under the family that they come from."""

from __future__ import annotations

from collections.abc import Sequence

from supplymatrix.model.audit import Audit
from supplymatrix.model.audit_family import AuditFamily
from supplymatrix.model.rule import Status
from supplymatrix.model.value import changed
from supplymatrix.model.verdict import Judged, Verdict
from supplymatrix.reports.audit_words import FAMILY_TITLES, families_on, family_of_judged
from supplymatrix.reports.snippet import Paint, paint_for, text_width, wrap
from supplymatrix.reports.text import finding_lines, note_lines, owed_lines
from supplymatrix.reports.text_gaps import gap_lines
from supplymatrix.reports.text_head import header, last_line

__all__ = ["render"]

_CHECK = "go.sum, policy and the rest of the check"


def render(audit: Audit, *, color: bool = False, width: int = 100, verbose: bool = False) -> str:
    """Return the report as text of at most about `width` columns. verbose: every finding in full."""
    paint = paint_for(color=color)
    out = [*header(audit, width, paint, verbose=verbose), ""]
    parts: list[tuple[str, AuditFamily | None]] = [(FAMILY_TITLES[family], family) for family in families_on(audit)]
    for title, family in [*parts, (_CHECK, None)]:
        lines = _part(audit, family, width, paint, verbose=verbose)
        out += [_heading(title, width, paint), "", *lines] if lines else []
    out += [] if verbose else owed_lines(audit, width, paint)
    out += note_lines(audit, width, paint, verbose=verbose)
    out += wrap(last_line(audit), width)
    return "\n".join(line.rstrip() for line in out) + "\n"


def _part(audit: Audit, family: AuditFamily | None, width: int, paint: Paint, *, verbose: bool) -> list[str]:
    own = [item for item in audit.verdict.judged if family_of_judged(item) is family]
    shown = [item for item in own if item.finding is not None and (verbose or item.status is not Status.WAIVED)]
    lines = finding_lines(audit, shown, width, paint, verbose=verbose)
    return [*lines, *gap_lines(_of(audit, own, family), width, paint, verbose=verbose)]


def _of(audit: Audit, own: Sequence[Judged], family: AuditFamily | None) -> Verdict:
    """Return what of a verdict belongs to a part: its results with their gaps, and gaps that no rule has asked for."""
    asked, told = {item.gap for item in audit.verdict.judged}, {item.gap for item in own}
    gaps = (gap for gap in audit.verdict.gaps if gap in told or (gap not in asked and gap.family is family))
    return changed(audit.verdict, judged=tuple(own), gaps=tuple(gaps))


def _heading(title: str, width: int, paint: Paint) -> str:
    rule = "─" * max(2, width - text_width(title) - 4)
    return f"{paint.dim}──{paint.off} {paint.bold}{title}{paint.off} {paint.dim}{rule}{paint.off}"
