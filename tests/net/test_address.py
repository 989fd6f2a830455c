"""Addresses: secrets stay hidden, proxies of the environment are found as Go finds them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from supplymatrix.net.address import proxy_for, shown, shown_origin


@pytest.mark.parametrize(
    "url",
    ["https://ada:2024/s3cret@proxy.example", "https://ada:2024#s3cret@proxy.example", "https://ada?s3cret@p.example"],
)
def test_a_beginning_of_a_password_that_looks_like_a_port_is_not_shown(url: str) -> None:
    assert shown(f"{url}/sumdb/sum.golang.org/latest") == "https://…"


@pytest.mark.parametrize(
    "path",
    [
        "/lookup/example.com/a@v1.0.0",
        "/example.com/a/@v/list",
        "/example.com/a/@latest",
        "/example.com/a/@v/v1.0.0.zip",
    ],
)
def test_marks_of_the_module_proxy_are_no_passwords(path: str) -> None:
    assert shown(f"https://proxy.example:8443{path}") == f"https://proxy.example:8443{path}"


@given(st.text(alphabet=st.characters(exclude_characters="/?#@"), min_size=12))
def test_no_password_is_ever_shown(password: str) -> None:
    assert password not in shown(f"https://user:{password}@host.example/path?token={password}#{password}")


@given(st.text())
def test_what_is_shown_has_no_control_characters_and_an_end(text: str) -> None:
    assert shown(text).isprintable()
    assert len(shown(text)) <= 301


@pytest.mark.parametrize("password", ["pa/ss", "pa?ss", "pa#ss", "p:a/ss"])
def test_a_password_with_raw_marks_is_not_shown_either(password: str) -> None:
    assert shown(f"https://ada:{password}@proxy.example/go") == "https://…"


def test_a_server_with_a_port_is_shown_whole() -> None:
    assert shown("https://ada:s@[::1]:8443/go/@v/list") == "https://[::1]:8443/go/@v/list"


def test_origin_is_scheme_and_host() -> None:
    assert shown_origin("https://u:p@host.example:8/x/y?z") == "https://host.example:8"


@pytest.mark.parametrize(
    ("scheme", "host", "environ", "proxy"),
    [
        ("https", "h.example", {"HTTPS_PROXY": "http://p:1"}, "http://p:1"),
        ("https", "h.example", {"https_proxy": "p:1"}, "http://p:1"),
        ("http", "h.example", {"HTTPS_PROXY": "http://p:1"}, ""),
        ("http", "h.example", {"HTTP_PROXY": "http://p:1", "REQUEST_METHOD": "GET"}, ""),
        ("https", "h.example", {"ALL_PROXY": "http://p:1"}, "http://p:1"),
        ("https", "localhost", {"HTTPS_PROXY": "http://p:1"}, ""),
        ("http", "127.0.0.1", {"HTTP_PROXY": "http://p:1"}, ""),
        ("https", "h.example", {"HTTPS_PROXY": "http://p:1", "NO_PROXY": "*"}, ""),
        ("https", "a.h.example", {"HTTPS_PROXY": "http://p:1", "NO_PROXY": "x, h.example"}, ""),
        ("https", "h.example", {"HTTPS_PROXY": "http://p:1", "NO_PROXY": ".h.example"}, "http://p:1"),
        ("https", "xh.example", {"HTTPS_PROXY": "http://p:1", "NO_PROXY": "h.example"}, "http://p:1"),
        ("https", "h.example", {"HTTPS_PROXY": "http://p:1", "NO_PROXY": "h.example:443"}, ""),
        ("https", "h.example", {"HTTPS_PROXY": "http://p:1", "NO_PROXY": "h.example:80"}, "http://p:1"),
        ("https", "10.1.2.3", {"HTTPS_PROXY": "http://p:1", "NO_PROXY": "10.0.0.0/8"}, ""),
        ("https", "h.example", {"HTTPS_PROXY": "http://p:1", "NO_PROXY": "10.0.0.0/8"}, "http://p:1"),
        ("https", "10.1.2.3", {"HTTPS_PROXY": "http://p:1", "NO_PROXY": "2.3"}, "http://p:1"),
        ("https", "10.1.2.3", {"HTTPS_PROXY": "http://p:1", "NO_PROXY": "10.1.2.3:443"}, ""),
        ("https", "10.1.2.3", {"HTTPS_PROXY": "http://p:1", "NO_PROXY": "10.1.2.3:80"}, "http://p:1"),
        ("https", "10.1.2.3", {"HTTPS_PROXY": "http://p:1", "NO_PROXY": ".3"}, "http://p:1"),
        ("https", "h.example", {"HTTPS_PROXY": "http://p:1", "NO_PROXY": "*.h.example"}, "http://p:1"),
        ("https", "a.h.example", {"HTTPS_PROXY": "http://p:1", "NO_PROXY": "*.h.example"}, ""),
        ("https", "xh.example", {"HTTPS_PROXY": "http://p:1", "NO_PROXY": "*h.example"}, "http://p:1"),
        ("https", "h.example", {"HTTPS_PROXY": "http://p:1", "NO_PROXY": "H.Example"}, ""),
        ("https", "2001:db8::1", {"HTTPS_PROXY": "http://p:1", "NO_PROXY": "2001:db8::1"}, ""),
        ("https", "2001:db8::1", {"HTTPS_PROXY": "http://p:1", "NO_PROXY": "2001:DB8:0::1"}, ""),
        ("https", "2001:db8::1", {"HTTPS_PROXY": "http://p:1", "NO_PROXY": "[2001:db8::1]"}, ""),
        ("https", "2001:db8::1", {"HTTPS_PROXY": "http://p:1", "NO_PROXY": "[2001:db8::1]:443"}, ""),
        ("https", "2001:db8::1", {"HTTPS_PROXY": "http://p:1", "NO_PROXY": "[2001:db8::1]:80"}, "http://p:1"),
        ("https", "2001:db8::1", {"HTTPS_PROXY": "http://p:1", "NO_PROXY": "2001:db8::/32"}, ""),
        ("https", "10.1.2.3", {"HTTPS_PROXY": "http://p:1", "NO_PROXY": "::ffff:10.1.2.3"}, ""),
        ("https", "10.1.2.3", {"HTTPS_PROXY": "http://p:1", "NO_PROXY": "10.0.0.0/99"}, "http://p:1"),
        ("https", "xn--bcher-kva.example", {"HTTPS_PROXY": "http://p:1", "NO_PROXY": "bücher.example"}, ""),
        ("https", "h.example", {"HTTPS_PROXY": "http://p:1", "NO_PROXY": ", :443,."}, "http://p:1"),
        ("https", "::1", {"HTTPS_PROXY": "http://p:1"}, ""),
    ],
)
def test_proxy_of_the_environment(scheme: str, host: str, environ: dict[str, str], proxy: str) -> None:
    assert proxy_for(scheme, host, None, environ) == proxy
