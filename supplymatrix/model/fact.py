"""Facts: single observations about a subject. Gaps: what could not be observed, and why.

A rule sees nothing but these. Facts are kept in one canonical order, so that no result depends on the order of work.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from typing import TypeVar

from supplymatrix.model.checked_artifact import CheckedArtifact
from supplymatrix.model.fips import FipsPosture, NonApprovedPackage
from supplymatrix.model.gap import Gap, SumKind
from supplymatrix.model.go_sources import Credential, CredentialsSought, EffectiveSetting, NameSent, RiskySetting
from supplymatrix.model.licence import ModuleLicence
from supplymatrix.model.location import Location, Provenance
from supplymatrix.model.module import ModuleVersion
from supplymatrix.model.native_code import NationalAlgorithm, NativeCode
from supplymatrix.model.on_disk import FileDifference, InstalledGo, VendoredModule, VendorTree
from supplymatrix.model.program import BuiltProgram, ProgramModule, WeakDefault
from supplymatrix.model.publisher_fact import PublisherSignature
from supplymatrix.model.value import value
from supplymatrix.model.vendor_path import VendorUse
from supplymatrix.model.vulnerability import (
    GoSupport,
    IgnoredElsewhere,
    UncheckedModule,
    VulnDatabase,
    Vulnerability,
)

__all__ = [
    "CachedCopy", "ChannelMeasure", "CheckedArtifact", "CopyKind", "CopyState", "Fact", "Facts", "ForeignHash", "Gap",
    "GraphModule", "HashWitness", "Holder", "LineProof", "NestedPolicy", "PrivateModule", "ProjectFact", "ProofFile",
    "ProofState", "ReleaseTime", "ReplacedModule", "RequiredModule", "SumFault", "SumFaultKind", "SumKind", "SumLine",
    "VendorMeasure", "paths_of", "stands_for",
]  # fmt: skip


@value
class ProjectFact:
    """The subject itself. module_path: "" for a bare go.sum. go_version: the go line ("1.26.8"), "" when there is none.

    has_go_mod / has_go_sum: whether the file was there. `prunes_graph` is true from go 1.17 on, when the requires
    of go.mod name every module that gives packages to the build. least_go: the newer of the go line and the toolchain
    line, with which an up-to-date go command builds at least; least_go_at: that line's word.
    """

    name: str
    module_path: str
    go_version: str
    has_go_mod: bool
    has_go_sum: bool
    prunes_graph: bool
    provenance: Provenance
    least_go: str = ""
    least_go_at: Location | None = None


@value
class RequiredModule:
    """One require of go.mod, after exclude and replace: `subject` as written, `effective` what the build takes in its
    place.

    effective is None when the module is replaced by a local directory (then it has no go.sum line). excluded: go.mod
    excludes this very version, so that the build takes another one, nobody here knows which. is_member: the workspace
    gives the packages from a folder of its own, so that only the go.mod of this version is read.
    """

    subject: ModuleVersion
    effective: ModuleVersion | None
    indirect: bool
    location: Location
    excluded: bool = False
    is_member: bool = False


@value
class ReplacedModule:
    """One replace that applies. subject.version is "" for a replace of all versions. Either target or directory is
    set."""

    subject: ModuleVersion
    target: ModuleVersion | None
    directory: str
    location: Location


@value
class SumLine:
    """One well-formed go.sum line. hash: with its algorithm ("h1:…="). location spans the hash field; artifact may be
    go.work.sum."""

    subject: ModuleVersion
    kind: SumKind
    hash: str
    location: Location


class SumFaultKind(StrEnum):
    """What is wrong with a go.sum line that is no `SumLine`, or with a pair of lines."""

    MALFORMED = "malformed"
    UNKNOWN_ALGORITHM = "unknown-algorithm"
    CONFLICT = "conflict"
    EMPTY_GO_MOD = "empty-go-mod"


@value
class SumFault:
    """A faulty go.sum line. subject: "path@version" or the raw text, control characters removed, at most 200
    characters."""

    kind: SumFaultKind
    subject: str
    message: str
    expected: str
    location: Location


class ProofState(StrEnum):
    """What the log says of one go.sum line; all but NOT_IN_LOG and BAD_PROOF rest on an inclusion proof."""

    PROVEN = "proven"
    DIFFERS = "differs"
    NOT_IN_LOG = "not-in-log"
    NO_LINE = "no-line-in-record"
    BAD_PROOF = "bad-proof"


@value
class LineProof:
    """The log's answer for one go.sum line. A line that could not be checked has no LineProof but a `Gap`.

    logged_hash: the hash in the authenticated record ("" when there is none). record_id: -1 when there is none.
    answered_by: the server that answered (for NOT_IN_LOG it is all we have). detail: for BAD_PROOF what failed.
    """

    subject: ModuleVersion
    kind: SumKind
    hash: str
    state: ProofState
    logged_hash: str
    record_id: int
    tree_size: int
    answered_by: str
    location: Location
    detail: str = ""


@value
class PrivateModule:
    """A module whose name was withheld from the log. matched_by: the pattern; setting: "GOPRIVATE", "GONOSUMDB" or
    the file of the policy that declares it: lift.toml, or what that builds on.

    declared: such a file lists it in [sources] private, so that it is not a gap.
    """

    subject: ModuleVersion
    matched_by: str
    setting: str
    declared: bool
    location: Location


class CopyKind(StrEnum):
    """A form in which a module's files, or their hash, lie in the module cache. HASH_FILE: the `.ziphash` that the go
    command believes in place of the zip."""

    ZIP = "zip"
    FOLDER = "folder"
    GO_MOD = "go.mod"
    HASH_FILE = "ziphash"


class CopyState(StrEnum):
    """Whether such a copy equals the proven zip hash; UNCHECKED copies come with a gap."""

    EQUAL = "equal"
    DIFFERS = "differs"
    UNCHECKED = "unchecked"


@value
class CachedCopy:
    """A copy of a module version on this machine, held against the hash that the log proved.

    path: absolute. hash: of what lies there, "" where it has none. files: that it has, size: their bytes, 0 where they
    were not counted. differences: the first of a folder's files that are not those of the zip, where a proven zip
    tells; differing: how many there are.
    """

    subject: ModuleVersion
    kind: CopyKind
    state: CopyState
    path: str
    hash: str
    logged_hash: str
    reason: str = ""
    files: int = 0
    differences: tuple[FileDifference, ...] = ()
    differing: int = 0
    size: int = 0


class Holder(StrEnum):
    """Who else has a module version's files, when go.sum and the log disagree about them."""

    MODULE_CACHE = "module-cache"
    PROXY = "proxy"
    ORIGIN = "origin"


@value
class HashWitness:
    """What another holder of a module version's files has, for one go.sum line that differs from the log.

    source: the path or the server, as it may be shown. hash: of what lies there, "" with the reason when it could not
    be had.
    """

    subject: ModuleVersion
    kind: SumKind
    holder: Holder
    source: str
    hash: str
    reason: str = ""


@value
class ForeignHash:
    """Another subject of the same run has another hash for one go.sum line. location: of our line; the other one's
    place is told with its artifact as a reader finds it."""

    subject: ModuleVersion
    kind: SumKind
    hash: str
    location: Location
    other_hash: str
    other_location: Location


@value
class ProofFile:
    """The file of proofs that lies beside go.sum. fault: why it proves nothing, "" when it leads to a signed head.

    tree_size, root (base64): of its head, 0 and "" when there is none. records: proven in it; unused: those of no
    go.sum line here. seen_on: the day on which the head was had, as the file says (no signature covers it), or None.
    is_malformed: it cannot even be read; expected: then, what should stand at `location`.
    """

    tree_size: int
    root: str
    records: int
    unused: int
    seen_on: date | None
    fault: str
    location: Location
    is_malformed: bool = False
    expected: str = ""


@value
class GraphModule:
    """One module of the build list, as minimal version selection finds it.

    subject: the selected version, "" for a main module. effective: what the build takes in its place, None = a folder.
    gives_packages: whether the build takes packages from it, None when nobody can say. retracted: why its author took
    the version back, "" when that is not known of it ("no reason given" when none is written). deprecated: likewise, of
    the module. location: where go.mod requires or replaces it, else its module line.
    """

    subject: ModuleVersion
    effective: ModuleVersion | None
    is_main: bool
    gives_packages: bool | None
    retracted: str
    deprecated: str
    location: Location


@value
class NestedPolicy:
    """A policy file that a dependency brought into the tree. name: whose it is, a module path or a folder."""

    name: str
    location: Location


@value
class ReleaseTime:
    """When a module version came out, as far as anybody says; all that is known of one is in one fact.

    time: of its commit, UTC, as `source` says ("module cache", a proxy's address, "pseudo-version"); None when nobody
    does, because of `reason`. Whoever made the commit has chosen it. from_version: it is read from the version's own
    digits, nobody has looked at the commit. known_since: the day of a signed head that has its record; new_since: of
    one that had not; None = no such head is known, or its day is not.
    """

    subject: ModuleVersion
    time: datetime | None
    source: str = ""
    from_version: bool = False
    known_since: date | None = None
    new_since: date | None = None
    reason: str = ""
    remedy: str = ""


@value
class ChannelMeasure:
    """How long one channel of a vendor took for fixes of Go. channel: its id; stands_for: what it is taken for, "" =
    itself; of_programs: it tells of programs built with Go, not of Go.

    p90: days within which nine of ten are fixed, those still open counted in; None when that cannot be said, because of
    `reason`. exceeds: days that it surely exceeds then, None when not even that is known. fixes, open: how many it
    rests on. as_of: the newest date of its feed.
    """

    channel: str
    stands_for: str
    p90: int | None
    fixes: int
    open: int
    as_of: date | None
    exceeds: int | None = None
    of_programs: bool = False
    reason: str = ""


@value
class VendorMeasure:
    """What is known of a vendor that the policy asks something of. vendor: a profile's id.

    channels: of its feeds, by id; feeds: "synced", "shipped" or "folder". statements: of its profile, that any source
    carries; evidence_from: the day on which the one that was confirmed longest ago was read, of the capability
    `evidence_key`; None when there is none. profile: its file. reason: why it is not there.
    """

    vendor: str
    channels: tuple[ChannelMeasure, ...]
    feeds: str
    statements: int
    evidence_from: date | None
    evidence_key: str = ""
    profile: str = ""
    reason: str = ""


Fact = (
    ProjectFact
    | RequiredModule
    | ReplacedModule
    | SumLine
    | SumFault
    | LineProof
    | PrivateModule
    | CachedCopy
    | HashWitness
    | ForeignHash
    | ProofFile
    | GraphModule
    | NestedPolicy
    | ReleaseTime
    | VendorMeasure
    | ModuleLicence
    | VendoredModule
    | VendorTree
    | InstalledGo
    | BuiltProgram
    | ProgramModule
    | WeakDefault
    | PublisherSignature
    | CheckedArtifact
    | VulnDatabase
    | Vulnerability
    | GoSupport
    | IgnoredElsewhere
    | UncheckedModule
    | FipsPosture
    | NonApprovedPackage
    | NativeCode
    | NationalAlgorithm
    | EffectiveSetting
    | NameSent
    | RiskySetting
    | Credential
    | CredentialsSought
    | VendorUse
)
F = TypeVar(
    "F",
    ProjectFact,
    RequiredModule,
    ReplacedModule,
    SumLine,
    SumFault,
    LineProof,
    PrivateModule,
    CachedCopy,
    HashWitness,
    ForeignHash,
    ProofFile,
    GraphModule,
    NestedPolicy,
    ReleaseTime,
    VendorMeasure,
    ModuleLicence,
    VendoredModule,
    VendorTree,
    InstalledGo,
    BuiltProgram,
    ProgramModule,
    WeakDefault,
    PublisherSignature,
    CheckedArtifact,
    VulnDatabase,
    Vulnerability,
    GoSupport,
    IgnoredElsewhere,
    UncheckedModule,
    FipsPosture,
    NonApprovedPackage,
    NativeCode,
    NationalAlgorithm,
    EffectiveSetting,
    NameSent,
    RiskySetting,
    Credential,
    CredentialsSought,
    VendorUse,
)


@dataclass(frozen=True, slots=True)
class Facts:
    """All facts and gaps of one subject, in canonical order whatever the order in which they arrived."""

    items: tuple[Fact, ...]
    gaps: tuple[Gap, ...]
    _by_type: dict[type, tuple[Fact, ...]] = field(init=False, repr=False, compare=False)

    def __init__(self, items: Iterable[Fact], gaps: Iterable[Gap] = ()) -> None:
        ordered = tuple(sorted(items, key=_order))
        by_type: dict[type, list[Fact]] = {}
        for fact in ordered:
            by_type.setdefault(type(fact), []).append(fact)
        object.__setattr__(self, "items", ordered)
        object.__setattr__(self, "gaps", tuple(sorted(gaps, key=repr)))
        object.__setattr__(self, "_by_type", {kind: tuple(facts) for kind, facts in by_type.items()})

    def of(self, kind: type[F]) -> tuple[F, ...]:
        """Return the facts of one type, in canonical order."""
        return self._by_type.get(kind, ())  # type: ignore[return-value]


def stands_for(facts: Iterable[Fact]) -> dict[str, str]:
    """Return for each module that is built in the place of another one which that is: fork → original, as paths."""
    return {
        fact.effective.path: fact.subject.path
        for fact in facts
        if isinstance(fact, RequiredModule) and fact.effective is not None and fact.effective.path != fact.subject.path
    }


def paths_of(facts: Iterable[Fact]) -> set[str]:
    """Return every module path that facts are about, replacements included; the project's own is none of them."""
    paths: set[str] = set()
    for fact in facts:
        if isinstance(fact, WeakDefault):
            continue
        subjects: list[object] = [getattr(fact, name, None) for name in ("subject", "effective", "target")]
        for subject in subjects:
            if isinstance(subject, ModuleVersion):
                paths.add(subject.path)
            elif isinstance(subject, str):
                paths.add(subject.partition("@")[0])
    return paths


def _order(fact: Fact) -> tuple[str, str, int, int, str]:
    location: Location | None = getattr(fact, "location", None)
    if location is None:
        return (type(fact).__name__, "", 0, 0, repr(fact))
    name = fact.name if isinstance(fact, CheckedArtifact) else str(getattr(fact, "subject", ""))
    return (type(fact).__name__, location.artifact, location.line, location.column, name)
