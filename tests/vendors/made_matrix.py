"""Profiles made of values: a few words for a row, a source, a vendor, and one matrix that has every kind of cell."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, timedelta

from supplymatrix.model.location import Location
from supplymatrix.model.vendor import (
    Capability,
    Confidence,
    EvidenceKind,
    Scope,
    State,
    VendorEvidence,
    VendorKind,
    VendorProfile,
    VendorStatus,
    VersionRule,
)
from supplymatrix.vendors.matrix import DEFAULT_WEIGHTS, Matrix, MatrixView, make_matrix

__all__ = ["DAY", "made_matrix", "made_profiles", "made_view", "row", "source", "vendor"]

DAY = date(2026, 11, 25)


def source(
    name: str = "page",
    *,
    kind: str = "vendor_doc",
    ago: int = 10,
    expires: date | None = None,
    against: Sequence[str] = (),
    address: str = "",
    note: str = "",
    confidence: str = "high",
) -> VendorEvidence:
    """Return a source. ago: days between its copy and DAY."""
    return VendorEvidence(
        id=name,
        source=address or f"https://vendor.example/{name}",
        kind=EvidenceKind(kind),
        source_date=None,
        retrieved_at=DAY - timedelta(days=ago),
        expires_at=expires,
        confidence=Confidence(confidence),
        sha256="",
        locator="first table",
        note=note,
        conflicts_with=tuple(against),
        location=Location(artifact="acme.toml", line=90),
    )


def row(
    key: str,
    state: str = "yes",
    text: str = "",
    *evidence: str,
    items: Sequence[str] = (),
    numbers: Mapping[str, int] | None = None,
    unit: str = "",
    offer: str = "",
    searched: Sequence[str] = (),
    note: str = "",
    line: int = 30,
    complete: bool = False,
) -> Capability:
    """Return a row that rests on `page` where nothing else is named."""
    is_unknown = state == "unknown"
    return Capability(
        key=key,
        state=State(state),
        value=text,
        items=tuple(items),
        numbers=numbers or {},
        unit=unit,
        scope=Scope(offer=offer),
        evidence=() if is_unknown else evidence or ("page",),
        searched=tuple(searched),
        searched_at=DAY if is_unknown else None,
        note=note,
        location=Location(artifact="acme.toml", line=line),
        complete=complete,
    )


def vendor(
    name: str = "acme",
    rows: Iterable[Capability] = (),
    sources: Iterable[VendorEvidence] = (),
    *,
    title: str = "",
    core: bool = False,
) -> VendorProfile:
    """Return a profile; the source `page` is always there."""
    return VendorProfile(
        id=name,
        name=title or name.title(),
        parent="",
        status=VendorStatus.ACTIVE,
        status_date=None,
        url=f"https://{name}.example/",
        core=core,
        kind=VendorKind.DISTRIBUTION,
        versions=VersionRule.REBASE,
        reviewed_at=DAY,
        reviewer="a person",
        status_evidence=("page",),
        offers=(),
        entries=(),
        lifetimes=(),
        capabilities=tuple(rows),
        evidence={item.id: item for item in (source(), *sources)},
        feeds=(),
        prices=(),
        artifact=f"{name}.toml",
        sha256="0" * 64,
    )


def made_profiles() -> tuple[VendorProfile, ...]:
    """Return three vendors with every kind of cell between them."""
    acme = vendor(
        "acme",
        [
            row("go_minors", "yes", "the two newest minors", items=("1.26", "1.27")),
            row("fix_sla", "yes", "days by severity", "contract", numbers={"critical": 7, "high": 14}, unit="days"),
            row("signing", "partial", "checksum files, no signature", "contract"),
            row("sbom_formats", "unknown", searched=("its pages: SBOM", "its images: labels")),
            row("fips_mode", "yes", "own module, a build flag", "old"),
            row("fips_certificate", "no", "none by its own words", "rumour", "page"),
            row("indemnity", "yes", "said on a forum", "memory"),
            row("sumdb_compat", "yes", "all modules are in the log", "blog"),
            row("air_gap", "yes", "mirror by rsync", offer="mirror"),
            row("air_gap", "unknown", offer="images", searched=("its pages: air gap",)),
            row("exit_cost", "n_a", "nothing is bought"),
        ],
        [
            source("contract", kind="contract"),
            source("old", ago=120),
            source("rumour", kind="third_party", against=("page",)),
            source("memory", kind="recall"),
            source("blog", kind="third_party", against=("terms",)),
            source("terms", kind="contract", against=("blog",)),
        ],
        core=True,
    )
    beta = vendor(
        "beta",
        [
            row("go_minors", "no", "one build at a time"),
            row("fips_mode", "yes", "the module of the system", "repo"),
            row("exit_cost", "yes", "change one FROM line"),
        ],
        [source("repo", address=f"beta/docs@{'ab' * 20}:fips.md", note="read whole")],
        title="Beta Images",
    )
    upstream = vendor(
        "go-project",
        [
            row("go_minors", "yes", "the two newest", items=("1.26", "1.27")),
            row("exit_cost", "yes", "nothing to leave"),
        ],
        title="The Go project",
    )
    return acme, beta, upstream


def made_matrix(profiles: Iterable[VendorProfile] | None = None, **how: object) -> Matrix:
    """Return their matrix of DAY."""
    found = made_profiles() if profiles is None else tuple(profiles)
    return make_matrix(found, **{"as_of": DAY, **how})  # type: ignore[arg-type]  # a test names what it changes


def made_view(matrix: Matrix | None = None, *, wanted: Sequence[str] = ("today", "acme"), **how: object) -> MatrixView:
    """Return a view with two columns of its own, the others as lines."""
    shown = matrix if matrix is not None else made_matrix(weights=DEFAULT_WEIGHTS)
    return MatrixView(matrix=shown, wanted=tuple(wanted), **how)  # type: ignore[arg-type]  # the same
