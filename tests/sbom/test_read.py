"""Other tools' files: every form says the same, and no bytes get more than an answer or a clear refusal."""

from __future__ import annotations

import copy
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from supplymatrix.errors import InputError
from supplymatrix.sbom import read as read_module
from supplymatrix.sbom.cyclonedx import cyclonedx_of, render_json
from supplymatrix.sbom.document import Document
from supplymatrix.sbom.read import read_sbom
from supplymatrix.sbom.read_values import HashPlace, ReadComponent, ReadSbom
from supplymatrix.sbom.spdx3 import render_spdx3
from supplymatrix.sbom.spdx23 import render_spdx23
from tests.support.foreign_sboms import (
    H1,
    ZIP_SHA256,
    all_forms,
    as_bytes,
    gomod,
    spdx2,
    spdx3,
    syft_cyclonedx,
    syft_json,
    xml,
)
from tests.support.sbom_documents import rich_document

_FORMS = all_forms()


def _read(document: dict[str, Any]) -> ReadSbom:
    return read_sbom(as_bytes(document), "bom.json")


def _by_path(sbom: ReadSbom) -> dict[str, ReadComponent]:
    return {component.module.path: component for component in sbom.go_components if component.module is not None}


@pytest.mark.parametrize("form", sorted(_FORMS))
def test_every_form_says_the_same_of_the_modules(form: str) -> None:
    sbom = read_sbom(_FORMS[form], form)
    found = _by_path(sbom)
    assert {str(found[path].module) for path in found if path.startswith("code.")} == {
        "code.example/Acme/a@v1.0.0",
        "code.example/b@v1.2.0",
    }
    assert found["code.example/Acme/a"].h1 == H1
    assert [licence.text for licence in found["code.example/Acme/a"].licences] == ["MIT"]
    a, b = found["code.example/Acme/a"].ref, found["code.example/b"].ref
    assert sbom.edges[a] == (b,)
    assert a in next(needed for ref, needed in sbom.edges.items() if ref not in (a, b))
    assert sbom.tools
    assert sbom.fault_count == 0


def test_which_hash_is_of_what_is_kept() -> None:
    (written,) = _by_path(_read(gomod()))["code.example/Acme/a"].hashes
    assert written.is_h1
    (distributed,) = _by_path(_read(syft_cyclonedx()))["code.example/Acme/a"].hashes
    assert (distributed.digest, distributed.place, distributed.is_h1) == (ZIP_SHA256, HashPlace.DISTRIBUTION, False)
    (checked,) = _by_path(_read(spdx2()))["code.example/Acme/a"].hashes
    assert checked.is_h1
    document = gomod()
    document["metadata"]["tools"] = [{"name": "another"}]
    (unknown,) = _by_path(_read(document))["code.example/Acme/a"].hashes
    assert not unknown.is_h1


def test_the_subject_is_found_where_the_form_has_it() -> None:
    for form in ("gomod", "spdx2", "spdx3", "xml"):
        main = read_sbom(_FORMS[form], form).main
        assert main is not None
        assert str(main.module) == "svc.example/app"
    folder = _read(syft_cyclonedx()).main
    assert folder is not None
    assert not folder.is_go
    assert _read(syft_json()).main is None


def test_what_is_nested_stands_behind_what_it_is_nested_in() -> None:
    sbom = read_sbom(xml(), "bom.xml")
    assert [(component.ref, component.parent) for component in sbom.components] == [("a", ""), ("b", "a")]


def _cyclonedx(document: Document) -> str:
    return render_json(cyclonedx_of(document))


@pytest.mark.parametrize("render", [_cyclonedx, render_spdx23, render_spdx3])
def test_our_own_documents_are_read_in_full(render: Any) -> None:  # noqa: ANN401 - three writers
    document = rich_document()
    sbom = read_sbom(render(document).encode(), "own.json")
    assert sbom.fault_count == 0
    assert len(sbom.components) == len(document.components)
    found = _by_path(sbom)
    for component in document.components:
        if component.module.path in found and component.h1:
            assert found[component.module.path].h1 == component.h1
    replaced = next(component for component in document.components if component.replaces and not component.directory)
    assert found[replaced.module.path].replaces == str(replaced.replaces)


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "empty"),
        (b" \n", "empty"),
        (b"[1, 2]", "no JSON object but a list"),
        (b'{"a": 1}', "no bill of materials"),
        (b'{"bomFormat": "CycloneDX", "comp', "cut"),
        (b"[" * 100_000, "nests too deep"),
        (b"hello", "not JSON"),
        (b'{"n": ' + b"1" * 5_000 + b"}", "refused"),
        (b'{"a": "\xff"}', "no text"),
        (b"SPDXVersion: SPDX-2.3", "tag and value"),
        (b'{"payloadType": "x", "payload": ""}', "signed envelope"),
        (b"<html></html>", "root is 'html'"),
        (b"<bom", "not XML"),
        (b'<!DOCTYPE bom [<!ENTITY a "x">]><bom xmlns="http://cyclonedx.org/schema/bom/1.6">&a;</bom>', "DOCTYPE"),
        (b'<?xml version="1.0" encoding="nonsense"?><bom/>', "not XML"),
        (b'<bom xmlns="http://cyclonedx.org/schema/bom/1.6">' + b"<a>" * 500, "nests too deep"),
    ],
)
def test_what_cannot_be_read_is_refused_clearly(data: bytes, words: str) -> None:
    with pytest.raises(InputError, match=words):
        read_sbom(data, "bom")


def test_a_file_that_is_too_long_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(read_module, "SBOM_LIMIT", 100)
    with pytest.raises(InputError, match="at most 100"):
        _read(gomod())


def test_faults_are_told_and_the_rest_is_read() -> None:
    document = gomod()
    document["components"] += ["text", {"bom-ref": "main", "name": 7, "hashes": {}, "purl": ["x"]}]
    document["dependencies"] += [{"ref": "nobody"}, {"ref": "main", "dependsOn": ["nowhere", "main"]}]
    sbom = _read(document)
    told = " ".join(f"{fault.where} {fault.what}" for fault in sbom.faults)
    assert "components[3] this should be an object" in told
    assert "name this should be a text, and is a int" in told
    assert "two components have the ref 'main'" in told
    assert "begin at 'nobody'" in told
    assert "to 'nowhere'" in told
    assert "main" in sbom.edges["main"]
    assert len(_by_path(sbom)) == 3


def test_keys_that_stand_twice_and_odd_numbers_are_told() -> None:
    data = b'{"bomFormat": "CycloneDX", "specVersion": "1.6", "specVersion": "1.5", "components": [], "x": NaN}'
    sbom = read_sbom(data, "bom")
    assert sbom.spec == "1.5"
    assert [fault.what.split(":")[0] for fault in sbom.faults] == [
        "the key 'specVersion' stands twice in one object",
        "NaN is no number of JSON",
    ]


def test_what_is_nested_very_deep_is_read_without_recursion() -> None:
    component: dict[str, Any] = {"name": "leaf"}
    for number in range(300):
        component = {"name": f"n{number}", "components": [component]}
    assert len(_read({**gomod(), "components": [component]}).components) == 301


def test_other_encodings_of_json_are_read() -> None:
    text = json.dumps(gomod())
    for data in (text.encode("utf-8-sig"), text.encode("utf-16")):
        assert len(read_sbom(data, "bom").components) == 3


def test_the_statement_of_an_attestation_is_opened() -> None:
    statement = {"_type": "https://in-toto.example/Statement/v1", "predicateType": "x", "predicate": gomod()}
    assert len(_read(statement).components) == 3


def test_other_ways_of_spdx_3_to_say_things_are_understood() -> None:
    document = spdx3()
    graph = document["@graph"]
    a = next(item for item in graph if item.get("spdxId") == "a")
    purl = {"externalIdentifierType": "packageUrl", "identifier": a.pop("software_packageUrl")}
    note = {"type": "extension_CdxPropertiesExtension", "extension_cdxProperty": [
        {"type": "extension_CdxPropertyEntry", "extension_cdxPropName": "x:replaces", "extension_cdxPropValue": "old"},
    ]}  # fmt: skip
    a |= {"externalIdentifier": [purl], "verifiedUsing": ["hash"], "extension": [note]}
    graph.append({"type": "Hash", "spdxId": "hash", "algorithm": "sha512", "hashValue": "AB" * 64})
    licences = ["https://spdx.org/licenses/ISC", "expandedlicensing_NoneLicense", "named"]
    graph.append({"type": "expandedlicensing_CustomLicense", "spdxId": "named", "name": "ours"})
    graph.append({"type": "Relationship", "from": "a", "relationshipType": "hasDeclaredLicense", "to": licences})
    found = _by_path(_read(document))["code.example/Acme/a"]
    assert [(digest.algorithm, digest.digest) for digest in found.hashes] == [("SHA-512", "ab" * 64)]
    assert [licence.text for licence in found.licences] == ["ISC", "MIT", "ours"]
    assert found.replaces == "old"


def test_older_ways_of_spdx_2_to_say_things_are_understood() -> None:
    document = spdx2()
    document["spdxVersion"] = "SPDX-2.1"
    document["documentDescribes"] = ["SPDXRef-main"]
    document["relationships"] = [
        {
            "spdxElementId": "SPDXRef-main",
            "relationshipType": "DESCRIBED_BY",
            "relatedSpdxElement": "SPDXRef-DOCUMENT",
        },
        {"spdxElementId": "SPDXRef-b", "relationshipType": "DEPENDS_ON", "relatedSpdxElement": "NOASSERTION"},
    ]
    document["packages"].append({"SPDXID": "SPDXRef-odd"})
    sbom = _read(document)
    assert sbom.main is not None
    assert sbom.edges == {"SPDXRef-b": ()}
    assert [fault.what for fault in sbom.faults] == [
        "SPDX-2.1 is none of SPDX-2.2, SPDX-2.3",
        "the package has no name",
    ]


_ODD = st.one_of(
    st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=5),
    st.lists(st.one_of(st.none(), st.integers(), st.text(max_size=3), st.just({})), max_size=3),
    st.dictionaries(st.sampled_from(["name", "ref", "id"]), st.one_of(st.integers(), st.text(max_size=3)), max_size=2),
)  # fmt: skip
_WHOLE = [gomod(), syft_cyclonedx(), spdx2(), spdx3(), syft_json()]


def _places(found: object, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    inner = found.items() if isinstance(found, dict) else enumerate(found) if isinstance(found, list) else ()
    return [place for key, item in inner for place in ((*path, key), *_places(item, (*path, key)))]


@given(st.data())
def test_any_value_anywhere_gives_a_bill_or_a_refusal(data: st.DataObject) -> None:
    document: Any = copy.deepcopy(data.draw(st.sampled_from(_WHOLE)))
    for _ in range(data.draw(st.integers(1, 4))):
        path = data.draw(st.sampled_from(_places(document)))
        at = document
        for key in path[:-1]:
            at = at[key]
        at[path[-1]] = data.draw(_ODD)
    try:
        sbom = read_sbom(json.dumps(document).encode(), "bom")
    except InputError:
        return
    assert all(isinstance(component.title, str) for component in sbom.components)


@given(st.sampled_from(sorted(_FORMS)), st.data())
def test_damaged_bytes_give_a_bill_or_a_refusal(form: str, data: st.DataObject) -> None:
    whole = bytearray(_FORMS[form])
    for _ in range(data.draw(st.integers(1, 3))):
        at = data.draw(st.integers(0, len(whole) - 1))
        whole[at : at + data.draw(st.integers(0, 30))] = data.draw(st.binary(max_size=4))
    try:
        sbom = read_sbom(bytes(whole), "bom")
    except InputError:
        return
    assert sbom.format
