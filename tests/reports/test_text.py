"""The report for people: whole reports of the main states, and that nothing from outside can disturb a terminal."""

from __future__ import annotations

import os
import re
import unicodedata
from pathlib import Path

import pytest
from hypothesis import given, settings

from supplymatrix.model.audit import Audit
from supplymatrix.model.fact import CachedCopy, CopyKind, CopyState, Facts
from supplymatrix.model.module import ModuleVersion
from supplymatrix.model.value import changed
from supplymatrix.model.verdict import Outcome
from supplymatrix.reports.registry import render
from supplymatrix.reports.snippet import text_width
from tests.reports.audits import PROJECTS, any_audit, fixture_audit, hostile_audit

pytestmark = pytest.mark.slow

GOLDEN = Path(__file__).parent / "golden"
STATES = sorted(path.name for path in PROJECTS.iterdir())
COLOR = re.compile(r"\x1b\[[0-9;]*m")


def assert_golden(name: str, text: str) -> None:
    """Compare a text with tests/reports/golden; UPDATE_GOLDEN=1 writes it anew."""
    path = GOLDEN / name
    if os.environ.get("UPDATE_GOLDEN") == "1":
        path.parent.mkdir(exist_ok=True)
        path.write_text(text, encoding="utf-8")
    assert text == path.read_text(encoding="utf-8")


def test_every_outcome_has_a_project() -> None:
    outcomes = {fixture_audit(f"projects/{state}").verdict.outcome for state in STATES}
    assert outcomes == set(Outcome)


@pytest.mark.parametrize("state", STATES)
def test_a_state_is_reported_as_it_always_was(state: str) -> None:
    assert_golden(f"{state}.txt", render(fixture_audit(f"projects/{state}"), "text"))


@pytest.mark.parametrize("state", STATES)
def test_a_state_is_reported_in_full_as_it_always_was(state: str) -> None:
    assert_golden(f"{state}.verbose.txt", render(fixture_audit(f"projects/{state}"), "text", verbose=True))


@pytest.mark.parametrize(("state", "fmt"), [("waived", "json"), ("incomplete", "json"), ("waived", "sarif")])
def test_a_state_is_written_for_machines_as_it_always_was(state: str, fmt: str) -> None:
    assert_golden(f"{state}.{fmt}", render(fixture_audit(f"projects/{state}"), fmt))


@pytest.mark.parametrize("state", STATES)
def test_colours_are_all_that_colour_adds(state: str) -> None:
    audit = fixture_audit(f"projects/{state}")
    colored = render(audit, "text", color=True)
    assert COLOR.sub("", colored) == render(audit, "text")
    assert colored.count("\x1b[0m") * 2 == len(COLOR.findall(colored))


@pytest.mark.parametrize("state", STATES)
@pytest.mark.parametrize("width", [60, 80, 160])
def test_lines_keep_the_width_as_far_as_words_allow(state: str, width: int) -> None:
    text = render(fixture_audit(f"projects/{state}"), "text", width=width)
    body = text.split("\n\n", 1)[1]  # the head is three lines, whatever the width
    for line in body.splitlines():
        assert text_width(line) <= width or line.lstrip().startswith(("= ", "┌"))


def odd_characters(text: str) -> set[str]:
    """Return the characters that could move a cursor, hide or reorder what is read."""
    return {char for char in text if unicodedata.category(char) in ("Cc", "Cf", "Cs", "Zl", "Zp")} - {"\n"}


@settings(max_examples=26)
@given(hostile_audit())
def test_no_hostile_text_reaches_the_terminal(audit: Audit) -> None:
    assert odd_characters(render(audit, "text", verbose=True)) == set()
    assert odd_characters(render(audit, "text")) == set()


@settings(max_examples=20)
@given(hostile_audit())
def test_colours_are_the_only_controls_of_a_coloured_report(audit: Audit) -> None:
    colored = render(audit, "text", color=True, verbose=True)
    assert odd_characters(COLOR.sub("", colored)) == set()
    assert set(COLOR.findall(colored)) <= {f"\x1b[{code}m" for code in ("0", "1", "2", "31", "32", "33", "36", "1;31")}


@settings(max_examples=20)
@given(any_audit())
def test_shares_and_caps_that_are_printed_add_up_to_the_printed_score(audit: Audit) -> None:
    from fractions import Fraction

    text = render(audit, "text", verbose=True)
    printed = re.findall(r"^   (SM\d{3}|score) +(-?)((?:\d+ )?\d+(?:/\d+)?) points", text, re.MULTILINE)
    numbers = [(name, sum(map(Fraction, number.split(" "))) * (-1 if sign else 1)) for name, sign, number in printed]
    if audit.verdict.score is None:
        assert numbers == []
    else:
        assert sum(number for name, number in numbers if name != "score") == numbers[-1][1] == audit.verdict.score.low


def last_line(audit: Audit) -> str:
    return " ".join(render(audit, "text").rstrip("\n").rsplit("\n\n", 1)[1].split())


def with_copies(*states: CopyState) -> Audit:
    audit = fixture_audit("projects/pass")
    module = ModuleVersion(path="github.com/gorilla/mux", version="v1.8.0")
    copies = [
        CachedCopy(subject=module, kind=CopyKind.ZIP, state=state, path=f"{number}.zip", hash="", logged_hash="h1:x")
        for number, state in enumerate(states)
    ]
    return changed(audit, facts=Facts([*audit.facts.items, *copies]))


def test_a_run_that_read_no_module_says_so() -> None:
    assert "Contents of modules were not looked at; only their hashes were." in last_line(with_copies())


def test_a_copy_that_could_not_be_hashed_was_not_looked_at() -> None:
    assert "Contents of modules were not looked at" in last_line(with_copies(CopyState.UNCHECKED))


@pytest.mark.parametrize(
    ("number", "words"), [(1, "1 copy in the module cache was hashed"), (2, "2 copies in the module cache were hashed")]
)
def test_a_run_that_hashed_copies_says_how_many(number: int, words: str) -> None:
    line = last_line(with_copies(*[CopyState.EQUAL] * number))
    assert words in line
    assert "Contents of modules were not looked at" not in line


def test_a_run_that_looked_beside_the_project_says_at_what() -> None:
    assert last_line(fixture_audit("SM120/bad")).startswith(
        "2 of 2 go.sum lines proven in the log, asked: replay recorded. 7 files of vendor/ were held against the zips "
        "of 1 module. No other contents of modules were looked at."
    )
    words = "1 Go was hashed: 1.26.8 linux-amd64 (MODIFIED). Contents of modules were not looked at;"
    assert words in last_line(fixture_audit("SM130/bad"))
    assert "1 program was read. Contents of modules were not looked at;" in last_line(fixture_audit("SM146/bad"))
