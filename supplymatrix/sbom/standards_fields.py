"""What fields a bill of materials has, and where: CycloneDX JSON and SPDX 2.3 JSON, our own or a foreign one.

Presence is all that is seen here; whether what stands there is true is another question. A value that says that it is
not known (NOASSERTION) is told apart from one that is missing.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum

from supplymatrix.errors import Diagnostic, InputError
from supplymatrix.model.value import value

__all__ = ["MISSING", "FieldReading", "Part", "Presence", "Seen", "read_fields"]

_Object = Mapping[str, object]


class Presence(StrEnum):
    """What stands in a field."""

    PRESENT = "present"
    UNKNOWN = "said to be unknown"
    MISSING = "missing"


@value(kw_only=False)
class Seen:
    """One field. pointer: JSON pointer to its value, "" when it is missing."""

    presence: Presence
    pointer: str = ""


MISSING = Seen(Presence.MISSING)


@value
class Part:
    """One component. name: name@version. fields: what it has, by the ids of `standards`; others are missing."""

    name: str
    pointer: str
    fields: Mapping[str, Seen]


@value
class FieldReading:
    """What a file has. format: "CycloneDX" or "SPDX"; spec: its version. main: the subject, also in `components`, None
    without one."""

    format: str
    spec: str
    document: Mapping[str, Seen]
    components: tuple[Part, ...]
    main: Part | None


def read_fields(document: Mapping[str, object], artifact: str = "") -> FieldReading:
    """Return the fields of a file as read from JSON. Raises InputError when it is neither of the two formats."""
    if document.get("bomFormat") == "CycloneDX":
        from supplymatrix.sbom.standards_cyclonedx import read_cyclonedx_fields

        return read_cyclonedx_fields(document)
    if str(document.get("spdxVersion", "")).startswith("SPDX-2."):
        from supplymatrix.sbom.standards_spdx import read_spdx_fields

        return read_spdx_fields(document)
    is_spdx3 = "@graph" in document
    raise InputError(
        Diagnostic(
            message="SPDX 3 is not looked at field by field" if is_spdx3 else "this is JSON, but no bill of materials",
            artifact=artifact,
            expected="CycloneDX JSON or SPDX 2.3 JSON",
            remedy="write it as CycloneDX or SPDX 2.3 as well: supplymatrix sbom --format spdx-json"
            if is_spdx3
            else "",
        )
    )
