"""Which fields of which standards a bill of materials has: presence, never truth.

judged = judge(read_fields(document), STANDARDS["ntia-2021"])
judged.is_met         # every required field is there
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from supplymatrix.model.value import value
from supplymatrix.sbom.standards_fields import MISSING, FieldReading, Part, Presence, Seen
from supplymatrix.sbom.standards_table import Level, Needed, Scope, Standard

__all__ = ["Judged", "Row", "judge"]

_NAMED = 3
_KINDS = ("main", "module", "go", "native")
_SUPPLIER = {
    "main": "supplymatrix config author names that of the subject",
    "module": "supplymatrix sbom reads it from module paths; of others nobody knows it",
}
_ZIP = {
    "main": "the subject has no hash before it is built",
    "module": "go mod download fetches the zips that are missing, and supplymatrix sbom hashes them; a folder has none",
    "go": "nothing brings it for the standard library and the toolchain: they have no zip of their own",
    "native": "nothing brings it for a system library",
}
_PLACE = {
    "main": "the subject has no address of its own before it is published",
    "module": "supplymatrix sbom writes it where the module path or the module cache tells it",
    "go": "nothing brings it for the standard library and the toolchain: they come with Go",
    "native": "nothing brings it for a system library",
}
_BY_KIND: Mapping[str, Mapping[str, str]] = {
    **dict.fromkeys(("supplier", "creator_contact"), _SUPPLIER),
    **dict.fromkeys(("hash", "strong_hash", "sha512", "filename", "executable", "archive", "structured"), _ZIP),
    **dict.fromkeys(("source_uri", "deployable_uri", "download_location"), _PLACE),
}
"""What would bring a field, by what lacks it."""
_REMEDIES: Mapping[str, str] = {
    "author": "supplymatrix config author",
    "author_contact": "supplymatrix config author, with an e-mail address or a URL",
    "version": "a git tag on the commit; a local folder has no version",
    "signature": "supplymatrix sbom --sign KEY.pem signs CycloneDX JSON inside",
    "licence": "supplymatrix licences shows why it is not known",
    "licence_declared": "supplymatrix licences shows why it is not known",
    "licence_concluded": "supplymatrix licences shows why it is not known",
    "identifier": "a module path has a purl; a native library and a folder without a path have none",
    "copyright": "a copyright line in the licence file",
    "completeness": "supplymatrix sbom --format cyclonedx-json",
    "relationship": "supplymatrix sbom, with `go` on PATH or go.mod files in the module cache",
}
_SPDX_HAS_NONE: Mapping[str, str] = {
    "signature": "SPDX has no field for it; supplymatrix sbom --sign KEY.pem writes one beside the file",
    "sbom_version": "SPDX has no field for it: supplymatrix sbom --format cyclonedx-json",
}


@value
class Row:
    """What became of one field. present, unknown: in how many of the `of` places it stands, and is said to be unknown.

    derived: in how many of the places where it is present the file says that nobody named it: it was read from a path.
    pointer: of the first place where it stands, "" without. lacking: the first names of those where it does not stand,
    of the components; remedy: what would bring it, "" when nothing is lacking.
    """

    needed: Needed
    present: int
    unknown: int
    of: int
    pointer: str
    lacking: tuple[str, ...]
    remedy: str
    derived: int = 0

    @property
    def satisfied(self) -> int:
        """In how many places the standard finds what it asks for."""
        return self.present + (self.unknown if self.needed.unknown_counts else 0)

    @property
    def is_there(self) -> bool:
        """Whether it is there everywhere; where there is no place for it, it is not."""
        return 0 < self.of == self.satisfied


@value
class Judged:
    """A file beside one standard. refusal: why the standard does not take files of this format at all, "" = it does;
    remedy: then what to do. rows: empty when the format is not one of the standard's at all."""

    standard: Standard
    rows: tuple[Row, ...]
    refusal: str = ""
    remedy: str = ""

    @property
    def applies(self) -> bool:
        """Whether the standard speaks of such files: a format that it does not take at all is none of its matter."""
        return bool(self.rows)

    @property
    def required(self) -> tuple[Row, ...]:
        """The rows that have to be there."""
        return tuple(row for row in self.rows if row.needed.level is Level.REQUIRED)

    @property
    def is_met(self) -> bool:
        """Whether every required field is there, in a format that the standard takes."""
        return self.applies and not self.refusal and all(row.is_there for row in self.required)


def judge(reading: FieldReading, standard: Standard) -> Judged:
    """Return what of a standard's fields a file has."""
    least = standard.formats.get(reading.format)
    if least is None:
        others = " or ".join(standard.formats)
        return Judged(
            standard=standard,
            rows=(),
            refusal=f"not applicable: it asks for {others}, and this is {reading.format}",
            remedy="supplymatrix sbom --format spdx-json" if "SPDX" in standard.formats else "",
        )
    limit = standard.below.get(reading.format, "")
    if limit and _number(reading.spec) >= _number(limit):
        refusal = f"not applicable: it takes {reading.format} below {limit}, and this is {reading.spec}"
        return Judged(standard=standard, rows=(), refusal=refusal, remedy="supplymatrix sbom --format spdx-json")
    rows = tuple(_row(reading, needed) for needed in standard.fields)
    if _number(reading.spec) >= _number(least):
        return Judged(standard=standard, rows=rows)
    return Judged(
        standard=standard,
        rows=rows,
        refusal=f"it takes {reading.format} from {least} on, and this is {reading.format} {reading.spec}",
        remedy="supplymatrix sbom --format cyclonedx-json" + (" or spdx-3-json" if reading.format == "SPDX" else ""),
    )


def _row(reading: FieldReading, needed: Needed) -> Row:
    parts = _places(reading, needed.scope)
    found = [(part, part.fields.get(needed.field, MISSING)) for part in parts]
    present = [seen for _, seen in found if seen.presence is Presence.PRESENT]
    unknown = [seen for _, seen in found if seen.presence is Presence.UNKNOWN]
    lacking = [part for part, seen in found if not _satisfies(seen, needed)]
    named = () if needed.scope is Scope.DOCUMENT else tuple(part.name for part in lacking[:_NAMED])
    return Row(
        needed=needed,
        present=len(present),
        unknown=len(unknown),
        of=len(found),
        pointer=next((seen.pointer for seen in (*present, *unknown)), ""),
        lacking=named,
        remedy=_remedy(reading, needed, lacking) if lacking or not found else "",
        derived=sum(needed.field in part.derived for part, seen in found if seen.presence is Presence.PRESENT),
    )


def _places(reading: FieldReading, scope: Scope) -> Sequence[Part]:
    if scope is Scope.DOCUMENT:
        return [Part(name="", pointer="", fields=reading.document)]
    if scope is Scope.SUBJECT:
        return [] if reading.main is None else [reading.main]
    return reading.components


def _satisfies(seen: Seen, needed: Needed) -> bool:
    return seen.presence is Presence.PRESENT or (needed.unknown_counts and seen.presence is Presence.UNKNOWN)


def _remedy(reading: FieldReading, needed: Needed, lacking: Sequence[Part]) -> str:
    if reading.format == "SPDX" and needed.field in _SPDX_HAS_NONE:
        return _SPDX_HAS_NONE[needed.field]
    by_kind = _BY_KIND.get(needed.field)
    if by_kind is not None:
        kinds = [_kind(part, reading) for part in lacking]
        words = (by_kind.get(kind, by_kind["module"]) for kind in sorted(set(kinds), key=_KINDS.index))
        return "; ".join(dict.fromkeys(words))
    nothing = "nothing here has it: supplymatrix sbom has written all that it knew"
    return _REMEDIES.get(needed.field, nothing if reading.is_ours else "supplymatrix sbom writes it")


def _kind(part: Part, reading: FieldReading) -> str:
    if part is reading.main:
        return "main"
    kind = "go" if part.kind in ("stdlib", "toolchain") else part.kind
    return kind if kind in _KINDS else "module"


def _number(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in re.findall(r"\d{1,9}", version))
