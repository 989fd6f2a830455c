"""The files of a project that say of FIPS 140-3 what no other reader takes: its Go files, and where its build files,
Makefiles and scripts let Go build, with which settings.

found = read_fips_files(read_project_build(folder))
found.own, found.builds, found.gaps

Files below a go.mod of their own belong to another project. Of a Go file only the start is read, as far as its imports
go, unless it can call something that is looked for. Nothing is run.
"""

from __future__ import annotations

import os
from pathlib import Path

from supplymatrix.buildfiles.found import BuildFile, together
from supplymatrix.errors import InputError
from supplymatrix.fips.build_runs import read_runs
from supplymatrix.fips.go_runs import GoRuns
from supplymatrix.fips.own_files import OwnFile, has_calls, read_own_file
from supplymatrix.fips.script_lines import is_script, read_lines
from supplymatrix.gomod.build_constraint import KNOWN_ARCH, KNOWN_OS
from supplymatrix.gomod.go_head_quick import quick_go_head
from supplymatrix.gomod.go_imports import parse_go_head
from supplymatrix.model.gap import Gap
from supplymatrix.model.location import Location
from supplymatrix.model.value import value
from supplymatrix.sources.build_files import ProjectBuild
from supplymatrix.sources.files import read_limited

__all__ = ["FileBuilds", "FipsFiles", "has_bytes", "read_fips_files"]

_WINDOW = 16 << 10
_HEAD_LIMIT = 1 << 20
"""Bytes of a Go file in which its imports have to end."""
_CODE_LIMIT = 8 << 20
_MAX_GO_FILES = 50_000
_MAX_SCRIPTS = 300
_SCRIPT_LIMIT = 1 << 20
_FILE_LIMIT = 4 << 20
_PIECE = 4 << 20
_DEBUG = b"//go:debug"
_TAGGED = frozenset({"rpm-spec"})
_PASSED_BY = frozenset({"go.mod", "go.work", "version file"})
_FLAGS = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0) | getattr(os, "O_CLOEXEC", 0)


@value
class FileBuilds:
    """A build file, and what it starts."""

    file: BuildFile
    runs: GoRuns


@value
class FipsFiles:
    """own: Go files that only some builds take, that set the mode, or that call what is looked for; by path. builds:
    build files, then Makefiles and scripts. gaps: what could not be read."""

    own: tuple[OwnFile, ...]
    builds: tuple[FileBuilds, ...]
    gaps: tuple[Gap, ...]


def read_fips_files(build: ProjectBuild) -> FipsFiles:
    """Return what the files of a project show. Raises nothing."""
    others = tuple(name.removesuffix("go.mod") for name in build.names if name.endswith("/go.mod"))
    names = [name for name in build.names if not (others and name.startswith(others))]
    gaps: list[Gap] = []
    go_files = [name for name in names if name.endswith(".go") and not _is_left_out(name)]
    if len(go_files) > _MAX_GO_FILES:
        gaps.append(
            _gap(f"{len(go_files) - _MAX_GO_FILES:,} more Go files", f"no more than {_MAX_GO_FILES:,} are read")
        )
    own = [_go_file(build.root, name, gaps) for name in go_files[:_MAX_GO_FILES]]
    scripts = [name for name in names if is_script(name)]
    if len(scripts) > _MAX_SCRIPTS:
        gaps.append(_gap(f"{len(scripts) - _MAX_SCRIPTS:,} more scripts", f"no more than {_MAX_SCRIPTS:,} are read"))
    builds = [_build_file(build.root, file, gaps) for file in build.files if file.kind not in _PASSED_BY]
    builds += [_script(build.root, name, gaps) for name in scripts[:_MAX_SCRIPTS]]
    return FipsFiles(
        own=tuple(one for one in own if one is not None),
        builds=tuple(one for one in builds if one is not None),
        gaps=tuple(gaps),
    )


def _is_left_out(name: str) -> bool:
    """Return whether no build takes a Go file, by its name."""
    base = name.rpartition("/")[2]
    return base.endswith("_test.go") or base.startswith(("_", "."))


def _go_file(root: Path, name: str, gaps: list[Gap]) -> OwnFile | None:
    """Return a Go file that tells something here."""
    try:
        data, is_whole = _head(root / name)
    except (OSError, ValueError) as err:
        why = err.strerror if isinstance(err, OSError) and err.strerror else str(err)
        gaps.append(_gap(f"what {name[:200]} says", f"it cannot be read: {why}", name))
        return None
    if not is_whole:
        wanted = f"//go:debug lines and imports of {name[:200]}"
        gaps.append(_gap(wanted, f"its package clause and imports do not end within {_HEAD_LIMIT:,} bytes", name))
        return None
    quick = quick_go_head(data)
    is_plain = quick is not None and _DEBUG not in data and not quick.constraints and not has_calls(quick.imports)
    if is_plain and not _has_system(name):
        return None
    head = parse_go_head(data)
    if head is not None and has_calls(one.path for one in head.imports):
        try:
            data = read_limited(root / name, _CODE_LIMIT, "Go file")
        except InputError as err:
            gaps.append(_gap(f"calls in {name[:200]}", err.diagnostics[0].message, name))
    found = read_own_file(data, name)
    return found if found is not None and (found.calls or found.lines or _may_be_left_out(found)) else None


def _may_be_left_out(file: OwnFile) -> bool:
    is_c = any(one.path == "C" for one in file.imports)
    return _has_system(file.name) or bool(file.constraints) or is_c


def _has_system(name: str) -> bool:
    """Return whether a file's name may say for which system or processor it is."""
    words = name.rpartition("/")[2].partition(".")[0].split("_")[1:]
    return not KNOWN_OS.isdisjoint(words) or not KNOWN_ARCH.isdisjoint(words)


def _head(path: Path) -> tuple[bytes, bool]:
    """Return the first bytes of a plain file, as far as its imports go, and whether these end in them. Raises
    OSError."""
    descriptor = os.open(path, _FLAGS)
    try:
        data, window = b"", _WINDOW
        while True:
            while len(data) < window:
                piece = os.read(descriptor, window - len(data))
                if not piece:
                    return data, True
                data += piece
            if quick_go_head(data) is not None or parse_go_head(data, whole=False) is not None:
                return data, True
            if window >= _HEAD_LIMIT:
                return data, False
            window = min(window * 8, _HEAD_LIMIT)
    finally:
        os.close(descriptor)


def _build_file(root: Path, file: BuildFile, gaps: list[Gap]) -> FileBuilds | None:
    name = file.artifact
    try:
        data = read_limited(root / name, _FILE_LIMIT, "build file")
        runs = read_runs(data, name, file.kind)
    except InputError as err:
        gaps.append(_gap(f"what {name[:200]} builds", err.diagnostics[0].message, name))
        return None
    if file.kind in _TAGGED and (b"-tags" in data or b"-static" in data):
        file = together(name, file.kind, file, read_lines(data, name, tags_only=True))
    return FileBuilds(file=file, runs=runs)


def _script(root: Path, name: str, gaps: list[Gap]) -> FileBuilds | None:
    """Return what a Makefile or script starts; None where it has to do with none of that."""
    try:
        data = read_limited(root / name, _SCRIPT_LIMIT, "script")
        runs = read_runs(data, name, "script")
    except InputError as err:
        gaps.append(_gap(f"what {name[:200]} builds", err.diagnostics[0].message, name))
        return None
    file = BuildFile(artifact=name, kind="script")
    if not runs.runs and not runs.starts:
        file = read_lines(data, name)
        if not file.signs or not any(sign.texts[0] for sign in file.signs):
            return None
    return FileBuilds(file=file, runs=runs)


def has_bytes(path: Path, wanted: bytes, *, size: int) -> bool | None:
    """Return whether a plain file holds some bytes, None where it cannot be read, or is another one. size: that it has,
    so that an archive is not taken for what is in it."""
    try:
        descriptor = os.open(path, _FLAGS)
    except (OSError, ValueError):
        return None
    try:
        if os.fstat(descriptor).st_size != size:
            return None
        before = b""
        while True:
            piece = os.read(descriptor, _PIECE)
            if not piece:
                return False
            if wanted in before + piece[: len(wanted)] or wanted in piece:
                return True
            before = piece[-len(wanted) :]
    except OSError:
        return None
    finally:
        os.close(descriptor)


def _gap(wanted: str, reason: str, name: str = "") -> Gap:
    place = Location(artifact=name) if name else None
    return Gap(wanted=wanted, reason=reason, remedy="look at it by hand", subject=name, location=place)
