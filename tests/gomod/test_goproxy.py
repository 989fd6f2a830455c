"""GOPROXY: reading the list, and both walks."""

from __future__ import annotations

from collections.abc import Generator
from typing import TypeVar

import pytest
from hypothesis import given
from hypothesis import strategies as st

from supplymatrix.errors import InputError
from supplymatrix.gomod.goproxy import (
    Element,
    LogAddress,
    ModuleSource,
    Outcome,
    Via,
    direct_log_url,
    fallback,
    is_of_folders,
    parse_goproxy,
    sumdb_via,
)

T = TypeVar("T")


def run(walk: Generator[str, Outcome, T], *outcomes: Outcome) -> T:
    left = list(outcomes)
    try:
        next(walk)
        while True:
            walk.send(left.pop(0))
    except StopIteration as done:
        assert not left, "the walk asked less than expected"
        result: T = done.value
        return result


@given(st.text(alphabet="ab:/.,| @%htpsdirectof\x00é", max_size=40))
def test_any_value_is_a_list_or_an_input_error(value: str) -> None:
    try:
        elements = parse_goproxy(value)
    except InputError:
        return
    assert elements
    assert all(e.url in ("off", "direct") or e.url.split(":")[0].lower() in ("http", "https", "file") for e in elements)


@pytest.mark.parametrize(
    ("value", "is_so"),
    [
        ("file:///srv/a", True),
        ("FILE:///srv/a|file:///srv/b,off", True),
        ("file:///srv/a,direct", False),
        ("file:///srv/a,https://proxy.example", False),
        ("direct", False),
        ("off", False),
        ("", False),
        ("no proxy", False),
    ],
)
def test_a_list_of_folders_alone_asks_nobody(value: str, *, is_so: bool) -> None:
    assert is_of_folders(value) is is_so


def test_a_bare_host_gets_https_and_a_pipe_is_remembered() -> None:
    assert parse_goproxy(" a.example | https://b.example, direct, ftp://x") == (
        Element(url="https://a.example", falls_back_on_error=True),
        Element(url="https://b.example"),
        Element(url="direct"),
    )


@pytest.mark.parametrize(
    "value", ["foo", "ftp://x", "a.example,/srv", "file://h/x", "file:/x", "file:///x?q", "http://h:x", ""]
)
def test_one_bad_element_spoils_the_list(value: str) -> None:
    with pytest.raises(InputError):
        parse_goproxy(value)


def test_a_refused_element_does_not_show_its_password() -> None:
    with pytest.raises(InputError) as caught:
        parse_goproxy("ftp://me:s3cret@h.example/x")
    assert "s3cret" not in str(caught.value)
    with pytest.raises(InputError) as caught:
        parse_goproxy("me:s3cret@h example")
    assert "s3cret" not in str(caught.value)


def test_a_private_module_goes_to_its_origin_even_under_off() -> None:
    walk = fallback(parse_goproxy("off"), "corp.example/x", gonoproxy="corp.example")
    assert run(walk) == ModuleSource(via=Via.DIRECT)


def test_failure_stops_at_a_comma() -> None:
    walk = fallback(parse_goproxy("a.example,b.example"), "m.example")
    assert run(walk, Outcome.FAILED) == ModuleSource(via=Via.FAILED, url="https://a.example")


def test_the_first_proxy_that_serves_the_log_is_its_address() -> None:
    found = run(sumdb_via(parse_goproxy("a.example,b.example/x/"), "sum.example"), Outcome.ABSENT, Outcome.FOUND)
    assert found == LogAddress(
        via=Via.PROXY, base_url="https://b.example/x/sumdb/sum.example", proxy="https://b.example/x/"
    )


@pytest.mark.parametrize(
    ("tail", "via"), [("|direct", Via.DIRECT), ("|off", Via.FAILED), ("|", Via.FAILED), (",direct", Via.FAILED)]
)
def test_a_failure_is_made_good_by_direct_only(tail: str, via: Via) -> None:
    assert run(sumdb_via(parse_goproxy(f"a.example{tail}"), "sum.example"), Outcome.FAILED).via is via


def test_an_address_of_its_own_goes_round_the_proxies() -> None:
    found = run(sumdb_via(parse_goproxy("a.example"), "sum.example", log_url="https://other.example"))
    assert found == LogAddress(via=Via.DIRECT, base_url="https://other.example")


@pytest.mark.parametrize("name", ["", "a/", "u@h", "h?x", "h#x", "/x", "h/%41", "a b", "h:x"])
def test_a_log_name_that_is_no_address_is_refused(name: str) -> None:
    with pytest.raises(InputError):
        direct_log_url(name)
