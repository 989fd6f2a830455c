"""The updates that clear known vulnerabilities of a project, before anybody makes them."""

from __future__ import annotations

from supplymatrix.model.gap import Gap
from supplymatrix.model.value import value
from supplymatrix.model.vulnerability import VulnDatabase

__all__ = ["FixPlan", "FixStep", "NotCleared", "Raise"]


@value
class Raise:
    """A module of the build list whose version changes. was: "" when it comes in anew."""

    path: str
    was: str
    becomes: str


@value
class FixStep:
    """One `go get`. path: a module, or "toolchain". clears: ids of advisories that it is there for, and those that the
    modules bring about which it raises. brings: what else it raises, by path."""

    path: str
    was: str
    becomes: str
    clears: tuple[str, ...]
    brings: tuple[Raise, ...] = ()

    @property
    def command(self) -> str:
        """The command line."""
        return f"go get {self.path}@{self.becomes}"


@value
class NotCleared:
    """An advisory that no step clears. reason, remedy: in words."""

    path: str
    version: str
    advisory: str
    reason: str
    remedy: str


@value
class FixPlan:
    """name: of the project. steps: in the order of paths. is_smallest: fewer updates of affected modules surely do not
    do. raised: all modules of the build list that change. found: ids of the advisories that were to be cleared.
    old, new: bytes of go.mod before and after. tidy: what the go command will have to do beside it, in words.
    """

    name: str
    found: tuple[str, ...]
    steps: tuple[FixStep, ...]
    raised: tuple[Raise, ...]
    not_cleared: tuple[NotCleared, ...]
    old: bytes
    new: bytes
    databases: tuple[VulnDatabase, ...]
    gaps: tuple[Gap, ...] = ()
    notes: tuple[str, ...] = ()
    is_smallest: bool = True

    @property
    def exit_code(self) -> int:
        """0: all is cleared, or nothing was found. 1: something stays. 3: something is not known."""
        return 3 if self.gaps else 1 if self.not_cleared else 0
