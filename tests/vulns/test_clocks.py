"""From which day on a vulnerability counts."""

from __future__ import annotations

from datetime import date

import pytest

from supplymatrix.vulns.clocks import ClockStart, day_of_version, days_open, published_on, start_of, with_clocks
from tests.support.made_vulns import vulnerability

TODAY = date(2026, 11, 26)
KEY = ("go", "GO-2026-1", "example.com/a")


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("2024-06-04T22:48:47Z", date(2024, 6, 4)), ("2024-06-04T22:48:47.123456Z", date(2024, 6, 4)),
        ("0001-01-01T00:00:00Z", None), ("", None), ("yesterday", None), ("2024-13-01", None),
    ],
)  # fmt: skip
def test_a_day_that_a_git_copy_does_not_have_is_none(text: str, day: date | None) -> None:
    assert published_on(text) == day


def test_a_pseudo_version_says_its_own_day() -> None:
    assert day_of_version("v0.0.0-20201216223049-8b5274cf687f") == date(2020, 12, 16)
    assert day_of_version("v1.2.3") is None
    assert day_of_version("v0.0.0-20209916223049-8b5274cf687f") is None


def test_clocks_are_set_by_database_advisory_and_module() -> None:
    found = with_clocks(
        vulnerability(fixed="v1.2.0"),
        first_seen={KEY: date(2026, 11, 1), ("ours", *KEY[1:]): date(2020, 1, 1)},
        fix_days={("example.com/a", "v1.2.0"): date(2026, 10, 1), ("example.com/b", "v1.2.0"): date(2020, 1, 1)},
    )
    assert (found.first_seen, found.fix_since) == (date(2026, 11, 1), date(2026, 10, 1))
    assert [start_of(found, start) for start in ClockStart] == [None, found.first_seen, found.fix_since]


def test_the_version_of_a_fix_may_tell_since_when_it_is_there() -> None:
    found = with_clocks(vulnerability(fixed="v0.0.0-20201216223049-8b5274cf687f"), first_seen={}, fix_days={})
    assert found.fix_since == date(2020, 12, 16)
    assert with_clocks(vulnerability(), first_seen={}, fix_days={("example.com/a", ""): TODAY}).fix_since is None


def test_days_are_counted_from_zero_and_never_backwards() -> None:
    found = vulnerability(published=date(2026, 11, 20), first_seen=TODAY, fix_since=date(2026, 12, 24))
    assert [days_open(found, start, TODAY) for start in ClockStart] == [6, 0, None]
