"""A module's zip and folder, looked at in one pass: which files are others, and what cannot be said."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from supplymatrix.model.on_disk import FileChange
from supplymatrix.sources import folder as folder_module
from supplymatrix.sources.copy_look import (
    MOST_NAMED,
    Copies,
    CopiesLook,
    FolderLook,
    ZipLook,
    first_difference,
    look_at_copies,
)
from tests.support.made_zip import MadeEntry, made_zip
from tests.support.module_copies import A, CopiesGround


@pytest.fixture
def ground(tmp_path: Path) -> CopiesGround:
    return CopiesGround(tmp_path)


def look(ground: CopiesGround, **more: object) -> CopiesLook:
    copies = Copies(module=A, zip=str(ground.file(A, ".zip")), folder=str(ground.folder(A)))
    return look_at_copies(copies._replace(**more))  # type: ignore[arg-type]


def folder_of(found: CopiesLook) -> FolderLook:
    assert found.folder is not None
    return found.folder


def zip_of(found: CopiesLook) -> ZipLook:
    assert found.zip is not None
    return found.zip


def test_a_folder_that_is_its_zip_has_no_difference(ground: CopiesGround) -> None:
    found = look(ground)
    assert zip_of(found).h1 == ground.hashes[A]
    assert (folder_of(found).is_compared, folder_of(found).differing, folder_of(found).unread) == (True, 0, "")
    assert (folder_of(found).files, folder_of(found).size) == (zip_of(found).files, zip_of(found).size)


def large(ground: CopiesGround) -> Path:
    return ground.folder(A) / "testdata" / "large.bin"


@pytest.mark.parametrize(
    ("name", "change", "told"),
    [
        ("a.go", lambda old: b"P" + old[1:], "first differs at byte 1"),
        ("a.go", lambda old: old[:20] + b"?" + old[21:], "first differs at byte 21"),
        ("a.go", lambda old: old[:9], "it ends after 9 of 37 bytes"),
        ("a.go", lambda old: old + b"x", "it goes on behind its 37 bytes"),
        ("a.go", lambda _: b"", "it ends after 0 of 37 bytes"),
        ("testdata/large.bin", lambda old: old[:400_000] + b"?" + old[400_001:], "first differs at byte 400,001"),
        ("testdata/large.bin", lambda old: old[:300_000], "it ends after 300,000 of 768,000 bytes"),
        ("testdata/large.bin", lambda old: old + b"x", "it goes on behind its 768,000 bytes"),
    ],
)
def test_a_changed_file_is_named_with_the_place(ground: CopiesGround, name: str, change: object, told: str) -> None:
    path = ground.folder(A) / name
    path.write_bytes(change(path.read_bytes()))  # type: ignore[operator]
    found = folder_of(look(ground))
    assert found.differences == ((name, FileChange.CHANGED.value, told),)
    assert found.differing == 1


def test_added_and_missing_files_are_named_in_the_order_of_names(ground: CopiesGround) -> None:
    folder = ground.folder(A)
    (folder / "zz" / "evil.go").parent.mkdir()
    (folder / "zz" / "evil.go").write_bytes(b"package zz\n")
    (folder / "a_test.go").write_bytes(b"")
    (folder / "LICENSE").unlink()
    assert folder_of(look(ground)).differences == (
        ("LICENSE", "missing", ""),
        ("a_test.go", "extra", ""),
        ("zz/evil.go", "extra", ""),
    )


def test_of_many_files_some_are_named_and_all_counted(ground: CopiesGround) -> None:
    for number in range(MOST_NAMED + 20):
        (ground.folder(A) / f"x{number:03}").write_bytes(b"")
    found = folder_of(look(ground))
    assert (len(found.differences), found.differing) == (MOST_NAMED, MOST_NAMED + 20)


@pytest.mark.parametrize("kind", ["link", "pipe"])
@pytest.mark.parametrize("name", ["a.go", "more.go", "testdata/large.bin"])
def test_what_is_no_file_is_a_difference(ground: CopiesGround, kind: str, name: str) -> None:
    path = ground.folder(A) / name
    path.unlink(missing_ok=True)
    if kind == "link":
        path.symlink_to(ground.folder(A) / "LICENSE")
    else:
        os.mkfifo(path)
    told = "it is a symbolic link" if kind == "link" else "it is something that is no file"
    change = "extra" if name == "more.go" else "changed"
    assert folder_of(look(ground)).differences == ((name, change, told),)


def test_a_folder_that_became_a_link_hides_nothing(ground: CopiesGround) -> None:
    inner = ground.folder(A) / "internal"
    inner.rename(ground.root / "internal")
    inner.symlink_to(ground.root / "internal")
    assert folder_of(look(ground)).differences == (
        ("internal", "extra", "it is a symbolic link"),
        ("internal/x/x.go", "missing", ""),
    )


def test_a_name_that_is_no_text_is_shown_as_far_as_it_is(ground: CopiesGround) -> None:
    try:
        Path(os.fsdecode(os.fsencode(ground.folder(A)) + b"/\xff.go")).write_bytes(b"x")
    except OSError:
        pytest.skip("this file system wants names to be text")
    assert folder_of(look(ground)).differences == (("\N{REPLACEMENT CHARACTER}.go", "extra", ""),)


def test_the_folder_has_a_hash_of_its_own_beside_a_zip_that_is_not_wanted(ground: CopiesGround) -> None:
    found = look(ground, wanted="h1:another")
    assert (folder_of(found).is_compared, folder_of(found).h1) == (False, ground.hashes[A])


@pytest.mark.parametrize("data", [b"", b"no zip", None])
def test_the_folder_has_a_hash_of_its_own_without_a_good_zip(ground: CopiesGround, data: bytes | None) -> None:
    if data is None:
        found = look(ground, zip="")
        assert found.zip is None
    else:
        ground.file(A, ".zip").write_bytes(data)
        found = look(ground)
        assert "damaged" in zip_of(found).fault
    assert folder_of(found).h1 == ground.hashes[A]


def test_a_zip_that_breaks_a_rule_is_nothing_to_compare_with(ground: CopiesGround) -> None:
    data = made_zip([MadeEntry(name=f"{A}/a.go".encode(), data=b"x"), MadeEntry(name=b"elsewhere", data=b"y")])
    ground.file(A, ".zip").write_bytes(data)
    found = look(ground)
    assert "does not begin with" in zip_of(found).broken_rule
    assert (folder_of(found).is_compared, folder_of(found).h1) == (False, ground.hashes[A])


def test_a_bomb_is_refused_before_it_is_unpacked(ground: CopiesGround) -> None:
    ground.file(A, ".zip").write_bytes(made_zip([MadeEntry(name=f"{A}/x".encode(), data=bytes(1 << 20), size=100)]))
    assert "another length" in zip_of(look(ground)).fault


def test_a_file_that_is_being_written_is_not_judged(ground: CopiesGround, monkeypatch: pytest.MonkeyPatch) -> None:
    path, read = ground.folder(A) / "a.go", os.pread
    path.write_bytes(b"half written")

    def read_and_change(descriptor: int, length: int, offset: int) -> bytes:
        data = read(descriptor, length, offset)
        if data == b"half written":
            path.write_bytes(data + b", and more")
        elif data == b"half written, and more":  # when it is looked at again
            path.write_bytes(data + b", and all")
        return data

    monkeypatch.setattr(os, "pread", read_and_change)
    found = folder_of(look(ground))
    assert (found.differing, found.unread) == (0, "it changed while it was being hashed")


def test_a_large_file_that_changes_while_it_is_read_is_not_judged(
    ground: CopiesGround, monkeypatch: pytest.MonkeyPatch
) -> None:
    read, size = os.pread, large(ground).stat().st_size

    def read_and_change(descriptor: int, length: int, offset: int) -> bytes:
        if os.fstat(descriptor).st_size == size and offset > 500_000:
            os.utime(large(ground), ns=(1, 1))
        return read(descriptor, length, offset)

    monkeypatch.setattr(os, "pread", read_and_change)
    found = folder_of(look(ground))
    assert (found.differing, found.unread) == (0, "it changed while it was being hashed")


@pytest.mark.parametrize("comes", [True, False])
def test_a_file_that_comes_or_goes_meanwhile_leaves_the_folder_unjudged(
    ground: CopiesGround, monkeypatch: pytest.MonkeyPatch, comes: bool
) -> None:
    path, read = ground.folder(A) / "internal" / "x" / ("new.go" if comes else "x.go"), os.pread

    def read_and_change(descriptor: int, length: int, offset: int) -> bytes:
        if comes:
            path.write_bytes(b"package x\n")
        else:
            path.unlink(missing_ok=True)
        return read(descriptor, length, offset)

    monkeypatch.setattr(os, "pread", read_and_change)
    found = folder_of(look(ground))
    assert (found.differing, found.unread) == (0, "it changed while it was being hashed")


def test_a_file_that_cannot_be_read_leaves_the_folder_unjudged(
    ground: CopiesGround, monkeypatch: pytest.MonkeyPatch
) -> None:
    really = os.open

    def refuse(path: object, *arguments: object, **names: object) -> int:
        if path == b"a.go":
            raise PermissionError(13, "Permission denied")
        return really(path, *arguments, **names)  # type: ignore[arg-type]

    monkeypatch.setattr(os, "open", refuse)
    found = folder_of(look(ground))
    assert (found.differing, found.unread) == (0, "a.go: it cannot be read: Permission denied")


@pytest.mark.parametrize("kind", ["file", "link", "dead link"])
def test_the_go_command_makes_folders_and_nothing_else(ground: CopiesGround, kind: str) -> None:
    place = ground.root / "place"
    if kind == "file":
        place.write_bytes(b"")
    else:
        place.symlink_to(ground.folder(A) if kind == "link" else ground.root / "gone")
    found = folder_of(look(ground, folder=str(place)))
    assert (found.fault, found.unread) == (
        f"it is {'no folder' if kind == 'file' else 'a symbolic link'}; the go command makes folders",
        "",
    )
    assert "No such file" in folder_of(look(ground, folder=str(ground.root / "nowhere"))).unread


def test_a_folder_with_too_many_entries_is_not_judged(ground: CopiesGround, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(folder_module, "MAX_ENTRIES", 3)
    assert "more entries" in folder_of(look(ground)).unread


def test_looks_tell_every_change_and_spare_the_reading(ground: CopiesGround) -> None:
    first = look(ground, with_looks=True)
    assert first.looks
    assert look(ground, with_looks=True, known=first.looks).is_known
    path = ground.folder(A) / "a.go"
    info = path.stat()
    path.write_bytes(path.read_bytes().replace(b"1", b"2"))
    os.utime(path, ns=(info.st_atime_ns, info.st_mtime_ns))  # the time of change tells it all the same
    again = look(ground, with_looks=True, known=first.looks)
    assert not again.is_known
    assert folder_of(again).differing == 1


@given(st.binary(max_size=30), st.binary(max_size=30), st.binary(max_size=5))
def test_the_first_difference_is_the_first(common: bytes, one: bytes, other: bytes) -> None:
    a, b = common + one, common + other
    at = first_difference(a, b)
    assert a[:at] == b[:at]
    assert at == min(len(a), len(b)) or a[at] != b[at]
