"""A bill of materials as CycloneDX 1.6 or 1.7: one dict in the order of the specification, and that as JSON.

    bom, text = cyclonedx_json(document, "1.6")

The dict is the one source of both forms: `cyclonedx_xml` writes the same as XML. Nothing in it depends on the clock or
on the order of work, so that the same document gives the same bytes. The serial number is made from the text of the
JSON form with zeros in its place; the XML form has the same. Source: CycloneDX 1.6 and 1.7 (ECMA-424).
"""

from __future__ import annotations

import json
import uuid
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime

from supplymatrix.model.fact import Gap
from supplymatrix.sbom.cyclonedx_component import component_of
from supplymatrix.sbom.cyclonedx_licences import choice_of
from supplymatrix.sbom.cyclonedx_text import (
    Json,
    contact_of,
    line_of,
    organisation_of,
    property_of,
    unusable_in,
    uri_of,
)
from supplymatrix.sbom.document import Creators, Document, Lifecycle
from supplymatrix.sbom.indented import indented
from supplymatrix.sbom.serial import content_uuid

__all__ = ["DEFAULT_SPEC", "MOST_GAPS", "SPECS", "cyclonedx_json", "cyclonedx_of", "render_json", "timestamp_of"]

SPECS = ("1.6", "1.7")
DEFAULT_SPEC = "1.6"
MOST_GAPS = 500
"""Gaps that are written one by one; of the others there is a count."""
MOST_INDENTED = 2_000
"""Components of a document that is indented all through; a larger one has a line for each component and node."""
LONGEST_REF = 2_000
_NO_SERIAL = f"urn:uuid:{uuid.UUID(int=0)}"
_COMPONENTS, _DEPENDENCIES, _ANNOTATION = "composition-components", "composition-dependencies", "annotation-incomplete"


def cyclonedx_of(document: Document, spec: str = DEFAULT_SPEC) -> Json:
    """Return a document as the JSON form of CycloneDX has it. spec: one of SPECS."""
    return cyclonedx_json(document, spec)[0]


def cyclonedx_json(document: Document, spec: str = DEFAULT_SPEC) -> tuple[Json, str]:
    """Return the same with its text, as `render_json` makes it."""
    bom = _unnamed(document, spec)
    text = render_json(bom)
    bom["serialNumber"] = serial = f"urn:uuid:{content_uuid(text.encode('utf-8'))}"
    return bom, text.replace(_NO_SERIAL, serial, 1)


def _unnamed(document: Document, spec: str) -> Json:
    """Return a document with zeros for a serial number."""
    if spec not in SPECS:
        raise ValueError(f"there is no CycloneDX {spec} here, but {', '.join(SPECS)}")
    refs = _refs(document)
    technique = "binary-analysis" if document.lifecycle is Lifecycle.POST_BUILD else "manifest-analysis"
    bom: Json = {
        "$schema": f"http://cyclonedx.org/schema/bom-{spec}.schema.json",
        "bomFormat": "CycloneDX",
        "specVersion": spec,
        "serialNumber": _NO_SERIAL,
        "version": 1,
        "metadata": _metadata(document, refs, spec, technique),
        "components": [component_of(item, refs[item.ref], spec, technique) for item in document.components],
    }
    if document.report is not None:
        bom["externalReferences"] = [_report(*document.report)]
    bom["dependencies"] = [_node(refs, ref, needed) for ref, needed in document.edges.items()]
    bom["compositions"] = _compositions(document, refs)
    if document.completeness.reasons:
        bom["annotations"] = [_reasons(document)]
    return bom


def render_json(bom: Json) -> str:
    """Return the text of a document: indented, or with a line for each component and node where it is large."""
    components = bom.get("components")
    if not isinstance(components, list) or len(components) <= MOST_INDENTED:
        return indented(bom) + "\n"
    return "{\n" + ",\n".join(_member(name, value) for name, value in bom.items()) + "\n}\n"


def timestamp_of(time: datetime) -> str:
    """Return a time as documents have it: UTC, in seconds, "2026-11-26T08:00:00Z"."""
    return f"{time.astimezone(UTC).replace(microsecond=0, tzinfo=None).isoformat()}Z"


def _member(name: str, value: object) -> str:
    encode = json.JSONEncoder(ensure_ascii=False).encode
    if not isinstance(value, list):
        return f"  {encode(name)}: {encode(value)}"
    return f"  {encode(name)}: [\n" + ",\n".join(f"    {encode(item)}" for item in value) + "\n  ]"


def _refs(document: Document) -> dict[str, str]:
    """Return the bom-ref of each ref: the same, as far as it can stand in JSON and XML, and still unique then."""
    refs: dict[str, str] = {}
    taken = {_COMPONENTS, _DEPENDENCIES, _ANNOTATION}
    for component in (document.main, *document.components):
        plain = name = line_of(component.ref, LONGEST_REF) or "component"
        number = 2
        while name in taken:
            name, number = f"{plain}#{number}", number + 1
        taken.add(name)
        refs.setdefault(component.ref, name)
    return refs


def _metadata(document: Document, refs: dict[str, str], spec: str, technique: str) -> Json:
    creators = document.creators
    made: Json = {
        "timestamp": timestamp_of(document.created),
        "lifecycles": [{"phase": document.lifecycle.value}],
        "tools": {"components": [_tool(document)]},
    }
    if creators.author is not None:
        made["authors"] = [contact_of(creators.author)]
    made["component"] = component_of(document.main, refs[document.main.ref], spec, technique, creators)
    if creators.manufacturer is not None:
        made["manufacturer"] = organisation_of(creators.manufacturer)
    if creators.supplier is not None:
        made["supplier"] = organisation_of(creators.supplier)
    if creators.data_licence:
        made["licenses"] = [choice_of(creators.data_licence)]
    made["properties"] = [property_of(name, value) for name, value in _properties(document)]
    return made


def _tool(document: Document) -> Json:
    return {"type": "application", "name": "supplymatrix", "version": line_of(document.tool_version, 1_024)}


def _properties(document: Document) -> Iterator[tuple[str, str]]:
    said = (
        ("supplymatrix:scope", document.scope),
        ("supplymatrix:goos", document.goos),
        ("supplymatrix:goarch", document.goarch),
        ("supplymatrix:cgo_enabled", "" if document.cgo_enabled is None else str(document.cgo_enabled).lower()),
        ("supplymatrix:listed_by", document.listed_by),
        ("supplymatrix:packages_by", document.packages_by),
    )
    yield from ((name, text) for name, text in said if text)
    for file in document.subject_files:
        yield "supplymatrix:subject_file", f"{file.name} sha256:{file.sha256}"
    for reason in document.completeness.reasons:
        yield "supplymatrix:incomplete", reason
    for text in _unusable(document.creators):
        yield "supplymatrix:unusable", text
    yield from sorted(document.properties.items())
    yield from _gaps(document.gaps)


def _unusable(creators: Creators) -> Iterator[str]:
    yield from unusable_in(creators.author, "author")
    yield from unusable_in(creators.manufacturer, "manufacturer")
    yield from unusable_in(creators.supplier, "supplier")
    if creators.security_contact and not uri_of(creators.security_contact):
        yield f"security contact: {creators.security_contact} is no URL"


def _gaps(gaps: Sequence[Gap]) -> Iterator[tuple[str, str]]:
    yield "supplymatrix:gaps", str(len(gaps))
    for number, gap in enumerate(gaps[:MOST_GAPS], 1):
        yield f"supplymatrix:gap:{number}", gap.in_words
    if len(gaps) > MOST_GAPS:
        yield "supplymatrix:gaps:left_out", str(len(gaps) - MOST_GAPS)


def _report(name: str, sha256: str) -> Json:
    return {
        "type": "attestation",
        "url": uri_of(name) or uri_of(f"./{name.replace(':', '%3A')}") or "report",
        "comment": line_of(f"what supplymatrix check says of the same subject: {name}"),
        "hashes": [{"alg": "SHA-256", "content": sha256}],
    }


def _node(refs: dict[str, str], ref: str, needed: Sequence[str]) -> Json:
    node: Json = {"ref": refs.get(ref, ref)}
    return node | ({"dependsOn": [refs.get(other, other) for other in needed]} if needed else {})


def _compositions(document: Document, refs: dict[str, str]) -> list[Json]:
    completeness = document.completeness
    return [
        {
            "bom-ref": _COMPONENTS,
            "aggregate": completeness.components.value,
            "assemblies": [refs[item.ref] for item in (document.main, *document.components)],
        },
        {
            "bom-ref": _DEPENDENCIES,
            "aggregate": completeness.dependencies.value,
            "dependencies": [refs.get(ref, ref) for ref in document.edges],
        },
    ]


def _reasons(document: Document) -> Json:
    return {
        "bom-ref": _ANNOTATION,
        "subjects": [_COMPONENTS, _DEPENDENCIES],
        "annotator": {"component": _tool(document)},
        "timestamp": timestamp_of(document.created),
        "text": line_of("; ".join(document.completeness.reasons)),
    }
