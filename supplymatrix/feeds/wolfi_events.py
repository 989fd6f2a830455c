"""Wolfi's advisory logs: a YAML file for each package, a list of dated events for each vulnerability.

- `detection` is when the vendor's scanner saw the vulnerability: the vendor's clock, not the public's.
- `fixed` names the package version; of `go-1.22` it is a shipment of that Go, too.
- `fix-not-planned` is won't-fix (a minor beyond its end of life), `false-positive-determination` is not affected;
  `pending-upstream-fix`, `true-positive-determination` and `analysis-not-planned` leave it open.
- Events stand twice in places, and some were written down in bulk, weeks later.

Data from 2025-05-08 on is under a licence that forbids to pass it on: who wants it fetches it himself.

Source: wolfi-dev/advisories at its last Apache-2.0 commit of 2025-05-07.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date

from supplymatrix.documents.yaml_text import YamlNode, read_yaml
from supplymatrix.errors import Diagnostic, InputError
from supplymatrix.feeds.days import newest, parse_day
from supplymatrix.feeds.json_text import clean, refuse_size
from supplymatrix.feeds.osv import cves_of
from supplymatrix.feeds.packages import shipment_of
from supplymatrix.feeds.wolfi_channels import apk_channel
from supplymatrix.model.advisory import Channel, FeedDate, FeedReading, FixEvent, FixState, Shipment

__all__ = ["parse_wolfi_events"]

FEED = "wolfi"
_SCHEMA_MAJOR = "2"
_MAX_FAULTS = 20
_STATES = {
    "detection": FixState.DETECTED,
    "fixed": FixState.FIXED,
    "fix-not-planned": FixState.WONT_FIX,
    "false-positive-determination": FixState.NOT_AFFECTED,
    "pending-upstream-fix": FixState.OPEN,
    "true-positive-determination": FixState.OPEN,
    "analysis-not-planned": FixState.OPEN,
}


def parse_wolfi_events(data: bytes, file: str) -> FeedReading:
    """Return what the log of one package says."""
    try:
        refuse_size(data, file)
        if data.lstrip()[:1] == b"<":
            return FeedReading(faults=(_fault(file, 1, "this is HTML or XML, not YAML", "", "an advisory log"),))
        return _Log(read_yaml(data, file), file).read()
    except InputError as err:
        return FeedReading(faults=err.diagnostics)


class _Log:
    """One file as it is read."""

    def __init__(self, root: YamlNode, file: str) -> None:
        version = root["schema-version"]
        if version.text.partition(".")[0] != _SCHEMA_MAJOR:
            raise InputError(
                _fault(
                    file, version.line, "the log is of a schema that this program does not know", version.text, "2.x"
                )
            )
        self.package = clean(root["package"]["name"].text)
        if not self.package:
            raise InputError(_fault(file, root["package"].line, "the log names no package", "", "package.name"))
        self.file = file
        self.advisories = root["advisories"].items
        self.channel: Channel = apk_channel("wolfi", self.package)
        self.faults: list[Diagnostic] = []
        self.days: list[date | None] = []
        self.shipments: list[Shipment] = []

    def read(self) -> FeedReading:
        """Return all events of the log."""
        events = tuple(event for advisory in self.advisories for event in self._advisory(advisory))
        as_of = newest(self.days)
        return FeedReading(
            channels=(self.channel,) if events else (),
            events=tuple(dict.fromkeys(events)),
            shipments=tuple(dict.fromkeys(self.shipments)),
            as_of={FEED: as_of} if as_of else {},
            faults=tuple(self.faults[:_MAX_FAULTS]),
        )

    def _advisory(self, advisory: YamlNode) -> Iterable[FixEvent]:
        identity = clean(advisory["id"].text)
        cves = cves_of((identity, *(alias.text for alias in advisory["aliases"].items)))
        for event in advisory["events"].items:
            yield from self._event(event, identity, cves)

    def _event(self, event: YamlNode, advisory: str, cves: Sequence[str]) -> Iterable[FixEvent]:
        stamp, kind = event["timestamp"], clean(event["type"].text)
        day, state = parse_day(stamp.text), _STATES.get(kind)
        if state is None:
            self._note(
                event["type"].line, "this kind of event is not known", kind, "detection, fixed, fix-not-planned …"
            )
            return
        if day is None:
            self._note(stamp.line, "the event has no date", stamp.text, "an RFC 3339 time stamp")
            return
        self.days.append(day)
        when = FeedDate(day=day, feed=FEED, file=self.file, field=f"line {stamp.line} timestamp")
        version = clean(event["data"]["fixed-version"].text) if state is FixState.FIXED else ""
        if version == "0":  # how old logs write that no version was ever affected
            state, version = FixState.NOT_AFFECTED, ""
        if version:
            self.shipments += shipment_of(self.channel.id, self.package, version, when)
        for cve in cves:
            yield FixEvent(
                channel=self.channel.id,
                cve=cve,
                package=self.package,
                state=state,
                when=when,
                version=version,
                advisory=advisory,
            )

    def _note(self, line: int, message: str, seen: str, expected: str) -> None:
        self.faults.append(_fault(self.file, line, message, seen, expected))


def _fault(file: str, line: int, message: str, seen: str, expected: str) -> Diagnostic:
    return Diagnostic(message=message, artifact=file, line=line, seen=clean(seen, 80), expected=expected)
