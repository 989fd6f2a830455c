"""New dates and digests in the text of a profile, with everything else as it stands: comments, order, line ends."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from supplymatrix.documents.toml_spans import KeyPath
from supplymatrix.documents.toml_text import TomlText, read_toml
from supplymatrix.model.location import Location
from supplymatrix.model.value import value
from supplymatrix.vendors.profile_reader import PAGE

__all__ = ["Reading", "with_readings"]


@value
class Reading:
    """What is to be written of one evidence. sha256: of the bytes read that day, "" = leave it as it is."""

    retrieved_at: date
    sha256: str = ""


def with_readings(data: bytes, artifact: str, readings: Mapping[str, Reading]) -> bytes:
    """Return the bytes of a profile with other readings of some evidence, by id; ids that are not there are left out.

    data: of a file that `parse_profile` takes. Raises InputError for another one.
    """
    toml = read_toml(data, artifact, page=PAGE)
    lines = data.decode("utf-8").split("\n")
    line_end = "\r\n" if b"\r\n" in data else "\n"
    edits: list[tuple[Location, str]] = []
    for number, row in enumerate(toml.values.get("evidence", ())):
        reading = readings.get(str(row.get("id", "")))
        if reading is not None:
            edits += _edits(toml, row, ("evidence", number), reading, line_end)
    for place, text in sorted(edits, key=lambda edit: (edit[0].line, edit[0].column), reverse=True):
        line = lines[place.line - 1]
        lines[place.line - 1] = line[: place.column - 1] + text + line[place.end_column - 1 :]
    return "\n".join(lines).encode("utf-8")


def _edits(
    toml: TomlText, row: Mapping[str, Any], path: KeyPath, reading: Reading, line_end: str
) -> list[tuple[Location, str]]:
    """Return what to put where; what is replaced spans no more than one line."""
    day = toml.spans[*path, "retrieved_at"].value
    edits = [(day, str(reading.retrieved_at))]
    if not reading.sha256:
        return edits
    digest = f'"{reading.sha256}"'
    if "sha256" in row:
        return [*edits, (toml.spans[*path, "sha256"].value, digest)]
    is_inline = not toml.lines[toml.spans[path].key.line - 1].lstrip().startswith("[[")
    behind = ", " if is_inline else line_end
    key = toml.spans[*path, "retrieved_at"].key
    # In front of the date's own key: behind its value there may be a comment.
    start = Location(artifact=key.artifact, line=key.line, column=key.column, end_line=key.line, end_column=key.column)
    return [*edits, (start, f"sha256 = {digest}{behind}")]
