"""Copies of modules on this machine: found where the go command keeps them, and hashed."""

from __future__ import annotations

import errno
import io
import os
import zipfile
from pathlib import Path

import pytest

from supplymatrix.gomod.dirhash import ZIP_LIMIT, hash_zip
from supplymatrix.model.fact import CachedCopy, CopyKind, CopyState
from supplymatrix.model.module import ModuleVersion
from supplymatrix.sources.modcache import check_copies, find_copies, module_cache

MODULE = ModuleVersion(path="github.com/Up/mod", version="v1.0.0-RC1")
ESCAPED, VERSION = "github.com/!up/mod", "v1.0.0-!r!c1"


def zip_bytes(content: bytes = b"package mod\n") -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(f"{MODULE}/mod.go", content)
        archive.writestr(f"{MODULE}/go.mod", f"module {MODULE.path}\n")
    return out.getvalue()


def zip_path(cache: Path) -> Path:
    path = cache / "cache" / "download" / ESCAPED / "@v" / f"{VERSION}.zip"
    path.parent.mkdir(parents=True, exist_ok=True)
    return path


def check(cache: Path, data: bytes | None, *, logged: bytes = zip_bytes(), root: Path | None = None) -> CachedCopy:
    if data is not None:
        zip_path(cache).write_bytes(data)
    (copy,) = check_copies({MODULE: hash_zip(io.BytesIO(logged))}, cache, root)
    return copy


@pytest.mark.parametrize(
    ("environ", "user", "found"),
    [
        ({"GOMODCACHE": "/m", "GOPATH": "/p", "HOME": "/h"}, {}, "/m"),
        ({"GOPATH": "/p", "HOME": "/h"}, {}, "/p/pkg/mod"),
        ({"GOPATH": f"/p{os.pathsep}/q", "HOME": "/h"}, {}, "/p/pkg/mod"),
        ({"HOME": "/h"}, {}, "/h/go/pkg/mod"),
        ({"USERPROFILE": "/u"}, {}, "/u/go/pkg/mod"),
        ({"GOMODCACHE": "", "GOPATH": "", "HOME": "/h"}, {}, "/h/go/pkg/mod"),
        ({"HOME": "/h"}, {"GOMODCACHE": "/user/m"}, "/user/m"),
        ({"HOME": "/h"}, {"GOPATH": "/user/p"}, "/user/p/pkg/mod"),
        ({"GOPATH": "/p", "HOME": "/h"}, {"GOMODCACHE": "/user/m"}, "/user/m"),
        ({"GOMODCACHE": "/m", "HOME": "/h"}, {"GOMODCACHE": "/user/m"}, "/m"),
        ({"GOMODCACHE": "", "HOME": "/h"}, {"GOMODCACHE": "/user/m"}, "/user/m"),
    ],
)
def test_the_module_cache_is_where_the_go_command_has_it(
    environ: dict[str, str], user: dict[str, str], found: str
) -> None:
    assert module_cache(environ, user) == Path(found)


def test_without_any_home_there_is_no_module_cache() -> None:
    assert module_cache({}) is None


def test_a_zip_that_is_what_the_log_proves_is_equal(tmp_path: Path) -> None:
    copy = check(tmp_path, zip_bytes())
    assert (copy.state, copy.kind, copy.path) == (CopyState.EQUAL, CopyKind.ZIP, str(zip_path(tmp_path)))
    assert copy.hash == copy.logged_hash


def test_a_zip_with_another_content_differs(tmp_path: Path) -> None:
    copy = check(tmp_path, zip_bytes(b"package evil\n"))
    assert copy.state is CopyState.DIFFERS
    assert copy.hash == hash_zip(io.BytesIO(zip_bytes(b"package evil\n")))


@pytest.mark.parametrize("data", [b"", b"no zip", zip_bytes()[:-30], zip_bytes().replace(b"PK\x03\x04", b"PK\x03\x05")])
def test_a_damaged_zip_differs_with_a_reason(tmp_path: Path, data: bytes) -> None:
    copy = check(tmp_path, data)
    assert copy.state is CopyState.DIFFERS
    assert "damaged" in copy.reason


@pytest.mark.parametrize("method", [zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_a_zip_that_go_cannot_unpack_differs_and_ends_no_run(tmp_path: Path, method: int) -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", method) as archive:
        archive.writestr(f"{MODULE}/mod.go", b"package mod\n")
    data = out.getvalue()
    at = data.index(b"mod.go") + 15
    copy = check(tmp_path, data[:at] + b"\xff" * 9 + data[at + 9 :])
    assert copy.state is CopyState.DIFFERS
    assert "damaged" in copy.reason


def test_a_zip_whose_directory_lies_before_the_file_differs(tmp_path: Path) -> None:
    end = bytearray(zip_bytes()[-22:])
    end[12:16] = (1 << 20).to_bytes(4, "little")
    copy = check(tmp_path, b"PK" + bytes(end))
    assert copy.state is CopyState.DIFFERS
    assert "damaged" in copy.reason


def test_a_disk_that_fails_leaves_the_copy_unchecked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    class BadDisk(io.FileIO):
        def readinto(self, buffer: object, /) -> int:
            raise OSError(errno.EIO, "Input/output error")

    def open_bad(descriptor: int, *_: object, **__: object) -> io.BufferedReader:
        return io.BufferedReader(BadDisk(descriptor, closefd=False))

    monkeypatch.setattr(os, "fdopen", open_bad)
    copy = check(tmp_path, zip_bytes())
    assert copy.state is CopyState.UNCHECKED
    assert "Input/output error" in copy.reason


def test_a_zip_larger_than_any_module_is_unchecked_and_not_read(tmp_path: Path) -> None:
    with zip_path(tmp_path).open("wb") as file:
        file.truncate(ZIP_LIMIT + 1)
    copy = check(tmp_path, None)
    assert copy.state is CopyState.UNCHECKED
    assert "more than a module zip may" in copy.reason


@pytest.mark.parametrize("kind", ["folder", "pipe", "link-into-nothing"])
def test_what_is_no_plain_file_is_unchecked(tmp_path: Path, kind: str) -> None:
    path = zip_path(tmp_path)
    if kind == "folder":
        path.mkdir()
    elif kind == "pipe":
        os.mkfifo(path)
    else:
        path.symlink_to(tmp_path / "gone")
    copy = check(tmp_path, None)
    assert copy.state is CopyState.UNCHECKED
    assert copy.reason


def test_unpacked_and_vendored_copies_are_found_and_said_to_be_unchecked(tmp_path: Path) -> None:
    (tmp_path / "cache" / f"{ESCAPED}@{VERSION}").mkdir(parents=True)
    (tmp_path / "svc" / "vendor" / MODULE.path).mkdir(parents=True)
    copies = check_copies({MODULE: "h1:x"}, tmp_path / "cache", tmp_path / "svc")
    assert {(copy.kind, copy.state) for copy in copies} == {
        (CopyKind.FOLDER, CopyState.UNCHECKED),
        (CopyKind.VENDORED, CopyState.UNCHECKED),
    }


def test_a_module_without_a_copy_gives_nothing(tmp_path: Path) -> None:
    assert check_copies({MODULE: "h1:x"}, tmp_path) == ()
    assert check_copies({MODULE: "h1:x"}, None) == ()


@pytest.mark.parametrize("path", ["../../etc", "/etc", "a/../b", "UP\x00"])
def test_a_path_that_no_module_can_have_is_not_looked_for(tmp_path: Path, path: str) -> None:
    assert list(find_copies(tmp_path, ModuleVersion(path=path, version="v1.0.0"))) == []


def test_several_threads_give_what_one_gives(tmp_path: Path) -> None:
    modules = [ModuleVersion(path=f"example.com/m{number}", version="v1.0.0") for number in range(12)]
    for number, module in enumerate(modules):
        path = tmp_path / "cache" / "download" / module.path / "@v" / "v1.0.0.zip"
        path.parent.mkdir(parents=True)
        path.write_bytes(zip_bytes(b"%d" % (number % 3)))
    logged = {module: hash_zip(io.BytesIO(zip_bytes(b"0"))) for module in modules}
    one, many = check_copies(logged, tmp_path, jobs=1), check_copies(logged, tmp_path, jobs=8)
    assert one == many
    assert sum(copy.state is CopyState.EQUAL for copy in one) == 4
