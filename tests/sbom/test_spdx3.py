"""SPDX 3.0.1 as it is written, held to what the official bindings read and write."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given, settings

from supplymatrix.model.value import changed
from supplymatrix.sbom.document import Aggregate, Completeness, Creators, Document, Lifecycle, Usage
from supplymatrix.sbom.read import read_sbom
from supplymatrix.sbom.spdx3 import render_spdx3
from supplymatrix.sbom.spdx_validate import validate_spdx3
from tests.support.sbom_documents import bare_document, large_document, rich_document
from tests.support.spdx_documents import documents

_Json = dict[str, Any]


def _written(document: Document) -> _Json:
    made: _Json = json.loads(render_spdx3(document))
    return made


def _of(written: _Json, kind: str) -> list[_Json]:
    return [element for element in written["@graph"] if element["type"] == kind]


def _package(written: _Json, name: str) -> _Json:
    return next(element for element in _of(written, "software_Package") if element["name"] == name)


def _by_id(written: _Json) -> dict[str, _Json]:
    return {element["spdxId"]: element for element in written["@graph"] if "spdxId" in element}


def _relations(written: _Json, kind: str) -> list[_Json]:
    return [element for element in written["@graph"] if element.get("relationshipType") == kind]


def _through_the_bindings(written: _Json) -> _Json:
    """Return a document as the bindings write what they read, in the order of ids, the blank node under our name."""
    from spdx_python_model import v3_0_1 as bindings

    found = bindings.SHACLObjectSet()
    bindings.JSONLDDeserializer().deserialize_data(written, found)
    assert found.link() == set()
    text = json.dumps(bindings.JSONLDSerializer().serialize_data(found))
    made: _Json = json.loads(text.replace("_:CreationInfo0", "_:creationInfo"))
    return made


def _sorted(written: _Json) -> list[_Json]:
    return sorted(written["@graph"], key=lambda element: str(element.get("spdxId", "")))


@pytest.mark.parametrize("document", [rich_document(), bare_document(), large_document(10)])
def test_the_bindings_write_the_same(document: Document) -> None:
    written = _written(document)
    assert _sorted(_through_the_bindings(written)) == _sorted(written)
    assert validate_spdx3(written) == ()
    assert len(_of(written, "software_Package")) == 1 + len(document.components)


@given(documents())
@settings(max_examples=25)
def test_whatever_the_texts_are_the_document_is_valid(document: Document) -> None:
    written = _written(document)
    assert validate_spdx3(written) == ()
    assert _sorted(_through_the_bindings(written)) == _sorted(written)


def test_the_same_document_gives_the_same_bytes_and_another_one_other_ids() -> None:
    assert render_spdx3(rich_document()) == render_spdx3(rich_document())
    other = _by_id(_written(changed(rich_document(), goos="windows")))
    assert not other.keys() & _by_id(_written(rich_document())).keys()


def test_edges_are_those_of_the_document_and_those_of_tests_have_their_scope() -> None:
    document = rich_document()
    written = _written(document)
    names = {component.ref: component.name for component in (document.main, *document.components)}
    shown = {name: element.get("name", "") for name, element in _by_id(written).items()}
    found = [
        (shown[one["from"]], shown[to], one.get("scope", ""))
        for one in _relations(written, "dependsOn")
        for to in one["to"]
        if to in shown
    ]
    assert sorted((of, to) for of, to, _ in found) == sorted(
        (names[ref], names[need]) for ref, needs in document.edges.items() for need in needs
    )
    tests = {component.name for component in document.components if component.usage is Usage.TESTS_ONLY}
    assert {to for of, to, scope in found if scope == "test"} == tests


@pytest.mark.parametrize(
    ("aggregate", "target", "word"),
    [
        (Aggregate.COMPLETE, "NoneElement", "complete"),
        (Aggregate.INCOMPLETE, "NoAssertionElement", "incomplete"),
        (Aggregate.UNKNOWN, "NoAssertionElement", "noAssertion"),
    ],
)
def test_completeness_is_said_of_every_edge(aggregate: Aggregate, target: str, word: str) -> None:
    completeness = Completeness(components=Aggregate.COMPLETE, dependencies=aggregate)
    [leaf] = _relations(_written(changed(bare_document(), completeness=completeness)), "dependsOn")
    assert (leaf["to"], leaf["completeness"]) == ([target], word)
    rich = changed(rich_document(), completeness=completeness)
    assert {one["completeness"] for one in _relations(_written(rich), "dependsOn")} == {word}


def test_it_is_read_back_with_the_same_edges() -> None:
    document = rich_document()
    found = read_sbom(render_spdx3(document).encode(), "bom.json")
    assert found.main is not None
    names = {one.ref: one.name for one in (found.main, *found.components)}
    ours = {one.ref: one.name for one in (document.main, *document.components)}
    assert {names[ref]: sorted(names[to] for to in edges) for ref, edges in found.edges.items()} == {
        ours[ref]: sorted(ours[to] for to in edges) for ref, edges in document.edges.items()
    }
    assert found.faults == ()


def test_the_toolchain_is_a_tool_of_the_build() -> None:
    written = _written(rich_document())
    [relation] = _relations(written, "usesTool")
    assert relation["scope"] == "build"
    assert [_by_id(written)[to]["name"] for to in relation["to"]] == ["golang.org/toolchain"]


def test_licences_are_relationships() -> None:
    written = _written(rich_document())
    elements = _by_id(written)
    unknown, fork = _package(written, "code.example/Unknown"), _package(written, "fork.example/old")

    def said(of: _Json, kind: str) -> str:
        [to] = next(one["to"] for one in _relations(written, f"has{kind}License") if one["from"] == of["spdxId"])
        return str(elements[to]["simplelicensing_licenseExpression"]) if to in elements else str(to)

    assert said(unknown, "Concluded") == "expandedlicensing_NoAssertionLicense"
    assert said(unknown, "Declared").startswith("LicenseRef-unrecognised-")
    assert said(fork, "Declared") == "LicenseRef-Acme"
    [custom] = next(
        element["simplelicensing_customIdToUri"]
        for element in _of(written, "simplelicensing_LicenseExpression")
        if element["simplelicensing_licenseExpression"] == "LicenseRef-Acme"
    )
    assert "LICENSE in fork.example/old@v1.0.1" in elements[custom["value"]]["simplelicensing_licenseText"]


def test_hashes_identifiers_and_suppliers() -> None:
    document = rich_document()
    written = _written(document)
    elements = _by_id(written)
    for component in document.components:
        package = _package(written, component.name)
        hashes = {one["algorithm"]: one["hashValue"] for one in package.get("verifiedUsing", [])}
        digest = component.digest
        assert hashes == ({"sha256": digest.sha256, "sha512": digest.sha512} if digest else {})
        assert package.get("software_packageUrl", "") == component.purl
        supplier = elements[package["suppliedBy"]]["name"] if "suppliedBy" in package else ""
        assert supplier == (component.supplier.name if component.supplier else "")


def test_creators_are_those_whom_the_user_named_and_else_the_program() -> None:
    written = _written(rich_document())
    [creation] = _of(written, "CreationInfo")
    elements = _by_id(written)
    by = [(elements[name]["type"], elements[name]["name"]) for name in creation["createdBy"]]
    assert by == [("Person", "Ada Author"), ("Organization", "Acme")]
    assert [elements[name]["name"] for name in creation["createdUsing"]] == ["supplymatrix 0.8.0"]
    [creation] = _of(bare := _written(bare_document()), "CreationInfo")
    assert [_by_id(bare)[name]["type"] for name in creation["createdBy"]] == ["SoftwareAgent"]


@pytest.mark.parametrize(
    ("lifecycle", "word"),
    [(Lifecycle.PRE_BUILD, "source"), (Lifecycle.BUILD, "build"), (Lifecycle.POST_BUILD, "analyzed")],
)
def test_the_type_of_the_bill_is_its_phase(lifecycle: Lifecycle, word: str) -> None:
    [bill] = _of(_written(changed(bare_document(), lifecycle=lifecycle)), "software_Sbom")
    assert bill["software_sbomType"] == [word]


def test_the_document_itself_may_be_under_any_licence() -> None:
    written = _written(changed(bare_document(), creators=Creators(data_licence="CC-BY-4.0")))
    [whole] = _of(written, "SpdxDocument")
    assert _by_id(written)[whole["dataLicense"]]["simplelicensing_licenseExpression"] == "CC-BY-4.0"
