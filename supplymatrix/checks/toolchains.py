"""What rules about an installed Go share: how it is named in a result. No result depends on where a Go lies."""

from __future__ import annotations

from supplymatrix.model.fact import Gap
from supplymatrix.model.module import TOOLCHAIN_PATH, ModuleVersion
from supplymatrix.model.on_disk import InstalledGo

__all__ = ["gap_of_go", "go_module", "go_subject", "name_go"]

_APART = frozenset({"module cache", "GOROOT"})
"""Ways to be found in which a Go of the same version may take part beside the one in PATH."""


def go_module(go: InstalledGo) -> ModuleVersion:
    """Return the module under which a waiver speaks of a Go: golang.org/toolchain, of its version where that is
    known."""
    return go.subject or ModuleVersion(path=TOOLCHAIN_PATH, version="")


def go_subject(go: InstalledGo) -> str:
    """Return the subject of a result about a Go; of one that is not the one in PATH it says so."""
    name = str(go.subject) if go.subject else " ".join(filter(None, (TOOLCHAIN_PATH, go.version, go.platform)))
    return f"{name} ({go.found_as})" if go.found_as in _APART else name


def name_go(go: InstalledGo) -> str:
    """Return a Go as a message names it: "Go 1.26.8 in /usr/local/go"."""
    return f"Go {go.version} in {go.root}" if go.version else f"the Go in {go.root}"


def gap_of_go(go: InstalledGo) -> Gap:
    """Return the gap of a Go that could not be checked."""
    return Gap(
        wanted=f"what the Go in {go.root} is",
        reason=go.reason or "it was not hashed",
        remedy=go.remedy or "run again",
        subject=str(go.subject or ""),
    )
