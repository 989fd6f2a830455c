"""What both SPDX writers share: clean text, ids, expressions that SPDX can take, and facts for which it has no field.

All text from outside goes through `clean`: what no JSON file should hold (lone surrogates, control characters,
noncharacters) becomes U+FFFD. So U+FFFE is free to stand for a namespace that is not known yet.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import Any

from supplymatrix.errors import InputError
from supplymatrix.licences.expression import canonical
from supplymatrix.model.licence import ModuleLicence
from supplymatrix.model.value import value
from supplymatrix.model.zip_digest import ZipDigest
from supplymatrix.sbom.document import (
    Aggregate,
    Component,
    ComponentKind,
    Creators,
    Document,
    Lifecycle,
    LogProof,
    Origin,
    Party,
    ProgramFile,
    Reference,
    program_file_facts,
)
from supplymatrix.sbom.serial import content_uuid

__all__ = [
    "NAMESPACE", "TOOL", "Licences", "clean", "component_facts", "copyright_of", "document_lines", "download_of",
    "dump", "element_name", "fact_lines", "file_name", "hashes_of", "is_closed", "is_program", "is_purl", "is_url",
    "namespace_of", "purpose_of", "reference_of", "sbom_type", "shown_name", "source_of", "supplier_of", "vcs_of",
]  # fmt: skip

TOOL = "supplymatrix"
NAMESPACE = "\ufffe"
"""Stands in ids for the document's namespace, until the document is whole and can be hashed."""

_ENCODER = json.JSONEncoder(ensure_ascii=False)
_UNCLEAN = re.compile("[\x00-\x08\x0b-\x1f\x7f\ud800-\udfff\ufffe\uffff]")
_NO_ID = re.compile(r"[^A-Za-z0-9.]+")
_URL = re.compile(r"https?://[A-Za-z0-9](?:[A-Za-z0-9.-]*[A-Za-z0-9])?(?::[0-9]{1,5})?(?:[/?][!-~]*)?")
_REF = re.compile(r"(?<![:A-Za-z0-9.-])LicenseRef-[A-Za-z0-9.-]+")
_MOST_GAPS = 100  # as in CycloneDX; the number of all of them is told
_TYPES = {Lifecycle.PRE_BUILD: "source", Lifecycle.BUILD: "build", Lifecycle.POST_BUILD: "analyzed"}


def clean(text: str) -> str:
    """Return a text with whatever no document should hold replaced by U+FFFD; line ends become line feeds."""
    return _UNCLEAN.sub("\ufffd", text.replace("\r\n", "\n"))


def is_url(text: str) -> bool:
    """Return whether a text is an http or https address of printable ASCII, as every reader of SPDX takes it."""
    return _URL.fullmatch(text) is not None and '"' not in text and "\\" not in text and "<" not in text


def element_name(component: Component) -> str:
    """Return the id of a component's element, unique in its document: "Package-<name and version>-<12 hex>"."""
    shown = f"{component.name}-{component.version}" if component.version else component.name
    slug = _NO_ID.sub("-", shown)[:80].strip("-.")
    return f"Package-{slug}-{_short(component.ref)}"


def shown_name(component: Component) -> str:
    """Return a component as people name it: name@version."""
    return clean(f"{component.name}@{component.version}" if component.version else component.name)


def sbom_type(document: Document) -> str:
    """Return what CISA's types of SBOMs call this one: source, build or analyzed."""
    return _TYPES[document.lifecycle]


def namespace_of(document: Document, form: str, text: str) -> str:
    """Return the URI of a document: a UUID of its whole content below the supplier's own address, else as a URN.

    form: of the document, so that two forms of one content are two documents. text: the document without it.
    """
    name = content_uuid(f"{form}\n{text}".encode())
    for party in (document.creators.supplier, document.creators.manufacturer):
        base = party.url.rstrip("/") if party else ""
        if is_url(base) and not {"#", "?"} & set(base):
            return f"{base}/spdx/{name}"
    return f"urn:uuid:{name}"


def reference_of(component: Component, kind: str) -> str:
    """Return the first proper address of a kind that a component has, "" without."""
    return next((reference.url for reference in component.references if _fits(reference, kind)), "")


def vcs_of(component: Component) -> str:
    """Return the address of a component's repository, "" where none is known."""
    found = reference_of(component, "vcs")
    origin = component.origin.url if component.origin else ""
    return found or (origin if is_url(origin) else "")


def is_program(component: Component) -> bool:
    """Return whether a component is run, and not used by others: a main module with programs, or not known without."""
    return component.kind in (ComponentKind.TOOLCHAIN, ComponentKind.PROGRAM) or (
        component.kind is ComponentKind.MAIN and component.programs != 0
    )


def purpose_of(component: Component) -> str:
    """Return what a component is there for, in the word of SPDX 3: "container", "application" or "library"."""
    if component.is_image:
        return "container"
    return "application" if is_program(component) else "library"


def hashes_of(component: Component) -> tuple[tuple[str, str], ...]:
    """Return algorithm, in the word of SPDX 3, and hex digits of each hash of a component's file: program, or zip."""
    hashed: ProgramFile | ZipDigest | None = component.file or component.digest
    found = (("sha256", hashed.sha256), ("sha512", hashed.sha512)) if hashed is not None else ()
    return tuple((name, text) for name, text in found if text)


def file_name(component: Component) -> str:
    """Return the name of the file that was hashed: of a module's zip, as the go command names it, or of a program; ""
    without one."""
    if component.file is not None:
        return clean(component.file.base_name)
    is_zip = component.digest is not None and component.kind in (ComponentKind.MODULE, ComponentKind.TOOLCHAIN)
    return clean(f"{component.module.version}.zip") if is_zip else ""


def download_of(component: Component) -> str:
    """Return where a component is to be had, in the form of SPDX: its zip, or its revision in git; "" = not known."""
    found = reference_of(component, "distribution")
    origin = component.origin
    if not found and origin and origin.kind == "git" and is_url(origin.url):
        at = f"@{origin.revision}" if re.fullmatch(r"[0-9a-f]{7,64}", origin.revision) else ""
        found = f"git+{origin.url}{at}"
    return found


def supplier_of(component: Component, creators: Creators) -> Party | None:
    """Return who supplies a component; of the main module it is whom the user names."""
    named = creators.supplier if component.kind is ComponentKind.MAIN else None
    return named or component.supplier


def source_of(component: Component) -> str:
    """Return how it came that this component is taken in this version, in words; "" when there is nothing to say."""
    said = []
    if component.replaces is not None:
        said.append(f"taken in the place of {component.replaces} by a replace in go.mod")
    if component.directory:
        said.append(f"it is the folder {component.directory}")
    if component.version_source:
        said.append(f"version: {component.version_source}")
    if component.origin is not None and is_url(component.origin.url):
        what = component.origin.tag or component.origin.revision
        said.append(f"packed from {component.origin.url}" + (f" at {what}" if what else ""))
    return clean("; ".join(said))


def copyright_of(component: Component) -> str:
    """Return the copyright lines in a component's licence files, each once; "" = none was found."""
    lines = [line for file in component.licence.files for line in file.copyrights] if component.licence else []
    return clean("\n".join(dict.fromkeys(lines)))


def component_facts(component: Component) -> tuple[tuple[str, str], ...]:
    """Return what is known of a component and has no field in SPDX, under the names that CycloneDX properties have."""
    digest = component.digest
    said: list[tuple[str, object]] = [("kind", component.kind), ("usage", component.usage)]
    said += [
        ("module", "" if str(component.module) == f"{component.name}@{component.version}" else component.module),
        ("replaces", component.replaces or ""),
        ("directory", component.directory),
        ("direct", "true" if component.is_direct else ""),
        ("packages", "" if component.packages is None else component.packages),
        ("programs", "" if component.programs is None else component.programs),
        ("version_source", component.version_source),
        ("cgo", "" if component.uses_cgo is None else str(component.uses_cgo).lower()),
        ("deprecated", component.deprecated),
        ("retracted", component.retracted),
        *_origin_facts(component.origin),
        ("unusable_purl", "" if is_purl(component.purl) else component.purl),
        ("zip:size", digest.size if digest else ""),
        ("zip:reason", component.digest_reason),
        ("file", component.file.name if component.file else ""),
        ("file:size", component.file.size if component.file else ""),
        *(("in", name) for name in component.found_in),
        ("h1", component.h1),
        ("h1:go.mod", component.h1_go_mod),
        *_proof_facts(component.proof),
        *_licence_facts(component.licence),
    ]
    own = [*_archive_facts(component), *((f"{TOOL}:{name}", clean(str(fact))) for name, fact in said if fact != "")]
    return (*own, *((clean(name), clean(fact)) for name, fact in sorted(component.properties)))


def document_lines(document: Document) -> str:
    """Return what is to be said of a document as a whole, a line each: how it was made, and how complete it is."""
    found, gaps = document.completeness, document.gaps
    said: list[tuple[str, str]] = [
        ("scope", str(document.scope)),
        ("goos", document.goos),
        ("goarch", document.goarch),
        ("cgo_enabled", "" if document.cgo_enabled is None else str(document.cgo_enabled).lower()),
        ("listed_by", document.listed_by),
        ("packages_by", document.packages_by),
        *(("subject_file", f"{file.name} sha256:{file.sha256}") for file in document.subject_files),
        ("report", f"{document.report[0]} sha256:{document.report[1]}" if document.report else ""),
        ("complete:components", str(found.components)),
        ("complete:dependencies", str(found.dependencies)),
        *(("incomplete", reason) for reason in found.reasons),
        ("gaps", str(len(gaps))),
        *((f"gap:{number}", gap.in_words) for number, gap in enumerate(gaps[:_MOST_GAPS], 1)),
        ("gaps:left_out", str(len(gaps) - _MOST_GAPS) if len(gaps) > _MOST_GAPS else ""),
    ]
    own = [(f"{TOOL}:{name}", clean(fact)) for name, fact in said if fact]
    others = [(clean(name), clean(fact)) for name, fact in sorted(document.properties.items())]
    return fact_lines([*own, *others])


def fact_lines(facts: Iterable[tuple[str, str]]) -> str:
    """Return facts as lines "name = value", each on one line."""
    return "\n".join(" ".join(f"{name} = {fact}".split()) for name, fact in facts)


def is_closed(document: Document) -> bool:
    """Return whether a component without edges is known to need nothing."""
    return document.completeness.dependencies is Aggregate.COMPLETE


def is_purl(text: str) -> bool:
    """Return whether a text can stand as a package URL: "pkg:" and printable ASCII without spaces."""
    return text.startswith("pkg:") and text.isascii() and text.isprintable() and " " not in text


@value
class Licences:
    """The licences of one component in the terms of SPDX; "" = nobody knows.

    refs: what LicenseRef-… in them stands for, by name, in the form of a text.
    """

    declared: str
    concluded: str
    comment: str
    refs: Mapping[str, str]

    @staticmethod
    def of(component: Component, creators: Creators) -> Licences:
        """Return the licences of a component; a text that is like no known licence becomes a LicenseRef of its own.

        What the user declares of the main module counts before what its files say.
        """
        if component.kind is ComponentKind.MAIN and (said := _expression(creators.licence)):
            found = component.licence.concluded if component.licence else ""
            concluded = _expression(found) or said
            texts = {name: _text_of(name, component, component.licence) for name in _REF.findall(f"{said} {concluded}")}
            comment = "declared by whoever made this document"
            return Licences(declared=said, concluded=concluded, comment=comment, refs=texts)
        licence = component.licence
        if licence is None:
            return Licences(declared="", concluded="", comment="", refs={})
        declared, concluded = _expression(licence.declared), _expression(licence.concluded)
        refs = {name: _text_of(name, component, licence) for name in _REF.findall(f"{declared} {concluded}")}
        comment = licence.reason
        unusable = [text for text in (licence.declared, licence.concluded) if text and not _expression(text)]
        if unusable:
            comment = f"SPDX cannot take the expression {unusable[0]!r}"
        elif not declared and licence.files:
            file = licence.files[0]
            declared = f"LicenseRef-unrecognised-{file.sha256[:12]}"
            near = f"; of known licences it is nearest to {file.nearest} %" if file.nearest else ""
            refs[declared] = f"{_place(file.path, component, file.sha256)} It is like no known licence{near}."
        return Licences(declared=declared, concluded=concluded, comment=clean(comment), refs=refs)


def dump(document: Mapping[str, Any]) -> str:
    """Return a document as JSON text: each of its keys, and each item of its lists, on a line of its own."""
    parts = []
    for key, item in document.items():
        if isinstance(item, list) and item and isinstance(item[0], dict):
            shown = "[\n" + ",\n".join(_json(one) for one in item) + "\n]"
        else:
            shown = _json(item)
        parts.append(f"{_json(key)}: {shown}")
    return "{\n" + ",\n".join(parts) + "\n}\n"


def _json(item: object) -> str:
    return _ENCODER.encode(item)


def _short(text: str) -> str:
    return hashlib.sha256(text.encode(errors="surrogatepass")).hexdigest()[:12]


def _fits(reference: Reference, kind: str) -> bool:
    return reference.kind == kind and is_url(reference.url)


def _archive_facts(component: Component) -> list[tuple[str, str]]:
    """Return what TR-03183-2 asks of a file, where there is one: the zip of a module."""
    if component.file is not None:
        return [(name, clean(fact)) for name, fact in program_file_facts(component.file)]
    name = file_name(component)
    if not name:
        return []
    return [
        ("bsi:component:filename", name),
        ("bsi:component:executable", "non-executable"),
        ("bsi:component:archive", "archive"),
        ("bsi:component:structured", "structured"),
    ]


def _origin_facts(origin: Origin | None) -> list[tuple[str, object]]:
    if origin is None:
        return []
    url = origin.url if is_url(origin.url) else ""
    return [
        ("origin:kind", origin.kind),
        ("origin:url", url),
        ("origin:revision", origin.revision),
        ("origin:tag", origin.tag),
    ]


def _proof_facts(proof: LogProof | None) -> list[tuple[str, object]]:
    if proof is None:
        return []
    return [
        ("log:state", proof.state),
        ("log:name", proof.log),
        ("log:record", proof.record if proof.record >= 0 else ""),
        ("log:tree_size", proof.tree_size or ""),
        ("log:reason", proof.reason),
    ]


def _licence_facts(licence: ModuleLicence | None) -> list[tuple[str, object]]:
    if licence is None:
        return []
    said: list[tuple[str, object]] = [("licence:read_from", licence.source)]
    for file in licence.files:
        said += [
            ("licence:found", f"{file.path}:{one.start}-{one.end} {one.licence} {one.confidence}% {one.method}")
            for one in file.matches
        ]
        said += [("licence:remark", f"{file.path}:{line} {text}") for line, text in file.remarks]
        said += [] if file.matches else [("licence:not_recognised", f"{file.path} {file.nearest}".rstrip())]
    return [*said, ("licence:reason", licence.reason), ("licence:remedy", licence.remedy)]


@lru_cache(maxsize=4_096)
def _expression(text: str) -> str:
    """Return an expression as SPDX writes it; "" where it has none, or refers to another document."""
    if not text or "DocumentRef-" in text:
        return ""
    try:
        return canonical(text)
    except InputError:
        return ""


def _text_of(name: str, component: Component, licence: ModuleLicence | None) -> str:
    for file in licence.files if licence else ():
        if name in file.expression or any(name in match.licence for match in file.matches):
            return _place(file.path, component, file.sha256)
    return f"The licence that {shown_name(component)} is said to be under; its text is not part of this document."


def _place(path: str, component: Component, sha256: str) -> str:
    shown = clean(path)
    return f"The text of {shown} in {shown_name(component)} (SHA-256 {sha256}), which is not part of this document."
