"""SPDX 2.3 as it is written: read and validated by spdx-tools, and every fact in its place."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given, settings

from supplymatrix.errors import InputError
from supplymatrix.model.value import changed
from supplymatrix.sbom.document import Aggregate, Completeness, Creators, Document, Party, Usage
from supplymatrix.sbom.read import read_sbom
from supplymatrix.sbom.spdx23 import render_spdx23
from supplymatrix.sbom.spdx_validate import validate_spdx23
from tests.support.sbom_documents import bare_document, large_document, rich_document
from tests.support.spdx_documents import documents, judged_by_spdx_tools, readable


def _written(document: Document) -> dict[str, Any]:
    made: dict[str, Any] = json.loads(render_spdx23(document))
    return made


def _package(document: dict[str, Any], name: str) -> dict[str, Any]:
    found: dict[str, Any] = next(package for package in document["packages"] if package["name"] == name)
    return found


def _relations(document: dict[str, Any], kind: str) -> list[tuple[str, str]]:
    """Return the relationships of a kind by the names of their packages."""
    names = {package["SPDXID"]: package["name"] for package in document["packages"]}
    sides = [
        (one["spdxElementId"], one["relatedSpdxElement"])
        for one in document["relationships"]
        if one["relationshipType"] == kind
    ]
    return [(names.get(of, of), names.get(to, to)) for of, to in sides]


@pytest.mark.parametrize("document", [readable(rich_document()), bare_document(), readable(large_document(25))])
def test_spdx_tools_read_it_without_a_word(document: Document) -> None:
    read, messages = judged_by_spdx_tools(_written(document))
    assert messages == []
    assert len(read.packages) == 1 + len(document.components)
    assert validate_spdx23(_written(document)) == ()


@given(documents())
@settings(max_examples=25)
def test_whatever_the_texts_are_the_document_is_valid(document: Document) -> None:
    text = render_spdx23(document)
    made = json.loads(text)
    assert validate_spdx23(made) == ()
    assert judged_by_spdx_tools(made)[1] == []
    assert len(made["packages"]) == 1 + len(document.components)
    assert text.encode().decode() == text


def test_the_same_document_gives_the_same_bytes_and_another_one_another_namespace() -> None:
    assert render_spdx23(rich_document()) == render_spdx23(rich_document())
    later = _written(changed(rich_document(), goos="windows"))
    assert later["documentNamespace"] != _written(rich_document())["documentNamespace"]


def test_edges_are_those_of_the_document() -> None:
    document = rich_document()
    written = _written(document)
    names = {component.ref: component.name for component in (document.main, *document.components)}
    wanted = {(names[ref], names[need]) for ref, needs in document.edges.items() for need in needs}
    tests = {(main, test) for test, main in _relations(written, "TEST_DEPENDENCY_OF")}
    found = {pair for pair in _relations(written, "DEPENDS_ON") if pair[1] not in ("NONE", "NOASSERTION")}
    assert found | tests == wanted
    assert tests == {("git.example/acme/app", "code.example/assert")}
    assert not found & tests


@pytest.mark.parametrize(
    ("aggregate", "target"),
    [(Aggregate.COMPLETE, "NONE"), (Aggregate.INCOMPLETE, "NOASSERTION"), (Aggregate.UNKNOWN, "NOASSERTION")],
)
def test_a_leaf_needs_nothing_only_where_all_edges_are_known(aggregate: Aggregate, target: str) -> None:
    completeness = Completeness(components=Aggregate.COMPLETE, dependencies=aggregate)
    written = _written(changed(bare_document(), completeness=completeness))
    assert _relations(written, "DEPENDS_ON") == [("git.example/bare", target)]


def test_the_main_module_contains_what_is_built_and_nothing_else() -> None:
    document = rich_document()
    built = {component.name for component in document.components if component.usage is Usage.BUILT}
    assert {inner for _, inner in _relations(_written(document), "CONTAINS")} == built


def test_the_toolchain_builds_the_main_module_and_is_not_in_it() -> None:
    written = _written(rich_document())
    assert _relations(written, "BUILD_TOOL_OF") == [("golang.org/toolchain", "git.example/acme/app")]
    assert _package(written, "golang.org/toolchain")["primaryPackagePurpose"] == "APPLICATION"


@pytest.mark.parametrize(("programs", "purpose"), [(None, "APPLICATION"), (2, "APPLICATION"), (0, "LIBRARY")])
def test_a_main_module_without_programs_is_a_library(programs: int | None, purpose: str) -> None:
    main = changed(bare_document().main, programs=programs)
    written = _written(changed(bare_document(), main=main))
    assert written["packages"][0]["primaryPackagePurpose"] == purpose


def test_it_is_read_back_with_the_same_edges() -> None:
    document = rich_document()
    found = read_sbom(render_spdx23(document).encode(), "bom.json")
    assert found.main is not None
    names = {one.ref: one.name for one in (found.main, *found.components)}
    ours = {one.ref: one.name for one in (document.main, *document.components)}
    assert {names[ref]: sorted(names[to] for to in edges) for ref, edges in found.edges.items()} == {
        ours[ref]: sorted(ours[to] for to in edges) for ref, edges in document.edges.items()
    }
    assert found.faults == ()


def test_checksums_are_those_of_a_zip_that_was_hashed() -> None:
    document = rich_document()
    written = _written(document)
    for component in document.components:
        sums = {
            one["algorithm"]: one["checksumValue"] for one in _package(written, component.name).get("checksums", [])
        }
        digest = component.digest
        assert sums == ({"SHA256": digest.sha256, "SHA512": digest.sha512} if digest else {})
    assert "no checksum: its zip is not in the module cache" in _package(written, "code.example/unused")["comment"]


def test_what_spdx_has_no_field_for_is_in_the_annotation() -> None:
    written = _written(rich_document())
    [note] = _package(written, "fork.example/old")["annotations"]
    lines = note["comment"].splitlines()
    assert "supplymatrix:replaces = code.example/old@v1.0.0" in lines
    assert "supplymatrix:log:state = not-in-log" in lines
    assert any(line.startswith("supplymatrix:h1 = h1:") for line in lines)
    local = _package(written, "code.example/local")
    assert "versionInfo" not in local
    assert local["sourceInfo"] == (
        "taken in the place of code.example/local@v1.1.0 by a replace in go.mod; it is the folder ../local"
    )


def test_facts_have_the_names_and_values_that_they_have_in_cyclonedx() -> None:
    from supplymatrix.sbom.cyclonedx import cyclonedx_of

    document = rich_document()
    bom: Any = cyclonedx_of(document, "1.6")
    written = _written(document)
    for component in (bom["metadata"]["component"], *bom["components"]):
        wanted = {f"{one['name']} = {one['value']}" for one in component["properties"]}
        [note] = _package(written, component["name"])["annotations"]
        found = set(note["comment"].splitlines())
        assert {line for line in wanted if _is_shared(line)} == {line for line in found if _is_shared(line)}


def _is_shared(line: str) -> bool:
    return ":licence:" not in line and ":effectiveLicence" not in line


def test_what_the_user_declares_of_the_main_module_counts() -> None:
    creators = Creators(licence="LicenseRef-Acme-1 OR MIT", supplier=Party(name="We"))
    written = _written(changed(rich_document(), creators=creators))
    main = _package(written, "git.example/acme/app")
    assert (main["licenseDeclared"], main["licenseConcluded"]) == ("LicenseRef-Acme-1 OR MIT", "Apache-2.0")
    assert main["supplier"] == "Organization: We"
    assert "LicenseRef-Acme-1" in {one["licenseId"] for one in written["hasExtractedLicensingInfos"]}
    assert validate_spdx23(written) == ()


def test_gaps_and_incompleteness_are_said_of_the_whole() -> None:
    comment = _written(rich_document())["comment"].splitlines()
    assert "supplymatrix:complete:components = incomplete" in comment
    assert "supplymatrix:incomplete = ../local is a folder that is not there" in comment
    assert "supplymatrix:gaps = 2" in comment
    assert (
        "supplymatrix:gap:1 = zip of corp.example/secret@v0.9.0: its server asks for a login; next: add it to .netrc"
    ) in comment


def test_creators_are_those_whom_the_user_named() -> None:
    assert _written(rich_document())["creationInfo"]["creators"] == [
        "Person: Ada Author (ada@acme.example)",
        "Organization: Acme (security@acme.example)",
        "Tool: supplymatrix-0.8.0",
    ]
    assert _written(bare_document())["creationInfo"]["creators"] == ["Tool: supplymatrix-0.8.0"]


def test_parentheses_of_a_name_are_no_address() -> None:
    creators = Creators(manufacturer=Party(name="Acme (UK)"))
    read, _ = judged_by_spdx_tools(_written(changed(bare_document(), creators=creators)))
    actor = read.creation_info.creators[0]
    assert (actor.name, actor.email) == ("Acme (UK)", None)


def test_the_namespace_is_below_the_suppliers_address_or_a_urn() -> None:
    assert _written(rich_document())["documentNamespace"].startswith("https://supply.acme.example/spdx/")
    assert _written(bare_document())["documentNamespace"].startswith("urn:uuid:")
    login = Creators(supplier=Party(name="S", url="https://user:word@s.example"))
    assert _written(changed(bare_document(), creators=login))["documentNamespace"].startswith("urn:uuid:")


def test_licences() -> None:
    written = _written(rich_document())
    tests = _package(written, "code.example/assert")
    assert (tests["licenseDeclared"], tests["licenseConcluded"]) == ("MIT AND Apache-2.0", "MIT AND Apache-2.0 AND ISC")
    unknown = _package(written, "code.example/Unknown")
    assert unknown["licenseConcluded"] == "NOASSERTION"
    extracted = {one["licenseId"]: one["extractedText"] for one in written["hasExtractedLicensingInfos"]}
    assert "COPYING" in extracted[unknown["licenseDeclared"]]
    assert "nearest to MIT 61 %" in extracted[unknown["licenseDeclared"]]
    assert "LICENSE in fork.example/old@v1.0.1" in extracted["LicenseRef-Acme"]
    assert _package(written, "code.example/local")["licenseDeclared"] == "NOASSERTION"


def test_another_licence_of_the_document_itself_is_refused() -> None:
    with pytest.raises(InputError, match=r"CC0-1\.0"):
        render_spdx23(changed(bare_document(), creators=Creators(data_licence="MIT")))
