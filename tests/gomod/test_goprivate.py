"""GOPRIVATE patterns: what the vectors do not show."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from supplymatrix.gomod.goprivate import match

words = st.text(alphabet="ab/*?[]^-\\,.é\udc80", max_size=30)


@given(globs=words, path=words)
def test_any_text_matches_or_not_and_never_fails(globs: str, path: str) -> None:
    found = match(globs, path)
    assert found is None or found in globs.split(",")


@given(path=st.lists(st.text(alphabet="abc-.", min_size=1, max_size=5), min_size=1, max_size=5))
def test_a_path_covers_itself_and_everything_below(path: list[str]) -> None:
    plain = "/".join(path)
    assert match(plain, plain) == plain
    assert match(plain, f"{plain}/below") == plain


@given(globs=words, path=words)
def test_a_malformed_neighbour_changes_nothing(globs: str, path: str) -> None:
    assert (match(f"[,{globs}", path) is None) == (match(globs, path) is None)


def test_the_pattern_is_named_as_it_was_written() -> None:
    assert match("other.example,corp.example/", "corp.example/x") == "corp.example/"


def test_stars_that_cannot_match_take_bounded_time() -> None:
    assert match("*a" * 2000 + "b", "a" * 20_000) is None


@pytest.mark.parametrize("globs", ["", ",", "none", " corp.example", "corp.example//"])
def test_these_lists_cover_no_module_of_the_company(globs: str) -> None:
    assert match(globs, "corp.example/x") is None
