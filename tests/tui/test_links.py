"""Deep links: what is formatted is parsed back, and anything else is refused with what there is."""

from __future__ import annotations

import os
import shlex
import subprocess

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from supplymatrix.errors import InputError
from supplymatrix.reports.plain import plain
from supplymatrix.tui.links import HOME, Link, command_of, format_link, parse_link
from supplymatrix.tui.places import PLACES
from supplymatrix.tui.shell_words import quote_again

_PART = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=40)
_ANY = st.text(st.characters(), min_size=1, max_size=40)  # lone surrogates too: bytes that were no UTF-8
_PATHS = st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), min_size=1, max_size=30)
_ODD = st.text(st.sampled_from("a '\\\x1b\n\x7f\x9b\u202e\udcff-[~;$"), min_size=1, max_size=12)


@st.composite
def _links(draw: st.DrawFn) -> Link:
    place = draw(st.sampled_from(PLACES))
    count = draw(st.integers(0, len(place.parts)))
    return Link(place.id, tuple(draw(st.lists(_PART, min_size=count, max_size=count))))


@given(_links())
def test_a_link_comes_back_as_it_was(link: Link) -> None:
    text = format_link(link)
    assert parse_link(text) == link
    assert parse_link(command_of(link)) == link
    assert shlex.split(text) == [text]
    assert text.isascii()


@given(_ANY)
def test_a_link_to_anything_can_be_written(part: str) -> None:
    text = format_link(Link("claims", (part,)))
    assert text.isascii()
    assert shlex.split(text) == [text]


@given(st.one_of(st.text(st.characters(), max_size=200), _ANY.map("claims/".__add__)))
def test_any_text_is_a_link_or_refused(text: str) -> None:
    try:
        link = parse_link(text)
    except InputError:
        return
    assert parse_link(format_link(link)) == link


@pytest.mark.parametrize("text", ["claims/\udcff", "\udcff", "claims/%ED%B3%BF", "\ud800" * 3000])
def test_bytes_that_are_no_text_are_refused(text: str) -> None:
    with pytest.raises(InputError) as caught:
        parse_link(text)
    assert "UTF-8" in (caught.value.diagnostics[0].expected or "")
    str(caught.value).encode("utf-8", "backslashreplace")


@settings(max_examples=10)
@given(st.lists(st.one_of(_PATHS, _ODD), min_size=1, max_size=40))
def test_a_command_names_its_project_and_cannot_end_a_paste(paths: list[str]) -> None:
    commands = [command_of(Link("claims"), path) for path in paths]
    assert [plain(command) for command in commands] == commands
    words = [command.removeprefix("supplymatrix tui ").removesuffix(" --at claims") for command in commands]
    assert not any(word.startswith("-") for word in words)
    script = f"printf '%s\\0' {' '.join(words)}"
    shown = subprocess.run(["bash", "-c", script], capture_output=True, check=True).stdout
    expected = [f"./{path}" if path.startswith("-") else path for path in paths]
    assert shown == b"".join(os.fsencode(path) + b"\0" for path in expected)


def test_words_that_were_quoted_already_are_written_out() -> None:
    command = f"supplymatrix check {shlex.quote('a' + chr(27) + '[201~b c')} --format json"
    assert quote_again(command) == r"supplymatrix check $'a\033[201~b c' --format json"
    assert quote_again("a  'b'") == "a  'b'"


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
