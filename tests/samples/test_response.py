"""Response times of the sample feeds, each percentile worked out a second time from the facts beside them.

The second way knows nothing of ours: days from a table of dates, ranks by counting, the part that waits by going
through all days. It runs on whatever feeds and facts lie in the folder.
"""

from __future__ import annotations

import csv
from datetime import date
from fractions import Fraction
from pathlib import Path

import pytest

from supplymatrix.engine.feed_data import load_feed_data
from supplymatrix.model.advisory import FeedReading
from supplymatrix.vendors.response import Case, ChannelCases, Outcome, cases_of
from supplymatrix.vendors.response_table import channel_pairs, channel_row
from supplymatrix.vendors.survival import MIN_FIXES, PERCENTS
from tests.support.data import samples_dir

_COLUMNS = {"wolfi_first_fixed": "wolfi", "alma8": "almalinux8", "alma9": "almalinux9", "alma10": "almalinux10"}


@pytest.fixture(scope="module")
def folder() -> Path:
    return samples_dir("feeds")


@pytest.fixture(scope="module")
def reading(folder: Path) -> FeedReading:
    return load_feed_data(folder, environ={})


@pytest.fixture(scope="module")
def facts(folder: Path) -> dict[str, dict[str, str]]:
    with (folder / "latency-facts.csv").open(encoding="utf-8", newline="") as lines:
        found = {row["cve"]: row for row in csv.DictReader(lines)}
    assert found
    return found


@pytest.fixture(scope="module")
def channels(reading: FeedReading) -> dict[str, ChannelCases]:
    return {found.id: found for found in cases_of(reading)}


def _by_counting(values: list[int], percent: int) -> int:
    """Return the smallest value for which so many of a hundred are not greater."""
    return min(value for value in values if 100 * sum(other <= value for other in values) >= percent * len(values))


def _by_days(cases: list[Case], percent: int) -> int | None:
    """Return the first day by which so many are fixed, open ones leaving the count on their last day."""
    spans = [(max(0, case.days or 0), case.outcome is Outcome.FIXED) for case in cases]
    waiting = Fraction(1)
    for day in range(max(days for days, _ in spans) + 1):
        at_risk = sum(days >= day for days, _ in spans)
        fixed = sum(days == day and is_fixed for days, is_fixed in spans)
        waiting *= Fraction(at_risk - fixed, at_risk) if at_risk else 1
        if waiting <= 1 - Fraction(percent, 100):
            return day
    return None


@pytest.mark.parametrize(("column", "channel"), _COLUMNS.items())
def test_the_days_to_an_advisory_are_those_of_the_facts(
    facts: dict[str, dict[str, str]], channels: dict[str, ChannelCases], column: str, channel: str
) -> None:
    found = channels[channel]
    days = {case.cve: case.named_days for case in found.cases if case.named_days is not None}
    for cve, row in facts.items():
        if cve in days and row.get(column):
            expected = date.fromisoformat(row[column]) - date.fromisoformat(row["go_release"])
            assert days[cve] == expected.days, cve
    expected_days = [
        max(0, (date.fromisoformat(row[column]) - date.fromisoformat(row["go_release"])).days)
        for cve, row in facts.items()
        if row.get(column) and cve in days
    ]
    clock = channel_row(found).by_name
    assert clock.fixes == len(days)
    if set(days) == {cve for cve in days if facts.get(cve, {}).get(column)}:
        for quantile in clock.quantiles:
            if quantile.n >= MIN_FIXES[quantile.percent]:
                assert quantile.naive == _by_counting(expected_days, quantile.percent)


def test_every_percentile_is_that_of_a_slower_way(channels: dict[str, ChannelCases]) -> None:
    looked_at = 0
    for found in channels.values():
        if not found.is_latency:
            continue
        counted = [case for case in found.cases if case.days is not None]
        fixed = [max(0, case.days or 0) for case in counted if case.outcome is Outcome.FIXED]
        for percent, quantile in zip(PERCENTS, channel_row(found).disclosure.quantiles, strict=True):
            assert quantile.n == len(fixed)
            if len(fixed) < MIN_FIXES[percent]:
                assert (quantile.naive, quantile.survival) == (None, None)
                continue
            assert quantile.naive == _by_counting(fixed, percent)
            assert quantile.survival == _by_days(counted, percent)
            looked_at += 1
    assert looked_at


def test_every_day_that_counts_tells_its_file_and_field(folder: Path, channels: dict[str, ChannelCases]) -> None:
    for found in channels.values():
        for case in found.cases:
            for when in (case.disclosed, case.detected, case.fixed, case.named):
                if when is not None:
                    assert (folder / when.file).is_file(), when
                    assert when.field


def test_pairs_rest_on_cves_that_both_channels_have(channels: dict[str, ChannelCases]) -> None:
    for pair in channel_pairs(list(channels.values())):
        for name in (pair.first, pair.second):
            assert set(pair.cves) <= {case.cve for case in channels[name].cases if case.days is not None}
        assert pair.first_faster + pair.second_faster + pair.ties + pair.undecided == pair.n
