"""From cases to the table of response times, and channels in pairs.

Channels are set against each other only on the CVEs that both have: two medians over different CVEs say nothing about
who is faster, so nothing here puts channels into an order by them.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from fractions import Fraction
from itertools import combinations

from supplymatrix.model.advisory import Channel
from supplymatrix.model.value import value
from supplymatrix.vendors.response import Case, ChannelCases, How, ImportDay, NotCounted, Outcome
from supplymatrix.vendors.survival import Quantile, Span, quantiles

__all__ = [
    "DISCLOSURE", "FEW_CVES", "OPEN_DAYS", "ChannelRow", "Clock", "Negative", "Pair", "channel_pairs", "channel_row",
    "spans_of",
]  # fmt: skip

DISCLOSURE = "disclosure"
DETECTION = "detection"
NAMED = "named"
OPEN_DAYS = 30
"""What is open for longer is counted apart."""
FEW_CVES = 20
"""A pair on fewer CVEs is marked as resting on few."""


@value
class Clock:
    """One clock of a channel: DISCLOSURE and DETECTION are the two of rule 2; NAMED is the first with nothing but
    advisories that name the CVE, so that nothing is open in it.

    fixes, cut: spans that ended with a fix, and that have not. quantiles: P50, P90, P99. at: for each percent whose
    naive value is shown the CVE that stands there. longest: days of the slowest fix. by_version: of the fixes, those
    that a shipped version tells and no advisory: each on the latest possible day, so that the percentiles are bounds.
    """

    name: str
    fixes: int
    cut: int
    quantiles: tuple[Quantile, ...]
    at: Mapping[int, str]
    longest: int | None
    by_version: int = 0


@value
class Negative:
    """A fix that is dated before its beginning, counted as day 0. days: < 0."""

    cve: str
    clock: str
    days: int


@value
class ChannelRow:
    """One channel in numbers. id: as `ChannelCases.id`. of: CVEs (of programs: pairs of program and CVE) that were
    asked about. named, rebased: fixed, and how. open_long: of `open`, for more than OPEN_DAYS. not_counted: by reason.
    versions: of Go that were shipped, as far as its feeds tell. is_latency: its dates are dates of events; no clock is
    shown otherwise."""

    id: str
    channel: Channel
    of_programs: bool
    feeds: tuple[str, ...]
    as_of: date | None
    first: date | None
    last: date | None
    of: int
    named: int
    rebased: int
    open: int
    open_long: int
    wont_fix: int
    not_affected: int
    not_seen: int
    not_counted: Mapping[NotCounted, int]
    is_latency: bool
    disclosure: Clock
    detection: Clock
    by_name: Clock
    negatives: tuple[Negative, ...]
    import_days: tuple[ImportDay, ...]
    versions: int

    @property
    def clocks(self) -> tuple[Clock, ...]:
        """Return the clocks in the order in which they are shown."""
        return (self.disclosure, self.detection, self.by_name)


@value
class Pair:
    """Two channels on the CVEs that both have. n: of these; first_faster, second_faster, ties: who had the fix earlier,
    an open one being later than a fix before its last day; undecided: it cannot be said. both: CVEs that both have
    fixed; median: of the first's days minus the second's, over these; None when there are none."""

    first: str
    second: str
    n: int
    first_faster: int
    second_faster: int
    ties: int
    undecided: int
    both: int
    median: Fraction | None
    cves: tuple[str, ...]

    @property
    def rests_on_few(self) -> bool:
        """Return whether the pair rests on fewer CVEs than FEW_CVES."""
        return self.n < FEW_CVES


def channel_row(found: ChannelCases) -> ChannelRow:
    """Return a channel in numbers."""
    cases = found.cases
    outcomes = Counter(case.outcome for case in cases)
    hows = Counter(case.how for case in cases if case.outcome is Outcome.FIXED)
    is_latency = found.is_latency
    return ChannelRow(
        id=found.id,
        of_programs=found.of_programs,
        channel=found.channel,
        feeds=found.feeds,
        as_of=found.as_of,
        first=found.first,
        last=found.last,
        of=len(cases),
        named=hows[How.NAMED],
        rebased=hows[How.REBASED],
        open=outcomes[Outcome.OPEN],
        open_long=sum(_is_long_open(case) for case in cases),
        wont_fix=outcomes[Outcome.WONT_FIX],
        not_affected=outcomes[Outcome.NOT_AFFECTED],
        not_seen=outcomes[Outcome.NOT_SEEN],
        not_counted={why: count for why in NotCounted if (count := sum(case.because is why for case in cases))},
        is_latency=is_latency,
        disclosure=_clock(DISCLOSURE, cases if is_latency else (), _days),
        detection=_clock(DETECTION, cases if is_latency else (), _detected_days),
        by_name=_clock(NAMED, [case for case in cases if is_latency and case.outcome is Outcome.FIXED], _named_days),
        negatives=tuple(_negatives(cases)),
        import_days=found.import_days,
        versions=found.versions,
    )


def channel_pairs(channels: Sequence[ChannelCases]) -> tuple[Pair, ...]:
    """Return every two channels on the CVEs that both have; those whose dates are no dates of events are left out."""
    usable = [found for found in channels if found.is_way]
    pairs = (_pair(first, second) for first, second in combinations(usable, 2))
    return tuple(pair for pair in pairs if pair.n)


def spans_of(cases: Sequence[Case], days_of: Callable[[Case], int | None]) -> tuple[Span, ...]:
    """Return the spans of the cases that count; a negative one is day 0."""
    return tuple(
        Span(days=max(0, days), is_fixed=case.outcome is Outcome.FIXED)
        for case in cases
        if (days := days_of(case)) is not None
    )


def _clock(name: str, cases: Sequence[Case], days_of: Callable[[Case], int | None]) -> Clock:
    spans = spans_of(cases, days_of)
    found = quantiles(spans)
    fixes = sorted(
        (max(0, days), case.cve)
        for case in cases
        if case.outcome is Outcome.FIXED and (days := days_of(case)) is not None
    )
    at = {
        quantile.percent: next(cve for days, cve in fixes if days == quantile.naive)
        for quantile in found
        if quantile.naive is not None
    }
    longest = fixes[-1][0] if fixes else None
    return Clock(
        name=name,
        fixes=len(fixes),
        cut=len(spans) - len(fixes),
        quantiles=found,
        at=at,
        longest=longest,
        by_version=0 if name == NAMED else sum(_is_by_version(case) and days_of(case) is not None for case in cases),
    )


def _days(case: Case) -> int | None:
    return case.days


def _detected_days(case: Case) -> int | None:
    return case.detected_days


def _named_days(case: Case) -> int | None:
    return case.named_days


def _is_by_version(case: Case) -> bool:
    return case.outcome is Outcome.FIXED and case.how is How.REBASED


def _is_long_open(case: Case) -> bool:
    return case.outcome is Outcome.OPEN and case.days is not None and case.days > OPEN_DAYS


def _negatives(cases: Sequence[Case]) -> list[Negative]:
    found = []
    for case in cases:
        if case.outcome is Outcome.FIXED:
            for clock, days in ((DISCLOSURE, case.days), (DETECTION, case.detected_days)):
                if days is not None and days < 0:
                    found.append(Negative(cve=case.cve, clock=clock, days=days))
    return found


def _pair(first: ChannelCases, second: ChannelCases) -> Pair:
    theirs = {case.cve: case for case in second.cases if case.days is not None}
    both = [(case, theirs[case.cve]) for case in first.cases if case.days is not None and case.cve in theirs]
    faster = Counter(_faster(one, other) for one, other in both)
    gaps = sorted(
        _clamped(one) - _clamped(other)
        for one, other in both
        if one.outcome is Outcome.FIXED and other.outcome is Outcome.FIXED
    )
    return Pair(
        first=first.channel.id,
        second=second.channel.id,
        n=len(both),
        first_faster=faster[-1],
        second_faster=faster[1],
        ties=faster[0],
        undecided=faster[None],
        both=len(gaps),
        median=_median(gaps),
        cves=tuple(one.cve for one, _ in both),
    )


def _faster(one: Case, other: Case) -> int | None:
    """Return -1 when the first has the fix earlier, 1 when the second has, 0 for a tie, None when nobody can say."""
    mine, theirs = _clamped(one), _clamped(other)
    if one.outcome is Outcome.FIXED and other.outcome is Outcome.FIXED:
        return (mine > theirs) - (mine < theirs)
    if one.outcome is Outcome.FIXED and mine <= theirs:
        return -1
    if other.outcome is Outcome.FIXED and theirs <= mine:
        return 1
    return None


def _clamped(case: Case) -> int:
    return max(0, case.days or 0)


def _median(ordered: Sequence[int]) -> Fraction | None:
    """Return the middle of ordered values, half-way between two where their number is even."""
    if not ordered:
        return None
    middle = len(ordered) // 2
    if len(ordered) % 2:
        return Fraction(ordered[middle])
    return Fraction(ordered[middle - 1] + ordered[middle], 2)
