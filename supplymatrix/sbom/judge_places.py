"""The places in which a file of this program's says that licences were read, held against the licence files here."""

from __future__ import annotations

import re
from collections.abc import Iterator

from supplymatrix.model.licence import LicenceSource
from supplymatrix.model.module import ModuleVersion
from supplymatrix.model.value import changed
from supplymatrix.sbom.evidence import Evidence
from supplymatrix.sbom.read_values import ReadComponent
from supplymatrix.sbom.statements import Statement, Topic, Truth

__all__ = ["FOUND", "judge_places"]

FOUND = "supplymatrix:licence:found"
_PLACE = re.compile(r"(.+):(\d{1,9})-\d{1,9} \S.*")


def judge_places(component: ReadComponent, module: ModuleVersion, evidence: Evidence) -> Iterator[Statement]:
    """Yield whether a licence text is in each file, and begins in each line, that the component names. module: the name
    under which the evidence has its licence.

    Which files below the root count depends on what is built, so that one that is missing is only told of the root.
    """
    read = evidence.licences.get(module)
    begins = {file.path: {match.start for match in file.matches} for file in read.files} if read is not None else {}
    for path, line in (*component.places, *_found(component)):
        told = Statement(topic=Topic.LICENCE, truth=Truth.TRUE, subject=component.title, said=f"in {path}"[:500])
        told = changed(told, said=f"{told.said}, line {line}") if line else told
        if read is None or not begins:
            yield changed(told, truth=Truth.NOT_CHECKED, reason="its licence files are not on this machine")
        elif read.source is LicenceSource.VENDOR or not (evidence.zip_is_proven(module) or not module.version):
            yield changed(told, truth=Truth.NOT_CHECKED, reason="its licence files here are not held against the log")
        elif path not in begins and "/" in path:
            yield changed(told, truth=Truth.NOT_CHECKED, reason="which files of folders count depends on what is built")
        elif path not in begins:
            yield changed(told, truth=Truth.FALSE, found=f"licence files here are {', '.join(sorted(begins)[:5])}")
        elif line and line not in begins[path]:
            lines = ", ".join(map(str, sorted(begins[path])[:10]))
            yield changed(told, truth=Truth.FALSE, found=f"in {path} one begins in line {lines or 'none'}")
        else:
            yield told


def _found(component: ReadComponent) -> Iterator[tuple[str, int]]:
    """Yield the places that SPDX has in an annotation: "LICENSE:1-21 MIT 100% text"."""
    for name, text in component.properties:
        found = _PLACE.fullmatch(text) if name == FOUND else None
        if found:
            yield found[1], int(found[2])
