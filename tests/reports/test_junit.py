"""JUnit XML as its readers take it: read back by `junitparser`, since the form has no official schema."""

from __future__ import annotations

import re
from collections.abc import Iterator
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given, settings
from junitparser import Error, Failure, JUnitXml, Skipped, TestCase, TestSuite

from supplymatrix.model.audit import Audit, Survey, Unreadable
from supplymatrix.model.rule import Level, Status
from supplymatrix.model.value import changed
from supplymatrix.model.verdict import Mode
from supplymatrix.reports.junit import render
from supplymatrix.reports.plain import plain
from supplymatrix.reports.tally import path_of
from tests.reports.audits import (
    FOLDERS,
    any_audit,
    excused_audit,
    fixture_audit,
    main_survey,
    placed_audit,
    survey_of,
)
from tests.reports.test_text import assert_golden

pytestmark = pytest.mark.slow

_NO_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")

_TAGS = {
    "testsuites", "testsuite", "properties", "property", "testcase", "failure", "error", "skipped", "system-out",
}  # fmt: skip


def suites(found: Audit | Survey) -> list[TestSuite]:
    read = JUnitXml.fromstring(render(found).encode())
    assert isinstance(read, JUnitXml)
    return list(read)


def cases(found: Audit | Survey) -> Iterator[TestCase]:
    for suite in suites(found):
        yield from suite


def results(found: Audit | Survey) -> list[str]:
    """Return the first results of the cases, "" for a pass."""
    return [type(case.result[0]).__name__.lower() if case.result else "" for case in cases(found)]


def said(case: TestCase) -> str:
    words = [case.name, *(f"{result.message} {result.text}" for result in case.result), case.system_out or ""]
    return " ".join(words)


def test_a_survey_is_written_as_it_always_was() -> None:
    assert_golden("survey.junit.xml", render(survey_of(placed_audit("alarm", "a"), *main_survey().items[4:5])))


def test_one_subject_is_written_as_it_always_was() -> None:
    assert_golden("excused.junit.xml", render(excused_audit()))


@pytest.mark.parametrize("name", FOLDERS)
def test_a_suite_is_red_exactly_when_the_run_is(name: str) -> None:
    audit = fixture_audit(name)
    (suite,) = suites(audit)
    assert (suite.failures + suite.errors > 0) is (audit.verdict.exit_code != 0)


@settings(max_examples=25)
@given(any_audit())
def test_the_gate_is_a_case_that_fails_exactly_when_the_run_does(audit: Audit) -> None:
    gate = next(case for case in cases(audit) if case.classname == "supplymatrix.gate")
    assert bool(gate.result) is (audit.verdict.exit_code != 0)
    assert audit.verdict.exit_code != 0 or not set(results(audit)) & {"failure", "error"}


@pytest.mark.parametrize("fail_on", [Level.NOTE, Level.WARN, Level.ERROR])
@pytest.mark.parametrize("mode", Mode)
@pytest.mark.parametrize("known", [False, True])
def test_a_finding_is_red_from_the_level_on_from_which_the_run_fails(
    fail_on: Level, mode: Mode, *, known: bool
) -> None:
    audit = fixture_audit("projects/fail")
    first = changed(audit.verdict.judged[0], level=Level.WARN, status=Status.FAIL, known_before=known)
    assert first.finding is not None
    verdict = changed(audit.verdict, judged=(first,), fail_on=fail_on, mode=mode)
    decides = fail_on is not Level.ERROR and mode is Mode.ENFORCE and not known
    assert results(changed(audit, verdict=verdict))[1] == ("failure" if decides else "skipped")


def assert_sound(found: Audit | Survey) -> None:
    """Check that the file is XML of the elements that readers know, its numbers are right and its names differ."""
    text = render(found)
    assert _NO_XML.findall(text) == []
    assert {element.tag for element in ET.fromstring(text).iter()} <= _TAGS  # noqa: S314 - our own
    for suite in suites(found):
        first = [case.result[0] if case.result else None for case in suite]
        assert suite.tests == len(first)
        assert suite.failures == sum(isinstance(result, Failure) for result in first)
        assert suite.errors == sum(isinstance(result, Error) for result in first)
        assert suite.skipped == sum(isinstance(result, Skipped) for result in first)
        names = [(case.classname, case.name) for case in suite]
        assert len(set(names)) == len(names)


def test_a_suite_has_the_path_of_its_subject() -> None:
    survey = main_survey()
    assert [suite.name for suite in suites(survey)] == [plain(path_of(item)) for item in survey.items]


def test_classes_of_several_subjects_are_told_apart() -> None:
    found = {case.classname for case in cases(survey_of(placed_audit("fail", "svc.a"), placed_audit("fail", "b")))}
    assert {name.split(".")[1] for name in found} == {"svc_a", "b"}


def test_each_state_has_its_element() -> None:
    audit = excused_audit()
    names = ["failure", *["failure", "skipped", "skipped", "skipped"]]
    assert results(audit)[: len(names)] == names
    gate, new, known, waived, debt = list(cases(audit))[:5]
    assert gate.result[0].message == "fail: the policy is not met"
    assert "known before" not in said(new)
    assert "known before: it decides nothing" in said(known)
    assert "waived by team-a until 2026-12-03: the fix is in review (SEC-7)" in waived.result[0].message
    assert "on the debt list of team-b until 2027-02-01: the fix is in review" in debt.result[0].message


def test_an_alarm_is_an_error_with_its_evidence_and_its_place() -> None:
    audit = fixture_audit("projects/alarm")
    case = next(case for case in cases(audit) if case.classname.startswith("supplymatrix.SM110"))
    assert isinstance(case.result[0], Error)
    assert case.result[0].type == "alarm"
    finding = audit.verdict.judged[0].finding
    assert finding is not None
    assert all(part.value in said(case) for part in finding.evidence)
    assert "docs: supplymatrix explain SM110" in (case.system_out or "")
    element = case._elem  # the reader has no attribute for the place
    assert (element.get("file"), element.get("line")) == ("go.sum", "3")


def test_what_could_not_be_checked_is_an_error_that_says_so() -> None:
    found = [case for case in cases(fixture_audit("projects/incomplete")) if case.result]
    unknown = [case for case in found if case.result[0].type == "unknown"]
    assert unknown
    assert all("could not be checked: " in case.result[0].message for case in unknown)


def test_a_green_run_shows_how_many_results_passed() -> None:
    audit = fixture_audit("projects/pass")
    found = list(cases(audit))
    assert results(audit) == [""] * len(found)
    counted = [int(case._elem.get("assertions")) for case in found if case.name == "passes"]
    assert sum(counted) == audit.verdict.passed > 1


def test_a_subject_that_cannot_be_read_is_a_suite_of_errors() -> None:
    survey = main_survey()
    number = next(number for number, item in enumerate(survey.items) if isinstance(item, Unreadable))
    found = list(suites(survey)[number])
    assert [case.result[0].type for case in found] == ["broken", "broken"]
    assert "the go line names no version" in said(found[0])
    assert "next: go mod edit -go=1.26" in said(found[0])


@pytest.mark.parametrize("mode", [Mode.OBSERVE, Mode.WARN])
def test_in_a_mode_that_decides_nothing_nothing_is_red(mode: Mode) -> None:
    assert set(results(excused_audit(mode))) == {"", "skipped"}


def test_an_alarm_is_red_in_every_mode() -> None:
    audit = fixture_audit("projects/alarm")
    audit = changed(audit, verdict=changed(audit.verdict, mode=Mode.OBSERVE))
    assert results(audit)[1] == "error"


def test_what_is_no_error_is_not_red() -> None:
    audit = excused_audit()
    judged = tuple(changed(item, level=Level.WARN) for item in audit.verdict.judged if item.status is Status.FAIL)
    audit = changed(audit, verdict=changed(audit.verdict, judged=judged, exit_code=0))
    assert set(results(audit)) == {"", "skipped"}
