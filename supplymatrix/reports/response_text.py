"""Response times for people, within 80 columns: the two clocks, pairs, the project, and one CVE down to its places."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from supplymatrix.model.advisory import FeedDate
from supplymatrix.reports.plain import plain
from supplymatrix.reports.response_words import (
    CLOCKS,
    adoption_words,
    case_words,
    change_words,
    clock_cells,
    counts_words,
    empty_words,
    known_words,
    median_words,
    pairs_heading,
    place_words,
    quantile_words,
    row_notes,
    source_words,
    stage_words,
    thin_words,
    title,
)
from supplymatrix.reports.snippet import shorten, wrap
from supplymatrix.reports.tally import counted
from supplymatrix.vendors.adoption import Adoption, AdoptionState
from supplymatrix.vendors.response import Case, Outcome
from supplymatrix.vendors.response_report import AdoptionRow, ResponseReport
from supplymatrix.vendors.stages import StageLine

__all__ = ["render"]

_BAR = 40  # cells of the axis of days
_SHOWN = 12
_NAME = 21
_WONT = "won't fix"


def render(report: ResponseReport, *, explain: bool = False, width: int = 80) -> str:
    """Return the report as text. explain: the CVEs behind the numbers, and of one CVE the place of every date."""
    lines = _cve(report, explain=explain, width=width) if report.asked.cve else _table(report, explain, width)
    return "\n".join(line.rstrip() for line in lines) + "\n"


def _table(report: ResponseReport, explain: bool, width: int) -> Iterator[str]:  # noqa: FBT001 - of this file alone
    yield plain(title(report))
    yield from _folded(source_words(report), width, "")
    if report.is_empty:
        yield from ["", *_folded(empty_words(report), width, ""), "", *_folded(known_words(report), width, "")]
        return
    for name, heading in CLOCKS.items():
        yield from _clock_table(report, name, heading)
    yield ""
    yield from _folded(thin_words(), width, "")
    yield from _notes(report, width)
    yield from _pairs(report, width)
    if report.adoption is not None:
        yield from _project(report, report.adoption, width)
    if explain:
        yield from _behind(report, width)
    yield ""
    yield from _folded(known_words(report), width, "")
    if not explain:
        yield from _folded(
            "Which CVEs stand behind the numbers: --explain; one of them down to its dates: --cve ID --explain",
            width,
            "",
        )


def _clock_table(report: ResponseReport, name: str, heading: str) -> Iterator[str]:
    rows = [(row, next(clock for clock in row.clocks if clock.name == name)) for row in report.rows if row.is_latency]
    rows = [(row, clock) for row, clock in rows if clock.fixes + clock.cut]
    if not rows:
        return
    is_first = name == rows[0][0].disclosure.name
    states = f"{'open':>6}{'>30 d':>6}{_WONT:>10}" if is_first else f"{'unfixed':>9}"
    yield from ["", heading, f"{'':{_NAME}}{'fixed':>6}{'P50':>9}{'P90':>9}{'P99':>9}{states}"]
    for row, clock in rows:
        cells = "".join(f"{words:>9}" for words in clock_cells(clock))
        states = f"{row.open:>6,}{row.open_long:>6,}{row.wont_fix:>10,}" if is_first else f"{clock.cut:>9,}"
        yield f"{shorten(row.id, _NAME - 1):{_NAME}}{clock.fixes:>6,}{cells}{states}"


def _notes(report: ResponseReport, width: int) -> Iterator[str]:
    yield from ["", "Channels"]
    for row in report.rows:
        yield from _folded(f"{row.id} ({row.channel.name}): {counts_words(row)}", width, "  ")
        for note in row_notes(row):
            yield from _folded(note, width, "    ")


def _pairs(report: ResponseReport, width: int) -> Iterator[str]:
    """Yield the pairs as a table, with names in full below 18 cells."""
    if not report.pairs:
        return
    yield ""
    yield from _folded(pairs_heading(report), width, "")
    yield f"{'first':15}{'second':15}{'CVEs':>6}{'first':>7}{'second':>8}{'same':>6}{'?':>5}{'median':>9}{'of':>5}"
    for pair in report.pairs:
        counts = f"{pair.n:>6,}{pair.first_faster:>7,}{pair.second_faster:>8,}{pair.ties:>6,}{pair.undecided:>5,}"
        few = "few" if pair.rests_on_few else ""
        names = f"{shorten(pair.first, 14):15}{shorten(pair.second, 14):15}"
        yield f"{names}{counts}{median_words(pair):>9}{pair.both:>5,} {few}".rstrip()


def _project(report: ResponseReport, row: AdoptionRow, width: int) -> Iterator[str]:
    yield ""
    yield from _folded(f"Your adoption · {report.project}", width, "")
    if report.history is not None and report.history.first is None:
        yield from _folded(f"not known: {report.history.gap}", width, "  ")
        return
    asked = row.adopted + row.open + row.not_touched + row.floats + row.unknown
    touched = row.adopted + row.open
    parts = [f"{touched:,} of {counted(asked, 'CVE')} touched the Go it had: {row.adopted:,} taken, {row.open:,} open"]
    parts += [f"{row.floats:,} not known since a file names no single release"] if row.floats else []
    parts += [f"{row.unknown:,} not known: no history of it, or no day of Go's fix"] if row.unknown else []
    yield from _folded("; ".join(parts), width, "  ")
    if touched:
        shown = ", ".join(f"P{q.percent} {quantile_words(q)}" for q in row.quantiles)
        yield from _folded(f"days from the Go release to your own move: {shown}", width, "  ")
    if row.open_days is not None:
        yield from _folded(
            f"doing nothing has cost {counted(row.open_days, 'day')} so far, for the oldest one", width, "  "
        )
    for summary in report.stages:
        yield from _folded(stage_words(summary), width, "  ")
    waiting = [adoption for adoption in report.adoptions if adoption.state is AdoptionState.OPEN]
    for adoption in waiting[:_SHOWN]:
        yield from _folded(f"{adoption.cve}: {adoption_words(adoption)}", width, "  ")
    if len(waiting) > _SHOWN:
        yield f"  … and {len(waiting) - _SHOWN:,} more that are open"


def _behind(report: ResponseReport, width: int) -> Iterator[str]:
    """Yield the CVEs behind the numbers of the table."""
    yield ""
    yield "Behind the numbers"
    for row, found in zip(report.rows, report.channels, strict=True):
        for clock in row.clocks:
            at = ", ".join(f"P{percent} {cve}" for percent, cve in clock.at.items())
            if at:
                yield from _folded(f"{row.id}, {clock.name}: {at}", width, "  ")
        for outcome, word in ((Outcome.OPEN, "open"), (Outcome.WONT_FIX, "won't fix")):
            yield from _listing(row.id, word, [case for case in found.cases if case.outcome is outcome], width)
        yield from _listing(row.id, "not counted", [case for case in found.cases if case.because is not None], width)


def _listing(name: str, word: str, cases: Sequence[Case], width: int) -> Iterator[str]:
    if cases:
        cves = sorted({case.cve for case in cases})
        yield from _folded(f"{name}, {word}: {', '.join(cves)}", width, "  ")


def _cve(report: ResponseReport, *, explain: bool, width: int) -> Iterator[str]:
    """Yield one CVE: Go's fix, each channel's, the project's, and the way of each on one axis."""
    for fix in report.fixes:
        packages = ", ".join(fix.packages[:6])
        yield plain(f"{fix.cve} · {fix.go_id}{' · ' if packages else ''}{packages}")
        yield from _folded(f"fixed in Go {', '.join(fix.fixed_in) or 'none'}", width, "  ")
        if fix.released is None:
            yield from _folded(f"day of Go's fix not known: {fix.unknown_because}", width, "  ")
        else:
            yield from _folded(f"Go's fix {fix.released.day}", width, "  ")
            yield from _places([("Go's fix", fix.released)] if explain else [], width)
    if not report.fixes:
        yield from _folded(f"{report.asked.cve}: {empty_words(report)}", width, "")
    for found in report.channels:
        cases = found.cases if explain else found.cases[:_SHOWN]
        for case in cases:
            yield ""
            name = f"{found.id} {case.package}" if found.of_programs else found.id
            yield from _folded(f"{name}: {case_words(case, is_latency=found.is_latency)}", width, "")
            places = [("fix", case.fixed), ("detection", case.detected)] if explain else []
            yield from _places(places, width)
        if len(found.cases) > len(cases):
            yield f"… and {len(found.cases) - len(cases):,} more programs (--explain)"
    for adoption in report.adoptions:
        yield from _adoption(adoption, explain=explain, width=width)
    yield from _axis(report.lines, width)
    yield ""
    yield from _folded(known_words(report), width, "")
    if not explain:
        yield from _folded("Where each date stands: --explain", width, "")


def _places(places: Sequence[tuple[str, FeedDate | None]], width: int) -> Iterator[str]:
    for name, when in places:
        if when is not None:
            yield from _folded(f"{name}: {place_words(when)}", width, "    ")


def _adoption(adoption: Adoption, *, explain: bool, width: int) -> Iterator[str]:
    yield ""
    yield from _folded(f"your project: {adoption_words(adoption)}", width, "")
    if explain:
        for change in adoption.used:
            yield from _folded(f"had: {change_words(change)}", width, "    ")
        if adoption.taken is not None:
            yield from _folded(f"took: {change_words(adoption.taken)}", width, "    ")


def _axis(lines: Sequence[StageLine], width: int) -> Iterator[str]:
    """Yield the ways as bars on one axis that begins with the day of Go's fix."""
    whole = [line for line in lines if not line.missing]
    most = max((stage.end for line in whole for stage in line.stages), default=0)
    if not most:
        return
    yield ""
    yield f"Days from Go's fix, one axis: 0 to {most:,}"
    for line in whole:
        way = f"by {line.channel}" if line.channel else "straight from Go"
        slowest = f"; slowest: {line.slowest.value}" if line.slowest is not None else ""
        yield from _folded(f"{way}{slowest}", width, "  ")
        for stage in line.stages:
            start, end = (-(-day * _BAR // most) for day in (stage.start, stage.end))
            bar = " " * start + "█" * (end - start) + ("…" if stage.is_open else "")
            yield f"    {stage.name.value:14}{stage.days:>6,} d  {bar or '·'}"


def _folded(text: str, width: int, indent: str) -> Iterator[str]:
    """Yield a text in lines of the page's width, the following ones two cells further in."""
    first, *rest = wrap(text, width - len(indent) - 2)
    yield f"{indent}{first}"
    yield from (f"{indent}  {line}" for line in rest)
