"""The h1 of unpacked files: that of the zip they came from, or a reason why there is none."""

from __future__ import annotations

import os
from hashlib import sha256
from pathlib import Path

import pytest

from supplymatrix.errors import InputError
from supplymatrix.gomod.dirhash import hash1
from supplymatrix.gomod.zip_archive import TooManyEntriesError
from supplymatrix.sources import folder as folder_module
from supplymatrix.sources.folder import OpenFolder, hash_folder
from supplymatrix.sources.pread import FileChangedError

FILES = {"go.mod": b"module m\n", "a/b.go": b"package a\n", "a-b": b"", "a.b": b"x", "Z/é/deep.txt": bytes(600_000)}


@pytest.fixture
def module(tmp_path: Path) -> Path:
    root = tmp_path / "m@v1"
    for name, data in FILES.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_bytes(data)
    return root


def test_it_is_the_hash_of_the_files_under_the_prefix(module: Path) -> None:
    wanted = hash1((f"p@v1/{name}".encode(), sha256(data).digest()) for name, data in FILES.items())
    assert hash_folder(module, "p@v1/") == wanted


def test_empty_folders_do_not_count(module: Path) -> None:
    before = hash_folder(module, "p@v1/")
    (module / "empty" / "too").mkdir(parents=True)
    assert hash_folder(module, "p@v1/") == before


@pytest.mark.parametrize("change", ["content", "name", "added", "removed"])
def test_every_change_of_a_file_counts(module: Path, change: str) -> None:
    before = hash_folder(module, "p@v1/")
    path = module / "a" / "b.go"
    if change == "content":
        path.write_bytes(b"package b\n")
    elif change == "name":
        path.rename(path.with_name("c.go"))
    elif change == "added":
        path.with_name(".hidden").write_bytes(b"")
    else:
        path.unlink()
    assert hash_folder(module, "p@v1/") != before


@pytest.mark.parametrize("kind", ["link", "link to a folder", "dead link", "pipe"])
def test_what_no_zip_unpacks_to_has_no_hash(module: Path, kind: str) -> None:
    path = module / "a" / "odd"
    if kind == "pipe":
        os.mkfifo(path)
    else:
        path.symlink_to({"link": "b.go", "link to a folder": "..", "dead link": "nowhere"}[kind])
    with pytest.raises(InputError, match="which no module zip has") as caught:
        hash_folder(module, "p@v1/")
    assert caught.value.diagnostics[0].seen == "a/odd"


def test_a_name_with_a_newline_has_no_hash(module: Path) -> None:
    (module / "a\nb").write_bytes(b"")
    with pytest.raises(InputError, match="newline"):
        hash_folder(module, "p@v1/")


def test_names_that_are_no_text_count_as_bytes(tmp_path: Path) -> None:
    try:
        Path(os.fsdecode(os.fsencode(tmp_path) + b"/\xff")).write_bytes(b"x")
    except OSError:
        pytest.skip("this file system wants names to be text")
    assert hash_folder(tmp_path, "p/") == hash1([(b"p/\xff", sha256(b"x").digest())])


@pytest.mark.parametrize("kind", ["file", "link", "nothing"])
def test_what_is_no_folder_cannot_be_read(module: Path, kind: str) -> None:
    path = module.with_name("other")
    if kind == "file":
        path.write_bytes(b"")
    elif kind == "link":
        path.symlink_to(module)
    with pytest.raises(OSError, match="no folder"):
        hash_folder(path, "p/")


def test_more_than_a_module_may_have_is_refused(module: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(folder_module, "ZIP_LIMIT", 1000)
    with pytest.raises(InputError, match="more than a module may"):
        hash_folder(module, "p/")


def test_too_many_entries_are_told_apart(module: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(folder_module, "MAX_ENTRIES", 3)
    with pytest.raises(TooManyEntriesError):
        hash_folder(module, "p/")


def test_a_file_that_comes_while_others_are_read_is_noticed(module: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    read = os.pread

    def read_and_add(descriptor: int, length: int, offset: int) -> bytes:
        (module / "a" / "new.go").write_bytes(b"package a\n")
        return read(descriptor, length, offset)

    monkeypatch.setattr(os, "pread", read_and_add)
    with pytest.raises(FileChangedError):
        hash_folder(module, "p/")


def test_a_folder_whose_time_was_set_back_has_changed_all_the_same(tmp_path: Path) -> None:
    (tmp_path / "a.go").write_bytes(b"package a\n")
    with OpenFolder(tmp_path) as folder:
        info = tmp_path.stat()
        (tmp_path / "evil.go").write_bytes(b"package a\n")
        os.utime(tmp_path, ns=(info.st_atime_ns, info.st_mtime_ns))
        with pytest.raises(FileChangedError):
            folder.refuse_change()
