"""`verify --steps`: what became of each step, also where the proof is broken; the exit code is that of `verify`."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator

from tests.cli.conftest import Cli
from tests.support.data import REPO
from tests.support.made_log import MadeLog, made_hash, write_project, write_recording

pytestmark = pytest.mark.slow

A, B, GONE = "example.com/a@v1.0.0", "example.com/b@v1.2.0", "example.com/none@v1.0.0"
LOG = MadeLog.of(A, B, filler=600)
EVIL = f"h1:{'E' * 43}="
SCHEMA = Draft202012Validator(
    json.loads((REPO / "supplymatrix/reports/schema/steps-v1.schema.json").read_text(encoding="utf-8"))
)


@pytest.fixture
def options(tmp_path: Path) -> list[str]:
    """Where the project is, with one changed line, and a recording of the log."""
    go_sum = LOG.go_sum(A, B).replace(made_hash(B), EVIL)
    project = write_project(tmp_path / "svc", LOG, "", [A, B], go_sum=go_sum)
    return ["--project", str(project), "--replay", str(write_recording(tmp_path / "recorded", LOG.answers()))]


@pytest.mark.parametrize("name", [A, B, GONE])
def test_the_exit_code_is_that_of_verify(cli: Cli, options: list[str], name: str) -> None:
    assert cli("verify", name, *options, "--steps").code == cli("verify", name, *options).code


def test_committed_proofs_are_believed_without_a_network_with_and_without_steps(
    cli: Cli, options: list[str], tmp_path: Path
) -> None:
    folder = tmp_path / "svc"
    (folder / "go.sum").write_text(LOG.go_sum(A, B))
    assert cli("prove", str(folder), *options[2:]).code == 0
    assert (folder / "go.sum.proof").exists()
    for project, code in ((folder, 0), (tmp_path, 3)):
        for more in ([], ["--steps"]):
            assert cli("verify", A, "--project", str(project), "--offline", *more).code == code
    done = cli("verify", A, "--project", str(folder), "--offline")
    assert "asked: go.sum.proof" in done.out
    assert "7 history     not held against the head that this machine is shown: offline" in done.out


def test_the_text_has_a_sign_and_a_word_for_what_is_not_proven(cli: Cli, options: list[str]) -> None:
    done = cli("verify", B, *options, "--steps")
    lines = done.out.split("\n")
    assert any(line.startswith("✘ 1 go.sum line  failed: go.sum:3") for line in lines)
    assert any(line.startswith("✔ 6 signed head") for line in lines)
    assert any(line.startswith("– 7 consistency  not checked:") for line in lines)  # noqa: RUF001
    at = next(number for number, line in enumerate(lines) if "^ first difference: character" in line)
    place = lines[at].index("^")
    assert lines[at - 1][:place] != ""
    assert lines[at - 1][place] != lines[at + 1][place]
    assert EVIL in lines[at - 1]
    assert made_hash(B) in lines[at + 1]


@pytest.mark.parametrize("name", [A, B, GONE])
def test_the_json_fits_its_schema(cli: Cli, options: list[str], name: str) -> None:
    done = cli("verify", name, *options, "--steps", "--format", "json")
    document = json.loads(done.out)
    assert [error.message for error in SCHEMA.iter_errors(document)] == []
    assert document["exit_code"] == done.code
    assert done.out.isascii()


def test_the_tlog_proof_has_no_steps(cli: Cli, options: list[str]) -> None:
    assert cli("verify", A, *options, "--steps", "--format", "tlog-proof").code == 2
