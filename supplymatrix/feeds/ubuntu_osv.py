"""Ubuntu's OSV records: notices (USN-…), which tell of fixes with their day, and CVEs (UBUNTU-CVE-…), which tell of all
states without one.

- A notice's `published` is the day of the fix. `modified` is the day of a batch run and says nothing about a fix.
- A CVE record's `published` is when the CVE became public, not when anything was fixed: its fixes have no day here, and
  get that of the notice that names the same package and version (`registry.py`). A package without a fix is open.
- Ubuntu keeps the minor and patches it: a version does not tell which fixes it holds, and no shipments are made of it.

Only packages of Go itself are read.

Source: documentation.ubuntu.com/security/security-updates/osv; canonical/ubuntu-security-notices.
"""

from __future__ import annotations

from collections.abc import Iterable

from supplymatrix.feeds.json_text import as_list, as_table, as_text
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

__all__ = ["UBUNTU", "parse_ubuntu_osv"]

FEED = "ubuntu"
UBUNTU = Channel(id="ubuntu", name="Ubuntu", vendor="canonical", stand_in_for="", rebases=False, trust=DateTrust.EXACT)
_ECOSYSTEM = "Ubuntu:"
_NOTICE = "USN-"


def parse_ubuntu_osv(data: bytes, file: str) -> FeedReading:
    """Return what one notice or CVE record says about packages of Go."""
    return parse_record(data, file, FEED, _read)


def _read(record: OsvRecord) -> FeedReading:
    events = [
        event
        for entry in record.affected
        if entry.ecosystem.startswith(_ECOSYSTEM) and is_go_toolchain(entry.name)
        for event in _events(record, entry)
    ]
    return FeedReading(channels=(UBUNTU,) if events else (), events=tuple(dict.fromkeys(events)))


def _events(record: OsvRecord, entry: OsvAffected) -> Iterable[FixEvent]:
    is_notice = record.id.startswith(_NOTICE)
    when = None
    if is_notice and record.published is not None:
        when = FeedDate(day=record.published, feed=FEED, file=record.file, field="/published")
    state = FixState.FIXED if entry.is_fixed else FixState.OPEN
    if entry.is_never_affected:
        state = FixState.NOT_AFFECTED
    if state is not FixState.FIXED and is_notice:
        return  # a notice tells of fixes alone: without one it says nothing about this package
    for cve in _cves(record, entry):
        yield FixEvent(
            channel=UBUNTU.id,
            cve=cve,
            package=entry.name,
            state=state,
            when=when,
            version=entry.fixes()[-1] if state is FixState.FIXED else "",
            advisory=record.id,
            stream=entry.ecosystem.removeprefix(_ECOSYSTEM).removesuffix(":LTS"),
        )


def _cves(record: OsvRecord, entry: OsvAffected) -> tuple[str, ...]:
    """Return the CVEs of one package: those that its own map names, or those of the whole record."""
    own = as_list(as_table(entry.database.get("cves_map")).get("cves"))
    named = cves_of(as_text(as_table(item).get("id")) for item in own)
    return named or cves_of((*record.upstream, *record.aliases, *record.related, record.id))
