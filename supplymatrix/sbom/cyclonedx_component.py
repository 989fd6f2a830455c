"""One component in CycloneDX, the main one included: its keys in the order of the specification.

Where CycloneDX has no place for a fact it becomes a property, `supplymatrix:…`; those of the German guideline
TR-03183-2 are `bsi:component:…`. What each means stands in `docs/formats/sbom-cyclonedx.md`.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress

from supplymatrix.model.zip_digest import ZipDigest
from supplymatrix.sbom.cyclonedx_licences import LicenceParts, licence_parts
from supplymatrix.sbom.cyclonedx_text import Json, line_of, organisation_of, property_of, uri_of
from supplymatrix.sbom.document import (
    IN_PROGRAM,
    Component,
    ComponentKind,
    Creators,
    ProgramFile,
    Reference,
    Usage,
    program_file_facts,
)

__all__ = ["component_of"]

_TYPES = {
    ComponentKind.MODULE: "library",
    ComponentKind.STDLIB: "library",
    ComponentKind.NATIVE: "library",
    ComponentKind.TOOLCHAIN: "application",
    ComponentKind.PROGRAM: "application",
}
_SCOPES = {Usage.BUILT: "required", Usage.LOADED: "required", Usage.TESTS_ONLY: "excluded",
           Usage.NOT_BUILT: "excluded"}  # fmt: skip
_PROVEN = "proven"
_REFERENCE_TYPES = frozenset({
    "advisories", "attestation", "bom", "build-meta", "build-system", "chat", "distribution", "documentation",
    "issue-tracker", "license", "mailing-list", "release-notes", "rfc-9116", "security-contact", "social",
    "source-distribution", "support", "vcs", "website",
})  # fmt: skip
"""Of those of CycloneDX, what may belong to a Go module; any other kind becomes "other"."""


def component_of(component: Component, ref: str, spec: str, technique: str, creators: Creators | None = None) -> Json:
    """Return a component. ref: its bom-ref. technique: how it is known that it is one, in the words of CycloneDX.
    creators: of the main component, None for every other."""
    parts = licence_parts(component.licence, spec, creators.licence if creators else "")
    made: Json = {"type": _type_of(component), "bom-ref": ref}
    supplier = (creators.supplier if creators else None) or component.supplier
    if supplier is not None:
        made["supplier"] = organisation_of(supplier)
    if creators and creators.manufacturer is not None:
        made["manufacturer"] = organisation_of(creators.manufacturer)
    made["name"] = line_of(component.name)
    if component.version:
        made["version"] = line_of(component.version, 1_024)
    if component.description:
        made["description"] = line_of(component.description)
    if creators is None and component.usage in _SCOPES:
        made["scope"] = _SCOPES[component.usage]
    if hashed := component.file or component.digest:
        made["hashes"] = _hashes(hashed)
    if parts.licences:
        made["licenses"] = list(parts.licences)
    if parts.copyright:
        made["copyright"] = parts.copyright
    if purl := _purl_of(component):
        made["purl"] = purl
    if component.replaces is not None:
        made["pedigree"] = _pedigree(component)
    if references := list(_references(component, purl, creators)):
        made["externalReferences"] = references
    made |= _evidence(component, purl, technique, parts)
    made["properties"] = [property_of(name, value) for name, value in _properties(component, purl, parts, creators)]
    return made


def _type_of(component: Component) -> str:
    if component.kind is ComponentKind.MAIN:
        return "container" if component.is_image else "library" if component.programs == 0 else "application"
    return _TYPES[component.kind]


def _purl_of(component: Component) -> str:
    """Return the purl, "" where it is none that a document can hold as it is."""
    return component.purl if component.purl.startswith("pkg:") and uri_of(component.purl) == component.purl else ""


def _hashes(digest: ZipDigest | ProgramFile) -> list[Json]:
    found = (("SHA-256", digest.sha256), ("SHA-512", digest.sha512))
    return [{"alg": name, "content": text} for name, text in found if text]


def _pedigree(component: Component) -> Json:
    old = component.replaces
    if old is None:
        return {}
    ancestor: Json = {"type": "library", "name": line_of(old.path)}
    if old.version:
        ancestor["version"] = line_of(old.version, 1_024)
    with suppress(ValueError):  # a lone surrogate cannot be written in a purl
        ancestor |= {"purl": old.purl} if uri_of(old.purl) == old.purl else {}
    return {"ancestors": [ancestor], "notes": "go.mod replaces the ancestor by this component"}


def _references(component: Component, purl: str, creators: Creators | None) -> Iterator[Json]:
    """Yield the references. The zip of a module is its distribution and holds its source: it stands under both types,
    with its hashes; where no address is known, under its purl."""
    has_vcs = has_distribution = False
    for reference in component.references:
        if reference.kind == "distribution":
            has_distribution = True
            yield from _distribution(reference, component.digest)
            continue
        has_vcs = has_vcs or reference.kind == "vcs"
        if url := uri_of(reference.url):
            yield _reference(reference.kind, url, _comment(component, reference))
    if not has_distribution and component.digest is not None and purl:
        place = Reference(kind="distribution", url=purl, comment="the module zip; no address of it is known")
        yield from _distribution(place, component.digest)
    if not has_vcs and component.origin is not None and (url := uri_of(component.origin.url)):
        yield _reference("vcs", url, _revision(component))
    if creators and (url := uri_of(creators.security_contact)):
        yield _reference("rfc-9116" if url.endswith("security.txt") else "security-contact", url, "")


def _distribution(reference: Reference, digest: ZipDigest | None) -> Iterator[Json]:
    url = uri_of(reference.url)
    for kind in ("distribution", "source-distribution") if url else ():
        made = _reference(kind, url, reference.comment)
        yield made | ({"hashes": _hashes(digest)} if digest is not None else {})


def _reference(kind: str, url: str, comment: str) -> Json:
    made: Json = {"type": kind if kind in _REFERENCE_TYPES else "other", "url": url}
    if kind not in _REFERENCE_TYPES:
        comment = f"{kind}: {comment}" if comment else kind
    return made | ({"comment": line_of(comment)} if comment else {})


def _comment(component: Component, reference: Reference) -> str:
    """Return the comment of a reference; with the revision where it is the repository that the version is from."""
    origin = component.origin
    if reference.kind != "vcs" or origin is None or origin.url != reference.url:
        return reference.comment
    return "; ".join(part for part in (reference.comment, _revision(component)) if part)


def _revision(component: Component) -> str:
    origin = component.origin
    if origin is None:
        return ""
    parts = (origin.kind, origin.tag and f"tag {origin.tag}", origin.revision and f"revision {origin.revision}")
    return ", ".join(part for part in parts if part)


def _evidence(component: Component, purl: str, technique: str, parts: LicenceParts) -> Json:
    """Return how it is known that the component is there, and that it is what it is called; then its licences. Of a
    folder in the place of a module nothing shows what it is."""
    methods: list[Json] = [{"technique": technique, "confidence": 1}]
    if component.h1 and component.proof is not None and component.proof.state == _PROVEN:
        methods.append({"technique": "hash-comparison", "confidence": 1, "value": line_of(component.h1)})
    identity: Json = {"field": "purl" if purl else "name", "confidence": 1, "concludedValue": purl or None}
    if not purl:
        identity["concludedValue"] = line_of(component.name)
    known_as: Json = {"identity": [identity | {"methods": methods}]} if not component.directory else {}
    made: Json = known_as | parts.evidence
    places: list[object] = [{"location": line_of(name), "additionalContext": IN_PROGRAM} for name in component.found_in]
    known = made.get("occurrences")
    if places:
        made["occurrences"] = [*places, *(known if isinstance(known, list) else [])]
    return {"evidence": made} if made else {}


def _properties(
    component: Component, purl: str, parts: LicenceParts, creators: Creators | None
) -> Iterator[tuple[str, str]]:
    yield from _archive_properties(component)
    if effective := _effective_licence(component, creators):
        yield "bsi:component:effectiveLicence", effective
    yield "supplymatrix:kind", component.kind
    yield "supplymatrix:usage", component.usage
    if str(component.module) != f"{component.name}@{component.version}":
        yield "supplymatrix:module", str(component.module)
    if component.replaces is not None:
        yield "supplymatrix:replaces", str(component.replaces)
    yield from _told(component, purl)
    yield from _proof_properties(component)
    yield from parts.properties
    yield from sorted(component.properties)


def _told(component: Component, purl: str) -> Iterator[tuple[str, str]]:
    """Yield what is told in words, where there is something to tell."""
    origin = component.origin
    said = (
        ("supplymatrix:directory", component.directory),
        ("supplymatrix:direct", "true" if component.is_direct else ""),
        ("supplymatrix:packages", "" if component.packages is None else str(component.packages)),
        ("supplymatrix:programs", "" if component.programs is None else str(component.programs)),
        ("supplymatrix:version_source", component.version_source),
        ("supplymatrix:cgo", "" if component.uses_cgo is None else str(component.uses_cgo).lower()),
        ("supplymatrix:deprecated", component.deprecated),
        ("supplymatrix:retracted", component.retracted),
        ("supplymatrix:origin:kind", origin.kind if origin else ""),
        ("supplymatrix:origin:url", uri_of(origin.url) if origin else ""),
        ("supplymatrix:origin:revision", origin.revision if origin else ""),
        ("supplymatrix:origin:tag", origin.tag if origin else ""),
        ("supplymatrix:unusable_purl", "" if purl else component.purl),
        ("supplymatrix:zip:size", str(component.digest.size) if component.digest else ""),
        ("supplymatrix:zip:reason", component.digest_reason),
        ("supplymatrix:file", component.file.name if component.file else ""),
        ("supplymatrix:file:size", str(component.file.size) if component.file else ""),
        ("supplymatrix:h1", component.h1),
        ("supplymatrix:h1:go.mod", component.h1_go_mod),
    )
    yield from ((name, text) for name, text in said if text)


def _proof_properties(component: Component) -> Iterator[tuple[str, str]]:
    proof = component.proof
    if proof is None:
        return
    yield "supplymatrix:log:state", proof.state
    if proof.log:
        yield "supplymatrix:log:name", proof.log
    if proof.record >= 0:
        yield "supplymatrix:log:record", str(proof.record)
    if proof.tree_size:
        yield "supplymatrix:log:tree_size", str(proof.tree_size)
    if proof.reason:
        yield "supplymatrix:log:reason", proof.reason


def _archive_properties(component: Component) -> Iterator[tuple[str, str]]:
    """Yield what TR-03183-2 asks of a file, where there is one: the zip of a module, as the go command names it, or a
    program."""
    if component.file is not None:
        yield from program_file_facts(component.file)
        return
    if component.digest is None or component.kind not in (ComponentKind.MODULE, ComponentKind.TOOLCHAIN):
        return
    yield "bsi:component:filename", f"{component.module.version}.zip"
    yield "bsi:component:executable", "non-executable"
    yield "bsi:component:archive", "archive"
    yield "bsi:component:structured", "structured"


def _effective_licence(component: Component, creators: Creators | None) -> str:
    """Return the licence under which a component is used, "" where it is unknown or somebody has yet to choose."""
    if creators and creators.licence:
        return creators.licence
    concluded = component.licence.concluded if component.licence else ""
    return "" if " OR " in concluded else concluded
