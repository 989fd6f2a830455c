"""`.go-version` and `.tool-versions`: the Go that version managers and CI take."""

from __future__ import annotations

import re

from supplymatrix.buildfiles.found import BuildFile, GoUse, Role
from supplymatrix.buildfiles.scripts import shown
from supplymatrix.model.location import Location

__all__ = ["read_version_file"]

_MAX_BYTES = 1 << 16
_VERSION = re.compile(r"(?:go)?(1\.[0-9]{1,4}(?:\.[0-9]{1,4}|(?:rc|beta)[0-9]{1,3})?)")
_TOOL = re.compile(r"(?:golang|go)[ \t]+(\S+)")


def read_version_file(data: bytes, artifact: str) -> BuildFile:
    """Return what the file shows; a line that names no Go is none of ours."""
    gos = []
    is_list = artifact.endswith(".tool-versions")
    for number, line in enumerate(data[:_MAX_BYTES].decode("utf-8", "replace").split("\n"), 1):
        text = line.partition("#")[0].strip()
        named = _TOOL.match(text) if is_list else None
        word = named[1] if named else "" if is_list else text
        found = _VERSION.fullmatch(word)
        if found:
            place = Location(artifact=artifact, line=number, column=1)
            gos.append(GoUse(version=found[1], role=Role.CI, location=place, words=shown(text)))
    return BuildFile(artifact=artifact, kind="version file", gos=tuple(gos))
