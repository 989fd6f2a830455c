"""Workflow commands: exactly those that were meant, whatever the text in them, and the gravest first."""

from __future__ import annotations

import re
from collections import Counter
from typing import NamedTuple

import pytest
from hypothesis import given, settings

from supplymatrix.model.audit import Audit, Survey
from supplymatrix.model.location import Location
from supplymatrix.model.rule import Level, Status
from supplymatrix.model.value import changed
from supplymatrix.reports.github import MOST
from supplymatrix.reports.plain import plain
from supplymatrix.reports.registry import render, render_survey
from tests.reports.audits import (
    any_survey,
    fixture_audit,
    hostile_audit,
    hostile_survey,
    main_survey,
    outage_audit,
    placed_audit,
    survey_of,
)
from tests.reports.test_text import assert_golden, odd_characters

pytestmark = pytest.mark.slow

_LAST = re.compile(
    r"supplymatrix: [a-z]+, exit \d(?: in mode [a-z, ]+)?(?:; \d+ subjects?: [0-9a-z ,]+)?"
    r"(?:; [\d,]+ more than GitHub [a-z :]+)?"
)


class Command(NamedTuple):
    """A workflow command as the runner reads it."""

    name: str
    properties: dict[str, str]
    data: str


def _unescaped(text: str, *codes: str) -> str:
    for code in (*codes, "0D", "0A", "25"):
        text = text.replace(f"%{code}", chr(int(code, 16)))
    return text


def read_command(line: str) -> Command | None:
    """Read a line as the runner does: the command up to a blank, properties at commas, data behind the second `::`."""
    line = line.lstrip()
    if not line.startswith("::") or "::" not in line[2:]:
        return None
    head, _, data = line[2:].partition("::")
    name, _, words = head.partition(" ")
    pairs = [word.split("=", 1) for word in words.strip().split(",") if word]
    properties = {pair[0]: _unescaped(pair[1], "3A", "2C") for pair in pairs if len(pair) == 2}
    return Command(name, properties, _unescaped(data))


def commands(text: str) -> list[Command]:
    """Return the commands of a report; all lines but the last one are commands."""
    *lines, last = text.rstrip("\n").split("\n")
    assert _LAST.fullmatch(last), last
    found = [read_command(line) for line in lines]
    assert None not in found
    return [command for command in found if command is not None]


def test_a_survey_is_annotated_as_it_always_was() -> None:
    assert_golden("survey.github", render_survey(main_survey(), "github"))


def test_one_subject_is_annotated_as_it_always_was() -> None:
    assert_golden("alarm.github", render(fixture_audit("projects/alarm"), "github"))


def test_alarms_come_first_even_of_the_last_subject() -> None:
    survey = survey_of(placed_audit("fail", "a"), placed_audit("alarm", "b"))
    found = commands(render_survey(survey, "github"))
    assert [command.properties["title"][:5] for command in found[:3]] == ["SM110", "SM111", "SM101"]


@settings(max_examples=50)
@given(hostile_survey())
def test_no_text_from_outside_becomes_a_command_or_a_property(survey: Survey) -> None:
    text = render_survey(survey, "github")
    assert odd_characters(text) == set()
    for command in commands(text):
        assert command.name in ("error", "warning", "notice")
        assert set(command.properties) <= {"file", "line", "endLine", "col", "endColumn", "title"}
        assert command.properties["title"]


@settings(max_examples=20)
@given(hostile_audit())
def test_a_file_name_is_what_it_was_after_the_runner_has_read_it(audit: Audit) -> None:
    files = {command.properties.get("file", "") for command in commands(render(audit, "github"))}
    places = {
        plain(audit.placed(place).artifact)
        for item in audit.verdict.judged
        for place in (item.finding.locations if item.finding else ())
    }
    gaps = {plain(gap.location.artifact) for gap in audit.verdict.gaps if gap.location}
    assert files <= places | gaps | {""}


@settings(max_examples=20)
@given(any_survey())
def test_no_kind_has_more_annotations_than_a_step_may_have(survey: Survey) -> None:
    found = commands(render_survey(survey, "github"))
    assert all(number <= MOST for number in Counter(command.name for command in found).values())


def test_what_is_too_much_for_a_step_is_counted_in_the_last_line() -> None:
    survey = survey_of(*(placed_audit("fail", f"svc{number}") for number in range(4)))
    text = render_survey(survey, "github")
    assert len(commands(text)) == MOST
    assert text.endswith("; 4 subjects: 4 fail; 10 more than GitHub takes as annotations: they are in the reports of "
                         "all other formats\n")  # fmt: skip


def test_a_run_that_fails_by_its_score_alone_has_an_error_that_says_so() -> None:
    audit = fixture_audit("projects/fail")
    judged = tuple(changed(item, level=Level.WARN) for item in audit.verdict.judged if item.status is Status.FAIL)
    audit = changed(audit, verdict=changed(audit.verdict, judged=judged))
    (first, *others) = commands(render(audit, "github"))
    assert (first.name, first.properties["title"]) == ("error", "supplymatrix: fail")
    assert "score 80, 80 needed" in first.data
    assert {command.name for command in others} == {"warning"}


def test_a_run_that_passes_has_no_error() -> None:
    assert commands(render(fixture_audit("projects/pass"), "github")) == []


def test_what_an_outage_excuses_is_a_notice() -> None:
    found = commands(render(outage_audit(), "github"))
    waived = [command for command in found if "waived" in command.properties["title"]]
    assert {command.name for command in found} == {"notice"}
    assert waived
    assert all("waived by on_outage until 2026-12-04" in command.data for command in waived)


@pytest.mark.parametrize(
    ("message", "written"),
    [
        ("100% a,b:c", "100%25 a,b:c"),
        ("a\r\nb", "a\\x0d\\x0ab"),
        ("::error::x", "::error::x"),
    ],
)
def test_a_message_is_escaped_as_the_runner_expects(message: str, written: str) -> None:
    audit = fixture_audit("SM110/bad")
    (judged, *_) = audit.verdict.judged
    assert judged.finding is not None
    item = changed(judged, finding=changed(judged.finding, message=message, label=""))
    text = render(changed(audit, verdict=changed(audit.verdict, judged=(item,))), "github")
    assert f"::{written}%0Anext: " in text


def test_a_place_of_several_lines_has_its_last_line_and_no_columns() -> None:
    audit = fixture_audit("SM110/bad")
    (judged, *_) = audit.verdict.judged
    assert judged.finding is not None
    place = Location(artifact="a,b:c.toml", line=2, column=3, end_line=5, end_column=1)
    item = changed(judged, finding=changed(judged.finding, locations=(place,)))
    (command, *_) = commands(render(changed(audit, verdict=changed(audit.verdict, judged=(item,))), "github"))
    assert {key: command.properties[key] for key in ("file", "line", "endLine")} == {
        "file": "a,b:c.toml", "line": "2", "endLine": "5",
    }  # fmt: skip
    assert "col" not in command.properties
