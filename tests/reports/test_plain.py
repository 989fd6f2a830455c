"""Text from outside, made harmless."""

from __future__ import annotations

import json
import sys
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from supplymatrix.reports.plain import no_commands, plain, plain_lines
from tests.reports.audits import hostile_text

EVERY = [chr(code) for code in range(sys.maxunicode + 1)]
HIDDEN = [char for char in EVERY if unicodedata.category(char) in ("Cc", "Cf", "Cs", "Zl", "Zp")]


def test_every_control_and_format_character_of_unicode_is_written_out() -> None:
    assert [hex(ord(char)) for char in HIDDEN if char in plain(char)] == []


def test_every_letter_of_unicode_that_shows_stays() -> None:
    shown = [char for char in EVERY if unicodedata.category(char)[0] in "LNPS" and unicodedata.name(char, "") != ""]
    changed = {char for char in shown if plain(char) != char}
    assert all("FILLER" in unicodedata.name(char) or "VOWEL INHERENT" in unicodedata.name(char) for char in changed)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("\x1b[31m", "\\x1b[31m"),
        ("a\u202eb", "a\\u202eb"),
        ("\x9b1m", "\\x9b1m"),
        ("\udcff", "\\xff"),
        ("\ud83d", "\\ud83d"),
        ("\U000e0041", "\\U000e0041"),
        ("a\nb\tc", "a\\x0ab\\x09c"),
        ("漢字 é 😀", "漢字 é 😀"),
        ("", ""),
    ],
)
def test_what_is_hidden_is_written_out(text: str, shown: str) -> None:
    assert plain(text) == shown


def test_several_lines_keep_their_newlines_and_tabs_become_blanks() -> None:
    assert plain_lines("a\n\tb\r\x1b") == "a\n    b\\x0d\\x1b"


@given(st.one_of(hostile_text(), st.text()))
def test_plain_text_is_one_line_and_stays_as_it_is(text: str) -> None:
    once = plain(text)
    assert plain(once) == once
    assert len(once.splitlines()) <= 1
    assert once.encode("utf-8").decode("utf-8") == once


@given(st.text(st.characters(min_codepoint=32, max_codepoint=126)))
def test_printable_ascii_is_left_alone(text: str) -> None:
    assert plain(text) == plain_lines(text) == text


@pytest.mark.parametrize(
    ("text", "harmless"),
    [
        ("::error::x\n  ::add-mask::y", ": :error::x\n  : :add-mask::y"),
        ("a ##[stop-commands]b ##vso[task]c", "a # #[stop-commands]b # #vso[task]c"),
        ("path::name, 2001:db8::1, ## heading [x]", "path::name, 2001:db8::1, ## heading [x]"),
    ],
)
def test_a_runner_finds_no_command_in_a_text(text: str, harmless: str) -> None:
    assert no_commands(text) == harmless


def test_json_without_commands_says_the_same() -> None:
    text = json.dumps({"##[a]": ["##vso[b]", "::c::"]})
    assert "##" not in no_commands(text, as_json=True)
    assert json.loads(no_commands(text, as_json=True)) == json.loads(text)
