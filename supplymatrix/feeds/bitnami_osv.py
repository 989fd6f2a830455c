"""Bitnami's OSV records of golang (BIT-golang-…): versions with fixes, and days of import.

`published` is when somebody wrote the entry down: many entries share the day on which the database was filled. It is
kept, so that it can be shown, and is never a response time (`DateTrust.IMPORT`).

Source: bitnami/vulndb.
"""

from __future__ import annotations

from supplymatrix.feeds.osv import OsvAffected, OsvRecord, cves_of, parse_record
from supplymatrix.model.advisory import (
    Channel,
    DateTrust,
    FeedDate,
    FeedReading,
    FixEvent,
    FixState,
    is_go_toolchain,
)

__all__ = ["BITNAMI", "parse_bitnami_osv"]

FEED = "bitnami"
BITNAMI = Channel(id="bitnami", name="Bitnami", vendor="bitnami", stand_in_for="", rebases=True, trust=DateTrust.IMPORT)


def parse_bitnami_osv(data: bytes, file: str) -> FeedReading:
    """Return what one record says about golang."""
    return parse_record(data, file, FEED, _read)


def _read(record: OsvRecord) -> FeedReading:
    when = None
    if record.published is not None:
        when = FeedDate(day=record.published, feed=FEED, file=record.file, field="/published")
    events = [
        FixEvent(
            channel=BITNAMI.id,
            cve=cve,
            package=entry.name,
            state=FixState.FIXED if version else _unfixed(entry),
            when=when,
            version=version,
            advisory=record.id,
        )
        for entry in record.affected
        if entry.ecosystem == "Bitnami" and is_go_toolchain(entry.name)
        for version in (entry.fixes() if entry.is_fixed else ("",))
        for cve in cves_of((*record.aliases, *record.upstream, *record.related))
    ]
    return FeedReading(channels=(BITNAMI,) if events else (), events=tuple(dict.fromkeys(events)))


def _unfixed(entry: OsvAffected) -> FixState:
    return FixState.NOT_AFFECTED if entry.is_never_affected else FixState.OPEN
