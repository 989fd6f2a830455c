"""What of an SPDX 3.0.1 document can be told to be right quickly, and what the official bindings say of the rest.

The shapes here are those of the elements that this program writes, no wider than the specification has them. A
document all of whose elements have them is right; of any other the bindings decide, which know every element and are
slow (10 s for 10,000 packages). Whether what is referred to is there is asked in both cases.

Source: SPDX Specification 3.0.1; the bindings are made from its SHACL model.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from supplymatrix.sbom.spdx3 import CONTEXT
from supplymatrix.sbom.spdx_shapes import Check, Fault, matching, one_of, several, shape, text

__all__ = ["faults_of_spdx3"]

_INDIVIDUALS = frozenset(
    {
        "NoneElement", "NoAssertionElement", "SpdxOrganization", "expandedlicensing_NoneLicense",
        "expandedlicensing_NoAssertionLicense",
    }
)  # fmt: skip
_IRI = matching(r"(?!_:)[^\s<>\"{}|\\^`]+:[^\s<>\"{}|\\^`]+", "an IRI")
_NODE = matching(r"_:\S+|[^\s:]+:\S+", "a blank node or an IRI")
_ONE = several(_IRI, least=1)
_MANY = several(_IRI)
_TIME = matching(r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}Z", "a time in UTC such as 2026-01-31T12:00:00Z")
_TO = several(matching("|".join(sorted(_INDIVIDUALS)) + r"|(?!_:)[^\s<>]+:[^\s<>]+", "an IRI"), least=1)
_REFERENCE_FIELDS = (
    "to", "element", "rootElement", "createdBy", "createdUsing", "suppliedBy", "originatedBy", "dataLicense", "subject",
    "from", "creationInfo",
)  # fmt: skip
_Json = dict[str, Any]


def _typed(name: str) -> dict[str, Check]:
    return {"type": one_of({name})}


_IDENTIFIER = shape(
    {
        **_typed("ExternalIdentifier"),
        "externalIdentifierType": one_of({"email", "packageUrl", "urlScheme"}),
        "identifier": text,
    },
    {},
)
_EXTERNAL = shape(
    _typed("ExternalRef"),
    {
        "externalRefType": one_of(
            {"vcs", "issueTracker", "mailingList", "documentation", "releaseNotes", "securityOther"}
        ),
        "locator": several(text),
    },
)
_HASH = shape({**_typed("Hash"), "algorithm": one_of({"sha256", "sha512"}), "hashValue": text}, {})
_ENTRY = shape({**_typed("DictionaryEntry"), "key": text}, {"value": text})
_PROFILES = several(one_of({"core", "software", "simpleLicensing"}))
_ANY: dict[str, Check] = {
    "name": text,
    "comment": text,
    "description": text,
    "summary": text,
    "externalIdentifier": several(_IDENTIFIER),
    "externalRef": several(_EXTERNAL),
    "verifiedUsing": several(_HASH),
}


def _element(name: str, required: Mapping[str, Check], optional: Mapping[str, Check]) -> Check:
    return shape({**_typed(name), "spdxId": _IRI, "creationInfo": _NODE, **required}, {**_ANY, **optional})


_COLLECTION: dict[str, Check] = {"element": _MANY, "rootElement": _MANY, "profileConformance": _PROFILES}
_RELATION: dict[str, Check] = {
    "from": _IRI,
    "to": _TO,
    "relationshipType": one_of({"dependsOn", "contains", "usesTool", "hasDeclaredLicense", "hasConcludedLicense"}),
}
_COMPLETENESS: dict[str, Check] = {"completeness": one_of({"complete", "incomplete", "noAssertion"})}
SHAPES: Mapping[str, Check] = {
    "CreationInfo": shape(
        {
            **_typed("CreationInfo"),
            "@id": _NODE,
            "specVersion": one_of({"3.0.1"}),
            "created": _TIME,
            "createdBy": _ONE,
        },
        {"createdUsing": _MANY, "comment": text},
    ),
    **{name: _element(name, {}, {}) for name in ("Tool", "Person", "Organization", "SoftwareAgent")},
    "SpdxDocument": _element("SpdxDocument", {}, {**_COLLECTION, "dataLicense": _IRI}),
    "software_Sbom": _element(
        "software_Sbom",
        {},
        {**_COLLECTION, "software_sbomType": several(one_of({"source", "build", "analyzed"}))},
    ),
    "software_Package": _element(
        "software_Package",
        {},
        {
            "suppliedBy": _IRI,
            "originatedBy": _MANY,
            "software_copyrightText": text,
            "software_downloadLocation": text,
            "software_homePage": text,
            "software_packageUrl": text,
            "software_packageVersion": text,
            "software_primaryPurpose": one_of({"application", "library"}),
            "software_sourceInfo": text,
        },
    ),
    "Annotation": _element(
        "Annotation",
        {"annotationType": one_of({"other", "review"}), "subject": _IRI},
        {"statement": text},
    ),
    "Relationship": _element("Relationship", _RELATION, _COMPLETENESS),
    "LifecycleScopedRelationship": _element(
        "LifecycleScopedRelationship", _RELATION, {**_COMPLETENESS, "scope": one_of({"test", "build"})}
    ),
    "simplelicensing_LicenseExpression": _element(
        "simplelicensing_LicenseExpression",
        {"simplelicensing_licenseExpression": text},
        {"simplelicensing_customIdToUri": several(_ENTRY)},
    ),
    "simplelicensing_SimpleLicensingText": _element(
        "simplelicensing_SimpleLicensingText", {"simplelicensing_licenseText": text}, {}
    ),
}


def faults_of_spdx3(document: object) -> Iterator[Fault]:
    """Yield what is wrong in a document as read from JSON."""
    if not isinstance(document, dict) or document.get("@context") != CONTEXT:
        yield Fault("/@context", "this is no document of SPDX 3.0.1", expected=CONTEXT)
        return
    graph = document.get("@graph")
    if not isinstance(graph, list) or not all(isinstance(element, dict) for element in graph):
        yield Fault("/@graph", "the elements of the document are missing", expected="a list of objects")
        return
    if set(document) == {"@context", "@graph"} and all(map(_is_known, graph)):
        yield from _whole(graph)
        return
    said = _refused(document)
    yield from said
    if not said:
        yield from _whole(graph)


def _is_known(element: _Json) -> bool:
    """Return whether an element has one of the shapes that need no second look."""
    kind = element.get("type")
    check = SHAPES.get(kind) if isinstance(kind, str) else None
    return check is not None and next(check(element, ""), None) is None


def _refused(document: _Json) -> list[Fault]:
    """Return what the official bindings have against a document: the first thing that they find."""
    from spdx_python_model import v3_0_1 as bindings

    found = bindings.SHACLObjectSet()
    try:
        bindings.JSONLDDeserializer().deserialize_data(document, found)
        bindings.JSONLDSerializer().serialize_data(found)
    except (TypeError, ValueError, KeyError, IndexError, AttributeError, RecursionError) as err:
        at = next((at for at, element in enumerate(document["@graph"]) if not _reads(element)), None)
        place = "/@graph" if at is None else f"/@graph/{at}"
        return [Fault(place, f"the official bindings refuse it: {' '.join(str(err).split())[:200]}")]
    return []


def _reads(element: _Json) -> bool:
    """Return whether the bindings read one element alone."""
    from spdx_python_model import v3_0_1 as bindings

    try:
        alone = {"@context": CONTEXT, "@graph": [element]}
        found = bindings.SHACLObjectSet()
        bindings.JSONLDDeserializer().deserialize_data(alone, found)
        bindings.JSONLDSerializer().serialize_data(found)
    except (TypeError, ValueError, KeyError, IndexError, AttributeError, RecursionError):
        return False
    return True


def _whole(graph: list[_Json]) -> Iterator[Fault]:
    """Yield what does not hang together: ids that stand twice, references to nothing, no document or two."""
    ids: set[str] = set()
    for at, element in enumerate(graph):
        name = str(element.get("spdxId", element.get("@id", "")))
        if name in ids:
            yield Fault(f"/@graph/{at}", "two elements have this id", seen=name[:120])
        ids.add(name)
        spec = element.get("specVersion", "3.0.1")
        if not isinstance(spec, str) or re.fullmatch(r"3\.0\.\d+", spec) is None:
            yield Fault(f"/@graph/{at}/specVersion", "the context is that of SPDX 3.0.1", seen=str(spec)[:20])
    documents = [element for element in graph if element.get("type") == "SpdxDocument"]
    if len(documents) != 1:
        yield Fault("/@graph", f"{len(documents)} elements are an SpdxDocument", expected="one")
    outside = {entry.get("externalSpdxId") for one in documents for entry in one.get("import", ()) if _is_map(entry)}
    known = ids | _INDIVIDUALS | outside
    for at, element in enumerate(graph):
        for field in _REFERENCE_FIELDS:
            for name in _names_in(element.get(field, ())):
                if name not in known and not name.startswith("https://spdx.org/rdf/3.0.1/terms/"):
                    yield Fault(f"/@graph/{at}/{field}", "there is no element of this id", seen=name[:120])


def _names_in(item: object) -> Iterator[str]:
    for name in item if isinstance(item, list | tuple) else (item,):
        if isinstance(name, str):
            yield name


def _is_map(entry: object) -> bool:
    return isinstance(entry, dict)
