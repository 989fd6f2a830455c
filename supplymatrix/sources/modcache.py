"""Copies of modules on this machine, held against the hash that the log proved: zips, extracted folders, vendor/."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from supplymatrix.errors import InputError
from supplymatrix.gomod.dirhash import ZIP_LIMIT, hash_zip
from supplymatrix.model.fact import CachedCopy, CopyKind, CopyState
from supplymatrix.model.module import ModuleVersion

__all__ = ["check_copies", "find_copies", "module_cache"]

_FLAGS = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)
_LATER = "files that lie unpacked are not compared yet"


def module_cache(environ: Mapping[str, str], user_values: Mapping[str, str] | None = None) -> Path | None:
    """Return the module cache: $GOMODCACHE, else pkg/mod below the first $GOPATH, else ~/go/pkg/mod; None if unknown.

    user_values: the go command's own settings file, which counts where the environment is silent.
    """
    values = {**(user_values or {}), **{name: value for name, value in environ.items() if value}}
    if values.get("GOMODCACHE"):
        return Path(values["GOMODCACHE"])
    first = values.get("GOPATH", "").split(os.pathsep)[0]
    if first:
        return Path(first, "pkg", "mod")
    home = environ.get("HOME") or environ.get("USERPROFILE") or ""
    return Path(home, "go", "pkg", "mod") if home else None


def find_copies(cache: Path | None, module: ModuleVersion, root: Path | None = None) -> Iterator[tuple[CopyKind, Path]]:
    """Yield the copies of a module that are there. root: of the project, whose vendor/ is looked into too."""
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
    if root is not None and _is_there(root / "vendor" / module.path):
        yield CopyKind.VENDORED, root / "vendor" / module.path


def check_copies(
    logged: Mapping[ModuleVersion, str], cache: Path | None, root: Path | None = None, *, jobs: int = 4
) -> tuple[CachedCopy, ...]:
    """Hash the copies of modules and compare them. logged: module → proven zip hash; jobs: threads.

    A copy that cannot be read, or cannot be checked yet, is UNCHECKED with the reason.
    """
    found = [(module, kind, path) for module in logged for kind, path in find_copies(cache, module, root)]

    def check(item: tuple[ModuleVersion, CopyKind, Path]) -> CachedCopy:
        module, kind, path = item
        return _check(module, kind, path, logged[module])

    with ThreadPoolExecutor(max_workers=max(1, min(jobs, os.cpu_count() or 1))) as pool:
        return tuple(pool.map(check, found))


def _check(module: ModuleVersion, kind: CopyKind, path: Path, logged: str) -> CachedCopy:
    state, seen, reason = CopyState.UNCHECKED, "", _LATER
    if kind is CopyKind.ZIP:
        try:
            seen, reason = _hash(path), ""
            state = CopyState.EQUAL if seen == logged else CopyState.DIFFERS
        except InputError as err:
            state, reason = CopyState.DIFFERS, err.diagnostics[0].message
        except OSError as err:  # of the disk: what a crafted zip can provoke is an InputError
            reason = f"it cannot be read: {err.strerror or err}"
    return CachedCopy(
        subject=module, kind=kind, state=state, path=str(path), hash=seen, logged_hash=logged, reason=reason
    )


def _hash(path: Path) -> str:
    """Return the h1 of a zip. Raises OSError when it cannot be read, InputError when it is no module zip."""
    descriptor = os.open(path, _FLAGS)
    try:
        info = os.fstat(descriptor)
        if not stat.S_ISREG(info.st_mode):
            raise OSError("it is no plain file")
        if info.st_size > ZIP_LIMIT:
            raise OSError(f"it has {info.st_size:,} bytes, more than a module zip may")
        with os.fdopen(descriptor, "rb", closefd=False) as file:
            return hash_zip(file)
    finally:
        os.close(descriptor)


def _is_there(path: Path) -> bool:
    try:
        path.lstat()
    except OSError:
        return False
    return True
