"""What in a file nobody here reads, counted by the names of its keys, so that it is not passed over in silence.

    unread_in(document, CYCLONEDX)      # {"components.description": 31, "metadata.tools": 1}

A shape has the keys that are read; what is below a key of which it says True is read whole, wherever it may be judged.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import Any

__all__ = ["CYCLONEDX", "SPDX2", "SYFT", "spdx3_shape", "unread_in"]

_Shape = Mapping[str, Any]
"""Key → True, or the shape of what is below it, be it an object or each item of a list."""

_HASHES: _Shape = {"alg": True, "content": True}
_LICENCE: _Shape = {"expression": True, "acknowledgement": True}
_NAMED: _Shape = {"id": True, "name": True, "acknowledgement": True}
_OF_FILE: _Shape = {**_LICENCE, "license": {**_NAMED, "properties": {}}}
_COMPONENT: dict[str, Any] = {
    **dict.fromkeys(("bom-ref", "group", "name", "version", "purl", "scope", "copyright", "properties"), True),
    "supplier": {"name": True},
    "hashes": _HASHES,
    "licenses": {**_LICENCE, "license": _NAMED},
    "pedigree": {"ancestors": {"name": True, "version": True, "purl": True}},
    "externalReferences": {"type": True, "url": True, "hashes": _HASHES},
    "evidence": {
        "identity": {"concludedValue": True, "methods": {"value": True}},
        "licenses": _OF_FILE,
        "occurrences": {"location": True, "line": True},
    },
}
_COMPONENT["components"] = _COMPONENT
CYCLONEDX: _Shape = {
    **dict.fromkeys(("bomFormat", "specVersion", "properties", "signature"), True),
    "metadata": {"timestamp": True, "component": _COMPONENT, "properties": True},
    "components": _COMPONENT,
    "dependencies": {"ref": True, "dependsOn": True},
    "compositions": {"aggregate": True, "assemblies": True, "dependencies": True},
}
"""CycloneDX, in the form of its JSON."""

SPDX2: _Shape = {
    **dict.fromkeys(("spdxVersion", "comment", "documentDescribes", "files"), True),
    "creationInfo": {"created": True},
    "packages": {
        **dict.fromkeys(
            ("SPDXID", "name", "versionInfo", "supplier", "downloadLocation", "homepage", "licenseDeclared",
             "licenseConcluded", "copyrightText", "sourceInfo"),
            True,
        ),
        "checksums": True,
        "externalRefs": {"referenceType": True, "referenceLocator": True},
        "annotations": {"comment": True},
    },
    "relationships": {"spdxElementId": True, "relationshipType": True, "relatedSpdxElement": True},
}  # fmt: skip
"""SPDX 2.2 and 2.3."""

SYFT: _Shape = {
    "artifacts": {
        **dict.fromkeys(("id", "name", "version", "purl"), True),
        "licenses": {"spdxExpression": True, "value": True},
        "metadata": {"h1Digest": True},
    },
    "artifactRelationships": {"parent": True, "child": True, "type": True},
}
"""Syft's own JSON."""

_ALWAYS = ("type", "@type", "spdxId", "@id", "creationInfo")
_SPDX3: Mapping[str, _Shape] = {
    "software_Package": dict.fromkeys(
        (
            "name", "software_packageVersion", "software_packageUrl", "suppliedBy", "software_copyrightText",
            "software_downloadLocation", "software_homePage", "software_sourceInfo", "verifiedUsing",
            "externalIdentifier", "extension",
        ),
        True,
    ),
    "SpdxDocument": {"comment": True, "rootElement": True, "element": True},
    "software_Sbom": {"rootElement": True, "element": True},
    "CreationInfo": {"specVersion": True, "created": True},
    "Annotation": {"statement": True, "subject": True},
    "software_File": {},
    "simplelicensing_LicenseExpression": {"simplelicensing_licenseExpression": True},
    "": {},
}  # fmt: skip
_RELATIONSHIP = dict.fromkeys(("from", "to", "relationshipType", "completeness"), True)


def spdx3_shape(kind: str) -> _Shape:
    """Return the shape of an element of SPDX 3 by its type; of most types nothing is read but that they are there."""
    found = _RELATIONSHIP if kind.endswith("Relationship") else _SPDX3.get(kind, {})
    return {**found, **dict.fromkeys(_ALWAYS, True)}


def unread_in(node: object, shape: _Shape, name: str = "") -> Counter[str]:
    """Return how often each key stands in values that nobody reads, by its path. name: of the node itself."""
    found: Counter[str] = Counter()
    waiting: list[tuple[object, _Shape, str]] = [(node, shape, name)]
    while waiting:
        one, known, path = waiting.pop()
        if isinstance(one, list):
            waiting.extend((item, known, path) for item in one if isinstance(item, dict | list))
        elif isinstance(one, dict):
            for key, inner in one.items():
                below = known.get(key)
                place = f"{path}.{key}" if path else str(key)[:100]
                if below is None or (below is not True and not isinstance(inner, dict | list)):
                    found[place] += 1
                elif below is not True:
                    waiting.append((inner, below, place))
    return found
