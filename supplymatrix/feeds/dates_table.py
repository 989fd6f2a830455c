"""The table of dates that comes with the program: what feeds said on a day, as facts, one a line.

    dates-of-fixes,1
    feed,almalinux,2026-08-07,MIT,"AlmaLinux OSV database, AlmaLinux OS Foundation, MIT"
    channel,almalinux9,AlmaLinux 9,redhat,RHEL 9,rebases,day
    fix,CVE-2024-24790,GO-2024-2887,…
    event,almalinux9,CVE-2024-24790,golang,fixed,1.21.11-1.el9_4,ALSA-2024:4212,,2024-07-02,almalinux,FILE,/published
    shipment,almalinux9,golang,1.21.11-1.el9_4,1.21.11,2024-07-02,almalinux,FILE,/published

It is CSV, so that a change of it can be reviewed; the columns of each kind are the fields of the value. Lines with "#"
are for readers. A list is its items with spaces between; "%20", "%25" and "%" stand for a space, a "%" and nothing.

The same reading gives the same bytes, and the bytes give the reading again, but for its faults.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import date

from supplymatrix.errors import Diagnostic, InputError
from supplymatrix.feeds.days import parse_day
from supplymatrix.feeds.go_releases import parse_go_releases
from supplymatrix.feeds.join import join_readings
from supplymatrix.feeds.json_text import clean, refuse_size
from supplymatrix.feeds.registry import FEEDS
from supplymatrix.model.advisory import Channel, DateTrust, FeedDate, FeedReading, FixEvent, FixState, GoFix, Shipment
from supplymatrix.model.value import changed

__all__ = ["parse_dates_table", "read_shipped_dates", "render_dates_table"]

_HEADER = "dates-of-fixes,1"
_MAX_BYTES = 32 << 20
_MAX_FAULTS = 20
_REBASES = {"rebases": True, "keeps": False}
_RELEASES = "go-releases.csv"


def render_dates_table(reading: FeedReading, notes: Iterable[str] = ()) -> bytes:
    """Return the table of a reading. notes: lines for its readers, without "#": where the feeds were taken from."""
    out = io.StringIO()
    out.write(_HEADER + "\n")
    out.writelines(f"# {clean(note)}\n" for note in notes)
    rows = csv.writer(out, lineterminator="\n")
    feeds = {feed.id: feed for feed in FEEDS}
    for name, day in sorted(reading.as_of.items()):
        feed = feeds.get(name)
        rows.writerow(["feed", name, day, feed.licence if feed else "", feed.attribution if feed else ""])
    rows.writerows(_rows(reading))
    return out.getvalue().encode("utf-8")


def parse_dates_table(data: bytes, file: str) -> FeedReading:
    """Return the reading of a table. What a line does not say as it should is a fault of that line; the rest counts."""
    try:
        refuse_size(data, file, _MAX_BYTES)
        lines = data.decode("utf-8-sig").splitlines()
    except InputError as err:
        return FeedReading(faults=err.diagnostics, source="shipped")
    except UnicodeDecodeError as err:
        line = data.count(b"\n", 0, err.start) + 1
        return FeedReading(faults=(_fault(file, line, "this is no UTF-8", "", "UTF-8"),), source="shipped")
    first = lines[0] if lines else ""
    if first.strip() != _HEADER:
        fault = _fault(file, 1, "this is no table of dates that this program knows", first, _HEADER)
        return FeedReading(faults=(fault,), source="shipped")
    return _Table(file).read(lines)


def read_shipped_dates(files: Iterable[tuple[str, bytes]]) -> FeedReading:
    """Return what the shipped files of `vendor_profiles/dates/` say together: tables of dates, and go-releases.csv."""
    readings = [
        (parse_go_releases if name.rpartition("/")[2] == _RELEASES else parse_dates_table)(data, name)
        for name, data in files
        if name.endswith(".csv")
    ]
    found = join_readings(readings, {}, source="shipped")
    return changed(found, partial=frozenset(found.as_of))


class _Table:
    """One table as it is read."""

    def __init__(self, file: str) -> None:
        self._file = file
        self._channels: list[Channel] = []
        self._fixes: list[GoFix] = []
        self._events: list[FixEvent] = []
        self._shipments: list[Shipment] = []
        self._as_of: dict[str, date] = {}
        self._kinds: Mapping[str, tuple[int, Callable[[Sequence[str]], None]]] = {
            "feed": (5, self._feed),
            "channel": (7, self._channel),
            "fix": (12, self._fix),
            "event": (12, self._event),
            "shipment": (9, self._shipment),
        }

    def read(self, lines: Sequence[str]) -> FeedReading:
        """Return the reading of all lines."""
        faults: list[Diagnostic] = []
        for number, line in enumerate(lines[1:], start=2):
            if not line.strip() or line.startswith("#"):
                continue
            try:
                self._take(next(csv.reader([line], strict=True)))
            except (ValueError, KeyError, csv.Error, StopIteration):
                expected = "feed, channel, fix, event or shipment with its cells"
                faults.append(_fault(self._file, number, "this line cannot be read", line, expected))
        return FeedReading(
            channels=tuple(self._channels),
            go_fixes=tuple(self._fixes),
            events=tuple(self._events),
            shipments=tuple(self._shipments),
            as_of=self._as_of,
            source="shipped",
            faults=tuple(faults[:_MAX_FAULTS]),
        )

    def _take(self, cells: Sequence[str]) -> None:
        count, take = self._kinds[cells[0]]
        if len(cells) != count:
            raise ValueError
        take([clean(cell, 4000) for cell in cells])

    def _feed(self, cells: Sequence[str]) -> None:
        self._as_of[cells[1]] = _day(cells[2])

    def _channel(self, cells: Sequence[str]) -> None:
        _, name, title, vendor, stand_in_for, rebases, trust = cells
        self._channels.append(
            Channel(
                id=name,
                name=title,
                vendor=vendor,
                stand_in_for=stand_in_for,
                rebases=_REBASES[rebases],
                trust=DateTrust(trust),
            )
        )

    def _fix(self, cells: Sequence[str]) -> None:
        ranges = [tuple(item.split("..")) for item in _unpack(cells[5])]
        self._fixes.append(
            GoFix(
                cve=cells[1],
                go_id=cells[2],
                aliases=_unpack(cells[3]),
                fixed_in=_unpack(cells[4]),
                ranges=tuple((first, fixed) for first, fixed in ranges),
                packages=_unpack(cells[6]),
                unknown_because=cells[7],
                released=_date(cells[8:]),
            )
        )

    def _event(self, cells: Sequence[str]) -> None:
        _, channel, cve, package, state, version, advisory, stream = cells[:8]
        self._events.append(
            FixEvent(
                channel=channel,
                cve=cve,
                package=package,
                state=FixState(state),
                version=version,
                advisory=advisory,
                stream=stream,
                when=_date(cells[8:]),
            )
        )

    def _shipment(self, cells: Sequence[str]) -> None:
        _, channel, package, version, go_version = cells[:5]
        when = _date(cells[5:])
        if when is None:
            raise ValueError
        self._shipments.append(
            Shipment(channel=channel, package=package, version=version, go_version=go_version, when=when)
        )


def _rows(reading: FeedReading) -> Iterator[list[str]]:
    """Yield the cells of all values but the as-of dates."""
    for channel in reading.channels:
        kind = "rebases" if channel.rebases else "keeps"
        yield ["channel", channel.id, channel.name, channel.vendor, channel.stand_in_for, kind, channel.trust.value]
    for fix in reading.go_fixes:
        ranges = _pack(f"{first}..{fixed}" for first, fixed in fix.ranges)
        names, versions, packages = _pack(fix.aliases), _pack(fix.fixed_in), _pack(fix.packages)
        when = _date_cells(fix.released)
        yield ["fix", fix.cve, fix.go_id, names, versions, ranges, packages, fix.unknown_because, *when]
    for event in reading.events:
        what = [event.cve, event.package, event.state.value, event.version, event.advisory, event.stream]
        yield ["event", event.channel, *what, *_date_cells(event.when)]
    for item in reading.shipments:
        yield ["shipment", item.channel, item.package, item.version, item.go_version, *_date_cells(item.when)]


def _date_cells(when: FeedDate | None) -> list[str]:
    return ["", "", "", ""] if when is None else [when.day.isoformat(), when.feed, when.file, when.field]


def _date(cells: Sequence[str]) -> FeedDate | None:
    day, feed, file, field = cells
    return FeedDate(day=_day(day), feed=feed, file=file, field=field) if day else None


def _day(text: str) -> date:
    day = parse_day(text)
    if day is None:
        raise ValueError
    return day


def _pack(items: Iterable[str]) -> str:
    return " ".join(item.replace("%", "%25").replace(" ", "%20") or "%" for item in items)


def _unpack(cell: str) -> tuple[str, ...]:
    return tuple(
        "" if item == "%" else item.replace("%20", " ").replace("%25", "%") for item in cell.split(" ") if item
    )


def _fault(file: str, line: int, message: str, seen: str, expected: str) -> Diagnostic:
    return Diagnostic(message=message, artifact=file, line=line, seen=clean(seen, 80), expected=expected)
