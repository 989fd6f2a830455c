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
        ("proxy.other.gouv.fr", "git.corp.gouv.fr/a", False),
        ("other.github.io", "corp.github.io/a", False),
        ("corp.github.io", "corp.github.io/a", True),
        ("other.azurewebsites.net", "corp.azurewebsites.net/a", False),
        ("other.s3.amazonaws.com", "corp.s3.amazonaws.com/a", False),
        ("s3.eu-west-1.amazonaws.com", "s3.eu-west-1.amazonaws.com/corp/a", False),
        ("192.0.2.7", "git.corp.example/a", False),
        ("203.0.113.9:3000", "git.corp.example/a", False),
        ("[2001:db8::1]", "git.corp.example/a", False),
        ("[fd00::1]", "git.corp.example/a", True),
        ("[::ffff:10.0.0.1]", "git.corp.example/a", True),
        ("100.64.1.1", "git.corp.example/a", True),
    ],
)
def test_whose_a_host_is(host: str, path: str, *, own: bool) -> None:
    assert is_own(host, path) is own


def test_whom_the_policy_allows_may_know() -> None:
    allowed = ("proxy.test:8443", "a.test/go")
    hosts = ("proxy.test:8443", "proxy.test", "A.test", "b.test")
    assert [is_own(host, "git.corp.example/a", allowed) for host in hosts] == [True, False, True, False]


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
