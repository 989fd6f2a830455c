"""The files of a project that say of FIPS 140-3 what no other reader takes: `//go:debug` lines of its programs, and
Makefiles, scripts and build tags.

found = read_fips_files(read_project_build(folder))
found.lines, found.scripts, found.tags, found.gaps

Files below a go.mod of their own belong to another project. Of a Go file only the start is read, as far as its package
clause goes. Nothing is run.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

from supplymatrix.buildfiles.found import BuildFile
from supplymatrix.errors import InputError
from supplymatrix.fips.script_lines import is_script, read_lines
from supplymatrix.fips.sources import DebugLine, debug_lines
from supplymatrix.model.gap import Gap
from supplymatrix.model.location import Location
from supplymatrix.model.value import value
from supplymatrix.sources.build_files import ProjectBuild
from supplymatrix.sources.files import read_limited

__all__ = ["FipsFiles", "read_fips_files"]

_HEAD = 16 << 10
"""Bytes of a Go file in which its package clause has to begin for its `//go:debug` lines to be seen."""
_MAX_GO_FILES = 50_000
_MAX_SCRIPTS = 300
_SCRIPT_LIMIT = 1 << 20
_DEBUG = b"//go:debug"
_TAGGED = frozenset({"dockerfile", "workflow", "gitlab-ci", "rpm-spec"})
_FLAGS = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0) | getattr(os, "O_CLOEXEC", 0)


@value
class FipsFiles:
    """lines: of main packages, by file. scripts: Makefiles and scripts, as build files. tags: file → what it builds
    with, of files that have a reader of their own. gaps: what could not be read."""

    lines: tuple[DebugLine, ...]
    scripts: tuple[BuildFile, ...]
    tags: tuple[BuildFile, ...]
    gaps: tuple[Gap, ...]


def read_fips_files(build: ProjectBuild) -> FipsFiles:
    """Return what the files of a project show. Raises nothing."""
    others = tuple(name.removesuffix("go.mod") for name in build.names if name.endswith("/go.mod"))
    own = [name for name in build.names if not (others and name.startswith(others))]
    gaps: list[Gap] = []
    go_files = [name for name in own if name.endswith(".go") and not name.endswith("_test.go")]
    if len(go_files) > _MAX_GO_FILES:
        gaps.append(
            _gap(f"{len(go_files) - _MAX_GO_FILES:,} more Go files", f"no more than {_MAX_GO_FILES:,} are read")
        )
    lines = [line for name in go_files[:_MAX_GO_FILES] for line in _debug_lines(build.root, name, gaps)]
    scripts = [name for name in own if is_script(name)]
    if len(scripts) > _MAX_SCRIPTS:
        gaps.append(_gap(f"{len(scripts) - _MAX_SCRIPTS:,} more scripts", f"no more than {_MAX_SCRIPTS:,} are read"))
    read = [_read_script(build.root, name, gaps, tags_only=False) for name in scripts[:_MAX_SCRIPTS]]
    tagged = [file.artifact for file in build.files if file.kind in _TAGGED]
    tags = [_read_script(build.root, name, gaps, tags_only=True) for name in tagged]
    return FipsFiles(
        lines=tuple(lines),
        scripts=tuple(one for one in read if one is not None and one.signs),
        tags=tuple(one for one in tags if one is not None and one.signs),
        gaps=tuple(gaps),
    )


def _debug_lines(root: Path, name: str, gaps: list[Gap]) -> Iterator[DebugLine]:
    try:
        head = _head(root / name)
    except (OSError, ValueError) as err:
        why = err.strerror if isinstance(err, OSError) and err.strerror else str(err)
        gaps.append(_gap(f"//go:debug lines of {name[:200]}", f"it cannot be read: {why}", name))
        return
    if _DEBUG in head:
        found = debug_lines(head, name)
        if found and b"package main" in head:
            yield from found


def _head(path: Path) -> bytes:
    """Return the first bytes of a plain file. Raises OSError."""
    descriptor = os.open(path, _FLAGS)
    try:
        return os.read(descriptor, _HEAD)
    finally:
        os.close(descriptor)


def _read_script(root: Path, name: str, gaps: list[Gap], *, tags_only: bool) -> BuildFile | None:
    try:
        data = read_limited(root / name, _SCRIPT_LIMIT, "script")
    except InputError as err:
        gaps.append(_gap(f"what {name[:200]} builds", err.diagnostics[0].message, name))
        return None
    if tags_only and b"-tags" not in data and b"-static" not in data:
        return None
    return read_lines(data, name, tags_only=tags_only)


def _gap(wanted: str, reason: str, name: str = "") -> Gap:
    place = Location(artifact=name) if name else None
    return Gap(wanted=wanted, reason=reason, remedy="look at it by hand", subject=name, location=place)
