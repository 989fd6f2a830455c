"""Days as feeds write them, with the place where they stand.

    >>> parse_day("2024-07-02T23:30:00-02:00")
    datetime.date(2024, 7, 3)

A time stamp is the day that it is in UTC. The year 1 is how some writers say "no date": it is none.

Source: RFC 3339.
"""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta, timezone

__all__ = ["newest", "parse_day"]

_STAMP = re.compile(
    r"(\d{4})-(\d{2})-(\d{2})(?:[Tt ](\d{2}):(\d{2}):(\d{2})(?:\.\d+)?\s*(?:([Zz])|([+-])(\d{2}):?(\d{2}))?)?", re.ASCII
)
_FIRST_YEAR = 1990


def parse_day(text: str) -> date | None:
    """Return the day, in UTC, of a date or time stamp; None when it is none, or a year that stands for "not set"."""
    match = _STAMP.fullmatch(text.strip()) if len(text) < 50 else None
    if match is None:
        return None
    year, month, day, hour, minute, second, _, sign, off_hours, off_minutes = match.groups()
    if int(year) < _FIRST_YEAR:
        return None
    try:
        offset = timedelta(hours=int(off_hours or 0), minutes=int(off_minutes or 0)) * (-1 if sign == "-" else 1)
        clock = int(hour or 0), int(minute or 0), 59 if second == "60" else int(second or 0)  # a leap second
        moment = datetime(int(year), int(month), int(day), *clock, tzinfo=timezone(offset))
        return moment.astimezone(UTC).date()
    except (ValueError, OverflowError):
        return None


def newest(days: list[date | None]) -> date | None:
    """Return the last of some days; None when there is none."""
    return max((day for day in days if day is not None), default=None)
