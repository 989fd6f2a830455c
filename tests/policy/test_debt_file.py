"""The debt list: the same findings make the same bytes, and what is no such list is refused with its place."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from supplymatrix.errors import InputError
from supplymatrix.model.location import Location
from supplymatrix.policy.debt_file import parse_debt_list, render_debt_list
from supplymatrix.policy.document import DebtEntry

MARK = "0123456789abcdef" * 2
ENTRY = f'[[debt]]\nrule = "SM201"\nsubject = "a.example/x"\nfingerprint = "{MARK}"\n'


def entry(subject: str, fingerprint: str = MARK) -> DebtEntry:
    return DebtEntry(rule="SM201", subject=subject, fingerprint=fingerprint, location=Location(artifact="x"))


@settings(max_examples=40)
@given(
    st.dictionaries(
        st.integers(0, 99).map(lambda number: f"{number:032x}"), st.text(min_size=1, max_size=20), max_size=5
    )
)
def test_a_list_reads_back_whatever_stands_in_the_subjects_and_in_any_order(found: dict[str, str]) -> None:
    entries = [entry(f"x{subject}", fingerprint) for fingerprint, subject in found.items()]
    text = render_debt_list(entries)
    assert text == render_debt_list(reversed(entries))
    back = parse_debt_list(text.encode("utf-8"), "lift.debt.toml")
    assert {(one.rule, one.fingerprint) for one in back} == {(one.rule, one.fingerprint) for one in entries}
    assert render_debt_list(back) == text


def test_an_entry_has_its_place() -> None:
    (found,) = parse_debt_list(ENTRY.encode(), "lift.debt.toml")
    assert str(found.location) == "lift.debt.toml:1:1"


@pytest.mark.parametrize(
    ("text", "line", "message"),
    [
        (ENTRY + ENTRY, 8, "this finding is in the list already, in line 1"),
        (ENTRY.replace("SM201", "SM2011"), 2, "there is no rule 'SM2011'"),
        (ENTRY.replace("SM201", "SM110"), 2, "SM110 is an alarm: nobody can owe it"),
        (ENTRY.replace("SM201", "SM104"), 2, "SM104 is a fault of the file itself: nobody can owe it"),
        (ENTRY.replace("SM201", "SM103"), 2, "SM103 is what is not known: nobody can owe it"),
        (ENTRY.replace(MARK, MARK[1:]), 4, "this is no fingerprint"),
        (ENTRY.replace("subject", "subjekt"), 1, "'subject' is missing"),
        (ENTRY.replace('"a.example/x"', '""'), 3, "this text is empty"),
        (ENTRY.replace("[[debt]]", "[debt]"), 1, "this is no array of tables"),
        (ENTRY + "[policy]\n", 5, "there is no key 'policy'"),
        ("[[debt]\n", 1, "this is not TOML"),
    ],
)
def test_a_list_that_says_something_else_is_refused_with_its_place(text: str, line: int, message: str) -> None:
    with pytest.raises(InputError) as caught:
        parse_debt_list(text.encode(), "lift.debt.toml")
    first = caught.value.diagnostics[0]
    assert (first.artifact, first.line) == ("lift.debt.toml", line)
    assert message in first.message


def test_all_faults_are_told_together() -> None:
    text = ENTRY.replace("SM201", "SM110").replace(MARK, "x")
    with pytest.raises(InputError) as caught:
        parse_debt_list(text.encode(), "lift.debt.toml")
    assert len(caught.value.diagnostics) == 2
