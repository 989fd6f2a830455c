"""The days of Go's releases: a small dated table, from which the clock of every CVE starts.

    # source: https://github.com/golang/website internal/history/release.go
    # as-of: 2026-08-21
    version,released
    1.22.5,2024-07-02

A release is a shipment of "go", which is no channel that is compared: it is where the clock of all others starts. Lines
with "#" say where the table is from; "as-of" is the day up to which it is complete: a release that is not in it came
later, or was never looked up.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date

from supplymatrix.errors import Diagnostic, InputError
from supplymatrix.feeds.days import parse_day
from supplymatrix.feeds.json_text import clean, refuse_size
from supplymatrix.model.advisory import FeedDate, FeedReading, Shipment

__all__ = ["GO_CHANNEL", "parse_go_releases", "release_dates"]

FEED = "go-releases"
GO_CHANNEL = "go"
_MAX_BYTES = 1 << 20
_HEADER = "version,released"
_VERSION = re.compile(r"1\.[0-9]{1,4}(?:\.[0-9]{1,4})?", re.ASCII)
_MAX_FAULTS = 20


def parse_go_releases(data: bytes, file: str) -> FeedReading:
    """Return the releases of a table as shipments of "go"."""
    try:
        refuse_size(data, file, _MAX_BYTES)
        lines = data.decode("utf-8-sig").splitlines()
    except InputError as err:
        return FeedReading(faults=err.diagnostics)
    except UnicodeDecodeError as err:
        return FeedReading(faults=(_fault(file, data.count(b"\n", 0, err.start) + 1, "this is no UTF-8"),))
    as_of: date | None = None
    found: dict[str, Shipment] = {}
    faults: list[Diagnostic] = []
    has_header = False
    for number, raw in enumerate(lines, start=1):
        line = raw.strip()
        if line.startswith("#"):
            name, _, said = line.removeprefix("#").partition(":")
            as_of = parse_day(said) or as_of if name.strip() == "as-of" else as_of
        elif line and not has_header:
            has_header = line.replace(" ", "") == _HEADER
            if not has_header:
                return FeedReading(faults=(_fault(file, number, "the table has no header", line, _HEADER),))
        elif line:
            row = _row(line, number, file)
            if isinstance(row, Diagnostic):
                faults.append(row)
            else:
                found.setdefault(row.go_version, row)
    days = [*(item.when.day for item in found.values()), *([as_of] if as_of else [])]
    return FeedReading(
        shipments=tuple(found.values()),
        as_of={FEED: max(days)} if days else {},
        faults=tuple(faults[:_MAX_FAULTS]),
    )


def release_dates(reading: FeedReading) -> Mapping[str, FeedDate]:
    """Return the day of each Go release ("1.22.5", "1.21.0") that a reading knows."""
    return {item.go_version: item.when for item in reading.shipments if item.channel == GO_CHANNEL}


def _row(line: str, number: int, file: str) -> Shipment | Diagnostic:
    cells = [cell.strip() for cell in line.split(",")]
    day = parse_day(cells[1]) if len(cells) == 2 else None
    if day is None or not _VERSION.fullmatch(cells[0]):
        return _fault(file, number, "this is no release and its day", line, "1.22.5,2024-07-02")
    version = cells[0] if cells[0].count(".") == 2 else f"{cells[0]}.0"
    when = FeedDate(day=day, feed=FEED, file=file, field=f"line {number} released")
    return Shipment(channel=GO_CHANNEL, package="go", version=cells[0], go_version=version, when=when)


def _fault(file: str, line: int, message: str, seen: str = "", expected: str = "UTF-8") -> Diagnostic:
    return Diagnostic(message=message, artifact=file, line=line, seen=clean(seen, 80), expected=expected)
