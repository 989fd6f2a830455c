"""Hashes of module zips: of the bytes that are there, and taken over only where the file cannot have changed."""

from __future__ import annotations

import os
from hashlib import sha256, sha512
from pathlib import Path

from supplymatrix.model.module import ModuleVersion
from supplymatrix.sbom.document import ZipDigest
from supplymatrix.sources.zip_digest import digest_zips, zip_path

A = ModuleVersion(path="example.com/A", version="v1.0.0")
B = ModuleVersion(path="example.com/b", version="v1.0.0")
LATER = 1 << 62  # long after any file was written


class _Memory:
    """Digests by path and look, and what was asked."""

    def __init__(self) -> None:
        self.kept: dict[tuple[str, tuple[int, ...]], ZipDigest] = {}

    def digest_of(self, path: str, look: tuple[int, ...]) -> ZipDigest | None:
        return self.kept.get((path, tuple(look)))

    def keep_digest(self, path: str, look: tuple[int, ...], digest: ZipDigest) -> None:
        self.kept[path, tuple(look)] = digest


def _put(cache: Path, module: ModuleVersion, data: bytes) -> Path:
    path = zip_path(cache, module)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)
    return path


def _of(data: bytes) -> ZipDigest:
    return ZipDigest(sha256=sha256(data).hexdigest(), sha512=sha512(data).hexdigest(), size=len(data))


def test_every_zip_is_hashed_and_the_order_is_that_of_the_modules(tmp_path: Path) -> None:
    long = bytes(range(256)) * 9000
    _put(tmp_path, A, b"short")
    _put(tmp_path, B, long)
    found = digest_zips([B, A, B], tmp_path)
    assert list(found.items()) == [(A, _of(b"short")), (B, _of(long))]


def test_what_cannot_be_hashed_has_a_reason(tmp_path: Path) -> None:
    zip_path(tmp_path, B).mkdir(parents=True)
    odd = ModuleVersion(path="../up", version="v1.0.0")
    found = digest_zips([A, B, odd], tmp_path)
    assert found[A] == "its zip is not in the module cache"
    assert found[B] == "its zip in the module cache cannot be read: it is no plain file"
    assert "malformed" in str(found[odd]) or "path" in str(found[odd])
    assert digest_zips([A], None) == {A: "no module cache is known on this machine"}


def test_a_zip_that_is_too_long_is_not_read(tmp_path: Path) -> None:
    with _put(tmp_path, A, b"").open("wb") as file:
        file.truncate((500 << 20) + 1)
    assert "more than the 524,288,000" in str(digest_zips([A], tmp_path)[A])


def test_a_known_digest_is_taken_until_the_file_looks_otherwise(tmp_path: Path) -> None:
    path = _put(tmp_path, A, b"one")
    memory = _Memory()
    digest_zips([A], tmp_path, memory, clock=lambda: LATER)
    (key,) = memory.kept
    memory.kept[key] = _of(b"told by the memory")
    assert digest_zips([A], tmp_path, memory)[A] == _of(b"told by the memory")
    written = path.stat().st_mtime_ns
    path.write_bytes(b"two")
    os.utime(path, ns=(written, written))  # the time of change still tells
    assert digest_zips([A], tmp_path, memory)[A] == _of(b"two")


def test_a_file_that_was_just_written_is_not_remembered(tmp_path: Path) -> None:
    path = _put(tmp_path, A, b"one")
    newest = max(path.stat().st_mtime_ns, path.stat().st_ctime_ns)
    memory = _Memory()
    digest_zips([A], tmp_path, memory, clock=lambda: newest + 1_999_999_999)
    assert memory.kept == {}
    digest_zips([A], tmp_path, memory, clock=lambda: newest + 2_000_000_000)
    assert list(memory.kept.values()) == [_of(b"one")]
