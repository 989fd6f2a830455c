"""30,000 results in every format: complete up to the limit of the format, and the rest counted."""

from __future__ import annotations

import csv
import io
import json
import re
from functools import cache
from typing import Any

import pytest
from junitparser import JUnitXml

from supplymatrix.model.audit import Audit
from supplymatrix.model.location import Location
from supplymatrix.model.rule import Level
from supplymatrix.model.value import changed
from supplymatrix.model.verdict import Note
from supplymatrix.reports import markdown, sarif, summary
from supplymatrix.reports.registry import render
from tests.reports.audits import excused_audit, many_audit
from tests.reports.test_sarif import SCHEMA
from tests.reports.test_text import odd_characters

pytestmark = pytest.mark.slow

NUMBER = 30_000
FINDINGS = NUMBER * 2 // 3


@cache
def many(fmt: str, *, verbose: bool = False) -> str:
    return render(many_audit(NUMBER), fmt, verbose=verbose)


def number_of(text: str) -> int:
    return int(text.replace(",", ""))


def test_text_in_full_has_all_of_them() -> None:
    text = many("text", verbose=True)
    assert len(set(re.findall(r"sum-missing: no line for (many\.example/module-\d+)", text))) == FINDINGS
    assert len(set(re.findall(r"many\.example/module-\d+@v1", text))) >= NUMBER - FINDINGS


def test_text_in_short_counts_what_it_does_not_show() -> None:
    text = many("text")
    shown = len(set(re.findall(r"no line for (many\.example/module-\d+)", text)))
    more = sum(map(number_of, re.findall(r"([\d,]+) more of these", text)))
    assert shown + more == FINDINGS
    unknown = sum(map(number_of, re.findall(r"unknown ([\d,]+) things could not be checked", text)))
    assert unknown == NUMBER - FINDINGS


def test_json_has_all_of_them() -> None:
    found = json.loads(many("json"))
    assert len({entry["subject"] for entry in found["findings"]}) == FINDINGS
    assert len({entry["subject"] for entry in found["unknown"]}) == NUMBER - FINDINGS


def test_csv_has_all_of_them() -> None:
    read = csv.DictReader(io.StringIO(many("csv"), newline=""))
    assert len({row["subject"] for row in read if row["kind"] != "digest"}) == NUMBER


def test_gitlab_has_all_of_them() -> None:
    assert len({entry["fingerprint"] for entry in json.loads(many("gitlab"))}) == NUMBER


def test_junit_has_all_of_them() -> None:
    (suite,) = JUnitXml.fromstring(many("junit").encode())
    names = [case.name for case in suite]
    assert {f"many.example/module-{number}@v1.0.0" for number in range(NUMBER)} <= set(names)
    assert suite.tests == len(names)


def test_github_has_the_gravest_and_counts_the_others() -> None:
    *shown, last = many("github").splitlines()
    assert {line.split(" ")[0] for line in shown} == {"::error", "::warning"}
    assert all("module-" in line and "999," not in line for line in shown[:10])
    (more,) = re.findall(r"([\d,]+) more than GitHub takes", last)
    assert number_of(more) == FINDINGS - 10  # the 7 reasons for what is unknown are told


@pytest.mark.parametrize("fmt", ["markdown", "summary"])
def test_markdown_counts_what_there_is_no_room_for(fmt: str) -> None:
    text = many(fmt)
    (missing,) = re.findall(r"for want of room: ([\d,]+) findings", text)
    assert text.count(" no line for ") + number_of(missing) == FINDINGS
    assert len(text) <= markdown.LIMIT or len(text.encode()) <= summary.LIMIT
    assert "7 missing-evidence reasons" in text


def run_of(text: str) -> dict[str, Any]:
    (found,) = json.loads(text)["runs"]
    assert isinstance(found, dict)
    return found


def notifications(run: dict[str, Any], code: str) -> list[str]:
    found = run["invocations"][0]["toolExecutionNotifications"]
    return [entry["message"]["text"] for entry in found if entry["descriptor"]["id"] == code]


def test_sarif_has_the_gravest_25_000_and_says_how_many_more_there_are() -> None:
    run = run_of(many("sarif"))
    assert len(run["results"]) == sarif.MOST_RESULTS
    levels = [result["properties"]["level"] for result in run["results"]]
    assert levels[:20] == ["alarm"] * 20
    assert levels.count("error") + levels.count("alarm") == FINDINGS
    assert run["properties"]["resultsLeftOut"] == 5_000
    assert notifications(run, sarif.LEFT_OUT) == [
        "5,000 more results, see the JSON report: there is no room for them here"
    ]


def test_a_shortened_sarif_file_is_valid_by_the_published_schema(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sarif, "MOST_RESULTS", 20)
    document = json.loads(render(many_audit(30), "sarif"))
    assert [error.message for error in SCHEMA.iter_errors(document)] == []
    assert document["runs"][0]["properties"]["resultsLeftOut"] == 10


def test_a_sarif_file_keeps_to_the_bytes_that_are_taken(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sarif, "MOST_BYTES", 15_000)
    run = run_of(render(many_audit(600), "sarif"))
    left = run["properties"]["resultsLeftOut"]
    assert 0 < left < 600
    assert len(run["results"]) + left == 600
    assert notifications(run, sarif.LEFT_OUT)
    import gzip

    assert len(gzip.compress(json.dumps({"runs": [run]}).encode())) <= 15_000


def test_a_result_of_very_many_places_keeps_to_those_that_are_taken() -> None:
    audit = excused_audit()
    item = audit.verdict.judged[0]
    assert item.finding is not None
    places = tuple(Location(artifact="go.sum", line=number + 1) for number in range(1_200))
    item = changed(item, finding=changed(item.finding, locations=places))
    run = run_of(render(changed(audit, verdict=changed(audit.verdict, judged=(item,))), "sarif"))
    (result,) = run["results"]
    assert len(result["locations"]) + len(result["relatedLocations"]) == sarif.MOST_PLACES
    assert result["message"]["text"].endswith("(200 more places, see the JSON report)")


def test_notifications_of_sarif_are_counted_too(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sarif, "_MOST_NOTES", 10)
    audit = excused_audit()
    notes = tuple(Note(code="odd", message=f"note {number}") for number in range(25))
    run = run_of(render(changed(audit, verdict=changed(audit.verdict, notes=notes)), "sarif"))
    assert len(notifications(run, "odd")) == 10
    assert notifications(run, sarif.LEFT_OUT) == [
        "15 more notifications, see the JSON report: there is no room for them here"
    ]


def test_no_format_has_an_odd_character_however_long_it_is() -> None:
    assert odd_characters(many("markdown")) == set()


def test_the_levels_of_the_many_are_those_of_a_real_run() -> None:
    audit: Audit = many_audit(NUMBER)
    assert {item.level for item in audit.verdict.judged} == {Level.ALARM, Level.ERROR, Level.WARN}
