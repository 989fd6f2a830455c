"""A comparison for people: a table for each Go of each project, where it stands, what is not known."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from supplymatrix.model.fact import Gap
from supplymatrix.reports.compare_words import (
    COLUMNS,
    binary_lines,
    cell,
    feed_line,
    gap_line,
    go_line,
    legend,
    partly_notes,
    support_words,
    title_of,
    total_cell,
    touching_line,
)
from supplymatrix.reports.plain import plain
from supplymatrix.reports.snippet import shorten, text_width, wrap
from supplymatrix.vendors.comparison import Comparison, ProjectCoverage
from supplymatrix.vendors.coverage import CoverageRow, GoCoverage

__all__ = ["render_compare_text"]

_NAME, _SUPPORT = 20, 23
_WIDTHS = (6, 5, 10, 7, 6)
_MOST_LINES = 3
_MOST_GAPS = 8


def render_compare_text(report: Comparison, *, width: int = 80) -> str:
    """Return the comparison. width: columns, 60 or more."""
    out: list[str] = []
    for project in report.projects:
        out += [*_project(project, width), ""]
    if len(report.projects) > 1:
        out += [*_totals(report), ""]
    for broken in report.unreadable:
        fault = broken.diagnostics[0]
        out += _hanging(f"not read: {broken.path}: {fault.message}", width)
    out += _gaps(report.missing, width)
    out += _hanging(f"as of {report.day} · {feed_line(report)}", width)
    return "\n".join(line.rstrip() for line in out) + "\n"


def _project(project: ProjectCoverage, width: int) -> Iterator[str]:
    yield shorten(title_of(project), width)
    for line in binary_lines(project):
        yield from _hanging(line, width)
    for coverage in project.gos:
        yield from _hanging(go_line(coverage), width)
        yield from _hanging(touching_line(coverage), width)
        yield ""
        yield from _table(coverage, project.standing.vendors)
        for note in partly_notes(coverage):
            yield from _hanging(note, width)
        yield ""
    yield from _standing(project, width)
    yield from _needs(project, width)
    yield from _gaps(project.gaps, width)


def _table(coverage: GoCoverage, standing: Sequence[str]) -> Iterator[str]:
    head = f"  {'':{_NAME}}{f'Go {coverage.go.minor} supported':{_SUPPORT}}"
    yield head + "".join(f"{name:>{cells}}" for (_, name), cells in zip(COLUMNS, _WIDTHS, strict=True))
    for row in coverage.rows:
        mark = "*" if row.id in standing else " "
        support = shorten(support_words(row.support), _SUPPORT - 1)
        line = f"{mark} {_padded(row.id, _NAME)}{_padded(support, _SUPPORT)}"
        yield line + _numbers(row)
    yield from (f"  {words}" for words in legend(coverage))


def _numbers(row: CoverageRow) -> str:
    return "".join(f"{cell(row, state):>{cells}}" for (state, _), cells in zip(COLUMNS, _WIDTHS, strict=True))


def _standing(project: ProjectCoverage, width: int) -> Iterator[str]:
    if not project.standing.stands:
        yield "stands on nobody's path that was seen: Go as the Go project releases it"
        return
    yield "stands on the path of (*)"
    for vendor in project.standing.vendors:
        stands = project.standing.of(vendor)
        texts = list(dict.fromkeys(f"{stand.text} ({stand.role}: {stand.point.replace('_', ' ')})" for stand in stands))
        for number, text in enumerate(texts[:_MOST_LINES]):
            name = vendor if number == 0 else ""
            first, *more = wrap(plain(text), width - 16)
            yield f"  {_padded(name, 14)}{first}"
            for line in more:
                yield f"  {'':14}{line}"
        if len(texts) > _MOST_LINES:
            yield f"  {'':14}and {len(texts) - _MOST_LINES} more"


def _needs(project: ProjectCoverage, width: int) -> Iterator[str]:
    if not project.needs:
        return
    yield "what it shows that it needs"
    for need in project.needs:
        must = "must" if need.must else "has"
        items = f" {', '.join(need.items)}" if need.items else ""
        first, *more = wrap(plain(f"{must} {need.key}{items}: {need.origin}"), width - 2)
        yield f"  {first}"
        for line in more:
            yield f"    {line}"


def _totals(report: Comparison) -> Iterator[str]:
    count = "?" if report.pairs is None else str(report.pairs)
    yield f"{len(report.projects)} projects · {count} pairs of a CVE and a Go version, each counted once"
    head = f"  {'':{_NAME}}{'projects on its path':{_SUPPORT}}"
    yield head + "".join(f"{name:>{cells}}" for (_, name), cells in zip(COLUMNS, _WIDTHS, strict=True))
    for row in report.totals:
        numbers = [total_cell(row, state) for state, _ in COLUMNS]
        stands = "" if row.id == "today" else str(row.standing)
        line = f"  {_padded(row.id, _NAME)}{_padded(stands, _SUPPORT)}"
        yield line + "".join(f"{text:>{cells}}" for text, cells in zip(numbers, _WIDTHS, strict=True))


def _gaps(gaps: Sequence[Gap], width: int) -> Iterator[str]:
    for gap in gaps[:_MOST_GAPS]:
        yield from _hanging(f"unknown: {gap_line(gap)}", width)
    if len(gaps) > _MOST_GAPS:
        yield f"… and {len(gaps) - _MOST_GAPS} more of these, all in --format json"


def _hanging(text: str, width: int) -> Iterator[str]:
    first, *more = wrap(plain(text), width - 2)
    yield first
    for line in more:
        yield f"  {line}"


def _padded(text: str, cells: int) -> str:
    text = shorten(text, cells - 1)
    return text + " " * (cells - text_width(text))
