"""git config is read as git reads it: sections, quotes, escapes, comments, lines that go on."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from supplymatrix.privacy.git_config_text import parse_git_config


@pytest.mark.parametrize(
    ("text", "key", "subsection", "value", "line"),
    [
        ("[core]\n\tbare = false\n", "core.bare", "", "false", 2),
        ("[a] b = c # d\n", "a.b", "", "c", 1),
        ('[url "https://x@h/"]\n insteadOf=git@h:\n', "url.*.insteadof", "https://x@h/", "git@h:", 2),
        ('[a "b\\"c\\\\d"]\ne = "f;#g" h ; i\n', "a.*.e", 'b"c\\d', "f;#g h", 2),
        ("[A.B]\nC = d\\\n  e\n", "a.*.c", "b", "d  e", 2),
        ('[a]\r\nb = "c\\td\\n"\r\n', "a.b", "", "c\td\n", 2),
        ("[a]\nb\n", "a.b", "", "", 2),
        ("\ufeff[a]\nb = c", "a.b", "", "c", 2),
        ('[a "x"]\n\n# c\nb = c', "a.*.b", "x", "c", 4),
    ],
)
def test_an_entry_is_read(text: str, key: str, subsection: str, value: str, line: int) -> None:
    entries, faults = parse_git_config(text)
    (entry,) = entries
    assert faults == ()
    assert (entry.key, entry.subsection, entry.text, entry.line) == (key, subsection, value, line)
    assert "x@h" not in repr(entry)


def test_a_line_that_is_none_is_a_fault_and_the_others_count() -> None:
    entries, faults = parse_git_config("b = 1\n[a]\nb = 2\n[[x\n= 3\nc = 4\n")
    assert [(entry.name, entry.text) for entry in entries] == [("b", "2"), ("c", "4")]
    assert faults == (1, 4, 5)


@given(st.text(st.sampled_from('[]"\\ab.=#;\n\t\r \ufeff'), max_size=80))
def test_any_text_is_read(text: str) -> None:
    entries, faults = parse_git_config(text)
    lines = text.replace("\r\n", "\n").count("\n") + 1
    assert all(1 <= entry.line <= lines for entry in entries)
    assert all(1 <= line <= lines for line in faults)
