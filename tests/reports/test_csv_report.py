"""CSV, read back by Python's csv module: every result has its row, and no field is a formula."""

from __future__ import annotations

import csv
import io

import pytest

from supplymatrix.model.audit import Audit, Survey
from supplymatrix.model.value import changed
from supplymatrix.reports.csv_report import HEADS, render
from tests.reports.audits import excused_audit, fixture_audit, main_survey
from tests.reports.test_text import assert_golden

pytestmark = pytest.mark.slow


def rows(found: Audit | Survey) -> list[dict[str, str]]:
    text = render(found)
    assert text.endswith("\r\n")
    reader = csv.DictReader(io.StringIO(text, newline=""), strict=True)
    read = list(reader)
    assert reader.fieldnames == list(HEADS)
    assert all(None not in row and None not in row.values() for row in read)
    return read


def test_a_survey_is_written_as_it_always_was() -> None:
    assert_golden("survey.csv", render(main_survey()).replace("\r\n", "\n"))


@pytest.mark.parametrize("message", ["=1+1", "+cmd", "-2", "@SUM(A1)", "\t=1", " =1"])
def test_a_field_that_looks_like_a_formula_is_text(message: str) -> None:
    audit = excused_audit()
    item = audit.verdict.judged[0]
    assert item.finding is not None
    item = changed(item, finding=changed(item.finding, message=message, label=""))
    found = rows(changed(audit, verdict=changed(audit.verdict, judged=(item,))))
    assert found[0]["message"].startswith(("'", "\\x09"))


def test_a_row_says_level_status_waiver_and_place() -> None:
    new, known, waived, debt, entry, digest, *_ = rows(excused_audit())
    assert (new["level"], new["status"], new["file"], new["line"], new["known_before"]) == (
        "error", "fail", "go.mod", "8", "no",
    )  # fmt: skip
    assert known["known_before"] == "yes"
    assert (waived["status"], waived["waived_as"], waived["waived_by"]) == ("waived", "waiver", "team-a")
    assert (waived["waived_until"], waived["waived_for"], waived["ticket"]) == (
        "2026-12-03", "the fix is in review", "SEC-7",
    )  # fmt: skip
    assert (debt["waived_as"], debt["waived_by"]) == ("debt", "team-b")
    assert (entry["kind"], entry["status"], entry["subject"]) == ("waiver", "expired", "gone.example/**")
    assert (entry["waiver_author"], entry["waiver_commit"], entry["waiver_date"]) == (
        "A. Author", "0f1e2d3c", "2026-10-01",
    )  # fmt: skip
    assert (digest["kind"], digest["status"], len(digest["message"])) == ("digest", "policy", 64)


def test_who_wrote_a_waiver_stands_beside_what_it_excuses() -> None:
    audit = excused_audit()
    waiver = audit.verdict.judged[2].waiver
    assert waiver is not None
    entry = changed(audit.verdict.waivers[0], location=waiver.location)
    found = rows(changed(audit, verdict=changed(audit.verdict, waivers=(entry,))))
    assert found[2]["waiver_author"] == "A. Author"
    assert found[0]["waiver_author"] == ""


def test_evidence_that_is_missing_has_a_row_of_its_own() -> None:
    read = rows(fixture_audit("projects/incomplete"))
    assert {row["status"] for row in read if row["kind"] == "unknown"} == {"unknown"}
    assert all("could not be checked: " in row["message"] for row in read if row["kind"] == "unknown")
