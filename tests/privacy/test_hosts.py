"""Hosts as shown, and the rules of thumb about whose they are."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from supplymatrix.privacy.hosts import host_of, is_own, is_public_path, is_this_machine


@pytest.mark.parametrize(
    ("url", "host"),
    [
        ("https://ada:s3cret@proxy.corp.example:8443/go?x=1", "proxy.corp.example:8443"),
        ("https://Proxy.Example", "proxy.example"),
        ("http://[::1]:80/a", "[::1]:80"),
        ("file:///srv/proxy", ""),
        ("https://%zz", ""),
    ],
)
def test_a_host_is_shown_without_who_logs_in(url: str, host: str) -> None:
    assert host_of(url) == host


@pytest.mark.parametrize(
    ("host", "path", "own"),
    [
        ("proxy.corp.example", "git.corp.example/a", True),
        ("proxy.corp.co.uk", "git.corp.co.uk/a", True),
        ("proxy.other.co.uk", "git.corp.co.uk/a", False),
        ("proxy.example", "git.corp.example/a", False),
        ("github.com", "github.com/acme/a", False),
        ("10.1.2.3:3000", "git.corp.example/a", True),
        ("127.0.0.1", "git.corp.example/a", True),
        ("athens", "git.corp.example/a", True),
        ("athens.internal", "git.corp.example/a", True),
        ("8.8.8.8", "git.corp.example/a", False),
        ("proxy.corp.example", "plain/a", False),
    ],
)
def test_whose_a_host_is(host: str, path: str, *, own: bool) -> None:
    assert is_own(host, path) is own


def test_this_machine_and_public_hosts() -> None:
    assert [is_this_machine(host) for host in ("localhost:80", "127.9.9.9", "[::1]:1", "10.0.0.1")] == [
        True, True, True, False,
    ]  # fmt: skip
    assert [is_public_path(path) for path in ("github.com/a/b", "git.corp.example/a")] == [True, False]


@given(st.text(max_size=60))
def test_no_text_is_too_odd_for_a_host(text: str) -> None:
    assert "@" not in host_of(f"https://a:b@{text}").rpartition("@")[0]
    is_own(text, text)
    is_this_machine(text)
