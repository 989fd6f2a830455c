"""Statements as CycloneDX: a document of its own, or one whose statements point into a bill of materials.

OpenVEX has five justifications and CycloneDX nine; each of the five has one that means the same. A vulnerability that
is there is "exploitable" in the words of CycloneDX, which has no weaker one; what nobody could look at is "in_triage".
A statement about another product than the document's, a program or the member of a workspace, names it in a property.

Source: cyclonedx.org/docs/1.6/json (vulnerabilities); CycloneDX "BOM-Link".
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from supplymatrix.sbom.cyclonedx import timestamp_of
from supplymatrix.sbom.document import Party
from supplymatrix.sbom.indented import indented
from supplymatrix.sbom.serial import content_uuid
from supplymatrix.sbom.vex import VexStatement, VexStatus

__all__ = ["cyclonedx_vex"]

_UNNAMED = "urn:uuid:00000000-0000-0000-0000-000000000000"
_STATES: Mapping[VexStatus, str] = {
    VexStatus.AFFECTED: "exploitable",
    VexStatus.NOT_AFFECTED: "not_affected",
    VexStatus.UNDER_INVESTIGATION: "in_triage",
}
_JUSTIFICATIONS: Mapping[str, str] = {
    "component_not_present": "code_not_present",
    "vulnerable_code_not_present": "code_not_present",
    "vulnerable_code_not_in_execute_path": "code_not_reachable",
    "vulnerable_code_cannot_be_controlled_by_adversary": "requires_environment",
    "inline_mitigations_already_exist": "protected_by_mitigating_control",
}
_PRODUCT = "supplymatrix:product"
_Json = dict[str, object]


def cyclonedx_vex(
    statements: Sequence[VexStatement],
    *,
    product: tuple[str, str],
    author: Party | None,
    tool: tuple[str, str],
    time: datetime,
    links: Mapping[str, str] | None = None,
) -> str:
    """Return the document, CycloneDX 1.6.

    product: name and purl of what it is about. tool: name and version. links: purl → reference into a bill of materials
    ("urn:cdx:…/1#…"), for those of its components that are there; None = there is no bill, and the modules stand here.
    """
    name, purl = product
    metadata: _Json = {
        "timestamp": timestamp_of(time),
        "tools": {"components": [{"type": "application", "name": tool[0], "version": tool[1]}]},
        "component": {"bom-ref": purl, "type": "application", "name": name, "purl": purl},
    }
    if author is not None:
        metadata["authors"] = [{"name": author.name, **({"email": author.email} if author.email else {})}]
    components = {
        said.component.purl: said.component for said in statements if said.component.purl not in (links or {})
    }
    document: _Json = {
        "$schema": "http://cyclonedx.org/schema/bom-1.6.schema.json",
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "serialNumber": _UNNAMED,
        "version": 1,
        "metadata": metadata,
        "components": [
            {"bom-ref": ref, "type": "library", "name": module.path, "version": module.version, "purl": ref}
            for ref, module in sorted(components.items())
        ],
        "vulnerabilities": [_vulnerability(said, purl, links or {}) for said in statements],
    }
    text = indented(document) + "\n"
    return text.replace(_UNNAMED, f"urn:uuid:{content_uuid(text.encode())}", 1)


def _vulnerability(said: VexStatement, product: str, links: Mapping[str, str]) -> _Json:
    ref = said.component.purl
    source: _Json = {"name": said.database, **({"url": said.url} if said.url else {})}
    analysis: _Json = {"state": _STATES[said.status]}
    if said.status is VexStatus.NOT_AFFECTED:
        analysis["justification"] = _JUSTIFICATIONS[said.justification]
    analysis["detail"] = _detail(said)
    made: _Json = {"id": said.advisory, "source": source}
    if said.aliases:
        made["references"] = [{"id": alias, "source": {"name": said.database}} for alias in said.aliases]
    if said.summary:
        made["description"] = said.summary
    if said.action:
        made["recommendation"] = said.action
    if said.published:
        made["published"] = f"{said.published}T00:00:00Z"
    made["analysis"] = analysis
    made["affects"] = [
        {"ref": links.get(ref, ref), "versions": [{"version": said.component.version, "status": _of(said)}]}
    ]
    if said.product != product:
        made["properties"] = [{"name": _PRODUCT, "value": said.product}]
    return made


def _of(said: VexStatement) -> str:
    names = {VexStatus.AFFECTED: "affected", VexStatus.NOT_AFFECTED: "unaffected"}
    return names.get(said.status, "unknown")


def _detail(said: VexStatement) -> str:
    why = said.impact or said.action
    whose = f" (said by {said.by}, until {said.until})" if said.until else ""
    return f"{why}{whose}; {said.looked}" if why else said.looked
