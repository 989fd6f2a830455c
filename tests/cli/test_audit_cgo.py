"""`audit cgo`: what it shows, for people and machines, and how it ends."""

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

GPL = 'package a\n\n// #cgo LDFLAGS: -lreadline\nimport "C"\n'


@pytest.fixture
def project(machine: Machine, tmp_path: Path) -> Path:
    modules = {
        "example.com/a@v1.0.0": {"a.go": GPL},
        "example.com/b@v1.0.0": {
            "a.go": "package b\n",
            "b_windows.go": 'package b\n\n// #cgo LDFLAGS: -lgsl\nimport "C"\n',
        },
    }
    made = make_project(tmp_path / "made", modules)
    machine.settings |= {"GOMODCACHE": str(tmp_path / "made" / "modcache"), "CGO_ENABLED": "1"}
    return made


def valid(text: str, name: str) -> dict[str, Any]:
    path = REPO / "supplymatrix" / "reports" / "schema" / SCHEMAS[name][0]
    document: dict[str, Any] = json.loads(text)
    Draft202012Validator(json.loads(path.read_text(encoding="utf-8"))).validate(document)
    return document


def test_a_page_tells_what_comes_in_and_whose_position_counts(cli: Cli, project: Path) -> None:
    done = cli("audit", "cgo", str(project), "--os", "linux", "--arch", "amd64")
    assert (done.code, done.err) == (1, "")
    assert "    ✗ readline  dynamic  GPL-3.0-or-later  GPL-combined\n" in done.out
    assert "(position of the FSF" in done.out
    assert "elsewhere only other builds take GSL" in done.out
    assert done.out.endswith("1 reaching the whole program (for the FSF); something asks for a decision\n")
    assert all(len(line) <= 80 for line in done.out.split("\n"))


def test_with_v_everything_is_told_and_with_use_what_to_do(cli: Cli, project: Path) -> None:
    done = cli("audit", "cgo", str(project), "--os", "linux", "-v", "--use", "redistribute-binary")
    assert "only with windows" in done.out
    assert "      do        Give the complete source" in done.out


def test_json_has_its_schema(cli: Cli, project: Path) -> None:
    done = cli("audit", "cgo", str(project), "--os", "linux", "--use", "network-service", "--format", "json")
    document = valid(done.out, "cgo")
    assert document["exit_code"] == done.code == 1
    assert [one["rule"] for one in document["findings"]] == ["SM702"]
    assert {(one["library"], one["is_built"]) for one in document["native"]} == {
        ("readline", True),
        ("GSL", False),
        ("C library", True),
    }


def test_strategies_of_a_library_and_of_all(cli: Cli) -> None:
    done = cli("audit", "cgo", "--strategies", "libvips")
    assert done.code == 0
    assert done.out.startswith("Ways to libvips: LGPL-2.1-or-later\n")
    assert "asks      LGPL-relink-duty" in done.out
    document = valid(cli("audit", "cgo", "--strategies", "vips", "--format", "json").out, "cgo-strategies")
    assert [way["key"] for way in document["strategies"]] == ["static", "dynamic", "dlopen", "process", "pure-go"]
    assert cli("audit", "cgo", "--strategies").out.startswith("Ways to a native library\n")
    assert "licence not known" in cli("audit", "cgo", "--strategies", "nobody-knows-it").out
    assert cli("audit", "cgo", "--strategies", "a", "b").code == 2


def test_other_systems_and_cgo_may_be_named(cli: Cli, project: Path) -> None:
    assert cli("audit", "cgo", str(project), "--os", "linux", "--no-cgo").code == 0
    assert cli("audit", "cgo", str(project), "--os", "amiga").code == 2
