"""Where vendors enter the way from source to running program, in the order of that way.

source → policy → module → toolchain → build flag → base image → runtime
"""

from __future__ import annotations

from collections.abc import Iterable

from supplymatrix.model.value import value
from supplymatrix.model.vendor import EntryPoint, Offer, Point, VendorProfile

__all__ = ["STAGES", "Entered", "Stage", "entry_map"]

STAGES: tuple[tuple[Point, str, str], ...] = (
    (Point.POLICY, "policy", "which modules and versions may come in"),
    (Point.MODULE, "module", "where go.mod's modules are fetched from"),
    (Point.TOOLCHAIN, "toolchain", "which go command builds"),
    (Point.BUILD_FLAG, "build flag", "how it is told to build"),
    (Point.BASE_IMAGE, "base image", "what the program is built and shipped on"),
    (Point.RUNTIME, "runtime", "what it needs where it runs"),
)
"""The stages in order, each with its title and what is decided there."""


@value
class Entered:
    """One offer of one vendor at one stage."""

    vendor: VendorProfile
    offer: Offer
    entry: EntryPoint


@value
class Stage:
    """One stage, and who enters there. what: what is decided there."""

    point: Point
    title: str
    what: str
    entered: tuple[Entered, ...]


def entry_map(profiles: Iterable[VendorProfile]) -> tuple[Stage, ...]:
    """Return all stages in order, with the vendors in theirs; a stage where nobody enters is there too."""
    rows = [
        Entered(vendor=profile, offer=offer, entry=entry)
        for profile in profiles
        for entry in profile.entries
        for offer in profile.offers
        if offer.id == entry.offer
    ]
    return tuple(
        Stage(point=point, title=title, what=what, entered=tuple(row for row in rows if row.entry.point is point))
        for point, title, what in STAGES
    )
