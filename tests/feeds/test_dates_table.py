"""The table of dates: a reading to bytes and back, and the one that ships."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from supplymatrix.feeds.dates_table import parse_dates_table, read_shipped_dates, render_dates_table
from supplymatrix.feeds.go_releases import release_dates
from supplymatrix.feeds.registry import FEEDS, read_feed_files
from supplymatrix.model.advisory import (
    Channel,
    DateTrust,
    FeedDate,
    FeedReading,
    FixEvent,
    FixState,
    GoFix,
    Shipment,
)
from tests.feeds.examples import WHOLE_FILES
from tests.support.data import REPO

_SHIPPED = REPO / "vendor_profiles" / "dates"
_TEXT = st.text(st.characters(codec="utf-8", exclude_categories=["C", "Z"]) | st.just(" "), max_size=12).map(str.strip)
_ITEMS = st.lists(st.text(st.sampled_from("ab%2 .-|,\"'"), max_size=6), max_size=3).map(tuple)
_VERSIONS = st.lists(
    st.tuples(st.sampled_from(["", "1.21", "1.21rc2"]), st.sampled_from(["", "1.22.3"])), max_size=3
).map(tuple)
_DAYS = st.dates(date(1990, 1, 1), date(2200, 1, 1))
_DATES = st.builds(FeedDate, day=_DAYS, feed=_TEXT, file=_TEXT, field=_TEXT)
_CHANNELS = st.builds(
    Channel,
    id=_TEXT,
    name=_TEXT,
    vendor=_TEXT,
    stand_in_for=_TEXT,
    rebases=st.booleans(),
    trust=st.sampled_from(DateTrust),
)
_FIXES = st.builds(
    GoFix,
    cve=_TEXT,
    go_id=_TEXT,
    aliases=_ITEMS,
    fixed_in=_ITEMS,
    ranges=_VERSIONS,
    released=st.none() | _DATES,
    unknown_because=_TEXT,
    packages=_ITEMS,
)
_EVENTS = st.builds(
    FixEvent,
    channel=_TEXT,
    cve=_TEXT,
    package=_TEXT,
    state=st.sampled_from(FixState),
    when=st.none() | _DATES,
    version=_TEXT,
    advisory=_TEXT,
    stream=_TEXT,
)
_SHIPMENTS = st.builds(Shipment, channel=_TEXT, package=_TEXT, version=_TEXT, go_version=_TEXT, when=_DATES)
_READINGS = st.builds(
    FeedReading,
    channels=st.lists(_CHANNELS, max_size=3).map(tuple),
    go_fixes=st.lists(_FIXES, max_size=3).map(tuple),
    events=st.lists(_EVENTS, max_size=3).map(tuple),
    shipments=st.lists(_SHIPMENTS, max_size=3).map(tuple),
    as_of=st.dictionaries(_TEXT, _DAYS, max_size=3),
    source=st.just("shipped"),
)


def _shipped() -> FeedReading:
    return read_shipped_dates((path.name, path.read_bytes()) for path in sorted(_SHIPPED.glob("*.csv")))


@given(_READINGS)
def test_the_bytes_of_a_reading_give_it_again(reading: FeedReading) -> None:
    assert parse_dates_table(render_dates_table(reading), "t.csv") == reading


@given(st.binary(max_size=300))
def test_any_bytes_give_a_reading(data: bytes) -> None:
    assert isinstance(parse_dates_table(data, "t"), FeedReading)
    assert isinstance(parse_dates_table(b"dates-of-fixes,1\n" + data, "t"), FeedReading)


@given(at=st.integers(0, 3000), new=st.binary(max_size=4), cut=st.integers(0, 20))
def test_a_table_with_any_part_changed_gives_a_reading(at: int, new: bytes, cut: int) -> None:
    data = render_dates_table(read_feed_files(WHOLE_FILES.values(), {}))
    assert isinstance(parse_dates_table(data[: at % len(data)] + new + data[at % len(data) + cut :], "t"), FeedReading)


def test_files_of_feeds_go_through_the_table_unchanged() -> None:
    reading = read_feed_files(WHOLE_FILES.values(), {}, source="shipped")
    assert parse_dates_table(render_dates_table(reading), "t") == reading


@pytest.mark.parametrize(
    "line",
    [
        "event,wolfi",
        "moved,1,2",
        "feed,wolfi,soon,x,y",
        "channel,a,b,c,d,maybe,day",
        "channel,a,b,c,d,keeps,sure",
        "event,a,b,c,gone,,,,,,,",
        "shipment,a,b,c,d,,,,",
        "fix,a,b,,,1.2,,,,,,",
        'feed,"a',
    ],
)
def test_a_line_that_cannot_be_read_is_a_fault_with_its_line_and_the_rest_counts(line: str) -> None:
    reading = parse_dates_table(f"dates-of-fixes,1\nfeed,a,2030-01-01,x,y\n{line}\n".encode(), "t.csv")
    assert [(fault.artifact, fault.line) for fault in reading.faults] == [("t.csv", 3)]
    assert reading.as_of == {"a": date(2030, 1, 1)}


def test_a_table_of_a_newer_form_is_refused() -> None:
    assert "dates-of-fixes,1" in str(parse_dates_table(b"dates-of-fixes,2\n", "t").faults[0])


@pytest.mark.parametrize("data", [b"", b"\xef\xbb\xbf"])
def test_an_empty_table_is_refused(data: bytes) -> None:
    assert parse_dates_table(data, "dates.csv").faults


def test_the_shipped_table_has_no_faults_and_no_fix_without_its_day() -> None:
    reading = _shipped()
    assert not reading.faults
    assert reading.source == "shipped"
    assert reading.go_fixes
    assert all(fix.released is not None for fix in reading.go_fixes)
    assert {event.channel for event in reading.events} <= {channel.id for channel in reading.channels}


def test_only_feeds_that_may_be_passed_on_are_shipped() -> None:
    free = {feed.id for feed in FEEDS if feed.redistributable}
    reading = _shipped()
    assert set(reading.as_of) <= free
    assert {event.when.feed for event in reading.events if event.when} <= free


def test_nothing_of_wolfi_after_its_last_free_state_is_shipped() -> None:
    days = [event.when.day for event in _shipped().events if event.when and event.when.feed == "wolfi"]
    assert days
    assert max(days) <= date(2025, 5, 7)


def test_the_shipped_table_is_the_rendering_of_itself() -> None:
    data = (_SHIPPED / "fixes.csv").read_bytes()
    notes = [line[2:] for line in data.decode().splitlines() if line.startswith("# ")]
    assert render_dates_table(parse_dates_table(data, "fixes.csv"), notes) == data


def test_the_shipped_releases_are_in_order_and_each_minor_begins_with_0() -> None:
    releases = release_dates(_shipped())
    for version, when in releases.items():
        minor, _, patch = version.rpartition(".")
        if patch != "0":
            before = releases[f"{minor}.{int(patch) - 1}"]
            assert before.day <= when.day, version


def test_the_shipped_fixes_are_dated_by_the_shipped_releases() -> None:
    reading = _shipped()
    releases = release_dates(reading)
    assert all(fix.released in [releases.get(version) for version in fix.fixed_in] for fix in reading.go_fixes)
