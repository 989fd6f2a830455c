"""The audit of credentials looks in files, settings and the home folder, says who gets them, and never fails."""

from __future__ import annotations

import os
from datetime import UTC, datetime
from pathlib import Path

import pytest

from supplymatrix.checks.registry import run_rules
from supplymatrix.engine.audit_credentials import CredentialsWish, audit_credentials, facts_of, read_wish
from supplymatrix.engine.audit_input import AuditInput
from supplymatrix.engine.means import Means
from supplymatrix.errors import InputError
from supplymatrix.model.fact import Facts
from supplymatrix.model.rule import Status
from supplymatrix.privacy.credential_run import CredentialsRun
from supplymatrix.reports.credentials_view import risk_words
from supplymatrix.sources.project import read_project
from tests.support.git_repo import GitRepo
from tests.support.made_builds import built

NOW = datetime(2026, 11, 26, tzinfo=UTC)
WORD = "k3jh4k5j"


def _means(home: Path, **environ: str) -> Means:
    named = {"HOME": str(home), "PATH": os.environ.get("PATH", ""), "GOENV": "off", "GIT_CONFIG_NOSYSTEM": "1"}
    return Means(environ={**named, "GOROOT": str(home / "go"), **environ}, now=NOW)


def _run(home: Path, *roots: Path, with_home: bool = True, **environ: str) -> CredentialsRun:
    return audit_credentials(CredentialsWish(means=_means(home, **environ), roots=roots, with_home=with_home))


def _told(run: CredentialsRun) -> list[tuple[str, str, str]]:
    return [(one.location.artifact or one.origin, one.where, one.kind) for one in run.credentials]


def test_nothing_to_look_at_is_no_pass(tmp_path: Path) -> None:
    run = _run(tmp_path)
    assert (run.credentials, run.gaps, run.exit_code) == ((), (), 5)
    (tmp_path / "Dockerfile").write_text("FROM golang:1.26\n")
    assert _run(tmp_path, tmp_path).exit_code == 0


def test_settings_are_looked_at_where_they_come_from(tmp_path: Path) -> None:
    (tmp_path / "env").write_text(f"GOPRIVATE=a\nGOPROXY=https://bot:{WORD}@p.example\n")
    (tmp_path / "go").mkdir()
    (tmp_path / "go" / "go.env").write_text(f"GOSUMDB=x https://bot:{WORD}9@s.example\n")
    environ = {"GOENV": str(tmp_path / "env"), "GOFLAGS": f"-ldflags=-X=main.token={WORD}"}
    run = audit_credentials(CredentialsWish(means=_means(tmp_path, **environ)))
    assert sorted(_told(run)) == [
        ("environment", "GOFLAGS -X main.token", "secret by its name"),
        ("~/env", "GOPROXY", "password in an address"),
        ("~/go/go.env", "GOSUMDB", "password in an address"),
    ]
    assert sorted(one.location.line for one in run.credentials) == [0, 1, 2]
    assert run.exit_code == 1
    assert all(one.advice for one in run.credentials)


def test_a_netrc_in_the_home_folder_is_right_while_nobody_else_reads_it(tmp_path: Path) -> None:
    for name, text in {".netrc": f"machine a.example login b password {WORD}\n",
                       ".git-credentials": f"https://b:{WORD}@h.example\n"}.items():  # fmt: skip
        (tmp_path / name).write_text(text)
        (tmp_path / name).chmod(0o600)
    run = _run(tmp_path)
    assert (run.credentials, run.exit_code) == ((), 0)
    assert "~/.netrc holds 1 machine, and nobody else may read it: the right place" in run.notes
    assert "CVE-2024-45340, not verified here" in " ".join(run.notes)
    (tmp_path / ".netrc").chmod(0o644)
    run = _run(tmp_path)
    assert [(one.location.artifact, one.is_readable, one.advice) for one in run.credentials] == [
        ("~/.netrc", True, "chmod 600 ~/.netrc")
    ]
    assert _run(tmp_path, with_home=False).exit_code == 5


def test_a_netrc_in_the_tree_counts_whatever_its_mode(tmp_path: Path) -> None:
    root = tmp_path / "svc"
    root.mkdir()
    (root / "login").write_text(f"machine a.example login b password {WORD}\n")
    (root / ".netrc").write_text(f"machine a.example login b password {WORD}\n")
    (root / ".netrc").chmod(0o600)
    (one,) = _run(tmp_path, root).credentials
    assert (one.location.artifact, one.is_readable, one.is_committed) == (".netrc", False, None)


def test_git_says_which_files_are_committed_and_those_come_first(tmp_path: Path) -> None:
    repo = GitRepo(tmp_path / "svc")
    repo.commit({"sub/z.sh": f"API_TOKEN={WORD}\n"})
    (repo.folder / "sub" / "a.sh").write_text(f"API_TOKEN={WORD}\n")
    repo.git("config", "remote.origin.url", f"https://b:{WORD}@h.example/x")
    run = _run(tmp_path, repo.folder)
    assert [(one.location.artifact, one.is_committed) for one in run.credentials] == [
        ("sub/z.sh", True), (".git/config", None), ("sub/a.sh", False),
    ]  # fmt: skip
    below = _run(tmp_path, repo.folder / "sub")
    assert [one.location.artifact for one in below.credentials] == ["z.sh", "~/svc/.git/config", "a.sh"]


def test_the_token_of_a_ci_job_is_a_note(tmp_path: Path) -> None:
    config = tmp_path / "svc" / ".git" / "config"
    config.parent.mkdir(parents=True)
    config.write_text(
        '[http "https://github.com/"]\n\textraheader = AUTHORIZATION: basic eC1hY2Nlc3MtdG9rZW46Z2hzX2E=\n'
    )
    assert _run(tmp_path, tmp_path / "svc").exit_code == 1
    run = _run(tmp_path, tmp_path / "svc", GITHUB_ACTIONS="true")
    assert run.credentials == ()
    assert "persist-credentials: false" in run.notes[0]


def test_several_folders_are_told_apart(tmp_path: Path) -> None:
    for name in ("a", "b"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "x.sh").write_text(f"API_TOKEN={WORD}\n")
        (tmp_path / name / "y.sh").write_bytes(b"\0")
    run = _run(tmp_path, tmp_path / "a", tmp_path / "b")
    assert [one.location.artifact for one in run.credentials] == [f"{tmp_path}/a/x.sh", f"{tmp_path}/b/x.sh"]
    assert [gap.subject for gap in run.gaps] == [f"{tmp_path}/a/y.sh", f"{tmp_path}/b/y.sh"]
    assert run.exit_code == 3


def test_what_is_given_later_is_not_in_the_repository(tmp_path: Path) -> None:
    repo = GitRepo(tmp_path / "svc")
    repo.commit({"Dockerfile": f"FROM a\nARG API_TOKEN\nENV X_TOKEN={WORD}\n"})
    run = _run(tmp_path, repo.folder)
    assert [(one.name, one.is_committed) for one in run.credentials] == [("X_TOKEN", True), ("API_TOKEN", None)]
    assert [risk_words(one).partition(":")[0] for one in run.credentials] == [
        "git tracks the file", "what is given for it stays in the image's history",
    ]  # fmt: skip


@pytest.mark.parametrize("name", ["svc", "svc/Dockerfile", "svc/.netrc"])
def test_a_folder_or_a_file_may_be_named(tmp_path: Path, name: str) -> None:
    (tmp_path / "svc").mkdir()
    (tmp_path / "svc" / "Dockerfile").write_text("FROM a\nARG API_TOKEN\n")
    (tmp_path / "svc" / ".netrc").write_text(f"machine a.example login b password {WORD}\n")
    run = audit_credentials(read_wish([tmp_path / name], _means(tmp_path), with_home=False))
    assert len(run.credentials) == (2 if name == "svc" else 1)


def test_a_program_tells_what_it_recorded(tmp_path: Path) -> None:
    program = tmp_path / "app"
    program.write_bytes(built(settings={"-ldflags": f"-X main.token={WORD}"}))
    run = audit_credentials(read_wish([program], _means(tmp_path), with_home=False))
    assert [(one.where, one.origin, one.is_shipped) for one in run.credentials] == [
        ("-ldflags -X main.token", "program", True)
    ]
    assert run.sought[-1].looked == 1


def test_what_is_neither_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError):
        read_wish([tmp_path / "gone"], _means(tmp_path), with_home=False)
    (tmp_path / "a.bin").write_bytes(b"nothing")
    with pytest.raises(InputError):
        read_wish([tmp_path / "a.bin"], _means(tmp_path), with_home=False)


def test_a_check_gets_facts_and_passes(tmp_path: Path) -> None:
    root = tmp_path / "svc"
    root.mkdir()
    (root / "go.mod").write_text("module a.example/b\n\ngo 1.26\n")
    (root / "Dockerfile").write_text("FROM a\nARG API_TOKEN\nARG API_TOKEN\nENV X=1\n")
    seen = facts_of(
        AuditInput(means=_means(tmp_path, GOPROXY=f"https://b:{WORD}@p.example"), project=read_project(root))
    )
    results = [one for one in run_rules(Facts(seen.facts, seen.gaps)) if one.rule == "SM210"]
    failed = [one.finding for one in results if one.finding is not None]
    assert [one.subject for one in failed] == ["credential:environment:p.example", "credential:Dockerfile:API_TOKEN"]
    assert [len(one.locations) for one in failed] == [0, 2]
    assert "whoever has the image" in failed[1].evidence[0].value
    assert failed[1].message == "Dockerfile gives a credential away: ARG that is a secret (API_TOKEN), 2 times"
    assert [one.subject for one in results if one.status is Status.PASS] == []
    (root / "Dockerfile").write_text("FROM a\n")
    seen = facts_of(AuditInput(means=_means(tmp_path), project=read_project(root)))
    results = [one for one in run_rules(Facts(seen.facts, seen.gaps)) if one.rule == "SM210"]
    assert [(one.subject, one.status) for one in results] == [("credential:the files of the project", Status.PASS)]


def test_what_a_check_could_not_look_at_is_unknown(tmp_path: Path) -> None:
    root = tmp_path / "svc"
    root.mkdir()
    (root / "go.mod").write_text("module a.example/b\n\ngo 1.26\n")
    (root / "a.sh").write_bytes(b"\0")
    seen = facts_of(AuditInput(means=_means(tmp_path), project=read_project(root)))
    results = run_rules(Facts(seen.facts, seen.gaps))
    assert [(one.subject, one.status) for one in results if one.rule == "SM210" and one.gap] == [
        ("credential:a.sh", Status.UNKNOWN)
    ]
