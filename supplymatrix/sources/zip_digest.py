"""SHA-256 and SHA-512 of module zips in the module cache, each zip read once.

digests = digest_zips(modules, cache, known=None, jobs=4)
digests[module]                                  # a ZipDigest, or why there is none

These are hashes of the file as a proxy hands it out, not the h1 of go.sum, which is one of the files in it. A zip is
hashed in pieces, several of them at once, the largest first: hashlib lets go of the interpreter meanwhile.

Hashes that are known from an earlier run are taken where the file still has the same place, size and times, and had
not been touched for two seconds when it was hashed: a file system may give two changes in quick succession the same
time.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from hashlib import sha256, sha512
from pathlib import Path
from typing import NamedTuple, Protocol

from supplymatrix.errors import InputError
from supplymatrix.gomod.dirhash import ZIP_LIMIT
from supplymatrix.model.module import ModuleVersion
from supplymatrix.sbom.document import ZipDigest
from supplymatrix.sources.pread import FileAt, FileLook, open_at

__all__ = ["DigestMemory", "digest_zips", "zip_path"]

_PIECE = 1 << 20
_RACY_NS = 2_000_000_000
"""The coarsest step of a file system's times that is still met."""


class DigestMemory(Protocol):
    """Digests of earlier runs. look: device, inode, size, times of writing and of change of the file then."""

    def digest_of(self, path: str, look: tuple[int, ...]) -> ZipDigest | None:
        """Return what a file hashed to when it had this very look, None when nobody knows."""
        ...

    def keep_digest(self, path: str, look: tuple[int, ...], digest: ZipDigest) -> None:
        """Remember a digest."""
        ...


class _Zip(NamedTuple):
    module: ModuleVersion
    path: Path
    size: int


def zip_path(cache: Path, module: ModuleVersion) -> Path:
    """Return where the module cache has a module's zip. Raises InputError for a name that no module can have."""
    return cache / "cache" / "download" / module.escaped_path / "@v" / f"{module.escaped_version}.zip"


def digest_zips(
    modules: Iterable[ModuleVersion],
    cache: Path | None,
    known: DigestMemory | None = None,
    jobs: int = 4,
    *,
    clock: Callable[[], int] = time.time_ns,
) -> Mapping[ModuleVersion, ZipDigest | str]:
    """Return the digests of modules' zips, in the order of the modules; for one without, the reason in a clause.

    jobs: threads. clock: nanoseconds since 1970, as the file system counts them.
    """
    found: dict[ModuleVersion, ZipDigest | str] = {}
    waiting: list[_Zip] = []
    for module in sorted(set(modules)):
        answer = _look_up(module, cache, known)
        if isinstance(answer, _Zip):
            waiting.append(answer)
        else:
            found[module] = answer
    waiting.sort(key=lambda item: (-item.size, item.module))
    if waiting:
        with ThreadPoolExecutor(max_workers=max(1, min(jobs, os.cpu_count() or 1, len(waiting)))) as pool:
            hashed = pool.map(lambda item: _digest(item, known, clock), waiting)
            found.update(zip((item.module for item in waiting), hashed, strict=True))
    return {module: found[module] for module in sorted(found)}


def _look_up(module: ModuleVersion, cache: Path | None, known: DigestMemory | None) -> _Zip | ZipDigest | str:
    """Return what is known of a zip's digest, else the zip that is to be hashed, else why it cannot be."""
    if cache is None:
        return "no module cache is known on this machine"
    try:
        path = zip_path(cache, module)
        look = FileLook.at(path.stat())
    except InputError as err:
        return err.diagnostics[0].message
    except FileNotFoundError:
        return "its zip is not in the module cache"
    except (OSError, ValueError) as err:
        return f"its zip in the module cache cannot be looked at: {getattr(err, 'strerror', None) or err}"
    kept = known.digest_of(str(path), look) if known is not None else None
    return kept or _Zip(module, path, look.size)


def _digest(item: _Zip, known: DigestMemory | None, clock: Callable[[], int]) -> ZipDigest | str:
    try:
        with open_at(item.path, limit=ZIP_LIMIT) as file:
            began = clock()
            digest = _hash(file)
    except OSError as err:
        return f"its zip in the module cache cannot be read: {err.strerror or err}"
    if known is not None and max(file.look.written, file.look.changed) + _RACY_NS <= began:
        known.keep_digest(str(item.path), file.look, digest)
    return digest


def _hash(file: FileAt) -> ZipDigest:
    short, long = sha256(), sha512()
    for at in range(0, file.size, _PIECE):
        piece = file.read_at(at, min(_PIECE, file.size - at))
        short.update(piece)
        long.update(piece)
    return ZipDigest(sha256=short.hexdigest(), sha512=long.hexdigest(), size=file.size)
