"""`compliance`: one check, read by clauses; the exit code is that of `check`."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import click
import pytest

from supplymatrix.cli.compliance import compliance
from supplymatrix.cli.words import complete_frameworks
from tests.cli.conftest import Cli
from tests.policy.clause_files import HEAD, clause
from tests.support.data import REPO

_EXAMPLE = REPO / "examples" / "mux-service"
_REPLAY = ("--replay", str(_EXAMPLE / "recorded"))


@pytest.fixture
def svc(tmp_path: Path) -> Path:
    """The example project, to be changed."""
    folder = tmp_path / "svc"
    folder.mkdir()
    for name in ("go.mod", "go.sum", "lift.toml"):
        shutil.copy(_EXAMPLE / name, folder / name)
    return folder


def test_a_project_that_passes_supports_clauses_and_ends_as_check_does(cli: Cli, svc: Path) -> None:
    done = cli("compliance", str(svc), *_REPLAY, "--framework", "ssdf", "--framework", "MLPS")
    assert done.code == 0
    assert "  PW.4.1  " in done.out
    assert "supported by evidence" in done.out
    assert "(id not confirmed)" in done.out
    assert "slsa:" not in done.out


def test_an_alarm_is_evidence_against_and_keeps_its_exit_code(cli: Cli, svc: Path) -> None:
    text = (svc / "go.sum").read_text()
    (svc / "go.sum").write_text(text.replace("h1:i40aqfk", "h1:i40aqfK"))
    done = cli("compliance", str(svc), *_REPLAY, "--framework", "ssdf", "--format", "json")
    document = json.loads(done.out)
    (found,) = document["subjects"][0]["frameworks"]
    standing = {item["id"]: item["standing"] for item in found["clauses"]}
    assert (done.code, document["exit_code"]) == (4, 4)
    assert standing["PW.4.4"] == "evidence against"
    assert standing["PS.2.1"] == "incomplete"
    assert standing["RV.1.1"] == "incomplete"


def test_what_cannot_be_found_out_supports_nothing(cli: Cli, svc: Path) -> None:
    done = cli("compliance", str(svc), "--offline", "--framework", "ssdf", "--format", "json")
    (found,) = json.loads(done.out)["subjects"][0]["frameworks"]
    checks = [check for item in found["clauses"] for check in item["checks"] if check["check"] == "sumdb-inclusion"]
    assert done.code == 3
    assert {check["ran"] for check in checks} == {"unknown"}
    assert not any(item["standing"] == "supported by evidence" for item in found["clauses"] if item["id"] == "PW.4.1")


def test_where_nobody_names_a_framework_all_are_shown_and_it_is_said(cli: Cli, svc: Path) -> None:
    done = cli("compliance", str(svc), *_REPLAY)
    assert done.code == 0
    assert "neither --framework nor [compliance]" in done.out
    assert all(f"\n{name}: " in done.out for name in ("cra", "mlps", "pci-dss", "slsa", "ssdf"))


def test_the_policy_names_the_frameworks(cli: Cli, svc: Path) -> None:
    with (svc / "lift.toml").open("a") as file:
        file.write('\n[compliance]\nframeworks = ["slsa"]\n')
    done = cli("compliance", str(svc), *_REPLAY)
    assert done.code == 0
    assert "\nslsa: " in done.out
    assert "\nssdf: " not in done.out


def test_an_unknown_framework_ends_in_2_before_anything_is_checked(cli: Cli) -> None:
    done = cli("compliance", "nowhere", "--framework", "ssdff")
    assert done.code == 2
    assert "did you mean 'ssdf'?" in done.err


def test_an_unknown_framework_of_a_policy_ends_in_2_but_never_hides_an_alarm(cli: Cli, svc: Path) -> None:
    with (svc / "lift.toml").open("a") as file:
        file.write('\n[compliance]\nframeworks = ["mlsp"]\n')
    done = cli("compliance", str(svc), *_REPLAY)
    assert done.code == 2
    assert "did you mean 'mlps'?" in done.err
    text = (svc / "go.sum").read_text()
    (svc / "go.sum").write_text(text.replace("h1:i40aqfk", "h1:i40aqfK"))
    done = cli("compliance", str(svc), *_REPLAY)
    assert done.code == 4
    assert "alarm" in done.err


def test_own_clause_files_are_used(cli: Cli, svc: Path, tmp_path: Path) -> None:
    folder = tmp_path / "clauses"
    folder.mkdir()
    (folder / "house.toml").write_text(HEAD + clause("H-1", direct="SM110"))
    done = cli("compliance", str(svc), *_REPLAY, "--clauses", str(folder), "--framework", "house")
    assert done.code == 0
    assert "1 clause: 1 supported by evidence" in done.out
    (folder / "house.toml").write_text(HEAD + clause("P0.3.1", direct="SM110"))
    done = cli("compliance", str(svc), *_REPLAY, "--clauses", str(folder))
    assert done.code == 2
    assert "'P0.3.1' is no id of this framework" in done.err


def test_a_shell_completes_the_names_of_frameworks() -> None:
    context = click.Context(compliance)
    found = complete_frameworks(context, compliance.params[0], "ML")
    assert [item.value for item in found] == ["mlps"]


def test_several_formats_come_from_one_run(cli: Cli, svc: Path, tmp_path: Path) -> None:
    files = {name: tmp_path / f"out.{name}" for name in ("json", "markdown", "csv")}
    formats = [word for name, path in files.items() for word in ("--format", f"{name}={path}")]
    done = cli("compliance", str(svc), *_REPLAY, "--framework", "slsa", *formats, "--format", "text")
    assert done.code == 0
    assert "Build-L3" in done.out
    assert all("Build-L3" in path.read_text(encoding="utf-8") for path in files.values())


def test_the_list_needs_no_project(cli: Cli, tmp_path: Path) -> None:
    (tmp_path / "house.toml").write_text(HEAD + clause("H-1"))
    done = cli("compliance", "--list", "--clauses", str(tmp_path))
    assert (done.code, done.err) == (0, "")
    assert "mlps" in done.out
    assert "house" in done.out
    assert "ids confirmed against" in done.out
    listed = json.loads(cli("compliance", "--list", "--format", "json").out)
    assert {"ssdf", "slsa", "cra", "pci-dss", "mlps"} <= {item["id"] for item in listed["frameworks"]}
    assert cli("compliance", "--list", "--format", "csv").code == 2
