"""Deep links: what is formatted is parsed back, and anything else is refused with what there is."""

from __future__ import annotations

import shlex

import pytest
from hypothesis import given
from hypothesis import strategies as st

from supplymatrix.errors import InputError
from supplymatrix.tui.links import HOME, Link, command_of, format_link, parse_link
from supplymatrix.tui.places import PLACES

_PART = st.text(min_size=1, max_size=40)


@st.composite
def _links(draw: st.DrawFn) -> Link:
    place = draw(st.sampled_from(PLACES))
    count = draw(st.integers(0, len(place.parts)))
    return Link(place.id, tuple(draw(st.lists(_PART, min_size=count, max_size=count))))


@given(_links())
def test_a_link_comes_back_as_it_was(link: Link) -> None:
    try:
        text = format_link(link)
    except UnicodeEncodeError:
        return  # a lone surrogate is no text
    assert parse_link(text) == link
    assert parse_link(command_of(link)) == link
    assert shlex.split(text) == [text]
    assert text.isascii()


@given(st.text(max_size=200))
def test_any_text_is_a_link_or_refused(text: str) -> None:
    try:
        link = parse_link(text)
    except InputError:
        return
    assert parse_link(format_link(link)) == link


def test_a_link_may_end_with_a_slash() -> None:
    assert parse_link("claims/") == Link("claims")
    assert parse_link(" home ") == HOME


def test_a_mistyped_place_gets_a_suggestion() -> None:
    with pytest.raises(InputError) as caught:
        parse_link("claim/x")
    assert caught.value.diagnostics[0].remedy == "did you mean 'claims'?"


@pytest.mark.parametrize("text", ["claims/a/b", "claims//b", "claims/%ff", "", "claims/" + "x" * 3000, "/claims"])
def test_what_is_no_link_is_refused(text: str) -> None:
    with pytest.raises(InputError):
        parse_link(text)


def test_the_project_of_a_command_is_quoted() -> None:
    text = command_of(Link("claims", ("a b",)), "my project")
    assert shlex.split(text) == ["supplymatrix", "tui", "my project", "--at", "claims/a%20b"]
    assert parse_link(text) == Link("claims", ("a b",))


def test_keys_and_names_of_places_are_theirs_alone() -> None:
    assert len({place.key for place in PLACES}) == len({place.id for place in PLACES}) == len(PLACES)
