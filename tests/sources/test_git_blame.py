"""Who wrote a line: from a real repository, of which nothing is run."""

from __future__ import annotations

import os
import subprocess
from datetime import date
from pathlib import Path

import pytest

from supplymatrix.sources import git_blame
from supplymatrix.sources.git_blame import Blame, LineCommit, blame_lines
from tests.support.git_repo import GitRepo

pytestmark = pytest.mark.slow

TRAP = "#!/bin/sh\ntouch {mark}\ncat\n"


@pytest.fixture
def repo(tmp_path: Path) -> GitRepo:
    return GitRepo(tmp_path / "repo")


def environ(tmp_path: Path, **more: str) -> dict[str, str]:
    return {"PATH": os.environ.get("PATH", ""), "HOME": str(tmp_path), **more}


def asked(repo: GitRepo, lines: list[str], name: str = "lift.toml", revision: str = "HEAD") -> Blame:
    return blame_lines(repo.folder / name, lines, environ(repo.folder.parent), revision=revision)


def names(blame: Blame) -> list[str]:
    return [line.name if line is not None else "" for line in blame.lines]


def write_as(repo: GitRepo, author: str, when: str, files: dict[str, str]) -> str:
    """Commit files as somebody at some time."""
    repo.commit(files)
    repo.git("commit", "--quiet", "--amend", "--no-edit", f"--author={author}", f"--date={when}")
    return repo.git("rev-parse", "HEAD").strip()


def test_each_line_has_the_commit_that_wrote_it(repo: GitRepo) -> None:
    first = write_as(repo, "Ada Lovelace <ada@repo.example>", "2026-03-01T23:30:00-0500", {"lift.toml": "a\nb\n"})
    second = write_as(repo, "Bob <bob@repo.example>", "2026-04-02T00:30:00+0200", {"lift.toml": "a\nc\nb\n"})
    blame = asked(repo, ["a", "c", "b"])
    assert names(blame) == [first, second, first]
    assert [(line.author, line.day) for line in blame.lines if line] == [
        ("Ada Lovelace", date(2026, 3, 1)),
        ("Bob", date(2026, 4, 2)),
        ("Ada Lovelace", date(2026, 3, 1)),
    ]
    assert not any(line.is_edge for line in blame.lines if line)


def test_no_address_of_an_author_is_in_the_answer(repo: GitRepo) -> None:
    write_as(repo, "Ada <ada@repo.example>", "2026-03-01T12:00:00Z", {"lift.toml": "a\n"})
    assert "repo.example" not in repr(asked(repo, ["a"]))


def test_a_line_that_is_not_committed_has_no_commit_and_the_others_keep_theirs(repo: GitRepo) -> None:
    commit = repo.commit({"lift.toml": "a\nb\nc\nd\n"})
    assert names(asked(repo, ["a", "new", "b", "changed", "d", "end"])) == [commit, "", commit, "", commit, ""]


def test_a_longer_text_and_one_that_differs_everywhere_are_matched_too(repo: GitRepo) -> None:
    text = [f"line {number}" for number in range(5_000)]
    commit = repo.commit({"lift.toml": "\n".join(text) + "\n"})
    assert names(asked(repo, ["x", *text[1:], "y"]))[::2500] == ["", commit, ""]
    assert set(names(asked(repo, [f"other {number}" for number in range(10)]))) == {""}


def test_line_ends_of_another_system_do_not_matter(repo: GitRepo) -> None:
    commit = repo.commit({"lift.toml": "a\nb\n"})
    assert names(asked(repo, ["a\r", "b\r"])) == [commit, commit]


def test_a_file_below_the_root_and_through_a_link_is_found(repo: GitRepo, tmp_path: Path) -> None:
    commit = repo.commit({"svc/a b/lift.toml": "a\n"})
    (tmp_path / "link.toml").symlink_to(repo.folder / "svc" / "a b" / "lift.toml")
    assert names(asked(repo, ["a"], "svc/a b/lift.toml")) == [commit]
    assert names(blame_lines(tmp_path / "link.toml", ["a"], environ(tmp_path))) == [commit]


def test_a_name_that_looks_like_an_option_is_a_name(repo: GitRepo) -> None:
    commit = repo.commit({"--help": "a\n"})
    assert names(asked(repo, ["a"], "--help")) == [commit]


def test_another_revision_counts_as_the_present(repo: GitRepo) -> None:
    first = repo.commit({"lift.toml": "a\n"})
    second = repo.commit({"lift.toml": "a\nb\n"})
    assert names(asked(repo, ["a", "b"], revision=first)) == [first, ""]
    assert names(asked(repo, ["a", "b"], revision="main")) == [first, second]


@pytest.mark.parametrize("revision", ["--output=x", "no-such", "", "-", "a\0b"])
def test_a_revision_that_is_none_is_a_gap(repo: GitRepo, revision: str) -> None:
    repo.commit({"lift.toml": "a\n"})
    blame = asked(repo, ["a"], revision=revision)
    assert blame.lines == ()
    assert blame.gap
    assert not (repo.folder / "x").exists()


def test_what_git_does_not_know_is_said(repo: GitRepo, tmp_path: Path) -> None:
    (tmp_path / "alone").mkdir()
    (tmp_path / "alone" / "lift.toml").write_text("a\n")
    assert "no git repository" in blame_lines(tmp_path / "alone" / "lift.toml", ["a"], environ(tmp_path)).gap
    (repo.folder / "lift.toml").write_text("a\n")
    assert "no commit of it" in asked(repo, ["a"]).gap  # a repository without a commit
    repo.commit({"other": "x\n"})
    repo.git("rm", "--quiet", "--cached", "lift.toml")
    repo.git("commit", "--quiet", "--message", "gone")
    assert "no commit of it" in asked(repo, ["a"]).gap
    assert asked(repo, ["a"], "missing.toml").gap == "the file is not there"
    path = environ(tmp_path, PATH=str(tmp_path))
    assert blame_lines(repo.folder / "lift.toml", ["a"], path).gap == "git was not found"


def test_lines_of_the_first_commit_of_a_shallow_clone_may_be_older(repo: GitRepo, tmp_path: Path) -> None:
    repo.commit({"lift.toml": "a\n"})
    repo.commit({"lift.toml": "a\nb\n"})
    third = repo.commit({"lift.toml": "a\nb\nc\n"})
    clone = tmp_path / "clone"
    repo.git("clone", "--quiet", "--depth=2", repo.folder.as_uri(), str(clone))
    first, second, last = blame_lines(clone / "lift.toml", ["a", "b", "c"], environ(tmp_path)).lines
    assert isinstance(first, LineCommit)
    assert isinstance(second, LineCommit)
    assert isinstance(last, LineCommit)
    assert (first.is_edge, second.is_edge, last.is_edge) == (True, True, False)
    assert last.name == third


def test_nothing_that_a_hostile_repository_configures_is_run(repo: GitRepo, tmp_path: Path) -> None:
    attributes = "* filter=trap diff=trap text eol=crlf ident\n"
    commit = repo.commit({"lift.toml": "x\n", ".gitattributes": attributes})
    (repo.folder / "lift.toml").write_text("changed\nx\n")
    mark = tmp_path / "was-run"
    trap = repo.folder / "trap.sh"
    trap.write_text(TRAP.format(mark=mark))
    trap.chmod(0o755)
    for key in (
        "core.fsmonitor", "core.pager", "pager.blame", "core.editor", "core.sshCommand", "credential.helper",
        "filter.trap.clean", "filter.trap.smudge", "filter.trap.process", "diff.trap.textconv", "diff.trap.command",
        "diff.external", "uploadpack.packObjectsHook",
    ):  # fmt: skip
        repo.git("config", key, str(trap))
    repo.git("config", "alias.blame", f"!{trap}")
    repo.git("config", "blame.ignoreRevsFile", "ignored")
    (repo.folder / "ignored").write_text(f"{commit}\n")
    mark.unlink(missing_ok=True)  # our own `git config` may have sprung a trap
    assert names(asked(repo, ["changed", "x"])) == ["", commit]
    assert not mark.exists()


def test_git_that_hangs_or_never_ends_is_left(repo: GitRepo, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (repo.folder / "lift.toml").write_text("a\n")
    fake = tmp_path / "bin"
    fake.mkdir()
    monkeypatch.setattr(git_blame, "_MOST_BYTES", 1_000)
    (fake / "git").write_text("#!/bin/sh\nexec /usr/bin/yes\n")
    (fake / "git").chmod(0o755)
    found = blame_lines(repo.folder / "lift.toml", ["a"], environ(tmp_path, PATH=str(fake)))
    assert "more than 1,000 bytes" in found.gap
    monkeypatch.setattr(git_blame, "_SECONDS", 0.2)
    (fake / "git").write_text("#!/bin/sh\nexec /bin/sleep 60\n")
    found = blame_lines(repo.folder / "lift.toml", ["a"], environ(tmp_path, PATH=str(fake)))
    assert "did not answer within" in found.gap


@pytest.mark.parametrize(
    "said",
    [b"", b"\t", b"abc\n\tx", b"abc 1 1 1\nauthor-time x\nauthor-tz y\n\tx\n", b"\xff\n\xff\xfe\n\t\xff\n\n\n\t"],
)
def test_any_answer_is_read(said: bytes) -> None:
    assert len(list(git_blame._read(said))) == said.count(b"\t")


def test_blame_is_asked_once_and_then_only_whether_the_clone_is_whole(
    repo: GitRepo, monkeypatch: pytest.MonkeyPatch
) -> None:
    repo.commit({"lift.toml": "a\n"})
    repo.commit({"lift.toml": "a\nb\n"})
    calls: list[list[str]] = []
    real = subprocess.Popen

    def popen(words: list[str], **more: object) -> object:
        calls.append(words)
        return real(words, **more)  # type: ignore[call-overload]

    monkeypatch.setattr(subprocess, "Popen", popen)
    asked(repo, ["a", "b"])
    assert [("blame" in words, "rev-parse" in words) for words in calls] == [(True, False), (False, True)]
