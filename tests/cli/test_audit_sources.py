"""`audit sources` and `audit leaks` as a user types them: exit codes, formats, and no secret anywhere."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.cli.conftest import Cli
from tests.support.recorded_go import write_files

GO_MOD = "module git.corp.example/team/app\n\ngo 1.22\n\nrequire git.corp.example/team/secret v1.0.0\n"
GO_SUM = "".join(f"git.corp.example/team/secret v1.0.0{kind} h1:{'A' * 43}=\n" for kind in ("", "/go.mod"))


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name, text in {"GOENV": "off", "GOPROXY": "https://proxy.test", "GOROOT": str(tmp_path / "go")}.items():
        monkeypatch.setenv(name, text)
    for name in ("GOPRIVATE", "GONOPROXY", "GONOSUMDB", "GOSUMDB", "GOFLAGS", "GOWORK", "HTTPS_PROXY", "https_proxy"):
        monkeypatch.delenv(name, raising=False)
    return write_files(tmp_path / "svc", {"go.mod": GO_MOD, "go.sum": GO_SUM})


def document(text: str) -> Any:  # noqa: ANN401 - JSON
    return json.loads(text)


def test_sources(cli: Cli, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    done = cli("audit", "sources", str(folder))
    assert (done.code, "proxy.test" in done.out) == (0, True)
    monkeypatch.setenv("GOSUMDB", "off")
    monkeypatch.setenv("GOPROXY", "https://ada:hunter2hunter2@proxy.test")
    done = cli("audit", "sources", str(folder), "--format", "json", "--format", f"text={folder / 'page.txt'}")
    assert done.code == 1
    assert [risk["setting"] for risk in document(done.out)["risks"]] == ["GOSUMDB"]
    assert "hunter2" not in done.out + done.err + (folder / "page.txt").read_text()


def test_leaks(cli: Cli, folder: Path) -> None:
    done = cli("audit", "leaks", str(folder), "--scenario", "download")
    assert done.code == 3  # the module's own go.mod is on no disk here
    assert "private: git.corp.example/team/secret@v1.0.0" in done.out
    done = cli("audit", "leaks", str(folder), "--env", "GOPRIVATE=*.corp.example", "--format", "json")
    assert done.code == 0
    assert document(done.out)["names"] == []
    write_files(folder, {"main.go": 'package main\n\nimport _ "git.corp.example/team/secret"\n'})
    done = cli("audit", "leaks", str(folder), "--env", "GOPRIVATE=*.corp.example", "--format", "json")
    assert [name["asked"] for name in document(done.out)["names"]] == ["go-get page"]


def test_the_policy_of_the_project_counts(cli: Cli, folder: Path) -> None:
    write_files(folder, {"main.go": 'package main\n\nimport _ "lib.test/a"\n'})
    write_files(folder, {"go.mod": GO_MOD.replace("git.corp.example/team/secret", "lib.test/a")})
    write_files(folder, {"go.sum": GO_SUM.replace("git.corp.example/team/secret", "lib.test/a")})
    write_files(folder, {"lift.toml": '[policy]\nname = "svc"\n\n[sources]\nprivate = ["lib.test"]\n'})
    done = cli("audit", "leaks", str(folder), "--format", "json")
    assert [name["private_by"] for name in document(done.out)["names"]] == ["the policy ([sources] private: lib.test)"]


def test_proxies_that_the_policy_allows_may_know(cli: Cli, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    words = ("audit", "leaks", str(folder), "--scenario", "download", "--env", "GONOPROXY=none", "--format", "json")
    monkeypatch.setenv("GOPRIVATE", "*.corp.example")
    monkeypatch.setenv("GONOPROXY", "none")
    assert [name["private"] for name in document(cli(*words).out)["names"]] == [True]
    assert cli("audit", "sources", str(folder)).code == 1
    write_files(folder, {"lift.toml": '[policy]\nname = "svc"\n\n[sources]\nproxies = ["proxy.test"]\n'})
    assert [name["private"] for name in document(cli(*words).out)["names"]] == [False]
    assert cli("audit", "sources", str(folder)).code == 0


def test_a_workspace_is_looked_at_as_a_whole(cli: Cli, folder: Path) -> None:
    work = folder.parent / "work"
    write_files(folder.parent / "go", {"go.env": "GOPROXY=https://default.test\n"})
    write_files(work, {"go.work": "go 1.22\n\nuse (\n\t./a\n\t./b\n)\n", "a/go.mod": GO_MOD})
    write_files(
        work, {"b/go.mod": GO_MOD.replace("app", "b"), "b/Dockerfile": "FROM golang\nENV GOSUMDB=off\nRUN go vet\n"}
    )
    write_files(work, {".gitlab-ci.yml": "variables: {GONOSUMDB: '*'}\n"})
    done = cli("audit", "sources", str(work), "--format", "json")
    assert done.code == 1
    assert [risk["context"] for risk in document(done.out)["risks"]] == ["b/Dockerfile, stage 0", ".gitlab-ci.yml"]
    done = cli("check", str(work / "b"), "--audit", "sources", "--offline")
    assert "GOSUMDB in Dockerfile, stage 0: no checksum log" in " ".join(done.out.split())
    done = cli("check", str(work), "--audit", "sources", "--offline")
    assert "../.gitlab-ci.yml:1:24" in done.out


@pytest.mark.parametrize("words", [["--env", "GOPRIVATE"], ["--env", "1=2"], ["--scenario", "deploy"]])
def test_words_that_mean_nothing(words: list[str], cli: Cli, folder: Path) -> None:
    assert cli("audit", "leaks", str(folder), *words).code == 2


def test_a_path_that_is_not_there(cli: Cli, folder: Path) -> None:
    assert cli("audit", "sources", str(folder / "gone")).code == 2
    assert cli("audit", "leaks", str(folder / "gone")).code == 2
