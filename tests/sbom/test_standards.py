"""Fields of standards: what is there, what is said to be unknown, what is missing, and in which places."""

from __future__ import annotations

import contextlib
import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from supplymatrix.errors import InputError
from supplymatrix.model.value import changed
from supplymatrix.sbom.cyclonedx import cyclonedx_of
from supplymatrix.sbom.document import ComponentKind, Creators, Document, Party
from supplymatrix.sbom.spdx3 import render_spdx3
from supplymatrix.sbom.spdx23 import render_spdx23
from supplymatrix.sbom.standards import Judged, Row, judge
from supplymatrix.sbom.standards_fields import FieldReading, Presence, read_fields
from supplymatrix.sbom.standards_table import STANDARDS, Confidence, Level, Scope
from tests.support.sbom_documents import bare_document, large_document, made_digest, rich_document

_Json = dict[str, Any]
_FORMATS = ("CycloneDX", "SPDX", "SPDX 3")


def _written(document: Document, form: str) -> _Json:
    if form == "CycloneDX":
        text = json.dumps(cyclonedx_of(document, "1.6"))
    else:
        text = render_spdx3(document) if form == "SPDX 3" else render_spdx23(document)
    made: _Json = json.loads(text)
    return made


def _read(document: Document, form: str) -> FieldReading:
    return read_fields(_written(document, form))


def _row(judged: Judged, field: str) -> Row:
    return next(row for row in judged.rows if row.needed.field == field)


def _at(document: _Json, pointer: str) -> object:
    found: Any = document
    for step in pointer.split("/")[1:]:
        found = found[int(step) if step.isdigit() else step]
    return found


def _whole() -> Document:
    """Return a document in which nothing is missing that a field is for."""
    document = large_document(3)
    supplier = Party(name="Corp", email="sbom@corp.example", url="https://corp.example")
    return changed(
        document,
        main=changed(document.main, digest=made_digest("app"), references=document.components[0].references),
        components=tuple(changed(component, supplier=supplier) for component in document.components),
    )


@pytest.mark.parametrize("form", _FORMATS)
@pytest.mark.parametrize("name", ["ntia-2021", "cisa-2025", "fsct-3"])
def test_a_whole_document_has_all_that_is_required(name: str, form: str) -> None:
    judged = judge(_read(_whole(), form), STANDARDS[name])
    assert [row.needed.name for row in judged.required if not row.is_there] == []
    assert judged.is_met


def test_the_guide_for_telecoms_takes_spdx_alone() -> None:
    assert judge(_read(_whole(), "SPDX"), STANDARDS["telco-1.1"]).is_met
    refused = judge(_read(_whole(), "CycloneDX"), STANDARDS["telco-1.1"])
    assert (refused.applies, refused.is_met, refused.rows) == (False, False, ())
    assert refused.remedy == "supplymatrix sbom --format spdx-json"


def test_the_german_guideline_takes_no_spdx_below_3() -> None:
    judged = judge(_read(_whole(), "SPDX"), STANDARDS["bsi-tr-03183-2-2.1"])
    assert judged.applies
    assert not judged.is_met
    assert judged.refusal == "it takes SPDX from 3.0.1 on, and this is SPDX 2.3"
    assert judge(_read(_whole(), "CycloneDX"), STANDARDS["bsi-tr-03183-2-2.1"]).refusal == ""
    newer, other = (judge(_read(_whole(), form), STANDARDS["bsi-tr-03183-2-2.1"]) for form in ("SPDX 3", "CycloneDX"))
    assert newer.refusal == ""
    assert [row.is_there for row in newer.rows] == [row.is_there for row in other.rows]
    old = {**_written(_whole(), "CycloneDX"), "specVersion": "1.5"}
    assert judge(read_fields(old), STANDARDS["bsi-tr-03183-2-2.1"]).refusal.endswith("this is CycloneDX 1.5")


def test_a_signature_is_the_one_thing_that_a_file_cannot_bring_itself() -> None:
    judged = judge(_read(_whole(), "CycloneDX"), STANDARDS["cisa-2026"])
    assert [row.needed.field for row in judged.required if not row.is_there] == ["signature"]
    signed = {**_written(_whole(), "CycloneDX"), "signature": {"algorithm": "ES256", "value": "eA"}}
    assert judge(read_fields(signed), STANDARDS["cisa-2026"]).is_met


@pytest.mark.parametrize("form", _FORMATS)
def test_every_pointer_leads_to_something(form: str) -> None:
    written = _written(rich_document(), form)
    reading = read_fields(written)
    seen = [*reading.document.values(), *(one for part in reading.components for one in part.fields.values())]
    pointers = [one.pointer for one in seen if one.presence is not Presence.MISSING]
    assert len(pointers) > 60
    for pointer in pointers:
        assert _at(written, pointer) not in ("", None, [], {})


@pytest.mark.parametrize("form", _FORMATS)
def test_what_is_missing_is_counted_and_named(form: str) -> None:
    document = rich_document()
    reading = _read(document, form)
    assert len(reading.components) == 1 + len(document.components)
    assert reading.main is not None
    assert reading.main.name == "git.example/acme/app@v2.1.0"
    version = _row(judge(reading, STANDARDS["ntia-2021"]), "version")
    assert (version.present, version.of, version.lacking) == (10, 12, ("code.example/local", "libc"))
    assert version.remedy.startswith("a git tag")
    hashes = _row(judge(reading, STANDARDS["cisa-2025"]), "hash")
    hashed = [one for one in (document.main, *document.components) if one.digest is not None]
    assert hashes.present == len(hashed)
    assert len(hashes.lacking) == 3


def test_what_is_said_to_be_unknown_is_not_there_unless_the_standard_takes_it() -> None:
    reading = _read(rich_document(), "SPDX")
    strict = _row(judge(reading, STANDARDS["ntia-2021"]), "supplier")
    assert (strict.present, strict.unknown, strict.is_there) == (2, 10, False)
    mild = _row(judge(reading, STANDARDS["cisa-2026"]), "supplier")
    assert (mild.present, mild.unknown, mild.is_there) == (2, 10, True)


@pytest.mark.parametrize("form", _FORMATS)
def test_what_nobody_named_and_what_is_no_version_are_counted_apart(form: str) -> None:
    document = large_document(3)
    said = (("supplymatrix:derived", "the supplier is read from the module path: it is the host"),)
    first, *others = document.components
    derived = changed(first, supplier=Party(name="corp.example"), properties=(*first.properties, *said))
    document = changed(
        document,
        main=changed(document.main, version="unversioned-0123456789ab"),
        components=(derived, *(changed(one, supplier=Party(name="Corp")) for one in others)),
    )
    judged = judge(_read(document, form), STANDARDS["ntia-2021"])
    supplier, version = _row(judged, "supplier"), _row(judged, "version")
    assert (supplier.present, supplier.derived) == (len(document.components) + 1, 1)
    assert (version.unknown, version.is_there, version.lacking) == (
        1,
        False,
        (f"{document.main.name}@unversioned-0123456789ab",),
    )


@pytest.mark.parametrize("form", _FORMATS)
def test_a_hint_says_what_brings_a_field_for_what_lacks_it(form: str) -> None:
    document = rich_document()
    reading = _read(document, form)
    assert {part.kind for part in reading.components} >= {"module", "stdlib"}
    row = _row(judge(reading, STANDARDS["cisa-2025"]), "hash")
    assert "supplymatrix sbom hashes them" in row.remedy
    whole = _whole()
    std = next(one for one in document.components if one.kind is ComponentKind.STDLIB)
    row = _row(judge(_read(changed(whole, components=(*whole.components, std)), form), STANDARDS["cisa-2025"]), "hash")
    assert row.remedy == "nothing brings it for the standard library and the toolchain: they have no zip of their own"


@pytest.mark.parametrize("form", _FORMATS)
def test_without_a_config_nobody_is_the_author(form: str) -> None:
    judged = judge(_read(changed(bare_document(), creators=Creators()), form), STANDARDS["ntia-2021"])
    author = _row(judged, "author")
    assert (author.is_there, author.pointer, author.remedy) == (False, "", "supplymatrix config author")
    assert not judged.is_met


@pytest.mark.parametrize("form", _FORMATS)
def test_without_components_nothing_is_there(form: str) -> None:
    written = _written(bare_document(), form)
    written["packages"] = []
    written["metadata"] = {}
    written["components"] = []
    written["@graph"] = [one for one in written.get("@graph", []) if one["type"] != "software_Package"]
    judged = judge(read_fields(written), STANDARDS["ntia-2021"])
    assert not _row(judged, "name").is_there
    assert judge(read_fields(written), STANDARDS["fsct-3"]).is_met is False


def test_foreign_forms_are_seen() -> None:
    bom = {
        "bomFormat": "CycloneDX",
        "specVersion": "1.4",
        "metadata": {"tools": [{"name": "other", "version": "1"}], "component": {"name": "app", "bom-ref": "a"}},
        "components": [
            {
                "name": "lib",
                "bom-ref": "b",
                "publisher": "P",
                "cpe": "cpe:2.3:a:p:lib:1:*:*:*:*:*:*:*",
                "licenses": [{"expression": "MIT"}],
                "components": [{"name": "inner"}],
            }
        ],
        "dependencies": [{"ref": "a", "dependsOn": ["b"]}],
    }
    reading = read_fields(bom)
    assert [part.pointer for part in reading.components] == [
        "/metadata/component",
        "/components/0",
        "/components/0/components/0",
    ]
    lib = reading.components[1].fields
    assert lib["relationship"].pointer == "/dependencies/0/dependsOn/0"
    assert lib["supplier"].pointer == "/components/0/publisher"
    assert lib["identifier"].pointer == "/components/0/cpe"
    assert lib["licence_concluded"].pointer == "/components/0/licenses/0/expression"
    assert "licence_declared" not in lib
    assert reading.document["tool_version"].pointer == "/metadata/tools/0/version"


@pytest.mark.parametrize(
    ("document", "message"),
    [
        ({}, "no bill of materials"),
        ({"@graph": [1, {"type": "Tool"}]}, "no bill of materials"),
        ({"spdxVersion": 3}, "no bill of materials"),
    ],
)
def test_other_files_are_refused(document: _Json, message: str) -> None:
    with pytest.raises(InputError, match=message):
        read_fields(document, "x.json")


_ODD = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=2),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.sampled_from(["name", "ref"]), inner, max_size=2),
    max_leaves=4,
)


@given(st.sampled_from(_FORMATS), st.data(), _ODD)
@settings(max_examples=60)
def test_nothing_in_a_file_raises(form: str, data: st.DataObject, odd: object) -> None:
    written = _written(_SMALL, form)
    at: Any = written
    for _ in range(data.draw(st.integers(0, 4))):
        inner = [
            key
            for key, one in (at.items() if isinstance(at, dict) else enumerate(at))
            if isinstance(one, dict | list) and one
        ]
        if not inner:
            break
        at = at[data.draw(st.sampled_from(inner))]
    keys = [key for key in at if key not in ("bomFormat", "spdxVersion")] if isinstance(at, dict) else range(len(at))
    at[data.draw(st.sampled_from(list(keys)))] = odd
    with contextlib.suppress(InputError):  # of what is no bill any more
        for standard in STANDARDS.values():
            judge(read_fields(written), standard)


_SMALL = large_document(2)


def test_every_field_of_a_standard_is_one_that_can_be_found() -> None:
    readings = [_read(_whole(), form) for form in _FORMATS]
    of_documents = {name for reading in readings for name in reading.document}
    of_components = {name for reading in readings for part in reading.components for name in part.fields}
    for standard in STANDARDS.values():
        names = [needed.name for needed in standard.fields]
        assert len(names) == len(set(names))
        for needed in standard.fields:
            assert needed.field in (of_documents if needed.scope is Scope.DOCUMENT else of_components)
        assert any(needed.level is Level.REQUIRED for needed in standard.fields)
        assert all(needed.clause for needed in standard.fields)


def test_what_is_known_second_hand_is_said_to_be() -> None:
    for name in ("cisa-2026", "telco-1.1"):
        assert {needed.confidence for needed in STANDARDS[name].fields} == {Confidence.SECOND_HAND}
