"""The Go in the module cache that builds a project: the go command fetches another than itself where go.mod, go.work or
GOTOOLCHAIN want one, and runs it from there."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from supplymatrix.engine.sbom_go import find_go_release
from supplymatrix.errors import InputError
from supplymatrix.gomod.modfile import parse_go_mod, parse_go_work
from supplymatrix.model.module import TOOLCHAIN_PATH, ModuleVersion
from supplymatrix.net.settings import building_goroot
from supplymatrix.sources.build_target import host_target
from supplymatrix.sources.files import GO_MOD_LIMIT, read_if_there
from supplymatrix.sources.go_root import toolchain_in_cache
from supplymatrix.sources.project import is_folder

__all__ = ["cached_go", "toolchain_named"]


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


def cached_go(project: Path | None, environ: Mapping[str, str], cache: Path | None) -> Path | None:
    """Return the folder of the Go that builds a project, None where it lies in no module cache, or where the project
    cannot be read. project: its go.mod or go.work, None where there is none. cache: the module cache."""
    try:
        data = read_if_there(project, GO_MOD_LIMIT, project.name) if project is not None else None
        if data is None and project is not None:
            return None
        is_work = project is not None and project.suffix == ".work"
        go_work = parse_go_work(data) if data is not None and is_work else None
        go_mod = parse_go_mod(data) if data is not None and not is_work else None
        release = find_go_release(go_mod, go_work, environ, cache)
        module = release.module
        if module is None:
            return None
        folder = cache / f"{module.escaped_path}@{module.escaped_version}" if cache is not None else None
    except InputError:
        return None
    if folder is not None and is_folder(folder):
        return folder
    root = building_goroot(environ)
    return root if root is not None and toolchain_in_cache(root) == module else None
