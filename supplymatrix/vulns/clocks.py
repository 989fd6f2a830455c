"""The clocks of a vulnerability: published, first seen here, fix at hand. A policy counts its days from one of them.

    >>> published_on("2024-06-04T22:48:47Z"), published_on("0001-01-01T00:00:00Z")
    (datetime.date(2024, 6, 4), None)

None is never zero days: nobody says since when.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from enum import StrEnum

from supplymatrix.gomod.pseudo import is_pseudo_version, parse_pseudo_version
from supplymatrix.model.value import changed
from supplymatrix.model.vulnerability import Vulnerability

__all__ = ["ClockStart", "day_of_version", "days_open", "published_on", "start_of", "with_clocks"]


class ClockStart(StrEnum):
    """From which day on a policy counts."""

    PUBLISHED = "published"
    FIRST_SEEN = "first-seen"
    FIX = "fix"


def published_on(text: str) -> date | None:
    """Return the day of an OSV time stamp, None for none, and for the year 1, which a copy from git has there."""
    try:
        day = datetime.fromisoformat(text.strip()).date()
    except ValueError:
        return None
    return day if day.year > 1 else None


def day_of_version(version: str) -> date | None:
    """Return the day that a pseudo-version says of itself, None for any other version."""
    if not is_pseudo_version(version):
        return None
    time = parse_pseudo_version(version).time
    return time.date() if time is not None else None


def start_of(found: Vulnerability, start: ClockStart) -> date | None:
    """Return the day from which a clock runs, None where nobody says it."""
    if start is ClockStart.PUBLISHED:
        return found.published
    return found.first_seen if start is ClockStart.FIRST_SEEN else found.fix_since


def days_open(found: Vulnerability, start: ClockStart, today: date) -> int | None:
    """Return how many days a clock has run, 0 on its first day; None where nobody says since when, and for a day to
    come."""
    since = start_of(found, start)
    return (today - since).days if since is not None and since <= today else None


def with_clocks(
    found: Vulnerability,
    *,
    first_seen: Mapping[tuple[str, str, str], date],
    fix_days: Mapping[tuple[str, str], date],
) -> Vulnerability:
    """Return a vulnerability with its clocks. first_seen: (database, advisory, module path) → day; fix_days: (module
    path, fixed version) → day on which that came out. A fix cannot be had before the advisory names it, but what the
    version says counts: whoever updates regularly had it."""
    seen = first_seen.get((found.database, found.advisory, found.subject.path))
    fixed = fix_days.get((found.subject.path, found.fixed)) or day_of_version(found.fixed) if found.fixed else None
    return changed(found, first_seen=seen or found.first_seen, fix_since=fixed or found.fix_since)
