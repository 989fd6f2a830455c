"""What the licence of Go says: the quotes stand in its texts, the texts are known."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from supplymatrix.cli.terms import _USES
from supplymatrix.licences.go_terms import FILES, TextState, Verb, read_go_text, use_keys, uses_of


@pytest.fixture(scope="module")
def texts() -> dict[str, bytes]:
    """Return LICENSE and PATENTS of the Go that is installed; skip without one."""
    go = shutil.which("go")
    if go is None:
        pytest.skip("go is not installed, so its texts are not here")
    root = subprocess.run([go, "env", "GOROOT"], cwd="/", capture_output=True, text=True, check=True).stdout.strip()
    found = {name: Path(root, name) for name in FILES}
    if not all(path.is_file() for path in found.values()):
        pytest.skip("this Go has its texts elsewhere")
    return {name: path.read_bytes() for name, path in found.items()}


def test_the_texts_that_go_comes_with_are_known(texts: dict[str, bytes]) -> None:
    assert {read_go_text(name, data).state for name, data in texts.items()} == {TextState.KNOWN}


def test_white_space_alone_makes_no_other_text_and_a_word_does(texts: dict[str, bytes]) -> None:
    for name, data in texts.items():
        spaced = read_go_text(name, data.replace(b"\n", b"\r\n") + b"\n\n")
        assert (spaced.state, spaced.edition) == (TextState.SPACED, read_go_text(name, data).edition)
        assert read_go_text(name, data.replace(b"the", b"no", 1)).state is TextState.OTHER
    assert read_go_text("LICENSE", texts["PATENTS"]).state is TextState.OTHER


def test_every_quote_stands_in_the_text_that_it_is_said_to_be_of(texts: dict[str, bytes]) -> None:
    plain = {name: " ".join(data.decode().split()) for name, data in texts.items()}
    for use in uses_of():
        for rule in use.rules:
            assert not rule.quote or rule.quote in plain[rule.source.partition(",")[0]]
            assert len(rule.quote.split()) <= 12


def test_each_use_is_answered_with_a_source_for_everything() -> None:
    assert use_keys() == _USES
    for use in uses_of():
        assert use.question.startswith("May I ")
        assert use.answer in ("yes", "yes, if", "no")
        assert all(rule.text and rule.source for rule in use.rules)
        assert uses_of(key=use.key) == (use,)


def test_what_ends_the_grant_is_told_where_patents_are() -> None:
    ends = [(use.key, rule.source) for use in uses_of() for rule in use.rules if rule.verb is Verb.ENDS]
    assert ends == [("patents", "PATENTS, end")]


@given(st.binary(max_size=200), st.sampled_from(FILES))
def test_any_bytes_are_another_text(data: bytes, name: str) -> None:
    assert read_go_text(name, data).state is TextState.OTHER


def test_notices_of_others_and_the_third_clause_are_among_the_rules() -> None:
    for key in ("redistribute", "program", "modify", "embed"):
        (use,) = uses_of(key=key)
        sources = " ".join(rule.source for rule in use.rules)
        assert "memmove_amd64.s" in sources
        assert "third clause" in sources
    (patents,) = uses_of(key="patents")
    words = " ".join(rule.text for rule in patents.rules)
    assert "order or agree" in words
    assert "not a vendor's changes" in words
