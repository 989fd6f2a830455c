"""What [toolchain] is made of: whether the Go that builds is verified, and what it may be.

Levels are those of `model.on_disk.ToolchainLevel`. Files of a release that are not as logged are an alarm, whatever a
policy says, so that there is no word for them here.
"""

from __future__ import annotations

from supplymatrix.model.location import Location
from supplymatrix.model.on_disk import ToolchainLevel
from supplymatrix.model.value import value

__all__ = ["ACCEPTABLE", "BUILDING_GO", "DEFAULT_ACCEPT", "ToolchainRule", "joined"]

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
    None = not said."""

    verify: bool | None
    accept: tuple[str, ...] | None
    location: Location
    verify_location: Location
    accept_location: Location

    @property
    def accepted(self) -> tuple[str, ...]:
        """The levels that pass."""
        return DEFAULT_ACCEPT if self.accept is None else self.accept


def joined(one: ToolchainRule | None, other: ToolchainRule | None) -> ToolchainRule | None:
    """Return the stricter of two: verified where one of them asks for it, accepted what both accept."""
    if one is None or other is None:
        return one or other
    accept = one.accept if other.accept is None else other.accept
    if one.accept is not None and other.accept is not None:
        accept = tuple(level for level in one.accept if level in other.accept)
    first = one if one.verify or not other.verify else other
    last = one if other.accept is None else other
    return ToolchainRule(
        verify=first.verify,
        accept=accept,
        location=first.location,
        verify_location=first.verify_location,
        accept_location=last.accept_location,
    )
