"""Whether a Go version holds a fix: of its own minor, or of a newer one."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from supplymatrix.model.value import changed
from supplymatrix.vendors.go_fixes import holds_fix, is_touched
from tests.vendors.made_reading import go_fix

_FIX = go_fix("CVE-2024-1", fixed_in=("1.21.5", "1.22.1"))


@pytest.mark.parametrize(
    ("version", "holds"),
    [
        ("1.21.5", True),
        ("1.21.13", True),
        ("1.22.1", True),
        ("1.22.9", True),
        ("1.23.0", True),
        ("1.23rc1", True),
        ("1.21.4", False),
        ("1.22.0", False),
        ("1.22rc1", False),
        ("1.20.14", False),
        ("", False),
        ("tip", False),
    ],
)
def test_a_version_holds_a_fix_of_its_minor_or_of_an_older_one(version: str, holds: bool) -> None:
    assert holds_fix(version, _FIX) is holds


def test_a_newer_minor_without_a_fix_of_its_own_holds_it_unless_it_is_touched() -> None:
    fix = go_fix("CVE-2024-2", fixed_in=("1.21.5", "1.24.1"), ranges=(("", "1.21.5"), ("1.23.0-0", "1.24.1")))
    assert holds_fix("1.22.0", fix)
    assert not holds_fix("1.23.7", fix)
    assert holds_fix("1.24.1", fix)


def test_what_a_second_bug_of_its_own_minor_touches_does_not_hold_the_fix() -> None:
    fix = go_fix("CVE-2024-5", fixed_in=("1.22.3", "1.22.8"), ranges=(("1.22.0", "1.22.3"), ("1.22.6", "1.22.8")))
    assert [holds_fix(f"1.22.{patch}", fix) for patch in (2, 3, 5, 6, 7, 8)] == [False, True, True, False, False, True]


def test_a_version_before_the_bug_does_not_hold_the_fix_and_is_not_touched() -> None:
    fix = go_fix("CVE-2024-3", fixed_in=("1.22.3",), ranges=(("1.22.0-0", "1.22.3"),))
    assert not holds_fix("1.21.9", fix)
    assert not is_touched("1.21.9", fix)
    assert is_touched("1.22rc1", fix)
    assert is_touched("1.22.2", fix)


def test_a_range_without_an_end_touches_every_later_version() -> None:
    fix = go_fix("CVE-2024-4", fixed_in=(), ranges=(("1.20", ""),))
    assert is_touched("1.25.1", fix)
    assert not holds_fix("1.25.1", fix)


@given(st.integers(19, 25), st.integers(0, 20))
def test_no_version_is_touched_and_holds_the_fix(minor: int, patch: int) -> None:
    version = f"1.{minor}.{patch}"
    assert is_touched(version, _FIX) is not holds_fix(version, _FIX)
    assert is_touched(version, changed(_FIX, ranges=())) is is_touched(version, _FIX)
