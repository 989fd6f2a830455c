"""What a vendor profile says: offers, where they enter a build, capabilities, and the evidence behind each of them.

A profile is data with sources. Nothing here says what holds on a given day: evidence expires, so a cell of the matrix
is worked out for a date (`vendors/cells.py`).
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from enum import StrEnum

from supplymatrix.model.location import Location
from supplymatrix.model.value import value
from supplymatrix.model.vendor_signer import VendorSigner

__all__ = [
    "Capability", "Claim", "ClaimVerdict", "Confidence", "DetectKind", "Detector", "EntryPoint", "EvidenceKind",
    "FeedSource", "Lifetime", "Offer", "OfferKind", "Point", "Price", "Scope", "State", "VendorEvidence", "VendorKind",
    "VendorProfile", "VendorStatus", "VersionRule",
]  # fmt: skip


class VendorStatus(StrEnum):
    """Whether the vendor still sells."""

    ACTIVE = "active"
    ACQUIRED = "acquired"
    SUNSET = "sunset"
    UNKNOWN = "unknown"


class VendorKind(StrEnum):
    """What kind of party it is."""

    UPSTREAM = "upstream"
    DISTRIBUTION = "distribution"
    IMAGES = "images"
    PLATFORM = "platform"
    POLICY = "policy"
    PROXY = "proxy"
    RETAINER = "retainer"


class VersionRule(StrEnum):
    """How a fix reaches its Go. REBASE: by shipping a newer Go, so that a version tells; BACKPORT: under an old version
    number; NONE: it ships no Go."""

    REBASE = "rebase"
    BACKPORT = "backport"
    NONE = "none"


class OfferKind(StrEnum):
    """What is delivered."""

    TOOLCHAIN = "toolchain"
    BASE_IMAGE = "base_image"
    MODULE_PROXY = "module_proxy"
    POLICY = "policy"
    DATA = "data"
    RETAINER = "retainer"


class Point(StrEnum):
    """Where an offer enters the way from source to running program, in the order of that way."""

    POLICY = "policy"
    MODULE = "module"
    TOOLCHAIN = "toolchain"
    BUILD_FLAG = "build_flag"
    BASE_IMAGE = "base_image"
    RUNTIME = "runtime"


class State(StrEnum):
    """The buyer's view of a capability. NO: looked for in a source that would say so; NA: cannot apply to the offer."""

    YES = "yes"
    NO = "no"
    PARTIAL = "partial"
    UNKNOWN = "unknown"
    NA = "n_a"


class EvidenceKind(StrEnum):
    """What a source is. RECALL (memory, hearsay) never counts."""

    CONTRACT = "contract"
    VENDOR_DOC = "vendor_doc"
    FEED = "feed"
    MEASURED = "measured"
    THIRD_PARTY = "third_party"
    RECALL = "recall"


class Confidence(StrEnum):
    """How sure the reader of a source was of what it says."""

    HIGH = "high"
    MEDIUM = "medium"
    LOW = "low"


class DetectKind(StrEnum):
    """Where a pattern is looked for."""

    IMAGE = "image"
    PACKAGE = "package"
    SNAP = "snap"
    APK_REPOSITORY = "apk_repository"
    GOPROXY = "goproxy"
    ENV = "env"
    BUILD_SETTING = "build_setting"
    OS_RELEASE = "os_release"
    GODEBUG = "godebug"
    FILE = "file"
    CI_ACTION = "ci_action"


@value
class VendorEvidence:
    """One source that was read. source: its URL, or "repo@commit:path" of a public repository. retrieved_at: the date
    of the copy that was read; expires_at: None = by what it is used for. sha256: of the whole bytes, "" when these were
    not held. locator: where in the source. conflicts_with: ids of evidence of the same file that says otherwise."""

    id: str
    source: str
    kind: EvidenceKind
    source_date: date | None
    retrieved_at: date
    expires_at: date | None
    confidence: Confidence
    sha256: str
    locator: str
    note: str
    conflicts_with: tuple[str, ...]
    location: Location


@value
class Scope:
    """For what part of a vendor's offers a statement holds; "" = all. tier: "paid" = only for who pays."""

    offer: str = ""
    minor: str = ""
    arch: str = ""
    tier: str = ""


@value
class Capability:
    """One answer to one of the closed list of questions. value: one line for the cell; items: list values; numbers: by
    name, in `unit`. searched, searched_at: of an unknown, where it was looked for and when. complete: the source says
    that nothing but `items` is there, so that what they do not name is missing."""

    key: str
    state: State
    value: str
    items: tuple[str, ...]
    numbers: Mapping[str, int]
    unit: str
    scope: Scope
    evidence: tuple[str, ...]
    searched: tuple[str, ...]
    searched_at: date | None
    note: str
    location: Location
    complete: bool = False


@value
class Offer:
    """One thing that can be had. tier: "free", "paid" or "both"; go_minors: "1.26" …; arches: Go's names."""

    id: str
    name: str
    kind: OfferKind
    tier: str
    contract: str
    go_minors: tuple[str, ...]
    arches: tuple[str, ...]
    eol_rule: str
    evidence: tuple[str, ...]
    location: Location


@value
class Detector:
    """One sign that a project stands on a vendor's path. pattern: a glob, * and ?, case-sensitive."""

    kind: DetectKind
    pattern: str


@value
class EntryPoint:
    """Where an offer enters the build. mechanism: the command or setting, one line."""

    offer: str
    point: Point
    mechanism: str
    detect: tuple[Detector, ...]
    replaces_upstream: bool
    evidence: tuple[str, ...]
    location: Location


@value
class Lifetime:
    """Until when a Go minor is supported. minor: "1.26", or "*" for whatever a rolling stream carries. until: the last
    day; None = not known, `basis` says why."""

    offer: str
    minor: str
    since: date | None
    until: date | None
    basis: str
    evidence: tuple[str, ...]
    location: Location


@value
class FeedSource:
    """A feed that the vendor publishes. disclosed_rule, fixed_rule: which field is which date; date_trust: "exact",
    "day", "import" or "none"."""

    id: str
    format: str
    url: str
    licence: str
    redistributable: bool
    as_of_field: str
    disclosed_rule: str
    fixed_rule: str
    date_trust: str
    deprecated_on: date | None
    successor: str
    evidence: tuple[str, ...]
    location: Location


@value
class Price:
    """What an offer costs. amount: None unless state is "known"; per: machine, core, image, dev, org or other, and
    `period`. from_user: a quote of the user's own; is_bought: the user says that the offer is bought."""

    offer: str
    state: str
    amount: Decimal | None
    currency: str
    per: str
    period: str
    is_list: bool
    evidence: tuple[str, ...]
    searched: tuple[str, ...]
    searched_at: date | None
    location: Location
    from_user: bool = False
    is_bought: bool = False


@value
class VendorProfile:
    """One vendor, as its file says. core: every capability key must be answered. artifact: the file; sha256: of its
    bytes. signers: how what it delivers is signed."""

    id: str
    name: str
    parent: str
    status: VendorStatus
    status_date: date | None
    url: str
    core: bool
    kind: VendorKind
    versions: VersionRule
    reviewed_at: date
    reviewer: str
    status_evidence: tuple[str, ...]
    offers: tuple[Offer, ...]
    entries: tuple[EntryPoint, ...]
    lifetimes: tuple[Lifetime, ...]
    capabilities: tuple[Capability, ...]
    evidence: Mapping[str, VendorEvidence]
    feeds: tuple[FeedSource, ...]
    prices: tuple[Price, ...]
    artifact: str
    sha256: str
    signers: tuple[VendorSigner, ...] = ()


class ClaimVerdict(StrEnum):
    """What the sources say to a claim."""

    SUPPORTED = "supported"
    CONTRADICTED = "contradicted"
    NO_EVIDENCE = "no_evidence"


@value
class Claim:
    """What is commonly said, and what the sources say. about: a vendor's id or a topic; cell: "vendor/key" or ""."""

    id: str
    says: str
    about: str
    verdict: ClaimVerdict
    because: str
    evidence: tuple[VendorEvidence, ...]
    searched: tuple[str, ...]
    searched_at: date | None
    cell: str
    location: Location
