"""What a file says as a whole, held against itself."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from supplymatrix.sbom.judge_document import judge_document
from supplymatrix.sbom.read import read_sbom
from supplymatrix.sbom.statements import Statement, Topic, Truth, exit_code_of
from tests.support.foreign_sboms import all_forms, as_bytes, gomod, xml


def _judged(data: bytes, topic: Topic, *, of_project: bool = False) -> list[Statement]:
    statements = judge_document(read_sbom(data, "bom"), of_project=of_project)
    return [statement for statement in statements if statement.topic is topic]


def _ours(aggregate: str, **properties: str) -> bytes:
    document = gomod()
    document["metadata"]["tools"] = [{"name": "supplymatrix", "version": "0.1.0"}]
    said = [{"name": f"supplymatrix:{name.replace('_', ':')}", "value": text} for name, text in properties.items()]
    document["metadata"]["properties"] = said
    document["compositions"] = [{"aggregate": aggregate}]
    return as_bytes(document)


def test_files_of_known_tools_have_no_faults() -> None:
    for data in all_forms().values():
        assert _judged(data, Topic.FORMAT) == []


@pytest.mark.parametrize(
    "data",
    [
        as_bytes(gomod()).replace(b'"name": "svc.example/app"', b'"name": "x", "name": "svc.example/app"'),
        xml().replace(b"<version>v1.2.0</version>", b"<version>v9.9.9</version><version>v1.2.0</version>"),
    ],
)
def test_what_stands_twice_in_one_place_is_a_fault_that_counts(data: bytes) -> None:
    told = _judged(data, Topic.FORMAT)
    assert [("stands twice" in one.found, one.truth) for one in told] == [(True, Truth.FALSE)]
    assert exit_code_of(told, 1) == 1


def test_more_faults_than_are_kept_are_told() -> None:
    document = gomod()
    document["components"] += [7] * 300
    told = _judged(as_bytes(document), Topic.FORMAT)
    assert len(told) == 201
    assert told[-1].found == "100 more such places"


def test_a_component_that_stands_twice_is_told() -> None:
    document: dict[str, Any] = gomod()
    document["components"].append({**document["components"][0], "bom-ref": "z"})
    (unsure,) = _judged(as_bytes(document), Topic.TWICE)
    (told,) = _judged(as_bytes(document), Topic.TWICE, of_project=True)
    assert (unsure.truth, told.truth) == (Truth.NOT_CHECKED, Truth.FALSE)
    replaced = [{"name": "supplymatrix:replaces", "value": "code.example/old@v1.0.0"}]
    document["components"][-1]["properties"] = replaced
    assert _judged(as_bytes(document), Topic.TWICE, of_project=True) == []


@pytest.mark.parametrize(
    ("properties", "truth"),
    [
        ({"gaps": "0"}, Truth.TRUE),
        ({"gaps": "1", "gap_1": "x"}, Truth.TRUE),
        ({"gaps": "3", "gap_1": "x", "gaps_left": "0"}, Truth.FALSE),
        ({"gaps": "0", "gap_1": "x"}, Truth.FALSE),
        ({}, Truth.NOT_CHECKED),  # it always says how many
    ],
)
def test_gaps_are_counted(properties: dict[str, str], truth: Truth) -> None:
    (told,) = _judged(_ours("complete", **properties), Topic.GAPS)
    assert told.truth is truth


@pytest.mark.parametrize(
    ("aggregate", "properties", "truths"),
    [
        ("complete", {}, []),
        ("incomplete", {"incomplete": "a folder"}, []),
        ("complete", {"incomplete": "a folder"}, [Truth.FALSE]),
        ("incomplete", {}, [Truth.FALSE]),
        ("", {}, [Truth.NO_EVIDENCE, Truth.NO_EVIDENCE]),
    ],
)
def test_claims_agree_with_their_reasons(aggregate: str, properties: dict[str, str], truths: list[Truth]) -> None:
    assert [one.truth for one in _judged(_ours(aggregate, **properties), Topic.COMPLETE)] == truths


@pytest.mark.parametrize(
    ("created", "truth"),
    [
        ("2026-11-26T08:05:00Z", Truth.NOT_CHECKED),
        ("2026-11-26T08:30:00Z", Truth.FALSE),
        ("2026-11-26T10:30:00+03:00", Truth.NOT_CHECKED),
        ("2026-11-26T08:30:00", Truth.FALSE),
        ("2199-01-01T00:00:00Z", Truth.FALSE),
        ("soon", None),
    ],
)
def test_no_file_is_from_the_future(created: str, truth: Truth | None) -> None:
    document = gomod()
    document["metadata"]["timestamp"] = created
    now = datetime(2026, 11, 26, 8, tzinfo=UTC)
    told = [one for one in judge_document(read_sbom(as_bytes(document), "x"), now=now) if one.topic is Topic.MADE]
    assert [one.truth for one in told] == ([truth] if truth is not None else [])
