"""The version of a main module: what `go build` stamps, without running anything of the repository."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from supplymatrix.gomod.modfile import parse_go_mod
from supplymatrix.sources.main_version import MainVersion, find_main_version
from tests.support.git_repo import GitRepo

_ENVIRON = {"PATH": os.environ.get("PATH", ""), "HOME": os.devnull}
_MAIN = "package main\n\nfunc main() {}\n"
_PSEUDO = re.compile(r"v0\.0\.0-\d{14}-[0-9a-f]{12}")

needs_git = pytest.mark.skipif(shutil.which("git") is None, reason="git is not installed")


def _repo(folder: Path, path: str = "example.com/m", inside: str = "") -> GitRepo:
    repo = GitRepo(folder)
    repo.commit({f"{inside}go.mod": f"module {path}\n\ngo 1.24\n", f"{inside}main.go": _MAIN})
    return repo


def _found(folder: Path, path: str = "example.com/m", *, given: str = "", cache: Path | None = None) -> MainVersion:
    go_mod = folder / "go.mod"
    parsed = parse_go_mod(go_mod.read_bytes()) if go_mod.is_file() else None
    return find_main_version(folder, path, parsed, _ENVIRON, given=given, cache=cache)


@pytest.mark.parametrize(
    ("given", "path", "is_usable"),
    [
        ("v1.2.3", "example.com/m", True),
        ("v1.2.3-rc.1+dirty", "example.com/m", True),
        ("v2.0.0+incompatible", "example.com/m", True),
        ("v2.0.0+incompatible.dirty", "example.com/m", True),
        ("v2.0.0", "example.com/m/v2", True),
        ("v2.0.0", "example.com/m", False),
        ("v1.2", "example.com/m", False),
        ("1.2.3", "example.com/m", False),
        ("v1.2.3+build.7", "example.com/m", False),
        ("2026.1 (x86)", "example.com/m", False),
        ("2026.1", "", True),  # a workspace is no module, and has no purl
    ],
)
def test_what_the_user_says_counts_and_it_is_told_whether_go_could_use_it(
    tmp_path: Path, given: str, path: str, is_usable: bool
) -> None:
    found = _found(tmp_path, path, given=given)
    assert (found.version, found.is_go_version) == (given, is_usable)
    assert ("Go cannot use it" in found.source) is not is_usable


def test_a_folder_of_the_module_cache_is_called_after_its_version(tmp_path: Path) -> None:
    cache = tmp_path / "mod"
    folder = cache / "example.com" / "!m@v1.2.3-rc.1"
    folder.mkdir(parents=True)
    assert _found(folder, "example.com/M", cache=cache).version == "v1.2.3-rc.1"
    assert _found(folder, "example.com/other", cache=cache).version == ""


def test_a_folder_elsewhere_may_be_called_anything(tmp_path: Path) -> None:
    folder = tmp_path / "src" / "example.com" / "m@v9.9.9"
    folder.mkdir(parents=True)
    for cache in (None, tmp_path / "mod", tmp_path):
        assert _found(folder, cache=cache).version == ""


def test_without_a_repository_nobody_knows(tmp_path: Path) -> None:
    found = _found(tmp_path)
    assert (found.version, bool(found.reason)) == ("", True)


@needs_git
def test_a_tag_on_head_is_the_version_and_the_highest_counts(tmp_path: Path) -> None:
    repo = _repo(tmp_path)
    for tag in ("v1.2.3", "v1.10.0", "v2.0.0", "v1.11", "nightly", "sub/v1.12.0"):
        repo.git("tag", tag)
    found = _found(tmp_path)
    assert (found.version, found.source, found.is_dirty) == ("v1.10.0", "git tag v1.10.0 on HEAD", False)


@needs_git
def test_behind_a_tag_the_version_is_a_pseudo_version(tmp_path: Path) -> None:
    repo = _repo(tmp_path)
    assert _PSEUDO.fullmatch(_found(tmp_path).version)
    repo.git("tag", "-a", "-m", "x", "v1.2.3")
    commit = repo.commit({"a.go": "package main\n"})
    found = _found(tmp_path)
    assert found.version.startswith("v1.2.4-0.")
    assert found.version.endswith(commit[:12])
    assert found.commit == commit


@needs_git
def test_a_retracted_version_is_none(tmp_path: Path) -> None:
    repo = _repo(tmp_path)
    repo.git("tag", "v1.0.0")
    repo.commit({"go.mod": "module example.com/m\n\ngo 1.24\n\nretract v1.1.0\n"})
    repo.git("tag", "v1.1.0")
    assert _found(tmp_path).version.startswith("v1.0.1-0.")


@needs_git
@pytest.mark.parametrize(
    ("path", "inside", "tag"),
    [
        ("example.com/m/sub", "sub/", "sub/v1.2.3"),
        ("example.com/m/sub/v2", "sub/v2/", "sub/v2.0.0"),
        ("example.com/m/v3", "v3/", "v3.1.0"),
        ("example.com/m/v3", "", "v3.1.0"),
    ],
)
def test_a_module_in_a_folder_has_its_own_tags(tmp_path: Path, path: str, inside: str, tag: str) -> None:
    repo = _repo(tmp_path, path, inside)
    repo.git("tag", "v0.9.0")
    assert _PSEUDO.fullmatch(
        _found(tmp_path / inside, path).version.replace("v2.0.0-", "v0.0.0-").replace("v3.0.0-", "v0.0.0-")
    )
    repo.git("tag", tag)
    assert _found(tmp_path / inside, path).version == tag.rpartition("/")[2]


@needs_git
@pytest.mark.parametrize("how", ["changed", "removed", "staged", "new"])
def test_changed_files_are_told(tmp_path: Path, how: str) -> None:
    repo = _repo(tmp_path)
    repo.git("tag", "v1.0.0")
    (tmp_path / "report.json").write_text("{}", encoding="utf-8")
    os.utime(tmp_path / "main.go", (1, 1))  # another time, the same bytes
    assert _found(tmp_path).version == "v1.0.0"
    if how == "removed":
        (tmp_path / "main.go").unlink()
    else:
        name = "new.go" if how == "new" else "main.go"
        (tmp_path / name).write_text(_MAIN.replace("{}", "{;}"), encoding="utf-8")
        if how == "staged":
            repo.git("add", "main.go")
    assert _found(tmp_path).version == "v1.0.0+dirty"


@needs_git
def test_a_repository_around_a_project_that_is_not_in_it_says_nothing(tmp_path: Path) -> None:
    _repo(tmp_path)
    (tmp_path / "other").mkdir()
    (tmp_path / "other" / "go.mod").write_text("module example.com/other\n", encoding="utf-8")
    found = _found(tmp_path / "other", "example.com/other")
    assert (found.version, found.reason) == ("", "the git repository around the project does not have its go.mod")


@needs_git
@pytest.mark.skipif(os.name == "nt", reason="the program is a shell script")
def test_no_program_of_the_repository_is_run(tmp_path: Path) -> None:
    repo, mark = _repo(tmp_path / "r"), tmp_path / "mark"
    evil = tmp_path / "evil"
    evil.write_text(f"#!/bin/sh\ntouch {mark}\ncat\n", encoding="utf-8")
    evil.chmod(0o755)
    repo.commit({".gitattributes": "*.go filter=evil diff=evil\n"})
    for key in ("filter.evil.clean", "filter.evil.smudge", "diff.evil.textconv", "core.fsmonitor", "gpg.program"):
        repo.git("config", key, str(evil))
    repo.git("config", "log.showSignature", "true")
    os.utime(tmp_path / "r" / "main.go", (1, 1))
    assert _PSEUDO.fullmatch(_found(tmp_path / "r").version)
    assert not mark.exists()


@needs_git
def test_a_shallow_clone_is_a_doubt(tmp_path: Path) -> None:
    repo = _repo(tmp_path / "r")
    repo.git("tag", "v1.0.0")
    repo.commit({"a.go": "package main\n"})
    repo.git("clone", "--quiet", "--depth=1", "--no-tags", (tmp_path / "r").as_uri(), str(tmp_path / "c"))
    assert "shallow" in _found(tmp_path / "c").doubt


@needs_git
def test_a_commit_without_its_tree_leaves_a_doubt(tmp_path: Path) -> None:
    repo = _repo(tmp_path)
    repo.git("tag", "v1.0.0")
    tree = repo.git("rev-parse", "HEAD^{tree}").strip()
    (tmp_path / ".git" / "objects" / tree[:2] / tree[2:]).unlink()
    found = _found(tmp_path)
    assert (found.is_dirty, "objects are missing" in found.doubt, bool(found.remedy)) == (None, True, True)


@needs_git
@pytest.mark.parametrize(("name", "is_dirty"), [("static/new.txt", True), ("other/new.txt", False)])
def test_an_unknown_file_that_may_be_embedded_makes_it_dirty(tmp_path: Path, name: str, is_dirty: bool) -> None:
    repo = _repo(tmp_path)
    text = 'package static\n\nimport "embed"\n\n//go:embed *.txt\nvar all embed.FS\n'
    repo.commit({"static/static.go": text, "static/a.txt": "a", "other/other_test.go": text})
    (tmp_path / name).write_text("b", encoding="utf-8")
    assert _found(tmp_path).is_dirty is is_dirty


@needs_git
@pytest.mark.skipif(os.name == "nt", reason="the configuration of the machine counts there")
@pytest.mark.parametrize(
    ("attributes", "setting"), [("", ""), ("", "true"), ("*.go text\n", ""), ("*.go -text\n", "true")]
)
def test_rewritten_line_ends_are_a_change_as_for_git(tmp_path: Path, attributes: str, setting: str) -> None:
    repo = _repo(tmp_path)
    repo.commit({".gitattributes": attributes})
    if setting:
        repo.git("config", "core.autocrlf", setting)
    (tmp_path / "main.go").write_bytes(_MAIN.replace("\n", "\r\n").encode())
    assert _found(tmp_path).is_dirty is True
    assert repo.git("status", "--porcelain") == " M main.go\n"


@needs_git
@pytest.mark.skipif(os.name == "nt", reason="the configuration of the machine counts there")
@pytest.mark.parametrize(
    ("attributes", "setting"),
    [("", "true"), ("*.go text eol=crlf\n", ""), ("*.go text=auto eol=crlf\n", ""), ("*.go eol=crlf\n", "")],
)
def test_line_ends_that_git_made_itself_are_none(tmp_path: Path, attributes: str, setting: str) -> None:
    repo = _repo(tmp_path)
    repo.commit({".gitattributes": attributes})
    if setting:
        repo.git("config", "core.autocrlf", setting)
    (tmp_path / "main.go").unlink()
    repo.git("checkout", "--", "main.go")
    assert b"\r\n" in (tmp_path / "main.go").read_bytes()
    os.utime(tmp_path / "main.go", (1, 1))
    assert _found(tmp_path).is_dirty is False
    repo.git("config", "core.autocrlf", "false")
    (tmp_path / ".gitattributes").write_text("*.go -text\n", encoding="utf-8")
    assert _found(tmp_path).is_dirty is True


@needs_git
def test_what_a_filter_would_make_of_a_file_nobody_knows(tmp_path: Path) -> None:
    repo = _repo(tmp_path)
    repo.commit({".gitattributes": "*.bin filter=lfs\n", "a.bin": "pointer\n"})
    (tmp_path / "a.bin").write_bytes(b"content\n")
    os.utime(tmp_path / "a.bin", (1, 1))
    found = _found(tmp_path)
    assert (found.is_dirty, bool(found.doubt)) == (None, True)


@needs_git
@pytest.mark.skipif(os.name == "nt", reason="no such mode there")
def test_another_mode_is_a_change_where_modes_count(tmp_path: Path) -> None:
    repo = _repo(tmp_path)
    (tmp_path / "main.go").chmod(0o755)
    assert _found(tmp_path).is_dirty is True
    repo.git("config", "core.fileMode", "false")
    assert _found(tmp_path).is_dirty is False


@needs_git
@pytest.mark.skipif(shutil.which("go") is None, reason="go is not installed")
def test_it_is_what_go_build_stamps(tmp_path: Path) -> None:
    """Nothing is compiled: `go build -n` prints what it would write into the program."""
    repo = _repo(tmp_path / "r")
    stages: tuple[tuple[str, ...], ...] = (
        ("status",), ("tag", "v1.2.3"), ("commit", "--quiet", "--allow-empty", "-m", "x"),
    )  # fmt: skip
    environ = {**os.environ, "GOFLAGS": "", "GOTOOLCHAIN": "local", "CGO_ENABLED": "0", "GOCACHE": str(tmp_path / "gc")}
    for command in stages:
        repo.git(*command)
        for text in (_MAIN, _MAIN.replace("{}", "{ _ = 1 }")):
            (tmp_path / "r" / "main.go").write_text(text, encoding="utf-8")
            build = ["go", "build", "-n", "-buildvcs=true", "-o", str(tmp_path / "program")]
            done = subprocess.run(build, cwd=tmp_path / "r", env=environ, capture_output=True, text=True, check=True)
            stamped = re.search(r"\\nmod\\texample.com/m\\t([^\\]+)\\t", done.stderr)
            assert stamped is not None
            assert _found(tmp_path / "r").version == stamped[1]


@needs_git
def test_other_names_of_the_same_commit_are_known(tmp_path: Path) -> None:
    repo = _repo(tmp_path)
    for tag in ("v1.4.0", "v2.0.0", "nightly"):
        repo.git("tag", tag)
    commit = repo.commit({"a.go": "package main\n"})
    before = _found(tmp_path).version
    for tag in ("v1.5.0-rc.1", "v1.5.0"):
        repo.git("tag", tag)
    found = _found(tmp_path)
    assert (found.version, found.others) == ("v1.5.0", ("v1.5.0-rc.1", before))
    assert before.startswith("v1.4.1-0.")
    assert before.endswith(commit[:12])
    (tmp_path / "a.go").write_text("package main // other\n")
    assert _found(tmp_path).others == ("v1.5.0-rc.1+dirty", f"{before}+dirty")


@needs_git
def test_why_git_refuses_is_told_and_each_cause_has_its_own_remedy(tmp_path: Path) -> None:
    repo, alone = tmp_path / "repo", tmp_path / "alone"
    _repo(repo)
    alone.mkdir()
    nowhere = find_main_version(alone, "example.com/m", None, _ENVIRON)
    missing = find_main_version(repo, "example.com/m", None, {"PATH": str(alone)})
    (repo / ".git" / "config").write_text("[core\n")
    broken = find_main_version(repo, "example.com/m", None, _ENVIRON)
    assert nowhere.reason == "the project is in no git repository"
    assert (missing.reason, missing.remedy) == (
        "git was not found", "install git, or name the version with --version",
    )  # fmt: skip
    assert broken.reason == "git does not read the repository: bad config line 1 in file .git/config"
    assert len({nowhere.remedy, missing.remedy, broken.remedy}) == 3
    assert all(found.remedy.endswith(", or name the version with --version") for found in (nowhere, missing, broken))


@needs_git
@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() != 0, reason="only root gives folders away")
def test_a_repository_of_somebody_else_is_called_so(tmp_path: Path) -> None:
    repo = tmp_path / "repo"
    _repo(repo)
    for path in (repo, *repo.rglob("*")):
        os.chown(path, 1234, 1234)
    found = _found(repo)
    assert found.reason == "git does not read the repository: it belongs to somebody else (dubious ownership)"
    assert found.remedy.startswith("git config --global --add safe.directory FOLDER, ")
    assert str(tmp_path) not in f"{found.reason} {found.remedy}"  # they stand in documents
