"""A comparison as Markdown: the same tables, what comes from projects in code spans."""

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
from supplymatrix.reports.markdown import LIMIT, code, sentence
from supplymatrix.vendors.comparison import Comparison, ProjectCoverage
from supplymatrix.vendors.coverage import GoCoverage

__all__ = ["render_compare_markdown"]

_MOST_STANDS = 20
_MOST_GAPS = 20
_RESERVE = 200


def render_compare_markdown(report: Comparison) -> str:
    """Return the comparison as GitHub's Markdown, of at most LIMIT characters; what does not fit is told at the end."""
    lines = ["# What vendors cover of these projects", ""]
    for project in report.projects:
        lines += [*_project(project), ""]
    if len(report.projects) > 1:
        lines += [*_totals(report), ""]
    for broken in report.unreadable:
        lines.append(f"- not read: {code(broken.path)}: {sentence(broken.diagnostics[0].message)}")
    lines += _gaps(report.missing)
    lines += ["", sentence(f"As of {report.day}; {feed_line(report)}.")]
    return _fitting(lines)


def _project(project: ProjectCoverage) -> Iterator[str]:
    yield f"## {code(title_of(project))}"
    for number, line in enumerate(binary_lines(project)):
        yield from () if number else ("",)
        yield f"- {code(line)}"
    for coverage in project.gos:
        yield ""
        yield f"{code(go_line(coverage))}: {sentence(touching_line(coverage))}."
        yield ""
        yield from _table(coverage, project.standing.vendors)
        yield ""
        yield from (f"- {sentence(note)}" for note in (*legend(coverage), *partly_notes(coverage)))
    yield ""
    if not project.standing.stands:
        yield "Stands on nobody's path that was seen: Go as the Go project releases it."
    for stand in project.standing.stands[:_MOST_STANDS]:
        where = f"{stand.role}, {sentence(stand.point)}, {code(stand.offer)}"
        yield f"- **{sentence(stand.vendor)}** ({where}): {code(stand.text)}"
    if len(project.standing.stands) > _MOST_STANDS:
        yield f"- and {len(project.standing.stands) - _MOST_STANDS} more"
    if project.needs:
        yield ""
        yield "| need | must | what | seen at |"
        yield "|---|---|---|---|"
        for need in project.needs:
            must = "must" if need.must else ""
            yield f"| {sentence(need.key)} | {must} | {sentence(', '.join(need.items))} | {code(need.origin)} |"
    if project.gaps:
        yield ""
        yield from _gaps(project.gaps)


def _table(coverage: GoCoverage, standing: Sequence[str]) -> Iterator[str]:
    heads = ["", f"Go {coverage.go.minor} supported", *(name for _, name in COLUMNS), "on its path"]
    yield f"| {' | '.join(heads)} |"
    yield "|---|---|" + "--:|" * len(COLUMNS) + "---|"
    for row in coverage.rows:
        numbers = [cell(row, state) for state, _ in COLUMNS]
        stand = code(row.stands[0].text) if row.stands and row.id in standing else ""
        cells = [sentence(row.id), sentence(support_words(row.support)), *numbers, stand]
        yield f"| {' | '.join(cells)} |"


def _totals(report: Comparison) -> Iterator[str]:
    count = "?" if report.pairs is None else str(report.pairs)
    yield f"## All {len(report.projects)} projects"
    yield ""
    yield f"{count} pairs of a CVE and a Go version, each counted once."
    yield ""
    yield f"| | projects on its path | {' | '.join(name for _, name in COLUMNS)} |"
    yield "|---|--:|" + "--:|" * len(COLUMNS)
    for row in report.totals:
        numbers = [total_cell(row, state) for state, _ in COLUMNS]
        yield f"| {sentence(row.name)} | {'' if row.id == 'today' else row.standing} | {' | '.join(numbers)} |"


def _gaps(gaps: Sequence[Gap]) -> Iterator[str]:
    for gap in gaps[:_MOST_GAPS]:
        yield f"- unknown: {sentence(gap_line(gap))}"
    if len(gaps) > _MOST_GAPS:
        yield f"- and {len(gaps) - _MOST_GAPS} more unknown"


def _fitting(lines: Sequence[str]) -> str:
    out: list[str] = []
    room = LIMIT - _RESERVE
    for number, line in enumerate(lines):
        room -= len(line) + 1
        if room < 0:
            out += ["", f"{len(lines) - number} more lines do not fit here; `--format json` has all."]
            break
        out.append(line)
    return "\n".join(out).rstrip() + "\n"
