"""Go's cryptographic module where GOFIPS140 takes it from the module cache: what builds a project then.

fips_in_force(project, environ, cache)       # (folder of the Go, version) for each setting that counts
fips_copies(project, environ, cache)         # what was unpacked of these, held against the zips of that Go
fips_in_cache(environ, cache)                # all that was unpacked, held against the zips of a Go of this machine
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from supplymatrix.engine.cached_go import cached_go
from supplymatrix.model.fact import CachedCopy
from supplymatrix.net.settings import building_goroot, read_built_in, read_env_values
from supplymatrix.sources.go_fips import FIPS_PATH, check_fips, fips_folder, fips_version, fips_zip, unpacked_fips
from supplymatrix.sources.go_root import fetched_toolchains

__all__ = ["fips_copies", "fips_folders", "fips_in_cache", "fips_in_force"]

_SETTING = "GOFIPS140"


def fips_in_force(project: Path | None, environ: Mapping[str, str], cache: Path | None) -> tuple[tuple[Path, str], ...]:
    """Return the versions that are compiled, each with the Go that unpacks it. project: its go.mod or go.work, None
    where there is none. cache: the module cache.

    Where the environment is silent the go.env of the Go in PATH and that of the one that builds may say two things:
    then both count.
    """
    root = cached_go(project, environ, cache) or building_goroot(environ)
    if root is None:
        return ()
    said = [environ.get(_SETTING, "")]
    if not said[0]:
        built_in = read_built_in(root)
        said = [read_env_values(environ).get(_SETTING, "")]
        said += [built_in.values.get(_SETTING, "")] if built_in is not None else []
    versions = dict.fromkeys(fips_version(root, text) for text in said)
    return tuple((root, version) for version in versions if version)


def fips_folders(project: Path | None, environ: Mapping[str, str], cache: Path | None) -> tuple[Path, ...]:
    """Return the folders in the module cache from which these are compiled."""
    found = (fips_folder(version, cache) for _, version in fips_in_force(project, environ, cache))
    return tuple(folder for folder in found if folder is not None)


def fips_copies(project: Path | None, environ: Mapping[str, str], cache: Path | None) -> tuple[CachedCopy, ...]:
    """Return what lies in these folders; nothing for one that was not unpacked yet."""
    found = (check_fips(root, version, cache) for root, version in fips_in_force(project, environ, cache))
    return tuple(copy for copy in found if copy is not None)


def fips_in_cache(environ: Mapping[str, str], cache: Path | None) -> tuple[tuple[CachedCopy, ...], tuple[str, ...]]:
    """Return all versions that lie unpacked in a module cache, held against the zip in the Go in PATH, else in one that
    was fetched; and a note for each of which no Go here has the zip."""
    copies: list[CachedCopy] = []
    notes: list[str] = []
    local = building_goroot(environ)
    for version in unpacked_fips(cache):
        roots = (*((local,) if local is not None else ()), *fetched_toolchains(cache).folders)
        root = next((root for root in roots if fips_zip(root, version) is not None), None)
        copy = check_fips(root, version, cache) if root is not None else None
        if copy is not None:
            copies.append(copy)
        elif root is None:
            notes.append(f"{FIPS_PATH}@{version} was not looked at: no Go on this machine has the zip of it")
    return tuple(copies), tuple(notes)
