"""What became of holding a project's module cache against the log."""

from __future__ import annotations

from supplymatrix.model.fact import CachedCopy, CopyState, Gap, SumKind
from supplymatrix.model.location import Location
from supplymatrix.model.log_word import LogWordKind
from supplymatrix.model.module import ModuleVersion
from supplymatrix.model.value import value

__all__ = ["CacheRun", "SumDifference", "UnbelievedHash", "UnprovenModule"]


@value
class SumDifference:
    """A go.sum line that is not what the log proves: the go command believes it. location.artifact: as one would type
    it."""

    subject: ModuleVersion
    kind: SumKind
    hash: str
    logged_hash: str
    location: Location


@value
class UnprovenModule:
    """A module version of which the log proves no hash. kind, reason: why not. is_declared: the policy says that it is
    private. by_go_sum: go.sum has a hash of its zip, against which its copies were held instead."""

    subject: ModuleVersion
    kind: LogWordKind
    reason: str
    is_declared: bool = False
    by_go_sum: bool = False


@value
class UnbelievedHash:
    """A module with a zip or a folder whose `.ziphash` the go command does not believe, but writes anew out of the zip.
    why: "missing" or "malformed"."""

    subject: ModuleVersion
    why: str


@value
class CacheRun:
    """name: of the project; folder: it, as typed; cache: the module cache, "" when nobody knows where it is.

    copies: held against the log's hashes, those of modules in `unproven` against go.sum's. modules: of the build list
    and of go.sum's zip lines, that come from elsewhere than a folder; absent: those without zip and folder. go_mods:
    module versions of go.sum of which only the go.mod counts. local: paths of modules that are built from a folder.
    unproven: modules of any of these. remembered: modules whose files look as in an earlier run, and were not read.
    has_go_sum: there is a line in any go.sum, or none is needed. unlisted: modules that go.mod requires for their
    packages, and of whose zip no go.sum has a line. unbelieved: no faults, and no copies. log: its name; tree_size: of
    the head that the hashes are proven under, 0 = nobody was asked.
    """

    name: str
    folder: str
    cache: str
    copies: tuple[CachedCopy, ...]
    modules: int
    absent: tuple[ModuleVersion, ...]
    go_mods: int
    local: tuple[str, ...]
    sums: tuple[SumDifference, ...]
    unproven: tuple[UnprovenModule, ...]
    gaps: tuple[Gap, ...]
    notes: tuple[str, ...]
    log: str
    tree_size: int
    remembered: int = 0
    has_go_sum: bool = True
    unlisted: tuple[ModuleVersion, ...] = ()
    unbelieved: tuple[UnbelievedHash, ...] = ()

    @property
    def differing(self) -> tuple[CachedCopy, ...]:
        """The copies that are not what they should be."""
        return tuple(copy for copy in self.copies if copy.state is CopyState.DIFFERS)

    @property
    def exit_code(self) -> int:
        """4: something is not as proven. 3: something could not be had. 1: a module is not in the log, or go.sum does
        not have it. 5: there is nothing. 0: all is as proven."""
        kinds = {module.kind for module in self.unproven}
        if self.differing or self.sums or LogWordKind.BROKEN in kinds:
            return 4
        if self.gaps:
            return 3
        if kinds & {LogWordKind.NOT_LOGGED, LogWordKind.IMPOSSIBLE} or self.unlisted or not self.has_go_sum:
            return 1
        return 0 if self.copies else 5
