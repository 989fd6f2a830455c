"""The rules of SPDX 2.3 for a JSON document: which fields, which forms, what has to be declared before it is used.

No package that is kept carries the official schema, so the rules are written here from the specification; tests hold
them against spdx-tools, the official parser and validator.

Source: SPDX Specification 2.3, clauses 6 to 12, annexes A (licences) and D (expressions).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from functools import lru_cache
from typing import Any

from supplymatrix.errors import InputError
from supplymatrix.licences.expression import parse_expression
from supplymatrix.sbom.spdx_shapes import (
    Check,
    Fault,
    anything,
    boolean,
    matching,
    number,
    one_of,
    several,
    shape,
    text,
    words,
)

__all__ = ["faults_of_spdx23"]

_NO_LICENCE = frozenset({"NONE", "NOASSERTION"})
_LENGTHS = {
    "ADLER32": 8, "BLAKE2b-256": 64, "BLAKE2b-384": 96, "BLAKE2b-512": 128, "MD2": 32, "MD4": 32, "MD5": 32,
    "SHA1": 40, "SHA224": 56, "SHA256": 64, "SHA384": 96, "SHA3-256": 64, "SHA3-384": 96, "SHA3-512": 128,
    "SHA512": 128, "BLAKE3": 0, "MD6": 0,
}  # fmt: skip
_RELATION_WORDS = """
    AMENDS ANCESTOR_OF BUILD_DEPENDENCY_OF BUILD_TOOL_OF CONTAINED_BY CONTAINS COPY_OF DATA_FILE_OF
    DEPENDENCY_MANIFEST_OF DEPENDENCY_OF DEPENDS_ON DESCENDANT_OF DESCRIBED_BY DESCRIBES DEV_DEPENDENCY_OF DEV_TOOL_OF
    DISTRIBUTION_ARTIFACT DOCUMENTATION_OF DYNAMIC_LINK EXAMPLE_OF EXPANDED_FROM_ARCHIVE FILE_ADDED FILE_DELETED
    FILE_MODIFIED GENERATED_FROM GENERATES HAS_PREREQUISITE METAFILE_OF OPTIONAL_COMPONENT_OF OPTIONAL_DEPENDENCY_OF
    OTHER PACKAGE_OF PATCH_APPLIED PATCH_FOR PREREQUISITE_FOR PROVIDED_DEPENDENCY_OF REQUIREMENT_DESCRIPTION_FOR
    RUNTIME_DEPENDENCY_OF SPECIFICATION_FOR STATIC_LINK TEST_CASE_OF TEST_DEPENDENCY_OF TEST_OF TEST_TOOL_OF
    VARIANT_OF"""
_PURPOSE_WORDS = """
    APPLICATION ARCHIVE CONTAINER DEVICE FILE FIRMWARE FRAMEWORK INSTALL LIBRARY OPERATING-SYSTEM OTHER SOURCE"""
_FILE_WORDS = "APPLICATION ARCHIVE AUDIO BINARY DOCUMENTATION IMAGE OTHER SOURCE SPDX TEXT VIDEO"

_ID = matching(r"SPDXRef-[A-Za-z0-9.-]+", "SPDXRef- and letters, digits, dots and dashes")
_TARGET = matching(
    r"NONE|NOASSERTION|(?:DocumentRef-[A-Za-z0-9.+-]+:)?SPDXRef-[A-Za-z0-9.-]+", "an SPDXID, NONE or NOASSERTION"
)
_TIME = matching(r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}Z", "a time in UTC such as 2026-01-31T12:00:00Z")
_CREATOR = matching(r"(?:Person|Organization|Tool): ?\S.*", "Person:, Organization: or Tool:, and a name")
_PARTY = matching(r"NOASSERTION|(?:Person|Organization): ?\S.*", "Person: or Organization: and a name, or NOASSERTION")
_URI = matching(r"[A-Za-z][A-Za-z0-9+.-]*:[^\s#<>\"{}|\\^`]+", "an absolute URI without #")
_LOCATION = matching(r"NONE|NOASSERTION|[A-Za-z][A-Za-z0-9+.-]*:[^\s<>]+|git\+git@\S+|[^\s/]+\.\S+",
                     "an address, NONE or NOASSERTION")  # fmt: skip
_LOCATOR = matching(r"\S+", "a text without spaces")
_LICENCE_ID = matching(r"LicenseRef-[A-Za-z0-9.-]+", "LicenseRef- and letters, digits, dots and dashes")


def _checksum(item: object, pointer: str) -> Iterator[Fault]:
    yield from _CHECKSUM(item, pointer)
    if isinstance(item, dict) and isinstance(item.get("algorithm"), str) and isinstance(item.get("checksumValue"), str):
        length = _LENGTHS.get(item["algorithm"], 0)
        if length and len(item["checksumValue"]) != length:
            yield Fault(
                f"{pointer}/checksumValue",
                f"{item['algorithm']} has {length} hexadecimal digits",
                seen=item["checksumValue"][:140],
            )


def _licence(item: object, pointer: str) -> Iterator[Fault]:
    if not isinstance(item, str):
        yield from text(item, pointer)
    elif item not in _NO_LICENCE and (why := _fault_of(item)):
        yield Fault(pointer, f"this is no licence expression: {why}", seen=item[:120])


@lru_cache(maxsize=4_096)
def _fault_of(expression: str) -> str:
    try:
        parse_expression(expression)
    except InputError as err:
        return err.diagnostics[0].message
    return ""


_CHECKSUM = shape(
    {"algorithm": one_of(_LENGTHS), "checksumValue": matching(r"[0-9a-fA-F]{8,}", "hexadecimal digits")}, {}
)
_ANNOTATION = shape(
    {
        "annotationDate": _TIME,
        "annotationType": one_of({"REVIEW", "OTHER"}),
        "annotator": _CREATOR,
        "comment": text,
    },
    {},
)
_EXTERNAL = shape(
    {
        "referenceCategory": one_of(
            {"SECURITY", "PACKAGE-MANAGER", "PACKAGE_MANAGER", "PERSISTENT-ID", "PERSISTENT_ID", "OTHER"}
        ),
        "referenceType": words,
        "referenceLocator": _LOCATOR,
    },
    {"comment": text},
)
_TEXTS = several(text)
_COMMON: dict[str, Check] = {
    "annotations": several(_ANNOTATION),
    "attributionTexts": _TEXTS,
    "comment": text,
    "copyrightText": text,
    "licenseComments": text,
    "licenseConcluded": _licence,
}
_PACKAGE = shape(
    {"SPDXID": _ID, "name": words, "downloadLocation": _LOCATION},
    {
        **_COMMON,
        "builtDate": _TIME,
        "checksums": several(_checksum),
        "description": text,
        "externalRefs": several(_EXTERNAL),
        "filesAnalyzed": boolean,
        "hasFiles": several(_ID),
        "homepage": _LOCATION,
        "licenseDeclared": _licence,
        "licenseInfoFromFiles": several(_licence),
        "originator": _PARTY,
        "packageFileName": text,
        "packageVerificationCode": shape(
            {"packageVerificationCodeValue": matching(r"[0-9a-f]{40}", "40 hexadecimal digits")},
            {"packageVerificationCodeExcludedFiles": _TEXTS},
        ),
        "primaryPackagePurpose": one_of(_PURPOSE_WORDS.split()),
        "releaseDate": _TIME,
        "sourceInfo": text,
        "summary": text,
        "supplier": _PARTY,
        "validUntilDate": _TIME,
        "versionInfo": text,
    },
)
_FILE = shape(
    {"SPDXID": _ID, "fileName": words, "checksums": several(_checksum, least=1)},
    {
        **_COMMON,
        "artifactOfs": anything,
        "fileContributors": _TEXTS,
        "fileDependencies": _TEXTS,
        "fileTypes": several(one_of(_FILE_WORDS.split())),
        "licenseInfoInFiles": several(_licence),
        "noticeText": text,
    },
)
_POINTER = shape({"reference": words}, {"offset": number, "lineNumber": number})
_SNIPPET = shape(
    {
        "SPDXID": _ID,
        "name": text,
        "ranges": several(shape({"startPointer": _POINTER, "endPointer": _POINTER}, {}), least=1),
        "snippetFromFile": words,
    },
    {**_COMMON, "licenseInfoInSnippets": several(_licence)},
)
_EXTRACTED = shape(
    {"licenseId": _LICENCE_ID, "extractedText": words},
    {"comment": text, "crossRefs": several(anything), "name": text, "seeAlsos": _TEXTS},
)
_RELATION = shape(
    {"spdxElementId": _TARGET, "relationshipType": one_of(_RELATION_WORDS.split()), "relatedSpdxElement": _TARGET},
    {"comment": text},
)
_DOCUMENT = shape(
    {
        "spdxVersion": one_of({"SPDX-2.3"}),
        "dataLicense": one_of({"CC0-1.0"}),
        "SPDXID": one_of({"SPDXRef-DOCUMENT"}),
        "name": words,
        "documentNamespace": _URI,
        "creationInfo": shape(
            {"created": _TIME, "creators": several(_CREATOR, least=1)},
            {"comment": text, "licenseListVersion": matching(r"\d+\.\d+(?:\.\d+)?", "a version such as 3.25")},
        ),
    },
    {
        "annotations": several(_ANNOTATION),
        "comment": text,
        "documentDescribes": several(_ID),
        "externalDocumentRefs": several(
            shape(
                {
                    "checksum": _checksum,
                    "externalDocumentId": matching(
                        r"DocumentRef-[A-Za-z0-9.+-]+", "DocumentRef- and letters, digits, dots, plus signs and dashes"
                    ),
                    "spdxDocument": _URI,
                },
                {},
            )
        ),
        "files": several(_FILE),
        "hasExtractedLicensingInfos": several(_EXTRACTED),
        "packages": several(_PACKAGE),
        "relationships": several(_RELATION),
        "revieweds": several(anything),
        "snippets": several(_SNIPPET),
    },
)
_REF = re.compile(r"(?<![:A-Za-z0-9.-])LicenseRef-[A-Za-z0-9.-]+")
_OTHER = re.compile(r"DocumentRef-[A-Za-z0-9.+-]+")


def faults_of_spdx23(document: object) -> Iterator[Fault]:
    """Yield what is wrong in a document as read from JSON, in the order of its fields, then what hangs together."""
    found = False
    for fault in _DOCUMENT(document, ""):
        found = True
        yield fault
    if not found and isinstance(document, dict):
        yield from _Whole(document).faults()


class _Whole:
    """A document all of whose fields have their form: what is left is whether they fit together."""

    def __init__(self, document: dict[str, Any]) -> None:
        self._document = document
        self._elements = [
            (f"/{kind}/{at}", element)
            for kind in ("packages", "files", "snippets")
            for at, element in enumerate(document.get(kind, ()))
        ]
        self._others = {other["externalDocumentId"] for other in document.get("externalDocumentRefs", ())}
        self._ids = {"SPDXRef-DOCUMENT", *(element["SPDXID"] for _, element in self._elements)}

    def faults(self) -> Iterator[Fault]:
        yield from self._twice((pointer, element["SPDXID"]) for pointer, element in self._elements)
        yield from self._packages()
        yield from self._files()
        yield from self._relations()
        yield from self._described()
        yield from self._licences()

    def _twice(self, named: Iterable[tuple[str, str]]) -> Iterator[Fault]:
        seen = {"SPDXRef-DOCUMENT"}
        for pointer, name in named:
            if name in seen:
                yield Fault(f"{pointer}/SPDXID", "two elements have this SPDXID", seen=name)
            seen.add(name)

    def _packages(self) -> Iterator[Fault]:
        for at, package in enumerate(self._document.get("packages", ())):
            if package.get("filesAnalyzed", True):
                continue
            for name in ("packageVerificationCode", "licenseInfoFromFiles", "hasFiles"):
                if package.get(name):
                    yield Fault(f"/packages/{at}/{name}", "it needs filesAnalyzed to be true")

    def _files(self) -> Iterator[Fault]:
        for at, file in enumerate(self._document.get("files", ())):
            if not any(one["algorithm"] == "SHA1" for one in file["checksums"]):
                yield Fault(f"/files/{at}/checksums", "a file needs its SHA1")

    def _relations(self) -> Iterator[Fault]:
        for at, relation in enumerate(self._document.get("relationships", ())):
            for name in ("spdxElementId", "relatedSpdxElement"):
                yield from self._known(relation[name], f"/relationships/{at}/{name}", may_be_no=name != "spdxElementId")
        for at, name in enumerate(self._document.get("documentDescribes", ())):
            yield from self._known(name, f"/documentDescribes/{at}", may_be_no=False)

    def _known(self, name: str, pointer: str, *, may_be_no: bool) -> Iterator[Fault]:
        if name in _NO_LICENCE:
            if not may_be_no:
                yield Fault(pointer, "an element has to be named here", seen=name)
        elif ":" in name:
            if name.partition(":")[0] not in self._others:
                yield Fault(pointer, "the document of this element is not among externalDocumentRefs", seen=name[:120])
        elif name not in self._ids:
            yield Fault(pointer, "there is no element of this SPDXID", seen=name[:120])

    def _described(self) -> Iterator[Fault]:
        relations = self._document.get("relationships", ())
        is_described = self._document.get("documentDescribes") or any(
            (one["relationshipType"] == "DESCRIBES" and one["spdxElementId"] == "SPDXRef-DOCUMENT")
            or (one["relationshipType"] == "DESCRIBED_BY" and one["relatedSpdxElement"] == "SPDXRef-DOCUMENT")
            for one in relations
        )
        if not is_described and len(self._document.get("packages", ())) != 1:
            yield Fault(
                "/relationships", "nothing says what the document describes", expected="a relationship DESCRIBES"
            )

    def _licences(self) -> Iterator[Fault]:
        extracted = [one["licenseId"] for one in self._document.get("hasExtractedLicensingInfos", ())]
        for at, name in enumerate(extracted):
            if name in extracted[:at]:
                yield Fault(f"/hasExtractedLicensingInfos/{at}/licenseId", "two licences have this id", seen=name)
        known = set(extracted)
        for pointer, element in self._elements:
            for name in ("licenseConcluded", "licenseDeclared"):
                said = element.get(name, "")
                yield from _undeclared(said, f"{pointer}/{name}", known, _REF.findall, "hasExtractedLicensingInfos")
                yield from _undeclared(said, f"{pointer}/{name}", self._others, _OTHER.findall, "externalDocumentRefs")


def _undeclared(
    said: str, pointer: str, known: set[str], find: Callable[[str], list[str]], where: str
) -> Iterator[Fault]:
    if "Ref-" in said:
        for name in find(said):
            if name not in known:
                yield Fault(pointer, f"{name} is not among {where}", seen=said[:120])
