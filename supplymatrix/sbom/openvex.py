"""Statements as OpenVEX, the form that scanners read to keep quiet about what does not concern a product.

The same statements at the same time give the same bytes; the document's name is made from them.

Source: openvex/spec OPENVEX-SPEC.md 0.2.0.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from supplymatrix.sbom.cyclonedx import timestamp_of
from supplymatrix.sbom.indented import indented
from supplymatrix.sbom.serial import content_uuid
from supplymatrix.sbom.vex import VexStatement, VexStatus

__all__ = ["openvex"]

_CONTEXT = "https://openvex.dev/ns/v0.2.0"
_UNNAMED = "urn:uuid:00000000-0000-0000-0000-000000000000"
_Json = dict[str, object]


def openvex(statements: Sequence[VexStatement], *, author: str, role: str, tool: str, time: datetime) -> str:
    """Return the document. author: who answers for it, as the form demands; role: his, "" = none. time: UTC."""
    document: _Json = {
        "@context": _CONTEXT,
        "@id": _UNNAMED,
        "author": author,
        **({"role": role} if role else {}),
        "timestamp": timestamp_of(time),
        "version": 1,
        "tooling": tool,
        "statements": [_statement(statement) for statement in statements],
    }
    text = indented(document) + "\n"
    return text.replace(_UNNAMED, f"urn:uuid:{content_uuid(text.encode())}", 1)


def _statement(said: VexStatement) -> _Json:
    vulnerability: _Json = {"name": said.advisory}
    if said.url:
        vulnerability = {"@id": said.url, **vulnerability}
    if said.summary:
        vulnerability["description"] = said.summary
    if said.aliases:
        vulnerability["aliases"] = list(said.aliases)
    made: _Json = {
        "vulnerability": vulnerability,
        "products": [{"@id": said.product, "subcomponents": [{"@id": said.component.purl}]}],
        "status": str(said.status),
        "status_notes": _notes(said),
    }
    if said.status is VexStatus.NOT_AFFECTED:
        made["justification"] = said.justification
        made["impact_statement"] = said.impact
    if said.status is VexStatus.AFFECTED:
        made["action_statement"] = said.action
    return made


def _notes(said: VexStatement) -> str:
    whose = f"; said by {said.by}, until {said.until}" if said.until else ""
    return f"{said.looked}; database {said.database}{whose}"
