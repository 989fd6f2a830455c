"""Ranges of versions: Go's order, what `^` and `~` mean, and what is no range."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from supplymatrix.model import semver
from supplymatrix.policy.versions import parse_range

VERSIONS = [
    "v0.0.1", "v0.0.3", "v0.2.3", "v0.2.9", "v0.3.0-rc.1", "v0.3.0", "v1.0.0-20200101000000-abcdefabcdef", "v1.2.3",
    "v1.2.4-rc.9", "v1.2.4-rc.10", "v1.2.9", "v1.3.0-0.20200101000000-abcdefabcdef", "v1.3.0", "v1.10.0",
    "v2.0.0-alpha",
    "v2.0.0", "v2.0.0+incompatible", "v3.1.0",
]  # fmt: skip


@pytest.mark.parametrize(
    ("text", "allowed"),
    [
        ("v1.2.3", ["v1.2.3"]),
        ("=v1.2.3", ["v1.2.3"]),
        ("v2.0.0+incompatible", ["v2.0.0+incompatible"]),
        (">=v1.3.0, <v2", ["v1.3.0", "v1.10.0", "v2.0.0-alpha"]),
        (">v1.2.4-rc.9,<=v1.2.9", ["v1.2.4-rc.10", "v1.2.9"]),
        ("^v1.2.3", VERSIONS[7:14]),
        ("^v0.2.3", ["v0.2.3", "v0.2.9"]),
        ("^v0.0.3", ["v0.0.3"]),
        ("~v1.2.3", ["v1.2.3", "v1.2.4-rc.9", "v1.2.4-rc.10", "v1.2.9"]),
        ("v1.2.3 || v3", ["v1.2.3"]),
        ("v1.2.3 || >=v3", ["v1.2.3", "v3.1.0"]),
        (">=v1.2.3, !=v1.2.9, <v1.3", [*VERSIONS[7:10], "v1.3.0-0.20200101000000-abcdefabcdef"]),
        ("vers:golang/v1.2.3|>=v1.3.0|<v2.0.0|>=v3.0.0", ["v1.2.3", "v1.3.0", "v1.10.0", "v2.0.0-alpha", "v3.1.0"]),
        (">=v1.10.0, !=v2.0.0", ["v1.10.0", "v2.0.0-alpha", "v3.1.0"]),
        ("vers:golang/<v0.2.0|!=v0.0.1", ["v0.0.3"]),
    ],
)
def test_a_range_allows_what_its_bounds_say(text: str, allowed: list[str]) -> None:
    found = parse_range(text)
    assert [version for version in VERSIONS if found.holds(version)] == allowed


def test_no_range_allows_what_is_no_version() -> None:
    assert not parse_range(">=v0.0.0").holds("latest")


def test_a_version_without_its_v_is_read_with_one_and_said_to_be() -> None:
    found = parse_range("1.8.0")
    assert (found.text, found.single, found.added_v) == ("v1.8.0", "v1.8.0", True)
    assert not parse_range("v1.8").added_v
    assert parse_range("v1.8").single == "v1.8.0"


@pytest.mark.parametrize(
    "text",
    ["", "||", "v1,", "latest", "v01.2.3", "v1.2.3.4", "v1 v2", "v1.0.0, v1.1.0", "^", "vers:golang/^v1", ">=v1||"],
)
def test_what_is_no_range_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        parse_range(text)


@given(st.text(max_size=60))
def test_any_text_is_a_range_or_refused(text: str) -> None:
    try:
        found = parse_range(text)
    except ValueError:
        return
    assert all(isinstance(found.holds(version), bool) for version in VERSIONS)


@given(st.sampled_from(VERSIONS), st.sampled_from(VERSIONS))
def test_bounds_agree_with_gos_order(bound: str, version: str) -> None:
    order = semver.compare(version, bound)
    holds = {sign: parse_range(f"{sign}{bound}").holds(version) for sign in (">=", "<=", ">", "<")}
    assert holds == {">=": order >= 0, "<=": order <= 0, ">": order > 0, "<": order < 0}
