"""Paths to subjects: each project once, nothing left out in silence, and no bad path keeps the others from theirs."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from supplymatrix.errors import InputError
from supplymatrix.sources import subjects
from supplymatrix.sources.files import GO_MOD_LIMIT
from supplymatrix.sources.project import Project
from supplymatrix.sources.subjects import Found, SubjectKind, find_subjects, read_subject
from supplymatrix.sources.tree import TreeLimits


def module(root: Path, *names: str) -> Path:
    for name in names:
        (root / name).mkdir(parents=True, exist_ok=True)
        (root / name / "go.mod").write_text(f"module tree.example/{name.strip('./') or 'root'}\n\ngo 1.22\n")
    return root


def workspace(root: Path, *uses: str) -> Path:
    root.mkdir(parents=True, exist_ok=True)
    (root / "go.work").write_text("go 1.22\n" + "".join(f"use {use}\n" for use in uses))
    return root


def find(*paths: Path, recursive: bool = False) -> Found:
    return find_subjects(paths, recursive=recursive)


def names(root: Path, found: Found) -> list[str]:
    """Return the paths of subjects, with * at members and ! at those that cannot be read."""
    marks = {True: "!", False: ""}
    return [
        subject.path.relative_to(root).as_posix()
        + ("*" if subject.kind is SubjectKind.MEMBER else "")
        + marks[bool(subject.faults)]
        for subject in found.subjects
    ]


def codes(found: Found | Project) -> set[str]:
    return {note.code for note in found.notes}


def test_a_folder_is_one_project_by_itself(tmp_path: Path) -> None:
    found = find(module(tmp_path, "."))
    assert (names(tmp_path, found), found.notes) == (["."], ())
    assert read_subject(found.subjects[0]).name == "tree.example/root"


def test_many_paths_are_subjects_in_their_order(tmp_path: Path) -> None:
    module(tmp_path, "b", "a", "c")
    assert names(tmp_path, find(tmp_path / "c", tmp_path / "a", tmp_path / "b")) == ["c", "a", "b"]


@pytest.mark.parametrize("again", ["a", "a/", "a/go.mod", "b/../a", "link", "link/go.mod"])
def test_a_project_that_is_named_twice_is_one_subject(tmp_path: Path, again: str) -> None:
    module(tmp_path, "a", "b")
    (tmp_path / "link").symlink_to("a")
    assert names(tmp_path, find(tmp_path / "a", tmp_path / again)) == ["a"]


def test_a_go_sum_by_itself_is_another_subject_than_its_folder(tmp_path: Path) -> None:
    module(tmp_path, "a")
    (tmp_path / "a" / "go.sum").write_text("")
    assert names(tmp_path, find(tmp_path / "a", tmp_path / "a" / "go.sum")) == ["a", "a/go.sum"]


def test_a_path_that_is_not_there_is_told_when_it_is_read(tmp_path: Path) -> None:
    good, bad = find(module(tmp_path, "a") / "a", tmp_path / "gone").subjects
    assert read_subject(good).name == "tree.example/a"
    with pytest.raises(InputError, match="no such path"):
        read_subject(bad)


def test_faults_of_a_file_are_told_with_its_path(tmp_path: Path) -> None:
    (tmp_path / "go.mod").write_text("modul x\n")
    with pytest.raises(InputError) as caught:
        read_subject(find(tmp_path).subjects[0])
    assert caught.value.diagnostics[0].artifact == (tmp_path / "go.mod").as_posix()


@pytest.mark.parametrize("name", [".", "go.work"])
def test_a_workspace_is_its_members_in_the_order_of_go_work(tmp_path: Path, name: str) -> None:
    module(workspace(tmp_path, "./b", "./a", "."), "a", "b", ".")
    found = find(tmp_path / name)
    assert names(tmp_path, found) == ["b*", "a*", ".*"]
    assert [subject.workspace for subject in found.subjects] == [tmp_path / "go.work"] * 3


def test_a_member_that_is_not_there_does_not_keep_the_others_from_being_read(tmp_path: Path) -> None:
    found = find(module(workspace(tmp_path, "./gone", "./a"), "a"))
    assert names(tmp_path, found) == ["gone*!", "a*"]
    assert read_subject(found.subjects[1]).workspace == tmp_path / "go.work"
    with pytest.raises(InputError, match="there is no such folder"):
        read_subject(found.subjects[0])


def test_what_go_refuses_of_a_workspace_as_a_whole_is_a_subject_that_cannot_be_read(tmp_path: Path) -> None:
    found = find(module(workspace(tmp_path, "./a", "./a"), "a"))
    assert names(tmp_path, found) == ["go.work!", "a*"]


@pytest.mark.parametrize("text", ["go 1.22\n", "us ./a\n", "\0", "use ./a ./b\n", "use (\n./a\n"])
def test_a_go_work_that_gives_no_member_is_no_empty_answer(tmp_path: Path, text: str) -> None:
    (tmp_path / "go.work").write_text(text)
    found = find(tmp_path)
    assert names(tmp_path, found) == ["go.work!"]
    with pytest.raises(InputError):
        read_subject(found.subjects[0])


def test_a_go_mod_beside_go_work_that_is_not_used_is_checked_all_the_same(tmp_path: Path) -> None:
    found = find(module(workspace(tmp_path, "./a"), "a", "."))
    assert names(tmp_path, found) == ["a*", "."]
    assert "workspace-not-read" in codes(read_subject(found.subjects[1]))


@pytest.mark.parametrize("first", ["w", "w/a"])
def test_a_member_is_read_as_one_in_whatever_order_it_is_named(tmp_path: Path, first: str) -> None:
    module(workspace(tmp_path / "w", "./a"), "a")
    assert names(tmp_path, find(tmp_path / first, tmp_path / "w" / "a", tmp_path / "w")) == ["w/a*"]


def test_a_workspace_that_is_named_twice_is_one(tmp_path: Path) -> None:
    module(workspace(tmp_path, "./a"), "a")
    assert names(tmp_path, find(tmp_path, tmp_path / "go.work")) == ["a*"]


def test_a_member_of_two_workspaces_is_checked_in_the_first_and_that_is_told(tmp_path: Path) -> None:
    module(tmp_path, "a")
    found = find(workspace(tmp_path / "v", "../a"), workspace(tmp_path / "w", "../a"))
    assert names(tmp_path, found) == ["a*"]
    assert found.subjects[0].workspace == tmp_path / "v" / "go.work"
    assert codes(found) == {"two-workspaces"}


def test_a_member_that_is_named_alone_is_told_of_its_workspace(tmp_path: Path) -> None:
    module(workspace(tmp_path, "./a"), "a")
    (note,) = (note for note in read_subject(find(tmp_path / "a").subjects[0]).notes if "workspace" in note.code)
    assert "unless GOWORK=off" in note.message
    assert f"name the folder {tmp_path.as_posix()}" in note.message


def test_modules_below_are_hinted_at_and_checked_when_asked_for(tmp_path: Path) -> None:
    module(tmp_path, ".", "b/c", "a")
    found = find(tmp_path)
    assert (names(tmp_path, found), codes(found)) == (["."], {"modules-below"})
    assert found.notes[0].message.startswith("2 more go.mod below")
    assert names(tmp_path, find(tmp_path, recursive=True)) == [".", "a", "b/c"]


def test_modules_that_go_work_does_not_use_are_hinted_at(tmp_path: Path) -> None:
    module(workspace(tmp_path, "./a"), "a", "b")
    found = find(tmp_path)
    assert (names(tmp_path, found), codes(found)) == (["a*"], {"modules-below"})


def test_a_workspace_in_a_tree_makes_its_members_members(tmp_path: Path) -> None:
    module(workspace(tmp_path / "w", "../a", "./z"), "z", "y")
    module(tmp_path, "a", "b")
    assert names(tmp_path, find(tmp_path, recursive=True)) == ["a*", "b", "w/y", "w/z*"]


def test_a_tree_without_a_file_of_go_at_its_top_is_walked_without_being_asked(tmp_path: Path) -> None:
    found = find(module(tmp_path, "a", "b/c"))
    assert (names(tmp_path, found), codes(found)) == (["a", "b/c"], {"tree-walked"})


def test_a_lone_go_sum_at_the_top_of_a_tree_is_a_subject_too(tmp_path: Path) -> None:
    (tmp_path / "go.sum").write_text("")
    assert names(tmp_path, find(module(tmp_path, "a"), recursive=True)) == [".", "a"]


@pytest.mark.parametrize("recursive", [True, False])
def test_a_tree_without_any_module_is_one_subject_with_nothing_in_it(tmp_path: Path, recursive: bool) -> None:
    (tmp_path / "src").mkdir()
    found = find(tmp_path, recursive=recursive)
    assert (names(tmp_path, found), found.notes) == (["."], ())
    assert "no-go-files" in codes(read_subject(found.subjects[0]))


def test_folders_that_a_walk_passes_over_are_told(tmp_path: Path) -> None:
    module(tmp_path, ".", "vendor/x", "a/testdata/x", "_old", ".tools", "node_modules/y")
    found = find(tmp_path, recursive=True)
    assert names(tmp_path, found) == ["."]
    (note,) = found.notes
    assert (note.code, note.message.endswith("and 2 more")) == ("folders-skipped", True)


def test_a_walk_that_is_cut_is_a_subject_that_cannot_be_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(subjects, "EVERYTHING", TreeLimits(modules=2, folders=100, depth=9))
    found = find(module(tmp_path, "a", "b", "c"), recursive=True)
    assert names(tmp_path, found) == ["...!", "a", "b"]
    with pytest.raises(InputError, match="more than 2 "):
        read_subject(found.subjects[0])


@pytest.mark.skipif(os.geteuid() == 0, reason="root may look into every folder")
def test_a_folder_that_may_not_be_read_is_a_subject_that_cannot_be_read(tmp_path: Path) -> None:
    module(tmp_path, "a", "closed")
    (tmp_path / "closed").chmod(0)
    try:
        assert names(tmp_path, find(tmp_path, recursive=True)) == ["a", "closed!"]
    finally:
        (tmp_path / "closed").chmod(0o700)


@pytest.mark.parametrize("kind", ["pipe", "too long", "folder", "broken link"])
def test_a_go_mod_that_is_none_is_told_and_the_others_are_read(tmp_path: Path, kind: str) -> None:
    module(tmp_path, "a")
    (tmp_path / "bad").mkdir()
    path = tmp_path / "bad" / "go.mod"
    if kind == "pipe":
        os.mkfifo(path)
    elif kind == "folder":
        path.mkdir()
    elif kind == "broken link":
        path.symlink_to("gone")
    else:
        with path.open("wb") as file:
            file.truncate(GO_MOD_LIMIT + (1 << 20))
    found = find(tmp_path, recursive=True)
    if kind == "folder":
        assert names(tmp_path, found) == ["a"]
        return
    assert names(tmp_path, found) == ["a", "bad"]
    with pytest.raises(InputError):
        read_subject(found.subjects[1])


@pytest.mark.parametrize("name", ["x" * 5000, "a\0b", "go.mod/below", "\udcff"], ids=ascii)
def test_a_path_that_no_file_can_have_is_a_subject_that_cannot_be_read(tmp_path: Path, name: str) -> None:
    module(tmp_path, ".")
    (subject,) = find(tmp_path / name).subjects
    with pytest.raises(InputError, match="no such path"):
        read_subject(subject)


def test_control_characters_in_names_are_kept_for_the_reports_to_strip(tmp_path: Path) -> None:
    module(tmp_path, "a").joinpath("a").rename(tmp_path / "a\x1b[31m\n")
    found = find(tmp_path, recursive=True)
    assert read_subject(found.subjects[0]).root == tmp_path / "a\x1b[31m\n"


def test_paths_may_be_relative_and_empty(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    module(workspace(tmp_path, "./a"), "a", "b")
    monkeypatch.chdir(tmp_path)
    assert [subject.path.as_posix() for subject in find(Path(), Path("b")).subjects] == ["a", "b"]
