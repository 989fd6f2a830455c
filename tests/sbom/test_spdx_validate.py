"""The rules of SPDX, held against spdx-tools and the official bindings: one fault at a time."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from supplymatrix.sbom.spdx3 import render_spdx3
from supplymatrix.sbom.spdx3_rules import SHAPES
from supplymatrix.sbom.spdx23 import render_spdx23
from supplymatrix.sbom.spdx_validate import MOST_FAULTS, validate_spdx3, validate_spdx23
from tests.support.sbom_documents import rich_document
from tests.support.spdx_documents import judged_by_spdx_tools, readable

_Json = dict[str, Any]
_SPDX23 = json.loads(render_spdx23(readable(rich_document())))
_SPDX3 = json.loads(render_spdx3(rich_document()))


def _set(pointer: str, item: object) -> Callable[[_Json], None]:
    """Return what sets a value; what it is set to with None is taken away."""

    def change(document: _Json) -> None:
        *way, last = [int(step) if step.isdigit() else step for step in pointer.strip("/").split("/")]
        at: Any = document
        for step in way:
            at = at[step]
        if item is None:
            del at[last]
        else:
            at[last] = item

    return change


_FAULTS_23 = {
    "no name": _set("/name", None),
    "no namespace": _set("/documentNamespace", None),
    "fragment in namespace": _set("/documentNamespace", "https://acme.example/x#y"),
    "relative namespace": _set("/documentNamespace", "acme/x"),
    "data licence": _set("/dataLicense", "MIT"),
    "document id": _set("/SPDXID", "SPDXRef-OTHER"),
    "no creators": _set("/creationInfo/creators", None),
    "a creator of no kind": _set("/creationInfo/creators", ["Ada"]),
    "a time that is none": _set("/creationInfo/created", "yesterday"),
    "package id": _set("/packages/1/SPDXID", "SPDXRef-a_b"),
    "the same id twice": _set("/packages/1/SPDXID", _SPDX23["packages"][2]["SPDXID"]),
    "no download location": _set("/packages/1/downloadLocation", None),
    "files analysed": _set("/packages/1/filesAnalyzed", "maybe"),
    "checksum algorithm": _set("/packages/0/checksums", [{"algorithm": "CRC", "checksumValue": "0" * 64}]),
    "checksum length": _set("/packages/0/checksums", [{"algorithm": "SHA256", "checksumValue": "0" * 63}]),
    "expression": _set("/packages/1/licenseDeclared", "MIT AND"),
    "unknown licence": _set("/packages/1/licenseConcluded", "Mine-1.0"),
    "undeclared LicenseRef": _set("/packages/1/licenseConcluded", "LicenseRef-Nobody"),
    "purpose": _set("/packages/1/primaryPackagePurpose", "FUN"),
    "reference category": _set(
        "/packages/1/externalRefs", [{"referenceCategory": "X", "referenceType": "purl", "referenceLocator": "pkg:a/b"}]
    ),
    "reference with a space": _set(
        "/packages/1/externalRefs", [{"referenceCategory": "OTHER", "referenceType": "x", "referenceLocator": "a b"}]
    ),
    "relationship type": _set("/relationships/1/relationshipType", "LIKES"),
    "relationship to nothing": _set("/relationships/1/relatedSpdxElement", "SPDXRef-nobody"),
    "extracted id": _set("/hasExtractedLicensingInfos/0/licenseId", "LicenseRef-a b"),
    "extracted text": _set("/hasExtractedLicensingInfos/0/extractedText", None),
    "annotation type": _set("/packages/0/annotations/0/annotationType", "JOKE"),
    "external document": _set("/relationships/1/relatedSpdxElement", "DocumentRef-x:SPDXRef-y"),
}


@pytest.mark.parametrize("name", _FAULTS_23)
def test_what_spdx_tools_refuse_is_refused(name: str) -> None:
    document = copy.deepcopy(_SPDX23)
    _FAULTS_23[name](document)
    assert validate_spdx23(document) != ()
    assert judged_by_spdx_tools(document)[1] != []


@pytest.mark.parametrize(
    ("pointer", "item"),
    [
        ("/packages/1/colour", "blue"),  # spdx-tools drop fields that nobody knows
        ("/packages/1/versionInfo", 3),
        ("/spdxVersion", "SPDX-2.9"),
        ("/relationships/1/spdxElementId", "NONE"),
        ("/packages/1/licenseInfoFromFiles", ["MIT"]),
        ("/packages/1/supplier", "Tool: x"),
    ],
)
def test_what_only_these_rules_refuse(pointer: str, item: object) -> None:
    document = copy.deepcopy(_SPDX23)
    _set(pointer, item)(document)
    [fault, *_] = validate_spdx23(document)
    assert fault.message.startswith(f"{pointer}: ")


@pytest.mark.parametrize(
    ("pointer", "item"),
    [
        ("/packages/1/licenseConcluded", "NONE"),
        ("/packages/1/licenseConcluded", "Apache-2.0 WITH LLVM-exception"),
        ("/packages/1/downloadLocation", "git+https://acme.test/x.git@v1#sub"),
        ("/packages/1/supplier", "Person: A (a@acme.example)"),
        ("/relationships/2/relatedSpdxElement", "NONE"),
        ("/documentNamespace", "urn:uuid:0b7c7bd0-2d9f-5b0e-9a5e-6f2c1f8d7b40"),
    ],
)
def test_what_both_take(pointer: str, item: object) -> None:
    document = copy.deepcopy(_SPDX23)
    _set(pointer, item)(document)
    assert validate_spdx23(document) == ()
    assert judged_by_spdx_tools(document)[1] == []


@pytest.mark.parametrize("document", [None, [], "SPDX-2.3", {}, {"packages": 3}, {"packages": [[]]}])
def test_what_is_no_document_is_refused_without_an_exception(document: object) -> None:
    assert validate_spdx23(document) != ()
    assert validate_spdx3(document) != ()


def test_faults_are_told_with_their_place_and_not_without_end() -> None:
    document = copy.deepcopy(_SPDX23)
    document["packages"] = [{"name": f"p{number}"} for number in range(MOST_FAULTS)]
    faults = validate_spdx23(document)
    assert len(faults) == MOST_FAULTS
    assert faults[0].message == "/packages/0/SPDXID: SPDXID is missing"


def _at(kind: str) -> int:
    return next(at for at, element in enumerate(_SPDX3["@graph"]) if element["type"] == kind)


_FAULTS_3 = {
    "a word that is none": (_at("Relationship"), "completeness", "nearly"),
    "no version": (_at("CreationInfo"), "specVersion", None),
    "nobody": (_at("CreationInfo"), "createdBy", None),
    "a field of another": (_at("software_Package"), "scope", "test"),
    "a time that is none": (_at("CreationInfo"), "created", "yesterday"),
    "no licence text": (_at("simplelicensing_SimpleLicensingText"), "simplelicensing_licenseText", None),
    "a list that is none": (_at("software_Package"), "software_packageVersion", ["v1"]),
    "no kind": (_at("Annotation"), "type", "Opinion"),
    "no creation": (_at("software_Package"), "creationInfo", None),
    "an id that is none": (_at("software_Package"), "spdxId", "_:blank"),
}


@pytest.mark.parametrize("name", _FAULTS_3)
def test_what_the_bindings_refuse_is_refused(name: str) -> None:
    at, field, item = _FAULTS_3[name]
    document = copy.deepcopy(_SPDX3)
    _set(f"/@graph/{at}/{field}", item)(document)
    assert validate_spdx3(document) != ()
    assert not _bindings_take(document["@graph"][at])


def test_an_element_that_is_referred_to_has_to_be_there() -> None:
    document = copy.deepcopy(_SPDX3)
    gone = document["@graph"].pop(_at("Person"))["spdxId"]
    faults = validate_spdx3(document)
    assert {fault.seen for fault in faults} == {gone[:120]}


def test_what_this_program_does_not_write_is_left_to_the_bindings() -> None:
    document = copy.deepcopy(_SPDX3)
    document["@graph"][_at("software_Package")]["software_primaryPurpose"] = "firmware"
    assert validate_spdx3(document) == ()


@given(
    st.sampled_from(_SPDX3["@graph"]),
    st.data(),
    st.one_of(st.none(), st.booleans(), st.integers(), st.text(max_size=3), st.just([]), st.just(["a"]), st.just({})),
)
@settings(max_examples=60)
def test_what_the_quick_look_takes_the_bindings_take(element: _Json, data: st.DataObject, item: object) -> None:
    field = data.draw(st.sampled_from(sorted(element)))
    changed = {**element, field: item}
    check = SHAPES.get(str(changed.get("type")))
    if check is not None and not list(check(changed, "")):
        assert _bindings_take(changed)


def _bindings_take(element: _Json) -> bool:
    from spdx_python_model import v3_0_1 as bindings

    found = bindings.SHACLObjectSet()
    try:
        bindings.JSONLDDeserializer().deserialize_data({"@context": _SPDX3["@context"], "@graph": [element]}, found)
        bindings.JSONLDSerializer().serialize_data(found)
    except (TypeError, ValueError, KeyError):
        return False
    return True
