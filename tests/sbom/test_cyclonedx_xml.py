"""The XML form says what the JSON form says: both are read back by cyclonedx-python-lib, and by a reader of our own."""

from __future__ import annotations

from io import StringIO
from typing import TYPE_CHECKING, Any

import pytest

from supplymatrix.model.value import changed
from supplymatrix.sbom.cyclonedx import SPECS, cyclonedx_of
from supplymatrix.sbom.cyclonedx_xml import render_xml, xml_tree
from tests.support.sbom_documents import bare_document, rich_document

if TYPE_CHECKING:
    from cyclonedx.model.bom import Bom
    from cyclonedx.model.component import Component

_NAMESPACE = "{http://cyclonedx.org/schema/bom/1.6}"


@pytest.mark.parametrize("spec", SPECS)
def test_both_forms_are_read_back_the_same(spec: str) -> None:
    bom = cyclonedx_of(rich_document(), spec)
    from_json, from_xml = read_json(bom), read_xml(render_xml(xml_tree(bom)))
    assert facts_of(from_json) == facts_of(from_xml)


def test_what_is_read_back_is_the_document() -> None:
    document = rich_document()
    read = read_xml(render_xml(xml_tree(cyclonedx_of(document))))
    parts = sorted(document.components, key=lambda part: part.ref)
    found = sorted(read.components, key=lambda part: part.bom_ref.value or "")
    assert [(part.name, part.version or "") for part in found] == [(part.name, part.version) for part in parts]
    assert [str(part.purl or "") for part in found] == [part.purl for part in parts]
    edges = {str(node.ref): sorted(str(inner.ref) for inner in node.dependencies) for node in read.dependencies}
    assert edges == {ref: sorted(needed) for ref, needed in document.edges.items()}
    hashes = {part.name: sorted(item.content for item in part.hashes) for part in found if part.hashes}
    assert hashes == {
        part.name: sorted([part.digest.sha256, part.digest.sha512]) for part in parts if part.digest is not None
    }


def test_what_the_library_does_not_read_is_there() -> None:
    bom: Any = cyclonedx_of(rich_document())
    root = xml_tree(bom)
    compositions = root.findall(f"{_NAMESPACE}compositions/{_NAMESPACE}composition")
    told = [
        (item.findtext(f"{_NAMESPACE}aggregate"), [ref.get("ref") for ref in item.iter() if ref.get("ref")])
        for item in compositions
    ]
    assert told == [
        ("incomplete", bom["compositions"][0]["assemblies"]),
        ("unknown", bom["compositions"][1]["dependencies"]),
    ]
    text = root.findtext(f"{_NAMESPACE}annotations/{_NAMESPACE}annotation/{_NAMESPACE}text")
    assert text == bom["annotations"][0]["text"]


def test_two_runs_give_the_same_bytes() -> None:
    texts = {render_xml(xml_tree(cyclonedx_of(rich_document()))) for _ in range(2)}
    assert len(texts) == 1
    assert texts.pop().startswith("<?xml version='1.0' encoding='UTF-8'?>\n<bom ")


def test_text_is_escaped() -> None:
    main = changed(bare_document().main, name="<&]]>\"'")
    text = render_xml(xml_tree(cyclonedx_of(changed(bare_document(), main=main))))
    assert "<name>&lt;&amp;]]&gt;\"'</name>" in text


def test_a_key_without_a_place_in_xml_is_no_silent_loss() -> None:
    bom: Any = cyclonedx_of(bare_document())
    bom["metadata"]["component"]["cpe"] = "cpe:2.3:a:x:y:1:*:*:*:*:*:*:*"
    with pytest.raises(KeyError, match="component has no place in XML for cpe"):
        xml_tree(bom)


def read_json(bom: Any) -> Bom:  # noqa: ANN401 - the library takes any JSON
    from cyclonedx.model.bom import Bom

    read: Any = Bom
    made: Bom = read.from_json(data=bom)
    return made


def read_xml(text: str) -> Bom:
    from cyclonedx.model.bom import Bom

    read: Any = Bom
    made: Bom = read.from_xml(data=StringIO(text.partition("?>")[2]))
    return made


def facts_of(bom: Bom) -> object:
    main = bom.metadata.component
    assert main is not None
    return {
        "serial": bom.serial_number,
        "time": bom.metadata.timestamp,
        "authors": [(author.name, author.email) for author in bom.metadata.authors],
        "licences": list(bom.metadata.licenses),
        "properties": sorted((item.name, item.value) for item in bom.metadata.properties),
        "components": [component_facts(part) for part in (main, *sorted(bom.components, key=lambda one: one.name))],
        "edges": {str(node.ref): sorted(str(inner.ref) for inner in node.dependencies) for node in bom.dependencies},
    }


def component_facts(part: Component) -> object:
    evidence = part.evidence
    return (
        part.name, part.version, str(part.purl), part.type, part.scope, part.copyright, part.bom_ref.value,
        sorted((item.alg, item.content) for item in part.hashes),
        sorted((str(item.type), str(item.url), sorted(one.content for one in item.hashes))
               for item in part.external_references),
        sorted(map(repr, part.licenses)),
        sorted((item.name, item.value) for item in part.properties),
        evidence and sorted((item.location, item.line, item.additional_context) for item in evidence.occurrences),
        evidence and sorted(map(repr, evidence.licenses)),
        evidence and sorted(item.text for item in evidence.copyright),
        evidence and [(one.field, one.confidence, one.concluded_value, sorted(map(repr, one.methods)))
                      for one in evidence.identity],
        part.supplier, part.manufacturer, part.description,
        part.pedigree and [(old.name, old.version) for old in part.pedigree.ancestors],
    )  # fmt: skip
