"""Words that the text, Markdown and JSON forms of a comparison share."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping

from supplymatrix.model.fact import Gap
from supplymatrix.vendors.comparison import Comparison, ProjectCoverage, TotalRow
from supplymatrix.vendors.coverage import CoverageRow, GoCoverage, Support, SupportState
from supplymatrix.vendors.cve_answers import CveState
from supplymatrix.vendors.matrix import TODAY

__all__ = [
    "COLUMNS",
    "binary_lines",
    "cell",
    "counted",
    "feed_line",
    "gap_line",
    "go_line",
    "legend",
    "partly_notes",
    "support_words",
    "title_of",
    "total_cell",
    "touching_line",
]

COLUMNS: tuple[tuple[CveState, str], ...] = (
    (CveState.FIXED, "fixed"),
    (CveState.OPEN, "open"),
    (CveState.WONT_FIX, "won't fix"),
    (CveState.SILENT, "silent"),
    (CveState.LATER, "later"),
)
"""What is not affected stands in no column; it is told in a note."""


_UNTOLD = (CveState.SILENT, CveState.LATER)
_FEEDS_OF_GO = ("go-releases", "go-vulndb")


def support_words(support: Support) -> str:
    """Return a support in few words: "until 2031-04-01", "rolling, had 1.26", "?"."""
    if support.state is SupportState.UNTIL:
        return f"until {support.until}"
    if support.state is SupportState.ENDED:
        return f"ended {support.until}"
    if support.state is SupportState.NO_END:
        return "yes, end not known"
    if support.state is SupportState.ROLLING:
        carried = f", had {support.carries[-1]}" if support.carries else ""
        return f"rolling{carried}" if support.until is None or carried else f"rolling to {support.until}"
    return "ships no Go" if support.state is SupportState.NO_GO else "?"


def cell(row: CoverageRow, state: CveState) -> str:
    """Return a number of a row: as `counted` has it, "-" of a vendor without Go."""
    if row.no_feed and row.support.state is SupportState.NO_GO:
        return "-"
    return counted(None if row.no_feed else Counter(answer.state for answer in row.answers), state)


def counted(counts: Mapping[CveState, int] | None, state: CveState) -> str:
    """Return one of the counts, "?" where nobody knows it. A feed that speaks of none of them says nothing of what is
    fixed or open: no zero."""
    if counts is None:
        return "?"
    untold = sum(counts[name] for name in _UNTOLD)
    is_silent_on_all = untold > 0 and untold == sum(counts.values())
    return "?" if is_silent_on_all and state not in _UNTOLD else str(counts[state])


def total_cell(row: TotalRow, state: CveState) -> str:
    """Return a number of the totals: as `counted` has it, "-" of a vendor without Go."""
    return "-" if row.ships_no_go else counted(row.counts, state)


def legend(coverage: GoCoverage) -> Iterator[str]:
    """Yield what the signs mean that the table has."""
    shown = {
        text
        for row in coverage.rows
        for text in (*(cell(row, state) for state, _ in COLUMNS), support_words(row.support))
    }
    if "?" in shown:
        yield "? = not known: no row of a profile, no feed of that vendor, or a silent one"
    if any(row.count(CveState.SILENT) for row in coverage.rows):
        yield "silent = its feed does not name the CVE"
    if any(row.count(CveState.FIXED) for row in coverage.rows):
        yield "fixed = by an advisory, or by a newer Go that the vendor ships in its place"
        yield "fixed, of the Go project = in a release of the same minor"
    if any(row.count(CveState.LATER) for row in coverage.rows):
        yield "later = Go's fix came after the last day of its feed, which cannot tell"


def binary_lines(project: ProjectCoverage) -> Iterator[str]:
    """Yield what each compiled program says of itself: "bin/svc: example.com/svc v1.2.0, ELF, 12 modules, by Go 1.25.5,
    X:strictfipsruntime"."""
    for binary in project.binaries:
        for info in binary.programs:
            what = f"{info.main.path} {info.main.version}" if info.main is not None else info.path or "no main module"
            noun = "module" if len(info.deps) == 1 else "modules"
            maker = f", {info.suffix}" if info.release and info.suffix else ""
            built = f"by Go {info.release}{maker}" if info.release else f"by {info.go_version or 'an unknown Go'}"
            kind = "searched" if info.is_searched else info.format
            yield f"{binary.path}: {what}, {kind}, {len(info.deps)} {noun}, {built}"


def go_line(coverage: GoCoverage) -> str:
    """Return which Go it is, and the place that says so."""
    use = coverage.go.uses[0]
    place = f"{use.location.artifact}:{use.location.line}" if use.location.line else use.location.artifact
    return f"Go {coverage.go.text}: {place} {use.words}"


def touching_line(coverage: GoCoverage) -> str:
    """Return how many CVEs touch the Go, and how sure that is."""
    if coverage.cves is None:
        return "which CVEs touch it is not known: no data on Go's CVEs was read"
    count, sure = len(coverage.cves), sum(cve.is_sure for cve in coverage.cves)
    noun = "CVE of Go's" if count == 1 else "CVEs of Go's"
    what = f"{count} {noun} standard library and toolchain"
    if coverage.go.is_exact:
        return f"{what} touch Go {coverage.go.version}"
    return f"at most {what}: the release is not pinned; {sure} touch every release of {coverage.go.minor}"


def partly_notes(coverage: GoCoverage) -> Iterator[str]:
    """Yield what the numbers do not tell: fixes in some streams only, CVEs that do not affect a vendor."""
    for row in coverage.rows:
        if len(row.paths) > 1:
            names = ", ".join(row.paths)
            yield f"{row.id}: Go comes by several paths, {names}; of each CVE, and of support, the worse answer counts"
        standing_in = [channel for channel in row.channels if channel.stand_in_for]
        if standing_in and row.id != TODAY:
            names = ", ".join(f"{channel.id} for {channel.stand_in_for}" for channel in standing_in)
            yield f"{row.id}: stand-ins were read, {names}"
        partly = [a for a in row.answers if a.state is CveState.FIXED and a.open_in]
        if partly:
            where = ", ".join(dict.fromkeys(name for a in partly for name in a.open_in))
            yield f"{row.id}: {len(partly)} of the fixed are not fixed in {where}"
        spared = row.count(CveState.NOT_AFFECTED)
        if spared:
            yield f"{row.id}: {spared} do not affect it"


def feed_line(report: Comparison) -> str:
    """Return up to which day each channel of the rows, and what Go itself has fixed, is known."""
    rows = (row for project in report.projects for coverage in project.gos for row in coverage.rows)
    found = {channel.id: channel.as_of for row in rows for channel in row.channels}
    known = {name: day for name, day in sorted(found.items()) if day is not None}
    known |= {feed: min(report.as_of[feed], report.day) for feed in _FEEDS_OF_GO if feed in report.as_of}
    dates = ", ".join(f"{name} {day}" for name, day in known.items())
    return f"feeds ({report.source}) known up to: {dates}" if dates else "no feeds were read"


def gap_line(gap: Gap) -> str:
    """Return what is not known, why, and what helps."""
    place = f"{gap.location}: " if gap.location is not None and gap.location.line else ""
    return f"{place}{gap.wanted}: {gap.reason}" + (f"; {gap.remedy}" if gap.remedy else "")


def title_of(project: ProjectCoverage) -> str:
    """Return a project's name and path."""
    return project.name if project.path in (".", project.name) else f"{project.name} ({project.path})"
