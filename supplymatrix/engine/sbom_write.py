"""A bill of materials as the text of a format, held against its schema before anybody gets it; and files of others held
against theirs.

A document of ours that its schema does not allow is a fault of this program: `InvalidDocumentError`, and nothing is
written.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from typing import TYPE_CHECKING

from supplymatrix.engine.collector import without_collector
from supplymatrix.errors import Diagnostic
from supplymatrix.model.value import value
from supplymatrix.sbom.cyclonedx import DEFAULT_SPEC, SPECS, cyclonedx_json, cyclonedx_of, render_json
from supplymatrix.sbom.document import Document
from supplymatrix.sbom.formats import FORMATS, canonical_format
from supplymatrix.sbom.validate import (
    DetectedFormat,
    JsonSchema,
    XmlSchema,
    detect_json,
    detect_xml,
    graph_faults,
    parse_json,
    parse_xml,
)
from supplymatrix.sources.sbom_schemas import cyclonedx_schemas

if TYPE_CHECKING:
    from supplymatrix.attest.keys import SigningKey

__all__ = [
    "FileCheck", "InvalidDocumentError", "json_schema", "validate_document_file", "write_sbom", "xml_schema",
]  # fmt: skip

SPECS_READ = ("1.2", "1.3", "1.4", "1.5", *SPECS)
"""Versions of CycloneDX of which there are schemas for both forms here."""
_SHOWN = 5


class InvalidDocumentError(Exception):
    """What was to be written is not valid: a fault of this program, not of its user. faults: what is wrong."""

    def __init__(self, form: str, faults: Sequence[Diagnostic]) -> None:
        self.faults = tuple(faults)
        told = "; ".join(str(fault) for fault in faults[:_SHOWN])
        more = f"; and {len(faults) - _SHOWN} more" if len(faults) > _SHOWN else ""
        super().__init__(f"the {form} would have been invalid, and was not written: {told}{more}")


@value
class FileCheck:
    """What was found in a file. format: what it says it is. faults: what is wrong with it, () = nothing.

    is_readable: it is of a format of which there are rules here; only then no faults means that it is valid.
    """

    format: DetectedFormat
    faults: tuple[Diagnostic, ...]
    is_readable: bool


def write_sbom(document: Document, form: str, spec: str = DEFAULT_SPEC, key: SigningKey | None = None) -> str:
    """Return the text of a document in a format. spec: of CycloneDX. key: signs inside, where the format has a place
    for that: in CycloneDX JSON. Raises InvalidDocumentError, ValueError for what is no format."""
    form = canonical_format(form)
    if form not in FORMATS:
        raise ValueError(f"there is no format {form!r}, but {', '.join(FORMATS)}")
    with without_collector():
        if form == "cyclonedx-json":
            return _cyclonedx_json(document, spec, key)
        return _cyclonedx_xml(document, spec) if form == "cyclonedx-xml" else _spdx(document, form)


def validate_document_file(data: bytes, artifact: str = "") -> FileCheck:
    """Hold a file against the schema of what it says it is, and its names and edges against each other."""
    if data.lstrip(b"\xef\xbb\xbf \t\r\n")[:1] == b"<":
        return _check_xml(data, artifact)
    twins: list[Diagnostic] = []
    document, faults = parse_json(data, artifact, twins)
    found = detect_json(document)
    if faults:
        return FileCheck(format=found, faults=faults, is_readable=False)
    if found.name == "SPDX":
        check = _check_spdx(document, found, artifact)
        return FileCheck(format=found, faults=(*twins, *check.faults), is_readable=check.is_readable)
    if found.name != "CycloneDX" or found.spec not in SPECS_READ:
        return _unknown(found, artifact)
    faults = (*twins, *json_schema(found.spec).faults(document, artifact), *graph_faults(document, artifact))
    return FileCheck(format=found, faults=faults, is_readable=True)


@cache
def json_schema(spec: str) -> JsonSchema:
    """Return the compiled JSON schema of a version of CycloneDX."""
    return JsonSchema(cyclonedx_schemas(spec, "json"))


@cache
def xml_schema(spec: str) -> XmlSchema:
    """Return the compiled XML schema of a version of CycloneDX."""
    return XmlSchema(cyclonedx_schemas(spec, "xml"))


def _cyclonedx_json(document: Document, spec: str, key: SigningKey | None) -> str:
    bom, text = cyclonedx_json(document, spec)
    if key is not None:
        from supplymatrix.attest.jsf import sign_json

        bom = sign_json(bom, key)
        text = render_json(bom)
    _refuse(f"CycloneDX {spec} JSON", (*json_schema(spec).faults(bom), *graph_faults(bom)))
    return text


def _cyclonedx_xml(document: Document, spec: str) -> str:
    from supplymatrix.sbom.cyclonedx_xml import render_xml, xml_tree

    bom = cyclonedx_of(document, spec)
    faults = graph_faults(bom)
    tree = xml_tree(bom)
    _refuse(f"CycloneDX {spec} XML", (*xml_schema(spec).faults(tree), *faults))
    return render_xml(tree)


def _spdx(document: Document, form: str) -> str:
    from supplymatrix.sbom.spdx_validate import validate_spdx3, validate_spdx23

    if form == "spdx-json":
        from supplymatrix.sbom.spdx23 import render_spdx23

        text, validate = render_spdx23(document), validate_spdx23
    else:
        from supplymatrix.sbom.spdx3 import render_spdx3

        text, validate = render_spdx3(document), validate_spdx3
    parsed, faults = parse_json(text)
    _refuse(form, (*faults, *validate(parsed)))
    return text


def _refuse(form: str, faults: Sequence[Diagnostic]) -> None:
    if faults:
        raise InvalidDocumentError(form, faults)


def _check_xml(data: bytes, artifact: str) -> FileCheck:
    tree, faults = parse_xml(data, artifact)
    if tree is None:
        return FileCheck(format=DetectedFormat(name="", spec="", form="xml"), faults=faults, is_readable=False)
    found = detect_xml(tree)
    if found.spec not in ("1.0", "1.1", *SPECS_READ):
        return _unknown(found, artifact)
    faults = (*xml_schema(found.spec).faults_of(data, artifact), *graph_faults(tree, artifact))
    return FileCheck(format=found, faults=faults, is_readable=True)


def _check_spdx(document: object, found: DetectedFormat, artifact: str) -> FileCheck:
    from supplymatrix.sbom.spdx_validate import validate_spdx3, validate_spdx23

    if found.spec == "2.3":
        faults = validate_spdx23(document)
    elif found.spec.startswith("3.0"):
        faults = validate_spdx3(document)
    else:
        return _unknown(found, artifact)
    placed = tuple(
        Diagnostic(message=fault.message, artifact=artifact, seen=fault.seen, expected=fault.expected)
        for fault in faults
    )
    return FileCheck(format=found, faults=placed, is_readable=True)


def _unknown(found: DetectedFormat, artifact: str) -> FileCheck:
    said = f"{found.name} {found.spec}".strip()
    fault = Diagnostic(
        message=f"there is no schema here for {said}"
        if said
        else "the file does not say that it is a bill of materials",
        artifact=artifact,
        expected="CycloneDX 1.2 to 1.7 as JSON or XML, SPDX 2.3 or 3.0 as JSON",
    )
    return FileCheck(format=found, faults=(fault,), is_readable=False)
