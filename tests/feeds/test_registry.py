"""The feeds by name, and many files as one reading."""

from __future__ import annotations

import random
from datetime import date
from urllib.parse import urlsplit

import pytest

from supplymatrix.feeds.registry import FEEDS, Feed, FeedKind, feed_of_file, read_feed_files
from supplymatrix.model.advisory import FixState
from tests.feeds.examples import RELEASES, WHOLE_FILES, as_bytes, go_entry, osv_notice


def _ids(feed: Feed) -> str:
    return feed.id


def test_every_feed_has_its_own_id_and_an_example() -> None:
    assert len({feed.id for feed in FEEDS}) == len(FEEDS)
    assert {feed.id for feed in FEEDS} == set(WHOLE_FILES)


@pytest.mark.parametrize("feed", FEEDS, ids=_ids)
def test_a_feed_says_its_licence_and_is_asked_for_over_https_alone(feed: Feed) -> None:
    assert feed.licence
    assert feed.attribution
    assert bool(feed.urls) is (feed.kind is not FeedKind.NONE)
    for url in feed.urls:
        parts = urlsplit(url)
        assert (parts.scheme, bool(parts.hostname), parts.username, parts.query) == ("https", True, None, "")


@pytest.mark.parametrize("feed", FEEDS, ids=_ids)
def test_a_file_is_known_by_its_path_and_dates_name_their_feed(feed: Feed) -> None:
    file, data = WHOLE_FILES[feed.id]
    assert feed_of_file(file) is feed
    reading = feed.parse(data, file)
    dates = {event.when for event in reading.events} | {item.when for item in reading.shipments}
    assert {(when.feed, when.file) for when in dates if when is not None} <= {(feed.id, file)}
    assert set(reading.as_of) <= {feed.id}


@pytest.mark.parametrize("feed", FEEDS, ids=_ids)
def test_what_is_taken_from_an_archive_is_found_again_below_the_feeds_id(feed: Feed) -> None:
    for member in feed.members:
        assert feed_of_file(f"{feed.id}/{member.replace('*', 'a')}") is feed


@pytest.mark.parametrize(
    "file", ["README.md", "latency-facts.csv", "x/format-fixtures/chainguard/osv/CGA-a.json", "go-vulndb/index/db.json"]
)
def test_files_of_no_feed_are_passed_over(file: str) -> None:
    assert feed_of_file(file) is None
    assert not read_feed_files([(file, b"\xff")], {}).faults


def test_many_files_give_one_reading_in_whatever_order_they_come() -> None:
    files = list(WHOLE_FILES.values())
    first = read_feed_files(files, RELEASES)
    for seed in range(5):
        mixed = random.Random(seed).sample(files, len(files))  # noqa: S311 - an order, no secret
        assert read_feed_files([*mixed, *mixed], RELEASES) == first
    assert {channel.id for channel in first.channels} >= {event.channel for event in first.events}


def test_an_event_that_stands_twice_in_a_log_is_two_lines_and_one_shipment_day() -> None:
    reading = read_feed_files([WHOLE_FILES["wolfi"]], {})
    fixed = [event for event in reading.events if event.state is FixState.FIXED]
    assert len({event.when.day for event in fixed if event.when}) == 1


def test_the_as_of_of_a_feed_is_its_newest_date() -> None:
    later = osv_notice("ALSA-2030:2", "AlmaLinux:9", "vim", "9", modified="2031-01-01T00:00:00Z")
    files = [("almalinux-osv/almalinux9/ALSA-2030:2.json", as_bytes(later)), WHOLE_FILES["almalinux"]]
    assert read_feed_files(files, {}).as_of == {"almalinux": date(2031, 1, 1)}


def test_a_table_among_the_files_outweighs_the_days_that_are_given() -> None:
    reading = read_feed_files([WHOLE_FILES["go-releases"], WHOLE_FILES["go-vulndb"]], RELEASES)
    (fix,) = reading.go_fixes
    assert fix.released is not None
    assert fix.released.field == "line 4 released"


def test_days_that_are_given_date_the_fixes() -> None:
    (fix,) = read_feed_files([WHOLE_FILES["go-vulndb"]], RELEASES).go_fixes
    assert fix.released == RELEASES["1.21.4"]


def test_a_cve_record_gets_the_day_of_the_notice_with_its_package_and_version() -> None:
    record = osv_notice(
        "UBUNTU-CVE-2030-0001", "Ubuntu:22.04:LTS", "golang-1.22", "1.22.2-2", upstream=["CVE-2030-0001"]
    )
    files = [WHOLE_FILES["ubuntu"], ("ubuntu-osv/cve/UBUNTU-CVE-2030-0001.json", as_bytes(record))]
    events = read_feed_files(files, {}).events
    assert {event.when.file for event in events if event.when} == {WHOLE_FILES["ubuntu"][0]}
    assert len(events) == 2


def test_a_cve_record_of_another_release_stays_without_a_day() -> None:
    record = osv_notice(
        "UBUNTU-CVE-2030-0001", "Ubuntu:24.04:LTS", "golang-1.22", "1.22.2-2", upstream=["CVE-2030-0001"]
    )
    files = [WHOLE_FILES["ubuntu"], ("ubuntu-osv/cve/UBUNTU-CVE-2030-0001.json", as_bytes(record))]
    assert [event.when for event in read_feed_files(files, {}).events if event.stream == "24.04"] == [None]


def test_two_cves_of_one_entry_are_two_fixes() -> None:
    data = as_bytes(go_entry("1.21.4", aliases=("CVE-2030-0001", "CVE-2030-0002")))
    fixes = read_feed_files([("go-vulndb/osv/GO-2030-0001.json", data)], RELEASES).go_fixes
    assert [fix.cve for fix in fixes] == ["CVE-2030-0001", "CVE-2030-0002"]


def test_a_fix_that_is_named_in_a_pre_release_of_go_leaves_the_cve_open() -> None:
    notice = osv_notice("ALSA-2030:1", "AlmaLinux:9", "golang", "1.26~rc1-1.el9", related=["CVE-2030-0001"])
    found = read_feed_files([("almalinux-osv/almalinux9/ALSA-2030:1.json", as_bytes(notice))], RELEASES)
    assert [(event.state, event.version) for event in found.events] == [(FixState.OPEN, "")]
    assert found.shipments == ()
