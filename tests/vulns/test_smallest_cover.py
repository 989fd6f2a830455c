"""The fewest updates: never more than needed, and all of them covered."""

from __future__ import annotations

from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from supplymatrix.vulns.smallest_cover import smallest_cover


@pytest.mark.parametrize(
    ("covers", "chosen"),
    [
        ({}, ()),
        ({"a": set(), "b": set()}, ("a", "b")),
        ({"a": {"b", "c"}, "b": {"c"}, "c": set()}, ("a",)),
        ({"a": {"b"}, "b": {"a"}}, ("a",)),
        ({"a": {"b"}, "b": {"c"}, "c": {"a"}}, ("a", "b")),
        ({"a": {"elsewhere"}}, ("a",)),
    ],
)
def test_known_choices(covers: dict[str, set[str]], chosen: tuple[str, ...]) -> None:
    assert smallest_cover(covers) == (chosen, True)


_KEYS = "abcdefg"


@given(st.dictionaries(st.sampled_from(_KEYS), st.frozensets(st.sampled_from(_KEYS))))
def test_no_smaller_choice_covers_all(covers: dict[str, frozenset[str]]) -> None:
    chosen, is_smallest = smallest_cover(covers)
    assert is_smallest
    assert covers.keys() <= set().union(*(covers[key] | {key} for key in chosen), set())
    for fewer in combinations(sorted(covers), max(0, len(chosen) - 1)):
        together = set().union(*(covers[key] | {key} for key in fewer), set())
        assert not chosen or not covers.keys() <= together


def test_many_that_need_each_other_are_chosen_without_trying_all() -> None:
    keys = [f"m{number:03}" for number in range(200)]
    covers = {key: {keys[(number + 1) % 200], keys[(number + 7) % 200]} for number, key in enumerate(keys)}
    chosen, is_smallest = smallest_cover(covers)
    assert not is_smallest
    assert set(keys) <= set().union(*(covers[key] | {key} for key in chosen))
