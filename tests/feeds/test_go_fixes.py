"""When Go itself had a fix: by the days of its releases, never by the day of the entry."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from supplymatrix.feeds.go_releases import parse_go_releases, release_dates
from supplymatrix.feeds.go_vulndb import date_fixes, go_version_of, parse_go_vulndb
from supplymatrix.model.advisory import GoFix
from tests.feeds.examples import RELEASE_TABLE, RELEASES, as_bytes, go_entry, osv_range


def _fix(*fixed: str, **more: tuple[str, ...]) -> GoFix:
    (fix,) = parse_go_vulndb(as_bytes(go_entry(*fixed, **more)), "x").go_fixes  # type: ignore[arg-type]
    (dated,) = date_fixes([fix], RELEASES)
    return dated


def _day(*fixed: str) -> date | None:
    released = _fix(*fixed).released
    return released.day if released else None


def test_the_clock_starts_with_the_earliest_release_that_holds_the_fix() -> None:
    assert _day("1.21.4", "1.20.7") == date(2023, 8, 1)


def test_a_fix_in_a_pre_release_is_in_the_release_behind_it() -> None:
    assert _fix("1.20.7", "1.21.0-rc.4").fixed_in == ("1.20.7", "1.21.0")
    assert _day("1.21.0-rc.4") == date(2023, 8, 8)


def test_a_fix_from_the_beginning_of_a_minor_on_is_in_its_first_release() -> None:
    assert _day("1.21.0-0") == date(2023, 8, 8)  # as CVE-2023-24531


def test_the_first_release_of_a_minor_may_be_written_with_its_zero() -> None:
    assert _day("1.20.0") == date(2023, 2, 1)  # as CVE-2023-45287


def test_a_release_without_a_day_leaves_the_clock_unknown_and_says_which() -> None:
    fix = _fix("1.21.9")
    assert fix.released is None
    assert "1.21.9" in fix.unknown_because


def test_a_release_that_came_after_the_table_leaves_an_earlier_day_as_it_is() -> None:
    assert _day("1.20.7", "1.22.3") == date(2023, 8, 1)


def test_a_missing_release_that_may_be_older_makes_the_day_unknown() -> None:
    assert _day("1.20.3", "1.21.4") is None


def test_without_a_table_nothing_is_dated() -> None:
    (fix,) = parse_go_vulndb(as_bytes(go_entry("1.21.4")), "x").go_fixes
    (dated,) = date_fixes([fix], {})
    assert dated.released is None
    assert dated.unknown_because


def test_an_entry_about_modules_alone_is_no_fix_of_go() -> None:
    reading = parse_go_vulndb(as_bytes(go_entry("0.56.0", name="golang.org/x/net")), "x")
    assert not reading.go_fixes
    assert not reading.faults


def test_a_name_that_stands_twice_is_one_fix() -> None:
    assert len(parse_go_vulndb(as_bytes(go_entry("1.21.4", aliases=("CVE-2030-0001",) * 2)), "x").go_fixes) == 1


def test_an_entry_without_a_cve_goes_by_its_own_id() -> None:
    assert _fix("1.21.4", aliases=("GHSA-a",)).cve == "GO-2030-0001"


@pytest.mark.parametrize(("last", "end"), [("1.22.4", "1.22.5"), ("1.24.0-rc.2", "1.24rc3")])
def test_a_last_affected_version_ends_a_range_and_is_no_fix(last: str, end: str) -> None:
    entry = go_entry("1.21.4")
    entry["affected"] = [
        {
            "package": {"name": "stdlib", "ecosystem": "Go"},
            "ranges": [
                osv_range(("introduced", "1.22.0-0"), ("last_affected", last), kind="SEMVER"),
                osv_range(("introduced", "0"), ("fixed", "8c4b5c1d"), kind="GIT"),
            ],
        }
    ]
    (fix,) = parse_go_vulndb(as_bytes(entry), "f").go_fixes
    assert (fix.ranges, fix.fixed_in) == ((("1.22", end),), ())


def test_ranges_are_go_versions() -> None:
    entry = go_entry("1.20.7")
    events = [{"introduced": "0"}, {"fixed": "1.20.7"}, {"introduced": "1.21.0-0"}, {"fixed": "1.21.0-rc.4"}]
    entry["affected"][0]["ranges"][0]["events"] = events  # type: ignore[index]
    (fix,) = parse_go_vulndb(as_bytes(entry), "x").go_fixes
    assert fix.ranges == (("", "1.20.7"), ("1.21", "1.21rc4"))
    assert fix.packages == ("net/http",)


@given(st.text(max_size=12))
def test_any_version_is_a_go_version_or_none(text: str) -> None:
    from supplymatrix.gomod.goversion import is_go_version

    version = go_version_of(text)
    assert version == "" or is_go_version(version)


def test_a_table_of_releases_gives_days_with_their_lines() -> None:
    reading = parse_go_releases(RELEASE_TABLE, "t.csv")
    assert {version: (when.day, when.field) for version, when in release_dates(reading).items()} == {
        "1.21.0": (date(2023, 8, 8), "line 3 released"),
        "1.21.4": (date(2023, 11, 7), "line 4 released"),
    }
    assert reading.as_of == {"go-releases": date(2030, 1, 1)}


def test_a_short_version_in_a_table_is_the_first_of_its_minor() -> None:
    assert "1.20.0" in release_dates(parse_go_releases(b"version,released\n1.20,2023-02-01\n", "t"))


@pytest.mark.parametrize("line", ["1.21.5", "1.21.5,soon", "go1.21.5,2023-12-05", "1.21.5,2023-12-05,x"])
def test_a_line_that_is_no_release_is_a_fault_with_its_line(line: str) -> None:
    reading = parse_go_releases(f"version,released\n1.21.4,2023-11-07\n{line}\n".encode(), "t.csv")
    assert [fault.line for fault in reading.faults] == [3]
    assert len(reading.shipments) == 1


def test_a_table_without_its_header_is_refused() -> None:
    assert "header" in str(parse_go_releases(b"1.21.4,2023-11-07\n", "t").faults[0])
