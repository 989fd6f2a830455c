"""The whole answer to "how fast": what a report shows, worked out from a reading and a project's history."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date

from supplymatrix.errors import Diagnostic
from supplymatrix.model.advisory import FeedReading, GoFix
from supplymatrix.model.fact import Gap
from supplymatrix.model.value import changed, value
from supplymatrix.vendors.adoption import Adoption, AdoptionState, History, adoptions_of
from supplymatrix.vendors.response import Case, ChannelCases, cases_of
from supplymatrix.vendors.response_table import ChannelRow, Pair, channel_pairs, channel_row
from supplymatrix.vendors.stages import StageLine, StageSummary, stage_line, stage_summary
from supplymatrix.vendors.survival import Quantile, Span, quantiles

__all__ = ["UPSTREAM", "AdoptionRow", "Asked", "ResponseReport", "work_out_response"]

UPSTREAM = "go"
"""The channel of Go's own releases: every clock begins with it, so it is in no table."""


@value
class Asked:
    """What was asked for. channels: ids, all when empty. cve: as `GoFix.cve` has it, "" = all. since, as_of: as
    `cases_of` takes them; day: the day of the answer, to which a project that took no fix has waited."""

    day: date
    channels: tuple[str, ...] = ()
    since: date | None = None
    as_of: date | None = None
    cve: str = ""


@value
class AdoptionRow:
    """The project in numbers. touched = adopted + open: CVEs that touched the Go it had. quantiles: days from Go's fix.
    open_days: of the one that is open for longest, None when none is. unknown: no history of it, or no day of Go's fix;
    floats: its files named no single release."""

    adopted: int
    open: int
    not_touched: int
    floats: int
    unknown: int
    quantiles: tuple[Quantile, ...]
    open_days: int | None


@value
class ResponseReport:
    """Everything. source: of the dates ("shipped", "synced", "folder"). as_of: feed → its newest date. fixes: the CVEs
    that were asked about. t0_unknown: of these, how many have no day of Go's fix. stages: per channel, "" = straight
    from Go; lines: of the CVEs that touched the project, or of the one that was asked about. project, history,
    adoption: None or "" when no project was looked at. outside: CVEs that the feeds have, and that Go fixed before
    `since` or after the day. is_empty: there is nothing to tell."""

    asked: Asked
    source: str
    as_of: Mapping[str, date]
    fixes: tuple[GoFix, ...]
    channels: tuple[ChannelCases, ...]
    rows: tuple[ChannelRow, ...]
    pairs: tuple[Pair, ...]
    t0_unknown: int
    project: str
    history: History | None
    adoptions: tuple[Adoption, ...]
    adoption: AdoptionRow | None
    stages: tuple[StageSummary, ...]
    lines: tuple[StageLine, ...]
    gaps: tuple[Gap, ...]
    faults: tuple[Diagnostic, ...]
    outside: int = 0

    @property
    def is_empty(self) -> bool:
        """Return whether no CVE of Go, or no channel, was there to tell of."""
        return not self.fixes or not self.channels


def work_out_response(
    reading: FeedReading, asked: Asked, *, history: History | None = None, project: str = "", gaps: Sequence[Gap] = ()
) -> ResponseReport:
    """Return the report. history: of the project, None = none was looked at."""
    chosen = tuple(
        channel
        for channel in reading.channels
        if channel.id != UPSTREAM and (not asked.channels or channel.id in asked.channels)
    )
    narrow = changed(reading, channels=chosen)
    cves = (asked.cve,) if asked.cve else ()
    found = cases_of(narrow, since=asked.since, as_of=asked.day, cves=cves)  # no date of a day to come is believed
    fixes, outside = _fixes(reading, asked)
    is_past = asked.as_of is not None
    adoptions = adoptions_of(history, fixes, until=asked.day, is_past=is_past) if history is not None else ()
    lines = _lines(found, adoptions, fixes, has_project=history is not None)
    of_project = _touched(adoptions)
    ways = ("", *(item.channel.id for item in found if item.is_way)) if history is not None else ()
    return ResponseReport(
        asked=asked,
        source=reading.source,
        as_of=dict(sorted(reading.as_of.items())),
        fixes=fixes,
        channels=found,
        rows=tuple(channel_row(channel) for channel in found),
        pairs=channel_pairs(found),
        t0_unknown=sum(fix.released is None for fix in fixes),
        project=project,
        history=history,
        adoptions=adoptions,
        adoption=_adoption_row(adoptions) if history is not None else None,
        stages=tuple(
            stage_summary([line for line in lines if line.channel == way and line.cve in of_project], way)
            for way in ways
        ),
        lines=lines if asked.cve else tuple(line for line in lines if line.cve in of_project),
        gaps=(*gaps, *_gaps(reading, asked, found, history)),
        faults=reading.faults,
        outside=outside,
    )


def _fixes(reading: FeedReading, asked: Asked) -> tuple[tuple[GoFix, ...], int]:
    """Return the CVEs that were asked about, and how many of them Go fixed before or after the days that were."""
    unique: dict[str, GoFix] = {}
    outside: set[str] = set()
    for fix in sorted(reading.go_fixes, key=lambda fix: (fix.cve, fix.go_id)):
        day = fix.released.day if fix.released is not None else None
        is_late = day is not None and day > asked.day
        is_early = asked.since is not None and day is not None and day < asked.since
        if asked.cve not in ("", fix.cve):
            continue
        if is_late or is_early:
            outside.add(fix.cve)
        else:
            unique.setdefault(fix.cve, fix)
    return tuple(unique.values()), len(outside - unique.keys())


def _lines(
    found: Sequence[ChannelCases], adoptions: Sequence[Adoption], fixes: Sequence[GoFix], *, has_project: bool
) -> tuple[StageLine, ...]:
    by_cve = {adoption.cve: adoption for adoption in adoptions}
    lines = []
    if has_project:
        lines += [stage_line(None, by_cve.get(fix.cve), cve=fix.cve) for fix in fixes]
    for channel in found:
        if not channel.is_way:
            continue
        cases: dict[str, Case] = {case.cve: case for case in channel.cases}
        lines += [
            stage_line(cases[fix.cve], by_cve.get(fix.cve), cve=fix.cve, channel=channel.channel.id)
            for fix in fixes
            if fix.cve in cases
        ]
    return tuple(lines)


def _touched(adoptions: Sequence[Adoption]) -> frozenset[str]:
    states = (AdoptionState.ADOPTED, AdoptionState.OPEN)
    return frozenset(adoption.cve for adoption in adoptions if adoption.state in states)


def _adoption_row(adoptions: Sequence[Adoption]) -> AdoptionRow:
    def count(state: AdoptionState) -> int:
        return sum(adoption.state is state for adoption in adoptions)

    spans = [
        Span(days=adoption.days, is_fixed=adoption.state is AdoptionState.ADOPTED)
        for adoption in adoptions
        if adoption.days is not None
    ]
    return AdoptionRow(
        adopted=count(AdoptionState.ADOPTED),
        open=count(AdoptionState.OPEN),
        not_touched=count(AdoptionState.NOT_TOUCHED),
        floats=count(AdoptionState.FLOATS),
        unknown=count(AdoptionState.UNKNOWN),
        quantiles=quantiles(spans),
        open_days=max((span.days for span in spans if not span.is_fixed), default=None),
    )


def _gaps(reading: FeedReading, asked: Asked, found: Sequence[ChannelCases], history: History | None) -> list[Gap]:
    gaps = [
        Gap(
            wanted=f"what {fault.artifact or 'a feed'} says",
            reason=fault.message,
            remedy=fault.remedy or "fetch the feed again",
            subject=fault.artifact,
        )
        for fault in reading.faults
    ]
    told = {event.channel for event in reading.events if event.when is not None}
    told |= {item.channel for item in reading.shipments}
    for name in (item.channel.id for item in found if item.as_of is None):
        is_early = asked.as_of is not None and name in told
        gaps.append(
            Gap(
                wanted=f"response times of {name}",
                reason=f"nothing in its feed is of {asked.as_of} or earlier"
                if is_early
                else "no feed of this channel was read",
                remedy="ask for a later day with --as-of"
                if is_early
                else "fetch its feed, or name a folder that has it with --feeds",
            )
        )
    if history is not None and history.gap:
        gaps.append(
            Gap(
                wanted="since when the project has which Go",
                reason=history.gap,
                remedy="run it in a whole clone of the project's git repository",
                subject=history.root,
            )
        )
    return gaps
