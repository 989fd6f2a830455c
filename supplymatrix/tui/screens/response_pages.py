"""The pages of the Response screen as lines: one CVE over all channels, one channel, channels in pairs.

The sentences are those of the command, `response --cve ID --explain` among them.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from textual.content import Content

from supplymatrix.model.advisory import FeedDate, GoFix
from supplymatrix.model.value import value
from supplymatrix.reports.plain import plain
from supplymatrix.reports.response_words import (
    adoption_words,
    case_words,
    change_words,
    counts_words,
    median_words,
    pair_words,
    pairs_heading,
    place_words,
    quantile_words,
    row_notes,
    source_words,
    stage_words,
    thin_words,
)
from supplymatrix.reports.snippet import shorten
from supplymatrix.tui.copying import CopyOffer
from supplymatrix.tui.screens.response_facts import YOU
from supplymatrix.tui.widgets.details import heading
from supplymatrix.tui.widgets.strip import Scale, axis_text, point_text
from supplymatrix.vendors.adoption import AdoptionState
from supplymatrix.vendors.response import Case, ChannelCases, How, Outcome
from supplymatrix.vendors.response_report import ResponseReport
from supplymatrix.vendors.response_table import ChannelRow, Clock

__all__ = [
    "Moment", "channel_lines", "cve_lines", "moments_of", "pair_lines", "pairs_offer", "timeline_offer",
]  # fmt: skip

_NAME = 14  # cells of a name in the table of pairs
_CELLS = 24  # of the axis of a timeline
_MOST = 200
_SIGNS = {
    Outcome.FIXED: ("●", "fixed"),
    Outcome.OPEN: ("○", "open"),
    Outcome.WONT_FIX: ("○", "won't fix"),
    Outcome.NOT_AFFECTED: ("–", "not affected"),  # noqa: RUF001 - the sign of "not applicable"
}
_UNKNOWN = ("?", "not known")


@value
class Moment:
    """One thing that somebody did about a CVE. day: None = it has no date. days: from Go's fix to it, None = not known.

    is_bound: the latest possible day. places: what a date is of, and where it stands: feed, file, field.
    """

    who: str
    sign: str
    word: str
    words: str
    day: date | None = None
    days: int | None = None
    is_bound: bool = False
    places: tuple[tuple[str, str], ...] = ()

    @property
    def is_unknown(self) -> bool:
        """Whether nobody knows what became of it."""
        return self.sign == _UNKNOWN[0]


def moments_of(report: ResponseReport, cve: str, most: int | None = None) -> tuple[Moment, ...]:
    """Return what became of a CVE, by day, what has no date last. Go's fix is the first. most: of what vendors did."""
    fix = next((fix for fix in report.fixes if fix.cve == cve), None)
    cases = [(row, case) for row in report.channels for case in row.cases if case.cve == cve]
    cases.sort(key=lambda found: _day_of(found[1]) or date.max)
    found = [*(_moment(row, case) for row, case in cases[:most]), *_own_moments(report, cve)]
    found.sort(key=lambda item: item.day or date.max)
    return (*([_go_moment(fix)] if fix is not None else []), *found)


def cve_lines(report: ResponseReport, cve: str, most: int = _MOST) -> tuple[Content, ...]:
    """Return the page of a CVE. most: of what vendors did is listed; thousands of programs may have the same CVE."""
    return tuple(_cve_lines(report, cve, most))


def channel_lines(report: ResponseReport, row_id: str) -> tuple[Content, ...]:
    """Return the page of a row of the strips."""
    if row_id == YOU:
        return tuple(_own_lines(report))
    row = next((row for row in report.rows if row.id == row_id), None)
    return tuple(_channel_lines(report, row)) if row is not None else ()


def pair_lines(report: ResponseReport) -> tuple[Content, ...]:
    """Return the page of all pairs, as the command's table has them."""
    return tuple(_pair_lines(report))


def pairs_offer(report: ResponseReport) -> CopyOffer:
    """Return the pairs as rows."""
    head = ("first", "second", "cves", "first_earlier", "second_earlier", "same_day", "undecided", "median_difference",
            "both_fixed", "few")  # fmt: skip
    rows = tuple(
        (pair.first, pair.second, str(pair.n), str(pair.first_faster), str(pair.second_faster), str(pair.ties),
         str(pair.undecided), median_words(pair), str(pair.both), "yes" if pair.rests_on_few else "no")
        for pair in report.pairs
    )  # fmt: skip
    return CopyOffer(what=f"{len(rows):,} pairs", head=head, rows=rows)


def timeline_offer(report: ResponseReport, cve: str) -> CopyOffer:
    """Return the timeline of a CVE as rows."""
    head = ("cve", "day", "days", "who", "state", "words", "place")
    rows = tuple(
        (cve, str(item.day or ""), "" if item.days is None else str(item.days), item.who, item.word, item.words,
         "; ".join(f"{name}: {place}" for name, place in item.places))
        for item in moments_of(report, cve)
    )  # fmt: skip
    return CopyOffer(what=f"the timeline of {cve}", head=head, rows=rows)


def _go_moment(fix: GoFix) -> Moment:
    if fix.released is None:
        words = f"day of Go's fix not known: {fix.unknown_because}"
        return Moment(who="Go", sign="?", word="not known", words=words)
    return Moment(
        who="Go",
        sign="●",
        word="disclosed and fixed",
        words=f"Go's own fix, in Go {', '.join(fix.fixed_in) or 'none'}: every clock begins here",
        day=fix.released.day,
        days=0,
        places=(("Go's fix", place_words(fix.released)),),
    )


def _moment(row: ChannelCases, case: Case) -> Moment:
    is_fixed = case.fixed is not None
    sign, word = _SIGNS.get(case.outcome, ("●", "fixed, not counted") if is_fixed else _UNKNOWN)
    named: tuple[tuple[str, FeedDate | None], ...] = (("fix", case.fixed), ("detection", case.detected))
    return Moment(
        who=f"{row.id} {case.package}".rstrip() if row.of_programs else row.id,
        sign=sign,
        word=word,
        words=case_words(case, is_latency=row.is_latency),
        day=_day_of(case),
        days=case.days if row.is_latency else None,
        is_bound=case.how is How.REBASED and case.days is not None and case.days > 0,
        places=tuple((name, place_words(when)) for name, when in named if when is not None),
    )


def _day_of(case: Case) -> date | None:
    """Return the day of a fix, or up to which it has waited; None where there is no such day."""
    if case.fixed is not None:
        return case.fixed.day
    return case.until if case.days is not None else None


def _own_moments(report: ResponseReport, cve: str) -> Iterator[Moment]:
    signs = {AdoptionState.ADOPTED: ("●", "taken"), AdoptionState.OPEN: ("○", "open"),
             AdoptionState.NOT_TOUCHED: ("–", "not touched")}  # fmt: skip  # noqa: RUF001
    for adoption in report.adoptions:
        if adoption.cve != cve:
            continue
        sign, word = signs.get(adoption.state, _UNKNOWN)
        places = [("had", change_words(change)) for change in adoption.used]
        places += [("took", change_words(adoption.taken))] if adoption.taken is not None else []
        taken = adoption.taken.day if adoption.taken is not None else None
        yield Moment(
            who=YOU, sign=sign, word=word, words=adoption_words(adoption), places=tuple(places),
            day=taken or (adoption.until if adoption.state is AdoptionState.OPEN else None), days=adoption.days,
        )  # fmt: skip


def _cve_lines(report: ResponseReport, cve: str, most: int) -> Iterator[Content]:
    fix = next((fix for fix in report.fixes if fix.cve == cve), None)
    if fix is None:
        yield heading(f"{cve} is not among the CVEs of these days")
        return
    moments = moments_of(report, cve, most)
    yield heading(" · ".join(filter(None, (fix.cve, fix.go_id, ", ".join(fix.packages[:6])))))
    yield Content(plain(f"fixed in Go {', '.join(fix.fixed_in) or 'none'}; {source_words(report)}"))
    scale = Scale(longest=max((item.days or 0 for item in moments), default=1), cells=_CELLS)
    yield Content("")
    yield Content.styled(f"{'day':10}  {'days':>6}  {axis_text(scale)}", "bold")
    for item in moments:
        yield _moment_line(item, scale)
        yield Content(f"    {plain(item.words)}")
        for name, place in item.places:
            yield Content.assemble((f"    {name}  ", "dim"), plain(place))
    left = sum(case.cve == cve for row in report.channels for case in row.cases) - most
    if left > 0:
        yield Content(f"… and {left:,} more: supplymatrix response --cve {plain(cve)} --explain")


def _moment_line(item: Moment, scale: Scale) -> Content:
    days = "?" if item.days is None else f"{'≤' if item.is_bound else ''}{item.days:,}"
    has_point = item.days is not None and item.day is not None
    point = point_text(scale, item.days or 0, item.sign) if has_point else " " * scale.cells
    sign = "" if has_point else f"{item.sign} "
    return Content.assemble(
        f"{item.day or 'no date'!s:10}  {days:>6}  ", (point, "$primary"), "  ", (f"{sign}{plain(item.who)}", "bold"),
        f"  {item.word}",
    )  # fmt: skip


def _channel_lines(report: ResponseReport, row: ChannelRow) -> Iterator[Content]:
    of_vendor = f", a channel of {row.channel.vendor}" if row.channel.vendor else ""
    yield heading(f"{row.id}: {row.channel.name}{of_vendor}")
    yield Content(plain(counts_words(row)))
    for note in row_notes(row):
        yield Content(plain(note))
    if row.is_latency:
        for clock in row.clocks:
            if clock.fixes + clock.cut:
                yield Content("")
                yield from _clock_lines(clock)
        yield Content("")
        yield Content.styled(plain(thin_words()), "dim")
    pairs = [pair for pair in report.pairs if row.channel.id in (pair.first, pair.second) and not row.of_programs]
    if pairs:
        yield Content("")
        yield heading("in pairs, on the CVEs that both have")
        for pair in pairs:
            yield Content(plain(pair_words(pair)))


def _clock_lines(clock: Clock) -> Iterator[Content]:
    yield heading(f"{clock.name}: {clock.fixes:,} fixed, {clock.cut:,} not fixed")
    for quantile in clock.quantiles:
        cve = clock.at.get(quantile.percent)
        at = f"  at {plain(cve)}" if cve else ""
        yield Content(f"P{quantile.percent}  {quantile_words(quantile, is_bound=clock.by_version > 0)}{at}")


def _own_lines(report: ResponseReport) -> Iterator[Content]:
    row = report.adoption
    yield heading(f"{YOU}: {report.project}")
    if row is None or report.history is None or report.history.first is None:
        yield Content(plain(f"not known: {report.history.gap}" if report.history is not None else "not looked at"))
        return
    touched = f"{row.adopted + row.open:,} CVEs touched the Go it had: {row.adopted:,} taken, {row.open:,} open"
    unknown = f"{row.floats:,} not known since a file names no single release, {row.unknown:,} for another reason"
    yield Content(f"{touched}; {unknown}")
    if row.open_days is not None:
        yield Content(f"doing nothing has cost {row.open_days:,} days so far, for the oldest one")
    for summary in report.stages:
        yield Content(plain(stage_words(summary)))
    for adoption in report.adoptions:
        if adoption.state is AdoptionState.OPEN:
            yield Content(plain(f"{adoption.cve}: {adoption_words(adoption)}"))


def _pair_lines(report: ResponseReport) -> Iterator[Content]:
    what, _, how = pairs_heading(report).partition(": ")
    yield heading(what)
    yield Content(plain(how))
    yield Content("")
    if not report.pairs:
        yield Content("no two channels here have a CVE in common whose days are known")
        return
    titles = f"{'CVEs':>6}{'first':>7}{'second':>8}{'same':>6}{'?':>5}{'median':>9}{'of':>5}"
    yield Content.styled(f"{'first':{_NAME}}{'second':{_NAME}}{titles}", "bold")
    for pair in report.pairs:
        counts = f"{pair.n:>6,}{pair.first_faster:>7,}{pair.second_faster:>8,}{pair.ties:>6,}{pair.undecided:>5,}"
        names = f"{shorten(plain(pair.first), _NAME - 1):{_NAME}}{shorten(plain(pair.second), _NAME - 1):{_NAME}}"
        few = "few" if pair.rests_on_few else ""
        yield Content(f"{names}{counts}{median_words(pair):>9}{pair.both:>5,} {few}".rstrip())
    yield Content("")
    yield Content("few = on fewer CVEs than give an order; ? = nobody can say, one of the two is still open")
