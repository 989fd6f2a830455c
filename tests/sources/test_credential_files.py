"""The files in which credentials are looked for are found in one walk, and none outside of the tree is read."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from supplymatrix.model.gap import Gap
from supplymatrix.privacy.credential_places import FileKind
from supplymatrix.sources import credential_files
from supplymatrix.sources.credential_files import (
    CredentialFile,
    find_credential_files,
    is_open_to_others,
    read_candidate,
    tracked_of,
)
from tests.support.git_repo import GitRepo


def _write(root: Path, *names: str) -> Path:
    for name in names:
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("x\n", encoding="utf-8")
    return root


def _found(root: Path) -> list[str]:
    return [file.artifact for file in find_credential_files(root).files]


def test_files_are_found_by_name_in_all_folders_but_some(tmp_path: Path) -> None:
    root = _write(
        tmp_path, "Dockerfile", "main.go", ".git/config", ".git/objects/Makefile", "vendor/modules.txt",
        "vendor/a/Makefile",
        "testdata/.netrc", "node_modules/a/Dockerfile", ".github/workflows/a.yml", "deep/.netrc", "_build/Makefile",
        "sub/.git/config", ".circleci/config.yml",
    )  # fmt: skip
    assert _found(root) == [
        ".circleci/config.yml", ".git/config", ".github/workflows/a.yml", "Dockerfile", "_build/Makefile",
        "deep/.netrc", "sub/.git/config", "vendor/modules.txt",
    ]  # fmt: skip


def test_a_link_is_followed_within_the_tree_alone(tmp_path: Path) -> None:
    root = _write(tmp_path / "svc", "build/image.txt", "Makefile", "folder/x")
    _write(tmp_path, "secret")
    (root / "Dockerfile").symlink_to("build/image.txt")
    (root / "GNUmakefile").symlink_to("Makefile")
    (root / ".netrc").symlink_to("../secret")
    (root / "a.sh").symlink_to("gone")
    (root / "b.sh").symlink_to("folder")
    (root / "bazel-out").symlink_to(tmp_path)
    found = find_credential_files(root)
    assert [file.artifact for file in found.files] == ["Dockerfile", "Makefile"]
    assert [gap.subject for gap in found.gaps] == [".netrc"]


def test_what_only_a_link_leads_to_is_read_or_a_gap(tmp_path: Path) -> None:
    root = _write(tmp_path / "svc", "testdata/prod.env", "testdata/ci/a.yml", "ci/a.yml")
    _write(tmp_path, "outside/a.yml")
    (root / ".env").symlink_to("testdata/prod.env")
    (root / ".github").symlink_to("../outside")
    (root / ".gitlab").symlink_to("testdata/ci")
    (root / ".circleci").symlink_to("ci")
    found = find_credential_files(root)
    assert [file.artifact for file in found.files] == [".env", "ci/a.yml"]
    assert [(gap.subject, "out of the tree" in gap.reason) for gap in found.gaps] == [
        (".github", True),
        (".gitlab", False),
    ]


def test_settings_of_submodules_are_found(tmp_path: Path) -> None:
    names = [".git/modules/a/config", ".git/modules/b/c/config", ".git/modules/a/modules/d/config"]
    root = _write(tmp_path, *names, ".git/modules/a/hooks/x")
    assert _found(root) == sorted(names)


def test_what_is_no_plain_file_is_a_gap(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "Makefile")
    (tmp_path / ".env").symlink_to("Makefile")
    _write(tmp_path, "a.sh")
    found = find_credential_files(tmp_path)
    assert [file.artifact for file in found.files] == ["a.sh"]
    assert [(gap.subject, "no regular file" in gap.reason) for gap in found.gaps] == [("Makefile", True)]


@pytest.mark.parametrize("size", [credential_files.FILE_LIMIT + 1])
def test_a_file_that_is_too_large_or_gone_is_a_gap(tmp_path: Path, size: int) -> None:
    (tmp_path / "Makefile").write_bytes(b"x" * size)
    (file,) = find_credential_files(tmp_path).files
    gap = read_candidate(file)
    assert isinstance(gap, Gap)
    assert (gap.wanted, "bytes" in gap.reason) == ("credentials in Makefile", True)
    gone = CredentialFile(artifact="a", kind=FileKind.MAKE, path=tmp_path / "gone", size=0)
    assert isinstance(read_candidate(gone), Gap)


def test_more_files_than_are_looked_at_are_a_gap(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    _write(tmp_path, "a.sh", "b.sh", "c.sh")
    monkeypatch.setattr(credential_files, "_MOST_FILES", 2)
    found = find_credential_files(tmp_path)
    assert [file.artifact for file in found.files] == ["a.sh", "b.sh"]
    assert found.gaps[0].wanted == "credentials in 1 files at and behind c.sh"
    monkeypatch.setattr(credential_files, "_MOST_NAMES", 1)
    assert "too many files" in find_credential_files(tmp_path).gaps[0].reason


def test_a_folder_that_is_gone_or_too_deep_is_a_gap(tmp_path: Path) -> None:
    assert "cannot be looked into" in find_credential_files(tmp_path / "gone").gaps[0].reason
    _write(tmp_path, "/".join("a" * 45) + "/Makefile")
    found = find_credential_files(tmp_path)
    assert (found.files, len(found.gaps)) == ((), 1)


def test_a_mode_says_who_may_read_a_file(tmp_path: Path) -> None:
    path = _write(tmp_path, ".netrc") / ".netrc"
    for mode, is_open in ((0o600, False), (0o640, True), (0o604, True), (0o400, False)):
        path.chmod(mode)
        assert is_open_to_others(path) is is_open
    assert is_open_to_others(tmp_path / "gone") is None


def test_git_says_what_it_tracks(tmp_path: Path) -> None:
    repo = GitRepo(tmp_path / "svc")
    repo.commit({"a/Dockerfile": "x", "*": "y"})
    _write(repo.folder, "a/Makefile")
    environ = {"PATH": os.environ.get("PATH", ""), "HOME": str(tmp_path)}
    told = tracked_of(repo.folder / "a", ["Dockerfile", "Makefile", "*", "gone"], environ)
    assert told == {"Dockerfile": True, "Makefile": False, "*": False, "gone": False}
    assert tracked_of(tmp_path, ["a"], environ) == {}
    (repo.folder / ".git" / "HEAD").unlink()
    assert tracked_of(repo.folder, ["a/Dockerfile"], environ) == {}
    assert tracked_of(repo.folder, ["a/Dockerfile"], {"PATH": ""}) == {}
