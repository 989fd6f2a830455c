"""`audit credentials` as a user types it: exit codes, formats, what is told of each credential."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator

from supplymatrix.cli.schema import SCHEMAS
from tests.cli.conftest import Cli
from tests.support.data import REPO

TOKEN = "ghp" + "_" + "Zx9Qw4Er7Ty2" * 3


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    root = tmp_path / "svc"
    root.mkdir()
    (root / "Dockerfile").write_text("FROM golang:1.26\nARG API_TOKEN\n")
    (root / "release.sh").write_text(f"export GH={TOKEN}\n")
    return root


def test_a_page_names_the_place_and_what_to_do(cli: Cli, folder: Path) -> None:
    done = cli("audit", "credentials", str(folder))
    assert done.code == 1
    lines = done.out.splitlines()
    assert all(len(line) <= 80 for line in lines)
    assert lines[:3] == [
        "✗ Dockerfile:2:5: ARG that is a secret", "    in        ARG, API_TOKEN", "    it        its value is not here"
    ]  # fmt: skip
    assert "! release.sh:1:11: GitHub token" in lines
    assert "    it        40 characters, begins with ghp_, SHA-256" in done.out
    assert "2 credentials: credentials stand where others get them" in done.out
    assert "Zx9Q" not in done.out + done.err


def test_the_json_has_the_form_of_its_schema(cli: Cli, folder: Path) -> None:
    (folder / "bad.sh").write_bytes(b"\0")
    done = cli("audit", "credentials", str(folder), "--format", "json")
    assert done.code == 3
    document = json.loads(done.out)
    schema = json.loads((REPO / "supplymatrix" / "reports" / "schema" / SCHEMAS["credentials"][0]).read_text())
    Draft202012Validator(schema).validate(document)
    assert [one["name"] for one in document["credentials"]] == ["API_TOKEN", "GH"]
    assert document["gaps"][0]["location"]["artifact"] == "bad.sh"
    assert cli("schema", "credentials").code == 0


def test_exit_codes(cli: Cli, tmp_path: Path) -> None:
    empty = tmp_path / "empty"
    empty.mkdir()
    assert cli("audit", "credentials", str(empty), "--no-home").code == 5
    (empty / "Makefile").write_text("all:\n\tgo build\n")
    done = cli("audit", "credentials", str(empty), "--no-home")
    assert (done.code, "no credential was found in what was looked at" in done.out) == (0, True)
    assert cli("audit", "credentials", str(tmp_path / "gone")).code == 2
    assert "not here" not in cli("audit", "credentials", str(empty), "-v").out


def test_without_the_home_folder_its_files_are_left_out(cli: Cli, tmp_path: Path) -> None:
    home = tmp_path / "home"
    (home / ".netrc").write_text("machine a.example login b password k3jh4k5j\n")
    (home / ".gitconfig").write_text('[url "https://b:k3jh4k5j@h.example/"]\n\tinsteadOf = https://h.example/\n')
    done = cli("audit", "credentials", str(home))
    assert done.code == 1
    other = tmp_path / "svc"
    other.mkdir()
    done = cli("audit", "credentials", str(other))
    assert (done.code, done.out.count("~/.gitconfig"), done.out.count("chmod 600 ~/.netrc")) == (1, 1, 1)
    assert cli("audit", "credentials", str(other), "--no-home").code == 5
