"""The outcome of `vendors recheck`: each source, whether it is still what was read, and what to do."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from supplymatrix.model.vendor import VendorEvidence
from supplymatrix.reports.json_report import as_json
from supplymatrix.reports.plain import plain
from supplymatrix.reports.snippet import wrap
from supplymatrix.reports.tally import counted

__all__ = ["render_recheck_json", "render_recheck_text"]

SCHEMA = "supplymatrix.recheck/1"


class _Row(Protocol):
    """One source that was asked, or could not be."""

    @property
    def vendor(self) -> str: ...
    @property
    def evidence(self) -> VendorEvidence: ...
    @property
    def outcome(self) -> str: ...
    @property
    def detail(self) -> str: ...
    @property
    def written(self) -> bool: ...


class _Recheck(Protocol):
    @property
    def rows(self) -> Sequence[_Row]: ...
    @property
    def files(self) -> Sequence[str]: ...


def render_recheck_text(found: _Recheck, width: int = 80) -> str:
    """Return a line for each source, its detail below, and the sums."""
    out = []
    for row in found.rows:
        dated = ", dated anew" if row.written else ""
        out += wrap(f"{row.outcome}{dated}: {row.vendor}/{row.evidence.id}", width)
        out.append(f"  {plain(row.evidence.source)}")
        out += [f"  {line}" for line in wrap(row.detail, width - 2)] if row.detail else []
    out += [f"wrote {plain(file)}" for file in found.files]
    counts: dict[str, int] = {}
    for row in found.rows:
        counts[str(row.outcome)] = counts.get(str(row.outcome), 0) + 1
    summed = ", ".join(f"{number:,} {word}" for word, number in counts.items())
    return "\n".join([*out, f"{counted(len(found.rows), 'source')}{f': {summed}' if summed else ''}", ""])


def render_recheck_json(found: _Recheck) -> str:
    """Return the same as JSON."""
    document = {
        "schema": SCHEMA,
        "sources": [
            {
                "vendor": row.vendor,
                "evidence": row.evidence.id,
                "source": row.evidence.source,
                "outcome": str(row.outcome),
                "detail": row.detail,
                "written": row.written,
                "location": {"artifact": row.evidence.location.artifact, "line": row.evidence.location.line},
            }
            for row in found.rows
        ],
        "files": list(found.files),
    }
    return as_json(document)
