"""Globs over module paths, and which of several entries speaks of a module."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from supplymatrix.errors import InputError
from supplymatrix.policy import globs
from supplymatrix.policy.globs import GlobIndex, glob_fault, literal_prefix, matches
from tests.policy.policies import parse


@pytest.mark.parametrize(
    ("glob", "path"),
    [
        ("github.com/gorilla/mux", "github.com/gorilla/mux"),
        ("github.com/*/mux", "github.com/gorilla/mux"),
        ("github.com/**", "github.com/gorilla/mux"),
        ("github.com/**", "github.com"),
        ("**", "anything.example/at/all"),
        ("**/mux", "mux"),
        ("**/v2/**", "a.example/v2"),
        ("a.example/**/z", "a.example/z"),
        ("a.example/**/**/z", "a.example/b/c/d/z"),
        ("*/*", "a.example/b"),
    ],
)
def test_a_glob_matches_element_by_element(glob: str, path: str) -> None:
    assert matches(glob, path)


@pytest.mark.parametrize(
    ("glob", "path"),
    [
        ("github.com/gorilla/mux", "github.com/gorilla/mux/v2"),
        ("github.com/gorilla/mux", "github.com/gorilla/Mux"),
        ("github.com/*", "github.com/gorilla/mux"),
        ("github.com/*/mux", "github.com/mux"),
        ("**/mux", "a.example/amux"),
        ("a.example", "aXexample"),
    ],
)
def test_a_glob_matches_nothing_else(glob: str, path: str) -> None:
    assert not matches(glob, path)


@pytest.mark.parametrize("glob", ["", "/", "a//b", "/a", "a/", "a*", "a/b*c", "a/***", "**a/b", "a/" * 500 + "b"])
def test_what_is_no_glob_is_told_why(glob: str) -> None:
    assert glob_fault(glob)


@pytest.mark.parametrize("glob", ["a", "*", "**", "github.com/**/v2", "a/*/b", "(a)/[b]"])
def test_a_good_glob_has_no_fault(glob: str) -> None:
    assert glob_fault(glob) == ""


_ELEMENT = st.sampled_from(["a", "b", "c.example", "v2"])


@given(
    st.lists(st.one_of(_ELEMENT, st.sampled_from(["*", "**"])), min_size=1, max_size=6), st.lists(_ELEMENT, max_size=6)
)
def test_a_glob_matches_what_its_definition_says(pattern: list[str], path: list[str]) -> None:
    def by_definition(pattern: list[str], path: list[str]) -> bool:
        if not pattern:
            return not path
        if pattern[0] == "**":
            return any(by_definition(pattern[1:], path[skip:]) for skip in range(len(path) + 1))
        return bool(path) and pattern[0] in ("*", path[0]) and by_definition(pattern[1:], path[1:])

    whole = path or ["x"]
    assert matches("/".join(pattern), "/".join(whole)) is by_definition(pattern, whole)


def test_the_longest_literal_prefix_speaks() -> None:
    names = ["**", "github.com/**", "github.com/gorilla/**", "github.com/gorilla/mux"]
    policy = parse("".join(f'[packages."{glob}"]\n' for glob in names))
    paths = ("x", "github.com/a/b", "github.com/gorilla/x", "github.com/gorilla/mux")
    assert [[entry.glob for entry in policy.entries_for(path)] for path in paths] == [[glob] for glob in names]


@pytest.mark.parametrize("other", ["a.example/b/**", "a.example/b/**/**", "a.example/*", "a.example/**/b", "**"])
def test_a_glob_without_a_star_says_more_than_any_other_that_matches_its_module(other: str) -> None:
    assert matches(other, "a.example/b")
    assert literal_prefix("a.example/b") > literal_prefix(other)


def test_a_module_that_no_glob_matches_has_no_entry() -> None:
    assert parse('[packages."github.com/**"]\n').entries_for("gitlab.example/x") == ()


def test_the_order_of_entries_does_not_matter() -> None:
    text = ['[packages."github.com/**"]\nversion="v1.0.0"\n', '[packages."github.com/a/*"]\nversion="v2.0.0"\n']
    for order in (text, text[::-1]):
        (entry,) = parse("".join(order)).entries_for("github.com/a/b")
        assert entry.version == "v2.0.0"


def test_a_tie_is_an_error_with_the_place_of_the_second_entry() -> None:
    policy = parse('[packages."github.com/*/mux"]\n\n[packages."github.com/**"]\n')
    with pytest.raises(InputError) as caught:
        policy.entries_for("github.com/gorilla/mux")
    (fault,) = caught.value.diagnostics
    assert "two entries speak of github.com/gorilla/mux" in fault.message
    assert (fault.artifact, fault.line, fault.column) == ("lift.toml", 3, 1)
    assert fault.source_line == '[packages."github.com/**"]'


_GLOB = st.lists(st.one_of(_ELEMENT, st.sampled_from(["*", "**"])), min_size=1, max_size=4).map("/".join)


@given(st.lists(_GLOB, max_size=8), st.lists(_ELEMENT, min_size=1, max_size=4).map("/".join))
def test_an_index_finds_what_each_glob_by_itself_would_match(found: list[str], path: str) -> None:
    index = GlobIndex((glob, number) for number, glob in enumerate(found))
    assert sorted(index.about(path)) == [number for number, glob in enumerate(found) if matches(glob, path)]
    assert index.about(path) == index.about(path)


def test_an_index_looks_only_at_globs_that_begin_as_the_path_does(monkeypatch: pytest.MonkeyPatch) -> None:
    looked_at: list[str] = []

    def look(glob: str, path: str) -> bool:
        looked_at.append(glob)
        return matches(glob, path)

    monkeypatch.setattr(globs, "matches", look)
    index = GlobIndex((f"host{number}.example/owner/**", number) for number in range(1000))
    assert index.about("host7.example/owner/x") == (7,)
    assert looked_at == ["host7.example/owner/**"]
