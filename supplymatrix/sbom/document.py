"""A bill of materials as this program means it; the writers turn it into CycloneDX or SPDX.

Everything in it is true or absent: a hash was computed from the bytes it is of, a version was found somewhere, a party
was named by the user. What could not be had is a `Gap`, and makes `completeness` incomplete.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum
from types import MappingProxyType

from supplymatrix.model.audit import ReadFile
from supplymatrix.model.fact import Gap
from supplymatrix.model.licence import ModuleLicence
from supplymatrix.model.module import ModuleVersion
from supplymatrix.model.value import value
from supplymatrix.model.zip_digest import ZipDigest

__all__ = [
    "IN_PROGRAM", "Aggregate", "Completeness", "Component", "ComponentKind", "Creators", "Document", "Lifecycle",
    "LogProof", "Origin", "Party", "ProgramFile", "Reference", "Scope", "Usage", "program_file_facts",
]  # fmt: skip


IN_PROGRAM = "a program that needs it"
"""What stands in CycloneDX beside a place of a component that is a program, and no file of its licence."""


class Scope(StrEnum):
    """Which modules belong to the bill."""

    BUILT = "built"
    """Those that give packages to what is built: `go list -deps ./...`."""
    TESTS = "tests"
    """Those, and what the project's own tests need: `go list -deps -test ./...`."""
    ALL = "all"
    """The whole build list: `go list -m all`."""


class ComponentKind(StrEnum):
    """What a component is."""

    MAIN = "main"
    MODULE = "module"
    STDLIB = "stdlib"
    TOOLCHAIN = "toolchain"
    NATIVE = "native"
    PROGRAM = "program"
    """One program of several: of a folder, an image, a file with a program for each processor."""


class Usage(StrEnum):
    """What the project does with a component."""

    BUILT = "built"
    TESTS_ONLY = "tests-only"
    NOT_BUILT = "not-built"
    """It is in the build list and gives no package; its go.mod counts for the choice of versions."""
    LOADED = "loaded"
    """A library that a program loads at its start: needed, and no part of it."""
    UNKNOWN = "unknown"


class Lifecycle(StrEnum):
    """From which phase the facts are; the words of CycloneDX."""

    PRE_BUILD = "pre-build"
    BUILD = "build"
    POST_BUILD = "post-build"


class Aggregate(StrEnum):
    """How complete a list is; the words of CycloneDX."""

    COMPLETE = "complete"
    INCOMPLETE = "incomplete"
    UNKNOWN = "unknown"


@value
class Party:
    """A person or an organisation, as the user named it. Fields that were not named are ""."""

    name: str
    email: str = ""
    url: str = ""


@value
class Creators:
    """Who is behind the document and its subject, from the user's settings and options; never invented.

    author: of the document, a person; manufacturer: of the subject; supplier: who delivers it; each None when not
    named. licence: of the subject as the user declares it, "" = as its files say. security_contact: URL, or "".
    """

    author: Party | None = None
    manufacturer: Party | None = None
    supplier: Party | None = None
    licence: str = ""
    security_contact: str = ""
    data_licence: str = "CC0-1.0"


@value
class LogProof:
    """What the transparency log says of a module's zip hash.

    state: "proven", "differs", "not-in-log", "no-line-in-record", "bad-proof" (`ProofState`), or "not-checked", then
    with the reason; "private": its name is withheld; "local": a folder, which no log knows. log: its name; record:
    number of the record, -1 without; tree_size: of the signed head it was proven in.
    """

    state: str
    log: str = ""
    record: int = -1
    tree_size: int = 0
    reason: str = ""


@value
class Reference:
    """A URL that belongs to a component. kind: of CycloneDX ("vcs", "website", "distribution", "rfc-9116", …)."""

    kind: str
    url: str
    comment: str = ""


@value
class Origin:
    """Where the version's source was when it was packed, as the `.info` beside its zip says. kind: "git"."""

    kind: str
    url: str
    revision: str = ""
    tag: str = ""


@value
class ProgramFile:
    """The file of a compiled program. name: as it was found ("usr/bin/app"); sha256, sha512: hex, of its bytes, the
    latter "" where it was not computed; size: bytes. is_structured: it tells what is in it, which a packed or damaged
    one does not."""

    name: str
    sha256: str
    size: int
    sha512: str = ""
    is_structured: bool = True

    @property
    def base_name(self) -> str:
        """The name without folders."""
        return self.name.rpartition("/")[2]


@value
class Component:
    """One part. ref: its name in the document, unique: the purl, made unique where two would be the same.

    module: what is really taken: of a replaced module its replacement. replaces: then the module of the build list.
    directory: the folder of a local replacement as go.mod writes it, "" when there is none. name, version: as shown;
    version "" where there is none. purl: "" where none can be had (a local folder).
    version_source: how the version of the main module and of the standard library is known, in words.
    packages: import paths that the build takes from it, None = not known. programs: of the main module, how many of its
    packages are programs, None = not known.
    h1: of its zip in go.sum ("h1:…"), "" without; h1_go_mod: likewise of its go.mod.
    digest: of the zip, which has the h1 of go.sum then; digest_reason: why there is none. uses_cgo: whether packages
    that the build takes from it are built with cgo, None = not known. properties: further facts, name and value.
    file: of what is a program, None otherwise. is_image: the subject is a container image. found_in: programs of which
    it is a part, by name, where the bill is of several.
    """

    ref: str
    kind: ComponentKind
    module: ModuleVersion
    name: str
    version: str
    purl: str
    usage: Usage = Usage.BUILT
    replaces: ModuleVersion | None = None
    directory: str = ""
    is_direct: bool = False
    version_source: str = ""
    packages: int | None = None
    programs: int | None = None
    h1: str = ""
    h1_go_mod: str = ""
    proof: LogProof | None = None
    digest: ZipDigest | None = None
    digest_reason: str = ""
    licence: ModuleLicence | None = None
    supplier: Party | None = None
    references: tuple[Reference, ...] = ()
    origin: Origin | None = None
    description: str = ""
    deprecated: str = ""
    retracted: str = ""
    uses_cgo: bool | None = None
    properties: tuple[tuple[str, str], ...] = ()
    file: ProgramFile | None = None
    is_image: bool = False
    found_in: tuple[str, ...] = ()


@value
class Completeness:
    """How complete the list of components is, and that of the edges. reasons: why they are not complete."""

    components: Aggregate
    dependencies: Aggregate
    reasons: tuple[str, ...] = ()


@value
class Document:
    """A bill of materials.

    main: the subject. components: all others, in the order of their refs; edges: from each ref, that of main included,
    to the refs it needs, sorted; a node for every component. created: UTC. tool_version: of this program. goos, goarch:
    for which the packages were found, "" when that plays no part, or differs. listed_by, packages_by: who says what the
    build list is, and which packages are built, in words. subject_files: go.mod, go.sum and what else it was made from.
    report: (name, sha256) of a report about the same subject. gaps: all that could not be had.
    """

    main: Component
    components: tuple[Component, ...]
    edges: Mapping[str, tuple[str, ...]]
    scope: Scope
    lifecycle: Lifecycle
    completeness: Completeness
    created: datetime
    tool_version: str
    creators: Creators = Creators()
    goos: str = ""
    goarch: str = ""
    cgo_enabled: bool | None = None
    listed_by: str = ""
    packages_by: str = ""
    subject_files: tuple[ReadFile, ...] = ()
    report: tuple[str, str] | None = None
    gaps: tuple[Gap, ...] = ()
    properties: Mapping[str, str] = MappingProxyType({})


def program_file_facts(file: ProgramFile) -> tuple[tuple[str, str], ...]:
    """Return what TR-03183-2 asks of a file, of a program: its name, and what it is."""
    return (
        ("bsi:component:filename", file.base_name),
        ("bsi:component:executable", "executable"),
        ("bsi:component:archive", "no archive"),
        ("bsi:component:structured", "structured" if file.is_structured else "unstructured"),
    )
