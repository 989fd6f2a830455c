"""Hashes of module zips: of the bytes that are there, and taken over only where the file cannot have changed."""

from __future__ import annotations

import os
from hashlib import sha256, sha512
from pathlib import Path

import pytest

from supplymatrix.gomod.dirhash import hash_zip
from supplymatrix.gomod.read_at import BytesAt
from supplymatrix.model.module import ModuleVersion
from supplymatrix.model.zip_digest import DamagedZip, ZipDigest
from supplymatrix.sources.zip_digest import digest_zips, zip_path
from tests.support.made_zip import MadeEntry, made_zip

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


def _zip(text: bytes) -> bytes:
    return made_zip([MadeEntry(name=b"example.com/a@v1.0.0/a.go", data=text)])


def _of(data: bytes) -> ZipDigest:
    return ZipDigest(
        sha256=sha256(data).hexdigest(), sha512=sha512(data).hexdigest(), size=len(data), h1=hash_zip(BytesAt(data))
    )


SHORT, ONE, TWO = _zip(b"short"), _zip(b"one"), _zip(b"two")


def test_every_zip_is_hashed_and_the_order_is_that_of_the_modules(tmp_path: Path) -> None:
    long = _zip(bytes(range(256)) * 9000)
    _put(tmp_path, A, SHORT)
    _put(tmp_path, B, long)
    found = digest_zips([B, A, B], tmp_path)
    assert list(found.items()) == [(A, _of(SHORT)), (B, _of(long))]


def test_zips_that_are_large_are_held_one_at_a_time(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("supplymatrix.sources.zip_digest._LARGE", 10)
    _put(tmp_path, A, ONE)
    _put(tmp_path, B, TWO)
    assert digest_zips([A, B], tmp_path) == {A: _of(ONE), B: _of(TWO)}


@pytest.mark.parametrize("data", [b"PK", b"", ONE[:-9], ONE.replace(b"PK\3\4", b"PK\3\5")])
def test_what_no_go_command_reads_is_a_damaged_zip_and_not_remembered(tmp_path: Path, data: bytes) -> None:
    _put(tmp_path, A, data)
    memory = _Memory()
    found = digest_zips([A], tmp_path, memory, clock=lambda: LATER)[A]
    assert isinstance(found, DamagedZip)
    assert str(found).startswith("the zip is damaged")
    assert memory.kept == {}


def test_a_zip_with_more_entries_than_are_read_is_not_called_damaged(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("supplymatrix.gomod.zip_archive.MAX_ENTRIES", 0)
    _put(tmp_path, A, ONE)
    found = digest_zips([A], tmp_path)[A]
    assert isinstance(found, str)
    assert found.startswith("its zip in the module cache was not hashed")


def test_what_cannot_be_hashed_has_a_reason(tmp_path: Path) -> None:
    zip_path(tmp_path, B).mkdir(parents=True)
    odd = ModuleVersion(path="../up", version="v1.0.0")
    found = digest_zips([A, B, odd], tmp_path)
    assert found[A] == "its zip is not in the module cache"
    assert found[B] == "its zip in the module cache cannot be read: it is no plain file"
    assert found[odd] == "this is no module path: '..' is no name"
    assert digest_zips([A], None) == {A: "no module cache is known on this machine"}


def test_a_zip_that_is_too_long_is_not_read(tmp_path: Path) -> None:
    with _put(tmp_path, A, b"").open("wb") as file:
        file.truncate((500 << 20) + 1)
    assert "more than the 524,288,000" in str(digest_zips([A], tmp_path)[A])


def test_a_known_digest_is_taken_until_the_file_looks_otherwise(tmp_path: Path) -> None:
    path = _put(tmp_path, A, ONE)
    memory = _Memory()
    digest_zips([A], tmp_path, memory, clock=lambda: LATER)
    (key,) = memory.kept
    memory.kept[key] = _of(SHORT)
    assert digest_zips([A], tmp_path, memory)[A] == _of(SHORT)
    written = path.stat().st_mtime_ns
    path.write_bytes(TWO)
    os.utime(path, ns=(written, written))  # the time of change still tells
    assert digest_zips([A], tmp_path, memory)[A] == _of(TWO)


def test_a_file_that_was_just_written_is_not_remembered(tmp_path: Path) -> None:
    path = _put(tmp_path, A, ONE)
    newest = max(path.stat().st_mtime_ns, path.stat().st_ctime_ns)
    memory = _Memory()
    digest_zips([A], tmp_path, memory, clock=lambda: newest + 1_999_999_999)
    assert memory.kept == {}
    digest_zips([A], tmp_path, memory, clock=lambda: newest + 2_000_000_000)
    assert list(memory.kept.values()) == [_of(ONE)]
