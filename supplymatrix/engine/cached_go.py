"""The Go in the module cache that builds a project: the go command fetches another than itself where go.mod, go.work or
GOTOOLCHAIN want one, and runs it from there. A command in PATH that is called like that one it runs instead."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from supplymatrix.engine.sbom_go import find_go_release
from supplymatrix.errors import InputError
from supplymatrix.gomod.modfile import parse_go_mod, parse_go_work
from supplymatrix.model.module import TOOLCHAIN_PATH, ModuleVersion
from supplymatrix.model.value import value
from supplymatrix.net.settings import building_goroot, goroot_round
from supplymatrix.sources.build_target import host_target
from supplymatrix.sources.files import GO_MOD_LIMIT, read_if_there
from supplymatrix.sources.go_command import find_go
from supplymatrix.sources.go_root import go_version_of, toolchain_in_cache
from supplymatrix.sources.project import is_folder

__all__ = ["OtherGo", "cached_go", "other_go", "toolchain_named"]


def toolchain_named(name: str, cache: Path | None) -> Path | None:
    """Return the folder of a toolchain for this machine in the module cache, None where it is not there. name:
    "go1.26.8"."""
    if cache is None:
        return None
    try:
        module = ModuleVersion(path=TOOLCHAIN_PATH, version=f"v0.0.1-{name}.{'-'.join(host_target())}")
        folder = cache / f"{module.escaped_path}@{module.escaped_version}"
    except InputError:
        return None
    return folder if is_folder(folder) else None


@value
class OtherGo:
    """root: the folder of the Go, None where it is not known. command: of PATH, called like the toolchain, which the go
    command runs before it looks into the module cache; None where there is none."""

    root: Path | None
    command: Path | None = None


def cached_go(project: Path | None, environ: Mapping[str, str], cache: Path | None) -> Path | None:
    """Return the folder of the Go that builds a project where it is another than the one in PATH, or lies in a module
    cache; None else, and where the project cannot be read. Likewise `other_go`, which tells more."""
    other = other_go(project, environ, cache)
    return other.root if other is not None else None


def other_go(project: Path | None, environ: Mapping[str, str], cache: Path | None) -> OtherGo | None:
    """Return the Go that builds a project where it is not that of the `go` in PATH, or lies in a module cache.

    project: its go.mod or go.work, None where there is none. cache: the module cache.
    """
    try:
        data = read_if_there(project, GO_MOD_LIMIT, project.name) if project is not None else None
        if data is None and project is not None:
            return None
        is_work = project is not None and project.suffix == ".work"
        go_work = parse_go_work(data) if data is not None and is_work else None
        go_mod = parse_go_mod(data) if data is not None and not is_work else None
        release = find_go_release(go_mod, go_work, environ, cache)
        module = release.module
        folder = cache / f"{module.escaped_path}@{module.escaped_version}" if module and cache is not None else None
    except InputError:
        return None
    local = building_goroot(environ)
    name = release.toolchain or release.version
    if local is not None and name and name != go_version_of(local):
        command = find_go(environ, called=f"go{name}")
        if command is not None:
            return OtherGo(root=goroot_round(command), command=command)
    if folder is not None and is_folder(folder):
        return OtherGo(root=folder)
    if module is not None and local is not None and toolchain_in_cache(local) == module:
        return OtherGo(root=local)
    return None
