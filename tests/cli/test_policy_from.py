"""--policy and --policy-from: the gate that counts is the one that was asked for, in a real repository."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cli.conftest import Cli
from tests.support.git_repo import GitRepo
from tests.support.made_log import MadeLog, write_project, write_recording

A, B = "example.com/a@v1.0.0", "example.com/b@v1.2.0"
LOG = MadeLog.of(A, B, filler=20)
WEAK = '[policy]\nmin_score = 0\n\n[rules]\nSM101 = "off"\n'


@pytest.fixture
def repo(tmp_path: Path) -> GitRepo:
    """A repository whose main branch has a strict gate, and whose working tree has a go.sum with a line missing."""
    repo = GitRepo(tmp_path / "svc")
    write_project(repo.folder, LOG, "", [A, B])
    repo.commit()
    (repo.folder / "go.sum").write_text(LOG.go_sum(A))
    return repo


@pytest.fixture
def arguments(repo: GitRepo, tmp_path: Path) -> list[str]:
    return ["check", str(repo.folder), "--replay", str(write_recording(tmp_path / "recorded", LOG.answers()))]


def weaken(repo: GitRepo) -> None:
    (repo.folder / "lift.toml").write_text(f'{WEAK}\n[sources]\nsumdb = "{LOG.key.verifier}"\n')


def test_a_gate_weakened_in_the_working_tree_passes_what_it_should_not(
    cli: Cli, repo: GitRepo, arguments: list[str]
) -> None:
    weaken(repo)
    assert cli(*arguments).code == 0


def test_the_gate_of_the_main_branch_is_not_weakened_and_tells_of_the_attempt(
    cli: Cli, repo: GitRepo, arguments: list[str]
) -> None:
    weaken(repo)
    done = cli(*arguments, "--policy-from", "main")
    assert done.code == 1
    assert "weaker: SM101 error becomes off" in done.out
    assert "weaker: min_score 80 becomes 0" in done.out


def test_a_policy_that_comes_with_the_branch_alone_is_not_taken(cli: Cli, repo: GitRepo, arguments: list[str]) -> None:
    weaken(repo)
    repo.git("checkout", "--quiet", "-b", "evil")
    repo.commit()
    assert cli(*arguments, "--policy-from", "main").code == 1
    assert cli(*arguments, "--policy-from", "evil").code == 0


def test_a_revision_that_does_not_exist_is_2_and_nothing_is_checked(cli: Cli, arguments: list[str]) -> None:
    done = cli(*arguments, "--policy-from", "mian")
    assert (done.code, done.out) == (2, "")
    assert "mian" in done.err
    assert "expected:" in done.err


def test_a_revision_without_a_policy_is_judged_by_the_default_preset_whatever_the_working_tree_has(
    cli: Cli, repo: GitRepo
) -> None:
    repo.git("rm", "--quiet", "--cached", "lift.toml")
    commit = repo.commit({".gitignore": "lift.toml\n"})
    weaken(repo)
    done = cli("check", str(repo.folder), "--offline", "--policy-from", commit)
    said = " ".join(done.out.split())
    assert done.code == 3
    assert "has no lift.toml: the preset log-verified is applied" in said
    assert "SM101" in said


def test_a_project_in_no_repository_is_2(cli: Cli, tmp_path: Path) -> None:
    done = cli("check", str(write_project(tmp_path / "plain", LOG, "", [A])), "--policy-from", "main")
    assert done.code == 2
    assert "git repository" in done.err


def test_a_hostile_repository_runs_nothing(cli: Cli, repo: GitRepo, arguments: list[str], tmp_path: Path) -> None:
    mark, trap = tmp_path / "was-run", tmp_path / "trap.sh"
    trap.write_text(f"#!/bin/sh\ntouch {mark}\n")
    trap.chmod(0o755)
    for key in ("core.fsmonitor", "core.pager", "core.sshCommand", "diff.external", "credential.helper"):
        repo.git("config", key, str(trap))
    mark.unlink(missing_ok=True)
    assert cli(*arguments, "--policy-from", "main").code == 1
    assert not mark.exists()


def test_a_file_of_ones_own_judges_instead_of_the_projects(cli: Cli, arguments: list[str], tmp_path: Path) -> None:
    (tmp_path / "own.toml").write_text(f'{WEAK}\n[sources]\nsumdb = "{LOG.key.verifier}"\n')
    assert cli(*arguments).code == 1
    assert cli(*arguments, "--policy", str(tmp_path / "own.toml")).code == 0


def test_a_fault_in_a_file_of_ones_own_is_told_under_its_name(cli: Cli, arguments: list[str], tmp_path: Path) -> None:
    (tmp_path / "own.toml").write_text("[policy]\nmin_score = 101\n")
    done = cli(*arguments, "--policy", str(tmp_path / "own.toml"))
    assert done.code == 2
    assert "own.toml:2" in done.err
