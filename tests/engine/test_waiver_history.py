"""The register names who last changed a waiver, by a real repository, or says why nobody knows."""

from __future__ import annotations

import os
import subprocess
from datetime import date
from pathlib import Path

import pytest

from supplymatrix.engine.check import CheckRequest, run_check
from supplymatrix.engine.means import Means
from supplymatrix.engine.policy_source import OWN_POLICY, PolicySource
from supplymatrix.engine.prepare import Prepared, prepare
from supplymatrix.engine.waiver_history import with_history
from supplymatrix.gomod.goenv import resolve_settings
from supplymatrix.model.location import Location
from supplymatrix.model.value import changed
from supplymatrix.model.verdict import HISTORY_UNKNOWN, NOT_COMMITTED, Verdict, WaiverState
from supplymatrix.sources.project import read_project
from tests.reports.html_audits import NOW, entry, full_audit
from tests.support.git_repo import GitRepo

pytestmark = pytest.mark.slow

_TABLE = """
[[waivers]]
rule = "SM{rule}"
package = "{package}"
reason = "the fix is merged upstream"
owner = "team-http"
expires = {expires}
"""
_LINES = (4, 11)  # of the headers below, from 1


def text(*, second: str = "2026-12-03") -> str:
    first = _TABLE.format(rule=202, package="a.example", expires="2026-12-03")
    return (
        f'[policy]\npreset = "log-verified"\n{first}\n{_TABLE.format(rule=203, package="b", expires=second).lstrip()}'
    )


@pytest.fixture
def repo(tmp_path: Path) -> GitRepo:
    made = GitRepo(tmp_path / "repo")
    made.commit({"go.mod": "module example.com/svc\n\ngo 1.26\n", "go.sum": "", "lift.toml": text()})
    return made


def environ(repo: GitRepo) -> dict[str, str]:
    return {"PATH": os.environ.get("PATH", ""), "HOME": str(repo.folder.parent)}


def prepared(repo: GitRepo, source: PolicySource = OWN_POLICY) -> Prepared:
    return prepare(
        repo.folder, read_project(repo.folder), source, environ(repo), resolve_settings({}), histories={},
        send_private=False,
    )  # fmt: skip


def verdict(artifact: str = "lift.toml", lines: tuple[int, ...] = _LINES) -> Verdict:
    made = entry(WaiverState.IN_USE, "SM202", date(2026, 12, 3), 1)
    places = [Location(artifact=artifact, line=line, column=1) for line in lines]
    return changed(full_audit().verdict, waivers=tuple(changed(made, location=place) for place in places), notes=())


def dated(repo: GitRepo, source: PolicySource = OWN_POLICY, artifact: str = "lift.toml") -> Verdict:
    return with_history(verdict(artifact), prepared(repo, source), source, environ(repo))


def commit_later(repo: GitRepo) -> None:
    """Commit all as Mallory, on a day after that of the first commit."""
    later = {"GIT_COMMITTER_DATE": "2031-01-01T12:00:00Z", "GIT_AUTHOR_DATE": "2026-11-20T12:00:00Z"}
    names = {f"GIT_{who}_{what}": "Mallory" for who in ("AUTHOR", "COMMITTER") for what in ("NAME", "EMAIL")}
    command = ["git", "commit", "--quiet", "--all", "--message", "later"]
    subprocess.run(command, cwd=repo.folder, env={**environ(repo), **later, **names}, check=True)


def test_the_lines_are_those_of_the_tables() -> None:
    assert [text().split("\n")[line - 1] for line in _LINES] == ["[[waivers]]"] * 2


def test_who_put_the_day_of_a_waiver_off_is_named_and_not_who_wrote_it_first(repo: GitRepo) -> None:
    first = repo.git("rev-parse", "HEAD").strip()
    (repo.folder / "lift.toml").write_text(text(second="2027-03-03"))
    commit_later(repo)
    second = repo.git("rev-parse", "HEAD").strip()
    found = dated(repo)
    assert [one.commit for one in found.waivers] == [first[:12], second[:12]]
    assert [one.author for one in found.waivers] == ["Test", "Mallory"]
    assert found.waivers[1].committed_on == date(2026, 11, 20)
    assert found.notes == ()


def test_a_waiver_with_a_line_that_no_commit_has_is_not_committed(repo: GitRepo) -> None:
    (repo.folder / "lift.toml").write_text(text(second="2027-03-03"))
    found = dated(repo)
    assert found.waivers[0].commit not in ("", NOT_COMMITTED)
    assert (found.waivers[1].commit, found.waivers[1].author) == (NOT_COMMITTED, "")


def test_a_comment_before_the_next_table_belongs_to_that_one(repo: GitRepo) -> None:
    (repo.folder / "lift.toml").write_text(
        text().replace('\n\n[[waivers]]\nrule = "SM203', '\n# \n[[waivers]]\nrule = "SM203')
    )
    assert NOT_COMMITTED not in {one.commit for one in dated(repo).waivers}


def test_the_policy_of_another_revision_is_blamed_there(repo: GitRepo) -> None:
    first = repo.git("rev-parse", "HEAD").strip()
    repo.commit({"lift.toml": "[policy]\n"})
    found = dated(repo, PolicySource(revision="HEAD~1"), "HEAD~1:lift.toml")
    assert {one.commit for one in found.waivers} == {first[:12]}


def test_a_policy_file_that_was_named_is_found_where_it_is(repo: GitRepo, monkeypatch: pytest.MonkeyPatch) -> None:
    repo.commit({"policies/team.toml": text()})
    monkeypatch.chdir(repo.folder)
    source = PolicySource(file=Path("policies/team.toml"))
    found = dated(repo, source, "policies/team.toml")
    assert {one.commit for one in found.waivers} == {repo.git("rev-parse", "--short=12", "HEAD").strip()}


def test_without_a_repository_a_note_says_so_and_no_commit_is_named(repo: GitRepo) -> None:
    (repo.folder / ".git").rename(repo.folder / "gone")
    found = dated(repo)
    assert [(one.commit, one.author, one.committed_on) for one in found.waivers] == [("", "", None)] * 2
    (note,) = found.notes
    assert note.code == HISTORY_UNKNOWN
    assert "no git repository" in note.message
    assert note.location == Location(artifact="lift.toml")


def test_lines_before_the_beginning_of_a_shallow_clone_name_nobody(repo: GitRepo, tmp_path: Path) -> None:
    repo.commit({"other": "x"})
    clone = GitRepo.__new__(GitRepo)
    clone.folder = tmp_path / "clone"
    repo.git("clone", "--quiet", "--depth=1", repo.folder.as_uri(), str(clone.folder))
    found = dated(clone)
    assert {one.commit for one in found.waivers} == {""}
    assert ["the clone begins" in note.message for note in found.notes] == [True]


def test_a_place_that_is_none_and_a_text_that_is_not_at_hand_name_nobody(repo: GitRepo) -> None:
    item = prepared(repo)
    for made in (verdict(lines=(0, 10_000)), verdict("other.toml")):
        found = with_history(made, item, OWN_POLICY, environ(repo))
        assert {one.commit for one in found.waivers} == {""}


@pytest.mark.parametrize("asks", [True, False])
def test_a_check_asks_git_only_when_it_is_told_to(
    repo: GitRepo, monkeypatch: pytest.MonkeyPatch, *, asks: bool
) -> None:
    asked: list[object] = []
    monkeypatch.setattr("supplymatrix.engine.check.judge", lambda *_, **__: verdict())
    monkeypatch.setattr("supplymatrix.engine.waiver_history.blame_lines", lambda *words, **_: asked.append(words))
    means = Means(environ=environ(repo), now=NOW, offline=True)
    try:
        run_check(CheckRequest(paths=(repo.folder,), means=means, with_history=asks))
    except AttributeError:  # the stand-in for git gave no answer
        assert asks
    assert bool(asked) is asks
