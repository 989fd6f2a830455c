"""What [toolchain] is made of: whether the Go that builds is verified, and what it may be.

Levels are those of `model.on_disk.ToolchainLevel`. Files of a release that are not as logged are an alarm, whatever a
policy says, so that there is no word for them here.
"""

from __future__ import annotations

from supplymatrix.model.location import Location
from supplymatrix.model.on_disk import ToolchainLevel
from supplymatrix.model.value import changed, value

__all__ = ["ACCEPTABLE", "BUILDING_GO", "DEFAULT_ACCEPT", "ToolchainRule", "joined", "settled"]

ACCEPTABLE = tuple(
    level.value
    for level in (
        ToolchainLevel.OFFICIAL, ToolchainLevel.CONFIG_CHANGED, ToolchainLevel.DISTRIBUTION,
        ToolchainLevel.UNKNOWN_VERSION,
    )
)  # fmt: skip
"""Levels that a policy may accept."""
DEFAULT_ACCEPT = ACCEPTABLE[:2]
BUILDING_GO = "the Go that builds the project"
"""What a gap says that it wanted, where there is no such Go on this machine."""


@value
class ToolchainRule:
    """[toolchain]. verify: the Go that builds is held against the log, None = not said. accept: the levels that pass,
    None = not said. hashes: of Gos that no release is, and that pass all the same ("h1:…"), None = not said."""

    verify: bool | None
    accept: tuple[str, ...] | None
    location: Location
    verify_location: Location
    accept_location: Location
    hashes: tuple[str, ...] | None = None
    hashes_location: Location | None = None

    @property
    def accepted(self) -> tuple[str, ...]:
        """The levels that pass."""
        return DEFAULT_ACCEPT if self.accept is None else self.accept

    @property
    def pinned(self) -> tuple[str, ...]:
        """The hashes that pass."""
        return self.hashes or ()


def settled(one: ToolchainRule | None) -> ToolchainRule | None:
    """Return what a whole policy asks: where it verifies, what it does not say is what it takes without it."""
    return changed(one, accept=one.accepted, hashes=one.pinned) if one is not None and one.verify else one


def joined(one: ToolchainRule | None, other: ToolchainRule | None) -> ToolchainRule | None:
    """Return the stricter of two: verified where one of them asks for it, accepted what both accept."""
    if one is None or other is None:
        return one or other
    accept = one.accept if other.accept is None else other.accept
    if one.accept is not None and other.accept is not None:
        accept = tuple(level for level in one.accept if level in other.accept)
    hashes = one.hashes if other.hashes is None else other.hashes
    if one.hashes is not None and other.hashes is not None:
        hashes = tuple(text for text in one.hashes if text in other.hashes)
    first = one if one.verify or not other.verify else other
    last = one if other.accept is None else other
    return ToolchainRule(
        verify=first.verify,
        accept=accept,
        location=first.location,
        verify_location=first.verify_location,
        accept_location=last.accept_location,
        hashes=hashes,
        hashes_location=(one if other.hashes is None else other).hashes_location,
    )
