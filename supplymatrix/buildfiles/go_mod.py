"""go.mod and go.work as build files: the least Go, the toolchain that they suggest, GODEBUG settings."""

from __future__ import annotations

from supplymatrix.buildfiles.found import BuildFile, GoUse, Role, Sign
from supplymatrix.gomod.modfile import GoMod, GoWork, parse_go_mod, parse_go_work
from supplymatrix.model.location import Location
from supplymatrix.model.vendor import DetectKind

__all__ = ["go_mod_found", "read_go_mod", "read_go_work"]


def read_go_mod(data: bytes, artifact: str) -> BuildFile:
    """Return what a go.mod shows. Raises InputError."""
    return go_mod_found(parse_go_mod(data, artifact), artifact)


def read_go_work(data: bytes, artifact: str) -> BuildFile:
    """Return what a go.work shows. Raises InputError."""
    return go_mod_found(parse_go_work(data, artifact), artifact)


def go_mod_found(mod: GoMod | GoWork, artifact: str) -> BuildFile:
    """Return what a go.mod or go.work shows that was read already.

    The toolchain line names a Go that the go command fetches when its own is older: the least that builds, too.
    """
    gos: list[GoUse] = []
    for entry, word in ((mod.go, "go"), (mod.toolchain, "toolchain")):
        if entry is None:
            continue
        version = entry.text.removeprefix("go").partition("-")[0]
        if entry.text in ("default", "local"):
            continue
        gos.append(
            GoUse(
                version=version,
                role=Role.PROJECT,
                location=_placed(entry.location, artifact),
                words=f"{word} {entry.text}",
                is_least=True,
            )
        )
    signs = tuple(
        Sign(
            kind=DetectKind.GODEBUG,
            texts=(f"{entry.key}={entry.value}",),
            role=Role.PROJECT,
            location=_placed(entry.location, artifact),
            words=f"godebug {entry.key}={entry.value}",
        )
        for entry in mod.godebug
    )
    return BuildFile(artifact=artifact, kind=artifact.rpartition("/")[2], signs=signs, gos=tuple(gos))


def _placed(place: Location, artifact: str) -> Location:
    return Location(artifact=artifact, line=place.line, column=place.column, end_column=place.end_column)
