"""Chainguard's OSV feed, version 3: one record for each CVE, with the state in every package and architecture.

- `upstream` names the CVE; `affected` has an entry for each package, of Chainguard's or of Wolfi's repository.
- A `fixed` version is a fix; "0" means that no version was ever affected; a span without an end is open. Components
  give the reason: `not_affected` there outweighs the span.
- No field is the day of the fix. `modified` is when the record last changed: an upper bound, and taken as such.

Kept are packages of Go itself and programs in which a component is a Go module. Programs stand in channels of their own
("chainguard-programs"): their fixes are no fixes of the toolchain.

Source: records of the feed as scanners read them (anchore/vunnel, aquasecurity/vuln-list-update).
"""

from __future__ import annotations

from collections.abc import Iterable

from supplymatrix.feeds.json_text import as_list, as_table, as_text
from supplymatrix.feeds.osv import OsvAffected, OsvRecord, cves_of, parse_record
from supplymatrix.feeds.wolfi_channels import apk_channel
from supplymatrix.model.advisory import Channel, FeedDate, FeedReading, FixEvent, FixState, is_go_toolchain

__all__ = ["parse_chainguard_osv"]

FEED = "chainguard"
_REPOSITORIES = {"Chainguard": "chainguard", "Wolfi": "wolfi-osv"}
_STATES = {
    "fixed": FixState.FIXED,
    "not_affected": FixState.NOT_AFFECTED,
    "affected": FixState.OPEN,
    "under_investigation": FixState.OPEN,
}


def parse_chainguard_osv(data: bytes, file: str) -> FeedReading:
    """Return what one record says about Go and programs that are built with it."""
    return parse_record(data, file, FEED, _read)


def _read(record: OsvRecord) -> FeedReading:
    cves = cves_of((*record.upstream, *record.aliases))
    when = None
    if record.modified is not None:
        when = FeedDate(day=record.modified, feed=FEED, file=record.file, field="/modified")
    channels: dict[str, Channel] = {}
    events: list[FixEvent] = []
    for entry in record.affected:
        repository = _REPOSITORIES.get(entry.ecosystem)
        if repository is None or not (is_go_toolchain(entry.name) or _has_go_module(entry)):
            continue
        channel = apk_channel(repository, entry.name)
        channels[channel.id] = channel
        state, version = _state(entry)
        events += [
            FixEvent(
                channel=channel.id,
                cve=cve,
                package=entry.name,
                state=state,
                when=when if state is FixState.FIXED else None,
                version=version,
                advisory=record.id,
            )
            for cve in cves
        ]
    return FeedReading(channels=tuple(channels.values()), events=tuple(dict.fromkeys(events)))


def _state(entry: OsvAffected) -> tuple[FixState, str]:
    said = {_STATES.get(as_text(part.get("status")), FixState.OPEN) for part in _components(entry)}
    if said == {FixState.NOT_AFFECTED} or entry.is_never_affected:
        return FixState.NOT_AFFECTED, ""
    if entry.is_fixed and FixState.OPEN not in said:
        return FixState.FIXED, entry.fixes()[-1]
    return FixState.OPEN, ""


def _components(entry: OsvAffected) -> Iterable[dict[str, object]]:
    for found in as_list(entry.specific.get("components")):
        yield dict(as_table(found))


def _has_go_module(entry: OsvAffected) -> bool:
    return any(
        as_text(part.get("component_type")) == "go-module"
        or as_text(part.get("component_purl")).startswith("pkg:golang/")
        for part in _components(entry)
    )
