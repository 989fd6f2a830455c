"""Build files of a tree: found within limits, read one by one, and what cannot be read is told."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from supplymatrix.errors import InputError
from supplymatrix.sources.build_files import WalkLimits, read_project_build


def _write(root: Path, name: str, text: str = "FROM a/b\n") -> None:
    path = root / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")


def _found(root: Path, limits: WalkLimits | None = None) -> list[str]:
    return [file.artifact for file in read_project_build(root, limits).files]


def test_files_are_found_at_their_places_and_go_mod_comes_first(tmp_path: Path) -> None:
    _write(tmp_path, "go.mod", "module example.com/a\n")
    for name in ("Dockerfile", "deploy/Containerfile", ".gitlab-ci.yml", ".github/workflows/ci.yml"):
        _write(tmp_path, name, "FROM a/b\n" if "file" in name else "{}\n")
    assert _found(tmp_path) == [
        "go.mod", ".gitlab-ci.yml", "Dockerfile", "deploy/Containerfile", ".github/workflows/ci.yml",
    ]  # fmt: skip


@pytest.mark.parametrize(
    "folder", ["vendor", "testdata", "node_modules", ".git", "_old", "a/vendor", ".github/actions"]
)
def test_folders_that_are_nobodys_build_are_not_looked_into(tmp_path: Path, folder: str) -> None:
    _write(tmp_path, f"{folder}/Dockerfile")
    assert _found(tmp_path) == []


def test_a_link_to_a_folder_is_not_followed(tmp_path: Path) -> None:
    _write(tmp_path, "far/Dockerfile")
    (tmp_path / "near").mkdir()
    (tmp_path / "near" / "link").symlink_to(tmp_path / "far")
    assert _found(tmp_path / "near") == []


def test_a_broken_file_is_a_gap_with_its_line_and_the_others_count(tmp_path: Path) -> None:
    _write(tmp_path, "snapcraft.yaml", "base: core24\nparts: [\n")
    _write(tmp_path, "Dockerfile")
    build = read_project_build(tmp_path)
    assert [file.artifact for file in build.files] == ["Dockerfile"]
    (gap,) = build.gaps
    assert (gap.subject, gap.location is not None and gap.location.line > 1) == ("snapcraft.yaml", True)


def test_a_go_work_names_a_go_too(tmp_path: Path) -> None:
    _write(tmp_path, "go.work", "go 1.25.1\n")
    (file,) = read_project_build(tmp_path).files
    assert [use.version for use in file.gos] == ["1.25.1"]


def test_a_pipe_is_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "Dockerfile")
    assert _found(tmp_path) == []


def test_a_go_mod_that_cannot_be_read_is_an_input_error(tmp_path: Path) -> None:
    _write(tmp_path, "go.mod", "what\n")
    with pytest.raises(InputError):
        read_project_build(tmp_path)


@pytest.mark.parametrize(
    "limits", [WalkLimits(files=1), WalkLimits(names=1), WalkLimits(folders=1), WalkLimits(depth=0)]
)
def test_what_lies_beyond_a_limit_is_told(tmp_path: Path, limits: WalkLimits) -> None:
    for name in ("Dockerfile", "a/Dockerfile", "a/b/Dockerfile"):
        _write(tmp_path, name)
    build = read_project_build(tmp_path, limits)
    assert (len(build.files), len(build.gaps)) == (1, 1)
