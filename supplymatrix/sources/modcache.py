"""Copies of modules on this machine, held against the hash that the log proved: zips, extracted folders."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import NamedTuple

from supplymatrix.errors import InputError
from supplymatrix.gomod.dirhash import ZIP_LIMIT, entry_digests, hash_entries, hash_zip
from supplymatrix.gomod.module_zip import check_zip
from supplymatrix.gomod.zip_archive import TooManyEntriesError, ZipArchive, read_zip
from supplymatrix.model.fact import CachedCopy, CopyKind, CopyState
from supplymatrix.model.module import TOOLCHAIN_PATH, ModuleVersion
from supplymatrix.sources.folder import hash_folder
from supplymatrix.sources.pread import FileChangedError, open_at

__all__ = ["check_copies", "find_copies", "hash_zip_file", "module_cache"]


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


def check_copies(logged: Mapping[ModuleVersion, str], cache: Path | None, *, jobs: int = 4) -> tuple[CachedCopy, ...]:
    """Hash the copies of modules and compare them. logged: module → proven zip hash; jobs: threads.

    A copy that cannot be read, changes meanwhile, or cannot be checked yet, is UNCHECKED with the reason. One that no
    go command would unpack DIFFERS with the reason. A zip that has the hash is EQUAL, whatever its files are called:
    it is what was logged; what breaks the rules of module zips then is told as the reason.
    """
    found = [(module, list(find_copies(cache, module))) for module in logged]
    sized = sorted(((_size(copies), at) for at, (_, copies) in enumerate(found) if copies), reverse=True)

    def check(item: tuple[int, int]) -> tuple[int, list[CachedCopy]]:
        at = item[1]
        module, copies = found[at]
        return at, _check_module(module, copies, logged[module])

    with ThreadPoolExecutor(max_workers=max(1, min(jobs, os.cpu_count() or 1))) as pool:
        done = dict(pool.map(check, sized))
    return tuple(copy for at in sorted(done) for copy in done[at])


def _size(copies: Sequence[tuple[CopyKind, Path]]) -> int:
    """Return the bytes of a module's first copy, the zip if there is one: large ones are begun first."""
    try:
        return copies[0][1].lstat().st_size
    except OSError:
        return 0


def _check_module(module: ModuleVersion, copies: Iterable[tuple[CopyKind, Path]], logged: str) -> list[CachedCopy]:
    """Check the copies of one module, its zip first."""
    results: list[CachedCopy] = []
    unpacked = logged
    for kind, path in copies:
        state, seen, reason = CopyState.UNCHECKED, "", ""
        try:
            if kind is CopyKind.ZIP:
                zip_hash = _hash_zip(path, module, logged)
                seen, reason = zip_hash.h1, ""
                if seen == logged:
                    unpacked, reason = zip_hash.unpacked_h1, zip_hash.broken_rule
                state = CopyState.EQUAL if seen == logged else CopyState.DIFFERS
            elif kind is CopyKind.FOLDER and module.path == TOOLCHAIN_PATH:
                reason = "the go command adds files to a toolchain when it unpacks it"
            elif kind is CopyKind.FOLDER:
                seen, reason = hash_folder(path, f"{module}/"), ""
                state = CopyState.EQUAL if seen in (logged, unpacked) else CopyState.DIFFERS
        except TooManyEntriesError as err:
            reason = err.diagnostics[0].message
        except InputError as err:
            state, reason = CopyState.DIFFERS, _told(err)
        except FileChangedError as err:
            reason = str(err)
        except OSError as err:  # of the disk: what a crafted zip can provoke is an InputError
            reason = f"it cannot be read: {err.strerror or err}"
        results.append(
            CachedCopy(
                subject=module, kind=kind, state=state, path=str(path), hash=seen, logged_hash=logged, reason=reason
            )
        )
    return results


def _told(err: InputError) -> str:
    fault = err.diagnostics[0]
    return f"{fault.message} ({fault.seen})" if fault.seen else fault.message


class _ZipHash(NamedTuple):
    """h1: of the zip. unpacked_h1: of its files alone, without entries for folders. broken_rule: "" when none is."""

    h1: str
    unpacked_h1: str
    broken_rule: str


def hash_zip_file(path: Path) -> str:
    """Return the h1 of a zip file.

    Raises InputError when it is no zip that the go command could read or larger inside than a module may be; OSError
    when it cannot be read, is no plain file, has more than 500 MiB, or changed meanwhile (FileChangedError).
    """
    with open_at(path, limit=ZIP_LIMIT) as file:
        return hash_zip(file)


def _hash_zip(path: Path, module: ModuleVersion, logged: str) -> _ZipHash:
    """Return what a zip hashes to and, if that is right, which rule of module zips it breaks.

    Raises as `hash_zip_file` does.
    """
    with open_at(path, limit=ZIP_LIMIT) as file:
        archive = read_zip(file)
        digests = entry_digests(archive)
        h1 = hash_entries(archive, digests)
        has_folders = any(entry.is_folder for entry in archive.entries)
        unpacked = hash_entries(archive, digests, folders=False) if has_folders else h1
        # A zip with another hash is refused for that; its names need no further look.
        return _ZipHash(h1, unpacked, _broken_rule(module, archive) if h1 == logged else "")


def _broken_rule(module: ModuleVersion, archive: ZipArchive) -> str:
    """Return which rule of module zips the names and sizes of a zip break, "" when none."""
    try:
        checked = check_zip(module, archive)
    except InputError as err:
        return _told(err)
    if checked.size_fault or not checked.invalid:
        return checked.size_fault
    first, *others = checked.invalid
    more = f" (and {len(others):,} more)" if others else ""
    return f"it breaks a rule of module zips: {first.name.decode('utf-8', 'replace')[:200]!r}: {first.reason}{more}"


def _is_there(path: Path) -> bool:
    try:
        path.lstat()
    except (OSError, ValueError):  # a NUL in a name
        return False
    return True
