"""What a build file shows: signs of vendors' paths, the Go that it names, processors, and what cannot be told of it."""

from __future__ import annotations

from enum import StrEnum

from supplymatrix.model.fact import Gap
from supplymatrix.model.location import Location
from supplymatrix.model.value import value
from supplymatrix.model.vendor import DetectKind
from supplymatrix.model.vendor_path import PathPart, Pinned

__all__ = [
    "NOTHING_FOUND", "ArchUse", "BuildFile", "GoUse", "NamedFile", "Role", "Sign", "Tool", "gap_alone", "together",
]  # fmt: skip

LONGEST_WORDS = 200


class Role(StrEnum):
    """For what something serves. BOTH: the build and the running program; OTHER: a stage that the last one does not
    need, which may be built by its name; DEVELOPMENT: in what people work, and what runs beside it; PROJECT: the tree
    itself; BINARY: a program that was built, which tells what was and not what will be."""

    BUILD = "build"
    RUNTIME = "runtime"
    BOTH = "build and runtime"
    OTHER = "other stage"
    DEVELOPMENT = "development"
    CI = "ci"
    PROJECT = "project"
    BINARY = "binary"


@value
class Sign:
    """One thing that a detect pattern may match. texts: its forms, the one as written first ("ubuntu:24.04",
    "docker.io/library/ubuntu:24.04"); words: its line, as a reader finds it. on: of a package, the images or apk
    repositories that it is installed on, in the same forms, () = not known. manager: of a package: "apt", "dnf" …
    reference: of an image or an action all that is written, digest or ref too ("actions/setup-go@v5"), "" = as the
    first text. version: of a package what is asked for (">= 1.22"), of an action what a comment says that its commit
    is. stage: of a Dockerfile, or the job of CI. is_tried: it is one of several that a matrix of CI tries."""

    kind: DetectKind
    texts: tuple[str, ...]
    role: Role
    location: Location
    words: str
    on: tuple[str, ...] = ()
    manager: str = ""
    reference: str = ""
    version: str = ""
    stage: str = ""
    is_tried: bool = False


@value
class GoUse:
    """One place that names a Go. version: "1.25.3"; a minor "1.25" that floats; "" where none can be told ("latest",
    "stable", a digest alone). is_least: from go.mod, which names only the oldest Go that will do."""

    version: str
    role: Role
    location: Location
    words: str
    is_least: bool = False


@value
class ArchUse:
    """A processor that the project is built for, in Go's names."""

    arch: str
    location: Location
    words: str


@value
class Tool:
    """One thing of the way to a program that no detect pattern is about: what signs, an included CI file, the empty
    image. what: its name as a reader finds it; wants: what to write to pin it, "" for nothing."""

    part: PathPart
    what: str
    pinned: Pinned
    role: Role
    location: Location
    words: str
    version: str = ""
    stage: str = ""
    wants: str = ""


@value
class NamedFile:
    """A file of the same tree that a build file says is a part of the build. paths: those that it may be, `/`-separated
    from the project's folder, of which one is read at most; kind: as what it is read."""

    paths: tuple[str, ...]
    kind: str
    location: Location
    words: str


@value
class BuildFile:
    """One file. kind: "dockerfile", "snapcraft" … beside: images of what runs beside the program or its tests, such as
    databases: they are in use, and on no path of the program. tools: what else is in use. named: other files of it."""

    artifact: str
    kind: str
    signs: tuple[Sign, ...] = ()
    gos: tuple[GoUse, ...] = ()
    arches: tuple[ArchUse, ...] = ()
    gaps: tuple[Gap, ...] = ()
    beside: tuple[Sign, ...] = ()
    tools: tuple[Tool, ...] = ()
    named: tuple[NamedFile, ...] = ()


NOTHING_FOUND = BuildFile(artifact="", kind="")


def together(artifact: str, kind: str, *parts: BuildFile) -> BuildFile:
    """Return what several parts of one file show."""
    return BuildFile(
        artifact=artifact,
        kind=kind,
        signs=tuple(sign for part in parts for sign in part.signs),
        gos=tuple(use for part in parts for use in part.gos),
        arches=tuple(use for part in parts for use in part.arches),
        gaps=tuple(gap for part in parts for gap in part.gaps),
        beside=tuple(sign for part in parts for sign in part.beside),
        tools=tuple(tool for part in parts for tool in part.tools),
        named=tuple(file for part in parts for file in part.named),
    )


def gap_alone(gap: Gap) -> BuildFile:
    """Return a part of a file of which nothing is known but a gap."""
    return BuildFile(artifact="", kind="", gaps=(gap,))
