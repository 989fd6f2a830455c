"""`graph` and `why`: the build list and its reasons, in words and for machines."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from supplymatrix.cli.schema import SCHEMAS
from tests.support.data import REPO
from tests.support.machine import Machine
from tests.support.module_cache import make_cache

pytestmark = pytest.mark.slow

_TEXTS = {
    "example.com/a@v1.0.0": "module example.com/a\n\ngo 1.20\n\nrequire example.com/b v1.0.0\n",
    "example.com/b@v1.0.0": "module example.com/b\n",
    "example.com/b@v1.1.0": "module example.com/b\n\nretract v1.0.0 // a leak\n",
}


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    project = tmp_path / "project"
    project.mkdir()
    (project / "go.mod").write_text(
        "module example.com/main\n\ngo 1.20\n\nrequire example.com/a v1.0.0\n", encoding="utf-8"
    )
    (project / "main.go").write_text("package main\n\nfunc main() {}\n", encoding="utf-8")
    return Machine(tmp_path, GOMODCACHE=str(make_cache(tmp_path / "modcache", _TEXTS)))


def _run(machine: Machine, *arguments: str, code: int = 0) -> str:
    done = machine.run(*arguments, "--no-go", cwd=machine.home.parent / "project")
    assert done.returncode == code, done.stderr
    return done.stdout


def _valid(text: str, name: str) -> dict[str, Any]:
    path = REPO / "supplymatrix" / "reports" / "schema" / SCHEMAS[name][0]
    document: dict[str, Any] = json.loads(text)
    Draft202012Validator(json.loads(path.read_text(encoding="utf-8"))).validate(document)
    return document


def test_the_build_list_is_shown_with_roles_and_what_was_taken_back(machine: Machine) -> None:
    assert _run(machine, "graph").split("\n")[1:] == [
        "role      packages  module",
        "main      yes       example.com/main",
        "direct    no        example.com/a v1.0.0",
        "graph     no        example.com/b v1.0.0",
        "                    retracted: a leak",
        "",
    ]


def test_the_build_list_for_machines_fits_its_schema(machine: Machine) -> None:
    document = _valid(_run(machine, "graph", "--format", "json"), "graph")
    assert [module["role"] for module in document["modules"]] == ["main", "direct", "graph"]


def test_a_list_that_is_not_complete_ends_with_3(machine: Machine) -> None:
    machine.settings["GOMODCACHE"] = str(machine.home)
    document = _valid(_run(machine, "graph", "--format", "json", code=3), "graph")
    assert not document["complete"]


def test_why_shows_the_way(machine: Machine) -> None:
    shown = _run(machine, "why", "example.com/b")
    assert shown.split("\n")[2:] == ["example.com/main", "  example.com/a@v1.0.0", "    example.com/b@v1.0.0", ""]


def test_why_for_machines_fits_its_schema(machine: Machine) -> None:
    document = _valid(_run(machine, "why", "example.com/b", "--format", "json"), "why")
    assert document["paths"] == [["example.com/main", "example.com/a@v1.0.0", "example.com/b@v1.0.0"]]


def test_a_module_that_is_not_there_ends_with_1_and_a_suggestion(machine: Machine) -> None:
    done = machine.run("why", "example.com/bb", "--no-go", cwd=machine.home.parent / "project")
    assert (done.returncode, done.stdout) == (1, "example.com/bb is not in the build list\n")
    assert "did you mean example.com/b?" in done.stderr


def test_of_vendor_the_sources_count_and_not_its_list(machine: Machine) -> None:
    project = machine.home.parent / "project"
    (project / "vendor" / "example.com" / "a").mkdir(parents=True)
    text = "# example.com/a v1.0.0\n## explicit\nexample.com/a\nexample.com/a/other\n"
    (project / "vendor" / "modules.txt").write_text(text, encoding="utf-8")
    (project / "vendor" / "example.com" / "a" / "a.go").write_text("package a\n", encoding="utf-8")
    document = _valid(_run(machine, "graph", "--format", "json"), "graph")
    assert document["packages_by"] == "source files"
    assert "(by source files in vendor/, " in _run(machine, "graph")
