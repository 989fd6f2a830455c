"""AlmaLinux's OSV records (ALSA-…): a rebuild of RHEL, read as a dated stand-in for Red Hat's own notices.

- `published` is the day of the fix, at midnight; the rebuild follows RHEL, so its day is an upper bound of RHEL's.
- A notice names few CVEs. The Go that it ships holds many more fixes, so each notice is a shipment, too.
- One channel for each major: "almalinux9" stands in for RHEL 9.

Only packages of Go itself are read, and of them not the parts in which golang is split (golang-docs …). delve, which
comes with el8's module, has versions of its own.

Source: AlmaLinux/osv-database.
"""

from __future__ import annotations

import re

from supplymatrix.feeds.osv import OsvRecord, cves_of, parse_record
from supplymatrix.feeds.packages import is_main_package, shipment_of
from supplymatrix.model.advisory import Channel, DateTrust, FeedDate, FeedReading, FixEvent, FixState, Shipment

__all__ = ["alma_channel", "parse_almalinux_osv"]

FEED = "almalinux"
_ECOSYSTEM = re.compile(r"AlmaLinux:([0-9]{1,3})")


def alma_channel(major: str) -> Channel:
    """Return the channel of one major of AlmaLinux, "9"."""
    return Channel(
        id=f"almalinux{major}",
        name=f"AlmaLinux {major}",
        vendor="redhat",
        stand_in_for=f"RHEL {major}",
        rebases=True,
        trust=DateTrust.DAY,
    )


def parse_almalinux_osv(data: bytes, file: str) -> FeedReading:
    """Return what one notice says about packages of Go."""
    return parse_record(data, file, FEED, _read)


def _read(record: OsvRecord) -> FeedReading:
    events: list[FixEvent] = []
    shipments: list[Shipment] = []
    channels: dict[str, Channel] = {}
    when = None
    if record.published is not None:
        when = FeedDate(day=record.published, feed=FEED, file=record.file, field="/published")
    cves = cves_of((*record.related, *record.aliases, *record.upstream))
    for entry in record.affected:
        match = _ECOSYSTEM.fullmatch(entry.ecosystem)
        if match is None or not is_main_package(entry.name):
            continue
        channel = alma_channel(match[1])
        channels[channel.id] = channel
        state = FixState.FIXED if entry.is_fixed else FixState.OPEN
        if entry.is_never_affected:
            state = FixState.NOT_AFFECTED
        for version in entry.fixes() if state is FixState.FIXED else ("",):
            events += [
                FixEvent(
                    channel=channel.id,
                    cve=cve,
                    package=entry.name,
                    state=state,
                    when=when,
                    version=version,
                    advisory=record.id,
                )
                for cve in cves
            ]
        if when is not None:
            for version in entry.fixes():
                shipments += shipment_of(channel.id, entry.name, version, when)
    return FeedReading(
        channels=tuple(channels.values()),
        events=tuple(dict.fromkeys(events)),
        shipments=tuple(dict.fromkeys(shipments)),
    )
