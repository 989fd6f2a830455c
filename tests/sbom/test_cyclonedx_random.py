"""Whatever a document holds, both forms in both versions are valid, and the same bytes twice."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from supplymatrix.engine.sbom_write import json_schema, xml_schema
from supplymatrix.model.licence import LicenceSource
from supplymatrix.model.module import ModuleVersion
from supplymatrix.model.value import changed
from supplymatrix.sbom.cyclonedx import SPECS, cyclonedx_of, render_json
from supplymatrix.sbom.cyclonedx_xml import render_xml, xml_tree
from supplymatrix.sbom.document import Component, ComponentKind, Document, LogProof, Origin, Party, Reference, Usage
from supplymatrix.sbom.validate import graph_faults, parse_xml
from tests.support.sbom_documents import bare_document, made_digest, made_licence

TEXT = st.text(st.characters(exclude_categories=()), max_size=12)
EXPRESSIONS = (
    st.sampled_from(["", "MIT", "MIT AND Apache-2.0", "MIT OR (ISC AND 0BSD)", "LicenseRef-x", "MIT OR"]) | TEXT
)
MODULES = st.builds(ModuleVersion, path=TEXT, version=TEXT)
PARTIES = st.builds(Party, name=TEXT, email=TEXT, url=TEXT)
PURLS = st.sampled_from(["", "pkg:golang/a.example/b@v1.0.0"]) | TEXT


@st.composite
def components(draw: st.DrawFn) -> Component:
    module = draw(MODULES)
    declared, concluded = draw(EXPRESSIONS), draw(EXPRESSIONS)
    licence = changed(made_licence(module, "MIT", source=LicenceSource.ZIP), declared=declared, concluded=concluded)
    return Component(
        ref=draw(TEXT),
        kind=draw(st.sampled_from(ComponentKind)),
        module=module,
        name=draw(TEXT),
        version=draw(TEXT),
        purl=draw(PURLS),
        usage=draw(st.sampled_from(Usage)),
        replaces=draw(st.none() | MODULES),
        packages=draw(st.none() | st.integers(0, 9)),
        h1=draw(TEXT),
        proof=draw(st.none() | st.builds(LogProof, state=st.sampled_from(["proven", "private"]), reason=TEXT)),
        digest=draw(st.none() | st.builds(made_digest, st.just("zip"))),
        licence=draw(st.none() | st.just(licence)),
        supplier=draw(st.none() | PARTIES),
        references=draw(
            st.lists(st.builds(Reference, kind=st.sampled_from(["vcs", "distribution"]) | TEXT, url=TEXT), max_size=3)
            .map(tuple)
        ),
        origin=draw(st.none() | st.builds(Origin, kind=TEXT, url=TEXT, revision=TEXT, tag=TEXT)),
        properties=draw(st.lists(st.tuples(TEXT, TEXT), max_size=2).map(tuple)),
    )  # fmt: skip


@st.composite
def documents(draw: st.DrawFn) -> Document:
    parts = draw(st.lists(components(), max_size=4, unique_by=lambda part: part.ref))
    bare = bare_document()
    parts = [part for part in parts if part.ref != bare.main.ref]
    refs = [part.ref for part in parts]
    edges = {ref: tuple(refs[at + 1 :]) for at, ref in enumerate(refs)} | {bare.main.ref: tuple(refs)}
    creators = changed(
        bare.creators, author=draw(st.none() | PARTIES), licence=draw(EXPRESSIONS), data_licence=draw(TEXT)
    )
    return changed(bare, components=tuple(parts), edges=edges, creators=creators, goos=draw(TEXT))


@settings(max_examples=25)
@given(documents(), st.sampled_from(SPECS))
def test_any_document_is_valid_in_both_forms(document: Document, spec: str) -> None:
    bom = cyclonedx_of(document, spec)
    assert (*json_schema(spec).faults(bom), *graph_faults(bom)) == ()
    render_json(bom).encode("utf-8")
    tree, faults = parse_xml(render_xml(xml_tree(bom)).encode("utf-8"))
    assert faults == ()
    assert (*xml_schema(spec).faults(tree), *graph_faults(tree)) == ()
    assert cyclonedx_of(document, spec) == bom
