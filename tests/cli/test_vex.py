"""`vex`: OpenVEX and CycloneDX of a project, with the waivers of its policy."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.support.machine import Machine
from tests.support.vulnerable import World

_WAIVED = """[policy]
name = "svc"
preset = "log-verified"

[[waivers]]
rule = "SM303"
package = "example.com/c"
id = "EX-2026-0001"
reason = "the parser is never given foreign input"
owner = "security@corp.example"
expires = 2027-01-31
vex_justification = "vulnerable_code_cannot_be_controlled_by_adversary"
"""


@pytest.fixture
def world(tmp_path: Path) -> World:
    return World(tmp_path)


@pytest.fixture
def machine(tmp_path: Path, world: World) -> Machine:
    (tmp_path / "machine").mkdir()
    return Machine(tmp_path / "machine", **world.environ, SOURCE_DATE_EPOCH="1764144000")


def test_both_forms_with_a_waiver(world: World, machine: Machine, tmp_path: Path) -> None:
    (world.project / "lift.toml").write_text(_WAIVED, encoding="utf-8")
    world.advise("2026-0001", "c", "")
    one, other = tmp_path / "one.json", tmp_path / "other.json"
    words = ("vex", str(world.project), "--vuln-db", str(world.database), "--author", "Ada Example")
    done = machine.run(*words, "--format", f"openvex={one}", "--format", f"cyclonedx={other}")
    assert done.returncode == 3
    assert "the Go vulnerability database is not on this machine" in " ".join(done.stderr.split())
    said = {entry["vulnerability"]["name"]: entry for entry in json.loads(one.read_bytes())["statements"]}
    assert {name: entry["status"] for name, entry in said.items() if entry["status"] != "under_investigation"} == {
        "EX-2026-0001": "not_affected"
    }
    assert said["EX-2026-0001"]["justification"] == "vulnerable_code_cannot_be_controlled_by_adversary"
    assert "said by security@corp.example, until 2027-01-31" in said["EX-2026-0001"]["status_notes"]
    assert machine.run("sbom", "validate", str(other)).returncode == 0
    before = one.read_bytes()
    machine.run(*words, "--format", f"openvex={one}")
    assert one.read_bytes() == before


def test_somebody_has_to_answer_for_openvex(world: World, machine: Machine) -> None:
    done = machine.run("vex", str(world.project), "--vuln-db", str(world.database))
    assert done.returncode == 2
    assert "OpenVEX demands an author" in done.stderr


def test_a_bill_that_is_none_cannot_be_linked_to(world: World, machine: Machine, tmp_path: Path) -> None:
    bill = tmp_path / "bill.json"
    bill.write_text('{"bomFormat": "CycloneDX"}', encoding="utf-8")
    done = machine.run("vex", str(world.project), "--format", "cyclonedx", "--sbom", str(bill))
    assert done.returncode == 2
    assert "no CycloneDX JSON document that can be linked to" in done.stderr


def test_what_nobody_can_judge_is_told(world: World, machine: Machine) -> None:
    world.write("module example.com/svc\n\ngo 1.24.0\n\nrequire example.com/b v1.2.0\n\nreplace example.com/b => ./b\n")
    (world.project / "b").mkdir()
    (world.project / "b" / "go.mod").write_text("module example.com/b\n", encoding="utf-8")
    words = ("vex", str(world.project), "--vuln-db", str(world.database), "--author", "Ada Example")
    done = machine.run(*words, "--format", f"openvex={world.project / 'vex.json'}")
    told = " ".join(done.stderr.split())
    assert "nothing is known of 0 required modules; 1 module could not be judged" in told
    assert "not judged: example.com/b@v1.2.0: a folder is built in its place" in told


@pytest.mark.parametrize("product", ["", "pkg:oci/shop"])
def test_each_member_of_a_workspace_is_a_product(world: World, machine: Machine, tmp_path: Path, product: str) -> None:
    (world.project / "cmd").mkdir()
    go_mod = "module example.com/cmd\n\ngo 1.24.0\n\nrequire example.com/c v1.0.0\n"
    (world.project / "cmd" / "go.mod").write_text(go_mod, encoding="utf-8")
    (world.project / "go.work").write_text("go 1.24.0\n\nuse (\n\t.\n\t./cmd\n)\n", encoding="utf-8")
    one, other = tmp_path / "one.json", tmp_path / "other.json"
    words = ["vex", str(world.project), "--vuln-db", str(world.database), "--author", "Ada Example"]
    words += ["--product", product] if product else []
    done = machine.run(*words, "--format", f"openvex={one}", "--format", f"cyclonedx={other}")
    assert done.returncode == 3, done.stderr
    said = [entry for entry in json.loads(one.read_bytes())["statements"] if entry["vulnerability"]["name"] == "EX-C-1"]
    assert [entry["products"][0]["@id"] for entry in said] == (
        [product] if product else ["pkg:golang/example.com/cmd", "pkg:golang/example.com/svc"]
    )
    assert json.loads(other.read_bytes())["metadata"]["component"]["purl"] == (product or "pkg:generic/svc")
    assert machine.run("sbom", "validate", str(other)).returncode == 0
