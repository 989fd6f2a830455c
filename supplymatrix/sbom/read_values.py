"""A bill of materials as another tool has written it: what it says, and where it cannot be understood.

Nothing in it is believed. What could not be read is a `ReadFault`; the rest is there all the same.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType

from supplymatrix.model.module import ModuleVersion
from supplymatrix.model.value import value

__all__ = [
    "Faults", "HashPlace", "LicenceForm", "ReadClaims", "ReadComponent", "ReadFault", "ReadHash", "ReadLicence",
    "ReadReference", "ReadSbom",
]  # fmt: skip

_LISTED = 200


class HashPlace(StrEnum):
    """What a hash is said to be of."""

    COMPONENT = "component"
    DISTRIBUTION = "distribution"
    SOURCE = "source-distribution"


class LicenceForm(StrEnum):
    """In which form a licence is stated."""

    EXPRESSION = "expression"
    ID = "id"
    NAME = "name"


@value(order=True)
class ReadHash:
    """One hash. algorithm: as CycloneDX writes it ("SHA-256"); digest: as written, lower case.

    is_h1: the tool that wrote it is known to write the bytes of h1, the hash of a module's files, under this name.
    """

    algorithm: str
    digest: str
    place: HashPlace
    is_h1: bool = False


@value(order=True)
class ReadLicence:
    """One licence. role: "declared", "concluded", "observed" (evidence), or "" where the file does not say."""

    text: str
    form: LicenceForm
    role: str = ""


@value(order=True)
class ReadReference:
    """An address that belongs to a component. kind: in the word of CycloneDX ("vcs", "distribution")."""

    kind: str
    url: str


@value
class ReadClaims:
    """What a file says of how whole it is. components, dependencies: "complete", "incomplete", another word of the
    format, or "" where it says nothing. whole: refs of those whose dependencies it says are all there.
    """

    components: str = ""
    dependencies: str = ""
    whole: frozenset[str] = frozenset()


@value
class ReadComponent:
    """One component. ref: its name in the file, "" without. kind: the format's word ("library").

    module: which Go module version it is, of the purl alone; None with the reason, and remedy where one is known.
    is_go: its purl says that it is one. h1: "h1:…" where the file has it, "" without; h1_from: under which name.
    h1s: all that it gives as h1 of its zip or of its go.mod, as (name, text), right or wrong. other_purls: those that
    it has beside `purl`. replaces: the module that it stands for, as the file says, "" without; ancestors: the same as
    its pedigree says, by purl or name. unstated: roles of licences of which the file says that it says nothing.
    parent: ref of the component that it is nested in. places: where its evidence says that something was found, as
    (file, line), 0 without a line. source_info: what SPDX has under this name.
    """

    ref: str
    kind: str
    name: str
    version: str
    purl: str
    module: ModuleVersion | None
    reason: str = ""
    remedy: str = ""
    is_go: bool = False
    hashes: tuple[ReadHash, ...] = ()
    h1: str = ""
    h1_from: str = ""
    licences: tuple[ReadLicence, ...] = ()
    properties: tuple[tuple[str, str], ...] = ()
    scope: str = ""
    replaces: str = ""
    parent: str = ""
    h1s: tuple[tuple[str, str], ...] = ()
    other_purls: tuple[str, ...] = ()
    ancestors: tuple[str, ...] = ()
    references: tuple[ReadReference, ...] = ()
    supplier: str = ""
    copyright: str = ""
    unstated: tuple[str, ...] = ()
    places: tuple[tuple[str, int], ...] = ()
    source_info: str = ""

    @property
    def is_program_file(self) -> bool:
        """Whether it says to be the file of a program, so that its hashes are no hashes of a module's zip."""
        return ("bsi:component:executable", "executable") in self.properties

    @property
    def is_main_module(self) -> bool:
        """Whether it says to be the main module of a program and gives no hash of it: its version is the builder's."""
        return ("supplymatrix:main", "true") in self.properties and not self.h1s

    @property
    def is_folder(self) -> bool:
        """Whether it says to be a folder that was taken in the place of a module, and names none by a purl."""
        said = any(name == "supplymatrix:directory" and text for name, text in self.properties)
        return said and not self.purl and bool(self.replaces)

    @property
    def title(self) -> str:
        """What a reader would call it."""
        if self.module is not None:
            return str(self.module)
        return self.purl or (f"{self.name}@{self.version}" if self.version else self.name) or self.ref or "(no name)"


@value
class ReadFault:
    """Something in a file that is not as its format says. where: a path in it ("components[3].purl")."""

    where: str
    what: str


@value
class ReadSbom:
    """format: "CycloneDX JSON", "CycloneDX XML", "SPDX JSON", "SPDX 3 JSON-LD" or "syft JSON"; spec: its version.

    tools: "name version" of who made it; identity: serial number or namespace; created: as written; main: the subject,
    None without one; components: all others, as they come; edges: from ref to refs, sorted, a key for every ref that
    the file says something of; faults: the first ones, of fault_count. properties: of the document as a whole.
    files: how many files it lists beside its components. phases: of a build from which it is, in words of CycloneDX.
    unread: names of keys that are not read here, and how often each stands there; properties are read. is_wrapped: it
    is the predicate of a statement.
    """

    format: str
    spec: str
    tools: tuple[str, ...]
    identity: str
    created: str
    main: ReadComponent | None
    components: tuple[ReadComponent, ...]
    edges: Mapping[str, tuple[str, ...]] = MappingProxyType({})
    faults: tuple[ReadFault, ...] = ()
    fault_count: int = 0
    properties: tuple[tuple[str, str], ...] = ()
    claims: ReadClaims = ReadClaims()
    files: int = 0
    phases: tuple[str, ...] = ()
    unread: Mapping[str, int] = MappingProxyType({})
    is_wrapped: bool = False

    @property
    def is_ours(self) -> bool:
        """Whether it says that this program has made it."""
        return any(tool.split(" ")[0].partition("-")[0] == "supplymatrix" for tool in self.tools)

    @property
    def is_of_programs(self) -> bool:
        """Whether this program has made it from compiled programs, which say less than a project does."""
        return self.is_ours and any(component.is_program_file for component in self.everything)

    @property
    def everything(self) -> tuple[ReadComponent, ...]:
        """All components, the subject first."""
        return (*([self.main] if self.main is not None else ()), *self.components)

    def properties_of(self, name: str) -> tuple[str, ...]:
        """Return what the document says under a name of this program's, without its prefix."""
        return tuple(text for key, text in self.properties if key == f"supplymatrix:{name}")

    @property
    def go_components(self) -> tuple[ReadComponent, ...]:
        """The components whose purl says that they are Go modules, main left out."""
        return tuple(component for component in self.components if component.is_go)


class Faults:
    """Collects faults: the first ones are kept, all are counted."""

    def __init__(self) -> None:
        self._kept: list[ReadFault] = []
        self.count = 0

    def add(self, where: str, what: str) -> None:
        """Add one."""
        self.count += 1
        if len(self._kept) < _LISTED:
            self._kept.append(ReadFault(where=where[:200], what=what[:300]))

    @property
    def kept(self) -> tuple[ReadFault, ...]:
        """The first ones."""
        return tuple(self._kept)
