"""SARIF: valid by the published schema, complete, and such that a code-scanning view can follow a result.

The schema lies in tests/data/schemas, with a README that says where it is from.
"""

from __future__ import annotations

import json
from pathlib import Path
from shutil import copytree
from typing import Any

import pytest
from hypothesis import given, settings
from jsonschema import Draft4Validator

from supplymatrix.model.audit import Audit
from supplymatrix.model.location import Location
from supplymatrix.model.rule import Status
from supplymatrix.model.value import changed
from supplymatrix.reports.registry import render
from tests.reports.audits import EXAMPLES, FOLDERS, any_audit, example_audit, fixture_audit, hostile_audit
from tests.reports.test_text import odd_characters
from tests.support.data import REPO
from tests.support.fixtures import audit_of

pytestmark = pytest.mark.slow

SCHEMA = Draft4Validator(
    json.loads((REPO / "tests" / "data" / "schemas" / "sarif-2.1.0-rtm.5.json").read_text(encoding="utf-8"))
)
AUDITS = [*FOLDERS, *EXAMPLES]


def audit_named(name: str) -> Audit:
    return example_audit(name) if name in EXAMPLES else fixture_audit(name)


def run_of(audit: Audit) -> dict[str, Any]:
    (found,) = json.loads(render(audit, "sarif"))["runs"]
    assert isinstance(found, dict)
    return found


def faults(audit: Audit) -> list[str]:
    document = json.loads(render(audit, "sarif"))
    return [f"{error.json_path}: {error.message}" for error in SCHEMA.iter_errors(document)]


def fingerprints(audit: Audit) -> list[str]:
    return [result["partialFingerprints"]["supplymatrix/v1"] for result in run_of(audit)["results"]]


def test_the_schema_refuses_what_is_no_sarif() -> None:
    document = json.loads(render(fixture_audit("SM110/bad"), "sarif"))
    document["runs"][0]["results"][0]["level"] = "alarm"
    assert list(SCHEMA.iter_errors(document))


@pytest.mark.parametrize("name", AUDITS)
def test_the_report_is_valid_by_the_published_schema(name: str) -> None:
    assert faults(audit_named(name)) == []


@settings(max_examples=20)
@given(any_audit())
def test_the_report_of_any_facts_is_valid(audit: Audit) -> None:
    assert faults(audit) == []


@settings(max_examples=20)
@given(hostile_audit())
def test_a_report_full_of_hostile_text_is_valid_and_harmless(audit: Audit) -> None:
    assert faults(audit) == []
    assert odd_characters(render(audit, "sarif")) == set()


@settings(max_examples=20)
@given(hostile_audit())
def test_every_result_has_exactly_one_place_and_a_fingerprint(audit: Audit) -> None:
    for result in run_of(audit)["results"]:
        assert len(result["locations"]) == 1
        assert len(result["partialFingerprints"]["supplymatrix/v1"]) == 32


@settings(max_examples=20)
@given(any_audit())
def test_descriptors_are_found_at_their_index(audit: Audit) -> None:
    run = run_of(audit)
    driver = run["tool"]["driver"]
    for result in run["results"]:
        assert driver["rules"][result["ruleIndex"]]["id"] == result["ruleId"]
    for notification in run["invocations"][0]["toolExecutionNotifications"]:
        descriptor = notification["descriptor"]
        assert driver["notifications"][descriptor["index"]]["id"] == descriptor["id"]


def test_ids_of_descriptors_are_unique() -> None:
    driver = run_of(fixture_audit("projects/waived"))["tool"]["driver"]
    for kind in ("rules", "notifications"):
        ids = [descriptor["id"] for descriptor in driver[kind]]
        assert len(ids) == len(set(ids)) > 0


@settings(max_examples=20)
@given(any_audit())
def test_kind_and_level_agree(audit: Audit) -> None:
    for result in run_of(audit)["results"]:
        if result["kind"] == "fail":
            assert result["level"] in ("error", "warning", "note")
        else:
            assert (result["kind"], result["level"]) == ("open", "none")


@pytest.mark.parametrize("name", [name for name in FOLDERS if name.endswith("/bad")])
def test_fingerprints_stay_when_lines_move(name: str, tmp_path: Path) -> None:
    folder = Path(__file__).parents[1] / "checks" / "fixtures" / name
    copytree(folder, tmp_path, dirs_exist_ok=True)
    for file in ("go.sum", "go.mod"):
        if (tmp_path / file).exists():
            (tmp_path / file).write_text("\n\n" + (tmp_path / file).read_text(encoding="utf-8"), encoding="utf-8")
    before, after = audit_of(folder), audit_of(tmp_path)
    assert sorted(fingerprints(after)) == sorted(fingerprints(before))
    assert fingerprints(before)


@pytest.mark.parametrize("name", AUDITS)
def test_results_that_differ_have_different_fingerprints(name: str) -> None:
    audit = audit_named(name)
    keys = {(item.rule, item.subject) for item in audit.verdict.judged}
    assert len(set(fingerprints(audit))) == len(keys)


@pytest.mark.parametrize("name", AUDITS)
def test_regions_lie_within_their_lines(name: str) -> None:
    audit = audit_named(name)
    for result in run_of(audit)["results"]:
        for location in [*result["locations"], *result.get("relatedLocations", [])]:
            physical = location["physicalLocation"]
            region = physical.get("region")
            if region:
                names = {path: name for name, path in audit.places.items()}
                uri = physical["artifactLocation"]["uri"].removeprefix("file://")
                key = (names.get(uri, uri), region["startLine"])
                is_kept = key[0] in ("go.mod", "go.work", "go.sum", "lift.toml")
                if key not in audit.lines and (location not in result["locations"] or not is_kept):
                    continue  # a line of another subject's file, or of one whose text nobody keeps
                line = audit.lines[key]
                end = region.get("endColumn", len(line) + 1)
                assert 1 <= region["startColumn"] < end <= len(line) + 1


@pytest.mark.parametrize("name", AUDITS)
def test_a_report_keeps_the_limits_of_code_scanning(name: str) -> None:
    text = render(audit_named(name), "sarif")
    run = json.loads(text)["runs"][0]
    assert len(text) < 10_000_000
    assert len(run["results"]) <= 25_000
    for rule in run["tool"]["driver"]["rules"]:
        assert len(rule["properties"]["tags"]) <= 20
        assert len(rule["fullDescription"]["text"]) <= 1024
        assert 0 < float(rule["properties"]["security-severity"]) <= 10
    for result in run["results"]:
        assert len(result["locations"]) + len(result.get("relatedLocations", [])) <= 1000


def place_of(artifact: str) -> dict[str, Any]:
    """Return how a file is named in a result."""
    audit = fixture_audit("SM110/bad")
    (judged, *_) = audit.verdict.judged
    assert judged.finding is not None
    moved = changed(judged, finding=changed(judged.finding, locations=(Location(artifact=artifact, line=1),)))
    result = run_of(changed(audit, verdict=changed(audit.verdict, judged=(moved,))))["results"][0]
    found = result["locations"][0]["physicalLocation"]["artifactLocation"]
    assert isinstance(found, dict)
    return found


@pytest.mark.parametrize(
    ("artifact", "uri"),
    [
        ("go.sum", "go.sum"),
        ("policy dir/lift.toml", "policy%20dir/lift.toml"),
        ("v1.0:lift.toml", "v1.0%3Alift.toml"),
        ("ü#?.toml", "%C3%BC%23%3F.toml"),
        ("bad\udcff/go.mod", "bad%FF/go.mod"),
        ("no\ud800file/go.mod", "no%3Ffile/go.mod"),
    ],
)
def test_a_file_of_the_project_is_named_relative_to_it(artifact: str, uri: str) -> None:
    assert place_of(artifact) == {"uri": uri, "uriBaseId": "PROJECT"}


def test_a_file_elsewhere_is_named_whole() -> None:
    assert place_of("/etc/lift.toml") == {"uri": "file:///etc/lift.toml"}


def test_a_waived_finding_carries_who_answers_for_it() -> None:
    audit = fixture_audit("projects/waived")
    waived = [result for result in run_of(audit)["results"] if "suppressions" in result]
    assert len(waived) == sum(item.status is Status.WAIVED for item in audit.verdict.judged) > 0
    (suppression,) = waived[0]["suppressions"]
    assert suppression["status"] == "accepted"
    assert "(team-http, until 2026-12-03)" in suppression["justification"]


@pytest.mark.parametrize(
    ("state", "successful"), [("pass", True), ("fail", True), ("incomplete", False), ("broken", False)]
)
def test_a_run_that_could_not_see_everything_was_not_successful(state: str, *, successful: bool) -> None:
    audit = fixture_audit(f"projects/{state}")
    (invocation,) = run_of(audit)["invocations"]
    assert invocation["executionSuccessful"] is successful
    assert invocation["exitCode"] == audit.verdict.exit_code
