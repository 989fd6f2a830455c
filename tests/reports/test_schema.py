"""What the program writes for machines has the form that its own schemas say, and nothing else."""

from __future__ import annotations

import copy
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from jsonschema import Draft202012Validator, FormatChecker
from referencing import Registry, Resource

from supplymatrix.cli.main import run
from supplymatrix.cli.schema import SCHEMAS
from supplymatrix.model.audit import Audit
from supplymatrix.reports.json_report import SCHEMA
from supplymatrix.reports.registry import render, render_survey
from tests.reports.audits import EXAMPLES, FOLDERS, any_audit, example_audit, fixture_audit, hostile_audit, main_survey
from tests.support.data import REPO

pytestmark = pytest.mark.slow

FORMS_OF_PEOPLE = {"profile"}  # what people write may leave keys out; what the program writes leaves out none
FOLDER = REPO / "supplymatrix" / "reports" / "schema"


def schema(name: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((FOLDER / SCHEMAS[name][0]).read_text(encoding="utf-8"))
    return found


_ALL: Registry[Any] = Registry().with_resources(
    [(found["$id"], Resource.from_contents(found)) for found in map(schema, SCHEMAS)]
)
VALIDATORS = {
    name: Draft202012Validator(schema(name), format_checker=FormatChecker(), registry=_ALL) for name in SCHEMAS
}


def faults(name: str, text: str) -> list[str]:
    return [f"{error.json_path}: {error.message}" for error in VALIDATORS[name].iter_errors(json.loads(text))]


def objects(part: object) -> Iterator[dict[str, Any]]:
    """Yield every schema of an object within a schema."""
    if isinstance(part, dict):
        if part.get("type") == "object":
            yield part
        for inner in part.values():
            yield from objects(inner)
    elif isinstance(part, list):
        for inner in part:
            yield from objects(inner)


def test_every_file_in_the_folder_is_a_schema_of_the_command() -> None:
    assert {path.name for path in FOLDER.iterdir()} == {file for file, _ in SCHEMAS.values()}


@pytest.mark.parametrize("name", SCHEMAS)
def test_a_schema_is_a_valid_schema(name: str) -> None:
    Draft202012Validator.check_schema(schema(name))


@pytest.mark.parametrize("name", SCHEMAS)
def test_every_object_of_a_schema_is_closed_and_every_field_described(name: str) -> None:
    for part in objects(schema(name)):
        if part["additionalProperties"] == {"type": "string"}:  # of names that others give, to texts
            assert "properties" not in part
            continue
        assert part["additionalProperties"] is False
        if name in FORMS_OF_PEOPLE:
            assert set(part["required"]) <= set(part["properties"])
        else:
            assert part["required"] == list(part["properties"])
        for field, inner in part["properties"].items():
            assert "description" in inner or "$ref" in inner, field


def test_the_name_of_the_format_is_that_of_the_schema() -> None:
    assert schema("report")["properties"]["schema"]["const"] == SCHEMA


def test_a_survey_fits_its_schema_with_the_reports_in_it() -> None:
    text = render_survey(main_survey(), "json")
    assert faults("survey", text) == []
    document = json.loads(text)
    del document["subjects"][0]["report"]["verdict"]
    assert faults("survey", json.dumps(document))


@pytest.mark.parametrize("name", FOLDERS)
def test_the_report_of_a_fixture_fits_its_schema(name: str) -> None:
    assert faults("report", render(fixture_audit(name), "json")) == []


@pytest.mark.parametrize("name", EXAMPLES)
def test_the_report_of_an_example_fits_its_schema(name: str) -> None:
    assert faults("report", render(example_audit(name), "json")) == []


@settings(max_examples=20)
@given(any_audit())
def test_the_report_of_any_facts_fits_its_schema(audit: Audit) -> None:
    assert faults("report", render(audit, "json")) == []


@settings(max_examples=20)
@given(hostile_audit())
def test_a_report_full_of_hostile_text_fits_its_schema(audit: Audit) -> None:
    assert faults("report", render(audit, "json")) == []


@pytest.mark.parametrize("field", ["schema", "verdict", "findings", "go_sum"])
def test_a_report_that_lacks_a_field_does_not_fit(field: str) -> None:
    document = json.loads(render(fixture_audit(FOLDERS[0]), "json"))
    del document[field]
    assert faults("report", json.dumps(document))


def test_a_field_that_nobody_has_described_does_not_fit() -> None:
    document = json.loads(render(fixture_audit("SM110/bad"), "json"))
    odd = copy.deepcopy(document)
    odd["findings"][0]["colour"] = "red"
    assert faults("report", json.dumps(document)) == []
    assert faults("report", json.dumps(odd))


def test_the_rules_fit_their_schema(capfdbinary: pytest.CaptureFixture[bytes]) -> None:
    assert run(["rules", "--format", "json"]) == 0
    assert faults("rules", capfdbinary.readouterr().out.decode()) == []


@pytest.mark.parametrize("name", SCHEMAS)
def test_the_command_prints_a_schema_as_it_is(name: str, capfdbinary: pytest.CaptureFixture[bytes]) -> None:
    assert run(["schema", name]) == 0
    assert capfdbinary.readouterr().out == (FOLDER / SCHEMAS[name][0]).read_bytes()


def test_without_a_name_the_command_lists_all_schemas(capfdbinary: pytest.CaptureFixture[bytes]) -> None:
    assert run(["schema"]) == 0
    text = capfdbinary.readouterr().out.decode()
    assert all(name in text and file in text for name, (file, _) in SCHEMAS.items())


def test_an_unknown_schema_gets_a_suggestion(capfdbinary: pytest.CaptureFixture[bytes]) -> None:
    assert run(["schema", "reprot"]) == 2
    assert "did you mean report?" in capfdbinary.readouterr().err.decode()


def test_a_wheel_holds_the_schemas(tmp_path: Path) -> None:
    import zipfile

    from hatchling.builders.wheel import WheelBuilder

    (made,) = WheelBuilder(str(REPO)).build(directory=str(tmp_path), versions=["standard"])
    names = zipfile.ZipFile(made).namelist()
    assert {f"supplymatrix/reports/schema/{file}" for file, _ in SCHEMAS.values()} <= set(names)
