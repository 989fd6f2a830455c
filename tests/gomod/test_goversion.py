"""Go's own versions and toolchain names."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from supplymatrix.gomod.goversion import (
    go_version_key,
    is_go_version,
    is_toolchain,
    language_version,
    toolchain_key,
)

_VERSION = st.from_regex(r"(0|[1-9]\d?)(\.(0|[1-9]\d?)(\.(0|[1-9]\d?)|(rc|beta)\d?)?)?", fullmatch=True)


@pytest.mark.parametrize(
    "bad", ["", "1.", "01.2", "1.02", "1.2.3rc1", "1.2.3.4", "1.2RC1", "v1.2", "1.2-x", "1.2\n", "१"]
)
def test_what_go_does_not_take_for_a_version_is_none(bad: str) -> None:
    assert not is_go_version(bad)
    assert go_version_key(bad) < go_version_key("0")


def test_a_language_version_comes_before_its_candidates_only_from_1_21_on() -> None:
    rising = ["1.20rc1", "1.20", "1.20.1", "1.21", "1.21rc1", "1.21.0", "1.21.1", "1.22"]
    assert sorted(rising, key=go_version_key) == rising
    assert go_version_key("1.20") == go_version_key("1.20.0")
    assert go_version_key("1.21") < go_version_key("1.21.0")


def test_a_makers_suffix_has_no_say() -> None:
    assert is_toolchain("go1.22.5-custom")
    assert toolchain_key("go1.22.5-custom") == toolchain_key("go1.22.5")
    assert not is_toolchain("1.22.5")
    assert not is_toolchain("default")


@pytest.mark.parametrize(
    ("name", "language"), [("go1", "go1"), ("go1.0", "go1"), ("go2", "go2.0"), ("go1.26rc1", "go1.26")]
)
def test_the_language_version_of_a_toolchain(name: str, language: str) -> None:
    assert language_version(name) == language


@given(_VERSION, _VERSION)
def test_versions_that_are_equal_have_one_language_version(one: str, two: str) -> None:
    if go_version_key(one) == go_version_key(two):
        assert language_version(f"go{one}") == language_version(f"go{two}")


@given(st.text(max_size=20))
def test_any_text_is_a_toolchain_or_has_no_language_version(text: str) -> None:
    assert bool(language_version(text)) is is_toolchain(text)
    toolchain_key(text)
