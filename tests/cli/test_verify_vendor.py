"""`verify vendor` as a user types it: text, JSON, exit codes."""

from __future__ import annotations

import json
from importlib import resources
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from supplymatrix.cli.schema import SCHEMAS
from tests.cli.conftest import Cli
from tests.support.machine import Machine
from tests.support.vendored import MadeVendor

A, B = "example.com/a@v1.0.0", "example.com/b@v1.2.0"
VENDORED = {"example.com/a/a.go": "package a\n", "example.com/b/b.go": "package b\n"}
MODULES_TXT = "# example.com/a v1.0.0\n## explicit\nexample.com/a\n# example.com/b v1.2.0\n## explicit\nexample.com/b\n"


@pytest.fixture
def made(tmp_path: Path, machine: Machine) -> MadeVendor:
    made = MadeVendor(tmp_path / "svc", {A: {"a.go": "package a\n"}, B: {"b.go": "package b\n"}})
    made.fill(machine.home / "go" / "pkg" / "mod")
    return made


def document(text: str) -> Any:  # noqa: ANN401 - JSON
    found = json.loads(text)
    schema = resources.files("supplymatrix.reports") / "schema" / SCHEMAS["vendor-tree"][0]
    Draft202012Validator(json.loads(schema.read_text(encoding="utf-8"))).validate(found)
    return found


def test_a_good_folder_is_three_lines(cli: Cli, made: MadeVendor) -> None:
    with made.server() as server:
        made.write(server.url, VENDORED, MODULES_TXT)
        done = cli("verify", "vendor", str(made.folder), "-q")
        found = document(cli("verify", "vendor", str(made.folder), "--format", "json").out)
    assert done.code == 0
    assert "2 of 2 modules as proven, with 2 files. vendor/ has 2 files." in done.out
    assert done.out.endswith("vendor/ is what the log proves\n")
    assert (found["exit_code"], [module["state"] for module in found["modules"]]) == (0, ["equal", "equal"])


def test_all_that_is_wrong_is_named(cli: Cli, made: MadeVendor) -> None:
    with made.server() as server:
        made.write(server.url, VENDORED, MODULES_TXT.replace("## explicit\nexample.com/b", "example.com/b"))
        (made.vendor / "example.com/a/a.go").write_text("package evil\n")
        (made.vendor / "example.com/a/more\x1b[31m.go").write_text("")
        (made.vendor / "example.com/b/b.go").unlink()
        (made.vendor / "evil.example").mkdir()
        (made.vendor / "evil.example/x.go").write_text("")
        done = cli("verify", "vendor", str(made.folder), "-q")
        found = document(cli("verify", "vendor", str(made.folder), "--format", "json").out)
    assert done.code == 4
    for told in (
        "✘ example.com/a@v1.0.0: 2 files are not as the log proves; 1 file compared",
        "changed  example.com/a/a.go  first differs at byte 9, line 1",
        "✘ example.com/b@v1.2.0: listed, and not there",
        "it does not have it as\n    explicit",
        "extra    evil.example/x.go  no listed module has this folder",
        "ALARM: what lies there is not what is proven",
    ):
        assert told in done.out, done.out
    assert "\x1b" not in done.out
    assert all(len(line) <= 80 for line in done.out.splitlines() if "/" not in line)
    assert [module["state"] for module in found["modules"]] == ["differs", "absent"]
    assert found["tree"]["unexplained_total"] == 1


def test_offline_says_what_is_missing(cli: Cli, made: MadeVendor, machine: Machine) -> None:
    made.write("", VENDORED, MODULES_TXT)
    machine.settings["GOMODCACHE"] = str(machine.home / "empty")
    done = cli("verify", "vendor", str(made.folder), "--offline")
    assert done.code == 3
    assert "no proxy is asked offline" in " ".join(done.out.split())
    assert done.out.count("because") == 1  # of both modules the same is said


def test_no_vendor_folder_is_said(cli: Cli, made: MadeVendor) -> None:
    made.write("", {}, None)
    done = cli("verify", "vendor", cwd=made.folder)
    assert (done.code, "there is no vendor/" in done.out) == (5, True)
    assert document(cli("verify", "vendor", "--format", "json", cwd=made.folder).out)["tree"] is None


def test_a_path_that_is_no_project_is_refused(cli: Cli, made: MadeVendor) -> None:
    assert cli("verify", "vendor", str(made.folder / "nothing")).code == 2


def test_what_nobody_explains_can_be_waived_for_check_alone(cli: Cli, made: MadeVendor) -> None:
    with made.server() as server:
        made.write(server.url, VENDORED, MODULES_TXT)
        (made.vendor / "README.local").write_text("ours\n")
        done = cli("verify", "vendor", str(made.folder), "-q")
    assert done.code == 1
    assert "    or       supplymatrix waive SM121 vendor/README.local\n" in done.out
    assert "Waivers of lift.toml count in `check` alone" in done.out
