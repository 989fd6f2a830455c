"""How response times are said in words, the same in every format for people."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction

from supplymatrix.model.advisory import FeedDate
from supplymatrix.reports.tally import counted
from supplymatrix.vendors.adoption import Adoption, AdoptionState, GoChange
from supplymatrix.vendors.response import Case, How, NotCounted, Outcome
from supplymatrix.vendors.response_report import ResponseReport
from supplymatrix.vendors.response_table import OPEN_DAYS, ChannelRow, Clock, Pair
from supplymatrix.vendors.stages import StageSummary
from supplymatrix.vendors.survival import MIN_FIXES, Quantile

__all__ = [
    "CLOCKS", "NOT_COUNTED", "adoption_words", "case_words", "change_words", "clock_cells", "counts_words",
    "empty_words", "known_words", "left_out_words", "median_words", "pair_words", "pairs_heading", "place_words",
    "quantile_words", "row_notes", "source_words", "stage_words", "thin_words", "title",
]  # fmt: skip

CLOCKS = {
    "disclosure": "Days from the Go release with the fix to the channel's fix",
    "detection": "Days from the vendor's own detection to its fix",
    "named": "Days from the Go release to an advisory that names the CVE, all others left out",
}
NOT_COUNTED = {
    NotCounted.T0_UNKNOWN: "day of Go's fix not known",
    NotCounted.IMPORT_DAY: "dated by an import",
    NotCounted.BEFORE_FEED: "fixed on or before the feed's first day",
    NotCounted.NO_DATE: "fixed without a date",
    NotCounted.AFTER_AS_OF: "Go's fix is later than the feed",
    NotCounted.NO_AS_OF: "no feed was read",
}
_OUTCOMES = {
    Outcome.OPEN: "open",
    Outcome.WONT_FIX: "will not be fixed",
    Outcome.NOT_AFFECTED: "not affected",
    Outcome.NOT_SEEN: "not in the feed",
}
_SOURCES = {
    "shipped": "the table of dates that comes with the program, a part of each feed",
    "synced": "the feeds fetched to this machine",
    "folder": "the folder of feeds that was named",
}
_LISTED = 12
_FEEDS_OF_GO = ("go-releases", "go-vulndb")


def title(report: ResponseReport) -> str:
    """Return the first line: of how many CVEs, of which days."""
    days = [fix.released.day for fix in report.fixes if fix.released is not None]
    span = f", Go's fixes of {min(days)} to {max(days)}" if days else ""
    return f"Response times for {counted(len(report.fixes), 'CVE')} of Go{span}"


def empty_words(report: ResponseReport) -> str:
    """Return why there is nothing to tell; "" where there is something."""
    if not report.is_empty:
        return ""
    if not report.fixes and report.outside:
        since, until = report.asked.since, report.asked.day
        window = f"up to {until}" if since is None else f"from {since} to {until}"
        if since is not None and since > until:
            window = f"from {since} on"
        are = "lies" if report.outside == 1 else "lie"
        return f"no fix of Go falls into the days {window}; {counted(report.outside, 'CVE')} {are} outside of them"
    return "no feed of a channel was read" if report.fixes else "no feed with CVEs of Go was read"


def known_words(report: ResponseReport) -> str:
    """Return the day of the answer, and up to which day each channel, and what Go itself has fixed, is known."""
    known = {row.id: row.as_of for row in report.rows if row.as_of is not None}
    known |= {feed: min(report.as_of[feed], report.asked.day) for feed in _FEEDS_OF_GO if feed in report.as_of}
    days = ", ".join(f"{name} {day}" for name, day in known.items())
    return f"as of {report.asked.day}; {f'known up to: {days}' if days else 'no feed was read'}"


def source_words(report: ResponseReport) -> str:
    """Return where the dates are from, and the day after which none of them counts, where one was asked for."""
    past = f"as of {report.asked.as_of}, without what came later; " if report.asked.as_of is not None else ""
    return f"{past}dates from {_SOURCES.get(report.source, report.source or 'nowhere')}"


def clock_cells(clock: Clock) -> tuple[str, ...]:
    """Return the percentiles of a clock; where fixes by version are among them, as "≤44/119"."""
    return tuple(quantile_words(quantile, is_bound=clock.by_version > 0) for quantile in clock.quantiles)


def quantile_words(quantile: Quantile, *, is_bound: bool = False) -> str:
    """Return a percentile as "44/119": by nearest rank, and with the open ones. is_bound: "≤44/119", it rests on days
    that are the latest possible."""
    if quantile.is_too_thin:
        return "too few" if quantile.n else "-"
    if quantile.naive is None:
        return "-"
    return f"{'≤' if is_bound else ''}{quantile.naive}/{'open' if quantile.survival is None else quantile.survival}"


def thin_words() -> str:
    """Return what the cells mean."""
    return (
        f"28/31: 28 by nearest rank among the fixed, 31 with the open ones counted in (Kaplan-Meier); open: it lies"
        f" among those that are still open; ≤: at most these, since fixes that a shipped version tells count from the"
        f" latest possible day; too few: P99 needs {MIN_FIXES[99]} fixes and P90 {MIN_FIXES[90]}."
        f" No order follows from this table: the channels have different CVEs."
    )


def counts_words(row: ChannelRow) -> str:
    """Return what became of the CVEs of a row, and what is not counted."""
    what = "pair of program and CVE" if row.of_programs else "CVE"
    parts = [f"{row.named:,} fixed by name"]
    parts += [f"{row.rebased:,} by a newer Go"] if row.rebased else []
    of_them = f", {row.open_long:,} of them > {OPEN_DAYS} d" if row.open else ""
    parts += [f"{row.open:,} open{of_them}", f"{row.wont_fix:,} won't fix"]
    parts += [f"{row.not_affected:,} not affected"] if row.not_affected else []
    parts += [f"{row.not_seen:,} not in the feed"] if row.not_seen else []
    return f"{_plural(row.of, what)}: {', '.join(parts)}"


def _plural(number: int, what: str) -> str:
    return counted(number, what) if what == "CVE" or number == 1 else f"{number:,} pairs of program and CVE"


def left_out_words(row: ChannelRow) -> str:
    """Return what a row does not count, and why; "" when it counts all."""
    return ", ".join(f"{count:,} {NOT_COUNTED[why]}" for why, count in row.not_counted.items())


def row_notes(row: ChannelRow) -> Iterator[str]:
    """Yield what a reader of a row must know: what it stands in for, imports, negatives."""
    if row.channel.stand_in_for:
        yield f"stands in for {row.channel.stand_in_for}"
    if not row.is_latency:
        yield "its dates are days of import, or none: no response time follows from them"
    if row.first is not None:
        yield f"entries from {row.first} to {row.last}{f', known up to {row.as_of}' if row.as_of else ''}"
    if row.rebased:
        yield f"by a newer Go: the latest possible days, from the {counted(row.versions, 'version')} that the feed has"
    if left_out := left_out_words(row):
        yield f"not counted: {left_out}"
    for item in row.import_days:
        yield f"import: {item.entries:,} entries ({item.state.value}) share {item.day}; dates dropped"
    if row.negatives:
        shown = [f"{item.cve} {item.days} d ({item.clock})" for item in row.negatives[:_LISTED]]
        more = f" and {len(row.negatives) - _LISTED:,} more" if len(row.negatives) > _LISTED else ""
        yield f"dated before the beginning, counted as day 0: {', '.join(shown)}{more}"


def pairs_heading(report: ResponseReport) -> str:
    """Return what the pairs tell, and how sure that is."""
    is_bound = any(row.disclosure.by_version for row in report.rows)
    unsure = "; a day by version is the latest possible one, so that the order may be another" if is_bound else ""
    return (
        "In pairs, on the CVEs that both have: who was earlier, and the median of the first one's days minus the"
        f" second's over those that both have fixed{unsure}"
    )


def median_words(pair: Pair) -> str:
    """Return the median difference of a pair, in days; "-" where no CVE is fixed in both."""
    return "-" if pair.median is None else _signed(pair.median)


def pair_words(pair: Pair) -> str:
    """Return who was earlier on the CVEs that both have."""
    parts = [f"{pair.first} earlier {pair.first_faster:,}", f"{pair.second} earlier {pair.second_faster:,}"]
    parts += [f"same day {pair.ties:,}"]
    parts += [f"undecided {pair.undecided:,}"] if pair.undecided else []
    few = " (few)" if pair.rests_on_few else ""
    words = f"{pair.first} and {pair.second}, {counted(pair.n, 'CVE')} in both{few}: {', '.join(parts)}"
    if pair.median is None:
        return words
    return f"{words}; median difference {_signed(pair.median)} d over {pair.both:,} fixed in both"


def _signed(median: Fraction) -> str:
    shown = f"{float(median):+g}"
    return "0" if median == 0 else shown


def case_words(case: Case, *, is_latency: bool = True) -> str:
    """Return what a channel did about a CVE. is_latency: its dates are those of events."""
    if case.outcome is Outcome.FIXED or (case.outcome is Outcome.NOT_COUNTED and case.fixed is not None):
        day = case.fixed.day if case.fixed is not None else ""
        by = f"named by {case.advisory}" if case.how is How.NAMED and case.advisory else _HOW[case.how or How.NAMED]
        where = f" in {case.package} {case.version}".rstrip() if case.package else ""
        words = f"fixed {day}, {by}{where}"
        if case.because is not None:
            return f"{words}; not counted: {NOT_COUNTED[case.because]}"
        if not is_latency:
            return f"{words}; a day of import, from which no days are counted"
        return f"{words}; {'at most ' if _is_bound(case) else ''}{_days(case.days)}{_detected(case)}"
    if case.because is not None:
        return f"not counted: {NOT_COUNTED[case.because]}"
    words = _OUTCOMES[case.outcome]
    if case.days is not None:
        words += f" on {case.until}, {_days(case.days)}{_detected(case)}"
    return f"{words} ({case.note})" if case.note else words


_HOW = {How.NAMED: "named", How.REBASED: "known from the version of Go that was shipped"}


def _is_bound(case: Case) -> bool:
    return case.how is How.REBASED and case.days is not None and case.days > 0


def _days(days: int | None) -> str:
    if days is None:
        return "days not known"
    if days < 0:
        return f"{counted(-days, 'day')} before the Go release: counted as 0"
    return f"{counted(days, 'day')} after the Go release"


def _detected(case: Case) -> str:
    if case.detected is None or case.detected_days is None:
        return ""
    if case.detected_days < 0:
        return f", {-case.detected_days:,} before its detection on {case.detected.day}: counted as 0"
    return f", {case.detected_days:,} after its detection on {case.detected.day}"


def place_words(when: FeedDate) -> str:
    """Return where a date stands: feed, file, field."""
    return f"{when.day}  {when.feed}: {when.file} {when.field}"


def change_words(change: GoChange) -> str:
    """Return since when a file names a Go."""
    place = f"{change.file}:{change.line}" if change.line else change.file
    names = f"{change.kind.value} {change.go_version}" if change.go_version else "names no Go any more"
    return f"{place}, {names}, since {change.day} ({change.commit[:12]})"


def adoption_words(adoption: Adoption) -> str:
    """Return what became of a CVE in the project."""
    if adoption.state is AdoptionState.ADOPTED and adoption.taken is not None:
        return f"taken {adoption.taken.day}, {counted(adoption.days or 0, 'day')} after the Go release"
    if adoption.state is AdoptionState.OPEN:
        again = f"; {adoption.because}" if adoption.because else ""
        return f"open on {adoption.until}, {counted(adoption.days or 0, 'day')} after the Go release{again}"
    if adoption.state is AdoptionState.NOT_TOUCHED:
        return f"not touched{f': {adoption.because}' if adoption.because else ''}"
    return f"not known: {adoption.because}"


def stage_words(summary: StageSummary) -> str:
    """Return the stages of a way in words, the slowest named."""
    way = f"by {summary.channel}" if summary.channel else "straight from Go"
    if not summary.n:
        return f"{way}: no CVE of which all stages are known"
    parts = [
        f"{name.value} {median:,} d{f' ({summary.open[name]:,} open)' if summary.open[name] else ''}"
        for name, median in summary.medians.items()
    ]
    slowest = f"; slowest: {summary.slowest.value}" if summary.slowest is not None else ""
    left_out = f"; {summary.left_out:,} left out" if summary.left_out else ""
    return f"{way}, {counted(summary.n, 'CVE')}, medians: {', '.join(parts)}{slowest}{left_out}"
