"""Where something stands, and how we know it."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from supplymatrix.model.value import value

__all__ = ["Location", "Origin", "Provenance"]


@value(order=True)
class Location:
    """A place in an artifact, counted as SARIF counts: lines and columns from 1, end column one past the last
    character.

    artifact: path relative to the subject's root, `/`-separated. 0 in a number means "not known".
    pointer: TOML key path, ELF section or alike, for artifacts without useful lines.
    """

    artifact: str
    line: int = 0
    column: int = 0
    end_line: int = 0
    end_column: int = 0
    pointer: str = ""

    def __str__(self) -> str:
        place = self.artifact
        if self.line:
            place += f":{self.line}"
            if self.column:
                place += f":{self.column}"
        return place


class Origin(StrEnum):
    """What kind of source a fact was taken from."""

    FILE = "file"
    BINARY = "binary"
    IMAGE = "image"
    GO_COMMAND = "go-command"
    SUMDB = "sumdb"
    FEED = "feed"
    PROFILE = "profile"
    USER = "user"


@value
class Provenance:
    """How a fact is known. tool: what read it; sha256: hex digest of the bytes read; retrieved_at: UTC, None for
    local files."""

    origin: Origin
    tool: str
    sha256: str = ""
    retrieved_at: datetime | None = None
