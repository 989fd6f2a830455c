"""`verify binary` and `check --binary`: exit codes, both formats, and what a hostile program can put on a terminal."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from supplymatrix.cli.schema import SCHEMAS
from tests.cli.conftest import Cli
from tests.support.data import REPO
from tests.support.made_builds import built, dep
from tests.support.made_images import Layout, made_tar
from tests.support.made_log import MadeLog, made_hash, write_project, write_recording

A, B, TOOL = "code.example/a@v1.0.0", "code.example/b@v1.2.0", "golang.org/toolchain@v0.0.1-go1.26.8.linux-amd64"
LOG = MadeLog.of(A, B, TOOL, filler=20)


@pytest.fixture
def arguments(tmp_path: Path) -> list[str]:
    """Write a policy that pins LOG, and return options by which its recording is asked."""
    recorded = write_recording(tmp_path / "recorded", LOG.answers())
    (tmp_path / "lift.toml").write_text(f'[sources]\nsumdb = "{LOG.key.verifier}"\n')
    return ["--policy", str(tmp_path / "lift.toml"), "--replay", str(recorded)]


def _file(folder: Path, data: bytes, name: str = "app") -> str:
    (folder / name).write_bytes(data)
    return str(folder / name)


def _json(text: str) -> dict[str, Any]:
    schema = json.loads((REPO / "supplymatrix/reports/schema" / SCHEMAS["programs"][0]).read_text(encoding="utf-8"))
    document: dict[str, Any] = json.loads(text)
    Draft202012Validator(schema).validate(document)
    return document


def test_a_proven_program_passes_and_is_told_in_full(cli: Cli, tmp_path: Path, arguments: list[str]) -> None:
    settings = {"CGO_ENABLED": "0", "-trimpath": "true", "-tags": "netgo", "vcs": "git", "vcs.revision": "abc123"}
    done = cli("verify", "binary", _file(tmp_path, built(A, B, settings=settings)), "--modules", *arguments)
    assert done.code == 0
    for text in (
        "ELF", "go1.26.8", "svc.example/app (devel)", "-tags=netgo, -trimpath, CGO_ENABLED=0", "git abc123",
        "the log has this release", "2: 2 proven", "code.example/b v1.2.0", "every module of every program is proven",
    ):  # fmt: skip
        assert text in done.out


def test_a_hash_that_the_log_contradicts_ends_with_an_alarm(cli: Cli, tmp_path: Path, arguments: list[str]) -> None:
    name = _file(tmp_path, built(A, dep(B, sum_=made_hash(A))))
    done = cli("verify", "binary", name, *arguments)
    assert done.code == 4
    assert "ALARM not what the log has: code.example/b v1.2.0" in done.out
    document = _json(cli("verify", "binary", name, "--format", "json", *arguments).out)
    assert [module["state"] for module in document["programs"][0]["modules"]] == ["proven", "differs"]
    assert document["counts"]["differs"] == 1


def test_a_report_that_cannot_be_written_keeps_the_alarm(cli: Cli, tmp_path: Path, arguments: list[str]) -> None:
    name = _file(tmp_path, built(dep(B, sum_=made_hash(A))))
    done = cli("verify", "binary", name, "--format", f"json={tmp_path}/none/x.json", *arguments)
    assert done.code == 4
    assert "alarm" in done.err


def test_several_programs_get_a_line_each(cli: Cli, tmp_path: Path, arguments: list[str]) -> None:
    folder = tmp_path / "bin"
    folder.mkdir()
    _file(folder, built(A), "good")
    _file(folder, built(A, dep(B, by="./lib (devel)"), settings={"vcs.modified": "true"}), "odd")
    _file(folder, b"text", "text")
    done = cli("verify", "binary", str(folder), *arguments)
    assert done.code == 1
    text = " ".join(done.out.split())
    assert text.startswith(f"{folder}/good: ELF amd64, go1.26.8; 1 module: 1 proven")
    assert "from a folder: ./lib (devel)" in text
    assert "built from a working tree with changes that are in no commit" in done.out
    assert "3 files looked at: 2 Go programs, 3 modules: 2 proven, 1 from a folder" in text
    assert "sha256" not in done.out
    assert done.out.count("sha256") < cli("verify", "binary", str(folder), "-v", *arguments).out.count("sha256")


def test_a_secret_is_told_and_shown_nowhere(cli: Cli, tmp_path: Path, arguments: list[str]) -> None:
    name = _file(tmp_path, built(A, settings={"-ldflags": "-X main.apiToken=correcthorsebatterystaple"}))
    done = cli("verify", "binary", name, *arguments)
    told = cli("verify", "binary", name, "--format", "json", *arguments)
    assert done.code == 1
    assert "main.apiToken" in done.out
    assert _json(told.out)["programs"][0]["secrets"][0]["length"] == 25
    assert "correcthorse" not in done.out + done.err + told.out + told.err


def test_what_a_program_says_cannot_move_the_cursor(cli: Cli, tmp_path: Path, arguments: list[str]) -> None:
    odd = "code.example/\x1b[2Ja\u202eb@v1.0.0"
    data = built(A, dep(odd, sum_="h1:\x1b]0;x\x07"), main="svc.example/\x1b[1mapp\tv1\x9b\t", go="go1.26.8\x1b[0m")
    done = cli("verify", "binary", _file(tmp_path, data), "--modules", *arguments)
    assert done.code == 1
    assert not set("\x1b\x9b\x07\u202e") & set(done.out + done.err)


@pytest.mark.parametrize(("name", "code"), [("text", 2), ("none", 2), ("empty", 5)])
def test_what_is_no_program_has_its_own_code(
    name: str, code: int, cli: Cli, tmp_path: Path, arguments: list[str]
) -> None:
    (tmp_path / "text").write_text("#!/bin/sh\n")
    (tmp_path / "empty").mkdir()
    assert cli("verify", "binary", str(tmp_path / name), *arguments).code == code


def test_without_the_log_nothing_is_said_to_be_proven(cli: Cli, tmp_path: Path) -> None:
    done = cli("verify", "binary", _file(tmp_path, built(A, B)), "--offline")
    assert done.code == 3
    assert "2: 2 not checked" in done.out
    assert "proven" not in done.out


def test_an_image_is_read_whole(cli: Cli, tmp_path: Path, arguments: list[str]) -> None:
    layout = Layout().image([made_tar({"usr/bin/app": built(A)})])
    done = cli("verify", "binary", _file(tmp_path, layout.as_tar(), "image.tar"), "--format", "json", *arguments)
    assert done.code == 0
    document = _json(done.out)
    assert document["images"] == 1
    assert document["programs"][0]["name"].endswith("image.tar: usr/bin/app")


@pytest.fixture
def project(tmp_path: Path) -> Path:
    return write_project(tmp_path / "svc", LOG, "", [A, B])


def _check(cli: Cli, project: Path, recorded: Path, *binaries: str) -> tuple[int, dict[str, Any]]:
    options = [part for name in binaries for part in ("--binary", name)]
    done = cli("check", str(project), *options, "--replay", str(recorded), "--format", "json")
    return done.code, json.loads(done.out) if done.out else {}


def test_a_check_judges_programs_and_names_them(cli: Cli, tmp_path: Path, project: Path) -> None:
    recorded = write_recording(tmp_path / "recorded", LOG.answers())
    name = _file(tmp_path, built(A, B))
    code, report = _check(cli, project, recorded, name)
    assert code == 0
    assert [file["name"] for file in report["subject"]["files"]] == ["go.mod", "go.sum", name]
    code, report = _check(cli, project, recorded, _file(tmp_path, built(A, dep(B, sum_=made_hash(A)))))
    assert code == 4
    assert "SM140" in {finding["rule"] for finding in report["findings"]}


def test_a_check_holds_programs_against_the_versions_of_the_project(cli: Cli, tmp_path: Path, project: Path) -> None:
    recorded = write_recording(tmp_path / "recorded", LOG.answers())
    other = write_project(tmp_path / "other", LOG, "", [A])
    name = _file(tmp_path, built(A, B))
    _, report = _check(cli, other, recorded, name)
    assert "SM143" in {finding["rule"] for finding in report["findings"]}
    _, report = _check(cli, project, recorded, name)
    assert "SM143" not in {finding["rule"] for finding in report["findings"]}


def test_a_program_that_cannot_be_read_is_unknown_to_a_check(cli: Cli, tmp_path: Path, project: Path) -> None:
    recorded = write_recording(tmp_path / "recorded", LOG.answers())
    cut = _file(tmp_path, made_tar({"app": built(A), "rest": bytes(9000)})[:-9000], "all.tar")
    code, report = _check(cli, project, recorded, cut)
    assert code in (1, 3)
    assert "SM148" in {one["rule"] for one in report["unknown"]}


@pytest.mark.parametrize("kind", ["text", "none", "empty", "two"])
def test_a_check_refuses_what_is_no_program_and_several_projects(
    kind: str, cli: Cli, tmp_path: Path, project: Path
) -> None:
    (tmp_path / "text").write_text("no program")
    (tmp_path / "empty").mkdir()
    paths = [str(project)] + ([str(write_project(tmp_path / "other", LOG, "", [A]))] if kind == "two" else [])
    name = _file(tmp_path, built(A)) if kind == "two" else str(tmp_path / kind)
    done = cli("check", *paths, "--binary", name, "--offline")
    assert done.code == 2
    assert "error" in done.err
