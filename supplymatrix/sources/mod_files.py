"""The go.mod files of modules on this machine: those of the module cache, held against go.sum, and those of folders.

files = ModFiles(cache, hashes={ModuleVersion(path="example.com/a", version="v1.0.0"): "h1:…"}, folders={"": root})
files.read(wanted)                        # bytes, or why not

Nothing that lies in the cache is believed where go.sum has a hash for it: a file with another hash counts as absent.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from hashlib import sha256
from pathlib import Path

from supplymatrix.errors import InputError
from supplymatrix.gomod.dependency_file import DependencyFile, parse_dependency
from supplymatrix.gomod.dirhash import hash1
from supplymatrix.gomod.module_graph import Absent, Replacement, WantedFile
from supplymatrix.gomod.pseudo import is_pseudo_version
from supplymatrix.model import semver
from supplymatrix.model.module import ModuleVersion, unescape_version
from supplymatrix.model.semver import SortKey
from supplymatrix.sources.files import GO_MOD_LIMIT, read_limited

__all__ = ["ModFiles"]

_ALL_BYTES = 512 << 20
"""Of all files of one graph; the largest known ones have some 5 MiB."""
_VERSIONS = 100_000
_FETCH = "go mod download all, with a go.sum that is proven first"


class ModFiles:
    """cache: the module cache, None when it is not known. hashes: of go.sum, for go.mod files ("h1:…").

    folders: where relative folders of replaces begin: by the module whose go.mod has the replace, "" for go.work.
    """

    def __init__(
        self, cache: Path | None, hashes: Mapping[ModuleVersion, str], folders: Mapping[str, Path] | None = None
    ) -> None:
        self._cache = cache
        self._hashes = hashes
        self._folders = folders or {}
        self._bytes = 0
        self._found: dict[ModuleVersion, bytes | Absent] = {}
        self.without_hash = 0
        """How many files of the cache were taken that go.sum has no hash for."""

    def read(self, wanted: WantedFile) -> bytes | Absent:
        """Return a go.mod, or why it cannot be had. One of the module cache is read once."""
        module = wanted.effective
        if module is None:
            assert wanted.replacement is not None  # noqa: S101 - only a replacement has no module
            return self._read(self.folder_of(wanted.replacement) / "go.mod", "go.mod of a replacement")
        found = self._found.get(module)
        if found is None:
            found = self._found[module] = self._read_cached(module)
        return found

    def _read_cached(self, module: ModuleVersion) -> bytes | Absent:
        if self._cache is None:
            return Absent(reason="no module cache is known on this machine", remedy="set GOMODCACHE, or HOME")
        try:
            path = _mod_path(self._cache, module)
        except InputError as err:
            return Absent(reason=err.diagnostics[0].message, remedy="mend the requirement, or the replace")
        data = self._read(path, "go.mod in the module cache")
        if isinstance(data, Absent):
            return data
        known = self._hashes.get(module, "")
        if not known:
            self.without_hash += 1
            return data
        seen = hash1([(b"go.mod", sha256(data).digest())])
        if seen != known:
            reason = f"its go.mod in the module cache has {seen}, go.sum says {known}: it is not used"
            return Absent(reason=reason, remedy="go clean -modcache, and find out who changed it")
        return data

    def folder_of(self, replacement: Replacement) -> Path:
        """Return the folder that a replace leads to."""
        return Path(os.path.normpath(self._folders.get(replacement.base, Path()) / replacement.directory))

    def folder_in_cache(self, module: ModuleVersion) -> Path | None:
        """Return where a module lies unpacked in the module cache, None when it does not."""
        if self._cache is None:
            return None
        try:
            folder = self._cache / f"{module.escaped_path}@{module.escaped_version}"
        except InputError:
            return None
        return folder if folder.is_dir() else None

    def newest(self, path: str) -> DependencyFile | None:
        """Return the go.mod of the highest version of a module that this machine has, None when it has none.

        As for `@latest`, releases go before pre-releases, and both before pseudo-versions. What its author says there
        of other versions counts whatever its hash: no go.sum need have it.
        """
        versions = sorted(self._versions(path), key=_rank, reverse=True)
        for version in versions:
            module = ModuleVersion(path=path, version=version)
            data = self.read(WantedFile(module=module, replacement=None))
            if isinstance(data, bytes):
                try:
                    return parse_dependency(data)
                except InputError:
                    continue
        return None

    def _versions(self, path: str) -> Iterator[str]:
        if self._cache is None:
            return
        try:
            folder = self._cache / "cache" / "download" / ModuleVersion(path=path, version="").escaped_path / "@v"
            with os.scandir(folder) as entries:
                for number, entry in enumerate(entries):
                    if number >= _VERSIONS:
                        return
                    if entry.name.endswith(".mod"):
                        yield unescape_version(entry.name.removesuffix(".mod"))
        except (InputError, OSError):
            return

    def _read(self, path: Path, what: str) -> bytes | Absent:
        try:
            data = read_limited(path, GO_MOD_LIMIT, what)
        except InputError as err:
            is_there = os.path.lexists(path)
            reason = err.diagnostics[0].message if is_there else f"there is no {what}"
            return Absent(reason=reason, remedy=_FETCH)
        self._bytes += len(data)
        if self._bytes > _ALL_BYTES:
            return Absent(reason=f"all go.mod files together have more than {_ALL_BYTES:,} bytes")
        return data


def _mod_path(cache: Path, module: ModuleVersion) -> Path:
    return cache / "cache" / "download" / module.escaped_path / "@v" / f"{module.escaped_version}.mod"


def _rank(version: str) -> tuple[int, SortKey]:
    """Order versions as `@latest` does."""
    if is_pseudo_version(version):
        return 0, semver.sort_key(version)
    return 1 if semver.prerelease(version) else 2, semver.sort_key(version)
