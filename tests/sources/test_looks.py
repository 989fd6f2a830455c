"""How files look: what changes it."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from supplymatrix.sources.looks import NOTHING, look_above, look_at, look_at_folder


def _tree(folder: Path) -> Path:
    (folder / "a" / "b").mkdir(parents=True)
    (folder / "a" / "one.go").write_text("package a\n")
    (folder / "a" / "b" / "two.go").write_text("package b\n")
    (folder / "a" / "link").symlink_to("one.go")
    (folder / "a" / "b" / "up").symlink_to("..")
    return folder


def test_a_tree_that_nobody_touches_looks_the_same(tmp_path: Path) -> None:
    tree = _tree(tmp_path / "t")
    before = look_at(tree)
    (tree / "a" / "one.go").read_text()
    assert look_at(tree) == before


@pytest.mark.parametrize("change", ["write", "same-again", "add", "remove", "chmod", "set-time-back", "link"])
def test_what_somebody_does_to_a_file_is_seen(change: str, tmp_path: Path) -> None:
    tree = _tree(tmp_path / "t")
    before = look_at(tree)
    file = tree / "a" / "b" / "two.go"
    info = file.stat()
    if change == "write":
        file.write_text("package c\n")
    elif change == "same-again":
        (tree / "new").write_text("package b\n")
        (tree / "new").replace(file)
    elif change == "add":
        (tree / "a" / "x").touch()
    elif change == "remove":
        file.unlink()
    elif change == "chmod":
        file.chmod(0o600 if info.st_mode & 0o77 else 0o644)
    elif change == "set-time-back":
        file.write_text("package c\n")
        os.utime(file, ns=(info.st_atime_ns, info.st_mtime_ns))
    else:
        (tree / "a" / "link").unlink()
        (tree / "a" / "link").symlink_to("b/two.go")
    assert look_at(tree) != before


def test_nothing_looks_like_nothing(tmp_path: Path) -> None:
    assert look_at(tmp_path / "absent") == NOTHING
    assert look_at(tmp_path / "nul\0") == NOTHING


def test_a_file_has_a_look(tmp_path: Path) -> None:
    (tmp_path / "x.zip").write_bytes(b"zip")
    before = look_at(tmp_path / "x.zip")
    (tmp_path / "x.zip").write_bytes(b"ZIP")
    assert look_at(tmp_path / "x.zip") != before


def test_there_may_be_too_many_files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("supplymatrix.sources.looks._MOST", 3)
    with pytest.raises(OSError, match="more than 3 files"):
        look_at(_tree(tmp_path / "t"))


def test_a_link_counts_with_what_it_leads_to(tmp_path: Path) -> None:
    (tmp_path / "real").write_bytes(b"one")
    (tmp_path / "link").symlink_to(tmp_path / "real")
    before = look_at(tmp_path / "link")
    (tmp_path / "real").write_bytes(b"four")
    assert look_at(tmp_path / "link") != before


def test_the_folders_above_are_looked_at_without_what_is_in_files(tmp_path: Path) -> None:
    tree = _tree(tmp_path / "t")
    copy = tree / "a" / "b"
    before = look_above([copy, tmp_path], tree)
    assert list(before) == [tree, tree / "a"]
    (copy / "two.go").write_text("package c\n")
    assert look_above([copy], tree) == before
    (tree / "a").rename(tree / "x")
    (tree / "x").rename(tree / "a")
    after = look_above([copy], tree)
    assert after[tree / "a"] != before[tree / "a"]
    assert after[tree / "a"].places == before[tree / "a"].places
    (tree / "a").rename(tree / "x")
    (tree / "a").symlink_to("x")
    assert len(look_at_folder(tree / "a").places) == 2
    assert look_at_folder(tree / "gone").places == ()
