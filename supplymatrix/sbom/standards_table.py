"""What standards ask of a bill of materials, field by field, each with its clause and how well the clause is known.

`KNOWN`: the row was written from knowledge of the standard's own text, which was not read again for it. `SECOND_HAND`:
it was written from what others say of the standard. Field ids are those of `standards_fields`.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType

from supplymatrix.model.value import value

__all__ = ["STANDARDS", "Confidence", "Level", "Needed", "Scope", "Standard"]


class Confidence(StrEnum):
    """How well a row is known."""

    KNOWN = "known text"
    SECOND_HAND = "second-hand"


class Level(StrEnum):
    """Whether a field must be there. Only what is required decides the exit code."""

    REQUIRED = "required"
    WHERE_IT_EXISTS = "where it exists"
    RECOMMENDED = "recommended"


class Scope(StrEnum):
    """What a field belongs to."""

    DOCUMENT = "document"
    SUBJECT = "subject"
    COMPONENT = "every component"


@value(kw_only=False)
class Needed:
    """One field. name: as the standard calls it. field: an id of `standards_fields`. clause: where it is asked for.

    unknown_counts: the standard takes a value that says that it is not known.
    """

    name: str
    field: str
    scope: Scope
    clause: str
    level: Level = Level.REQUIRED
    confidence: Confidence = Confidence.KNOWN
    unknown_counts: bool = False


@value
class Standard:
    """id: for --standard. formats: each with the least version that it takes, "" = any; others it does not take at all.

    below: the first version of a format that it does not take any more. note: what a reader has to know besides.
    """

    id: str
    title: str
    formats: Mapping[str, str]
    fields: tuple[Needed, ...]
    note: str = ""
    below: Mapping[str, str] = MappingProxyType({})


_DOC, _SUB, _COM = Scope.DOCUMENT, Scope.SUBJECT, Scope.COMPONENT
_ANY = {"CycloneDX": "", "SPDX": ""}
_TWO_HANDS = Confidence.SECOND_HAND


def _minimum(name: str, field: str, scope: Scope, *, unknown: bool = False) -> Needed:
    return Needed(name, field, scope, "Data Fields", unknown_counts=unknown)


def _final(name: str, field: str, scope: Scope, *, unknown: bool = False) -> Needed:
    return Needed(name, field, scope, "Appendix A", confidence=_TWO_HANDS, unknown_counts=unknown)


def _bsi(name: str, field: str, scope: Scope, clause: str, level: Level = Level.REQUIRED) -> Needed:
    return Needed(name, field, scope, clause, level)


def _fsct(name: str, field: str, scope: Scope, confidence: Confidence = Confidence.KNOWN) -> Needed:
    return Needed(name, field, scope, "2.2 Baseline Attributes", confidence=confidence, unknown_counts=scope is _COM)


def _telco(name: str, field: str, scope: Scope, clause: str = "3.2", level: Level = Level.REQUIRED) -> Needed:
    unknown = field in ("download_location", "licence_declared", "licence_concluded", "copyright")
    return Needed(name, field, scope, clause, level, _TWO_HANDS, unknown)


_NTIA = Standard(
    id="ntia-2021",
    title="NTIA, The Minimum Elements for a Software Bill of Materials, July 2021",
    formats=_ANY,
    fields=(
        _minimum("Author of SBOM Data", "author", _DOC),
        _minimum("Timestamp", "timestamp", _DOC),
        _minimum("Supplier Name", "supplier", _COM),
        _minimum("Component Name", "name", _COM),
        _minimum("Version of the Component", "version", _COM),
        _minimum("Other Unique Identifiers", "identifier", _COM),
        _minimum("Dependency Relationship", "relationship", _COM, unknown=True),
    ),
)
_CISA_2025 = Standard(
    id="cisa-2025",
    title="CISA, Minimum Elements for a Software Bill of Materials, draft of August 2025",
    formats=_ANY,
    fields=(
        _minimum("SBOM Author", "author", _DOC),
        _minimum("Timestamp", "timestamp", _DOC),
        _minimum("Tool Name", "tool_name", _DOC),
        _minimum("Generation Context", "context", _DOC),
        _minimum("Software Producer", "supplier", _COM, unknown=True),
        _minimum("Component Name", "name", _COM),
        _minimum("Component Version", "version", _COM, unknown=True),
        _minimum("Software Identifiers", "identifier", _COM),
        _minimum("Component Hash", "hash", _COM),
        _minimum("License", "licence", _COM, unknown=True),
        _minimum("Dependency Relationship", "relationship", _COM, unknown=True),
    ),
    note="a draft; the document of July 2026 takes its place",
)
_CISA_2026 = Standard(
    id="cisa-2026",
    title="CISA, 2026 Minimum Elements for a Software Bill of Materials, July 2026",
    formats=_ANY,
    fields=(
        _final("SBOM Author", "author", _DOC),
        _final("SBOM Author Signature", "signature", _DOC),
        _final("SBOM Data Format Name", "format", _DOC),
        _final("SBOM Data Format Version", "format_version", _DOC),
        _final("SBOM Generation Context", "context", _DOC),
        _final("SBOM Timestamp", "timestamp", _DOC),
        _final("SBOM Tool Name", "tool_name", _DOC),
        _final("SBOM Tool Version", "tool_version", _DOC, unknown=True),
        _final("SBOM Version", "sbom_version", _DOC),
        _final("Component Producer", "supplier", _COM, unknown=True),
        _final("Component Dependency Relationship", "relationship", _COM, unknown=True),
        _final("Component Hash Value", "hash", _COM),
        _final("Component Hash Algorithm", "strong_hash", _COM),
        _final("Component Identifiers", "identifier", _COM),
        _final("Component License", "licence", _COM, unknown=True),
        _final("Component Name", "name", _COM),
        _final("Component Version", "version", _COM, unknown=True),
    ),
    note="known second-hand only: the document itself was not at hand. It takes the place of NTIA 2021",
)
_BSI = Standard(
    id="bsi-tr-03183-2-2.1",
    title="BSI TR-03183 part 2, Software Bill of Materials, version 2.1.0 of August 2025",
    formats={"CycloneDX": "1.6", "SPDX": "3.0.1"},
    fields=(
        _bsi("Creator of the SBOM", "author_contact", _DOC, "5.2.1"),
        _bsi("Timestamp", "timestamp", _DOC, "5.2.1"),
        _bsi("SBOM-URI", "identifier", _DOC, "5.2.3", Level.WHERE_IT_EXISTS),
        _bsi("Component creator", "creator_contact", _COM, "5.2.2"),
        _bsi("Component name", "name", _COM, "5.2.2"),
        _bsi("Component version", "version", _COM, "5.2.2"),
        _bsi("Filename of the component", "filename", _COM, "5.2.2"),
        _bsi("Dependencies on other components", "completeness", _COM, "5.2.2"),
        _bsi("Distribution licences", "licence_concluded", _COM, "5.2.2"),
        _bsi("Hash value of the deployable component", "sha512", _COM, "5.2.2"),
        _bsi("Executable property", "executable", _COM, "5.2.2"),
        _bsi("Archive property", "archive", _COM, "5.2.2"),
        _bsi("Structured property", "structured", _COM, "5.2.2"),
        _bsi("Source code URI", "source_uri", _COM, "5.2.4", Level.WHERE_IT_EXISTS),
        _bsi("URI of the deployable form", "deployable_uri", _COM, "5.2.4", Level.WHERE_IT_EXISTS),
        _bsi("Other unique identifiers", "identifier", _COM, "5.2.4", Level.WHERE_IT_EXISTS),
        _bsi("Original licences", "licence_declared", _COM, "5.2.4", Level.WHERE_IT_EXISTS),
    ),
    note="CycloneDX from 1.6 on, SPDX from 3.0.1 on",
)
_FSCT = Standard(
    id="fsct-3",
    title="CISA, Framing Software Component Transparency, third edition of 2024, minimum",
    formats=_ANY,
    fields=(
        _fsct("Author Name", "author", _DOC),
        _fsct("Timestamp", "timestamp", _DOC),
        Needed("Type", "context", _DOC, "2.2 Baseline Attributes", Level.RECOMMENDED),
        _fsct("Primary Component", "primary", _DOC),
        _fsct("Component Name", "name", _COM),
        _fsct("Version", "version", _COM),
        _fsct("Supplier Name", "supplier", _COM),
        _fsct("Unique Identifier", "identifier", _COM),
        _fsct("Cryptographic Hash", "hash", _COM, _TWO_HANDS),
        _fsct("Relationship", "relationship", _COM),
        _fsct("Relationship Completeness", "completeness", _COM, _TWO_HANDS),
        _fsct("License", "licence", _SUB, _TWO_HANDS),
        _fsct("Copyright Holder", "copyright", _SUB, _TWO_HANDS),
    ),
    note="what cannot be known may be said to be unknown; of licence and copyright the minimum is that of the subject",
)
_TELCO = Standard(
    id="telco-1.1",
    title="OpenChain Telco SBOM Guide, version 1.1",
    formats={"SPDX": "2.2"},
    below={"SPDX": "3"},
    fields=(
        _telco("SPDXVersion", "format_version", _DOC, "3.1"),
        _telco("DataLicense", "data_licence", _DOC),
        _telco("SPDXID", "document_id", _DOC),
        _telco("DocumentName", "document_name", _DOC),
        _telco("DocumentNamespace", "namespace", _DOC),
        _telco("Creator: person or organisation", "author", _DOC),
        _telco("Creator: tool", "tool_name", _DOC),
        _telco("Creator: version of the tool", "tool_version", _DOC),
        _telco("Created", "timestamp", _DOC),
        _telco("CreatorComment with the type of SBOM", "context", _DOC, "3.5"),
        _telco("Relationship DESCRIBES", "describes", _DOC),
        _telco("Relationship CONTAINS", "contains", _DOC),
        _telco("PackageName", "name", _COM),
        _telco("SPDXID of the package", "spdx_id", _COM),
        _telco("PackageVersion", "version", _COM),
        _telco("PackageSupplier", "supplier", _COM),
        _telco("PackageDownloadLocation", "download_location", _COM),
        _telco("PackageLicenseConcluded", "licence_concluded", _COM),
        _telco("PackageLicenseDeclared", "licence_declared", _COM),
        _telco("PackageCopyrightText", "copyright", _COM),
        _telco("PackageChecksum", "hash", _COM, level=Level.RECOMMENDED),
        _telco("ExternalRef purl", "purl", _COM, level=Level.RECOMMENDED),
    ),
    note="it takes SPDX 2.2 and 2.3 only",
)

STANDARDS: Mapping[str, Standard] = {
    standard.id: standard for standard in (_NTIA, _CISA_2025, _CISA_2026, _BSI, _FSCT, _TELCO)
}
"""Every standard, by its id, the oldest first."""
