"""Where the policy of a run comes from: a pull request must not weaken its own gate."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from supplymatrix.engine.policy_source import PolicySource, load_policy, presets
from supplymatrix.errors import InputError
from supplymatrix.model.rule import Level
from supplymatrix.model.verdict import Note
from supplymatrix.policy.document import Policy
from supplymatrix.sources.project import read_project
from tests.support.git_repo import GitRepo

STRICT = '[policy]\nname = "gate"\nmin_score = 95\n\n[rules]\nSM101 = "error"\n'
WEAK = '[policy]\nname = "gate"\nmin_score = 1\n\n[rules]\nSM101 = "off"\n'


@pytest.fixture
def repo(tmp_path: Path) -> GitRepo:
    repo = GitRepo(tmp_path / "repo")
    repo.commit({"go.mod": "module m\n\ngo 1.22\n", "lift.toml": STRICT})
    return repo


def load(folder: Path, source: PolicySource) -> tuple[Policy, list[Note]]:
    return load_policy(source, read_project(folder), os.environ)


def test_the_policy_of_the_root_counts_when_nothing_else_is_named(repo: GitRepo) -> None:
    policy, notes = load(repo.folder, PolicySource())
    assert (policy.name, policy.min_score, notes) == ("gate", 95, [])


def test_a_project_without_a_policy_gets_the_default_preset_and_is_told(tmp_path: Path) -> None:
    policy, notes = load(tmp_path, PolicySource())
    assert policy.name == "log-verified"
    assert [note.code for note in notes] == ["no-policy"]


def test_a_named_file_goes_before_the_root(repo: GitRepo, tmp_path: Path) -> None:
    (tmp_path / "other.toml").write_text(WEAK)
    policy, _ = load(repo.folder, PolicySource(file=tmp_path / "other.toml"))
    assert policy.min_score == 1


@pytest.mark.parametrize("name", ["none.toml", "."])
def test_a_named_file_that_cannot_be_read_is_an_error(repo: GitRepo, name: str) -> None:
    with pytest.raises(InputError):
        load(repo.folder, PolicySource(file=repo.folder / name))


def test_the_policy_of_another_revision_counts_though_the_working_tree_weakens_it(repo: GitRepo) -> None:
    (repo.folder / "lift.toml").write_text(WEAK)
    policy, _ = load(repo.folder, PolicySource(revision="main"))
    assert (policy.min_score, policy.levels["SM101"]) == (95, Level.ERROR)


def test_each_weakening_of_the_working_tree_is_reported(repo: GitRepo) -> None:
    (repo.folder / "lift.toml").write_text(WEAK)
    _, notes = load(repo.folder, PolicySource(revision="main"))
    said = " / ".join(note.message for note in notes if note.code == "policy-differs")
    assert "weaker: min_score 95 becomes 1" in said
    assert "weaker: SM101 error becomes off" in said


def test_a_working_tree_that_decides_alike_is_not_mentioned(repo: GitRepo) -> None:
    (repo.folder / "lift.toml").write_text(f"# a comment more\n{STRICT}")
    _, notes = load(repo.folder, PolicySource(revision="main"))
    assert notes == []


def test_a_policy_that_was_deleted_in_the_working_tree_still_counts_and_its_loss_is_reported(repo: GitRepo) -> None:
    (repo.folder / "lift.toml").unlink()
    policy, notes = load(repo.folder, PolicySource(revision="main"))
    assert policy.min_score == 95
    assert "policy-removed" in {note.code for note in notes}


def test_a_policy_that_was_broken_in_the_working_tree_is_not_needed_and_reported(repo: GitRepo) -> None:
    (repo.folder / "lift.toml").write_text("[policy\n")
    policy, notes = load(repo.folder, PolicySource(revision="main"))
    assert policy.min_score == 95
    assert [note.code for note in notes] == ["policy-unreadable"]


def test_a_revision_without_a_policy_has_the_default_one_and_the_new_one_is_compared(repo: GitRepo) -> None:
    repo.git("rm", "--quiet", "--cached", "lift.toml")
    commit = repo.commit({".gitignore": "lift.toml\n"})
    (repo.folder / "lift.toml").write_text("[policy]\nmin_score = 0\n")
    policy, notes = load(repo.folder, PolicySource(revision=commit))
    assert (policy.preset, policy.min_score) == ("log-verified", 80)
    assert [note.code for note in notes] == ["no-policy", "policy-differs"]
    assert "weaker: min_score 80 becomes 0" in notes[1].message


def test_a_fault_in_the_other_revision_is_told_with_its_place(repo: GitRepo) -> None:
    commit = repo.commit({"lift.toml": "[policy]\nmin_scor = 5\n"})
    (repo.folder / "lift.toml").write_text(STRICT)
    with pytest.raises(InputError) as caught:
        load(repo.folder, PolicySource(revision=commit))
    (fault,) = caught.value.diagnostics
    assert (fault.artifact, fault.line) == (f"{commit}:lift.toml", 2)
    assert "min_score" in fault.remedy


def test_a_file_and_a_revision_at_once_are_refused(repo: GitRepo) -> None:
    with pytest.raises(InputError, match="both given"):
        load(repo.folder, PolicySource(file=repo.folder / "lift.toml", revision="main"))


def test_the_presets_are_those_of_the_policies_folder() -> None:
    assert {"baseline", "log-verified", "strict-module-integrity"} <= set(presets())
