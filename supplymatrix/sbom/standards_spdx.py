"""The fields of an SPDX 2.3 JSON file, for `standards_fields`.

SPDX 2.3 has no field for some of them: the phase of which the file tells can stand in the comment of creationInfo
("SBOM Type: Build"); its own version and a signature nowhere.

Source: SPDX Specification 2.3; CISA, Types of Software Bill of Material Documents (2023).
"""

from __future__ import annotations

import re
from collections.abc import Mapping

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
from supplymatrix.sbom.standards_json import at, first, items, said, table, word

__all__ = ["read_spdx_fields"]

_Object = Mapping[str, object]
_STRONG = frozenset({"SHA256", "SHA384", "SHA512", "SHA3-256", "SHA3-384", "SHA3-512", "BLAKE2b-512", "BLAKE3"})
_IDENTIFIERS = frozenset({"purl", "cpe22Type", "cpe23Type", "swh", "gitoid", "swid"})
_CONTACT = re.compile(r"\([^()\s]+@[^()\s]+\)|https?://\S+")
_TOOL_VERSION = re.compile(r"Tool:.*?[-/ @v]\d[\w.+-]*")
_TYPE = re.compile(r"\b(?:design|source|build|analyzed|deployed|runtime)\b", re.IGNORECASE)
_FACT = re.compile(r"(bsi:component:(?:filename|executable|archive|structured)) ?[=:] ?\S")
_NEEDS = frozenset({"DEPENDS_ON", "HAS_PREREQUISITE"})
_NEEDED = frozenset(
    {
        "DEPENDENCY_OF", "BUILD_DEPENDENCY_OF", "DEV_DEPENDENCY_OF", "OPTIONAL_DEPENDENCY_OF",
        "PROVIDED_DEPENDENCY_OF", "RUNTIME_DEPENDENCY_OF", "TEST_DEPENDENCY_OF", "CONTAINED_BY", "PREREQUISITE_FOR",
    }
)  # fmt: skip


def read_spdx_fields(document: _Object) -> FieldReading:
    """Return the fields of a file."""
    relations = list(items(document.get("relationships")))
    related, complete = _related(relations)
    found = [
        _part(package, f"/packages/{place}", related, complete) for place, package in items(document.get("packages"))
    ]
    subject, described = _subject(document, relations)
    main = next(
        (
            part
            for part, (_, package) in zip(found, items(document.get("packages")), strict=True)
            if subject and word(package.get("SPDXID")) == subject
        ),
        None,
    )
    return FieldReading(
        format="SPDX",
        spec=word(document.get("spdxVersion")).removeprefix("SPDX-")[:10],
        document=_document(document, relations, described),
        components=tuple(found),
        main=main,
        is_ours=any(word(one).startswith("Tool: supplymatrix") for one in _creators(document)),
    )


def _creators(document: _Object) -> list[object]:
    named = table(document.get("creationInfo")).get("creators")
    return named if isinstance(named, list) else []


def _document(document: _Object, relations: list[tuple[int, _Object]], described: Seen) -> dict[str, Seen]:
    creation = table(document.get("creationInfo"))
    creators = [(word(one), f"/creationInfo/creators/{place}") for place, one in enumerate(_creators(document))]
    people = [(text, where) for text, where in creators if text.startswith(("Person:", "Organization:"))]
    tools = [(text, where) for text, where in creators if text.startswith("Tool:")]
    comment = word(creation.get("comment"))
    return {
        "format": said(document.get("spdxVersion"), "/spdxVersion"),
        "format_version": said(document.get("spdxVersion"), "/spdxVersion"),
        "author": first(said(text.partition(":")[2], where) for text, where in people),
        "author_contact": first(Seen(Presence.PRESENT, where) for text, where in people if _CONTACT.search(text)),
        "timestamp": at(creation, "/creationInfo", "created"),
        "tool_name": first(said(text.partition(":")[2], where) for text, where in tools),
        "tool_version": first(Seen(Presence.PRESENT, where) for text, where in tools if _TOOL_VERSION.match(text)),
        "identifier": said(document.get("documentNamespace"), "/documentNamespace"),
        "context": Seen(Presence.PRESENT, "/creationInfo/comment") if _TYPE.search(comment) else MISSING,
        "creator_comment": said(comment, "/creationInfo/comment"),
        "data_licence": said(document.get("dataLicense"), "/dataLicense"),
        "document_id": said(document.get("SPDXID"), "/SPDXID"),
        "document_name": said(document.get("name"), "/name"),
        "namespace": said(document.get("documentNamespace"), "/documentNamespace"),
        "primary": described,
        "describes": described,
        "contains": first(
            Seen(Presence.PRESENT, f"/relationships/{place}")
            for place, one in relations
            if word(one.get("relationshipType")) in ("CONTAINS", "CONTAINED_BY")
        ),
    }


def _subject(document: _Object, relations: list[tuple[int, _Object]]) -> tuple[str, Seen]:
    """Return the id of what the document describes, and where that is said."""
    for place, one in relations:
        kind, of, to = (word(one.get(name)) for name in ("relationshipType", "spdxElementId", "relatedSpdxElement"))
        if kind == "DESCRIBES" and of == "SPDXRef-DOCUMENT":
            return to, Seen(Presence.PRESENT, f"/relationships/{place}")
        if kind == "DESCRIBED_BY" and to == "SPDXRef-DOCUMENT":
            return of, Seen(Presence.PRESENT, f"/relationships/{place}")
    listed = document.get("documentDescribes")
    if isinstance(listed, list) and listed and word(listed[0]):
        return word(listed[0]), Seen(Presence.PRESENT, "/documentDescribes")
    return "", MISSING


def _related(relations: list[tuple[int, _Object]]) -> tuple[dict[str, Seen], dict[str, Seen]]:
    """Return by id where an element's place among the dependencies is told, and where its own dependencies are."""
    related: dict[str, Seen] = {}
    complete: dict[str, Seen] = {}
    for place, one in relations:
        kind, of, to = (word(one.get(name)) for name in ("relationshipType", "spdxElementId", "relatedSpdxElement"))
        if kind in _NEEDED:
            kind, of, to = "DEPENDS_ON", to, of
        if kind not in _NEEDS and kind != "CONTAINS":
            continue
        is_unknown = to == "NOASSERTION"
        seen = Seen(Presence.UNKNOWN if is_unknown else Presence.PRESENT, f"/relationships/{place}")
        for name in (of, to):
            if name not in related or related[name].presence is Presence.UNKNOWN:
                related[name] = seen
        if kind in _NEEDS:
            complete.setdefault(of, seen)
    return related, complete


def _part(package: _Object, pointer: str, related: Mapping[str, Seen], complete: Mapping[str, Seen]) -> Part:
    name, version, own = (word(package.get(key)) for key in ("name", "versionInfo", "SPDXID"))
    sums = [
        (word(one.get("algorithm")), said(one.get("checksumValue"), f"{pointer}/checksums/{place}"))
        for place, one in items(package.get("checksums"))
    ]
    external = [
        (word(one.get("referenceType")), said(one.get("referenceLocator"), f"{pointer}/externalRefs/{place}"))
        for place, one in items(package.get("externalRefs"))
    ]
    declared = said(package.get("licenseDeclared"), f"{pointer}/licenseDeclared", none_counts=True)
    concluded = said(package.get("licenseConcluded"), f"{pointer}/licenseConcluded", none_counts=True)
    location = said(package.get("downloadLocation"), f"{pointer}/downloadLocation", none_counts=True)
    notes = [word(one.get("comment")) for _, one in items(package.get("annotations"))]
    lines = [line for note in notes for line in note.split("\n")]
    purl = next(
        (
            word(one.get("referenceLocator"))
            for _, one in items(package.get("externalRefs"))
            if word(one.get("referenceType")) == "purl"
        ),
        "",
    )
    fields = {
        "name": at(package, pointer, "name"),
        "version": version_seen(version, f"{pointer}/versionInfo"),
        "supplier": at(package, pointer, "supplier", "originator"),
        "creator_contact": first(
            Seen(Presence.PRESENT, f"{pointer}/{key}")
            for key in ("supplier", "originator")
            if _CONTACT.search(word(package.get(key)))
        ),
        "identifier": first(seen for kind, seen in external if kind in _IDENTIFIERS),
        "purl": first(seen for kind, seen in external if kind == "purl"),
        "relationship": related.get(own, MISSING),
        "completeness": complete.get(own, MISSING),
        "hash": first(seen for _, seen in sums),
        "strong_hash": first(seen for algorithm, seen in sums if algorithm in _STRONG),
        "sha512": first(seen for algorithm, seen in sums if algorithm == "SHA512"),
        "licence": first([declared, concluded]),
        "licence_declared": declared,
        "licence_concluded": concluded,
        "copyright": said(package.get("copyrightText"), f"{pointer}/copyrightText", none_counts=True),
        "filename": at(package, pointer, "packageFileName"),
        "deployable_uri": location,
        "source_uri": first(seen for kind, seen in external if kind == "vcs"),
        "download_location": location,
        "spdx_id": at(package, pointer, "SPDXID"),
        **_facts(package, pointer),
    }
    return Part(
        name=(f"{name}@{version}" if version else name) or own or pointer,
        pointer=pointer,
        fields={key: seen for key, seen in fields.items() if seen is not MISSING},
        kind=kind_of(purl, lines),
        derived=derived_fields(lines),
    )


def _facts(package: _Object, pointer: str) -> dict[str, Seen]:
    """Return what stands as "bsi:component:name = value" in annotations."""
    return {
        name.rpartition(":")[2]: Seen(Presence.PRESENT, f"{pointer}/annotations/{place}/comment")
        for place, one in items(package.get("annotations"))
        for name in _FACT.findall(word(one.get("comment")))
    }
