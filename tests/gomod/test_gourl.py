"""URLs as Go takes them; every case here was answered so by net/url of Go 1.26.8."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from supplymatrix.gomod.gourl import join_url, split_url


@pytest.mark.parametrize(
    "text",
    [
        "https://h:x", "https://h:1:2", "https://a b", "https://h/%zz", "https://h%41", "https://[::1", "https://[1.2.3.4]",
        "https://x[::1]", "https://u ser@h", "https://h/\x7f", "https://h/#%", ":x", "1:2/3", "https://h|x",
        "https://[::1%25%zz]", "https://[::1%x]", "https://[::1]x",
    ],
)  # fmt: skip
def test_go_refuses(text: str) -> None:
    assert split_url(text) is None


@pytest.mark.parametrize(
    "text",
    [
        "https://h:", "https://h:80/a%20b", "https://u:p@h/", "https://[::1]:80", "file:///a", "http:x", "a/b:c", "*",
        "https://h\u00e9", "https://[fe80::1%25eth0]/", "ftp://a:1:2",
    ],
)  # fmt: skip
def test_go_accepts(text: str) -> None:
    assert split_url(text) is not None


@given(st.text(max_size=40) | st.text(alphabet="htps:/[]@%20#?.*", max_size=40))
def test_any_text_is_a_url_or_none(text: str) -> None:
    parts = split_url(text)
    assert parts is None or parts.scheme == parts.scheme.lower()


def test_a_path_is_joined_before_the_query() -> None:
    assert join_url("https://h/a/?token=1", "/b") == "https://h/a/b?token=1"
    assert join_url("https://h", "b") == "https://h/b"
