"""Bills of materials in the form in which other tools write them: a subject, two modules, the standard library.

H1 is the hash of the first module; `gomod` writes its bytes as a SHA-256, `syft` as a property.
"""

from __future__ import annotations

import base64
import hashlib
import json
from typing import Any

__all__ = ["H1", "ZIP_SHA256", "all_forms", "as_bytes", "gomod", "spdx2", "spdx3", "syft_cyclonedx", "syft_json", "xml"]

_DIGEST = hashlib.sha256(b"files of a").digest()
H1 = f"h1:{base64.b64encode(_DIGEST).decode()}"
ZIP_SHA256 = hashlib.sha256(b"zip of a").hexdigest()
_A, _B, _MAIN = "code.example/Acme/a", "code.example/b", "svc.example/app"
_PURL_A, _PURL_B = f"pkg:golang/{_A}@v1.0.0", f"pkg:golang/{_B}@v1.2.0"
_STD = "pkg:golang/std@go1.26.8"


def gomod() -> dict[str, Any]:
    """Return what cyclonedx-gomod writes."""

    def library(path: str, version: str, purl: str, **more: object) -> dict[str, Any]:
        return {
            "bom-ref": f"{purl}?type=module",
            "type": "library",
            "name": path,
            "version": version,
            "scope": "required",
            "purl": f"{purl}?goarch=amd64&goos=linux&type=module",
            **more,
        }

    return {
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "serialNumber": "urn:uuid:00000000-0000-4000-8000-000000000000",
        "metadata": {
            "timestamp": "2026-11-26T08:00:00Z",
            "tools": [{"vendor": "CycloneDX", "name": "cyclonedx-gomod", "version": "v1.10.0"}],
            "component": {
                "bom-ref": "main",
                "type": "application",
                "name": _MAIN,
                "purl": f"pkg:golang/{_MAIN}?type=module",
            },
        },
        "components": [
            library(
                _A,
                "v1.0.0",
                _PURL_A,
                hashes=[{"alg": "SHA-256", "content": _DIGEST.hex()}],
                evidence={"licenses": [{"license": {"id": "MIT"}}]},
            ),
            library(_B, "v1.2.0", _PURL_B, licenses=[{"expression": "MIT OR ISC", "acknowledgement": "declared"}]),
            library("std", "go1.26.8", _STD),
        ],
        "dependencies": [
            {"ref": "main", "dependsOn": [f"{_PURL_A}?type=module", f"{_STD}?type=module"]},
            {"ref": f"{_PURL_A}?type=module", "dependsOn": [f"{_PURL_B}?type=module"]},
            {"ref": f"{_PURL_B}?type=module"},
        ],
    }


def syft_cyclonedx() -> dict[str, Any]:
    """Return what syft writes as CycloneDX: h1 in a property, things that are no Go modules, the subject a file."""
    h1 = [{"name": "syft:package:type", "value": "go-module"}, {"name": "syft:metadata:h1Digest", "value": H1}]
    return {
        "bomFormat": "CycloneDX",
        "specVersion": "1.7",
        "metadata": {
            "tools": {"components": [{"type": "application", "author": "anchore", "name": "syft", "version": "1.0"}]},
            "component": {"bom-ref": "folder", "type": "file", "name": "."},
        },
        "components": [
            {
                "bom-ref": "x",
                "type": "library",
                "name": "acme/action",
                "version": "v4",
                "purl": "pkg:github/acme/action@v4",
            },
            {"bom-ref": "m", "type": "library", "name": _MAIN, "version": "UNKNOWN", "purl": f"pkg:golang/{_MAIN}"},
            {
                "bom-ref": "a",
                "type": "library",
                "name": _A,
                "version": "v1.0.0",
                "purl": _PURL_A,
                "properties": h1,
                "licenses": [{"license": {"id": "MIT"}}],
                "externalReferences": [
                    {"type": "distribution", "url": "x", "hashes": [{"alg": "SHA-256", "content": ZIP_SHA256}]}
                ],
            },
            {"bom-ref": "b", "type": "library", "name": _B, "version": "v1.2.0", "purl": _PURL_B},
            {"bom-ref": "f", "type": "file", "name": "/go.mod", "hashes": [{"alg": "SHA-1", "content": "0" * 40}]},
        ],
        "dependencies": [{"ref": "m", "dependsOn": ["a"]}, {"ref": "a", "dependsOn": ["b"]}],
    }


def spdx2() -> dict[str, Any]:
    """Return SPDX 2.3 as syft writes it of a program: the bytes of h1 as the checksum."""

    def relation(source: str, kind: str, target: str) -> dict[str, Any]:
        return {"spdxElementId": source, "relationshipType": kind, "relatedSpdxElement": target}

    def package(ref: str, name: str, version: str, purl: str, **more: object) -> dict[str, Any]:
        return {
            "SPDXID": ref,
            "name": name,
            "versionInfo": version,
            "licenseConcluded": "NOASSERTION",
            "licenseDeclared": "NOASSERTION",
            "externalRefs": [{"referenceType": "purl", "referenceLocator": purl}],
            **more,
        }

    checksum = {"algorithm": "SHA256", "checksumValue": _DIGEST.hex()}
    main = package("SPDXRef-main", _MAIN, "UNKNOWN", f"pkg:golang/{_MAIN}")
    return {
        "spdxVersion": "SPDX-2.3",
        "documentNamespace": "https://acme.example/spdx/1",
        "creationInfo": {"creators": ["Organization: Acme", "Tool: syft-1.0"], "created": "2026-11-26T08:00:00Z"},
        "packages": [
            main,
            package("SPDXRef-a", _A, "v1.0.0", _PURL_A, licenseConcluded="MIT", checksums=[checksum]),
            package("SPDXRef-b", _B, "v1.2.0", _PURL_B, comment=f"supplymatrix:h1 = {H1}"),
        ],
        "relationships": [
            relation("SPDXRef-DOCUMENT", "DESCRIBES", "SPDXRef-main"),
            relation("SPDXRef-a", "DEPENDENCY_OF", "SPDXRef-main"),
            relation("SPDXRef-a", "DEPENDS_ON", "SPDXRef-b"),
            relation("SPDXRef-b", "DEPENDS_ON", "NONE"),
        ],
    }


def spdx3() -> dict[str, Any]:
    """Return SPDX 3.0.1."""

    def package(ref: str, name: str, version: str, purl: str, **more: object) -> dict[str, Any]:
        return {
            "type": "software_Package",
            "spdxId": ref,
            "name": name,
            "software_packageVersion": version,
            "software_packageUrl": purl,
            **more,
        }

    hashes = [{"type": "Hash", "algorithm": "sha256", "hashValue": ZIP_SHA256}]
    return {
        "@context": "https://spdx.example/3.0.1/spdx-context.jsonld",
        "@graph": [
            {
                "type": "CreationInfo",
                "@id": "_:c",
                "specVersion": "3.0.1",
                "created": "2026-11-26T08:00:00Z",
                "createdUsing": ["t"],
            },
            {"type": "Tool", "spdxId": "t", "name": "maker 1.0"},
            {"type": "SpdxDocument", "spdxId": "doc", "rootElement": ["bill"]},
            {"type": "software_Sbom", "spdxId": "bill", "rootElement": ["m"]},
            package("m", _MAIN, "", f"pkg:golang/{_MAIN}"),
            package("a", _A, "v1.0.0", _PURL_A, verifiedUsing=hashes),
            package("b", _B, "v1.2.0", _PURL_B),
            {"type": "Annotation", "spdxId": "n", "subject": "a", "statement": f"supplymatrix:h1 = {H1}\nother"},
            {
                "type": "simplelicensing_LicenseExpression",
                "spdxId": "l",
                "simplelicensing_licenseExpression": "MIT",
            },
            {"type": "Relationship", "from": "a", "relationshipType": "hasConcludedLicense", "to": ["l"]},
            {"type": "Relationship", "spdxId": "r2", "from": "m", "relationshipType": "dependsOn", "to": ["a"]},
            {"type": "LifecycleScopedRelationship", "from": "a", "relationshipType": "dependsOn", "to": ["b"]},
            {"type": "Relationship", "from": "b", "relationshipType": "dependsOn", "to": ["NoneElement"]},
        ],
    }


def syft_json() -> dict[str, Any]:
    """Return syft's own form."""
    licence = {"value": "MIT", "spdxExpression": "MIT", "type": "concluded"}
    return {
        "artifacts": [
            {"id": "m", "name": _MAIN, "version": "UNKNOWN", "type": "go-module", "purl": f"pkg:golang/{_MAIN}"},
            {
                "id": "a",
                "name": _A,
                "version": "v1.0.0",
                "type": "go-module",
                "purl": _PURL_A,
                "licenses": [licence],
                "metadata": {"h1Digest": H1},
            },
            {"id": "b", "name": _B, "version": "v1.2.0", "type": "go-module", "purl": _PURL_B},
        ],
        "artifactRelationships": [
            {"parent": "a", "child": "m", "type": "dependency-of"},
            {"parent": "b", "child": "a", "type": "dependency-of"},
            {"parent": "a", "child": "elsewhere", "type": "evident-by"},
        ],
        "descriptor": {"name": "syft", "version": "1.0"},
        "schema": {"version": "16.1.13"},
    }


def xml() -> bytes:
    """Return CycloneDX as XML."""
    return f"""<?xml version="1.0" encoding="UTF-8"?>
<bom xmlns="http://cyclonedx.org/schema/bom/1.6" serialNumber="urn:uuid:00000000-0000-4000-8000-000000000000">
 <metadata><timestamp>2026-11-26T08:00:00Z</timestamp>
  <tools><components><component type="application"><name>syft</name><version>1.0</version>
   </component></components></tools>
  <component bom-ref="m" type="application"><name>{_MAIN}</name><purl>pkg:golang/{_MAIN}</purl></component></metadata>
 <components>
  <component bom-ref="a" type="library"><name>{_A}</name><version>v1.0.0</version>
   <hashes><hash alg="SHA-512">{"0" * 128}</hash></hashes>
   <licenses><license acknowledgement="concluded"><id>MIT</id></license></licenses><purl>{_PURL_A}</purl>
   <externalReferences><reference type="distribution"><url>x</url>
     <hashes><hash alg="SHA-256">{ZIP_SHA256}</hash></hashes></reference></externalReferences>
   <components><component bom-ref="b" type="library"><name>{_B}</name><version>v1.2.0</version>
     <licenses><expression>MIT OR ISC</expression></licenses><purl>{_PURL_B}</purl></component></components>
   <properties><property name="syft:metadata:h1Digest">{H1}</property></properties></component>
 </components>
 <dependencies><dependency ref="m"><dependency ref="a"/></dependency>
  <dependency ref="a"><dependency ref="b"/></dependency></dependencies>
</bom>""".encode()


def as_bytes(document: dict[str, Any]) -> bytes:
    """Return a document as a file has it."""
    return json.dumps(document).encode()


def all_forms() -> dict[str, bytes]:
    """Return the same subject in every form."""
    made = {"gomod": gomod(), "syft": syft_cyclonedx(), "spdx2": spdx2(), "spdx3": spdx3(), "syft-json": syft_json()}
    return {**{name: as_bytes(document) for name, document in made.items()}, "xml": xml()}
