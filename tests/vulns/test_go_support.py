"""Which Gos are supported on a day, by a table that ends on some day."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from supplymatrix.vulns.go_support import plain_go_version, support_of

DAYS = {
    "1.24.0": date(2025, 2, 11),
    "1.24.13": date(2026, 2, 3),
    "1.25.0": date(2025, 8, 12),
    "1.25.7": date(2026, 2, 3),
    "1.26.0": date(2026, 2, 10),
    "1.26rc1": date(2025, 12, 10),
}
AS_OF = date(2026, 3, 1)


@pytest.mark.parametrize(
    ("version", "is_supported"),
    [
        ("1.24.3", False), ("1.24", False), ("1.24rc1", False), ("1.17", False), ("1.25.0", True), ("1.26", True),
        ("1.26rc1", True), ("1.27rc1", True), ("1.99.0", True),
    ],
)  # fmt: skip
def test_a_minor_is_supported_until_two_newer_ones_are_out(version: str, is_supported: bool) -> None:
    assert support_of(version, DAYS, as_of=AS_OF, today=AS_OF).is_supported is is_supported


def test_what_ended_it_is_the_first_release_of_the_second_newer_minor() -> None:
    found = support_of("1.24.3", DAYS, as_of=AS_OF, today=AS_OF)
    assert (found.ended, found.newest_minor, found.newest) == (date(2026, 2, 10), "1.24.13", "1.26.0")


@pytest.mark.parametrize(
    ("version", "day"),
    [
        ("1.9", "2018-08-24"), ("1.11.5", "2019-09-03"), ("1.13.4", "2020-08-11"), ("1.14", "2021-02-16"),
        ("1.15", "2025-02-11"),
    ],
)  # fmt: skip
def test_what_ended_before_the_table_begins_has_the_day_of_that_time(version: str, day: str) -> None:
    assert support_of(version, DAYS, as_of=AS_OF, today=AS_OF).ended == date.fromisoformat(day)


def test_a_prerelease_in_the_table_ends_nothing() -> None:
    days = {version: day for version, day in DAYS.items() if version != "1.26.0"}
    assert support_of("1.24.3", days, as_of=AS_OF, today=AS_OF).is_supported is True


@pytest.mark.parametrize("version", ["", "devel", "2.0", "1.999999999999", "go1.24", "unknown"])
def test_of_what_is_no_release_nobody_can_say(version: str) -> None:
    found = support_of(version, DAYS, as_of=AS_OF, today=AS_OF)
    assert found.is_supported is None
    assert found.reason


def test_without_a_table_nobody_can_say() -> None:
    assert support_of("1.25.0", {}, as_of=None, today=AS_OF).is_supported is None


@pytest.mark.parametrize(
    ("version", "days", "expected"),
    [("1.25.0", 200, None), ("1.26.0", 200, True), ("1.26.0", 400, None), ("1.24.0", 400, False)],
)
def test_an_old_table_does_not_call_supported_what_must_have_ended(
    version: str, days: int, expected: bool | None
) -> None:
    assert support_of(version, DAYS, as_of=AS_OF, today=AS_OF + timedelta(days=days)).is_supported is expected


@given(st.integers(0, 3000), st.integers(0, 3000), st.sampled_from(["1.17", "1.24.1", "1.25.3", "1.26.0", "1.27"]))
def test_time_never_makes_a_go_supported_again(one: int, more: int, version: str) -> None:
    before = support_of(version, DAYS, as_of=AS_OF, today=AS_OF + timedelta(days=one)).is_supported
    after = support_of(version, DAYS, as_of=AS_OF, today=AS_OF + timedelta(days=one + more)).is_supported
    assert after is not True or before is True
    assert before is not False or after is False


@pytest.mark.parametrize(
    ("text", "version"),
    [
        ("go1.24.3", "1.24.3"), ("1.24.3-custom", "1.24.3"), ("go1.25.5 X:strictfipsruntime", "1.25.5"),
        ("go1.22rc1", "1.22rc1"), ("devel go1.27-abc", ""), ("", ""), ("unknown", ""),
    ],
)  # fmt: skip
def test_what_a_maker_adds_is_no_part_of_a_version(text: str, version: str) -> None:
    assert plain_go_version(text) == version
