"""OSV records: days, spans and names, read as they stand."""

from __future__ import annotations

from datetime import date

import pytest

from supplymatrix.errors import InputError
from supplymatrix.feeds.days import parse_day
from supplymatrix.feeds.osv import cves_of, parse_record, read_osv
from supplymatrix.model.advisory import FeedReading
from tests.feeds.examples import as_bytes, osv_range


def _affected(*ranges: dict[str, object]) -> bytes:
    return as_bytes({"id": "X", "affected": [{"package": {"name": "p"}, "ranges": list(ranges)}]})


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("2024-07-02", date(2024, 7, 2)),
        ("2024-07-02T23:59:59.999999999Z", date(2024, 7, 2)),
        ("2024-07-02T23:30:00-02:00", date(2024, 7, 3)),
        ("2024-07-02T00:30:00+02:00", date(2024, 7, 1)),
        ("2024-06-30T23:59:60Z", date(2024, 6, 30)),
        ("0001-01-01T00:00:00Z", None),
        ("2024-02-30", None),
        ("2024-07-02T25:00:00Z", None),
        ("9999-12-31T23:59:59-14:00", None),
        ("yesterday", None),
        ("", None),
    ],
)
def test_a_time_stamp_is_its_day_in_utc_or_none(text: str, day: date | None) -> None:
    assert parse_day(text) == day


def test_spans_pair_each_beginning_with_its_end() -> None:
    data = _affected(osv_range(("introduced", "0"), ("fixed", "1.2"), ("introduced", "1.3"), ("last_affected", "1.4")))
    assert read_osv(data, "x").affected[0].ranges[0].spans == (("0", "1.2", ""), ("1.3", "", "1.4"))


def test_a_span_without_an_end_is_open() -> None:
    (affected,) = read_osv(_affected(osv_range(("introduced", "0"))), "x").affected
    assert affected.is_open
    assert affected.fixes() == ()


def test_a_last_affected_version_names_no_fix() -> None:
    data = _affected(osv_range(("introduced", "0"), ("fixed", "1.2"), ("introduced", "1.3"), ("last_affected", "1.4")))
    (affected,) = read_osv(data, "x").affected
    assert (affected.is_open, affected.is_fixed, affected.fixes()) == (True, False, ("1.2",))


def test_a_range_of_commits_tells_of_no_versions() -> None:
    commits = osv_range(("introduced", "0"), ("fixed", "8c4b5c1d"), kind="GIT")
    (alone,) = read_osv(_affected(commits), "x").affected
    (beside,) = read_osv(_affected(commits, osv_range(("introduced", "0"), ("fixed", "1.2"))), "x").affected
    assert (alone.fixes(), alone.is_fixed) == ((), False)
    assert (beside.fixes(), beside.is_fixed) == (("1.2",), True)


def test_one_span_is_read_in_whatever_order_its_events_stand() -> None:
    (affected,) = read_osv(_affected(osv_range(("fixed", "1.2"), ("introduced", "0"))), "x").affected
    assert affected.spans == (("0", "1.2", ""),)


def test_events_that_come_in_no_pairs_and_have_no_known_order_are_no_fix() -> None:
    events = (("introduced", "0"), ("introduced", "2"), ("fixed", "1.2"), ("fixed", "2.5"))
    (affected,) = read_osv(_affected(osv_range(*events)), "x").affected
    assert (affected.is_fixed, affected.fixes()) == (False, ())


def test_version_zero_is_no_fix_but_says_that_nothing_was_ever_affected() -> None:
    (affected,) = read_osv(_affected(osv_range(("introduced", "0"), ("fixed", "0"))), "x").affected
    assert (affected.is_never_affected, affected.is_fixed, affected.fixes()) == (True, False, ())


def test_events_of_semantic_versions_may_stand_in_any_order() -> None:
    events = (("fixed", "1.20.1"), ("introduced", "0"), ("introduced", "1.20.0-0"), ("fixed", "1.19.6"))
    (affected,) = read_osv(_affected(osv_range(*events, kind="SEMVER")), "x").affected
    assert affected.ranges[0].spans == (("0", "1.19.6", ""), ("1.20.0-0", "1.20.1", ""))


def test_pointers_say_where_an_affected_package_stands() -> None:
    assert (
        read_osv(_affected(osv_range(("introduced", "0"))), "x").affected[0].ranges[0].pointer == "/affected/0/ranges/0"
    )


def test_cves_are_found_behind_a_vendors_prefix_and_counted_once() -> None:
    assert cves_of(["UBUNTU-CVE-2030-0001", "CVE-2030-0001", "GHSA-x", "CVE-2030-12345"]) == (
        "CVE-2030-0001",
        "CVE-2030-12345",
    )


def test_a_record_without_an_id_is_refused() -> None:
    with pytest.raises(InputError, match="no id"):
        read_osv(b"{}", "x")


def test_a_date_that_is_none_is_a_fault_and_the_record_still_counts() -> None:
    record = read_osv(as_bytes({"id": "X", "published": "soon"}), "x")
    assert record.published is None
    assert "/published" in str(record.faults[0])


def test_the_year_1_of_a_git_copy_is_no_date_and_no_fault() -> None:
    record = read_osv(as_bytes({"id": "X", "published": "0001-01-01T00:00:00Z"}), "x")
    assert (record.published, record.faults) == (None, ())


@pytest.mark.parametrize("withdrawn", ["2030-01-01T00:00:00Z", "some day"])
def test_a_withdrawn_record_says_nothing(withdrawn: str) -> None:
    def never(_: object) -> FeedReading:
        pytest.fail("a withdrawn record was read")

    data = as_bytes({"id": "X", "modified": "2030-02-01T00:00:00Z", "withdrawn": withdrawn})
    assert parse_record(data, "x", "feed", never).as_of == {"feed": date(2030, 2, 1)}
