"""CycloneDX 1.2 to 1.7, from the values of its JSON; `read_xml` brings its XML into the same form."""

from __future__ import annotations

import re
from collections.abc import Iterator

from supplymatrix.sbom.document import IN_PROGRAM
from supplymatrix.sbom.read_json import Table, rows, table, text, texts
from supplymatrix.sbom.read_parts import algorithm_name, make_component, settle_edges, tell_twins
from supplymatrix.sbom.read_values import (
    Faults,
    HashPlace,
    LicenceForm,
    ReadClaims,
    ReadComponent,
    ReadHash,
    ReadLicence,
    ReadReference,
    ReadSbom,
)
from supplymatrix.sbom.unread import CYCLONEDX, unread_in

__all__ = ["read_cyclonedx"]

_KNOWN = re.compile(r"1\.[2-7]")
_WRITES_H1 = ("cyclonedx-gomod",)
"""Tools whose SHA-256 of a Go component is the hex of its h1."""
_DISTRIBUTIONS = ("distribution", "source-distribution")
_LICENCE_PROPERTIES = {"bsi:component:effectiveLicence": "effective"}


def read_cyclonedx(document: Table, faults: Faults, form: str = "CycloneDX JSON") -> ReadSbom:
    """Return what a document says. form: which of the two forms it has."""
    spec = text(document.get("specVersion"), "specVersion", faults)
    if not _KNOWN.fullmatch(spec):
        faults.add("specVersion", f"{spec[:20] or 'no version'} is none of 1.2 to 1.7: read as if it were 1.7")
    metadata = table(document.get("metadata"), "metadata", faults)
    tools = tuple(_tools(metadata.get("tools"), faults))
    writes_h1 = any(tool.split(" ")[0].endswith(_WRITES_H1) for tool in tools)
    main = None
    nested: list[tuple[str, Table, str]] = []
    if metadata.get("component") is not None:
        found = table(metadata.get("component"), "metadata.component", faults)
        main = _component(found, "metadata.component", faults, writes_h1=writes_h1)
        inner = rows(found.get("components"), "metadata.component.components", faults)
        nested = [(place, item, main.ref) for place, item in inner]
    first = [(place, item, "") for place, item in rows(document.get("components"), "components", faults)]
    components = tuple(_flat([*nested, *first], faults, writes_h1=writes_h1))
    refs = tell_twins([*([main] if main else []), *components], faults)
    return ReadSbom(
        format=form,
        spec=spec,
        tools=tools,
        identity=text(document.get("serialNumber"), "serialNumber", faults),
        created=text(metadata.get("timestamp"), "metadata.timestamp", faults),
        main=main,
        components=components,
        edges=settle_edges(_edges(document, faults), refs, faults),
        claims=_claims(document, refs, main.ref if main is not None else "", faults),
        properties=tuple(_pairs(metadata, "metadata", faults)) + tuple(_pairs(document, "", faults)),
        phases=tuple(
            text(item.get("phase"), f"{place}.phase", faults)
            for place, item in rows(metadata.get("lifecycles"), "metadata.lifecycles", faults)
        ),
        unread=unread_in(document, CYCLONEDX),
        faults=faults.kept,
        fault_count=faults.count,
    )


def _claims(document: Table, refs: set[str], main: str, faults: Faults) -> ReadClaims:
    """Return what the compositions say; of several about one thing the least one counts."""
    of_parts: set[str] = set()
    of_edges: set[str] = set()
    whole: set[str] = set()
    for place, item in rows(document.get("compositions"), "compositions", faults):
        aggregate = text(item.get("aggregate"), f"{place}.aggregate", faults)
        parts, nodes = (_refs(item.get(key), f"{place}.{key}", refs, faults) for key in ("assemblies", "dependencies"))
        if main in parts or not (parts or nodes):
            of_parts.add(aggregate)
        if nodes or not parts:
            of_edges.add(aggregate)
        if aggregate == "complete":
            whole |= nodes or (set() if parts else refs)
    return ReadClaims(components=_least(of_parts), dependencies=_least(of_edges), whole=frozenset(whole))


def _least(said: set[str]) -> str:
    return next(iter(sorted(said - {"complete"}))) if said - {"complete"} else "".join(said)


def _refs(found: object, where: str, refs: set[str], faults: Faults) -> set[str]:
    """Return refs of a composition that are those of components; in XML they stand in elements of their own."""
    listed = (
        [item.get("ref") if isinstance(item, dict) else item for item in found] if isinstance(found, list) else found
    )
    named = [*texts(listed, where, faults)]
    for ref in named:
        if ref not in refs:
            faults.add(where, f"{ref[:120]!r} is no component")
    if len(set(named)) != len(named):
        faults.add(where, "a name stands twice in it")
    return set(named) & refs


def _pairs(item: Table, place: str, faults: Faults) -> Iterator[tuple[str, str]]:
    """Yield the properties of something."""
    for at, found in rows(item.get("properties"), f"{place}.properties" if place else "properties", faults):
        yield text(found.get("name"), f"{at}.name", faults), text(found.get("value"), f"{at}.value", faults)


def _tools(found: object, faults: Faults) -> Iterator[str]:
    """Yield "name version" of each tool, in the older form or in that of 1.5."""
    if isinstance(found, dict):
        listed = [*rows(found.get("components"), "metadata.tools.components", faults)]
        listed += rows(found.get("services"), "metadata.tools.services", faults)
    else:
        listed = [*rows(found, "metadata.tools", faults)]
    for place, item in listed:
        name, version = (text(item.get(key), f"{place}.{key}", faults) for key in ("name", "version"))
        if name:
            yield f"{name} {version}".rstrip()


def _flat(waiting: list[tuple[str, Table, str]], faults: Faults, *, writes_h1: bool) -> Iterator[ReadComponent]:
    """Yield components, those that are nested in one behind it."""
    waiting.reverse()
    while waiting:
        place, item, parent = waiting.pop()
        component = _component(item, place, faults, parent=parent, writes_h1=writes_h1)
        yield component
        if item.get("components") is not None:
            inner = [
                (at, found, component.ref) for at, found in rows(item["components"], f"{place}.components", faults)
            ]
            waiting.extend(reversed(inner))


def _component(item: Table, place: str, faults: Faults, *, parent: str = "", writes_h1: bool) -> ReadComponent:
    said = {
        key: text(item.get(key), f"{place}.{key}", faults)
        for key in ("bom-ref", "type", "group", "name", "version", "purl", "scope")
    }
    name = f"{said['group']}/{said['name']}" if said["group"] else said["name"]
    if not name:
        faults.add(place, "the component has no name")
    properties = [*_pairs(item, place, faults)]
    evidence = table(item.get("evidence"), f"{place}.evidence", faults)
    purls, h1s = _identities(evidence, f"{place}.evidence", faults)
    supplier = table(item.get("supplier"), f"{place}.supplier", faults)
    made = ReadComponent(
        ref=said["bom-ref"],
        kind=said["type"],
        name=name,
        version=said["version"],
        purl=said["purl"],
        module=None,
        scope=said["scope"],
        parent=parent,
        h1s=h1s,
        other_purls=purls,
        ancestors=tuple(_ancestors(item, place, faults)),
        references=tuple(_references(item, place, faults)),
        supplier=text(supplier.get("name"), f"{place}.supplier.name", faults),
        copyright=text(item.get("copyright"), f"{place}.copyright", faults),
        places=tuple(_places(evidence, f"{place}.evidence", faults)),
    )
    return make_component(
        made,
        hashes=_hashes(item, place, faults),
        licences=_licences(item, place, faults),
        properties=properties,
        writes_h1=writes_h1,
    )


def _hashes(item: Table, place: str, faults: Faults) -> Iterator[ReadHash]:
    yield from _hash_list(item.get("hashes"), f"{place}.hashes", HashPlace.COMPONENT, faults)
    for at, reference in rows(item.get("externalReferences"), f"{place}.externalReferences", faults):
        if reference.get("type") in _DISTRIBUTIONS:
            of = HashPlace(str(reference["type"]))
            yield from _hash_list(reference.get("hashes"), f"{at}.hashes", of, faults)


def _references(item: Table, place: str, faults: Faults) -> Iterator[ReadReference]:
    for at, found in rows(item.get("externalReferences"), f"{place}.externalReferences", faults):
        kind, url = (text(found.get(key), f"{at}.{key}", faults) for key in ("type", "url"))
        yield ReadReference(kind=kind, url=url)


def _identities(evidence: Table, place: str, faults: Faults) -> tuple[tuple[str, ...], tuple[tuple[str, str], ...]]:
    """Return the purls that the evidence names, and the h1s that it was compared with."""
    found = evidence.get("identity")
    purls: list[str] = []
    h1s: list[tuple[str, str]] = []
    for at, one in rows([found] if isinstance(found, dict) else found, f"{place}.identity", faults):
        if one.get("field") == "purl":
            purls.append(text(one.get("concludedValue"), f"{at}.concludedValue", faults))
        for where, method in rows(one.get("methods"), f"{at}.methods", faults):
            said = text(method.get("value"), f"{where}.value", faults)
            if said.startswith("h1:") or (said and method.get("technique") == "hash-comparison"):
                h1s.append(("evidence", said))
    return tuple(purls), tuple(h1s)


def _places(evidence: Table, place: str, faults: Faults) -> Iterator[tuple[str, int]]:
    """Yield where something of the component was found, but for programs that it is in; a line stands as a text in
    XML."""
    for at, found in rows(evidence.get("occurrences"), f"{place}.occurrences", faults):
        if found.get("additionalContext") == IN_PROGRAM:
            continue
        line = found.get("line")
        number = int(line[:9]) if isinstance(line, str) and line.isascii() and line.isdigit() else line
        yield text(found.get("location"), f"{at}.location", faults), number if isinstance(number, int) else 0


def _ancestors(item: Table, place: str, faults: Faults) -> Iterator[str]:
    """Yield what the component stands for by its pedigree."""
    pedigree = table(item.get("pedigree"), f"{place}.pedigree", faults)
    for at, found in rows(pedigree.get("ancestors"), f"{place}.pedigree.ancestors", faults):
        name, version, purl = (text(found.get(key), f"{at}.{key}", faults) for key in ("name", "version", "purl"))
        yield f"{name}@{version}" if version else name
        yield purl


def _hash_list(found: object, where: str, place: HashPlace, faults: Faults) -> Iterator[ReadHash]:
    for at, item in rows(found, where, faults):
        algorithm, digest = (text(item.get(key), f"{at}.{key}", faults) for key in ("alg", "content"))
        if algorithm and digest:
            yield ReadHash(algorithm=algorithm_name(algorithm), digest=digest.strip().lower(), place=place)


def _licences(item: Table, place: str, faults: Faults) -> Iterator[ReadLicence]:
    yield from _licence_list(item.get("licenses"), f"{place}.licenses", "", faults)
    evidence = table(item.get("evidence"), f"{place}.evidence", faults)
    yield from _licence_list(evidence.get("licenses"), f"{place}.evidence.licenses", "observed", faults)
    for name, said in _pairs(item, place, Faults()):
        if name in _LICENCE_PROPERTIES and said:
            yield ReadLicence(text=said, form=LicenceForm.EXPRESSION, role=_LICENCE_PROPERTIES[name])


def _licence_list(found: object, where: str, role: str, faults: Faults) -> Iterator[ReadLicence]:
    for at, choice in rows(found, where, faults):
        inner = table(choice.get("license"), f"{at}.license", faults)
        word = choice.get("acknowledgement", inner.get("acknowledgement"))
        said = role or text(word, f"{at}.acknowledgement", faults)
        forms = (
            (choice.get("expression"), LicenceForm.EXPRESSION),
            (inner.get("id"), LicenceForm.ID),
            (inner.get("name"), LicenceForm.NAME),
        )
        for stated, form in forms:
            licence = text(stated, at, faults).strip()
            if licence:
                yield ReadLicence(text=licence, form=form, role=said)
                break


def _edges(document: Table, faults: Faults) -> dict[str, list[str]]:
    edges: dict[str, list[str]] = {}
    for place, item in rows(document.get("dependencies"), "dependencies", faults):
        ref = text(item.get("ref"), f"{place}.ref", faults)
        if ref:
            edges.setdefault(ref, []).extend(texts(item.get("dependsOn"), f"{place}.dependsOn", faults))
    return edges
