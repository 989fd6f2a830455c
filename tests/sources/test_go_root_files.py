"""The files of a Go, hashed: limits, what cannot be read, what changes meanwhile."""

from __future__ import annotations

import os
from hashlib import sha256
from pathlib import Path

import pytest

from supplymatrix.sources import go_root_files
from supplymatrix.sources.go_root_files import TooLargeError, read_go_root_files
from supplymatrix.sources.pread import FileChangedError
from tests.support.made_go import WRITTEN, MadeGo

GO = MadeGo()


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return GO.unpack(tmp_path / "go")


def test_every_file_is_hashed_whatever_the_number_of_threads(root: Path) -> None:
    expected = {name.encode(): sha256(data).digest() for name, data in GO.content.items()}
    for jobs in (1, 2, 16):
        read = read_go_root_files(root, jobs=jobs)
        assert dict(read.digests) == expected
        assert set(read.written.values()) == {WRITTEN}
        assert read.size == sum(map(len, GO.content.values()))


def test_names_that_are_no_utf_8_and_empty_and_large_files(root: Path) -> None:
    large = os.urandom(3 << 20)
    (root / "bin" / "go").write_bytes(large)
    name = os.fsencode(root) + b"/src/\xff.go"
    with open(name, "wb"):  # noqa: PTH123 - the name is bytes
        pass
    read = read_go_root_files(root)
    assert read.digests[b"bin/go"] == sha256(large).digest()
    assert read.digests[b"src/\xff.go"] == sha256(b"").digest()


def test_links_to_files_and_folders_are_followed_and_counted(root: Path) -> None:
    (root / "src" / "same.go").symlink_to("fmt/print.go")
    (root / "src" / "again").symlink_to("fmt")
    (root / "src" / "fmt" / "loop").symlink_to("..")
    read = read_go_root_files(root)
    assert read.digests[b"src/same.go"] == read.digests[b"src/again/print.go"] == read.digests[b"src/fmt/print.go"]
    assert b"src/fmt/loop/fmt/loop" in read.odd
    assert read.links > 3


@pytest.mark.parametrize("limit", ["MOST_FILES", "MOST_BYTES", "_DEEPEST"])
def test_what_is_no_go_is_left(root: Path, limit: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(go_root_files, limit, 1)
    with pytest.raises(TooLargeError):
        read_go_root_files(root)


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_a_file_that_may_not_be_read_is_named(root: Path) -> None:
    (root / "src" / "fmt" / "print.go").chmod(0)
    with pytest.raises(PermissionError) as caught:
        read_go_root_files(root)
    assert caught.value.__notes__ == ["src/fmt/print.go"]


def test_a_file_that_grows_meanwhile_is_no_answer(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    real = os.read
    grown: list[int] = []

    def read(descriptor: int, length: int) -> bytes:
        if not grown:
            grown.append(descriptor)
            with (root / "bin" / "go").open("ab") as file:
                file.write(b"more")
        return real(descriptor, length)

    monkeypatch.setattr(os, "read", read)
    with pytest.raises(FileChangedError):
        read_go_root_files(root, jobs=1)
