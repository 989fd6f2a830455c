"""Markdown: whole reports, within the size of a comment, and no markup but our own."""

from __future__ import annotations

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from supplymatrix.model.audit import Survey
from supplymatrix.model.rule import Level
from supplymatrix.model.value import changed
from supplymatrix.reports.markdown import LIMIT, code, sentence, steps
from supplymatrix.reports.plain import plain
from supplymatrix.reports.registry import render, render_survey
from tests.reports.audits import (
    any_survey,
    fixture_audit,
    hostile_survey,
    hostile_text,
    main_survey,
    outage_audit,
    placed_audit,
    survey_of,
)
from tests.reports.test_text import assert_golden, odd_characters

pytestmark = pytest.mark.slow

_SPAN = re.compile(r"`[^`\n]+`")
_MARKUP = set("<>&[]\\_~@#$^{}!")  # what can be markup, a link or a mention in running text


def bare(text: str) -> str:
    """Return a report without its code spans."""
    return _SPAN.sub("", text)


def rows(text: str) -> list[list[str]]:
    """Return the cells of all rows of tables."""
    return [line.strip("|").split("|") for line in text.split("\n") if line.startswith("|")]


def test_a_survey_is_written_as_it_always_was() -> None:
    assert_golden("survey.md", render_survey(main_survey(), "markdown"))


@pytest.mark.parametrize("state", ["alarm", "waived"])
def test_one_subject_is_written_as_it_always_was(state: str) -> None:
    assert_golden(f"{state}.md", render(fixture_audit(f"projects/{state}"), "markdown"))


@settings(max_examples=50)
@given(hostile_survey())
def test_no_text_from_outside_is_markup(survey: Survey) -> None:
    text = render_survey(survey, "markdown")
    assert odd_characters(text) == set()
    for line in bare(text).split("\n"):
        body = re.sub(r"^(?:#{2,3} |- )", "", line).replace("<br>", "").replace("**", "")
        assert not _MARKUP & set(body), line
        assert "://" not in body
        assert "`" not in body


@settings(max_examples=33)
@given(hostile_survey())
def test_every_row_of_a_table_has_the_cells_of_its_head(survey: Survey) -> None:
    width = 0
    for line in render_survey(survey, "markdown").split("\n"):
        if not line.startswith("|"):
            width = 0
            continue
        cells = line.count("|")
        width = width or cells
        assert cells == width, line


@settings(max_examples=100)
@given(hostile_text())
def test_a_code_span_holds_everything_and_ends_where_it_should(text: str) -> None:
    span = code(text)
    assert span == "–" or _SPAN.fullmatch(span)  # noqa: RUF001 - the dash of an empty text
    assert "|" not in span


@settings(max_examples=100)
@given(st.one_of(hostile_text(), st.text(max_size=60)))
def test_a_sentence_keeps_its_words(text: str) -> None:
    shown = sentence(text).replace("`", "").replace(r"\x60", "`").replace(r"\x7c", "|")
    assert shown.split() == plain(text).replace(r"\x60", "`").replace(r"\x7c", "|").split()


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("the log disagrees on golang.org/x/text v0.3.8", "the log disagrees on `golang.org/x/text` v0.3.8"),
        ("plain, with (brackets): and 31,337 things.", "plain, with (brackets): and 31,337 things."),
        ("call @octocat, see #12 or GH-12", "call `@octocat`, see `#12` or `GH-12`"),
        ("at www.example.com", "at `www.example.com`"),
        ("<b>x</b> **y** a_b_c", "`<b>x</b>` `**y**` `a_b_c`"),
        ("answered by https://proxy.example: 404", "answered by `https://proxy.example`: 404"),
    ],
)
def test_only_words_that_could_be_more_stand_in_code(text: str, shown: str) -> None:
    assert sentence(text) == shown


def test_a_command_of_a_next_step_is_one_span_and_its_remark_is_words() -> None:
    text = "supplymatrix verify a.example/b@v1.0.0 --project svc (shows the proof) · run again"
    assert steps(text) == "`supplymatrix verify a.example/b@v1.0.0 --project svc` (shows the proof)<br>run again"


def many(number: int) -> Survey:
    """Return a survey in which one subject has so many findings."""
    audit = placed_audit("fail", "svc")
    judged = audit.verdict.judged[0]
    assert judged.finding is not None
    items = tuple(
        changed(judged, finding=changed(judged.finding, message=f"finding {index} of go.sum"))
        for index in range(number)
    )
    return survey_of(changed(audit, verdict=changed(audit.verdict, judged=items)), placed_audit("alarm", "other"))


@pytest.mark.parametrize("number", [10, 5_000])
def test_a_report_is_never_longer_than_a_comment_may_be(number: int) -> None:
    assert len(render_survey(many(number), "markdown")) <= LIMIT


def test_what_is_cut_off_is_counted() -> None:
    text = render_survey(many(5_000), "markdown")
    (missing,) = re.findall(r"\*\*Not shown here for want of room: ([\d,]+) findings", text)
    shown = len(re.findall(r"\| finding \d+ of go.sum", text))
    assert shown + int(missing.replace(",", "")) == 5_000
    assert shown > 100


def test_an_alarm_is_not_what_is_cut_off() -> None:
    text = render_survey(many(5_000), "markdown")
    assert text.index("SM110") < text.index("finding 0 of go.sum")


def test_a_report_of_a_thousand_subjects_keeps_the_limit_and_counts_the_rest() -> None:
    survey = survey_of(*(placed_audit("pass", f"services/number-{number}") for number in range(1_500)))
    text = render_survey(survey, "markdown")
    assert len(text) <= LIMIT
    (missing,) = re.findall(r"want of room: ([\d,]+) rows", text)
    assert text.count("✅ pass |") + int(missing.replace(",", "")) == 1_500


@settings(max_examples=20)
@given(any_survey())
def test_every_subject_has_a_row(survey: Survey) -> None:
    text = render_survey(survey, "markdown")
    first = [row[0].strip() for row in rows(text)]
    assert all(code(item.root) in first for item in survey.items if not isinstance(item, str) and hasattr(item, "root"))


def test_what_an_outage_excuses_stands_among_what_is_waived() -> None:
    text = render(outage_audit(), "markdown")
    assert "| waived | what | by | until | reason |" in text
    assert "not checked, because:" in text
    assert "| `on_outage` | 2026-12-04 |" in text
    assert "| not checked | because |" not in text


def test_evidence_of_an_alarm_is_shown() -> None:
    audit = fixture_audit("projects/alarm")
    text = render(audit, "markdown")
    for item in audit.verdict.judged:
        if item.level is Level.ALARM and item.finding is not None:
            assert all(code(part.value) in text for part in item.finding.evidence)


def test_the_place_of_a_waiver_that_excuses_nothing_is_one_that_a_reader_can_open() -> None:
    text = render_survey(survey_of(placed_audit("waived", "a"), placed_audit("waived", "b/c")), "markdown")
    assert "| `a/lift.toml:15:1` |" in text
    assert "| `b/c/lift.toml:15:1` |" in text
    assert "| `lift.toml:" not in text
