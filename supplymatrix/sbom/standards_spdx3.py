"""The fields of an SPDX 3 file in JSON-LD, for `standards_fields`: a flat @graph of elements, which name each other.

A signature and a version of the document itself have no field in it.

Source: SPDX Specification 3.0.1, annex on JSON-LD.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from supplymatrix.sbom.standards_fields import (
    MISSING,
    FieldReading,
    Part,
    Presence,
    Seen,
    derived_fields,
    kind_of,
    version_seen,
)
from supplymatrix.sbom.standards_json import at, first, items, said, word

__all__ = ["read_spdx3_fields"]

_Object = Mapping[str, object]
_Placed = tuple[str, _Object]
_STRONG = frozenset({"sha256", "sha384", "sha512", "sha3_256", "sha3_384", "sha3_512", "blake2b512", "blake3"})
_IDENTIFIERS = frozenset({"packageUrl", "purl", "cpe22", "cpe23", "swhid", "gitoid", "swid"})
_TYPE = re.compile(r"\b(?:design|source|build|analyzed|deployed|runtime)\b", re.IGNORECASE)
_TOOL_VERSION = re.compile(r".*?[-/ @v]\d[\w.+-]*")
_FACT = re.compile(r"(bsi:component:(?:filename|executable|archive|structured)) ?[=:] ?\S")
_PEOPLE = ("Person", "Organization")
_ROLES = {"hasDeclaredLicense": "licence_declared", "hasConcludedLicense": "licence_concluded"}


class _Graph(NamedTuple):
    """Elements by kind and by id, each with its pointer; and of packages: relationships and annotations by id."""

    by_kind: Mapping[str, Sequence[_Placed]]
    by_id: Mapping[str, _Placed]
    related: Mapping[str, Seen]
    complete: Mapping[str, Seen]
    licences: Mapping[tuple[str, str], Seen]
    notes: Mapping[str, Sequence[tuple[str, str]]]

    def of(self, *kinds: str) -> Iterator[_Placed]:
        """Yield the elements of some kinds."""
        for kind in kinds:
            yield from self.by_kind.get(kind, ())


def read_spdx3_fields(document: _Object) -> FieldReading:
    """Return the fields of a file."""
    graph = _graph(document)
    roots = {ref for _, one in graph.of("software_Sbom", "SpdxDocument") for ref in _refs(one.get("rootElement"))}
    found = [(_id(one), _part(one, where, graph)) for where, one in graph.of("software_Package")]
    main = next((part for ref, part in found if ref in roots), None)
    creation = next(graph.of("CreationInfo"), ("", {}))
    tools = [graph.by_id[ref] for ref in _refs(creation[1].get("createdUsing")) if ref in graph.by_id]
    return FieldReading(
        format="SPDX",
        spec=word(creation[1].get("specVersion"))[:10],
        document=_document(graph, creation, tools, main),
        components=tuple(part for _, part in found),
        main=main,
        is_ours=any(word(tool.get("name")).startswith("supplymatrix") for _, tool in tools),
    )


def _graph(document: _Object) -> _Graph:
    by_kind: dict[str, list[_Placed]] = {}
    by_id: dict[str, _Placed] = {}
    for place, one in items(document.get("@graph")):
        placed = (f"/@graph/{place}", one)
        by_kind.setdefault(word(one.get("type", one.get("@type"))).rpartition("/")[2], []).append(placed)
        if _id(one):
            by_id.setdefault(_id(one), placed)
    relations = [pair for kind, found in by_kind.items() if kind.endswith("Relationship") for pair in found]
    notes: dict[str, list[tuple[str, str]]] = {}
    for where, one in by_kind.get("Annotation", []):
        notes.setdefault(word(one.get("subject")), []).append((f"{where}/statement", word(one.get("statement"))))
    related, complete = _related(relations)
    return _Graph(by_kind, by_id, related, complete, _licences(relations, by_id), notes)


def _id(one: _Object) -> str:
    return word(one.get("spdxId", one.get("@id")))


def _refs(item: object) -> list[str]:
    """Return the ids that a field names: one, several, or elements that stand in it."""
    listed = item if isinstance(item, list) else [item]
    return [ref for one in listed if (ref := _id(one) if isinstance(one, dict) else word(one))]


def _document(graph: _Graph, creation: _Placed, tools: Sequence[_Placed], main: Part | None) -> dict[str, Seen]:
    where, info = creation
    head, one = next(graph.of("SpdxDocument"), ("", {}))
    people = [graph.by_id[ref] for ref in _refs(info.get("createdBy")) if ref in graph.by_id]
    people = [(at_, agent) for at_, agent in people if word(agent.get("type", agent.get("@type"))) in _PEOPLE]
    contains = next(
        (at_ for at_, rel in graph.of("Relationship") if word(rel.get("relationshipType")) == "contains"), ""
    )
    kinds = [said(sbom.get("software_sbomType"), f"{at_}/software_sbomType") for at_, sbom in graph.of("software_Sbom")]
    is_told = bool(_TYPE.search(word(info.get("comment"))))
    return {
        "format": at(info, where, "specVersion"),
        "format_version": at(info, where, "specVersion"),
        "author": first(at(agent, at_, "name") for at_, agent in people),
        "author_contact": first(_contact(agent, at_) for at_, agent in people),
        "timestamp": at(info, where, "created"),
        "tool_name": first(at(tool, at_, "name") for at_, tool in tools),
        "tool_version": first(
            Seen(Presence.PRESENT, f"{at_}/name") for at_, tool in tools if _TOOL_VERSION.match(word(tool.get("name")))
        ),
        "identifier": at(one, head, "spdxId", "@id"),
        "context": first([*kinds, Seen(Presence.PRESENT, f"{where}/comment") if is_told else MISSING]),
        "data_licence": at(one, head, "dataLicense"),
        "document_id": at(one, head, "spdxId", "@id"),
        "document_name": at(one, head, "name"),
        "primary": MISSING if main is None else Seen(Presence.PRESENT, main.pointer),
        "describes": at(one, head, "rootElement"),
        "contains": Seen(Presence.PRESENT, contains) if contains else MISSING,
    }


def _contact(agent: _Object, where: str) -> Seen:
    """Return an e-mail address or a URL of a person or an organisation."""
    return first(
        at(one, f"{where}/externalIdentifier/{place}", "identifier")
        for place, one in items(agent.get("externalIdentifier"))
        if word(one.get("externalIdentifierType")) in ("email", "urlScheme")
    )


def _is_nothing(ref: str) -> bool:
    return "NoAssertion" in ref or ref == "NOASSERTION"


def _related(relations: Sequence[_Placed]) -> tuple[dict[str, Seen], dict[str, Seen]]:
    """Return by id where an element's place among the dependencies is told, and how complete its own are."""
    related: dict[str, Seen] = {}
    complete: dict[str, Seen] = {}
    for where, one in relations:
        if word(one.get("relationshipType")) not in ("dependsOn", "contains"):
            continue
        of, needed = _refs(one.get("from")), _refs(one.get("to"))
        is_unknown = bool(needed) and all(map(_is_nothing, needed))
        seen = Seen(Presence.UNKNOWN if is_unknown else Presence.PRESENT, where)
        for ref in (*of, *needed):
            if ref not in related or related[ref].presence is Presence.UNKNOWN:
                related[ref] = seen
        how = word(one.get("completeness"))
        if how and how != "noAssertion":
            for ref in of:
                complete.setdefault(ref, Seen(Presence.PRESENT, f"{where}/completeness"))
    return related, complete


def _licences(relations: Sequence[_Placed], by_id: Mapping[str, _Placed]) -> dict[tuple[str, str], Seen]:
    """Return what is said of the licence of an element, by its id and the field."""
    found: dict[tuple[str, str], Seen] = {}
    for where, one in relations:
        field = _ROLES.get(word(one.get("relationshipType")))
        if field is None:
            continue
        told = []
        for ref in _refs(one.get("to")):
            _, licence = by_id.get(ref, ("", {}))
            is_unknown = _is_nothing(ref) or word(licence.get("simplelicensing_licenseExpression")) == "NOASSERTION"
            told.append(Seen(Presence.UNKNOWN if is_unknown else Presence.PRESENT, f"{where}/to"))
        for of in _refs(one.get("from")):
            found[of, field] = first([found.get((of, field), MISSING), *told])
    return found


def _part(package: _Object, pointer: str, graph: _Graph) -> Part:
    own, name, version = _id(package), word(package.get("name")), word(package.get("software_packageVersion"))
    sums = [
        (word(one.get("algorithm")).lower().replace("-", ""), at(one, f"{pointer}/verifiedUsing/{place}", "hashValue"))
        for place, one in items(package.get("verifiedUsing"))
    ]
    named = [
        (word(one.get("externalIdentifierType")), at(one, f"{pointer}/externalIdentifier/{place}", "identifier"))
        for place, one in items(package.get("externalIdentifier"))
    ]
    purl = first([at(package, pointer, "software_packageUrl"), *(seen for kind, seen in named if kind == "packageUrl")])
    suppliers = [
        (f"{pointer}/{key}", graph.by_id.get(ref, ("", {}))[1])
        for key in ("suppliedBy", "originatedBy")
        for ref in _refs(package.get(key))
        if not _is_nothing(ref)
    ]
    notes = list(graph.notes.get(own, ()))
    lines = [line for _, text in notes for line in text.split("\n")]
    declared, concluded = (graph.licences.get((own, field), MISSING) for field in _ROLES.values())
    fields = {
        "name": at(package, pointer, "name"),
        "version": version_seen(version, f"{pointer}/software_packageVersion"),
        "supplier": first(said(one.get("name"), where) for where, one in suppliers),
        "creator_contact": first(
            Seen(_contact(one, where).presence, where)
            for where, one in suppliers
            if _contact(one, where) is not MISSING
        ),
        "identifier": first([purl, *(seen for kind, seen in named if kind in _IDENTIFIERS)]),
        "purl": purl,
        "relationship": graph.related.get(own, MISSING),
        "completeness": graph.complete.get(own, MISSING),
        "hash": first(seen for _, seen in sums),
        "strong_hash": first(seen for algorithm, seen in sums if algorithm in _STRONG),
        "sha512": first(seen for algorithm, seen in sums if algorithm == "sha512"),
        "licence": first([declared, concluded]),
        "licence_declared": declared,
        "licence_concluded": concluded,
        "copyright": said(package.get("software_copyrightText"), f"{pointer}/software_copyrightText", none_counts=True),
        "deployable_uri": at(package, pointer, "software_downloadLocation"),
        "download_location": at(package, pointer, "software_downloadLocation"),
        "source_uri": _source(package, pointer),
        "spdx_id": at(package, pointer, "spdxId", "@id"),
        **{
            fact.rpartition(":")[2]: Seen(Presence.PRESENT, where)
            for where, text in notes
            for fact in _FACT.findall(text)
        },
    }
    return Part(
        name=(f"{name}@{version}" if version else name) or own or pointer,
        pointer=pointer,
        fields={key: seen for key, seen in fields.items() if seen is not MISSING},
        kind=kind_of(word(package.get("software_packageUrl")), lines),
        derived=derived_fields(lines),
    )


def _source(package: _Object, pointer: str) -> Seen:
    return first(
        at(one, f"{pointer}/externalRef/{place}", "locator")
        for place, one in items(package.get("externalRef"))
        if word(one.get("externalRefType")) in ("vcs", "sourceArtifact")
    )
