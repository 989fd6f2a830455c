"""What each channel did about each CVE of Go, with the place of every date: from feeds to cases, by eight rules.

1. The clock starts on the day of the earliest Go release that holds the fix. Where that day is not known, nothing is
   measured.
2. There are two clocks: from that day to the channel's fix, and from the day on which the vendor noted the CVE.
3. Fixed is what an advisory names, or what a shipped Go holds; the second only where a channel moves on with Go's
   versions (`Channel.rebases`). Who patches under old version numbers is not judged by them.
4. What is open, or will not be fixed, has waited until the feed's newest date: it is kept as a span that is cut.
5. Percentiles need a number of fixes (`survival.py`).
6. A fix before its beginning counts as day 0, and is listed.
7. A day on which more than twenty entries share a date is an import: its dates are dropped, and counted. A version that
   came on such a day was there on an unknown day before: what it is the first to fix is not measured by a later one.
8. Each feed has an as-of date, the newest date in it.

A channel's fix is a fix of Go itself in it. Programs that it builds with Go are rebuilt after that, each at its own
pace: they are cases of their own, one for each program and CVE.

The table of dates that comes with the program holds a part of each feed's files. What it does not speak of after the
newest date of a channel is not taken for open there: the channel's as-of date is then that date. Of what Go fixed after
a channel's as-of date its silence says nothing: neither that it is open, nor that it never had it.

A version that a channel had on the very first day of which its feed tells may have been there before: a fix that is
known from such a version alone is not measured.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from enum import StrEnum

from supplymatrix.model.advisory import (
    Channel,
    DateTrust,
    FeedDate,
    FeedReading,
    FixEvent,
    FixState,
    GoFix,
    Shipment,
    is_go_toolchain,
)
from supplymatrix.model.value import value
from supplymatrix.vendors.go_fixes import holds_fix, is_touched

__all__ = [
    "IMPORT_ENTRIES",
    "Case",
    "ChannelCases",
    "How",
    "ImportDay",
    "NotCounted",
    "Outcome",
    "cases_of",
    "names_of",
]

IMPORT_ENTRIES = 20
"""A day with more entries than this is the day of an import."""


_STATES = tuple(FixState)


_NEVER_HAD = "no Go that it shipped in that time is touched"


class Outcome(StrEnum):
    """What became of one CVE in one channel. NOT_SEEN: the feed does not speak of it, and need not."""

    FIXED = "fixed"
    OPEN = "open"
    WONT_FIX = "wont_fix"
    NOT_AFFECTED = "not_affected"
    NOT_SEEN = "not_seen"
    NOT_COUNTED = "not_counted"


class How(StrEnum):
    """How it is known that a channel has a fix."""

    NAMED = "named"
    REBASED = "rebased"


class NotCounted(StrEnum):
    """Why a CVE that a feed speaks of gives no number."""

    T0_UNKNOWN = "t0_unknown"
    IMPORT_DAY = "import_day"
    BEFORE_FEED = "before_feed"
    NO_DATE = "no_date"
    AFTER_AS_OF = "after_as_of"
    NO_AS_OF = "no_as_of"


@value
class Case:
    """One CVE in one channel. disclosed: rule 1's day; detected: the vendor noted it; fixed: the channel's fix, with
    how, package, version and advisory; named: the first day on which an advisory named it as fixed, which may be later
    than `fixed`. until: the last day that is known of, where it is not fixed.

    days: from disclosed to fixed or until; detected_days: likewise from detected; named_days: from disclosed to named.
    All as they are, negative ones included; None where one end is missing, or the case is not counted. because: why
    nothing is counted (only of NOT_COUNTED). note: what a reader should know beside it.
    """

    cve: str
    go_id: str
    channel: str
    outcome: Outcome
    how: How | None = None
    disclosed: FeedDate | None = None
    detected: FeedDate | None = None
    fixed: FeedDate | None = None
    named: FeedDate | None = None
    until: date | None = None
    package: str = ""
    version: str = ""
    advisory: str = ""
    days: int | None = None
    detected_days: int | None = None
    named_days: int | None = None
    because: NotCounted | None = None
    note: str = ""


@value
class ImportDay:
    """A day that many entries share. state: what they say; entries: how many."""

    day: date
    state: FixState
    entries: int


@value
class ChannelCases:
    """All cases of a channel, by CVE. as_of: the newest date of its feeds, the earliest of them where it has several;
    None when nothing of it was read. first, last: the oldest and the newest date of the channel itself. feeds: their
    ids. versions: how many versions of Go were shipped, as far as the feeds tell. of_programs: the cases are those of
    programs built with Go, not of Go itself."""

    channel: Channel
    of_programs: bool
    cases: tuple[Case, ...]
    as_of: date | None
    first: date | None
    last: date | None
    feeds: tuple[str, ...]
    import_days: tuple[ImportDay, ...]
    versions: int = 0

    @property
    def is_latency(self) -> bool:
        """Return whether its dates are dates of events, so that days between them are response times."""
        return self.channel.trust in (DateTrust.EXACT, DateTrust.DAY)

    @property
    def is_way(self) -> bool:
        """Return whether a project can take Go itself from here, on days that are known."""
        return self.is_latency and not self.of_programs

    @property
    def id(self) -> str:
        """Return what it is called in tables."""
        name = self.channel.id
        return f"{name}/programs" if self.of_programs and not name.endswith("-programs") else name


def cases_of(
    reading: FeedReading, *, since: date | None = None, as_of: date | None = None, cves: Iterable[str] = ()
) -> tuple[ChannelCases, ...]:
    """Return what each channel did about each CVE of Go, channels by id.

    since: only CVEs whose clock starts on this day or later. as_of: as it was on this day, whatever came after. cves:
    only these (as `GoFix.cve` has them); all when empty.
    """
    wanted = frozenset(cves)
    known = (fix for fix in reading.go_fixes if fix.released is None or not _is_later(fix.released, as_of))
    fixes = sorted(known, key=lambda fix: (fix.cve, fix.go_id))
    unique = {fix.cve: fix for fix in reversed(fixes)}
    names = names_of(fixes)
    chosen = [
        fix
        for cve, fix in sorted(unique.items())
        if (not wanted or cve in wanted) and not (since and fix.released is not None and fix.released.day < since)
    ]
    found = []
    for channel in sorted(reading.channels, key=lambda item: item.id):
        go_itself = _Desk(channel, reading, names, as_of)
        programs = _Desk(channel, reading, names, as_of, of_programs=True)
        found += [desk.judge(chosen) for desk in (go_itself, programs) if desk.has_events]
        if not go_itself.has_events and not programs.has_events:
            found.append(go_itself.judge(chosen))
    return tuple(found)


def names_of(fixes: Iterable[GoFix]) -> dict[str, str]:
    """Return every name of these CVEs with the one under which each is kept; its own name never means another one."""
    known = sorted(fixes, key=lambda fix: (fix.cve, fix.go_id), reverse=True)
    names = {alias: fix.cve for fix in known for alias in (*fix.aliases, fix.go_id) if alias}
    return names | {fix.cve: fix.cve for fix in known}


class _Desk:
    """What one channel's feeds say, sorted for questions about single CVEs."""

    def __init__(
        self,
        channel: Channel,
        reading: FeedReading,
        names: Mapping[str, str],
        as_of: date | None,
        *,
        of_programs: bool = False,
    ) -> None:
        self._channel = channel
        self._of_programs = of_programs
        events = [
            event
            for event in reading.events
            if event.channel == channel.id
            and is_go_toolchain(event.package) is not of_programs
            and not (of_programs and event.cve not in names)
            and not _is_later(event.when, as_of)
        ]
        shipments = [
            item
            for item in reading.shipments
            if item.channel == channel.id and not of_programs and not _is_later(item.when, as_of)
        ]
        self.has_events = bool(events or shipments)
        self._shipments = sorted(shipments, key=lambda item: (item.when, item.package, item.version))
        self._events: dict[str, list[FixEvent]] = defaultdict(list)
        for event in events:
            if event.cve in names:
                self._events[names[event.cve]].append(event)
        dates = [*(e.when for e in events if e.when is not None), *(item.when for item in shipments)]
        self._feeds = tuple(sorted({when.feed for when in dates})) or tuple({channel.id} & set(reading.as_of))
        newest = [reading.as_of[feed] for feed in self._feeds if feed in reading.as_of]
        self._first = min((when.day for when in dates), default=None)
        self._last = max((when.day for when in dates), default=None)
        ends = [*newest, *([as_of] if as_of else [])]
        if not reading.partial.isdisjoint(self._feeds) and self._last is not None:
            ends.append(self._last)
        self._as_of = min(ends) if newest else None
        self._imports = _import_days(events)
        self._import_days = {(item.state, item.day) for item in self._imports}

    def judge(self, fixes: Sequence[GoFix]) -> ChannelCases:
        """Return the cases of these CVEs."""
        cases = [self._case(fix, self._events.get(fix.cve, [])) for fix in fixes if not self._of_programs]
        if self._of_programs:
            for fix in fixes:
                events = self._events.get(fix.cve, [])
                for package in sorted({event.package for event in events}):
                    cases += [self._case(fix, [event for event in events if event.package == package])]
        return ChannelCases(
            channel=self._channel,
            of_programs=self._of_programs,
            cases=tuple(cases),
            as_of=self._as_of,
            first=self._first,
            last=self._last,
            feeds=self._feeds,
            import_days=self._imports,
            versions=len({item.go_version for item in self._shipments if item.go_version}),
        )

    def _case(self, fix: GoFix, events: Sequence[FixEvent]) -> Case:
        named = _earliest(event for event in events if event.state is FixState.FIXED and event.when is not None)
        rebased = self._rebased(fix)
        is_named = named is not None and (rebased is None or _day(named) <= rebased.when.day)
        chosen = named if is_named else rebased
        common: dict[str, object] = {
            "cve": fix.cve,
            "go_id": fix.go_id,
            "channel": self._channel.id,
            "disclosed": fix.released,
        }
        if chosen is None:
            return self._unfixed(fix, events, common)
        if not is_named and rebased is not None and self._never_had(fix, rebased.when.day):
            return _make(common, Outcome.NOT_AFFECTED, note=_NEVER_HAD)
        common |= {
            "how": How.NAMED if is_named else How.REBASED,
            "fixed": chosen.when,
            "package": chosen.package,
            "version": chosen.version,
            "advisory": chosen.advisory if isinstance(chosen, FixEvent) else "",
            "detected": self._detected(events, chosen.package if is_named else ""),
            "named": named.when if named is not None and not self._is_import(named) else None,
        }
        because = self._why_not_counted(fix, chosen)
        if because is not None:
            return _make(common, Outcome.NOT_COUNTED, because=because)
        return _make(common, Outcome.FIXED)

    def _why_not_counted(self, fix: GoFix, chosen: FixEvent | Shipment) -> NotCounted | None:
        """Return why a fix gives no number, None when it gives one."""
        day = _day(chosen)
        if fix.released is None:
            return NotCounted.T0_UNKNOWN
        if self._is_import(chosen):
            return NotCounted.IMPORT_DAY
        is_shipment = isinstance(chosen, Shipment)
        return NotCounted.BEFORE_FEED if is_shipment and fix.released.day < day == self._first else None

    def _is_import(self, item: FixEvent | Shipment) -> bool:
        return (FixState.FIXED, _day(item)) in self._import_days

    def _unfixed(self, fix: GoFix, events: Sequence[FixEvent], common: dict[str, object]) -> Case:
        common |= {"until": self._as_of, "detected": self._detected(events, "")}
        outcome, note = self._state(events)
        is_later = self._as_of is not None and fix.released is not None and fix.released.day > self._as_of
        if outcome is Outcome.OPEN and not events and not is_later and self._never_had(fix, None):
            outcome, note = Outcome.NOT_AFFECTED, _NEVER_HAD
        event = next((event for event in events if event.state.value == outcome.value), next(iter(events), None))
        if event is not None:
            common |= {"package": event.package, "advisory": event.advisory}
        because = None
        if is_later and not events:
            because = NotCounted.AFTER_AS_OF
        elif outcome in (Outcome.NOT_SEEN, Outcome.NOT_AFFECTED):
            pass
        elif fix.released is None:
            because = NotCounted.T0_UNKNOWN
        elif any(event.state is FixState.FIXED for event in events):
            because = NotCounted.NO_DATE
        elif self._as_of is None:
            because = NotCounted.NO_AS_OF
        elif is_later:
            because = NotCounted.AFTER_AS_OF
        if because is not None:
            return _make(common, Outcome.NOT_COUNTED, because=because)
        return _make(common, outcome, note=note)

    def _state(self, events: Sequence[FixEvent]) -> tuple[Outcome, str]:
        """Return what the channel says of a CVE that it has no dated fix of, and how that is known."""
        last: dict[tuple[str, str], FixEvent] = {}
        for event in sorted(events, key=_in_order):
            last[event.package, event.stream] = event
        states = {event.state for event in last.values()}
        if states & {FixState.OPEN, FixState.DETECTED, FixState.FIXED}:
            return Outcome.OPEN, ""
        if FixState.WONT_FIX in states:
            return Outcome.WONT_FIX, ""
        if states:
            return Outcome.NOT_AFFECTED, ""
        if self._channel.rebases and self._shipments:
            newest = max(self._shipments, key=lambda item: item.when)
            return (
                Outcome.OPEN,
                f"no advisory names it, and no version up to {newest.version} has it",
            )
        return Outcome.NOT_SEEN, "the feed does not speak of it"

    def _rebased(self, fix: GoFix) -> Shipment | None:
        """Return the first shipped version that holds a fix, of a channel that moves on with Go; of an import day, too:
        the next one is no fix, but a version behind it."""
        if not self._channel.rebases:
            return None
        return next((item for item in self._shipments if item.go_version and holds_fix(item.go_version, fix)), None)

    def _never_had(self, fix: GoFix, until: date | None) -> bool:
        """Whether no Go that the channel had from the release of a fix up to a day, None = its last one, is touched.

        A CVE of 1.22.0 to 1.22.2 is neither open nor fixed late where 1.21 was shipped before, and 1.22.4 after it.
        """
        if fix.released is None or not fix.ranges:
            return False
        had: dict[str, str] = {}
        later: list[str] = []
        for item in self._shipments:
            if not item.go_version or (until is not None and item.when.day >= until):
                continue
            if item.when.day <= fix.released.day:
                had[item.package] = item.go_version
            else:
                later.append(item.go_version)
        return bool(had) and not any(is_touched(version, fix) for version in (*had.values(), *later))

    def _detected(self, events: Sequence[FixEvent], package: str) -> FeedDate | None:
        """Return when the vendor first noted a CVE; package: in this one, any when ""."""
        found = [
            event.when
            for event in events
            if event.state is FixState.DETECTED
            and event.when is not None
            and package in ("", event.package)
            and (event.state, event.when.day) not in self._import_days
        ]
        return min(found, default=None)


def _make(common: Mapping[str, object], outcome: Outcome, **more: object) -> Case:
    """Return a case with its days worked out."""
    case = Case(**{**common, **more, "outcome": outcome})  # type: ignore[arg-type]
    end = case.fixed.day if case.fixed is not None else case.until
    spans: dict[str, int | None] = {}
    if end is not None and outcome in (Outcome.FIXED, Outcome.OPEN, Outcome.WONT_FIX):
        for name, start in (("days", case.disclosed), ("detected_days", case.detected)):
            spans[name] = (end - start.day).days if start is not None else None
        if case.named is not None and case.disclosed is not None:
            spans["named_days"] = (case.named.day - case.disclosed.day).days
    return Case(**{**common, **more, "outcome": outcome, **spans})  # type: ignore[arg-type]


def _import_days(events: Sequence[FixEvent]) -> tuple[ImportDay, ...]:
    """Return the days of imports: on which more than twenty CVEs stand in more than twenty advisories of one kind.

    One advisory that names thirty CVEs is no import, and neither are thirty packages with a fix of one CVE.
    """
    advisories: dict[tuple[date, FixState], set[str]] = defaultdict(set)
    cves: dict[tuple[date, FixState], set[str]] = defaultdict(set)
    for event in events:
        if event.when is not None:
            key = (event.when.day, event.state)
            advisories[key].add(event.advisory or f"{event.package} {event.cve}")
            cves[key].add(event.cve)
    counts = {key: min(len(advisories[key]), len(cves[key])) for key in cves}
    return tuple(
        ImportDay(day=day, state=state, entries=count)
        for (day, state), count in sorted(counts.items())
        if count > IMPORT_ENTRIES
    )


def _earliest(events: Iterable[FixEvent]) -> FixEvent | None:
    return min(events, key=lambda event: (event.when, event.package, event.advisory), default=None)


def _in_order(event: FixEvent) -> tuple[date, int]:
    """Return the order of events of a package; what has no date comes first, and of one day the more settled state."""
    return event.when.day if event.when is not None else date.min, _STATES.index(event.state)


def _day(item: FixEvent | Shipment) -> date:
    return item.when.day if item.when is not None else date.max


def _is_later(when: FeedDate | None, as_of: date | None) -> bool:
    return as_of is not None and when is not None and when.day > as_of
