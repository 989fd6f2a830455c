"""Response times as Markdown, for a page or a comment. What comes from feeds and files stands in code spans."""

from __future__ import annotations

from collections.abc import Iterator

from supplymatrix.reports.markdown import code, sentence
from supplymatrix.reports.response_words import (
    CLOCKS,
    adoption_words,
    case_words,
    change_words,
    clock_cells,
    counts_words,
    empty_words,
    known_words,
    pair_words,
    pairs_heading,
    place_words,
    row_notes,
    source_words,
    stage_words,
    thin_words,
    title,
)
from supplymatrix.vendors.adoption import AdoptionState
from supplymatrix.vendors.response_report import ResponseReport
from supplymatrix.vendors.response_table import ChannelRow, Clock

__all__ = ["render"]

_OPEN = 50


def render(report: ResponseReport, *, explain: bool = False, width: int = 80) -> str:
    """Return the report as Markdown. explain: the place of every date of the CVE that was asked about."""
    del width
    lines = _cve(report, explain=explain) if report.asked.cve else _table(report)
    return "\n".join(lines) + "\n"


def _table(report: ResponseReport) -> Iterator[str]:
    yield f"## {sentence(title(report))}"
    yield ""
    yield f"{sentence(source_words(report))}."
    if report.is_empty:
        yield from ["", f"{sentence(empty_words(report))}.", "", f"{sentence(known_words(report))}."]
        return
    for name, heading in CLOCKS.items():
        clocks = [(row, clock) for row in report.rows if row.is_latency for clock in row.clocks if clock.name == name]
        rows = [(row, clock) for row, clock in clocks if clock.fixes + clock.cut]
        if rows:
            states = "open | > 30 d | won't fix" if name == rows[0][0].disclosure.name else "unfixed"
            yield from ["", f"### {heading}", "", f"| channel | fixed | P50 | P90 | P99 | {states} |"]
            yield f"|---{'|--:' * (5 + states.count('|'))}|"
            yield from (_row(row, clock) for row, clock in rows)
    yield from ["", thin_words(), "", "### Channels", ""]
    for row in report.rows:
        words = "; ".join(sentence(words) for words in (counts_words(row), *row_notes(row)))
        yield f"- {code(row.id)} {sentence(row.channel.name)}: {words}"
    if report.pairs:
        yield from ["", "### In pairs", "", f"{sentence(pairs_heading(report))}.", ""]
        yield from (f"- {sentence(pair_words(pair))}" for pair in report.pairs)
    yield from _project(report)
    yield from ["", f"{sentence(known_words(report))}."]


def _row(row: ChannelRow, clock: Clock) -> str:
    cells = " | ".join(clock_cells(clock))
    states = f"{row.open:,} | {row.open_long:,} | {row.wont_fix:,}" if clock is row.disclosure else f"{clock.cut:,}"
    return f"| {code(row.id)} | {clock.fixes:,} | {cells} | {states} |"


def _project(report: ResponseReport) -> Iterator[str]:
    row = report.adoption
    if row is None or report.history is None:
        return
    yield from ["", f"### Your adoption: {code(report.project)}", ""]
    if report.history.first is None:
        yield f"Not known: {sentence(report.history.gap)}"
        return
    yield (
        f"{row.adopted + row.open:,} CVEs touched the Go it had: {row.adopted:,} taken, {row.open:,} open"
        f" ({row.floats:,} not known since a file names no single release, {row.unknown:,} since there is no history"
        " of it or no day of Go's fix)."
    )
    yield ""
    yield from (f"- {sentence(stage_words(summary))}" for summary in report.stages)
    waiting = [adoption for adoption in report.adoptions if adoption.state is AdoptionState.OPEN]
    yield from (f"- {code(item.cve)} {sentence(adoption_words(item))}" for item in waiting[:_OPEN])
    if len(waiting) > _OPEN:
        yield f"- … and {len(waiting) - _OPEN:,} more that are open"


def _cve(report: ResponseReport, *, explain: bool) -> Iterator[str]:
    for fix in report.fixes:
        released = str(fix.released.day) if fix.released is not None else f"not known: {sentence(fix.unknown_because)}"
        yield from [f"## {code(fix.cve)}", "", f"- Go's fix: {released}, in {code(', '.join(fix.fixed_in))}"]
        if explain and fix.released is not None:
            yield f"  - {code(place_words(fix.released))}"
    for found in report.channels:
        for case in found.cases:
            name = f"{found.id} {case.package}" if found.of_programs else found.id
            yield f"- {code(name)} {sentence(case_words(case, is_latency=found.is_latency))}"
            for when in (case.fixed, case.detected) if explain else ():
                if when is not None:
                    yield f"  - {code(place_words(when))}"
    for adoption in report.adoptions:
        yield f"- your project: {sentence(adoption_words(adoption))}"
        for change in (*adoption.used, adoption.taken) if explain else ():
            if change is not None:
                yield f"  - {code(change_words(change))}"
    yield from _ways(report)
    if not report.fixes:
        yield f"{code(report.asked.cve)}: {sentence(empty_words(report))}"
    yield from ["", f"{sentence(known_words(report))}."]


def _ways(report: ResponseReport) -> Iterator[str]:
    for line in report.lines:
        if not line.missing:
            parts = ", ".join(f"{s.name.value} {s.days:,} d{' (open)' if s.is_open else ''}" for s in line.stages)
            slowest = f"; slowest: {line.slowest.value}" if line.slowest is not None else ""
            yield f"- {sentence(f'by {line.channel}' if line.channel else 'straight from Go')}: {parts}{slowest}"
