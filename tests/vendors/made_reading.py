"""Readings made by hand: few words for a CVE, an advisory, a shipped version."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, timedelta

from supplymatrix.model.advisory import (
    Channel,
    DateTrust,
    FeedDate,
    FeedReading,
    FixEvent,
    FixState,
    GoFix,
    Shipment,
)

__all__ = ["START", "channel", "day", "event", "go_fix", "reading", "shipment"]

START = date(2024, 1, 1)


def day(number: int) -> date:
    """Return the day so many days after START."""
    return START + timedelta(days=number)


def when(number: int, feed: str = "feed", file: str = "a.json", field: str = "/published") -> FeedDate:
    return FeedDate(day=day(number), feed=feed, file=file, field=field)


def channel(name: str = "one", *, rebases: bool = True, trust: DateTrust = DateTrust.DAY, vendor: str = "v") -> Channel:
    return Channel(id=name, name=name.title(), vendor=vendor, stand_in_for="", rebases=rebases, trust=trust)


def go_fix(
    cve: str,
    released: int | None = 0,
    fixed_in: Sequence[str] = ("1.21.5", "1.22.1"),
    ranges: Sequence[tuple[str, str]] | None = None,
    aliases: Sequence[str] = (),
) -> GoFix:
    """Return a CVE of Go; without ranges, each minor up to the fix is touched."""
    if ranges is None:
        starts = ["", *(fixed.rpartition(".")[0] for fixed in fixed_in[1:])]
        ranges = list(zip(starts, fixed_in, strict=True))
    return GoFix(
        cve=cve,
        go_id=f"GO-{cve[4:]}",
        aliases=tuple(aliases),
        fixed_in=tuple(fixed_in),
        ranges=tuple(ranges),
        released=when(released, "go-releases", "go.csv", "line 1") if released is not None else None,
        unknown_because="" if released is not None else "no table",
        packages=("net/http",),
    )


def event(
    cve: str,
    on: int | None,
    *,
    state: FixState = FixState.FIXED,
    name: str = "one",
    package: str = "golang",
    advisory: str = "",
    feed: str = "feed",
) -> FixEvent:
    return FixEvent(
        channel=name,
        cve=cve,
        package=package,
        state=state,
        when=when(on, feed) if on is not None else None,
        version="1.21.5-r0" if state is FixState.FIXED else "",
        advisory=advisory or f"A-{cve}",
    )


def shipment(go_version: str, on: int, *, name: str = "one", package: str = "golang", feed: str = "feed") -> Shipment:
    return Shipment(
        channel=name, package=package, version=f"{go_version}-r0", go_version=go_version, when=when(on, feed)
    )


def reading(
    *,
    fixes: Sequence[GoFix],
    events: Sequence[FixEvent] = (),
    shipments: Sequence[Shipment] = (),
    channels: Sequence[Channel] = (),
    as_of: Mapping[str, int] | None = None,
) -> FeedReading:
    """Return a reading whose feed reaches to day 400, unless said otherwise."""
    return FeedReading(
        channels=tuple(channels) or (channel(),),
        go_fixes=tuple(fixes),
        events=tuple(events),
        shipments=tuple(shipments),
        as_of={feed: day(number) for feed, number in ({"feed": 400} if as_of is None else as_of).items()},
        source="folder",
    )
