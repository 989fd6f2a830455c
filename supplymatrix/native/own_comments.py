"""C code that stands in Go files alone, above their imports of "C": it is compiled as any other C code is."""

from __future__ import annotations

import posixpath

from supplymatrix.model.location import Location
from supplymatrix.model.module import ModuleVersion
from supplymatrix.model.native_code import (
    LicencePosition,
    LinkMode,
    LinkOutcome,
    NativeCode,
    NativeProof,
    PositionOf,
)
from supplymatrix.native.near_licence import NearLicence
from supplymatrix.native.package_scan import PackageText
from supplymatrix.native.positions import position_of

__all__ = ["comment_code"]

_FILES = 20
_NOTE = "it stands in the Go files, above their imports of C, and links no more than the system's libraries"


def comment_code(
    subject: ModuleVersion, package: PackageText, own: NearLicence, location: Location, *, folder: str, is_own: bool
) -> NativeCode:
    """Return the fact of a package whose C is in its Go files. own: the module's licence, which is theirs. folder: of
    the module in the project, whose own it is with is_own."""
    names = [posixpath.join(package.folder, file.name) for file in package.go_files if file.uses_c]
    if is_own and names:
        location = Location(artifact=posixpath.join(folder, names[0]), line=1)
    position = position_of(own.expression, LinkMode.BUNDLED)
    if is_own and not own.expression:
        position = LicencePosition(
            outcome=LinkOutcome.PERMISSIVE,
            of=PositionOf.NOBODY,
            source="",
            words="it is part of the project's own Go files, whose licence is the project's to say",
        )
    return NativeCode(
        subject=subject,
        library="",
        mode=LinkMode.BUNDLED,
        proof=NativeProof.SOURCE,
        position=position,
        location=location,
        licence=own.expression,
        licence_from=f"{own.source}, the module's own" if own.expression else "",
        files=tuple(names)[:_FILES],
        count=len(names),
        packages=(package.path,),
        notes=(_NOTE,),
    )
