"""What a policy builds on is found beside it, in its revision, or on another machine by its digest alone."""

from __future__ import annotations

import hashlib
import os
import ssl
from pathlib import Path

import pytest

from supplymatrix.engine.means import Means
from supplymatrix.engine.policy_source import PolicySource, load_policy, places_of_policy
from supplymatrix.errors import InputError, TransportError
from supplymatrix.model.rule import Level
from supplymatrix.model.verdict import Note
from supplymatrix.policy.document import Policy
from supplymatrix.sources.project import read_project
from tests.support.certificate import server_context
from tests.support.git_repo import GitRepo
from tests.support.log_server import LogServer
from tests.support.machine import NOW

ORG = '[policy]\nmin_score = 90\n\n[rules]\nSM203 = "error"\n'
GO_MOD = "module m\n\ngo 1.22\n"
DEBT = (
    '[debt]\nfile = "lift.debt.toml"\nadopted = 2026-11-01\nexpires = 2027-01-01\nmost = 1\nowner = "a"\n'
    'reason = "what was here before"\n'
)
ENTRY = '[[debt]]\nrule = "SM203"\nsubject = "a.example/x@v1.0.0"\nfingerprint = "{}"\n'


def tree(folder: Path, **files: str) -> Path:
    for name, text in files.items():
        path = folder / name.replace("__", "/").replace("_toml", ".toml").replace("_mod", ".mod")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return folder


def load(folder: Path, source: PolicySource, means: Means | None = None) -> tuple[Policy, list[Note]]:
    return load_policy(source, read_project(folder), os.environ, means)


def faults(folder: Path, source: PolicySource, means: Means | None = None) -> list[str]:
    with pytest.raises(InputError) as caught:
        load(folder, source, means)
    return [f"{fault}; {fault.remedy}" for fault in caught.value.diagnostics]


def test_a_parent_lies_relative_to_the_file_that_names_it(tmp_path: Path) -> None:
    tree(tmp_path, org__lift_toml='extends = ["base/lift.toml"]\n', org__base__lift_toml=ORG)
    svc = tree(tmp_path / "svc", go_mod=GO_MOD, lift_toml='extends = ["../org/lift.toml"]\n')
    policy, _ = load(svc, PolicySource())
    assert policy.min_score == 90
    assert [file.artifact for file in policy.sources][:3] == ["lift.toml", "../org/lift.toml", "../org/base/lift.toml"]
    assert str(policy.origins["SM203"]) == "../org/base/lift.toml:5:9"


def test_a_named_policy_has_its_parents_beside_itself(tmp_path: Path) -> None:
    tree(tmp_path / "policies", org_toml=ORG, ci_toml='extends = ["org.toml"]\n')
    svc = tree(tmp_path / "svc", go_mod=GO_MOD)
    policy, _ = load(svc, PolicySource(file=tmp_path / "policies" / "ci.toml"))
    assert policy.min_score == 90


def test_a_parent_that_is_not_there_is_told_at_its_place(tmp_path: Path) -> None:
    svc = tree(tmp_path, go_mod=GO_MOD, lift_toml='extends = ["gone.toml"]\n')
    (fault,) = faults(svc, PolicySource())
    assert fault.startswith(f"{svc.as_posix()}/lift.toml:1:12: what this policy builds on cannot be read")


def test_a_change_cannot_bring_its_own_parent_along(tmp_path: Path) -> None:
    repo = GitRepo(tmp_path / "repo")
    repo.commit({"svc/go.mod": GO_MOD, "svc/lift.toml": 'extends = ["../org.toml"]\n', "org.toml": ORG})
    (repo.folder / "org.toml").write_text("[policy]\nmin_score = 1\n", encoding="utf-8")
    policy, notes = load(repo.folder / "svc", PolicySource(revision="main"))
    assert (policy.min_score, policy.levels["SM203"]) == (90, Level.ERROR)
    assert any("weaker: min_score 90 becomes 1" in note.message for note in notes)


def test_a_parent_outside_of_the_repository_is_read_from_the_disk(tmp_path: Path) -> None:
    repo = GitRepo(tmp_path / "repo")
    repo.commit({"go.mod": GO_MOD, "lift.toml": 'extends = ["../org.toml"]\n'})
    (tmp_path / "org.toml").write_text(ORG, encoding="utf-8")
    assert load(repo.folder, PolicySource(revision="main"))[0].min_score == 90


def test_a_parent_that_the_revision_has_not_is_an_error_though_the_tree_has_it(tmp_path: Path) -> None:
    repo = GitRepo(tmp_path / "repo")
    repo.commit({"go.mod": GO_MOD, "lift.toml": 'extends = ["org.toml"]\n'})
    (repo.folder / "org.toml").write_text(ORG, encoding="utf-8")
    (fault,) = faults(repo.folder, PolicySource(revision="main"))
    assert "the revision has no such file" in fault


def test_a_path_that_leaves_the_repository_and_comes_back_is_read_in_the_revision(tmp_path: Path) -> None:
    repo = GitRepo(tmp_path / "repo")
    repo.commit({"go.mod": GO_MOD, "lift.toml": 'extends = ["../repo/org.toml"]\n', "org.toml": ORG})
    (repo.folder / "org.toml").write_text("[policy]\nmin_score = 1\n", encoding="utf-8")
    assert load(repo.folder, PolicySource(revision="main"))[0].min_score == 90


def test_a_link_of_the_working_tree_leads_to_no_other_file_of_the_revision(tmp_path: Path) -> None:
    lax = "[policy]\nmin_score = 1\n"
    for parent in ("org/lift.toml", "../repo/org/lift.toml"):
        repo = GitRepo(tmp_path / parent[:2].strip(".o") / "repo")
        files = {"org/lift.toml": ORG, "lax/lift.toml": lax, "go.mod": GO_MOD}
        repo.commit({"lift.toml": f'extends = ["{parent}"]\n', **files})
        (repo.folder / "org" / "lift.toml").unlink()
        (repo.folder / "org").rmdir()
        (repo.folder / "org").symlink_to("lax")
        assert load(repo.folder, PolicySource(revision="main"))[0].min_score == 90


def test_a_link_from_outside_into_the_repository_is_not_followed(tmp_path: Path) -> None:
    repo = GitRepo(tmp_path / "repo")
    repo.commit({"go.mod": GO_MOD, "lift.toml": 'extends = ["../link/lift.toml"]\n', "org/lift.toml": ORG})
    (tmp_path / "link").symlink_to(repo.folder / "org")
    (fault,) = faults(repo.folder, PolicySource(revision="main"))
    assert "leads to a place in it" in fault


def test_a_folder_that_is_renamed_takes_its_gate_along(tmp_path: Path) -> None:
    repo = GitRepo(tmp_path / "repo")
    repo.commit({"svc/go.mod": GO_MOD, "svc/lift.toml": 'extends = ["../org.toml"]\n', "org.toml": ORG})
    (repo.folder / "svc").rename(repo.folder / "svc2")
    (repo.folder / "svc2" / "lift.toml").write_text("[policy]\nmin_score = 1\n", encoding="utf-8")
    policy, notes = load(repo.folder / "svc2", PolicySource(revision="main"))
    assert policy.min_score == 90
    assert "policy-moved" in [note.code for note in notes]


def test_two_policies_that_are_gone_are_no_answer(tmp_path: Path) -> None:
    repo = GitRepo(tmp_path / "repo")
    repo.commit({"a/go.mod": GO_MOD, "a/lift.toml": ORG, "b/go.mod": GO_MOD, "b/lift.toml": ""})
    for name in "ab":
        (repo.folder / name).rename(repo.folder / f"{name}2")
    (fault,) = faults(repo.folder / "a2", PolicySource(revision="main"))
    assert "2 that are gone from the working tree" in fault


def test_the_debt_list_of_the_revision_counts(tmp_path: Path) -> None:
    repo = GitRepo(tmp_path / "repo")
    repo.commit({"go.mod": GO_MOD, "lift.toml": DEBT, "lift.debt.toml": ENTRY.format("0" * 32)})
    grown = DEBT.replace("most = 1", "most = 2")
    (repo.folder / "lift.toml").write_text(grown, encoding="utf-8")
    (repo.folder / "lift.debt.toml").write_text(ENTRY.format("0" * 32) + ENTRY.format("1" * 32), encoding="utf-8")
    policy, notes = load(repo.folder, PolicySource(revision="main"))
    assert policy.debt is not None
    assert len(policy.debt.entries) == 1
    assert any("1 finding more in the debt list" in note.message for note in notes)


@pytest.mark.parametrize(
    ("listed", "message"),
    [(2, "the debt list has 2 entries, and may only shrink"), (None, "the debt list lift.debt.toml is not there")],
)
def test_a_debt_list_that_grew_or_is_gone_is_an_error(tmp_path: Path, listed: int | None, message: str) -> None:
    svc = tree(tmp_path, go_mod=GO_MOD, lift_toml=DEBT)
    if listed is not None:
        text = "".join(ENTRY.format(str(number) * 32) for number in range(listed))
        (svc / "lift.debt.toml").write_text(text, encoding="utf-8")
    (fault,) = faults(svc, PolicySource())
    assert message in fault


@pytest.fixture
def tls(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> ssl.SSLContext:
    """A certificate for 127.0.0.1 that this process trusts, as SSL_CERT_FILE makes it do."""
    return server_context(tmp_path, monkeypatch.setenv)


ALLOWED = PolicySource(allow_remote=True)
DIGEST = hashlib.sha256(ORG.encode()).hexdigest()


def above(folder: Path, server: LogServer, *, digest: str = DIGEST) -> Path:
    """Return a project whose policy builds on one of the server."""
    text = f'extends = ["{server.url}/org.toml#sha256={digest}"]\n'
    return tree(folder / "svc", go_mod=GO_MOD, lift_toml=text)


def means(folder: Path, *, offline: bool = False) -> Means:
    return Means(environ={}, now=NOW, cache_dir=folder / "cache", offline=offline)


def test_a_parent_on_another_machine_is_fetched_once_and_kept_by_its_digest(
    tmp_path: Path, tls: ssl.SSLContext
) -> None:
    with LogServer({"org.toml": ORG.encode()}, tls=tls) as server:
        svc = above(tmp_path, server)
        for source, offline in ((ALLOWED, False), (ALLOWED, True), (PolicySource(), False)):
            policy, _ = load(svc, source, means(tmp_path, offline=offline))
            assert policy.min_score == 90
        assert server.paths == ["org.toml"]


def test_a_parent_on_another_machine_is_not_asked_for_unasked(tmp_path: Path, tls: ssl.SSLContext) -> None:
    with LogServer({"org.toml": ORG.encode()}, tls=tls) as server:
        (fault,) = faults(above(tmp_path, server), PolicySource(), means(tmp_path))
        assert "--allow-remote-policy lets it be fetched" in fault
        assert server.paths == []


def test_other_bytes_than_those_of_the_digest_are_an_error_and_are_not_kept(
    tmp_path: Path, tls: ssl.SSLContext
) -> None:
    with LogServer({"org.toml": ORG.encode()}, tls=tls) as server:
        (fault,) = faults(above(tmp_path, server, digest="0" * 64), ALLOWED, means(tmp_path))
    assert f"is not the file that the policy names (seen sha256={DIGEST})" in fault
    assert not (tmp_path / "cache" / "policies").exists()


def test_a_kept_copy_that_was_changed_is_not_believed(tmp_path: Path, tls: ssl.SSLContext) -> None:
    kept = tmp_path / "cache" / "policies" / f"{DIGEST}.toml"
    kept.parent.mkdir(parents=True)
    kept.write_text("[policy]\nmin_score = 1\n", encoding="utf-8")
    with LogServer({"org.toml": ORG.encode()}, tls=tls) as server:
        assert load(above(tmp_path, server), ALLOWED, means(tmp_path))[0].min_score == 90


def test_a_server_without_the_policy_and_no_network_leave_the_run_incomplete(
    tmp_path: Path, tls: ssl.SSLContext
) -> None:
    with LogServer({}, tls=tls) as server:
        svc = above(tmp_path, server)
        with pytest.raises(TransportError, match="no such file"):
            load(svc, ALLOWED, means(tmp_path))
        with pytest.raises(TransportError, match="uses no network"):
            load(svc, ALLOWED, means(tmp_path, offline=True))


def test_a_certificate_that_nobody_vouches_for_names_the_option(
    tmp_path: Path, tls: ssl.SSLContext, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("SSL_CERT_FILE")
    with LogServer({"org.toml": ORG.encode()}, tls=tls) as server, pytest.raises(TransportError) as caught:
        load(above(tmp_path, server), ALLOWED, means(tmp_path))
    assert "--ca-file FILE" in caught.value.remedy


def test_faults_of_a_policy_are_told_as_from_where_the_run_was_started(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    tree(tmp_path, org__org_toml=ORG)
    tree(tmp_path / "svc", go_mod=GO_MOD, lift_toml='extends = ["../org/org.toml"]\n[policy]\nmin_score = 1\n')
    monkeypatch.chdir(tmp_path)
    (fault,) = faults(Path("svc"), PolicySource())
    assert fault.startswith("svc/lift.toml:3:13: ")
    assert "(org/org.toml:2:13)" in fault


def test_files_that_a_policy_builds_on_are_placed_as_go_mod_is(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    tree(tmp_path, org__org_toml=ORG)
    tree(tmp_path / "svc", go_mod=GO_MOD, lift_toml='extends = ["../org/org.toml", "preset:baseline"]\n')
    monkeypatch.chdir(tmp_path)
    project = read_project(Path("svc"))
    policy, _ = load_policy(PolicySource(), project, os.environ)
    assert places_of_policy(PolicySource(), project, policy) == {
        "lift.toml": "svc/lift.toml",
        "../org/org.toml": "org/org.toml",
    }
    assert places_of_policy(PolicySource(file=Path("org/org.toml")), project, policy) == {}


def test_a_link_on_the_way_to_a_parent_stays_in_its_path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    tree(tmp_path, real__org_toml=ORG)
    tree(tmp_path / "real" / "svc", go_mod=GO_MOD, lift_toml='extends = ["../org.toml"]\n')
    (tmp_path / "svc").symlink_to("real/svc")
    monkeypatch.chdir(tmp_path)
    project = read_project(Path("svc"))
    policy, _ = load_policy(PolicySource(), project, os.environ)
    assert places_of_policy(PolicySource(), project, policy)["../org.toml"] == "svc/../org.toml"


def test_files_of_other_products_are_told_and_not_read(tmp_path: Path) -> None:
    svc = tree(tmp_path, go_mod=GO_MOD)
    (svc / ".lift.toml").write_text("ignoreRules = []\n", encoding="utf-8")
    (svc / ".tidelift.yml").write_text("ci: {}\n", encoding="utf-8")
    _, notes = load(svc, PolicySource())
    assert [note.code for note in notes] == ["foreign-policy", "foreign-policy", "no-policy"]
    assert "Sonatype Lift" in notes[0].message


def test_a_framework_that_is_none_of_ours_is_told(tmp_path: Path) -> None:
    svc = tree(tmp_path, go_mod=GO_MOD, lift_toml='[compliance]\nframeworks = ["ssdf", "ours"]\n')
    policy, _ = load(svc, PolicySource())
    (told,) = [note for note in policy.notes if note.code == "framework-not-built-in"]
    assert told.message.startswith("the framework 'ours'")
    assert str(told.location) == "lift.toml:2:23"


def test_a_framework_of_a_parent_is_told_at_its_place_in_the_parent(tmp_path: Path) -> None:
    tree(tmp_path, a_toml="[policy]\nmin_score = 9\n", b_toml='[compliance]\nframeworks = ["mlsp"]\n')
    svc = tree(tmp_path / "svc", go_mod=GO_MOD, lift_toml='extends = ["../a.toml", "../b.toml"]\n')
    (told,) = [note for note in load(svc, PolicySource())[0].notes if note.code == "framework-not-built-in"]
    assert (str(told.location), told.message.partition("; ")[2]) == ("../b.toml:2:15", "did you mean 'mlps'?")


def test_a_vendor_that_nobody_knows_gets_a_suggestion(tmp_path: Path) -> None:
    svc = tree(tmp_path, go_mod=GO_MOD, lift_toml='[vendors.chaingaurd]\nmax_response_p90 = "14d"\n')
    (fault,) = faults(svc, PolicySource())
    assert "did you mean 'chainguard'?" in fault
    tree(svc, org_toml='[vendors.chaingaurd]\nmax_response_p90 = "14d"\n', lift_toml='extends = ["org.toml"]\n')
    assert "did you mean 'chainguard'?" in faults(svc, PolicySource())[0]
