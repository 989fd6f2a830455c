"""Read a bill of materials from the disk, and what lies beside it."""

from __future__ import annotations

import hashlib
from pathlib import Path

from supplymatrix.model.value import value
from supplymatrix.sbom.read import SBOM_LIMIT, read_sbom
from supplymatrix.sbom.read_values import ReadSbom
from supplymatrix.sources.files import read_limited

__all__ = ["SbomFile", "read_sbom_file"]

_SIGNATURES = (".sig", ".sigstore.json", ".sigstore")


@value
class SbomFile:
    """What was read. artifact: its path as the user named it; sha256: hex; signature: a file beside it, "" without.

    data: the bytes of which all of that was read.
    """

    artifact: str
    sha256: str
    sbom: ReadSbom
    signature: str
    data: bytes


def read_sbom_file(path: Path) -> SbomFile:
    """Read a bill of materials of any known format. Raises InputError."""
    data = read_limited(path, SBOM_LIMIT, "SBOM")
    beside = (path.with_name(f"{path.name}{ending}") for ending in _SIGNATURES)
    return SbomFile(
        artifact=path.as_posix(),
        sha256=hashlib.sha256(data).hexdigest(),
        sbom=read_sbom(data, path.as_posix()),
        signature=next((found.as_posix() for found in beside if found.is_file()), ""),
        data=data,
    )
