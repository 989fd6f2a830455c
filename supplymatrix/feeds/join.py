"""Many readings to one: everything once, in one order, with the dates that one file has for what another tells.

- A fix of Go gets the day of the earliest release that holds it.
- A fix without a day gets that of another event of the channel about the same CVE that names the same notice (Red Hat's
  VEX → RHSA), or the same package, stream and version (Ubuntu's CVE → USN).
- A fix that is named in a pre-release of Go is none yet: nobody builds on it. The CVE is open on that day.
- The as-of date of a feed is the newest date in all its files.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date

from supplymatrix.errors import Diagnostic
from supplymatrix.feeds.go_releases import release_dates
from supplymatrix.feeds.go_vulndb import date_fixes
from supplymatrix.feeds.packages import is_early
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
from supplymatrix.model.value import changed

__all__ = ["join_readings"]


def join_readings(readings: Iterable[FeedReading], releases: Mapping[str, FeedDate], *, source: str) -> FeedReading:
    """Return one reading of many. releases: days of Go releases, beside those that the readings have (which win)."""
    channels: dict[str, Channel] = {}
    fixes: dict[GoFix, None] = {}
    events: dict[FixEvent, None] = {}
    shipments: dict[Shipment, None] = {}
    as_of: dict[str, date] = {}
    faults: list[Diagnostic] = []
    partial: set[str] = set()
    for reading in readings:
        for channel in reading.channels:
            channels.setdefault(channel.id, channel)
        fixes |= dict.fromkeys(reading.go_fixes)
        events |= dict.fromkeys(map(_settled, reading.events))
        shipments |= dict.fromkeys(reading.shipments)
        for feed, day in reading.as_of.items():
            as_of[feed] = max(day, as_of.get(feed, day))
        faults += reading.faults
        partial |= reading.partial
    found = FeedReading(shipments=tuple(shipments))
    dated = date_fixes(fixes, {**releases, **release_dates(found)})
    for when in (fix.released for fix in dated):
        if when is not None:
            as_of["go-vulndb"] = max(when.day, as_of.get("go-vulndb", when.day))
    return FeedReading(
        channels=tuple(sorted(channels.values(), key=lambda item: item.id)),
        go_fixes=tuple(sorted(dated, key=lambda fix: (fix.cve, fix.go_id))),
        events=tuple(sorted(dict.fromkeys(_dated(events)), key=_event_order)),
        shipments=tuple(sorted(shipments, key=lambda item: (item.channel, item.when, item.package, item.version))),
        as_of=dict(sorted(as_of.items())),
        source=source,
        partial=frozenset(partial),
        faults=tuple(faults),
    )


def _settled(event: FixEvent) -> FixEvent:
    """Return an event; a fix of Go in a pre-release as open."""
    if event.state is FixState.FIXED and is_early(event.version) and is_go_toolchain(event.package):
        return changed(event, state=FixState.OPEN, version="")
    return event


def _dated(events: Iterable[FixEvent]) -> Iterable[FixEvent]:
    """Yield the events, those without a day with that of the notice that they rest on, where one is at hand."""
    kept = list(events)
    days: dict[tuple[str, ...], FeedDate] = {}
    for event in kept:
        if event.when is not None and event.state is FixState.FIXED:
            for key in _keys(event):
                days[key] = min(event.when, days.get(key, event.when))
    for event in kept:
        if event.when is None and event.state is FixState.FIXED:
            when = next((days[key] for key in _keys(event) if key in days), None)
            yield event if when is None else changed(event, when=when)
        else:
            yield event


def _keys(event: FixEvent) -> Iterable[tuple[str, ...]]:
    if event.advisory:
        yield event.channel, event.cve, event.advisory
    if event.version:
        yield event.channel, event.cve, event.package, event.stream, event.version


def _event_order(event: FixEvent) -> tuple[object, ...]:
    when = event.when
    return (
        event.channel,
        event.cve,
        event.package,
        event.stream,
        (when.day, when.file, when.field) if when else (date.max, "", ""),
        event.state.value,
        event.version,
        event.advisory,
    )
