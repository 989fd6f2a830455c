"""Syft's own JSON: artifacts and the relationships between them."""

from __future__ import annotations

from collections.abc import Iterator

from supplymatrix.sbom.read_json import Table, rows, table, text
from supplymatrix.sbom.read_parts import make_component, settle_edges, tell_twins
from supplymatrix.sbom.read_values import Faults, LicenceForm, ReadComponent, ReadLicence, ReadSbom
from supplymatrix.sbom.unread import SYFT, unread_in

__all__ = ["read_syft"]


def read_syft(document: Table, faults: Faults) -> ReadSbom:
    """Return what a document says; it names no subject that is a component."""
    maker = table(document.get("descriptor"), "descriptor", faults)
    name, version = (text(maker.get(key), f"descriptor.{key}", faults) for key in ("name", "version"))
    schema = table(document.get("schema"), "schema", faults)
    artifacts = tuple(
        _artifact(item, place, faults) for place, item in rows(document.get("artifacts"), "artifacts", faults)
    )
    refs = tell_twins(artifacts, faults)
    return ReadSbom(
        format="syft JSON",
        spec=text(schema.get("version"), "schema.version", faults),
        tools=(f"{name} {version}".strip(),) if name else (),
        identity=text(table(document.get("source"), "source", faults).get("id"), "source.id", faults),
        created="",
        main=None,
        components=artifacts,
        edges=settle_edges(_edges(document, faults), refs, faults),
        unread=unread_in(document, SYFT),
        faults=faults.kept,
        fault_count=faults.count,
    )


def _artifact(item: Table, place: str, faults: Faults) -> ReadComponent:
    said = {key: text(item.get(key), f"{place}.{key}", faults) for key in ("id", "name", "version", "type", "purl")}
    made = ReadComponent(
        ref=said["id"],
        kind=said["type"],
        name=said["name"],
        version=said["version"],
        purl=said["purl"],
        module=None,
    )
    metadata = table(item.get("metadata"), f"{place}.metadata", faults)
    h1 = text(metadata.get("h1Digest"), f"{place}.metadata.h1Digest", faults)
    return make_component(
        made,
        licences=_licences(item, place, faults),
        properties=[("metadata.h1Digest", h1)] if h1 else [],
    )


def _licences(item: Table, place: str, faults: Faults) -> Iterator[ReadLicence]:
    for at, found in rows(item.get("licenses"), f"{place}.licenses", faults):
        expression = text(found.get("spdxExpression"), f"{at}.spdxExpression", faults).strip()
        name = text(found.get("value"), f"{at}.value", faults).strip()
        role = text(found.get("type"), f"{at}.type", faults)
        if expression:
            yield ReadLicence(text=expression, form=LicenceForm.EXPRESSION, role=role)
        elif name:
            yield ReadLicence(text=name, form=LicenceForm.NAME, role=role)


def _edges(document: Table, faults: Faults) -> dict[str, list[str]]:
    edges: dict[str, list[str]] = {}
    for place, item in rows(document.get("artifactRelationships"), "artifactRelationships", faults):
        if item.get("type") == "dependency-of":
            needed, needs = (text(item.get(key), f"{place}.{key}", faults) for key in ("parent", "child"))
            edges.setdefault(needs, []).append(needed)
    return edges
