"""`fix plan`: what a person reads, the same as JSON, and that nothing is changed."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator, FormatChecker

from tests.support.data import REPO
from tests.support.machine import Machine
from tests.support.vulnerable import MAIN, World


@pytest.fixture
def world(tmp_path: Path) -> World:
    return World(tmp_path)


def test_commands_what_they_clear_and_go_mod_as_it_would_be(world: World, tmp_path: Path) -> None:
    (tmp_path / "machine").mkdir()
    machine = Machine(tmp_path / "machine", **world.environ)
    words = ("fix", "plan", str(world.project), "--vuln-db", str(world.database), "--all")
    done = machine.run(*words)
    assert done.returncode == 3
    assert "5 of 6 advisories cleared by 3 updates (the fewest)" in " ".join(done.stdout.split())
    assert "\n  go get example.com/a@v1.1.0\n    from v1.0.0; clears EX-A-1, EX-B-1\n" in done.stdout
    assert "\n-    example.com/a v1.0.0\n" in done.stdout
    assert "Nothing was changed." in done.stdout
    assert all(len(line) <= 80 for line in done.stdout.split("\n"))
    assert (world.project / "go.mod").read_text(encoding="utf-8") == MAIN
    document = json.loads(machine.run(*words, "--format", "json").stdout)
    assert [step["command"] for step in document["steps"]][:1] == ["go get example.com/a@v1.1.0"]
    assert document["exit_code"] == 3
    schema = json.loads((REPO / "supplymatrix" / "reports" / "schema" / "fix-plan-v1.schema.json").read_bytes())
    Draft202012Validator(schema, format_checker=FormatChecker()).validate(document)


def test_a_name_that_nothing_has_is_told(world: World, tmp_path: Path) -> None:
    (tmp_path / "machine").mkdir()
    machine = Machine(tmp_path / "machine", **world.environ)
    done = machine.run("fix", "plan", str(world.project), "--vuln-db", str(world.database), "--advisory", "CVE-2026-1")
    assert done.returncode == 2
    assert "no vulnerability of this name was found" in done.stderr
