"""Small vendors for tests of decisions: profiles of a few words, and options of bare spans."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from fractions import Fraction
from random import Random

from hypothesis import strategies as st

from supplymatrix.model.location import Location
from supplymatrix.model.vendor import (
    Capability,
    Confidence,
    EvidenceKind,
    Price,
    Scope,
    State,
    VendorEvidence,
    VendorKind,
    VendorProfile,
    VendorStatus,
    VersionRule,
)
from supplymatrix.vendors.cells import Cell, CellStatus
from supplymatrix.vendors.decision import CRITERIA
from supplymatrix.vendors.matrix import Option

__all__ = ["DAY", "KEYS", "SPANS", "answer", "any_options", "bare_option", "dice", "evidence", "profile"]

DAY = date(2026, 11, 25)
KEYS = ("fips_mode", "fix_sla", "air_gap", "sbom_formats", "arches")
"""A few criteria: a decision over five keys is small enough to work out by hand."""
_PLACE = Location(artifact="x.toml", line=1, column=1)
_NONE, _HALF, _ALL = Fraction(0), Fraction(1, 2), Fraction(1)
SPANS = ((_NONE, _NONE), (_HALF, _HALF), (_ALL, _ALL), (_NONE, _ALL), (_HALF, _ALL), (_NONE, _HALF))


def dice(seed: int) -> Random:
    """Return a generator that gives the same numbers for the same seed."""
    return Random(seed)  # noqa: S311 - nothing secret hangs on it


def bare_option(name: str, spans: Sequence[tuple[Fraction, Fraction]], keys: Sequence[str] = KEYS) -> Option:
    """Return an option of which only the spans of its cells are known; keys that are left out earn nothing."""
    of = dict(zip(keys, spans, strict=True))
    cells = {}
    for key in CRITERIA:
        low, high = of.get(key, (_NONE, _NONE))
        state = {_NONE: State.NO, _HALF: State.PARTIAL, _ALL: State.YES}[low] if low == high else State.UNKNOWN
        status = CellStatus.LIVE if low == high else CellStatus.UNKNOWN
        cells[key] = Cell(key=key, state=state, status=status, answers=(), low=low, high=high)
    return Option(id=name, name=name.title(), profile=None, cells=cells)


def any_options(most: int = 4) -> st.SearchStrategy[list[Option]]:
    """Return options with any spans."""
    row = st.lists(st.sampled_from(SPANS), min_size=len(KEYS), max_size=len(KEYS))
    return st.lists(row, min_size=1, max_size=most).map(
        lambda rows: [bare_option(f"option{number}", spans) for number, spans in enumerate(rows)]
    )


def evidence(name: str, kind: EvidenceKind = EvidenceKind.VENDOR_DOC, read: date = DAY) -> VendorEvidence:
    """Return a source that was read on a day."""
    return VendorEvidence(
        id=name, source=f"https://{name}.example/", kind=kind, source_date=None, retrieved_at=read, expires_at=None,
        confidence=Confidence.HIGH, sha256="", locator="", note="", conflicts_with=(), location=_PLACE,
    )  # fmt: skip


def answer(
    key: str,
    state: State,
    *,
    items: tuple[str, ...] = (),
    offer: str = "",
    by: tuple[str, ...] = ("page",),
    complete: bool = True,
) -> Capability:
    """Return a row of a profile; its list is a complete one where nothing else is said."""
    unknown = state is State.UNKNOWN
    return Capability(
        key=key, state=state, value="" if unknown else f"{state.value} indeed", items=items, numbers={}, unit="",
        scope=Scope(offer=offer), evidence=() if unknown else by, searched=("the manual",) if unknown else (),
        searched_at=DAY if unknown else None, note="", location=_PLACE, complete=complete,
    )  # fmt: skip


def profile(
    name: str,
    rows: Mapping[str, State] | Sequence[Capability],
    *,
    sources: Sequence[VendorEvidence] = (),
    prices: Sequence[Price] = (),
) -> VendorProfile:
    """Return a profile; its evidence "page" is live on DAY."""
    capabilities = [answer(key, state) for key, state in rows.items()] if isinstance(rows, Mapping) else rows
    return VendorProfile(
        id=name, name=name.title(), parent="", status=VendorStatus.ACTIVE, status_date=None,
        url="https://vendor.example/", core=False, kind=VendorKind.IMAGES, versions=VersionRule.REBASE,
        reviewed_at=DAY, reviewer="somebody", status_evidence=(), offers=(), entries=(), lifetimes=(),
        capabilities=tuple(capabilities), evidence={item.id: item for item in (evidence("page"), *sources)}, feeds=(),
        prices=tuple(prices), artifact=f"vendor_profiles/{name}.toml", sha256="0" * 64,
    )  # fmt: skip
