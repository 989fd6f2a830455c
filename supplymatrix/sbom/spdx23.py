"""A document as SPDX 2.3 JSON.

What SPDX 2.3 cannot say is said in annotations and comments, as lines "supplymatrix:name = value": h1, log proof, use,
completeness. It has no word for completeness: a component without edges "DEPENDS_ON NONE" where all edges are known,
and "DEPENDS_ON NOASSERTION" where they are not.

Source: SPDX Specification 2.3, clauses 6 (document), 7 (package), 10 (other licences), 11 (relationships),
12 (annotations).
"""

from __future__ import annotations

from typing import Any

from supplymatrix.errors import Diagnostic, InputError
from supplymatrix.sbom.document import Component, ComponentKind, Document, Party, Usage
from supplymatrix.sbom.spdx_common import (
    NAMESPACE,
    TOOL,
    Licences,
    clean,
    component_facts,
    copyright_of,
    document_lines,
    download_of,
    dump,
    element_name,
    fact_lines,
    file_name,
    hashes_of,
    is_closed,
    is_purl,
    is_url,
    namespace_of,
    purpose_of,
    reference_of,
    sbom_type,
    shown_name,
    source_of,
    supplier_of,
    vcs_of,
)

__all__ = ["render_spdx23"]

_DOCUMENT = "SPDXRef-DOCUMENT"
_UNKNOWN = "NOASSERTION"
_NONE = "NONE"
_DATA_LICENCE = "CC0-1.0"  # clause 6.2 leaves no choice
_REFERENCES = ("issue-tracker", "mailing-list", "documentation", "release-notes", "rfc-9116")
_Json = dict[str, Any]


def render_spdx23(document: Document) -> str:
    """Return a document as SPDX 2.3 JSON. The same document gives the same bytes.

    Raises InputError when the user wants the document itself under another licence than SPDX 2.3 allows.
    """
    if document.creators.data_licence != _DATA_LICENCE:
        raise InputError(
            Diagnostic(
                message="an SPDX 2.3 document can itself be under no other licence than CC0-1.0",
                seen=clean(document.creators.data_licence),
                expected=_DATA_LICENCE,
                remedy="set the data licence to CC0-1.0, or write CycloneDX or SPDX 3.0.1",
            )
        )
    text = dump(_Writer(document).write())
    return text.replace(NAMESPACE, namespace_of(document, "spdx-2.3", text))


class _Writer:
    """One document on its way into SPDX."""

    def __init__(self, document: Document) -> None:
        self._document = document
        self._all = (document.main, *document.components)
        self._ids = {component.ref: f"SPDXRef-{element_name(component)}" for component in self._all}
        self._created = document.created.strftime("%Y-%m-%dT%H:%M:%SZ")
        self._tool = f"Tool: {TOOL}-{clean(document.tool_version)}"
        self._texts: dict[str, str] = {}

    def write(self) -> _Json:
        document = self._document
        packages = [self._package(component) for component in self._all]
        made: _Json = {
            "spdxVersion": "SPDX-2.3",
            "dataLicense": _DATA_LICENCE,
            "SPDXID": _DOCUMENT,
            "name": shown_name(document.main),
            "documentNamespace": NAMESPACE,
            "creationInfo": {
                "created": self._created,
                "creators": self._creators(),
                "comment": f"SBOM Type: {sbom_type(document).capitalize()}",
            },
            "comment": document_lines(document),
            "documentDescribes": [self._ids[document.main.ref]],
            "packages": packages,
            "hasExtractedLicensingInfos": [
                {"licenseId": name, "extractedText": text, "name": name} for name, text in sorted(self._texts.items())
            ],
            "relationships": self._relationships(),
        }
        return {key: item for key, item in made.items() if item != []}

    def _creators(self) -> list[str]:
        said = self._document.creators
        parties = (("Person", said.author), ("Organization", said.manufacturer))
        return [*(_actor(kind, party) for kind, party in parties if party is not None), self._tool]

    def _package(self, component: Component) -> _Json:
        licences = Licences.of(component, self._document.creators)
        self._texts = {**licences.refs, **self._texts} if licences.refs else self._texts
        made: _Json = {
            "SPDXID": self._ids[component.ref],
            "name": clean(component.name),
            "versionInfo": clean(component.version),
            "packageFileName": file_name(component),
            "supplier": self._supplier(component),
            "originator": self._originator(component),
            "downloadLocation": download_of(component) or _UNKNOWN,
            "filesAnalyzed": False,
            "homepage": reference_of(component, "website"),
            "checksums": [{"algorithm": name.upper(), "checksumValue": text} for name, text in hashes_of(component)],
            "sourceInfo": source_of(component),
            "licenseDeclared": licences.declared or _UNKNOWN,
            "licenseConcluded": licences.concluded or _UNKNOWN,
            "licenseComments": licences.comment,
            "copyrightText": copyright_of(component) or _UNKNOWN,
            "description": clean(component.description),
            "comment": _comment(component),
            "externalRefs": self._external(component),
            "primaryPackagePurpose": purpose_of(component).upper(),
            "annotations": [
                {
                    "annotationDate": self._created,
                    "annotationType": "OTHER",
                    "annotator": self._tool,
                    "comment": fact_lines(component_facts(component)),
                }
            ],
        }
        return {key: item for key, item in made.items() if item not in ("", [])}

    def _supplier(self, component: Component) -> str:
        party = supplier_of(component, self._document.creators)
        return _UNKNOWN if party is None else _actor("Organization", party)

    def _originator(self, component: Component) -> str:
        maker = self._document.creators.manufacturer if component.kind is ComponentKind.MAIN else None
        return "" if maker is None else _actor("Organization", maker)

    def _external(self, component: Component) -> list[_Json]:
        found = []
        if is_purl(component.purl):
            found.append(_external("PACKAGE-MANAGER", "purl", component.purl))
        if vcs := vcs_of(component):
            found.append(_external("OTHER", "vcs", vcs))
        found += [
            _external("OTHER", reference.kind, reference.url)
            for reference in component.references
            if reference.kind in _REFERENCES and is_url(reference.url)
        ]
        contact = self._document.creators.security_contact if component.kind is ComponentKind.MAIN else ""
        return [*found, _external("OTHER", "security-contact", contact)] if is_url(contact) else found

    def _relationships(self) -> list[_Json]:
        main = self._document.main.ref
        tests = {component.ref for component in self._all if component.usage is Usage.TESTS_ONLY}
        unsaid = _NONE if is_closed(self._document) else _UNKNOWN
        made = [_relation(_DOCUMENT, "DESCRIBES", self._ids[main])]
        made += [
            _relation(self._ids[main], "CONTAINS", self._ids[component.ref])
            for component in self._document.components
            if component.usage is Usage.BUILT
        ]
        made += [
            _relation(self._ids[component.ref], "BUILD_TOOL_OF", self._ids[main])
            for component in self._document.components
            if component.kind is ComponentKind.TOOLCHAIN
        ]
        for ref, needs in self._document.edges.items():
            for need in needs:
                if ref == main and need in tests:
                    made.append(_relation(self._ids[need], "TEST_DEPENDENCY_OF", self._ids[ref]))
                else:
                    made.append(_relation(self._ids[ref], "DEPENDS_ON", self._ids[need]))
            if not needs:
                made.append(_relation(self._ids[ref], "DEPENDS_ON", unsaid))
        return made


def _comment(component: Component) -> str:
    said = []
    if component.deprecated:
        said.append(f"deprecated: {component.deprecated}")
    if component.retracted:
        said.append(f"this version was retracted: {component.retracted}")
    if component.digest is None and component.file is None and component.digest_reason:
        said.append(f"no checksum: {component.digest_reason}")
    if component.usage is Usage.TESTS_ONLY:
        said.append("only tests need it")
    elif component.usage is Usage.NOT_BUILT and component.kind is ComponentKind.MODULE:
        said.append("it is in the build list, and nothing of it is built")
    return clean("; ".join(said))


def _actor(kind: str, party: Party) -> str:
    """Return a party as SPDX writes it; empty parentheses keep those of a name from being read as an address."""
    name, email = (" ".join(clean(text).split()) for text in (party.name, party.email))
    if email:
        return f"{kind}: {name} ({email})"
    return f"{kind}: {name} ()" if ")" in name else f"{kind}: {name}"


def _external(category: str, kind: str, locator: str) -> _Json:
    return {"referenceCategory": category, "referenceType": kind, "referenceLocator": locator}


def _relation(of: str, kind: str, to: str) -> _Json:
    return {"spdxElementId": of, "relationshipType": kind, "relatedSpdxElement": to}
