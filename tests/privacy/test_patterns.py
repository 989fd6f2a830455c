"""Which patterns can cover a module, what was meant by the others, and what of them is shown."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from supplymatrix.gomod.goprivate import match
from supplymatrix.privacy.patterns import patterns_of


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        (" git.corp.example", "git.corp.example"),
        ("git.corp.example\t", "git.corp.example"),
        ("git.corp.example/...", "git.corp.example"),
        ("git.corp.example/a/.../b", "git.corp.example/a"),
        ("https://git.corp.example/team", "git.corp.example/team"),
        ("https://ada@git.corp.example", "git.corp.example"),
        ("git@git.corp.example:team/tool", "git.corp.example/team/tool"),
        ("git.corp.example:8443/team", "git.corp.example/team"),
        ("git.corp.example//team", "git.corp.example/team"),
        ("Git.Corp.example", "git.corp.example"),
        ("[git.corp.example", "git.corp.example"),
        ("...", ""),
        (" *", ""),
        ("münchen.example", ""),
    ],
)
def test_what_covers_nothing_and_what_was_meant(text: str, meant: str) -> None:
    (found,) = patterns_of(text)
    assert (found.covers, found.meant) == (False, meant)


@pytest.mark.parametrize(
    "text",
    ["*", "*/", "*.corp.*/te?m/*", "[gh]it.corp.example", "a.example/X_y~z+-.b", r"git\.corp.example", "a.example/v2/"],
)
def test_what_covers_something(text: str) -> None:
    (found,) = patterns_of(text)
    assert (found.text, found.shown, found.covers) == (text, text, True)


def test_words_that_say_nothing_are_no_patterns_and_each_is_told_once() -> None:
    assert [each.text for each in patterns_of("none,,/,a.example,a.example")] == ["a.example"]


def test_what_may_be_a_password_is_not_shown() -> None:
    found = patterns_of("bot:s3cret,more,x@git.corp.example,b.example")
    assert [each.shown for each in found] == ["…", "…", "…@git.corp.example", "b.example"]
    assert "s3cret" not in repr(found) + "".join(each.meant for each in found)


@given(st.text(alphabet="aB.*?[]-^/:@ \\é", max_size=12))
def test_what_is_meant_covers_something(text: str) -> None:
    for each in patterns_of(text):
        assert not each.meant or patterns_of(each.meant)[0].covers


@given(
    st.from_regex(r"[a-z]{1,3}\.[a-z]{2}(?:/[a-zA-Z0-9]{1,3}){0,2}", fullmatch=True),
    st.text(alphabet="a.*?[]/B -", max_size=8),
)
def test_what_matches_a_path_covers_something(path: str, pattern: str) -> None:
    if "," not in pattern and match(pattern, path) is not None:
        assert all(each.covers for each in patterns_of(pattern))
