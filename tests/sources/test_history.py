"""Since when a project's files name which Go, from a real git history; and nothing of the repository runs."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Mapping
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from supplymatrix.model.value import changed
from supplymatrix.sources.history import DEFAULT_LIMITS, read_history
from supplymatrix.vendors.adoption import UNREADABLE, History
from tests.support.git_repo import GitRepo

pytestmark = pytest.mark.slow

ENVIRON = {"PATH": os.environ.get("PATH", "")}


class Dated(GitRepo):
    """A repository whose commits have days."""

    def commit_on(self, day: str, files: Mapping[str, str | None]) -> None:
        """Write files (None = remove) and commit them on a day; the author's date is a year older."""
        for name, text in files.items():
            path = self.folder / name
            if text is None:
                path.unlink()
            else:
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_text(text)
        self.git("add", "--all")
        stamp = datetime.fromisoformat(f"{day}T12:00:00").replace(tzinfo=UTC)
        older = stamp.replace(year=stamp.year - 1)
        names = {"GIT_AUTHOR_NAME": "T", "GIT_AUTHOR_EMAIL": "t@t.example"}
        names |= {"GIT_COMMITTER_NAME": "T", "GIT_COMMITTER_EMAIL": "t@t.example"}
        names |= {"GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_NOSYSTEM": "1"}
        names |= {"GIT_COMMITTER_DATE": stamp.isoformat(), "GIT_AUTHOR_DATE": older.isoformat()}
        subprocess.run(
            ["git", "commit", "--quiet", "--allow-empty", "-m", "a state"],
            cwd=self.folder,
            env=ENVIRON | names,
            check=True,
        )


@pytest.fixture
def repo(tmp_path: Path) -> Dated:
    return Dated(tmp_path / "project")


def read(repo: GitRepo) -> History:
    return read_history(repo.folder, ENVIRON)


def named(history: History) -> list[tuple[str, str, int, str]]:
    return [(str(change.day), change.file, change.line, change.go_version) for change in history.changes]


def test_each_commit_that_names_another_go_is_a_change(repo: Dated) -> None:
    repo.commit_on("2024-01-01", {"go.mod": "module a\n\ngo 1.21.4\n", "Dockerfile": "FROM golang:1.21.4\n"})
    repo.commit_on("2024-02-01", {"go.mod": "module a\n\ngo 1.21.4\n\nrequire b v1.0.0\n"})
    repo.commit_on("2024-03-01", {"Dockerfile": "# build\nFROM golang:1.22.0\n"})
    repo.commit_on("2024-04-01", {"Dockerfile": None})
    history = read(repo)
    assert named(history) == [
        ("2024-01-01", "Dockerfile", 1, "1.21.4"),
        ("2024-01-01", "go.mod", 3, "1.21.4"),
        ("2024-03-01", "Dockerfile", 2, "1.22.0"),
        ("2024-04-01", "Dockerfile", 0, ""),
    ]
    assert (history.first, history.last, history.whole, history.gap) == (date(2024, 1, 1), date(2024, 4, 1), True, "")


def test_a_change_tells_its_commit(repo: Dated) -> None:
    repo.commit_on("2024-01-01", {"go.mod": "go 1.21.4\n"})
    assert [change.commit for change in read(repo).changes] == [repo.git("rev-parse", "HEAD").strip()]


def test_a_project_in_a_folder_has_its_own_files_and_the_workflows_of_the_repository(repo: Dated) -> None:
    files = {"svc/go.mod": "go 1.21.4\n", "other/go.mod": "go 1.19.1\n", "other/Dockerfile": "FROM golang:1.19.1\n"}
    repo.commit_on("2024-01-01", {**files, ".github/workflows/ci.yml": "go-version: 1.21.4\n"})
    history = read_history(repo.folder / "svc", ENVIRON)
    assert {change.file for change in history.changes} == {"svc/go.mod", ".github/workflows/ci.yml"}


def test_a_change_counts_from_the_day_on_which_it_is_merged(repo: Dated) -> None:
    repo.commit_on("2024-01-01", {"go.mod": "go 1.21.4\n"})
    repo.git("checkout", "--quiet", "-b", "topic")
    repo.commit_on("2024-02-01", {"go.mod": "go 1.22.1\n"})
    repo.git("checkout", "--quiet", "main")
    repo.commit_on("2024-03-01", {"README": "x"})
    repo.git("merge", "--quiet", "--no-ff", "--no-commit", "topic")
    repo.commit_on("2024-04-01", {})
    assert [item[0] for item in named(read(repo))] == ["2024-01-01", "2024-04-01"]


def test_a_link_is_no_file_that_names_a_go(repo: Dated) -> None:
    (repo.folder / "Dockerfile").symlink_to("/etc/passwd")
    repo.commit_on("2024-01-01", {"go.mod": "go 1.21.4\n"})
    assert [change.file for change in read(repo).changes] == ["go.mod"]


def test_a_folder_without_a_repository_is_a_gap(tmp_path: Path) -> None:
    history = read_history(tmp_path, ENVIRON)
    assert history.first is None
    assert "no git repository" in history.gap


def test_a_repository_without_a_commit_is_a_gap(repo: Dated) -> None:
    assert "no commit" in read(repo).gap


def test_without_git_it_is_a_gap(repo: Dated, tmp_path: Path) -> None:
    assert "git was not found" in read_history(repo.folder, {"PATH": str(tmp_path)}).gap


def test_a_folder_that_is_not_there_is_a_gap(tmp_path: Path) -> None:
    assert read_history(tmp_path / "nowhere", ENVIRON).gap


def test_a_shallow_clone_is_a_gap_before_its_first_commit(repo: Dated, tmp_path: Path) -> None:
    repo.commit_on("2024-01-01", {"go.mod": "go 1.21.4\n"})
    repo.commit_on("2024-02-01", {"go.mod": "go 1.22.1\n"})
    clone = tmp_path / "clone"
    repo.git("clone", "--quiet", "--depth", "1", repo.folder.as_uri(), str(clone))
    history = read_history(clone, ENVIRON)
    assert (history.first, history.whole) == (date(2024, 2, 1), False)
    assert "shallow" in history.gap


def test_more_commits_than_are_read_are_a_gap(repo: Dated) -> None:
    for month in range(1, 5):
        repo.commit_on(f"2024-0{month}-01", {"go.mod": f"go 1.21.{month}\n"})
    history = read_history(repo.folder, ENVIRON, changed(DEFAULT_LIMITS, commits=2))
    assert (history.first, history.whole) == (date(2024, 3, 1), False)
    assert [item[3] for item in named(history)] == ["1.21.3", "1.21.4"]


def test_a_longer_listing_than_is_read_is_a_gap(repo: Dated) -> None:
    repo.commit_on("2024-01-01", {f"d{number}/Dockerfile": "FROM golang:1.21.4\n" for number in range(30)})
    history = read_history(repo.folder, ENVIRON, changed(DEFAULT_LIMITS, listing=500))
    assert history.changes == ()
    assert "more than 500 bytes" in history.gap


def test_a_file_that_is_too_long_names_a_go_that_cannot_be_told(repo: Dated) -> None:
    repo.commit_on("2024-01-01", {"go.mod": "go 1.21.4\n" + "// x\n" * 50})
    history = read_history(repo.folder, ENVIRON, changed(DEFAULT_LIMITS, blob=20))
    assert [change.go_version for change in history.changes] == [UNREADABLE]
    assert "too long" in history.gap


def test_file_names_that_are_no_utf8_are_read(repo: Dated) -> None:
    folder = os.fsencode(repo.folder) + b"/\xff"
    os.mkdir(folder)  # noqa: PTH102 - a name of bytes
    with open(folder + b"/Dockerfile", "w") as file:  # noqa: PTH123 - a name of bytes
        file.write("FROM golang:1.21.4\n")
    repo.commit_on("2024-01-01", {})
    assert [change.go_version for change in read(repo).changes] == ["1.21.4"]


@pytest.mark.parametrize(
    "settings",
    [
        {"diff.external": "{program}"},
        {"diff.evil.textconv": "{program}"},
        {"diff.evil.command": "{program}"},
        {"filter.evil.smudge": "{program}", "filter.evil.clean": "{program}", "filter.evil.required": "true"},
        {"log.showSignature": "true", "gpg.program": "{program}"},
        {"core.fsmonitor": "{program}"},
        {"core.pager": "{program}", "pager.log": "true"},
        {"core.sshCommand": "{program}", "remote.origin.url": "ssh://host.example/x", "remote.origin.promisor": "true"},
        {"core.hooksPath": "{folder}"},
        {"diff.orderFile": "{folder}/no-such-file"},
        {"log.showRoot": "false"},
        {"log.follow": "true"},
        {"format.pretty": "evil %H"},
        {"log.diffMerges": "off"},
    ],
)
def test_settings_of_the_repository_start_nothing_and_change_nothing(
    repo: Dated, tmp_path: Path, settings: Mapping[str, str]
) -> None:
    repo.commit_on("2024-01-01", {"go.mod": "go 1.21.4\n", ".gitattributes": "* diff=evil filter=evil\n"})
    repo.commit_on("2024-02-01", {"go.mod": "go 1.22.1\n"})
    expected = named(read(repo))
    program = tmp_path / "program"
    program.write_text(f"#!/bin/sh\ntouch '{tmp_path}/ran'\ncat\n")
    program.chmod(0o755)
    for hook in ("post-index-change", "reference-transaction", "fsmonitor-watchman"):
        (tmp_path / hook).symlink_to(program)
    for name, text in settings.items():
        repo.git("config", name, text.format(program=program, folder=tmp_path))
    assert named(read(repo)) == expected
    assert len(expected) == 2
    assert not (tmp_path / "ran").exists()


def test_a_partial_clone_is_a_gap_and_nothing_is_fetched(repo: Dated, tmp_path: Path) -> None:
    repo.commit_on("2024-01-01", {"go.mod": "go 1.21.4\n"})
    repo.git("config", "uploadpack.allowFilter", "true")
    clone = tmp_path / "clone"
    repo.git("clone", "--quiet", "--filter=blob:none", "--no-checkout", repo.folder.as_uri(), str(clone))
    program = tmp_path / "program"
    program.write_text(f"#!/bin/sh\ntouch '{tmp_path}/ran'\n")
    program.chmod(0o755)
    for name, text in (("remote.origin.uploadpack", str(program)), ("protocol.file.allow", "always")):
        repo.git("-C", str(clone), "config", name, text)
    history = read_history(clone, ENVIRON)
    assert "missing" in history.gap
    assert not (tmp_path / "ran").exists()


def test_a_repository_inside_the_files_of_another_one_is_not_read(tmp_path: Path) -> None:
    bare = tmp_path / "project" / "bare"
    GitRepo(tmp_path / "other").git("clone", "--quiet", "--bare", str(tmp_path / "other"), str(bare))
    assert read_history(bare, ENVIRON).first is None
