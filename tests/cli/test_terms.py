"""`terms`: what the licence of Go lets one do, and which texts lie there."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator

from supplymatrix.cli.schema import SCHEMAS
from tests.cli.conftest import Cli
from tests.support.data import REPO
from tests.support.machine import Machine

SCHEMA = json.loads((REPO / "supplymatrix" / "reports" / "schema" / SCHEMAS["terms"][0]).read_text("utf-8"))


def goroot(folder: Path, **texts: str) -> Path:
    (folder / "bin").mkdir(parents=True)
    (folder / "bin" / "go").write_text("", encoding="utf-8")
    (folder / "VERSION").write_text("go1.26.8\n", encoding="utf-8")
    for name, text in texts.items():
        (folder / name).write_text(text, encoding="utf-8")
    return folder


def test_another_text_in_a_go_is_told(cli: Cli, tmp_path: Path) -> None:
    done = cli("terms", "--use", "patents", "--goroot", str(goroot(tmp_path / "go", LICENSE="mine", PATENTS="yours")))
    assert done.code == 1
    assert "May I rely on it that Google's patents are not in the way? Yes, if:" in done.out
    assert "it ends" in done.out
    assert "✗ LICENSE: a text that is not known here" in done.out
    assert all(len(line) <= 80 for line in done.out.split("\n") if str(tmp_path) not in line)


def test_a_missing_text_and_no_go_are_no_all_clear(cli: Cli, machine: Machine, tmp_path: Path) -> None:
    assert cli("terms", "--goroot", str(goroot(tmp_path / "go", LICENSE="mine"))).code == 3
    assert cli("terms", "--goroot", str(tmp_path / "none")).code == 2
    machine.settings |= {"PATH": "", "GOROOT": ""}
    done = cli("terms")
    assert done.code == 3
    assert "there is no Go here" in done.out


def test_json_has_its_schema(cli: Cli, tmp_path: Path) -> None:
    done = cli("terms", "--goroot", str(goroot(tmp_path / "go", LICENSE="mine", PATENTS="yours")), "--format", "json")
    document = json.loads(done.out)
    Draft202012Validator(SCHEMA).validate(document)
    assert document["exit_code"] == done.code == 1
    assert len(document["uses"]) == 7


@pytest.mark.parametrize(
    "use", ["redistribute", "program", "modify", "embed", "remove-notices", "name", "patents"]
)  # fmt: skip
def test_each_use_has_its_answer(cli: Cli, use: str) -> None:
    assert cli("terms", "--use", use).out.startswith("May I ")
