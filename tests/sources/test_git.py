"""A file from another revision: read from a real repository, of which nothing is run."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from supplymatrix.errors import InputError
from supplymatrix.sources.git import find_named_at, find_revision, read_at_revision, read_files_at
from tests.support.git_repo import GitRepo

pytestmark = pytest.mark.slow

TRAP = "#!/bin/sh\ntouch {mark}\n"


@pytest.fixture
def repo(tmp_path: Path) -> GitRepo:
    return GitRepo(tmp_path / "repo")


def environ(tmp_path: Path, **more: str) -> dict[str, str]:
    return {"PATH": os.environ.get("PATH", ""), "HOME": str(tmp_path), **more}


def read(repo: GitRepo, revision: str, name: str = "lift.toml", *, below: str = ".") -> bytes | None:
    return read_at_revision(repo.folder / below, revision, name, environ(repo.folder.parent))


@pytest.mark.parametrize("form", ["main", "HEAD", "v1", "refs/heads/main", "{commit}", "{short}", "HEAD~0"])
def test_a_file_is_read_from_every_way_to_name_a_revision(repo: GitRepo, form: str) -> None:
    commit = repo.commit({"lift.toml": "old\n"})
    repo.git("tag", "--annotate", "--message", "one", "v1")
    (repo.folder / "lift.toml").write_text("new\n")
    assert read(repo, form.format(commit=commit, short=commit[:10])) == b"old\n"


def test_a_file_that_the_revision_does_not_have_is_none(repo: GitRepo) -> None:
    first = repo.commit({"go.mod": "module m\n"})
    repo.commit({"lift.toml": "later\n"})
    assert read(repo, first) is None


def test_in_a_folder_below_the_root_its_own_file_is_read(repo: GitRepo) -> None:
    repo.commit({"lift.toml": "of the root\n", "svc/a b/lift.toml": "of the service\n"})
    assert read(repo, "main", below="svc/a b") == b"of the service\n"


def test_in_a_folder_below_the_root_the_roots_file_is_not_taken(repo: GitRepo) -> None:
    repo.commit({"lift.toml": "of the root\n", "svc/go.mod": "module m\n"})
    assert read(repo, "main", below="svc") is None


@pytest.mark.parametrize("revision", ["no-such-branch", "--help", "--output=x", "-", "", "HEAD:lift.toml", "\x00"])
def test_a_revision_that_is_none_is_an_input_error(repo: GitRepo, revision: str) -> None:
    repo.commit({"lift.toml": "x\n"})
    with pytest.raises(InputError) as caught:
        read(repo, revision)
    assert caught.value.diagnostics[0].expected
    assert not (repo.folder / "x").exists()


def test_a_folder_outside_of_any_repository_is_an_input_error(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="not inside a git repository"):
        read_at_revision(tmp_path, "HEAD", "lift.toml", environ(tmp_path))


def test_a_machine_without_git_is_told_what_is_missing(repo: GitRepo, tmp_path: Path) -> None:
    repo.commit({"lift.toml": "x\n"})
    with pytest.raises(InputError, match="git was not found"):
        read_at_revision(repo.folder, "HEAD", "lift.toml", environ(tmp_path, PATH=str(tmp_path)))


def test_a_folder_of_that_name_is_no_file(repo: GitRepo) -> None:
    repo.commit({"lift.toml/inside": "x\n"})
    with pytest.raises(InputError, match="no file"):
        read(repo, "main")


def test_a_file_that_is_too_long_is_refused(repo: GitRepo) -> None:
    repo.commit({"lift.toml": "#" * (4 << 20) + "\n"})
    with pytest.raises(InputError, match="4,194,305 bytes"):
        read(repo, "main")


def test_bytes_come_as_they_were_committed_whatever_the_repository_converts(repo: GitRepo) -> None:
    repo.git("config", "core.autocrlf", "true")
    repo.commit({"lift.toml": "a\n", ".gitattributes": "* text=auto eol=crlf ident\n"})
    assert read(repo, "main") == b"a\n"


def test_nothing_that_a_hostile_repository_configures_is_run(repo: GitRepo, tmp_path: Path) -> None:
    commit = repo.commit({"lift.toml": "x\n", ".gitattributes": "* filter=trap diff=trap\n"})
    mark = tmp_path / "was-run"
    trap = repo.folder / "trap.sh"
    trap.write_text(TRAP.format(mark=mark))
    trap.chmod(0o755)
    for key in (
        "core.fsmonitor", "core.pager", "pager.rev-parse", "pager.cat-file", "core.editor", "core.sshCommand",
        "core.gitProxy", "credential.helper", "filter.trap.smudge", "filter.trap.process", "diff.trap.textconv",
        "diff.external", "uploadpack.packObjectsHook",
    ):  # fmt: skip
        repo.git("config", key, str(trap))
    for alias in ("rev-parse", "cat-file"):
        repo.git("config", f"alias.{alias}", f"!{trap}")
    hooks = repo.folder / ".git" / "hooks"
    hooks.mkdir(exist_ok=True)
    for hook in ("post-index-change", "fsmonitor-watchman", "reference-transaction", "post-checkout"):
        (hooks / hook).write_text(TRAP.format(mark=mark))
        (hooks / hook).chmod(0o755)
    repo.git("config", "core.hooksPath", str(hooks))
    mark.unlink(missing_ok=True)  # our own `git config` may have sprung a trap
    assert read(repo, commit) == b"x\n"
    assert not mark.exists()


def test_objects_that_are_missing_are_not_fetched_by_a_promisor_remote(repo: GitRepo, tmp_path: Path) -> None:
    commit = repo.commit({"lift.toml": "x\n"})
    blob = repo.git("rev-parse", f"{commit}:lift.toml").strip()
    mark = tmp_path / "was-run"
    repo.git("config", "remote.origin.url", f"ext::sh -c 'touch {mark}'")
    repo.git("config", "protocol.ext.allow", "always")
    repo.git("config", "remote.origin.promisor", "true")
    repo.git("config", "extensions.partialClone", "origin")
    (repo.folder / ".git" / "objects" / blob[:2] / blob[2:]).unlink()
    with pytest.raises(InputError):
        read(repo, commit)
    assert not mark.exists()


def test_a_bare_repository_among_the_files_of_another_one_is_not_obeyed(repo: GitRepo, tmp_path: Path) -> None:
    """A checkout may hold files that look like a repository of their own, with a configuration that runs programs."""
    commit = repo.commit({"lift.toml": "of the gate\n"})
    inner = GitRepo(tmp_path / "inner")
    inner.commit({"lift.toml": "of the attacker\n"})
    planted = repo.folder / "svc"
    (tmp_path / "inner" / ".git").rename(planted)
    with pytest.raises(InputError, match=r"git does not read .*cannot use bare repository"):
        read_at_revision(planted, "main", "lift.toml", environ(tmp_path))
    assert read(repo, commit) == b"of the gate\n"


def test_the_environment_cannot_lead_to_another_repository(repo: GitRepo, tmp_path: Path) -> None:
    repo.commit({"lift.toml": "ours\n"})
    other = GitRepo(tmp_path / "other")
    other.commit({"lift.toml": "theirs\n"})
    leading = environ(tmp_path, GIT_DIR=str(other.folder / ".git"), GIT_WORK_TREE=str(other.folder))
    assert read_at_revision(repo.folder, "main", "lift.toml", leading) == b"ours\n"


def test_a_replaced_object_is_not_followed(repo: GitRepo) -> None:
    """refs/replace can put another blob in the place of the committed one."""
    commit = repo.commit({"lift.toml": "strict\n"})
    strict = repo.git("rev-parse", f"{commit}:lift.toml").strip()
    repo.commit({"lift.toml": "weak\n"})
    weak = repo.git("rev-parse", "HEAD:lift.toml").strip()
    repo.git("replace", strict, weak)
    assert read(repo, commit) == b"strict\n"


def read_files(repo: GitRepo, *paths: str, name: str = "main", below: str = ".") -> dict[str, bytes | None]:
    env = environ(repo.folder.parent)
    return read_files_at(find_revision(repo.folder / below, name, env, option="--x"), paths, env, option="--x")


def test_several_files_are_read_at_once_and_those_that_are_not_there_left_out(repo: GitRepo) -> None:
    repo.commit({"a": "one\n", "deep/b": "two", "deep/empty": "", "same": "one\n"})
    (repo.folder / "a").write_text("new\n")
    assert read_files(repo, "a", "deep/b", "deep/empty", "same", "none", below="deep") == {
        "a": b"one\n", "deep/b": b"two", "deep/empty": b"", "same": b"one\n",
    }  # fmt: skip
    assert read_files(repo, "a", "deep") == {"a": b"one\n", "deep": None}
    assert read_files(repo) == {}


def test_odd_names_of_files_are_names_and_no_patterns(repo: GitRepo) -> None:
    repo.commit({"ü *": "odd", "other": "x", ":(top)y": "magic"})
    assert read_files(repo, "ü *", "*", ":(top)y", "--help") == {"ü *": b"odd", ":(top)y": b"magic"}


def test_a_link_is_not_followed_and_no_file_that_is_missing(repo: GitRepo) -> None:
    (repo.folder / "link").symlink_to("/etc/hostname")
    repo.commit({"a": "x"})
    assert read_files(repo, "link", "a", "none") == {"a": b"x", "link": None}


def test_an_object_that_is_missing_is_no_file_that_is_missing(repo: GitRepo) -> None:
    repo.commit({"a": "gone soon\n"})
    blob = repo.git("rev-parse", "main:a").strip()
    (repo.folder / ".git" / "objects" / blob[:2] / blob[2:]).unlink()
    with pytest.raises(InputError, match="whole clone"):
        read_files(repo, "a")


def test_where_a_folder_lies_in_its_repository_is_told(repo: GitRepo) -> None:
    commit = repo.commit({"deep/er/a": "x"})
    found = find_revision(repo.folder / "deep" / "er", "main", environ(repo.folder.parent), option="--x")
    assert (found.prefix, found.commit) == ("deep/er/", commit)


def test_files_of_a_name_are_found_in_the_whole_tree_and_a_tree_that_is_not_whole_is_told(
    repo: GitRepo, tmp_path: Path
) -> None:
    repo.commit({"lift.toml": "", "a/b/lift.toml": "", "a/other.toml": ""})
    revision = find_revision(repo.folder, "main", environ(tmp_path), option="--policy-from")
    assert find_named_at(revision, "lift.toml", environ(tmp_path)) == ("a/b/lift.toml", "lift.toml")
    tree = repo.git("rev-parse", "main:a").strip()
    (repo.folder / ".git" / "objects" / tree[:2] / tree[2:]).unlink()
    with pytest.raises(InputError, match="git cannot read the tree of this revision"):
        find_named_at(revision, "lift.toml", environ(tmp_path))
