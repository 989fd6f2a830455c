"""What came of a search for credentials. No value here holds one."""

from __future__ import annotations

from supplymatrix.model.gap import Gap
from supplymatrix.model.go_sources import Credential, CredentialsSought
from supplymatrix.model.value import value

__all__ = ["CredentialsRun", "worst_first"]


@value
class CredentialsRun:
    """credentials: the worst first. sought: where it was looked. gaps: what could not be looked at. notes: what is
    there and as it should be, and what else is to be known. exit_code: of the command."""

    credentials: tuple[Credential, ...]
    sought: tuple[CredentialsSought, ...]
    gaps: tuple[Gap, ...]
    notes: tuple[str, ...]
    exit_code: int

    @property
    def looked(self) -> int:
        """How many files, settings and programs were looked at."""
        return sum(place.looked for place in self.sought)


def worst_first(one: Credential) -> tuple[bool, bool, bool, bool, str, int, int, str, str]:
    """Return by what credentials are ordered: what is committed, goes into an image or program, has a sure form and is
    open to others comes first; then by place."""
    place = one.location
    return (
        not one.is_committed, not one.is_shipped, not one.is_sure, not one.is_readable,
        place.artifact, place.line, place.column, one.where, one.name,
    )  # fmt: skip
