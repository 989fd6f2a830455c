"""SPDX 2.2 and 2.3, from the values of its JSON.

Source: spdx.github.io/spdx-spec/v2.3.
"""

from __future__ import annotations

from collections.abc import Iterator

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
from supplymatrix.sbom.unread import SPDX2, unread_in

__all__ = ["read_spdx"]

_KNOWN = ("SPDX-2.2", "SPDX-2.3")
_NOTHING = ("", "NOASSERTION", "NONE")
_FORWARD = frozenset(["DEPENDS_ON"])
_BACKWARD = frozenset(
    ["DEPENDENCY_OF", "BUILD_DEPENDENCY_OF", "DEV_DEPENDENCY_OF", "OPTIONAL_DEPENDENCY_OF", "RUNTIME_DEPENDENCY_OF",
     "TEST_DEPENDENCY_OF"]
)  # fmt: skip
_ROLES = (("licenseDeclared", "declared"), ("licenseConcluded", "concluded"))
_WRITES_H1 = ("syft",)
"""Tools whose SHA256 of a Go package is the hex of its h1."""


def read_spdx(document: Table, faults: Faults) -> ReadSbom:
    """Return what a document says; the first package that it describes is its subject."""
    spec = text(document.get("spdxVersion"), "spdxVersion", faults)
    if spec not in _KNOWN:
        faults.add("spdxVersion", f"{spec[:20] or 'no version'} is none of {', '.join(_KNOWN)}")
    created = table(document.get("creationInfo"), "creationInfo", faults)
    creators = texts(created.get("creators"), "creationInfo.creators", faults)
    tools = tuple(word.removeprefix("Tool:").strip() for word in creators if word.startswith("Tool:"))
    writes_h1 = any(tool.startswith(_WRITES_H1) for tool in tools)
    packages = [
        _package(item, place, faults, writes_h1=writes_h1)
        for place, item in rows(document.get("packages"), "packages", faults)
    ]
    refs = tell_twins(packages, faults)
    described = list(texts(document.get("documentDescribes"), "documentDescribes", faults))
    edges, whole = _edges(document, described, faults)
    said = tuple(fact_lines(text(document.get("comment"), "comment", faults)))
    subject = next((package for ref in described for package in packages if package.ref == ref), None)
    return ReadSbom(
        format="SPDX JSON",
        spec=spec.removeprefix("SPDX-"),
        tools=tools,
        identity=text(document.get("documentNamespace"), "documentNamespace", faults),
        created=text(created.get("created"), "creationInfo.created", faults),
        main=subject,
        components=tuple(package for package in packages if package is not subject),
        edges=settle_edges(edges, refs, faults),
        properties=said,
        claims=claims_of(said, whole, frozenset(refs)),
        files=sum(1 for _ in rows(document.get("files"), "files", faults)),
        unread=unread_in(document, SPDX2),
        faults=faults.kept,
        fault_count=faults.count,
    )


def _package(item: Table, place: str, faults: Faults, *, writes_h1: bool) -> ReadComponent:
    said = {
        key: text(item.get(key), f"{place}.{key}", faults)
        for key in ("SPDXID", "name", "versionInfo", "primaryPackagePurpose", "comment")
    }
    if not said["name"]:
        faults.add(place, "the package has no name")
    purl, *others = (*_purls(item, place, faults), "")
    licences = [*_licences(item, place, faults)]
    made = ReadComponent(
        ref=said["SPDXID"],
        kind=said["primaryPackagePurpose"].lower() or "package",
        name=said["name"],
        version=said["versionInfo"],
        purl=purl,
        module=None,
        other_purls=tuple(others),
        references=tuple(_references(item, place, faults)),
        supplier=_stated(item, "supplier", place, faults),
        copyright=_stated(item, "copyrightText", place, faults),
        source_info=text(item.get("sourceInfo"), f"{place}.sourceInfo", faults),
        unstated=tuple(role for key, role in _ROLES if item.get(key) == "NOASSERTION"),
    )
    return make_component(
        made,
        hashes=_hashes(item, place, faults),
        licences=licences,
        properties=tuple(_properties(item, place, said["comment"], faults)),
        writes_h1=writes_h1,
    )


def _purls(item: Table, place: str, faults: Faults) -> Iterator[str]:
    for at, reference in rows(item.get("externalRefs"), f"{place}.externalRefs", faults):
        if reference.get("referenceType") == "purl":
            yield text(reference.get("referenceLocator"), f"{at}.referenceLocator", faults)


def _references(item: Table, place: str, faults: Faults) -> Iterator[ReadReference]:
    for key, kind in (("downloadLocation", "distribution"), ("homepage", "website")):
        url = _stated(item, key, place, faults)
        if url:
            yield ReadReference(kind=kind, url=url)


def _stated(item: Table, key: str, place: str, faults: Faults) -> str:
    """Return a text, "" for the words with which SPDX says nothing."""
    found = text(item.get(key), f"{place}.{key}", faults)
    return "" if found in _NOTHING else found


def _hashes(item: Table, place: str, faults: Faults) -> Iterator[ReadHash]:
    for at, found in rows(item.get("checksums"), f"{place}.checksums", faults):
        algorithm, digest = (text(found.get(key), f"{at}.{key}", faults) for key in ("algorithm", "checksumValue"))
        if algorithm and digest:
            yield ReadHash(
                algorithm=algorithm_name(algorithm), digest=digest.strip().lower(), place=HashPlace.COMPONENT
            )


def _licences(item: Table, place: str, faults: Faults) -> Iterator[ReadLicence]:
    for key, role in _ROLES:
        word = text(item.get(key), f"{place}.{key}", faults).strip()
        if word not in _NOTHING:
            yield ReadLicence(text=word, form=LicenceForm.EXPRESSION, role=role)


def _properties(item: Table, place: str, comment: str, faults: Faults) -> Iterator[tuple[str, str]]:
    """Yield what stands as "name=value" or "name: value" in annotations and in lines of the comment."""
    said = [comment]
    for at, note in rows(item.get("annotations"), f"{place}.annotations", faults):
        said.append(text(note.get("comment"), f"{at}.comment", faults))
    yield from fact_lines("\n".join(said))


def _edges(document: Table, described: list[str], faults: Faults) -> tuple[dict[str, list[str]], set[str]]:
    """Return the dependencies, and the refs that are said to have none; what the document describes is added to
    `described`."""
    edges: dict[str, list[str]] = {}
    closed: set[str] = set()
    for place, item in rows(document.get("relationships"), "relationships", faults):
        kind = text(item.get("relationshipType"), f"{place}.relationshipType", faults)
        source, target = (
            text(item.get(key), f"{place}.{key}", faults) for key in ("spdxElementId", "relatedSpdxElement")
        )
        if kind in _FORWARD and target in _NOTHING and target:
            edges.setdefault(source, [])
            closed |= {source} if target == "NONE" else set()
        elif kind in _FORWARD:
            edges.setdefault(source, []).append(target)
        elif kind in _BACKWARD:
            edges.setdefault(target, []).append(source)
        elif kind == "DESCRIBES":
            described.append(target)
        elif kind == "DESCRIBED_BY":
            described.append(source)
    return edges, closed
