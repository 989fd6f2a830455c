"""Several subjects in one report: whole reports, and that none of them gets lost or mistaken for another."""

from __future__ import annotations

import json
import re
from datetime import date
from typing import Any

import pytest
from hypothesis import given, settings

from supplymatrix.errors import Diagnostic
from supplymatrix.model.audit import Audit, Survey, Unreadable
from supplymatrix.model.fact import Facts, ProofFile
from supplymatrix.model.location import Location
from supplymatrix.model.value import changed
from supplymatrix.reports.registry import FORMATS, render, render_survey
from supplymatrix.reports.snippet import text_width
from supplymatrix.reports.tally import path_of, tally_of, worst_first
from tests.reports.audits import (
    FOLDERS,
    any_survey,
    fixture_audit,
    hostile_survey,
    main_survey,
    outage_audit,
    placed_audit,
    survey_of,
)
from tests.reports.test_sarif import SCHEMA as SARIF
from tests.reports.test_schema import faults
from tests.reports.test_text import COLOR, assert_golden, odd_characters

pytestmark = pytest.mark.slow

BROKEN = Unreadable(path="svc", diagnostics=(Diagnostic(message="the file is not UTF-8", artifact="svc/go.mod"),))


@pytest.mark.parametrize("width", [80, 120])
def test_a_survey_is_reported_as_it_always_was(width: int) -> None:
    assert_golden(f"survey.{width}.txt", render_survey(main_survey(), "text", width=width))


@pytest.mark.parametrize("fmt", ["json", "sarif"])
def test_a_survey_is_written_for_machines_as_it_always_was(fmt: str) -> None:
    assert_golden(f"survey.{fmt}", render_survey(survey_of(BROKEN, placed_audit("waived", "services/waived")), fmt))


@pytest.mark.parametrize("fmt", FORMATS)
@pytest.mark.parametrize("name", FOLDERS)
def test_a_survey_of_one_subject_is_its_report(name: str, fmt: str) -> None:
    audit = fixture_audit(name)
    assert render_survey(survey_of(audit), fmt, width=80) == render(audit, fmt, width=80)


@pytest.mark.parametrize("fmt", FORMATS)
def test_a_single_subject_that_cannot_be_read_is_told_in_every_format(fmt: str) -> None:
    text = render_survey(survey_of(BROKEN), fmt)
    assert "the file is not UTF-8" in text
    assert "svc/go.mod" in text


def table(text: str) -> list[list[str]]:
    """Return the rows of the table at the top of a text report, without its head."""
    head, *lines = text.split("\n\n", 1)[0].split("\n")
    assert head.split() == ["subject", "outcome", "score", "proven", "alarms", "errors", "unknown", "exit"]
    return [re.split(r" {2,}", line) for line in lines]


def test_the_table_has_every_subject_and_the_gravest_first() -> None:
    found = table(render_survey(main_survey(), "text", width=120))
    assert [row[1] for row in found] == ["ALARM", "BROKEN", "BROKEN", "INCOMPLETE", "FAIL", "NOTHING", "PASS", "PASS"]
    assert [row[-1] for row in found] == ["4", "2", "2", "3", "1", "5", "0", "0"]


def test_the_numbers_of_the_table_are_those_of_the_verdicts() -> None:
    survey = main_survey()
    for item, row in zip(worst_first(survey.items), table(render_survey(survey, "text", width=160)), strict=True):
        if isinstance(item, Audit):
            tally = tally_of(item.verdict)
            assert row[0] == path_of(item)
            assert row[4:7] == [str(tally.alarms), str(tally.errors), str(tally.unknown)]


@settings(max_examples=20)
@given(hostile_survey())
def test_the_columns_of_the_table_stand_below_each_other(survey: Survey) -> None:
    survey = changed(survey, items=(*survey.items, BROKEN))
    lines = render_survey(survey, "text", width=80).split("\n")[: len(survey.items) + 1]
    assert len({text_width(line) for line in lines}) == 1


@pytest.mark.parametrize("width", [60, 80, 120, 160])
def test_the_table_keeps_the_width(width: int) -> None:
    first = render_survey(main_survey(), "text", width=width).split("\n\n", 1)[0]
    assert max(map(text_width, first.split("\n"))) <= max(width, 78)


def test_a_path_that_does_not_fit_is_cut_in_its_middle() -> None:
    survey = survey_of(placed_audit("pass", "services/" + "x" * 100 + "/auth"), placed_audit("fail", "b"))
    name = table(render_survey(survey, "text", width=80))[1][0]
    assert name.startswith("serv")
    assert name.endswith("/auth")
    assert "…" in name


def test_the_last_line_names_what_must_not_scroll_away() -> None:
    survey = survey_of(placed_audit("alarm", "svc/a"), placed_audit("pass", "b"), placed_audit("alarm", "svc/c"))
    last = " ".join(render_survey(survey, "text").rstrip("\n").rsplit("\n\n", 1)[1].split())
    assert "3 subjects: 2 alarm, 1 pass. ALARM in svc/a, svc/c. Exit 4: " in last
    assert "(1,234 requests, 5,678,901 bytes)" in last


def test_subjects_that_pass_are_a_row_and_at_most_a_line() -> None:
    survey = survey_of(placed_audit("pass", "svc/a"), placed_audit("waived", "svc/b"), placed_audit("fail", "c"))
    text = render_survey(survey, "text")
    assert text.count("svc/a") == 1
    assert "pass  svc/b  1 warning, 3 notes, 1 of 53 waived (1 %, expires in 9 days)" in text
    assert "── svc/" not in text
    assert "── svc/b ──" in render_survey(survey, "text", verbose=True)


def test_colours_are_all_that_colour_adds_to_a_survey() -> None:
    colored = render_survey(main_survey(), "text", color=True)
    assert COLOR.sub("", colored) == render_survey(main_survey(), "text")


@settings(max_examples=26)
@given(hostile_survey())
def test_no_hostile_text_of_any_subject_reaches_the_terminal(survey: Survey) -> None:
    assert odd_characters(render_survey(survey, "text", verbose=True)) == set()
    assert odd_characters(render_survey(survey, "text", width=60)) == set()


@settings(max_examples=20)
@given(hostile_survey())
def test_a_survey_of_hostile_text_fits_the_schemas(survey: Survey) -> None:
    if len(survey.items) > 1:
        assert faults("survey", render_survey(survey, "json")) == []
    assert [error.message for error in SARIF.iter_errors(json.loads(render_survey(survey, "sarif")))] == []


def sarif_run(survey: Survey) -> dict[str, Any]:
    (run,) = json.loads(render_survey(survey, "sarif"))["runs"]
    assert isinstance(run, dict)
    return run


def test_all_subjects_are_one_sarif_run() -> None:
    survey = main_survey()
    run = sarif_run(survey)
    assert len(run["results"]) == sum(len(item.verdict.judged) for item in survey.items if isinstance(item, Audit))
    assert run["invocations"][0]["exitCode"] == 4
    assert run["invocations"][0]["executionSuccessful"] is False
    assert [subject["path"] for subject in run["properties"]["subjects"]] == [path_of(item) for item in survey.items]


def test_places_in_sarif_are_those_of_their_subject() -> None:
    run = sarif_run(survey_of(placed_audit("fail", "svc/a"), placed_audit("fail", "svc/b")))
    paths = [result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"] for result in run["results"]]
    assert {path.rsplit("/", 1)[0] for path in paths} == {"svc/a", "svc/b"}


def test_the_same_finding_in_two_subjects_is_two_in_sarif() -> None:
    one = sarif_run(survey_of(placed_audit("fail", "svc/a")))["results"]
    two = sarif_run(survey_of(placed_audit("fail", "svc/a"), placed_audit("fail", "svc/b")))["results"]
    prints = [result["partialFingerprints"]["supplymatrix/v1"] for result in two]
    assert len(set(prints)) == len({(r["ruleId"], r["properties"]["subject"]) for r in one}) * 2


def test_fingerprints_do_not_depend_on_the_other_subjects() -> None:
    def of_first(other: str) -> list[str]:
        results = sarif_run(survey_of(placed_audit("fail", "svc/a"), placed_audit(other, "b")))["results"]
        own = [
            r for r in results if r["locations"][0]["physicalLocation"]["artifactLocation"]["uri"].startswith("svc/a")
        ]
        return [r["partialFingerprints"]["supplymatrix/v1"] for r in own]

    assert of_first("pass") == of_first("alarm")


def test_a_subject_that_cannot_be_read_is_a_notification_of_level_error() -> None:
    found = sarif_run(survey_of(BROKEN, placed_audit("pass", "b")))["invocations"][0]["toolExecutionNotifications"]
    (error,) = [entry for entry in found if entry["level"] == "error"]
    assert error["message"]["text"].startswith("svc cannot be read: the file is not UTF-8")
    assert error["locations"][0]["physicalLocation"]["artifactLocation"]["uri"] == "svc/go.mod"


@settings(max_examples=20)
@given(any_survey())
def test_the_report_of_a_subject_in_a_json_survey_is_the_one_it_would_have_alone(survey: Survey) -> None:
    found = json.loads(render_survey(survey, "json"))
    assert found["exit_code"] == survey.exit_code
    assert [entry["path"] for entry in found["subjects"]] == [path_of(item) for item in survey.items]
    for item, entry in zip(survey.items, found["subjects"], strict=True):
        assert isinstance(item, Audit)
        assert entry["report"] == json.loads(render(item, "json"))


# What one subject may have besides findings.


@pytest.mark.parametrize(
    ("fmt", "said"),
    [
        ("text", "waived by on_outage until 2026-12-04"),
        ("json", '"owner": "on_outage"'),
        ("sarif", "(on_outage, until 2026-12-04)"),
        ("github", "waived by on_outage until 2026-12-04"),
        ("markdown", "`on_outage`"),
    ],
)
def test_what_an_outage_excuses_is_shown_as_waived(fmt: str, said: str) -> None:
    assert said in render(outage_audit(), fmt)


def test_what_an_outage_excuses_is_counted_as_waived_and_not_as_unknown() -> None:
    tally = tally_of(outage_audit().verdict)
    assert (tally.unknown, tally.waived, tally.expires_in) == (0, 4, 10)
    assert "4 of 32 waived (12 %, expire in 10 days)" in " ".join(render(outage_audit(), "text").split())


def test_what_an_outage_excuses_has_its_status_in_json() -> None:
    text = render(outage_audit(), "json")
    assert faults("report", text) == []
    assert {entry["status"] for entry in json.loads(text)["unknown"]} == {"waived"}


def with_proofs(fault: str) -> Audit:
    audit = fixture_audit("projects/pass")
    proof = ProofFile(
        tree_size=71_999_284,
        root="q5+IcsQ9SCXC+pYmNIRIRUbPnH/iVuVw/N2fPtPImqw=",
        records=666,
        unused=3,
        seen_on=date(2026, 11, 20),
        fault=fault,
        location=Location(artifact="go.sum.proof", line=1, column=1),
    )
    return changed(audit, facts=Facts([*audit.facts.items, proof]))


def test_a_file_of_proofs_has_a_line_in_the_head() -> None:
    text = render(with_proofs(""), "text")
    assert (
        "\n  proofs go.sum.proof: 666 records under the head of 71,999,284, 3 of no line here, made 2026-11-20\n"
        in text
    )


def test_a_file_of_proofs_that_proves_nothing_says_so() -> None:
    assert "\n  proofs go.sum.proof proves nothing\n" in render(with_proofs("it is cut off"), "text")


def test_a_file_of_proofs_is_in_the_json_report() -> None:
    text = render(with_proofs(""), "json")
    assert faults("report", text) == []
    assert json.loads(text)["proof_file"]["records"] == 666
