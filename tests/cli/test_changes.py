"""`changes`: the modules of a working tree against a revision of a real repository."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.cli.conftest import Cli
from tests.support.git_repo import GitRepo
from tests.support.machine import Machine
from tests.support.made_log import MadeLog, go_mod_text, write_project, write_recording

A, B, B2 = "example.com/a@v1.0.0", "example.com/b@v1.2.0", "example.com/b@v1.3.0"
LOG = MadeLog.of(A, B, B2, filler=20)


@pytest.fixture
def repo(tmp_path: Path) -> GitRepo:
    """A repository whose main branch has A and B, and whose working tree has B at a higher version."""
    repo = GitRepo(tmp_path / "svc")
    write_project(repo.folder, LOG, "", [A, B])
    repo.commit()
    write_project(repo.folder, LOG, "", [A, B2])
    return repo


@pytest.fixture
def arguments(repo: GitRepo, tmp_path: Path) -> list[str]:
    recorded = write_recording(tmp_path / "recorded", LOG.answers())
    return ["changes", str(repo.folder), "--base", "main", "--replay", str(recorded)]


def test_a_module_that_moved_is_told_with_its_record(cli: Cli, arguments: list[str]) -> None:
    done = cli(*arguments)
    assert done.code == 0
    assert "1 upgraded; 1 as they were. go.sum: 2 lines added, 2 removed." in done.out
    assert "example.com/b  v1.2.0 → v1.3.0" in done.out
    assert "log record 22 · age: not known" in done.out


def test_the_revision_may_be_named_as_check_names_it(cli: Cli, arguments: list[str]) -> None:
    assert cli(*("--diff-base" if word == "--base" else word for word in arguments)).out == cli(*arguments).out


def test_nothing_changed_is_said(cli: Cli, repo: GitRepo, arguments: list[str]) -> None:
    repo.git("checkout", "--quiet", ".")
    assert "no module changed; 2 as they were" in cli(*arguments).out


def test_another_hash_under_the_same_version_is_the_gravest(cli: Cli, repo: GitRepo, arguments: list[str]) -> None:
    repo.git("checkout", "--quiet", ".")
    text = (repo.folder / "go.sum").read_text()
    lines = text.splitlines()
    first = lines[0].split()
    (repo.folder / "go.sum").write_text("\n".join([f"{first[0]} {first[1]} {lines[2].split()[2]}", *lines[1:], ""]))
    done = cli(*arguments, "--format", "json")
    (change,) = json.loads(done.out)["subjects"][0]["changes"]
    assert (done.code, change["kind"], change["proof"]["state"]) == (0, "rehashed", "differs")
    assert "SM110" in {finding["rule"] for finding in change["findings"]}


def test_the_module_cache_tells_the_age(cli: Cli, machine: Machine, arguments: list[str], tmp_path: Path) -> None:
    folder = tmp_path / "modcache" / "cache" / "download" / "example.com" / "b" / "@v"
    folder.mkdir(parents=True)
    (folder / "v1.3.0.info").write_text('{"Version":"v1.3.0","Time":"2024-05-01T00:00:00Z"}')
    machine.settings["GOMODCACHE"] = str(tmp_path / "modcache")
    assert "2024-05-01, module cache" in cli(*arguments).out


def test_the_module_cache_tells_the_licence(cli: Cli, machine: Machine, arguments: list[str], tmp_path: Path) -> None:
    for version, licence in (("v1.2.0", "MIT"), ("v1.3.0", "Apache-2.0")):
        folder = tmp_path / "modcache" / "example.com" / f"b@{version}"
        folder.mkdir(parents=True)
        (folder / "LICENSE").write_text(f"SPDX-License-Identifier: {licence}\n")
    machine.settings["GOMODCACHE"] = str(tmp_path / "modcache")
    for _ in range(2):  # the second time from what was kept
        assert "licence: MIT → Apache-2.0\n" in cli(*arguments).out


def test_a_revision_without_the_project_makes_every_module_new(cli: Cli, repo: GitRepo, arguments: list[str]) -> None:
    repo.git("checkout", "--quiet", "--orphan", "empty")
    repo.git("rm", "--quiet", "-rf", "--cached", ".")
    repo.git("commit", "--quiet", "--allow-empty", "--message", "nothing")
    done = cli(*arguments[:2], "--base", "empty", *arguments[4:])
    assert "2 added; 0 as they were" in done.out


def test_a_file_of_the_revision_that_cannot_be_read_makes_every_module_new_and_is_told(
    cli: Cli, repo: GitRepo, arguments: list[str]
) -> None:
    (repo.folder / "go.mod").write_text("modul x\n")
    repo.commit()
    (repo.folder / "go.mod").write_text(go_mod_text([A, B]))
    done = cli(*arguments)
    assert done.code == 0
    assert "2 added; 0 as they were" in done.out
    assert "note: every module counts as added: its files cannot be read there" in done.out


def test_the_members_of_a_workspace_are_compared_with_its_replaces(cli: Cli, tmp_path: Path) -> None:
    repo = GitRepo(tmp_path / "work")
    write_project(repo.folder / "one", LOG, "", [A])
    (repo.folder / "go.work").write_text("go 1.22\n\nuse ./one\n")
    repo.commit()
    (repo.folder / "go.work").write_text(f"go 1.22\n\nuse ./one\n\nreplace example.com/a => {B.replace('@', ' ')}\n")
    done = cli("changes", str(repo.folder), "--base", "main", "--offline")
    assert "1 replaced; 0 as they were" in done.out
    assert "v1.0.0 → example.com/b@v1.2.0 in its place" in done.out


def test_an_unknown_revision_is_2_and_names_the_option(cli: Cli, arguments: list[str]) -> None:
    done = cli(*arguments[:2], "--base", "mian", "--offline")
    assert (done.code, done.out) == (2, "")
    assert "--base origin/main" in done.err


def test_a_module_with_no_line_for_its_files_is_not_told_as_proven(
    cli: Cli, repo: GitRepo, arguments: list[str], tmp_path: Path
) -> None:
    only_go_mod = "".join(line for line in LOG.go_sum(B2).splitlines(keepends=True) if "/go.mod " in line)
    (repo.folder / "go.sum").write_text(LOG.go_sum(A) + only_go_mod)
    done = cli(*arguments, "--format", "markdown", "--format", f"json={tmp_path}/changes.json")
    (row,) = [row for row in done.out.splitlines() if "example.com/b" in row]
    assert "✅" not in row
    assert "only its go.mod" in row
    (told,) = json.loads((tmp_path / "changes.json").read_text())["subjects"][0]["changes"]
    assert told["proof"]["state"] == "only its go.mod"


def test_a_module_of_nobody_is_told_without_a_sum(cli: Cli, repo: GitRepo, arguments: list[str]) -> None:
    name = "example.com/c@v0.0.0-20240101000000-abcdefabcdef"
    (repo.folder / "go.mod").write_text(go_mod_text([A, B, name]))
    done = cli(*arguments, "--format", "markdown")
    (row,) = [row for row in done.out.splitlines() if "example.com/c" in row]
    assert "no go.sum line" in row
    assert "2024-01-01" in row
    assert "SM101" in row
