"""The dict of a document: what of it is written, in which form, and that it is valid whatever it holds."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime
from enum import Enum
from types import EllipsisType
from typing import Any

import pytest

from supplymatrix.engine.sbom_write import json_schema, xml_schema
from supplymatrix.model.fact import Gap
from supplymatrix.model.module import ModuleVersion
from supplymatrix.model.value import changed, fields_of
from supplymatrix.sbom.cyclonedx import MOST_GAPS, SPECS, cyclonedx_of, render_json
from supplymatrix.sbom.cyclonedx_xml import xml_tree
from supplymatrix.sbom.document import Component, Document, Party, Reference
from supplymatrix.sbom.validate import graph_faults
from tests.support.sbom_documents import (
    bare_document,
    large_document,
    made_component,
    program_components,
    rich_document,
)

NOT_WRITTEN = {
    "LicenceFile.offers": "what follows from it stands in the expression",
    "Gap.kind": "it stands in what was wanted, in words",
    "Gap.location": "likewise",
    "Gap.outage": "it tells a check what to do with the gap",
    "Gap.family": "it tells a check which audit wanted it",
}
OF_VALUES = frozenset({
    "Component.digest", "Component.file", "Component.licence", "Component.module", "Component.origin",
    "Component.proof", "Component.references", "Component.replaces", "Component.supplier", "Creators.author",
    "Creators.manufacturer", "Creators.supplier", "Document.completeness", "Document.components",
    "Document.creators", "Document.gaps", "Document.main", "Document.subject_files", "LicenceFile.matches",
    "ModuleLicence.files",
    "ModuleLicence.subject",  # not written: it is the component that has the licence
    "ModuleLicence.effective",  # likewise, of a replaced one
})  # fmt: skip
"""Fields that hold values with fields of their own; a new one comes here when it is written."""
FLAGS = {
    "Component.is_direct": "supplymatrix:direct",
    "Component.is_image": "container",
    "Component.uses_cgo": "supplymatrix:cgo",
    "ProgramFile.is_structured": "bsi:component:structured",
    "Document.cgo_enabled": "supplymatrix:cgo_enabled",
    "ModuleLicence.is_read": "supplymatrix:licence:is_read",
    "LicenceFile.packages_only": "for the packages in its folder",
    "LicenceFile.is_statement": "it says whose the code is, and nothing else",
}


@pytest.mark.parametrize("spec", SPECS)
@pytest.mark.parametrize("make", [rich_document, bare_document, lambda: large_document(30)])
def test_what_is_written_is_valid(make: Callable[[], Document], spec: str) -> None:
    assert_valid(make(), spec)


def test_every_field_of_a_document_is_written() -> None:
    document = with_all_fields()
    text = "\n".join(strings_in(cyclonedx_of(document, "1.7")))
    written: dict[str, bool] = {}
    for field, leaf in leaves(document):
        found = FLAGS[field] in text if field in FLAGS else leaf is ... or (bool(leaf) and leaf in text)
        written[field] = written.get(field, False) or found
    assert {field for field, found in written.items() if not found} == NOT_WRITTEN.keys()
    assert {field for field, leaf in leaves(document) if leaf is ...} == OF_VALUES


@pytest.mark.parametrize("spec", SPECS)
def test_two_runs_give_the_same_bytes_and_other_content_another_serial_number(spec: str) -> None:
    first, second = cyclonedx_of(rich_document(), spec), cyclonedx_of(rich_document(), spec)
    assert render_json(first) == render_json(second)
    later = changed(rich_document(), created=datetime(2026, 11, 27, tzinfo=UTC))
    assert cyclonedx_of(later, spec)["serialNumber"] != first["serialNumber"]


def test_the_serial_number_is_the_same_in_both_layouts(monkeypatch: pytest.MonkeyPatch) -> None:
    bom = cyclonedx_of(large_document(3))
    indented = render_json(bom)
    monkeypatch.setattr("supplymatrix.sbom.cyclonedx.MOST_INDENTED", 2)
    in_lines = render_json(bom)
    assert json.loads(indented) == json.loads(in_lines)
    assert in_lines.count("\n") < 30 < indented.count("\n")


def test_the_time_is_utc_in_seconds() -> None:
    local = datetime.fromisoformat("2026-11-26T09:30:00.250+01:30")
    bom: Any = cyclonedx_of(changed(bare_document(), created=local))
    assert bom["metadata"]["timestamp"] == "2026-11-26T08:00:00Z"


def test_a_licence_is_declared_and_concluded() -> None:
    assert licences_of("MIT", "MIT", "1.6")[0] == [
        {"license": {"id": "MIT", "acknowledgement": "declared"}},
        {"license": {"id": "MIT", "acknowledgement": "concluded"}},
    ]


def test_an_expression_stands_alone_in_1_6_and_beside_others_in_1_7() -> None:
    declared = {"license": {"id": "MIT", "acknowledgement": "declared"}}
    concluded = {"expression": "MIT AND ISC", "acknowledgement": "concluded"}
    assert licences_of("MIT", "MIT AND ISC", "1.6") == ([concluded], [declared])
    listed, evidence = licences_of("MIT", "MIT AND ISC", "1.7")
    assert listed == [declared, concluded]
    assert [entry["license"]["id"] for entry in evidence] == ["MIT"]


@pytest.mark.parametrize(
    ("expression", "entry"),
    [
        ("LicenseRef-Acme", {"license": {"name": "LicenseRef-Acme"}}),
        ("MIT OR", {"license": {"name": "MIT OR"}}),
        ("Acme's own terms", {"license": {"name": "Acme's own terms"}}),
        ("GPL-2.0-only WITH Classpath-exception-2.0", {"expression": "GPL-2.0-only WITH Classpath-exception-2.0"}),
        ("MIT AND LicenseRef-Acme", {"expression": "MIT AND LicenseRef-Acme"}),
    ],
)
def test_what_is_no_id_is_an_expression_or_a_name(expression: str, entry: Mapping[str, Any]) -> None:
    from supplymatrix.sbom.cyclonedx_licences import choice_of

    assert choice_of(expression) == entry


def test_hashes_are_of_the_zip_and_never_the_hash_of_go_sum() -> None:
    component = made_component("code.example/a")
    bom: Any = cyclonedx_of(changed(bare_document(), components=(component,), edges={component.ref: ()}))
    assert component.digest is not None
    sha256 = {"alg": "SHA-256", "content": component.digest.sha256}
    places = [bom["components"][0], *bom["components"][0]["externalReferences"]]
    hashed = [place for place in places if "hashes" in place]
    assert [place.get("type") for place in hashed] == ["library", "distribution", "source-distribution"]
    assert all(sha256 in place["hashes"] for place in hashed)
    assert properties_of(bom["components"][0])["supplymatrix:h1"] == component.h1


def test_a_zip_of_no_known_address_has_its_hashes_under_its_purl() -> None:
    component = changed(made_component("code.example/a"), references=())
    bom: Any = cyclonedx_of(changed(bare_document(), components=(component,), edges={component.ref: ()}))
    references = bom["components"][0]["externalReferences"]
    assert [(item["type"], item["url"]) for item in references] == [
        ("distribution", component.purl),
        ("source-distribution", component.purl),
    ]


def test_a_component_without_a_digest_has_no_hashes_and_says_why() -> None:
    component = changed(made_component("code.example/a"), digest=None, digest_reason="no network")
    bom: Any = cyclonedx_of(changed(bare_document(), components=(component,), edges={component.ref: ()}))
    assert '"alg"' not in json.dumps(bom)
    assert properties_of(bom["components"][0])["supplymatrix:zip:reason"] == "no network"
    assert "bsi:component:filename" not in properties_of(bom["components"][0])


def test_nobody_is_named_who_is_not_named() -> None:
    bom: Any = cyclonedx_of(bare_document())
    assert not {"authors", "manufacturer", "supplier"} & bom["metadata"].keys()


def test_scopes_follow_the_use() -> None:
    bom: Any = cyclonedx_of(rich_document())
    scopes = {properties_of(item)["supplymatrix:usage"]: item.get("scope") for item in bom["components"]}
    assert scopes == {"built": "required", "tests-only": "excluded", "not-built": "excluded", "unknown": None}


def test_every_component_has_a_node_and_a_place_in_the_compositions() -> None:
    document = rich_document()
    bom: Any = cyclonedx_of(document)
    refs = {bom["metadata"]["component"]["bom-ref"], *(item["bom-ref"] for item in bom["components"])}
    assert {node["ref"] for node in bom["dependencies"]} == refs
    assemblies, dependencies = bom["compositions"]
    assert (assemblies["aggregate"], set(assemblies["assemblies"])) == ("incomplete", refs)
    assert (dependencies["aggregate"], set(dependencies["dependencies"])) == ("unknown", refs)
    assert all(reason in bom["annotations"][0]["text"] for reason in document.completeness.reasons)


def test_of_very_many_gaps_there_is_a_count() -> None:
    gaps = tuple(Gap(wanted=f"thing {n}", reason="gone", remedy="") for n in range(MOST_GAPS + 7))
    told = properties_of(cyclonedx_of(changed(bare_document(), gaps=gaps))["metadata"])
    assert told["supplymatrix:gaps"] == str(MOST_GAPS + 7)
    assert told["supplymatrix:gaps:left_out"] == "7"
    assert f"supplymatrix:gap:{MOST_GAPS + 1}" not in told


HOSTILE = (
    "a\x00b\x1b[2J",
    "\ud800lone",
    "\ufffe\uffff\U0001ffff",
    "]]></name><evil/>",
    "\u202etxt",
    "&lol;",
    "x" * 9_000,
)


@pytest.mark.parametrize("spec", SPECS)
@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_text_keeps_a_document_valid(text: str, spec: str) -> None:
    assert_valid(hostile_document(text), spec)


def test_refs_that_become_the_same_are_told_apart() -> None:
    parts = [changed(made_component("code.example/a"), ref=ref) for ref in ("a\x00b", "a\x01b", "a b")]
    document = changed(bare_document(), components=tuple(parts), edges={part.ref: () for part in parts})
    bom: Any = cyclonedx_of(document)
    assert [item["bom-ref"] for item in bom["components"]] == ["a b", "a b#2", "a b#3"]
    assert [node["ref"] for node in bom["dependencies"]] == ["a b", "a b#2", "a b#3"]


def test_a_password_in_an_address_is_not_written() -> None:
    vcs = Reference(kind="vcs", url="https://ada:s3cret@git.example/acme/app.git")
    main = changed(bare_document().main, references=(vcs,))
    text = render_json(cyclonedx_of(changed(bare_document(), main=main)))
    assert "s3cret" not in text
    assert "https://git.example/acme/app.git" in text


def test_there_is_no_other_version_of_the_specification() -> None:
    with pytest.raises(ValueError, match=r"1\.5"):
        cyclonedx_of(bare_document(), "1.5")


def assert_valid(document: Document, spec: str) -> None:
    bom = cyclonedx_of(document, spec)
    assert (*json_schema(spec).faults(bom), *graph_faults(bom)) == ()
    tree = xml_tree(bom)
    assert (*xml_schema(spec).faults(tree), *graph_faults(tree)) == ()


def hostile_document(text: str) -> Document:
    module = ModuleVersion(path=text, version=text)
    component = changed(
        made_component("code.example/a"),
        ref=f"ref {text}",
        module=module,
        replaces=module,
        name=text,
        version=text,
        purl=text,
        description=text,
        directory=text,
        deprecated=text,
        references=(
            Reference(kind=text, url=f"https://h.example/{text}", comment=text),
            Reference(kind="vcs", url=text),
        ),
        supplier=Party(name=text, email=text, url=text),
        properties=((text, text),),
    )
    rich = rich_document()
    creators = changed(rich.creators, licence=text, author=Party(name=text, email=text), security_contact=text)
    edges = {**rich.edges, component.ref: ()}
    return changed(
        rich, components=(*rich.components, component), edges=edges, creators=creators, report=(text, "a" * 64),
        tool_version=text, properties={text: text},
    )  # fmt: skip


def with_all_fields() -> Document:
    """Return the rich document with what it has nowhere: licence files of folders, of which not all was read."""
    document = rich_document()
    first, *others = document.components

    def deep(component: Component) -> Component:
        if component.licence is None or not component.licence.files:
            return component
        file = changed(component.licence.files[0], packages_only=True, unread=7_654, remarks=((4_321, "Mind the gap"),))
        statement = changed(file, matches=(), expression="", is_statement=True)
        files = (*component.licence.files, file, statement)
        licence = changed(component.licence, files=files, is_read=False, not_built_for="plan9/mips")
        return changed(component, licence=licence)

    main = changed(document.main, programs=1, is_image=True)
    return changed(document, main=main, components=(first, *map(deep, others), *program_components()))


def leaves(item: object, field: str = "") -> Iterator[tuple[str, str | EllipsisType]]:
    """Yield each field by class and name with the text that should be found of it, "" where it holds nothing; where it
    holds values, which have fields of their own, with an ellipsis."""
    if hasattr(type(item), "__value_fields__"):
        yield from [(field, ...)] if field else []
        for name in fields_of(type(item)):
            yield from leaves(getattr(item, name), f"{type(item).__name__}.{name}")
    elif isinstance(item, tuple | Mapping):
        for inner in item.items() if isinstance(item, Mapping) else item:
            yield from leaves(inner, field)
        yield field, ""
    elif isinstance(item, datetime):
        yield field, item.strftime("%Y-%m-%dT%H:%M:%SZ")
    else:
        yield field, "" if item in (None, -1, 0) else str(item.value if isinstance(item, Enum) else item)


def strings_in(item: object) -> Iterator[str]:
    if isinstance(item, Mapping):
        for key, inner in item.items():
            yield key
            yield from strings_in(inner)
    elif isinstance(item, list):
        for inner in item:
            yield from strings_in(inner)
    else:
        yield str(item)


def properties_of(item: object) -> dict[str, str]:
    holder: Any = item
    return {entry["name"]: entry["value"] for entry in holder["properties"]}


def licences_of(declared: str, concluded: str, spec: str) -> tuple[list[Any], list[Any]]:
    """Return `licenses` and `evidence.licenses` of a component."""
    component = made_component("code.example/a", "v1.0.0", declared)
    assert component.licence is not None
    component = changed(component, licence=changed(component.licence, concluded=concluded))
    document = changed(bare_document(), components=(component,), edges={component.ref: ()})
    bom: Any = cyclonedx_of(document, spec)
    made = bom["components"][0]
    return made["licenses"], made["evidence"]["licenses"]
