"""What vendors' advisory feeds say about fixes of Go, with the file and field of every date.

Parsers in `feeds/` make these values; `vendors/` works out response times from them. Neither knows the other.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date
from enum import StrEnum

from supplymatrix.errors import Diagnostic
from supplymatrix.model.value import value

__all__ = [
    "Channel",
    "DateTrust",
    "FeedDate",
    "FeedReading",
    "FixEvent",
    "FixState",
    "GoFix",
    "Shipment",
    "is_go_toolchain",
]

_TOOLCHAIN = re.compile(
    r"(?:msft-)?(?:go|golang)(?:-fips|-openssl)?(?:-?1\.[0-9]{1,4})?(?:-(?:fips|openssl|bin|src|go|docs?|misc|race|tests?|shared))?"
    r"|go-toolset(?:-1\.[0-9]{1,4})?(?:-golang(?:-bin|-src|-docs|-misc|-race|-tests)?)?"
)


class DateTrust(StrEnum):
    """What a feed's dates are worth. EXACT: a time stamp of the event; DAY: its day; IMPORT: the day on which somebody
    wrote it down; NONE: the feed has no dates."""

    EXACT = "exact"
    DAY = "day"
    IMPORT = "import"
    NONE = "none"


class FixState(StrEnum):
    """What a feed says about one CVE in one package."""

    DETECTED = "detected"  # the vendor's scanner has seen it
    FIXED = "fixed"
    OPEN = "open"
    WONT_FIX = "wont_fix"
    NOT_AFFECTED = "not_affected"


@value(order=True)
class FeedDate:
    """A day, and where it stands. feed: the parser's id ("almalinux", "go-vulndb" …); file: as it lies in the feed's
    folder, `/`-separated; field: JSON pointer, XML path, or line and key, e.g. "/published", "line 17 timestamp"."""

    day: date
    feed: str
    file: str
    field: str


@value
class Channel:
    """One stream of fixes that a buyer can stand on, e.g. "almalinux9", "wolfi", "ubuntu". vendor: a profile's id, ""
    when none stands behind it; stand_in_for: what it is taken for, in words, "" = itself; rebases: whether a shipped
    version tells what is fixed; trust: of its dates."""

    id: str
    name: str
    vendor: str
    stand_in_for: str
    rebases: bool
    trust: DateTrust


@value
class FixEvent:
    """What a channel says about one CVE in one package. version: in which it is fixed, as the channel writes it, "" if
    none. when: None where the feed has no date of this event (a fixed one without a date is fixed, the day is not
    known). advisory: its id there. stream: of the channel, where the feed tells several apart in one: "22.04",
    "Pro:16.04", "RHEL 9"; "" else. The same CVE and package may be fixed in one stream and open in another."""

    channel: str
    cve: str
    package: str
    state: FixState
    when: FeedDate | None
    version: str
    advisory: str
    stream: str = ""


@value
class Shipment:
    """A channel shipped this Go on this day. version: as the channel writes it; go_version: "1.22.5", "" if it cannot
    be told."""

    channel: str
    package: str
    version: str
    go_version: str
    when: FeedDate


@value
class GoFix:
    """One CVE of the standard library or toolchain, as upstream has it. fixed_in: Go versions that hold the fix, e.g.
    ("1.24.9", "1.25.3"). released: the day of the earliest of them (t0), None = not known, because `unknown_because`.
    ranges: (introduced, fixed) pairs of Go versions, "" = from the start / not fixed."""

    cve: str
    go_id: str
    aliases: tuple[str, ...]
    fixed_in: tuple[str, ...]
    ranges: tuple[tuple[str, str], ...]
    released: FeedDate | None
    unknown_because: str
    packages: tuple[str, ...]


@value
class FeedReading:
    """What was read from feeds, of one file or of many.

    as_of: feed id → the newest date in it. source: "shipped" (the table that comes with the program), "synced" or
    "folder". partial: ids of feeds of which it has a part only, so that a channel's silence after its own newest date
    says nothing. faults: files that could not be read, said as diagnostics; what they would have said is missing.
    """

    channels: tuple[Channel, ...] = ()
    go_fixes: tuple[GoFix, ...] = ()
    events: tuple[FixEvent, ...] = ()
    shipments: tuple[Shipment, ...] = ()
    as_of: Mapping[str, date] = {}
    source: str = ""
    partial: frozenset[str] = frozenset()
    faults: tuple[Diagnostic, ...] = ()


def is_go_toolchain(package: str) -> bool:
    """Return whether a vendor's package is Go itself (golang, go-toolset, go-1.22, golang-1.22-go …), not a program."""
    return _TOOLCHAIN.fullmatch(package) is not None
