"""Copies of modules on this machine: found where the go command keeps them, and hashed."""

from __future__ import annotations

import errno
import io
import os
import zipfile
from pathlib import Path

import pytest

from supplymatrix.errors import InputError
from supplymatrix.gomod import zip_archive
from supplymatrix.gomod.dirhash import ZIP_LIMIT, hash_zip
from supplymatrix.gomod.read_at import BytesAt
from supplymatrix.model.fact import CachedCopy, CopyKind, CopyState
from supplymatrix.model.module import TOOLCHAIN_PATH, ModuleVersion
from supplymatrix.sources.modcache import check_copies, find_copies, hash_zip_file, module_cache
from tests.support.made_zip import MadeEntry, made_zip

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


def check(cache: Path, data: bytes | None, *, logged: bytes = zip_bytes()) -> CachedCopy:
    if data is not None:
        zip_path(cache).write_bytes(data)
    (copy,) = check_copies({MODULE: hash_zip(BytesAt(logged))}, cache)
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
    assert copy.hash == hash_zip(BytesAt(zip_bytes(b"package evil\n")))


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
    def fail(*_: object) -> bytes:
        raise OSError(errno.EIO, "Input/output error")

    monkeypatch.setattr(os, "pread", fail)
    copy = check(tmp_path, zip_bytes())
    assert copy.state is CopyState.UNCHECKED
    assert "Input/output error" in copy.reason


@pytest.mark.parametrize("change", ["grows", "shrinks", "is written anew", "is replaced"])
def test_a_zip_that_changes_while_it_is_hashed_is_unchecked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, change: str
) -> None:
    path, read, waiting = zip_path(tmp_path), os.pread, [change]

    def read_and_change(descriptor: int, length: int, offset: int) -> bytes:
        if not waiting:
            return read(descriptor, length, offset)
        waiting.clear()
        if change == "grows":
            path.write_bytes(zip_bytes() + b"more")
        elif change == "shrinks":
            os.truncate(path, 30)
        elif change == "is written anew":
            path.write_bytes(zip_bytes(b"package bad\n"))
        else:
            path.unlink()
            path.write_bytes(zip_bytes())
        return read(descriptor, length, offset)

    monkeypatch.setattr(os, "pread", read_and_change)
    copy = check(tmp_path, zip_bytes())
    assert (copy.state, copy.reason) == (CopyState.UNCHECKED, "it changed while it was being hashed")


@pytest.mark.parametrize(
    ("entries", "told"),
    [
        ([MadeEntry(name=b"x", size=ZIP_LIMIT + 1)], "more than a module zip may"),
        ([MadeEntry(name=b"x", data=bytes(9999), size=9)], "another length"),
        ([MadeEntry(name=b"x", data=b"1", crc=7)], "checksum"),
        ([MadeEntry(name=b"x", data=b"1"), MadeEntry(name=b"y", data=b"1", offset=0)], "share bytes"),
        ([MadeEntry(name=b"x\ny")], "newline"),
    ],
)
def test_a_hostile_zip_differs_with_the_reason(tmp_path: Path, entries: list[MadeEntry], told: str) -> None:
    copy = check(tmp_path, made_zip(entries))
    assert copy.state is CopyState.DIFFERS
    assert told in copy.reason


def test_a_zip_with_more_entries_than_are_read_is_unchecked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    logged = zip_bytes()
    copy = check(tmp_path, logged)
    monkeypatch.setattr(zip_archive, "MAX_ENTRIES", 1)
    (copy,) = check_copies({MODULE: copy.hash}, tmp_path)
    assert copy.state is CopyState.UNCHECKED
    assert "more entries" in copy.reason


@pytest.mark.parametrize("name", [f"{MODULE}/a\0b", f"{MODULE}/a\\b", f"{MODULE}/CON", "x.go", f"{MODULE}/d/go.mod"])
def test_a_zip_that_was_logged_is_equal_even_if_it_breaks_a_rule_and_the_rule_is_told(
    tmp_path: Path, name: str
) -> None:
    data = made_zip([MadeEntry(name=name.encode(), data=b"x")])
    copy = check(tmp_path, data, logged=data)
    assert copy.state is CopyState.EQUAL
    assert "breaks a rule of module zips" in copy.reason


def test_a_zip_without_faults_has_no_reason(tmp_path: Path) -> None:
    assert check(tmp_path, zip_bytes()).reason == ""


def test_the_hash_of_a_zip_file_is_that_of_its_bytes(tmp_path: Path) -> None:
    path = tmp_path / "m.zip"
    path.write_bytes(zip_bytes())
    assert hash_zip_file(path) == hash_zip(BytesAt(zip_bytes()))


def test_a_zip_larger_than_any_module_is_unchecked_and_not_read(tmp_path: Path) -> None:
    with zip_path(tmp_path).open("wb") as file:
        file.truncate(ZIP_LIMIT + 1)
    copy = check(tmp_path, None)
    assert copy.state is CopyState.UNCHECKED
    assert f"more than the {ZIP_LIMIT:,} that are read" in copy.reason


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


def unpack(cache: Path, data: bytes) -> Path:
    """Unpack a zip where the go command does, with the standard library."""
    folder = cache / f"{ESCAPED}@{VERSION}"
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        for name in archive.namelist():
            path = folder / name.removeprefix(f"{MODULE}/")
            if name.endswith("/"):
                path.mkdir(parents=True, exist_ok=True)
            else:
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_bytes(archive.read(name))
    return folder


def states(cache: Path, *, logged: bytes = zip_bytes()) -> dict[CopyKind, CopyState]:
    copies = check_copies({MODULE: hash_zip(BytesAt(logged))}, cache)
    return {copy.kind: copy.state for copy in copies}


def test_an_unpacked_copy_of_what_the_log_proves_is_equal(tmp_path: Path) -> None:
    unpack(tmp_path, zip_bytes())
    assert states(tmp_path) == {CopyKind.FOLDER: CopyState.EQUAL}


def test_an_unpacked_copy_that_was_edited_differs_beside_a_zip_that_is_equal(tmp_path: Path) -> None:
    (unpack(tmp_path, zip_bytes()) / "mod.go").write_bytes(b"package evil\n")
    zip_path(tmp_path).write_bytes(zip_bytes())
    assert states(tmp_path) == {CopyKind.ZIP: CopyState.EQUAL, CopyKind.FOLDER: CopyState.DIFFERS}


FOLDERS = made_zip([MadeEntry(name=f"{MODULE}/d/".encode()), MadeEntry(name=f"{MODULE}/d/a".encode(), data=b"x")])


def test_entries_for_folders_count_in_the_zip_alone(tmp_path: Path) -> None:
    unpack(tmp_path, FOLDERS)
    zip_path(tmp_path).write_bytes(FOLDERS)
    assert states(tmp_path, logged=FOLDERS) == {CopyKind.ZIP: CopyState.EQUAL, CopyKind.FOLDER: CopyState.EQUAL}


def test_a_zip_that_differs_says_nothing_about_what_is_unpacked(tmp_path: Path) -> None:
    unpack(tmp_path, FOLDERS)
    zip_path(tmp_path).write_bytes(FOLDERS)
    assert states(tmp_path) == {CopyKind.ZIP: CopyState.DIFFERS, CopyKind.FOLDER: CopyState.DIFFERS}


def test_an_unpacked_copy_with_a_link_differs_with_the_reason(tmp_path: Path) -> None:
    (unpack(tmp_path, zip_bytes()) / "more.go").symlink_to("mod.go")
    (copy,) = check_copies({MODULE: hash_zip(BytesAt(zip_bytes()))}, tmp_path)
    assert copy.state is CopyState.DIFFERS
    assert copy.reason == "the folder holds a symbolic link, which no module zip has (more.go)"


def test_a_link_in_the_place_of_an_unpacked_copy_is_another_though_it_leads_to_a_good_one(tmp_path: Path) -> None:
    folder = unpack(tmp_path / "elsewhere", zip_bytes())
    place = tmp_path / f"{ESCAPED}@{VERSION}"
    place.parent.mkdir(parents=True)
    place.symlink_to(folder)
    assert states(tmp_path) == {CopyKind.FOLDER: CopyState.DIFFERS}


def test_a_module_cache_behind_a_link_is_one(tmp_path: Path) -> None:
    unpack(tmp_path / "real", zip_bytes())
    (tmp_path / "link").symlink_to(tmp_path / "real")
    assert states(tmp_path / "link") == {CopyKind.FOLDER: CopyState.EQUAL}


@pytest.mark.parametrize("environ", [{"GOMODCACHE": "mod"}, {"GOPATH": "~/go"}, {"GOPATH": f"/p{os.pathsep}q"}])
def test_a_relative_place_is_refused_as_the_go_command_refuses_it(environ: dict[str, str]) -> None:
    with pytest.raises(InputError, match="is a relative path, which the go command refuses"):
        module_cache({"HOME": "/h", **environ})
    assert module_cache({"GOMODCACHE": "/m", "GOPATH": "q"}) == Path("/m")


def test_an_unpacked_file_that_changes_while_it_is_hashed_is_unchecked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path, read = unpack(tmp_path, zip_bytes()) / "mod.go", os.pread

    def read_and_change(descriptor: int, length: int, offset: int) -> bytes:
        path.write_bytes(b"package evil\n")
        return read(descriptor, length, offset)

    monkeypatch.setattr(os, "pread", read_and_change)
    assert states(tmp_path) == {CopyKind.FOLDER: CopyState.UNCHECKED}


def test_an_unpacked_toolchain_is_unchecked_since_the_go_command_adds_to_it(tmp_path: Path) -> None:
    module = ModuleVersion(path=TOOLCHAIN_PATH, version="v0.0.1-go1.26.8.linux-amd64")
    (tmp_path / str(module)).mkdir(parents=True)
    (copy,) = check_copies({module: "h1:x"}, tmp_path)
    assert copy.state is CopyState.UNCHECKED
    assert "adds files to a toolchain" in copy.reason


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
    logged = {module: hash_zip(BytesAt(zip_bytes(b"0"))) for module in modules}
    one, many = check_copies(logged, tmp_path, jobs=1), check_copies(logged, tmp_path, jobs=8)
    assert one == many
    assert sum(copy.state is CopyState.EQUAL for copy in one) == 4
