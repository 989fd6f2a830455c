"""A document as SPDX 3.0.1 JSON-LD.

Written straight, not with the official bindings: those need 15 s for 10,000 components. Tests hold what is written
here to what the bindings read and write. Ids of elements are the document's namespace, "#" and a name, so that the
same document gives the same bytes.

Source: SPDX Specification 3.0.1, profiles Core, Software and SimpleLicensing.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Mapping
from typing import Any

from supplymatrix.sbom.document import Aggregate, Component, ComponentKind, Document, Party, Usage
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

__all__ = ["CONTEXT", "render_spdx3"]

CONTEXT = "https://spdx.org/rdf/3.0.1/spdx-context.jsonld"
_CREATION = "_:creationInfo"
_NO_LICENCE = "expandedlicensing_NoAssertionLicense"
_COMPLETENESS = {
    Aggregate.COMPLETE: "complete",
    Aggregate.INCOMPLETE: "incomplete",
    Aggregate.UNKNOWN: "noAssertion",
}
_REFERENCES = {
    "issue-tracker": "issueTracker",
    "mailing-list": "mailingList",
    "documentation": "documentation",
    "release-notes": "releaseNotes",
    "rfc-9116": "securityOther",
}
_REF = re.compile(r"LicenseRef-[A-Za-z0-9.-]+")
_Json = dict[str, Any]


def render_spdx3(document: Document) -> str:
    """Return a document as SPDX 3.0.1 JSON-LD. The same document gives the same bytes."""
    text = dump({"@context": CONTEXT, "@graph": _Writer(document).write()})
    return text.replace(NAMESPACE, namespace_of(document, "spdx-3.0.1", text))


class _Writer:
    """One document on its way into SPDX."""

    def __init__(self, document: Document) -> None:
        self._document = document
        self._all = (document.main, *document.components)
        self._ids = {component.ref: _id(element_name(component)) for component in self._all}
        self._agents: dict[str, _Json] = {}
        self._expressions: dict[str, _Json] = {}
        self._texts: dict[str, _Json] = {}

    def write(self) -> list[_Json]:
        """Return the elements: the creation first, then the document, the bill, and what is in it."""
        document = self._document
        creation = self._creation()
        packages = [element for component in self._all for element in self._package(component)]
        relations = [*self._dependencies(), *self._contents(), *self._tools(), *self._licences()]
        tool = _element("Tool", "Tool", name=f"{TOOL} {clean(document.tool_version)}")
        licence = self._expression(clean(document.creators.data_licence), {})
        inner = [*packages, *relations]
        others = [tool, *self._agents.values(), *self._expressions.values(), *self._texts.values()]
        bill = _element(
            "software_Sbom",
            "Sbom",
            name=shown_name(document.main),
            rootElement=[self._ids[document.main.ref]],
            element=[element["spdxId"] for element in inner],
            software_sbomType=[sbom_type(document)],
            profileConformance=["core", "software", "simpleLicensing"],
        )
        whole = _element(
            "SpdxDocument",
            "Document",
            name=shown_name(document.main),
            comment=document_lines(document),
            dataLicense=licence,
            rootElement=[bill["spdxId"]],
            element=[element["spdxId"] for element in (bill, *others, *inner)],
            profileConformance=["core", "software", "simpleLicensing"],
        )
        return [creation, whole, bill, *others, *inner]

    def _creation(self) -> _Json:
        said = self._document.creators
        by = [self._agent("Person", said.author)] if said.author else []
        by += [self._agent("Organization", said.manufacturer)] if said.manufacturer else []
        if not by:  # somebody has to be named, and nobody but this program made the document
            agent = _element("SoftwareAgent", "SoftwareAgent", name=f"{TOOL} {clean(self._document.tool_version)}")
            by = [self._keep(self._agents, agent)]
        return {
            "type": "CreationInfo",
            "@id": _CREATION,
            "specVersion": "3.0.1",
            "created": self._document.created.strftime("%Y-%m-%dT%H:%M:%SZ"),
            "createdBy": by,
            "createdUsing": [_id("Tool")],
            "comment": f"SBOM Type: {sbom_type(self._document).capitalize()}",
        }

    def _package(self, component: Component) -> list[_Json]:
        name = element_name(component)
        package = _element(
            "software_Package",
            name,
            name=clean(component.name),
            description=clean(component.description),
            externalIdentifier=_identifiers(component),
            externalRef=self._references(component),
            verifiedUsing=[
                {"type": "Hash", "algorithm": name, "hashValue": text} for name, text in hashes_of(component)
            ],
            suppliedBy=self._supplier(component),
            originatedBy=self._originators(component),
            software_copyrightText=copyright_of(component),
            software_downloadLocation=download_of(component),
            software_homePage=reference_of(component, "website"),
            software_packageUrl=component.purl if is_purl(component.purl) else "",
            software_packageVersion=clean(component.version),
            software_primaryPurpose=purpose_of(component),
            software_sourceInfo=source_of(component),
        )
        note = _element(
            "Annotation",
            f"Annotation-{name}",
            annotationType="other",
            subject=package["spdxId"],
            statement=fact_lines(component_facts(component)),
        )
        return [package, note]

    def _references(self, component: Component) -> list[_Json]:
        vcs = vcs_of(component)
        found = [{"type": "ExternalRef", "externalRefType": "vcs", "locator": [vcs]}] if vcs else []
        found += [
            {"type": "ExternalRef", "externalRefType": _REFERENCES[reference.kind], "locator": [reference.url]}
            for reference in component.references
            if reference.kind in _REFERENCES and is_url(reference.url)
        ]
        contact = self._document.creators.security_contact
        if component.kind is ComponentKind.MAIN and is_url(contact):
            found.append({"type": "ExternalRef", "externalRefType": "securityOther", "locator": [contact]})
        return found

    def _supplier(self, component: Component) -> str:
        party = supplier_of(component, self._document.creators)
        return "" if party is None else self._agent("Organization", party)

    def _originators(self, component: Component) -> list[str]:
        maker = self._document.creators.manufacturer
        return [self._agent("Organization", maker)] if component.kind is ComponentKind.MAIN and maker else []

    def _dependencies(self) -> list[_Json]:
        tests = {component.ref for component in self._all if component.usage is Usage.TESTS_ONLY}
        main, known = self._document.main.ref, _COMPLETENESS[self._document.completeness.dependencies]
        nothing = "NoneElement" if is_closed(self._document) else "NoAssertionElement"
        names = {component.ref: element_name(component) for component in self._all}
        made = []
        for ref, needs in self._document.edges.items():
            for_tests = [need for need in needs if ref == main and need in tests]
            usual = [self._ids[need] for need in needs if ref != main or need not in tests]
            if usual or not needs:
                made.append(
                    _relation(
                        f"DependsOn-{names[ref]}", "dependsOn", self._ids[ref], usual or [nothing], completeness=known
                    )
                )
            if for_tests:
                name, to = f"TestDependsOn-{names[ref]}", [self._ids[need] for need in for_tests]
                relation = _relation(name, "dependsOn", self._ids[ref], to, completeness=known)
                made.append({**relation, "type": "LifecycleScopedRelationship", "scope": "test"})
        return made

    def _tools(self) -> list[_Json]:
        tools = [self._ids[one.ref] for one in self._document.components if one.kind is ComponentKind.TOOLCHAIN]
        if not tools:
            return []
        relation = _relation("UsesTool", "usesTool", self._ids[self._document.main.ref], tools)
        return [{**relation, "type": "LifecycleScopedRelationship", "scope": "build"}]

    def _contents(self) -> list[_Json]:
        built = [self._ids[one.ref] for one in self._document.components if one.usage is Usage.BUILT]
        known = _COMPLETENESS[self._document.completeness.components]
        main = self._ids[self._document.main.ref]
        return [_relation("Contains", "contains", main, built, completeness=known)] if built else []

    def _licences(self) -> list[_Json]:
        made = []
        for component in self._all:
            found, name, of = (
                Licences.of(component, self._document.creators),
                element_name(component),
                self._ids[component.ref],
            )
            for kind, text in (("Declared", found.declared), ("Concluded", found.concluded)):
                to = self._expression(text, found.refs) if text else _NO_LICENCE
                made.append(_relation(f"{kind}-{name}", f"has{kind}License", of, [to], comment=found.comment))
        return made

    def _expression(self, text: str, refs: Mapping[str, str]) -> str:
        """Return the id of the element of an expression, made when it is needed first."""
        known = self._expressions.get(text)
        if known is not None:
            return str(known["spdxId"])
        custom = []
        for name in dict.fromkeys(_REF.findall(text)):
            element = _element(
                "simplelicensing_SimpleLicensingText",
                name,
                name=name,
                simplelicensing_licenseText=refs.get(name, "Its text is not part of this document."),
            )
            custom.append({"type": "DictionaryEntry", "key": name, "value": element["spdxId"]})
            self._texts.setdefault(name, element)
        element = _element(
            "simplelicensing_LicenseExpression",
            f"Licence-{_short(text)}",
            simplelicensing_licenseExpression=text,
            simplelicensing_customIdToUri=custom,
        )
        self._expressions[text] = element
        return str(element["spdxId"])

    def _agent(self, kind: str, party: Party) -> str:
        """Return the id of a party's element, made when it is needed first."""
        name, email, url = (" ".join(clean(text).split()) for text in (party.name, party.email, party.url))
        identifiers = [("email", email), ("urlScheme", url)]
        agent = _element(
            kind,
            f"{kind}-{_short(repr((name, email, url)))}",
            name=name,
            externalIdentifier=[_identifier(form, text) for form, text in identifiers if text],
        )
        return self._keep(self._agents, agent)

    @staticmethod
    def _keep(into: dict[str, _Json], element: _Json) -> str:
        return str(into.setdefault(element["spdxId"], element)["spdxId"])


def _element(kind: str, name: str, /, **fields: object) -> _Json:
    """Return an element; fields that are empty are left out."""
    filled = {key: item for key, item in fields.items() if item not in ("", [])}
    return {"type": kind, "spdxId": _id(name), "creationInfo": _CREATION, **filled}


def _relation(name: str, kind: str, of: str, to: Iterable[str], **more: str) -> _Json:
    fields = {"from": of, "relationshipType": kind, "to": list(to), **more}
    return _element("Relationship", name, **fields)


def _identifiers(component: Component) -> list[_Json]:
    return [_identifier("packageUrl", component.purl)] if is_purl(component.purl) else []


def _identifier(form: str, text: str) -> _Json:
    return {"type": "ExternalIdentifier", "externalIdentifierType": form, "identifier": text}


def _id(name: str) -> str:
    return f"{NAMESPACE}#{name}"


def _short(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:12]
