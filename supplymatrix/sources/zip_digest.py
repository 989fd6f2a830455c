"""SHA-256, SHA-512 and h1 of module zips in the module cache, each zip read once.

digests = digest_zips(modules, cache, known=None, jobs=4)
digests[module]                                  # a ZipDigest, a DamagedZip, or why there is neither

The first two are hashes of the file as a proxy hands it out; h1 is that of go.sum, which only the contents of its files
give. A zip is read into memory as a whole, so that all three are of the very same bytes; several at once, the largest
first: zlib and hashlib let go of the interpreter meanwhile. Of those that are really large there is one at a time.

Hashes that are known from an earlier run are taken where the file still has the same place, size and times, and had
not been touched for two seconds when it was hashed: a file system may give two changes in quick succession the same
time.
"""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import nullcontext
from hashlib import sha256, sha512
from pathlib import Path
from typing import NamedTuple, Protocol

from supplymatrix.errors import InputError
from supplymatrix.gomod.dirhash import ZIP_LIMIT, hash_zip
from supplymatrix.gomod.read_at import BytesAt
from supplymatrix.gomod.zip_archive import TooManyEntriesError
from supplymatrix.model.module import ModuleVersion
from supplymatrix.model.zip_digest import DamagedZip, ZipDigest
from supplymatrix.sources.pread import RACY_NS, FileLook, open_at

__all__ = ["DigestMemory", "ZipFound", "digest_zips", "zip_path"]

_LARGE = 16 << 20
"""Bytes of a zip of which no two are held in memory together."""

ZipFound = ZipDigest | DamagedZip | str
"""What is known of a zip: its hashes, that it is none, or why it could not be looked at, as a clause."""


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
) -> Mapping[ModuleVersion, ZipFound]:
    """Return the digests of modules' zips, in the order of the modules; for one without, the reason in a clause.

    jobs: threads. clock: nanoseconds since 1970, as the file system counts them.
    """
    found: dict[ModuleVersion, ZipFound] = {}
    waiting: list[_Zip] = []
    for module in sorted(set(modules)):
        answer = _look_up(module, cache, known)
        if isinstance(answer, _Zip):
            waiting.append(answer)
        else:
            found[module] = answer
    waiting.sort(key=lambda item: (-item.size, item.module))
    if waiting:
        alone = threading.Lock()
        with ThreadPoolExecutor(max_workers=max(1, min(jobs, os.cpu_count() or 1, len(waiting)))) as pool:
            hashed = pool.map(lambda item: _digest(item, known, clock, alone), waiting)
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


def _digest(item: _Zip, known: DigestMemory | None, clock: Callable[[], int], alone: threading.Lock) -> ZipFound:
    try:
        with alone if item.size > _LARGE else nullcontext(), open_at(item.path, limit=ZIP_LIMIT) as file:
            began = clock()
            digest = _hash(file.read_at(0, file.size))
    except TooManyEntriesError as err:
        return f"its zip in the module cache was not hashed: {err.diagnostics[0].message}"
    except InputError as err:
        return DamagedZip(reason=err.diagnostics[0].message)
    except OSError as err:
        return f"its zip in the module cache cannot be read: {err.strerror or err}"
    if known is not None and max(file.look.written, file.look.changed) + RACY_NS <= began:
        known.keep_digest(str(item.path), file.look, digest)
    return digest


def _hash(data: bytes) -> ZipDigest:
    """Return all hashes of a zip. Raises InputError for what is none."""
    h1 = hash_zip(BytesAt(data))
    return ZipDigest(sha256=sha256(data).hexdigest(), sha512=sha512(data).hexdigest(), size=len(data), h1=h1)
