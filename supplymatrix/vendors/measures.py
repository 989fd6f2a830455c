"""What a policy can ask of a vendor, in numbers: how long its fixes of Go take, and how old what is known of it is.

- P90 counts what is still open in (`survival.py`): leaving a fix out makes nobody faster. Where so many are open that
  it lies beyond all that is known, it exceeds the slowest fix.
- A statement of a profile is as old as the newest source that carries it: then it was confirmed last. The vendor's
  evidence is as old as the oldest of these statements. Hearsay carries nothing, and what nobody answers has no age.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from supplymatrix.model.advisory import FeedReading
from supplymatrix.model.fact import ChannelMeasure, VendorMeasure
from supplymatrix.model.value import changed
from supplymatrix.model.vendor import Capability, EvidenceKind, State, VendorProfile
from supplymatrix.vendors.response import cases_of
from supplymatrix.vendors.response_report import UPSTREAM
from supplymatrix.vendors.response_table import ChannelRow, channel_row
from supplymatrix.vendors.survival import MIN_FIXES

__all__ = ["measure_vendor", "rows_of_vendor"]

_PERCENT = 90


def rows_of_vendor(reading: FeedReading, vendor: str, today: date) -> tuple[ChannelRow, ...]:
    """Return the channels of one vendor in numbers, as `work_out_response` has them; no date of a day to come counts.

    Go's own releases are no channel: every clock begins with them.
    """
    own = tuple(channel for channel in reading.channels if channel.vendor == vendor and channel.id != UPSTREAM)
    return tuple(channel_row(found) for found in cases_of(changed(reading, channels=own), as_of=today)) if own else ()


def measure_vendor(profile: VendorProfile, rows: Iterable[ChannelRow], feeds: str, today: date) -> VendorMeasure:
    """Return what is known of a vendor on a day. rows: of any channels, its own are taken; feeds: where they are from.

    A source that was read after the day does not count.
    """
    channels = (_channel(row) for row in rows if row.channel.vendor == profile.id)
    confirmed = [(day, row.key) for row in profile.capabilities if (day := _confirmed(profile, row, today)) is not None]
    oldest, key = min(confirmed, default=(None, ""))
    return VendorMeasure(
        vendor=profile.id,
        channels=tuple(sorted(channels, key=lambda channel: channel.channel)),
        feeds=feeds,
        statements=len(confirmed),
        evidence_from=oldest,
        evidence_key=key,
        profile=profile.artifact,
        reason="" if confirmed else "its profile has no statement with a source that counts",
    )


def _confirmed(profile: VendorProfile, row: Capability, today: date) -> date | None:
    """Return when a statement was confirmed last, None when it is none or nothing carries it."""
    if row.state is State.UNKNOWN:
        return None
    sources = [profile.evidence[name] for name in row.evidence if name in profile.evidence]
    days = [
        source.retrieved_at
        for source in sources
        if source.kind is not EvidenceKind.RECALL and source.retrieved_at <= today
    ]
    return max(days, default=None)


def _channel(row: ChannelRow) -> ChannelMeasure:
    clock = row.disclosure
    found = next((one for one in clock.quantiles if one.percent == _PERCENT), None)
    p90 = found.survival if found is not None else None
    is_thin = found is None or found.is_too_thin
    return ChannelMeasure(
        channel=row.id,
        stands_for=row.channel.stand_in_for,
        p90=p90,
        fixes=clock.fixes,
        open=clock.cut,
        as_of=row.as_of,
        exceeds=clock.longest if p90 is None and not is_thin else None,
        of_programs=row.of_programs,
        reason=_why_none(row, is_thin=is_thin) if p90 is None else "",
    )


def _why_none(row: ChannelRow, *, is_thin: bool) -> str:
    """Return why a channel has no P90."""
    if row.as_of is None:
        return "no feed of it was read"
    if not row.is_latency:
        return "the dates of its feed are not the days of fixes"
    if is_thin:
        return f"{_fixes(row.disclosure.fixes)} with a day, a P90 needs {MIN_FIXES[_PERCENT]}"
    return f"so many fixes are still open ({row.disclosure.cut}) that it lies beyond all that is known"


def _fixes(number: int) -> str:
    return "1 fix" if number == 1 else f"{number:,} fixes"
