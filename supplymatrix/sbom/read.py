"""Read a bill of materials that another tool has written, whatever its format.

    sbom = read_sbom(data, "bom.json")      # CycloneDX JSON or XML, SPDX 2.x JSON, SPDX 3 JSON-LD, syft's own JSON

What the bytes are is told from the bytes, never from a file's name.
"""

from __future__ import annotations

from supplymatrix.errors import Diagnostic, InputError
from supplymatrix.model.value import changed
from supplymatrix.sbom.read_json import Table, load_json, table
from supplymatrix.sbom.read_values import Faults, ReadSbom

__all__ = ["SBOM_LIMIT", "read_sbom"]

SBOM_LIMIT = 256 << 20
"""Bytes of a file. Read as JSON it takes several times as much memory."""
_FORMATS = "CycloneDX (JSON or XML), SPDX (JSON), SPDX 3 (JSON-LD), or syft's JSON"
_XML_STARTS = (b"<", b"\xff\xfe<", b"\xfe\xff\x00<")


def read_sbom(data: bytes, artifact: str) -> ReadSbom:
    """Return what a file says, and what in it could not be understood.

    Raises InputError, and nothing else, for any bytes: too many, none, none of the formats, broken.
    """
    start = data[:4_096].removeprefix(b"\xef\xbb\xbf").lstrip()
    if not start:
        raise _fault(artifact, "the file is empty", expected=_FORMATS)
    if len(data) > SBOM_LIMIT:
        raise _fault(artifact, f"the file has {len(data):,} bytes", expected=f"at most {SBOM_LIMIT:,}")
    faults = Faults()
    if start.startswith(_XML_STARTS):
        from supplymatrix.sbom.read_cyclonedx import read_cyclonedx
        from supplymatrix.sbom.read_xml import load_cyclonedx_xml

        return read_cyclonedx(load_cyclonedx_xml(data, artifact, faults), faults, "CycloneDX XML")
    if start.startswith((b"SPDXVersion:", b"#")):
        remedy = "convert it to JSON with the tool that made it, or with spdx-tools"
        raise _fault(artifact, "this is SPDX as tag and value, which is not read", expected=_FORMATS, remedy=remedy)
    return _of_json(load_json(data, artifact, faults), artifact, faults)


def _of_json(document: Table, artifact: str, faults: Faults) -> ReadSbom:
    if isinstance(document.get("predicate"), dict) and "predicateType" in document:
        return changed(_of_json(table(document["predicate"], "predicate", faults), artifact, faults), is_wrapped=True)
    if "payloadType" in document and "payload" in document:
        remedy = "verify the envelope, and name the statement inside of it"
        raise _fault(artifact, "this is a signed envelope", expected=_FORMATS, remedy=remedy)
    if document.get("bomFormat") == "CycloneDX" or ("specVersion" in document and "components" in document):
        from supplymatrix.sbom.read_cyclonedx import read_cyclonedx

        return read_cyclonedx(document, faults)
    if "spdxVersion" in document:
        from supplymatrix.sbom.read_spdx import read_spdx

        return read_spdx(document, faults)
    if "@graph" in document:
        from supplymatrix.sbom.read_spdx3 import read_spdx3

        return read_spdx3(document, faults)
    if "artifacts" in document and "descriptor" in document:
        from supplymatrix.sbom.read_syft import read_syft

        return read_syft(document, faults)
    raise _fault(artifact, "this is JSON, and no bill of materials that is known here", expected=_FORMATS)


def _fault(artifact: str, message: str, *, expected: str, remedy: str = "") -> InputError:
    return InputError(Diagnostic(message=message, artifact=artifact, expected=expected, remedy=remedy))
