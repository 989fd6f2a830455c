"""SPDX 3.0.1, from the values of its JSON-LD as SPDX's own context has them: a flat @graph of elements.

Source: spdx.github.io/spdx-spec/v3.0.1 (serialisation in JSON-LD).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from typing import NamedTuple

from supplymatrix.sbom.read_json import Table, rows, table, text, texts
from supplymatrix.sbom.read_parts import (
    algorithm_name,
    claims_of,
    fact_lines,
    make_component,
    settle_edges,
    tell_twins,
)
from supplymatrix.sbom.read_values import (
    Faults,
    HashPlace,
    LicenceForm,
    ReadComponent,
    ReadHash,
    ReadLicence,
    ReadReference,
    ReadSbom,
)
from supplymatrix.sbom.unread import spdx3_shape, unread_in

__all__ = ["read_spdx3"]

_LISTED = ("https://spdx.org/licenses/", "http://spdx.org/licenses/")
_NOTHING = (
    "expandedlicensing_NoAssertionLicense",
    "expandedlicensing_NoneLicense",
    "NoAssertionElement",
    "NoneElement",
)
_ROLES = {"hasDeclaredLicense": "declared", "hasConcludedLicense": "concluded"}
_Placed = tuple[str, Table]


class _Known(NamedTuple):
    """Elements by id; licences, roles of those that are not stated, and notes by the id of what they are of."""

    by_id: Mapping[str, Table]
    licences: Mapping[str, list[ReadLicence]]
    unstated: Mapping[str, list[str]]
    notes: Mapping[str, list[str]]


def read_spdx3(document: Table, faults: Faults) -> ReadSbom:
    """Return what a document says. Elements that hold others, or link to them by id, are both understood."""
    by_kind: dict[str, list[_Placed]] = {}
    by_id: dict[str, Table] = {}
    for place, item in rows(document.get("@graph"), "@graph", faults):
        kind = item.get("type", item.get("@type"))
        by_kind.setdefault(text(kind, f"{place}.type", faults), []).append((place, item))
        name = item.get("spdxId", item.get("@id"))
        if isinstance(name, str):
            by_id.setdefault(name, item)
    relations = [pair for kind, found in by_kind.items() if kind.endswith("Relationship") for pair in found]
    licences, unstated = _licences(relations, by_id, faults)
    known = _Known(by_id, licences, unstated, _notes(by_kind.get("Annotation", []), faults))
    packages = [_package(item, place, known, faults) for place, item in by_kind.get("software_Package", [])]
    refs = tell_twins(packages, faults)
    roots = [*by_kind.get("software_Sbom", []), *by_kind.get("SpdxDocument", [])]
    wanted = [ref for place, item in roots for ref in texts(item.get("rootElement"), f"{place}.rootElement", faults)]
    subject = next((package for ref in wanted for package in packages if package.ref == ref), None)
    head = next((item for _, item in by_kind.get("SpdxDocument", [])), {})
    spec, created, tools = _creation(by_kind, by_id, faults)
    edges, whole = _edges(relations, faults)
    said = tuple(fact_lines(text(head.get("comment"), "SpdxDocument.comment", faults)))
    return ReadSbom(
        format="SPDX 3 JSON-LD",
        spec=spec,
        tools=tools,
        identity=text(head.get("spdxId"), "SpdxDocument.spdxId", faults),
        created=created,
        main=subject,
        components=tuple(package for package in packages if package is not subject),
        edges=settle_edges(edges, refs, faults),
        properties=said,
        claims=claims_of(said, whole, frozenset(refs)),
        files=len(by_kind.get("software_File", [])),
        unread=_unread(by_kind),
        faults=faults.kept,
        fault_count=faults.count,
    )


def _unread(by_kind: Mapping[str, list[_Placed]]) -> Counter[str]:
    found: Counter[str] = Counter()
    for kind, placed in by_kind.items():
        found += unread_in([item for _, item in placed], spdx3_shape(kind), kind)
    return found


def _creation(
    by_kind: Mapping[str, list[_Placed]], by_id: Mapping[str, Table], faults: Faults
) -> tuple[str, str, tuple[str, ...]]:
    """Return specification version, time and tools."""
    place, item = next(iter(by_kind.get("CreationInfo", [])), ("", {}))
    spec = text(item.get("specVersion"), f"{place}.specVersion", faults)
    tools = []
    for ref in texts(item.get("createdUsing"), f"{place}.createdUsing", faults):
        name = text(by_id.get(ref, {}).get("name"), "Tool.name", faults)
        if name:
            tools.append(name)
    return spec, text(item.get("created"), f"{place}.created", faults), tuple(tools)


def _notes(found: list[_Placed], faults: Faults) -> dict[str, list[str]]:
    """Return what annotations say, by their subject."""
    notes: dict[str, list[str]] = {}
    for place, item in found:
        subject, statement = (text(item.get(key), f"{place}.{key}", faults) for key in ("subject", "statement"))
        notes.setdefault(subject, []).append(statement)
    return notes


def _package(item: Table, place: str, known: _Known, faults: Faults) -> ReadComponent:
    keys = ("spdxId", "name", "software_packageVersion", "software_packageUrl", "software_primaryPurpose", "comment")
    said = {key: text(item.get(key), f"{place}.{key}", faults) for key in keys}
    if not said["name"]:
        faults.add(place, "the package has no name")
    purls = [said["software_packageUrl"], *_identifiers(item, place, known.by_id, faults)]
    supplier = item.get("suppliedBy")
    agent = (
        known.by_id.get(supplier, {}) if isinstance(supplier, str) else table(supplier, f"{place}.suppliedBy", faults)
    )
    made = ReadComponent(
        ref=said["spdxId"],
        kind=said["software_primaryPurpose"] or "package",
        name=said["name"],
        version=said["software_packageVersion"],
        purl=next((purl for purl in purls if purl), ""),
        module=None,
        other_purls=tuple(purls),
        references=tuple(_references(item, place, faults)),
        supplier=text(agent.get("name"), f"{place}.suppliedBy.name", faults),
        copyright=text(item.get("software_copyrightText"), f"{place}.software_copyrightText", faults),
        source_info=text(item.get("software_sourceInfo"), f"{place}.software_sourceInfo", faults),
        unstated=tuple(sorted(known.unstated.get(said["spdxId"], ()))),
    )
    return make_component(
        made,
        hashes=_hashes(item, place, known.by_id, faults),
        licences=known.licences.get(said["spdxId"], ()),
        properties=tuple(_properties(item, place, _comments(said, known.notes), known.by_id, faults)),
    )


def _comments(said: Mapping[str, str], notes: Mapping[str, list[str]]) -> str:
    return "\n".join([said["comment"], *notes.get(said["spdxId"], ())])


def _inner(found: object, where: str, by_id: Mapping[str, Table], faults: Faults) -> Iterator[_Placed]:
    """Yield the objects of a list, those that are named by their id looked up."""
    listed = found if isinstance(found, list) else [] if found is None else [found]
    for at, item in enumerate(listed):
        place = f"{where}[{at}]"
        yield place, by_id.get(item, {}) if isinstance(item, str) else table(item, place, faults)


def _identifiers(item: Table, place: str, by_id: Mapping[str, Table], faults: Faults) -> Iterator[str]:
    for at, found in _inner(item.get("externalIdentifier"), f"{place}.externalIdentifier", by_id, faults):
        if found.get("externalIdentifierType") == "packageUrl":
            yield text(found.get("identifier"), f"{at}.identifier", faults)


def _references(item: Table, place: str, faults: Faults) -> Iterator[ReadReference]:
    for key, kind in (("software_downloadLocation", "distribution"), ("software_homePage", "website")):
        url = text(item.get(key), f"{place}.{key}", faults)
        if url:
            yield ReadReference(kind=kind, url=url)


def _hashes(item: Table, place: str, by_id: Mapping[str, Table], faults: Faults) -> Iterator[ReadHash]:
    for at, found in _inner(item.get("verifiedUsing"), f"{place}.verifiedUsing", by_id, faults):
        algorithm, digest = (text(found.get(key), f"{at}.{key}", faults) for key in ("algorithm", "hashValue"))
        if algorithm and digest:
            yield ReadHash(
                algorithm=algorithm_name(algorithm), digest=digest.strip().lower(), place=HashPlace.COMPONENT
            )


def _properties(
    item: Table, place: str, comment: str, by_id: Mapping[str, Table], faults: Faults
) -> Iterator[tuple[str, str]]:
    """Yield facts in lines of comments, and entries of extensions that hold CycloneDX properties."""
    yield from fact_lines(comment)
    for at, extension in _inner(item.get("extension"), f"{place}.extension", by_id, faults):
        listed = extension.get("extension_cdxProperty")
        for where, entry in _inner(listed, f"{at}.extension_cdxProperty", by_id, faults):
            yield (
                text(entry.get("extension_cdxPropName"), f"{where}.extension_cdxPropName", faults),
                text(entry.get("extension_cdxPropValue"), f"{where}.extension_cdxPropValue", faults),
            )


def _licences(
    relations: list[_Placed], by_id: Mapping[str, Table], faults: Faults
) -> tuple[dict[str, list[ReadLicence]], dict[str, list[str]]]:
    """Return the licences, and the roles in which nothing is said of one, by what they are of."""
    found: dict[str, list[ReadLicence]] = {}
    unstated: dict[str, list[str]] = {}
    for place, item in relations:
        role = _ROLES.get(text(item.get("relationshipType"), f"{place}.relationshipType", faults))
        if role is None:
            continue
        source = text(item.get("from"), f"{place}.from", faults)
        for ref in texts(item.get("to"), f"{place}.to", faults):
            licence = _licence(ref, by_id, role, faults)
            if licence is not None:
                found.setdefault(source, []).append(licence)
            else:
                unstated.setdefault(source, []).append(role)
    return found, unstated


def _licence(ref: str, by_id: Mapping[str, Table], role: str, faults: Faults) -> ReadLicence | None:
    item = by_id.get(ref, {})
    kind = item.get("type")
    expression = text(item.get("simplelicensing_licenseExpression"), "simplelicensing_licenseExpression", faults)
    if expression.strip() and expression not in ("NOASSERTION", "NONE"):
        return ReadLicence(text=expression.strip(), form=LicenceForm.EXPRESSION, role=role)
    if ref in _NOTHING or kind in _NOTHING:
        return None
    for prefix in _LISTED:
        if ref.startswith(prefix) and ref != prefix:
            return ReadLicence(text=ref.removeprefix(prefix), form=LicenceForm.ID, role=role)
    name = text(item.get("name"), "licence.name", faults)
    return ReadLicence(text=name, form=LicenceForm.NAME, role=role) if name else None


def _edges(relations: list[_Placed], faults: Faults) -> tuple[dict[str, list[str]], set[str]]:
    """Return the dependencies, and the refs whose dependencies are said to be all there."""
    edges: dict[str, list[str]] = {}
    closed: set[str] = set()
    for place, item in relations:
        if item.get("relationshipType") != "dependsOn":
            continue
        source = text(item.get("from"), f"{place}.from", faults)
        if source:
            targets = [*texts(item.get("to"), f"{place}.to", faults)]
            edges.setdefault(source, []).extend(ref for ref in targets if ref not in _NOTHING)
            if item.get("completeness") == "complete" or "NoneElement" in targets:
                closed.add(source)
    return edges, closed
