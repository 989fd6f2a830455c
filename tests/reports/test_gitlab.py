"""GitLab code quality, held against what GitLab's page on the report format asks for: it publishes no schema."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest

from supplymatrix.model.audit import Audit, Survey, Unreadable
from supplymatrix.model.location import Location
from supplymatrix.model.rule import Level, Severity, Status
from supplymatrix.model.value import changed
from supplymatrix.model.verdict import Judged, Mode
from supplymatrix.reports.gitlab import render
from tests.reports.audits import excused_audit, fixture_audit, main_survey, placed_audit, survey_of
from tests.reports.test_text import assert_golden

pytestmark = pytest.mark.slow

_SEVERITIES = ("info", "minor", "major", "critical", "blocker")


def entries(found: Audit | Survey) -> list[dict[str, Any]]:
    """Read the report as GitLab does, and see to it that every entry has the fields that are needed."""
    document = json.loads(render(found))
    assert isinstance(document, list)
    for entry in document:
        assert set(entry) == {"description", "check_name", "fingerprint", "severity", "location"}
        assert entry["description"]
        assert re.fullmatch("[0-9a-f]{32}", entry["fingerprint"])
        assert entry["severity"] in _SEVERITIES
        assert set(entry["location"]) == {"path", "lines"}
        assert set(entry["location"]["lines"]) == {"begin"}
        assert entry["location"]["lines"]["begin"] >= 1
        assert not entry["location"]["path"].startswith("./")
    prints = [entry["fingerprint"] for entry in document]
    assert len(set(prints)) == len(prints)
    return document


def test_a_survey_is_written_as_it_always_was() -> None:
    assert_golden("survey.gitlab.json", render(main_survey()))


def test_a_run_without_findings_is_an_empty_list() -> None:
    assert render(fixture_audit("projects/pass")) == "[]\n"


def test_fingerprints_stay_when_lines_move() -> None:
    audit = fixture_audit("projects/fail")

    def moved(item: Judged) -> Judged:
        assert item.finding is not None
        places = tuple(changed(place, line=place.line + 7) for place in item.finding.locations)
        return changed(item, finding=changed(item.finding, locations=places))

    later = changed(audit, verdict=changed(audit.verdict, judged=tuple(map(moved, audit.verdict.judged))))
    assert [entry["fingerprint"] for entry in entries(later)] == [entry["fingerprint"] for entry in entries(audit)]
    assert [entry["location"] for entry in entries(later)] != [entry["location"] for entry in entries(audit)]


def test_the_same_finding_in_two_subjects_is_two() -> None:
    alone = len(entries(placed_audit("fail", "a")))
    assert len(entries(survey_of(placed_audit("fail", "a"), placed_audit("fail", "b")))) == 2 * alone


@pytest.mark.parametrize(
    ("level", "severity"),
    [(Level.ALARM, "blocker"), (Level.ERROR, "critical"), (Level.WARN, "major"), (Level.NOTE, "minor")],
)
def test_the_severity_is_that_of_the_level(level: Level, severity: str) -> None:
    audit = excused_audit()
    item = changed(audit.verdict.judged[0], level=level, severity=Severity.LOW)
    found = entries(changed(audit, verdict=changed(audit.verdict, judged=(item,))))
    assert found[0]["severity"] == severity


@pytest.mark.parametrize(
    ("mode", "severity"), [(Mode.ENFORCE, "critical"), (Mode.WARN, "major"), (Mode.OBSERVE, "minor")]
)
def test_a_mode_lowers_the_severity_and_what_decides_nothing_is_info(mode: Mode, severity: str) -> None:
    new, known, waived, debt = entries(excused_audit(mode))[:4]
    assert [entry["severity"] for entry in (new, known, waived, debt)] == [severity, "info", "info", "info"]
    assert "known before" in known["description"]
    assert "waived by team-a until 2026-12-03: the fix is in review (SEC-7)" in waived["description"]
    assert "on the debt list of team-b" in debt["description"]


def test_a_run_that_fails_by_its_score_alone_has_an_entry_that_says_so() -> None:
    audit = fixture_audit("projects/fail")
    judged = tuple(changed(item, level=Level.WARN) for item in audit.verdict.judged if item.status is Status.FAIL)
    found = entries(changed(audit, verdict=changed(audit.verdict, judged=judged)))
    (gate,) = [entry for entry in found if entry["check_name"] == "supplymatrix gate"]
    assert gate["severity"] == "critical"
    assert "score 80, 80 needed" in gate["description"]


def test_a_result_without_a_place_is_shown_at_the_first_line_of_the_go_file() -> None:
    audit = excused_audit()
    item = audit.verdict.judged[0]
    assert item.finding is not None
    item = changed(item, finding=changed(item.finding, locations=()))
    found = entries(changed(audit, verdict=changed(audit.verdict, judged=(item,))))
    assert found[0]["location"]["path"].startswith("go.")
    assert found[0]["location"]["lines"] == {"begin": 1}


def test_a_path_has_no_point_in_front() -> None:
    audit = excused_audit()
    item = audit.verdict.judged[0]
    assert item.finding is not None
    item = changed(item, finding=changed(item.finding, locations=(Location(artifact="./a/go.mod", line=2),)))
    assert entries(changed(audit, verdict=changed(audit.verdict, judged=(item,))))[0]["location"]["path"] == "a/go.mod"


def test_a_subject_that_cannot_be_read_has_an_entry_for_each_fault() -> None:
    (broken,) = [item for item in main_survey().items if isinstance(item, Unreadable)]
    found = entries(survey_of(broken))
    assert [entry["check_name"] for entry in found] == ["supplymatrix broken"] * len(broken.diagnostics)
    assert found[0]["location"]["lines"] == {"begin": 3}
