"""A walk over a tree: what is found, what is passed over and said, and where it ends."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from supplymatrix.sources.tree import EVERYTHING, Tree, TreeLimits, walk_tree


def grow(root: Path, *names: str) -> Path:
    """Make files, with the folders that they need; a name that ends in / is a folder."""
    for name in names:
        path = root / name
        if name.endswith("/"):
            path.mkdir(parents=True, exist_ok=True)
        else:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text("")
    return root


def modules(root: Path, tree: Tree) -> list[str]:
    return [path.relative_to(root).as_posix() for path in tree.modules]


def test_every_go_mod_is_found_parents_first_and_by_name(tmp_path: Path) -> None:
    grow(tmp_path, "b/go.mod", "a-b/go.mod", "a/go.mod", "a/z/deep/go.mod", "go.mod", "a/x.go", "empty/")
    assert modules(tmp_path, walk_tree(tmp_path)) == [".", "a", "a/z/deep", "a-b", "b"]


@pytest.mark.parametrize("name", ["vendor", "testdata", "node_modules", ".tools", "_old"])
def test_folders_that_are_passed_over_are_told(tmp_path: Path, name: str) -> None:
    grow(tmp_path, f"a/{name}/m/go.mod", "go.mod")
    tree = walk_tree(tmp_path)
    assert (modules(tmp_path, tree), tree.skipped) == (["."], (tmp_path / "a" / name,))


@pytest.mark.parametrize("name", ["vendored", "x.testdata", "a_b", "node_modules2"])
def test_names_that_only_resemble_those_are_looked_into(tmp_path: Path, name: str) -> None:
    assert modules(tmp_path, walk_tree(grow(tmp_path, f"{name}/go.mod"))) == [name]


def test_the_folder_that_is_named_may_have_any_name(tmp_path: Path) -> None:
    grow(tmp_path, "testdata/m/go.mod")
    assert modules(tmp_path / "testdata", walk_tree(tmp_path / "testdata")) == ["m"]


def test_the_folder_of_git_is_not_worth_a_word(tmp_path: Path) -> None:
    assert walk_tree(grow(tmp_path, ".git/go.mod")) == walk_tree(grow(tmp_path / "none", "x/"))


def test_links_to_folders_are_not_followed_so_that_a_loop_ends(tmp_path: Path) -> None:
    grow(tmp_path, "a/go.mod")
    (tmp_path / "a" / "again").symlink_to(tmp_path)
    (tmp_path / "self").symlink_to("self")
    assert modules(tmp_path, walk_tree(tmp_path)) == ["a"]


def test_a_folder_of_that_name_is_no_go_mod(tmp_path: Path) -> None:
    tree = walk_tree(grow(tmp_path, "a/go.mod/", "a/go.work/"))
    assert (tree.modules, tree.workspaces) == ((), ())


def test_a_pipe_of_that_name_is_found_so_that_its_reader_can_tell(tmp_path: Path) -> None:
    grow(tmp_path, "a/")
    os.mkfifo(tmp_path / "a" / "go.mod")
    assert modules(tmp_path, walk_tree(tmp_path)) == ["a"]


def test_the_walk_says_so_when_there_are_more_modules_than_it_takes(tmp_path: Path) -> None:
    grow(tmp_path, *(f"m{number}/go.mod" for number in range(5)))
    tree = walk_tree(tmp_path, TreeLimits(modules=3, folders=100, depth=9))
    assert (len(tree.modules), tree.cut) == (3, "there are more than 3 go.mod files")


def test_the_walk_says_so_when_there_are_more_folders_than_it_opens(tmp_path: Path) -> None:
    grow(tmp_path, *(f"m{number}/go.mod" for number in range(5)))
    tree = walk_tree(tmp_path, TreeLimits(modules=100, folders=3, depth=9))
    assert (len(tree.modules), tree.cut) == (2, "there are more than 3 folders")


def test_the_walk_says_so_when_folders_lie_too_deep(tmp_path: Path) -> None:
    grow(tmp_path, "a/b/c/d/go.mod", "a/go.mod")
    tree = walk_tree(tmp_path, TreeLimits(modules=100, folders=100, depth=2))
    assert (modules(tmp_path, tree), tree.cut) == (["a"], "folders lie more than 2 deep in each other")


def test_a_walk_that_went_through_is_not_cut_at_its_limits(tmp_path: Path) -> None:
    grow(tmp_path, "a/go.mod", "b/go.mod")
    assert walk_tree(tmp_path, TreeLimits(modules=2, folders=3, depth=1)).cut == ""


@pytest.mark.skipif(os.geteuid() == 0, reason="root may look into every folder")
def test_a_folder_that_may_not_be_read_is_a_fault_of_its_own(tmp_path: Path) -> None:
    grow(tmp_path, "a/go.mod", "closed/go.mod")
    (tmp_path / "closed").chmod(0)
    try:
        tree = walk_tree(tmp_path)
    finally:
        (tmp_path / "closed").chmod(0o700)
    assert (modules(tmp_path, tree), [path for path, _ in tree.faults]) == (["a"], [tmp_path / "closed"])


def test_a_folder_that_is_gone_is_a_fault_of_its_own(tmp_path: Path) -> None:
    tree = walk_tree(tmp_path / "gone")
    ((path, fault),) = tree.faults
    assert (path, tree.modules) == (tmp_path / "gone", ())
    assert "cannot be looked into" in fault.message


def test_bytes_of_names_that_are_no_text_do_no_harm(tmp_path: Path) -> None:
    folder = Path(os.fsdecode(os.fsencode(tmp_path) + b"/\xff\x1b[31m\n"))
    folder.mkdir()
    (folder / "go.mod").write_text("")
    assert walk_tree(tmp_path, EVERYTHING).modules == (folder,)
