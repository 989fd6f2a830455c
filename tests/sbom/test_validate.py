"""Documents of others held against schema and sense: each fault with its place, and nothing fetched or expanded."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from supplymatrix.engine.sbom_write import json_schema, xml_schema
from supplymatrix.sbom.cyclonedx import cyclonedx_of
from supplymatrix.sbom.cyclonedx_xml import xml_tree
from supplymatrix.sbom.validate import MOST_FAULTS, detect_json, graph_faults, parse_json, parse_xml
from tests.support.sbom_documents import large_document


def made() -> Any:  # noqa: ANN401 - JSON to be broken
    return cyclonedx_of(large_document(3))


def spoil_licence(bom: Any) -> None:  # noqa: ANN401
    bom["components"][0]["licenses"][0]["license"]["id"] = "MITT"


def spoil_hash(bom: Any) -> None:  # noqa: ANN401
    bom["components"][1]["hashes"][0]["content"] = "beef"


def spoil_url(bom: Any) -> None:  # noqa: ANN401
    bom["components"][1]["externalReferences"][0]["url"] = "https://a b/"


def spoil_time(bom: Any) -> None:  # noqa: ANN401
    bom["metadata"]["timestamp"] = "yesterday"


def spoil_name(bom: Any) -> None:  # noqa: ANN401
    del bom["components"][2]["name"]


@pytest.mark.parametrize(
    ("spoil", "message"),
    [
        (spoil_licence, "components[0].licenses[0].license.id: "),
        (spoil_hash, "components[1].hashes[0].content: "),
        (spoil_url, "components[1].externalReferences[0].url: "),
        (spoil_time, "metadata.timestamp: "),
        (spoil_name, "components[2]: "),
    ],
)
def test_a_fault_by_the_schema_names_its_place(spoil: Callable[[Any], None], message: str) -> None:
    bom = made()
    spoil(bom)
    (fault,) = json_schema("1.6").faults(bom, "bom.json")
    assert fault.message.startswith(message)
    assert fault.artifact == "bom.json"


@pytest.mark.parametrize("spoil", [spoil_licence, spoil_hash, spoil_time])
def test_the_xml_schema_finds_it_too(spoil: Callable[[Any], None]) -> None:
    bom = made()
    spoil(bom)
    faults = xml_schema("1.6").faults(xml_tree(bom))
    assert faults
    assert all(len(fault.message) <= 400 and "cyclonedx.org" not in fault.message for fault in faults)


def test_of_very_many_faults_some_are_told() -> None:
    bom = made()
    bom["components"] = [{"type": "library"}] * (3 * MOST_FAULTS)
    assert len(json_schema("1.6").faults(bom)) == MOST_FAULTS


def twice(bom: Any) -> None:  # noqa: ANN401
    bom["components"][1]["bom-ref"] = bom["components"][0]["bom-ref"]


def itself(bom: Any) -> None:  # noqa: ANN401
    node = bom["dependencies"][0]
    node["dependsOn"] = [node["ref"]]


def nowhere(bom: Any) -> None:  # noqa: ANN401
    bom["dependencies"][0]["dependsOn"] = ["gone"]


def node_twice(bom: Any) -> None:  # noqa: ANN401
    bom["dependencies"].append(bom["dependencies"][0])


@pytest.mark.parametrize(
    ("spoil", "message"),
    [
        (twice, "is given to more than one thing"),
        (itself, "depends on itself"),
        (nowhere, "depends on 'gone', and there is no such bom-ref"),
        (node_twice, "has more than one node"),
    ],
)
def test_names_and_edges_must_make_sense(spoil: Callable[[Any], None], message: str) -> None:
    bom = made()
    spoil(bom)
    for form in (bom, xml_tree(bom)):
        assert any(message in fault.message for fault in graph_faults(form)), form


@pytest.mark.parametrize(
    "bom",
    [
        {"dependencies": [1, {"ref": 2}, {"ref": "a", "dependsOn": 3}], "components": 4},
        {"components": [[[{"bom-ref": 5}]]], "dependencies": {"ref": "a"}},
    ],
)
def test_what_has_not_even_the_form_is_survived(bom: Any) -> None:  # noqa: ANN401
    graph_faults(bom)
    assert json_schema("1.6").faults(bom)


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"{", "this is no JSON"),
        (b"\xff\xfe", "is no UTF-8"),
        (b'{"a": NaN}', "NaN is no value of JSON"),
        (b"[" * 100_000, "nested too deeply"),
    ],
)
def test_what_is_no_json_is_told(data: bytes, message: str) -> None:
    document, (fault,) = parse_json(data)
    assert document is None
    assert message in fault.message


def test_a_document_nested_as_deeply_as_json_can_be_is_looked_at() -> None:
    inner = '{"type": "library", "name": "a"}'
    for _ in range(450):
        inner = f'{{"type": "library", "name": "a", "components": [{inner}]}}'
    bom, faults = parse_json(f'{{"bomFormat": "CycloneDX", "specVersion": "1.6", "components": [{inner}]}}')
    assert (faults, graph_faults(bom), json_schema("1.6").faults(bom)) == ((), (), ())


def test_many_faults_of_a_long_xml_document_take_no_time_of_their_own() -> None:
    parts = '<component type="library" bom-ref="a"/>' * 20_000
    data = f'<bom xmlns="http://cyclonedx.org/schema/bom/1.6"><components>{parts}</components></bom>'.encode()
    assert len(xml_schema("1.6").faults_of(data, "bom.xml")) == MOST_FAULTS
    tree, _ = parse_xml(data)
    assert [fault.message for fault in graph_faults(tree)] == ["the bom-ref 'a' is given to more than one thing"]


@pytest.mark.parametrize(
    "data",
    [
        b'<!DOCTYPE bom [<!ENTITY a "b">]><bom xmlns="http://cyclonedx.org/schema/bom/1.6">&a;</bom>',
        b'<!DOCTYPE bom SYSTEM "http://127.0.0.1:1/x.dtd"><bom xmlns="http://cyclonedx.org/schema/bom/1.6"/>',
    ],
)
def test_xml_with_a_document_type_is_refused(data: bytes) -> None:
    tree, (fault,) = parse_xml(data)
    assert tree is None
    assert "document type" in fault.message


@pytest.mark.parametrize(
    ("document", "found"),
    [
        ({"bomFormat": "CycloneDX", "specVersion": "1.5"}, ("CycloneDX", "1.5")),
        ({"spdxVersion": "SPDX-2.3"}, ("SPDX", "2.3")),
        ({"@context": "https://spdx.org/rdf/3.0.1/spdx-context.jsonld", "@graph": []}, ("SPDX", "3.0")),
        ({"bomFormat": "x"}, ("", "")),
        (["bomFormat"], ("", "")),
    ],
)
def test_a_document_says_what_it_is(document: object, found: tuple[str, str]) -> None:
    detected = detect_json(document)
    assert (detected.name, detected.spec) == found
