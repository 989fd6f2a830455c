"""Copies of modules on this machine, held against the hash that the log proved: zips, extracted folders."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from pathlib import Path

from supplymatrix.errors import Diagnostic, InputError
from supplymatrix.gomod.dirhash import ZIP_LIMIT, hash_zip
from supplymatrix.model.fact import CachedCopy, CopyKind
from supplymatrix.model.module import ModuleVersion
from supplymatrix.sources.pread import open_at

__all__ = ["check_copies", "find_copies", "hash_zip_file", "module_cache"]


def module_cache(environ: Mapping[str, str], user_values: Mapping[str, str] | None = None) -> Path | None:
    """Return the module cache: $GOMODCACHE, else pkg/mod below the first $GOPATH, else ~/go/pkg/mod; None if unknown.

    user_values: the go command's own settings file, which counts where the environment is silent. Raises InputError for
    a relative path, which the go command refuses.
    """
    values = {**(user_values or {}), **{name: value for name, value in environ.items() if value}}
    if values.get("GOMODCACHE"):
        _refuse_relative("GOMODCACHE", values["GOMODCACHE"])
        return Path(values["GOMODCACHE"])
    entries = values.get("GOPATH", "").split(os.pathsep)
    for entry in filter(None, entries):
        _refuse_relative("GOPATH", entry)
    first = entries[0]
    if first:
        return Path(first, "pkg", "mod")
    home = environ.get("HOME") or environ.get("USERPROFILE") or ""
    return Path(home, "go", "pkg", "mod") if home else None


def _refuse_relative(name: str, text: str) -> None:
    if not os.path.isabs(text):  # noqa: PTH117 - a text
        message = f"{name} is a relative path, which the go command refuses"
        raise InputError(Diagnostic(message=message, seen=text[:200], remedy=f"set {name} to an absolute path"))


def find_copies(cache: Path | None, module: ModuleVersion) -> Iterator[tuple[CopyKind, Path]]:
    """Yield the copies of a module that are there."""
    try:
        path, version = module.escaped_path, module.escaped_version
    except InputError:
        return
    if cache is not None:
        zip_path = cache / "cache" / "download" / path / "@v" / f"{version}.zip"
        if _is_there(zip_path):
            yield CopyKind.ZIP, zip_path
        folder = cache / f"{path}@{version}"
        if _is_there(folder):
            yield CopyKind.FOLDER, folder


def check_copies(
    logged: Mapping[ModuleVersion, str],
    cache: Path | None,
    *,
    go_mods: Mapping[ModuleVersion, str] | None = None,
    jobs: int = 4,
) -> tuple[CachedCopy, ...]:
    """Hold the copies of modules against proven hashes. logged: of zips; go_mods: of go.mod files, of any modules.
    jobs: how many modules are looked at side by side.

    A copy that cannot be read, changes meanwhile, or cannot be checked yet, is UNCHECKED with the reason. One that no
    go command would unpack DIFFERS with the reason. A zip that has the hash is EQUAL, whatever its files are called:
    it is what was logged; what breaks the rules of module zips then is told as the reason.
    """
    from supplymatrix.sources.copy_check import CopyCheck, Hashes

    mods = go_mods or {}
    hashes = {module: Hashes(zip=logged.get(module, ""), go_mod=mods.get(module, "")) for module in {**logged, **mods}}
    with CopyCheck(logged, cache, jobs=jobs) as check:
        return check.judge(hashes)


def hash_zip_file(path: Path) -> str:
    """Return the h1 of a zip file.

    Raises InputError when it is no zip that the go command could read or larger inside than a module may be; OSError
    when it cannot be read, is no plain file, has more than 500 MiB, or changed meanwhile (FileChangedError).
    """
    with open_at(path, limit=ZIP_LIMIT) as file:
        return hash_zip(file)


def _is_there(path: Path) -> bool:
    try:
        path.lstat()
    except (OSError, ValueError):  # a NUL in a name
        return False
    return True
