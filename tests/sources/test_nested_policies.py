"""Policies that dependencies bring along: found wherever Go puts the files of dependencies, and nowhere else."""

from __future__ import annotations

from pathlib import Path

import pytest

from supplymatrix.model.fact import NestedPolicy
from supplymatrix.sources.project import Project, read_project
from supplymatrix.sources.workspace import read_member, read_workspace

LIST = "# x.example/a v1.0.0\n## explicit; go 1.22\nx.example/a\nx.example/a/inner\n"


def put(path: Path, text: str = "[policy]\n") -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")


def module(folder: Path, more: str = "") -> None:
    put(folder / "go.mod", f"module example.com/{folder.name}\n\ngo 1.22\n\n{more}")


def found(project: Project) -> list[tuple[str, str]]:
    return [(fact.name, fact.location.artifact) for fact in project.facts if isinstance(fact, NestedPolicy)]


def member(root: Path, go_work: str) -> Project:
    put(root / "go.work", f"go 1.22\n\n{go_work}")
    workspace = read_workspace(root / "go.work")
    return read_member(workspace, workspace.members[0])


def test_policies_beside_vendored_packages_and_in_replaced_folders_are_found(tmp_path: Path) -> None:
    root = tmp_path / "svc"
    module(root, "replace x.example/b => ../fork\n")
    put(root / "vendor" / "modules.txt", LIST)
    for place in ("vendor/x.example/a/inner", "vendor/not.listed", "testdata", "../fork"):
        put(root / place / "lift.toml")
    assert found(read_project(root)) == [
        ("x.example/b", "../fork/lift.toml"),
        ("x.example/a", "vendor/x.example/a/inner/lift.toml"),
    ]


@pytest.mark.parametrize("name", ["svc", "deep/svc"])
def test_the_vendor_folder_of_a_workspace_is_looked_into_for_its_members(tmp_path: Path, name: str) -> None:
    module(tmp_path / name)
    put(tmp_path / "vendor" / "modules.txt", LIST)
    put(tmp_path / "vendor" / "x.example" / "a" / "lift.toml", "one\ntwo\n")
    project = member(tmp_path, f"use ./{name}\n")
    up = "/".join([".."] * (name.count("/") + 1))
    artifact = f"{up}/vendor/x.example/a/lift.toml"
    assert found(project) == [("x.example/a", artifact)]
    assert list(project.files[artifact]) == ["one", "two", ""]
    alone = read_project(tmp_path / name)
    assert [place for _, place in found(alone)] == [artifact]


def test_a_member_that_is_the_workspaces_own_folder_has_each_policy_once(tmp_path: Path) -> None:
    module(tmp_path)
    put(tmp_path / "vendor" / "modules.txt", LIST)
    put(tmp_path / "vendor" / "x.example" / "a" / "lift.toml")
    assert found(member(tmp_path, "use .\n")) == [("x.example/a", "vendor/x.example/a/lift.toml")]


def test_a_folder_that_go_work_names_is_meant_as_from_go_work(tmp_path: Path) -> None:
    module(tmp_path / "svc")
    put(tmp_path / "fork" / "lift.toml")
    assert found(member(tmp_path, "use ./svc\nreplace x.example/a => ./fork\n")) == [
        ("x.example/a", "../fork/lift.toml")
    ]


def test_a_project_that_is_named_by_a_link_has_those_of_its_workspace(tmp_path: Path) -> None:
    module(tmp_path / "ws" / "svc")
    put(tmp_path / "ws" / "go.work", "go 1.22\n\nuse ./svc\n")
    put(tmp_path / "ws" / "vendor" / "modules.txt", LIST)
    put(tmp_path / "ws" / "vendor" / "x.example" / "a" / "lift.toml")
    (tmp_path / "link").symlink_to(tmp_path / "ws" / "svc")
    assert found(read_project(tmp_path / "link")) == [("x.example/a", "../vendor/x.example/a/lift.toml")]
