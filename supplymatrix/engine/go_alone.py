"""The Go that runs where no project says which: the one that GOTOOLCHAIN names, and those that programs were built by.

    go = cached_go(None, environ, cache)
    judge_alone(go, source, means, on_event)                   # an InstalledGo
    gos_of_programs(("go1.26.1",), environ, cache)             # where they lie, and those of which nobody knows where

`go install PACKAGE@VERSION` takes another Go than the one in PATH where the go.mod of that package wants it: which one
is known only when it has run, from the programs that it wrote.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path

from supplymatrix.engine.cached_go import toolchain_named
from supplymatrix.engine.events import OnEvent
from supplymatrix.engine.means import Means
from supplymatrix.engine.policy_source import PolicySource
from supplymatrix.engine.verify_goroot import GorootRequest, verify_goroot
from supplymatrix.gomod.goversion import is_toolchain
from supplymatrix.model.on_disk import InstalledGo
from supplymatrix.net.settings import building_goroot
from supplymatrix.sources.go_root import go_version_of

__all__ = ["gos_of_programs", "judge_alone"]


def judge_alone(root: Path, source: PolicySource, means: Means, on_event: OnEvent) -> InstalledGo:
    """Return what the Go in a folder is. source: of the policy, which may name another log than Go's.

    Raises InputError for a folder without a Go, and for a policy that cannot be used; TrustError for a log that lied.
    """
    return verify_goroot(GorootRequest(means=means, paths=(root,), policy=source), on_event).installed[0]


def gos_of_programs(
    versions: Iterable[str], environ: Mapping[str, str], cache: Path | None
) -> tuple[tuple[Path, ...], tuple[str, ...]]:
    """Return the folders of the Gos that built programs, but for the one in PATH; and the names of those that are not
    on this machine. versions: as programs record them, "go1.26.1 X:aliastypeparams"."""
    local = building_goroot(environ)
    here = go_version_of(local) if local is not None else ""
    roots: dict[Path, None] = {}
    lost: list[str] = []
    for name in sorted({version.partition(" ")[0].partition("-X:")[0] for version in versions}):
        bare = name.partition("-")[0].removeprefix("go")
        if not is_toolchain(name) or name == f"go{here}":
            continue
        root = toolchain_named(name, cache)
        if root is not None:
            roots[root] = None
        elif here and bare != here:
            lost.append(name)
    return tuple(roots), tuple(lost)
