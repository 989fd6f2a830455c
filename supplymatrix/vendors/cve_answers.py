"""What each vendor's channels have done about the CVEs that touch a Go, for the minor in use.

- A channel has fixed a CVE when an advisory names it, or when it has shipped a Go that holds the fix and moves on with
  Go's versions. Packages of another minor (golang-1.18 of a project on 1.22) have no say.
- The Go project fixes the minors that it supports on that day: an older one gets no fix, and that is an answer.
- A feed that could have spoken of a CVE and does not is silent. Of one that Go fixed after the day up to which the
  channel is known it could not: that CVE is later than the feed. A vendor of whom no feed was read has no answers.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import date
from enum import StrEnum

from supplymatrix.buildfiles.scripts import go_of_package
from supplymatrix.gomod.goversion import go_version_key, language_version
from supplymatrix.model.advisory import (
    Channel,
    FeedDate,
    FeedReading,
    FixEvent,
    FixState,
    GoFix,
    Shipment,
    is_go_toolchain,
)
from supplymatrix.model.value import changed, value
from supplymatrix.vendors.go_fixes import holds_fix, is_touched
from supplymatrix.vendors.go_in_use import GoInUse
from supplymatrix.vendors.matrix import UPSTREAM
from supplymatrix.vendors.response import names_of

__all__ = ["CVE_STATES_BEST_FIRST", "CveAnswer", "CveState", "FeedDesk", "ReadChannel", "TouchingCve", "touching_cves"]

_GO_CHANNEL = "go"
_WAITING = frozenset({FixState.OPEN, FixState.DETECTED, FixState.WONT_FIX})


class CveState(StrEnum):
    """What a vendor has done about one CVE, for the minor in use. SILENT: its feeds do not tell; LATER: they end before
    Go's fix, and cannot tell."""

    FIXED = "fixed"
    OPEN = "open"
    WONT_FIX = "wont_fix"
    NOT_AFFECTED = "not_affected"
    SILENT = "silent"
    LATER = "later_than_feed"


CVE_STATES_BEST_FIRST = (
    CveState.FIXED, CveState.NOT_AFFECTED, CveState.OPEN, CveState.WONT_FIX, CveState.SILENT, CveState.LATER,
)  # fmt: skip


@value
class CveAnswer:
    """One vendor on one CVE. channel: which of its channels says so; when: the place of the date. version, advisory: of
    the fix. open_in: streams and channels of the same vendor that have it open all the same."""

    cve: str
    state: CveState
    channel: str = ""
    when: FeedDate | None = None
    version: str = ""
    advisory: str = ""
    note: str = ""
    open_in: tuple[str, ...] = ()


@value
class ReadChannel:
    """A channel of which something was read. as_of: the day up to which it is known, as `ChannelCases` has it.
    stand_in_for: as `Channel` has it."""

    id: str
    as_of: date | None
    stand_in_for: str


@value
class TouchingCve:
    """A CVE that touches a Go in use. is_sure: it does so whatever release of the minor it is."""

    fix: GoFix
    is_sure: bool


def touching_cves(reading: FeedReading, go: GoInUse, day: date) -> tuple[TouchingCve, ...] | None:
    """Return the CVEs that touch a Go, known by a day; None when no data on Go's CVEs was read."""
    if not reading.go_fixes:
        return None
    newest = f"{go.minor}.9999"  # no release of a minor has so high a number
    found: dict[str, TouchingCve] = {}
    for fix in sorted(reading.go_fixes, key=lambda fix: (fix.cve, fix.go_id)):
        if (fix.released is None or fix.released.day <= day) and is_touched(go.version, fix):
            found.setdefault(fix.cve, TouchingCve(fix=fix, is_sure=go.is_exact or is_touched(newest, fix)))
    return tuple(found.values())


class FeedDesk:
    """What the feeds say, sorted for questions about single CVEs; one for all projects of a run."""

    def __init__(self, reading: FeedReading, day: date) -> None:
        self.reading = reading
        self._names = names_of(reading.go_fixes)
        self._channels: dict[str, list[Channel]] = defaultdict(list)
        for channel in sorted(reading.channels, key=lambda item: item.id):
            self._channels[channel.vendor].append(channel)
        self.upstream = next((c.vendor for c in reading.channels if c.id == _GO_CHANNEL), "") or UPSTREAM
        self._events: dict[tuple[str, str], list[FixEvent]] = defaultdict(list)
        self._shipments: dict[str, list[Shipment]] = defaultdict(list)
        self._newest: dict[str, date] = {}
        feeds: dict[str, set[str]] = defaultdict(set)
        for event in reading.events:
            if is_go_toolchain(event.package) and (event.when is None or event.when.day <= day):
                cve = self._names.get(event.cve, event.cve)
                self._events[event.channel, cve].append(event)
                self._note(event.channel, event.when, feeds)
        for item in reading.shipments:
            if item.when.day <= day:
                self._shipments[item.channel].append(item)
                self._note(item.channel, item.when, feeds)
        for item_list in self._shipments.values():
            item_list.sort(key=lambda item: (item.when, item.package, item.version))
        for channel_id, names in feeds.items():
            known = [reading.as_of[name] for name in names if name in reading.as_of]
            is_part = not reading.partial.isdisjoint(names)
            if known:
                self._newest[channel_id] = min(day, *known, *([self._newest[channel_id]] if is_part else []))
        self._known = {event.channel for event in reading.events if is_go_toolchain(event.package)}
        self._known |= {item.channel for item in reading.shipments}
        self._day = day

    def channels_of(self, vendor: str) -> tuple[ReadChannel, ...]:
        """Return the channels of a vendor that were read."""
        return tuple(
            ReadChannel(id=channel.id, as_of=self._newest.get(channel.id), stand_in_for=channel.stand_in_for)
            for channel in self._channels[vendor]
            if channel.id in self._known
        )

    def answers(self, vendor: str, minor: str, cves: Sequence[TouchingCve] | None) -> tuple[tuple[CveAnswer, ...], str]:
        """Return a vendor's answer to each CVE, or () and why there is none."""
        if cves is None:
            return (), "no data on Go's CVEs was read"
        if vendor in (UPSTREAM, self.upstream):
            return tuple(_upstream(cve.fix, minor) for cve in cves), ""
        channels = [channel for channel in self._channels[vendor] if channel.id in self._known]
        if not channels:
            return (), "no feed of this vendor was read"
        return tuple(self._answer(channels, cve.fix, minor) for cve in cves), ""

    def _answer(self, channels: Sequence[Channel], fix: GoFix, minor: str) -> CveAnswer:
        found = [self._in_channel(channel, fix, minor) for channel in channels]
        best = min(found, key=lambda answer: CVE_STATES_BEST_FIRST.index(answer.state))
        others = [a.channel for a in found if a.state in (CveState.OPEN, CveState.WONT_FIX)]
        still = [where for answer in found for where in answer.open_in]
        if best.state in (CveState.FIXED, CveState.NOT_AFFECTED):
            still += others
        return changed(best, open_in=tuple(dict.fromkeys(still)))

    def _in_channel(self, channel: Channel, fix: GoFix, minor: str) -> CveAnswer:
        """Return what one channel has done about a CVE for a minor."""
        events = [event for event in self._events[channel.id, fix.cve] if _is_for(event.package, minor)]
        states = _states(events)
        fixed = [event for event in events if event.state is FixState.FIXED]
        still = tuple(
            sorted(f"{channel.id} {stream}".rstrip() for (_, stream), state in states.items() if state in _WAITING)
        )
        if fixed:
            event = min(
                fixed, key=lambda e: (e.when is None, e.when.day if e.when else date.max, e.package, e.advisory)
            )
            return CveAnswer(
                cve=fix.cve,
                state=CveState.FIXED,
                channel=channel.id,
                when=event.when,
                version=event.version,
                advisory=event.advisory,
                note=_stand_in(channel),
                open_in=still,
            )
        shipped = self._rebased(channel, fix, minor)
        if shipped is not None:
            return CveAnswer(
                cve=fix.cve,
                state=CveState.FIXED,
                channel=channel.id,
                when=shipped.when,
                version=shipped.version,
                note=f"by a newer Go, {shipped.go_version}; {_stand_in(channel)}".rstrip("; "),
            )
        return self._unfixed(channel, fix, minor, set(states.values()), events)

    def _unfixed(
        self, channel: Channel, fix: GoFix, minor: str, states: set[FixState], events: Sequence[FixEvent]
    ) -> CveAnswer:
        def answer(state: CveState, note: str = "") -> CveAnswer:
            when = max((event.when for event in events if event.when is not None), default=None)
            return CveAnswer(cve=fix.cve, state=state, channel=channel.id, when=when, note=note)

        if states & _WAITING - {FixState.WONT_FIX}:
            return answer(CveState.OPEN)
        if FixState.WONT_FIX in states:
            return answer(CveState.WONT_FIX)
        if states:
            return answer(CveState.NOT_AFFECTED)
        newest = self._newest.get(channel.id)
        if newest is None:
            return answer(CveState.SILENT, f"the feed has no date up to {self._day}")
        if fix.released is None:
            return answer(CveState.SILENT, "the day of Go's fix is not known")
        if fix.released.day > newest:
            return answer(CveState.LATER, f"Go's fix is of {fix.released.day}, the channel is known up to {newest}")
        shipped = [item for item in self._shipments[channel.id] if item.go_version and _is_for(item.package, minor)]
        if channel.rebases and shipped:
            return answer(CveState.OPEN, f"no version up to {shipped[-1].version} of {shipped[-1].when.day} holds it")
        return answer(CveState.SILENT, "the feed does not speak of it")

    def _rebased(self, channel: Channel, fix: GoFix, minor: str) -> Shipment | None:
        if not channel.rebases:
            return None
        items = (item for item in self._shipments[channel.id] if _is_for(item.package, minor))
        return next((item for item in items if item.go_version and holds_fix(item.go_version, fix)), None)

    def _note(self, channel: str, when: FeedDate | None, feeds: dict[str, set[str]]) -> None:
        """Note a date of a channel: its feed, and the newest one for a feed without an as-of date."""
        if when is not None:
            feeds[channel].add(when.feed)
            self._newest[channel] = max(self._newest.get(channel, date.min), when.day)


def _states(events: Iterable[FixEvent]) -> dict[tuple[str, str], FixState]:
    """Return the state of each package in each stream: fixed once is fixed, else what was said last."""
    states: dict[tuple[str, str], FixState] = {}
    for event in sorted(events, key=lambda e: (e.when is not None, e.when.day if e.when else date.min)):
        key = (event.package, event.stream)
        if states.get(key) is not FixState.FIXED:
            states[key] = event.state
    return states


def _is_for(package: str, minor: str) -> bool:
    """Return whether a package of Go may hold a minor: its own, or one whose name tells none."""
    own = language_version(f"go{go_of_package(package)}").removeprefix("go")
    return own in ("", minor)


def _stand_in(channel: Channel) -> str:
    return f"{channel.name} in the place of {channel.stand_in_for}" if channel.stand_in_for else ""


def _upstream(fix: GoFix, minor: str) -> CveAnswer:
    """Return what the Go project itself has done: a fix goes into the minors that it supports then, and no others."""
    own = [version for version in fix.fixed_in if language_version(f"go{version}").removeprefix("go") == minor]
    if own:
        version = min(own, key=go_version_key)
        return CveAnswer(cve=fix.cve, state=CveState.FIXED, channel=_GO_CHANNEL, when=fix.released, version=version)
    if fix.fixed_in:
        others = ", ".join(sorted(fix.fixed_in, key=go_version_key))
        note = f"fixed in {others}, not in {minor}"
        return CveAnswer(cve=fix.cve, state=CveState.WONT_FIX, channel=_GO_CHANNEL, when=fix.released, note=note)
    return CveAnswer(cve=fix.cve, state=CveState.OPEN, channel=_GO_CHANNEL)
