"""Which Gos take part when `go` is typed: the command that PATH leads to, and the GOROOT that it builds with.

    running = find_running_go(environ)
    running.command                 # Path("/usr/local/go/bin/go")
    running.places                  # ((Path("/usr/local/go"), "PATH"),)
    told(go, running)               # a Go of these, with what else runs with it

Mostly both are one. With GOROOT set, or with another program that is called go before the right one, they are not: then
files of two places decide what is built, and a right GOROOT alone says nothing.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path

from supplymatrix.model.fact import Gap
from supplymatrix.model.on_disk import InstalledGo
from supplymatrix.model.value import changed, value
from supplymatrix.net.settings import building_goroot, goroot_round
from supplymatrix.sources.go_command import find_go

__all__ = ["GO_IN_PATH", "RunningGo", "find_running_go", "is_same_folder", "told"]

GO_IN_PATH = "which Go the `go` in PATH is"
_STRAY = "the `go` that runs is not of this GOROOT"
_OF_PATH, _OF_GOROOT = "PATH", "GOROOT"


@value
class RunningGo:
    """command: the first `go` in PATH, None for none. root: the folder whose tools and library a build takes, None
    where nothing says it. is_own: the command is the one of that folder. places: folders of the Gos that take part,
    each with how it was found. gaps: what is not known of them."""

    command: Path | None
    root: Path | None
    is_own: bool
    places: tuple[tuple[Path, str], ...]
    gaps: tuple[Gap, ...]


def find_running_go(environ: Mapping[str, str]) -> RunningGo:
    """Return which Gos take part on this machine. Nothing is run."""
    command, root = find_go(environ), building_goroot(environ)
    own = goroot_round(command) if command is not None else None
    is_own = command is not None and root is not None and _is_of(command, root)
    places: list[tuple[Path, str]] = []
    if root is not None and os.path.isdir(root):  # noqa: PTH112 - Path.is_dir raises in a folder that is closed
        places.append((root, _OF_PATH if is_own else _OF_GOROOT))
    if command is not None and own is not None and not is_own and _is_of(command, own):
        places.append((own, _OF_PATH))
    return RunningGo(
        command=command, root=root, is_own=is_own, places=tuple(places), gaps=tuple(_gaps(command, root, places))
    )


def told(go: InstalledGo, running: RunningGo) -> InstalledGo:
    """Return a Go with the risk that another program than its own command is run with it."""
    if go.found_as != _OF_GOROOT or running.command is None or running.is_own:
        return go
    return changed(go, risks=(*go.risks, _STRAY), runs=str(running.command))


def is_same_folder(one: Path, other: Path) -> bool:
    """Return whether two paths lead to one folder."""
    try:
        return one.samefile(other)
    except OSError:
        return False


def _is_of(command: Path, root: Path) -> bool:
    """Return whether a command is the one of a GOROOT, under whatever name: what lies in its bin is verified with it.

    A Go that was built for another system has it in a folder of its own there.
    """
    name = "go.exe" if sys.platform == "win32" else "go"
    below = Path(os.path.realpath(command)).parent.name
    return any(is_same_folder(command, file) for file in (root / "bin" / name, root / "bin" / below / name))


def _gaps(command: Path | None, root: Path | None, places: list[tuple[Path, str]]) -> Iterator[Gap]:
    if command is not None and root is None:
        reason = f"{command} lies in no Go, and may run any"
        yield Gap(wanted=GO_IN_PATH, reason=reason, remedy="put the folder bin of a Go first in PATH")
    elif root is not None and not any(place == root for place, _ in places):
        yield Gap(
            wanted="what the GOROOT is", reason=f"there is no folder {root}", remedy="set GOROOT right, or not at all"
        )
