"""`audit fips`: what it shows, for people and machines, and how it ends."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from supplymatrix.cli.schema import SCHEMAS
from tests.cli.conftest import Cli
from tests.support.data import REPO
from tests.support.licensed import make_project
from tests.support.machine import Machine

_REDHAT = "FROM registry.access.redhat.com/ubi9/go-toolset:1.25\nENV CGO_ENABLED=0\nRUN go build .\n"


@pytest.fixture
def project(machine: Machine, tmp_path: Path) -> Path:
    made = make_project(tmp_path / "made", {"golang.org/x/crypto@v0.45.0": {"blake2b/b.go": "package blake2b\n"}})
    main = 'package main\n\nimport _ "golang.org/x/crypto/blake2b"\n\nfunc main() {}\n'
    (made / "main.go").write_text(main, encoding="utf-8")
    machine.settings["GOMODCACHE"] = str(tmp_path / "made" / "modcache")
    return made


def _valid(text: str) -> dict[str, Any]:
    path = REPO / "supplymatrix" / "reports" / "schema" / SCHEMAS["fips"][0]
    document: dict[str, Any] = json.loads(text)
    Draft202012Validator(json.loads(path.read_text(encoding="utf-8"))).validate(document)
    return document


def test_a_card_shows_what_is_claimed_and_what_is_beside_it(cli: Cli, project: Path) -> None:
    (project / "Dockerfile").write_text(_REDHAT, encoding="utf-8")
    done = cli("audit", "fips", str(project))
    assert (done.code, done.err) == (3, "")  # the module is that of the system where it runs
    assert max(map(len, done.out.splitlines())) <= 80
    text = " ".join(done.out.split())
    assert "Dockerfile (build file)" in done.out
    assert "Red Hat's Go with OpenSSL" in text
    assert "✗ CGO_ENABLED=0: the program cannot call the C code that it needs (Dockerfile:2)" in text
    assert "! golang.org/x/crypto/blake2b v0.45.0: BLAKE2b; imported by example.com/main" in text
    assert "Certificates are as a table of 2026-" in text
    assert "findings: SM603 (1), SM604 (1)" in text
    assert text.endswith("not everything could be looked at")


def test_the_current_folder_is_looked_at_when_nothing_is_named(cli: Cli, project: Path) -> None:
    assert cli("audit", "fips", cwd=project).out == cli("audit", "fips", str(project)).out


def test_json_has_its_schema_and_says_the_same(cli: Cli, project: Path) -> None:
    (project / "Dockerfile").write_text(_REDHAT, encoding="utf-8")
    document = _valid(cli("audit", "fips", str(project), "--format", "json").out)
    assert document["exit_code"] == 3
    assert [one["purpose"] for one in document["postures"]] == ["shipped", "shipped"]
    assert [one["family"] for one in document["postures"]] == ["none", "redhat"]
    assert [one["imported_by"] for one in document["packages"]] == ["example.com/main"]
    assert {one["rule"] for one in document["findings"]} == {"SM603", "SM604"}


def test_what_cannot_be_looked_at_ends_in_3_and_is_told(cli: Cli, project: Path, tmp_path: Path) -> None:
    (tmp_path / "made" / "modcache" / "golang.org" / "x" / "crypto@v0.45.0" / "blake2b" / "b.go").unlink()
    done = cli("audit", "fips", str(project))
    assert done.code == 3
    assert "not known" in done.out
    assert _valid(cli("audit", "fips", str(project), "--format", "json").out)["gaps"]


def test_a_file_that_is_none_ends_in_2_and_an_empty_folder_in_5(cli: Cli, tmp_path: Path) -> None:
    (tmp_path / "text").write_text("no program", encoding="utf-8")
    assert cli("audit", "fips", str(tmp_path / "text")).code == 2
    assert cli("audit", "fips", str(tmp_path / "none")).code == 2
    (tmp_path / "empty").mkdir()
    assert cli("audit", "fips", str(tmp_path / "empty")).code == 5
