"""What fields a bill of materials has, and where: CycloneDX JSON and SPDX 2.3 or 3 JSON, our own or a foreign one.

Presence is all that is seen here; whether what stands there is true is another question. A value that says that it is
not known (NOASSERTION) is told apart from one that is missing.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from enum import StrEnum

from supplymatrix.errors import Diagnostic, InputError
from supplymatrix.model.value import value

__all__ = [
    "MISSING", "FieldReading", "Part", "Presence", "Seen", "derived_fields", "kind_of", "read_fields", "version_seen",
]  # fmt: skip

_Object = Mapping[str, object]
_MADE_UP = "unversioned-"
_NO_VERSIONS = frozenset({"(devel)", "unknown", "noassertion", "none", "n/a"})
_PURLS = (("pkg:golang/stdlib", "stdlib"), ("pkg:golang/std@", "stdlib"), ("pkg:generic/go@", "toolchain"),
          ("pkg:golang/", "module"))  # fmt: skip


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
    """One component. name: name@version. fields: what it has, by the ids of `standards`; others are missing.

    kind: "module", "stdlib", "toolchain", "native" or "main", as the file says or its purl tells, "" = nobody knows.
    derived: fields of which the file says that nobody named them: they were read from a path or an address.
    """

    name: str
    pointer: str
    fields: Mapping[str, Seen]
    kind: str = ""
    derived: frozenset[str] = frozenset()


@value
class FieldReading:
    """What a file has. format: "CycloneDX" or "SPDX"; spec: its version. main: the subject, also in `components`, None
    without one. is_ours: this program has written it."""

    format: str
    spec: str
    document: Mapping[str, Seen]
    components: tuple[Part, ...]
    main: Part | None
    is_ours: bool = False


def version_seen(version: str, pointer: str) -> Seen:
    """Return what a version field says: a name in the place of one says that there is none that is known."""
    if not version:
        return MISSING
    is_none = version.startswith(_MADE_UP) or version.lower() in _NO_VERSIONS
    return Seen(Presence.UNKNOWN if is_none else Presence.PRESENT, pointer)


def kind_of(purl: str, lines: Iterable[str]) -> str:
    """Return what a component is. lines: what the file says of it, "supplymatrix:kind = module" among others."""
    told = next((line.partition("=")[2].strip() for line in lines if line.startswith("supplymatrix:kind =")), "")
    return told or next((kind for start, kind in _PURLS if purl.startswith(start)), "")


def derived_fields(lines: Iterable[str]) -> frozenset[str]:
    """Return the fields of a component that were read from its path or address, as the file says."""
    told = any(line.startswith("supplymatrix:derived = the supplier") and " is read from " in line for line in lines)
    return frozenset({"supplier", "creator_contact"}) if told else frozenset()


def read_fields(document: Mapping[str, object], artifact: str = "") -> FieldReading:
    """Return the fields of a file as read from JSON. Raises InputError when it is none of the three formats."""
    if document.get("bomFormat") == "CycloneDX":
        from supplymatrix.sbom.standards_cyclonedx import read_cyclonedx_fields

        return read_cyclonedx_fields(document)
    if str(document.get("spdxVersion", "")).startswith("SPDX-2."):
        from supplymatrix.sbom.standards_spdx import read_spdx_fields

        return read_spdx_fields(document)
    graph = document.get("@graph")
    if isinstance(graph, list) and any(isinstance(one, dict) and one.get("type") == "CreationInfo" for one in graph):
        from supplymatrix.sbom.standards_spdx3 import read_spdx3_fields

        return read_spdx3_fields(document)
    raise InputError(
        Diagnostic(
            message="this is JSON, but no bill of materials",
            artifact=artifact,
            expected="CycloneDX JSON, or SPDX 2.3 or 3 JSON",
        )
    )
