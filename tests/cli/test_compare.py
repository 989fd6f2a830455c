"""`compare` as it is typed: formats, exit codes, and a page that fits 80 columns."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator

from tests.gomod.made_programs import header, made_elf
from tests.support.data import REPO, SAMPLES, samples_dir
from tests.support.machine import Machine

pytestmark = pytest.mark.slow

_PATHS = REPO / "examples" / "paths"
_AS_OF = "2026-11-25"
_SCHEMA = REPO / "supplymatrix" / "reports" / "schema" / "compare-v1.schema.json"


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    return Machine(tmp_path)


def test_json_of_several_projects_fits_its_schema(machine: Machine) -> None:
    done = machine.run(
        "compare", "--projects-from", str(_PATHS / "projects.txt"), "--as-of", _AS_OF, "--format", "json"
    )
    document = json.loads(done.stdout)
    Draft202012Validator(json.loads(_SCHEMA.read_text(encoding="utf-8"))).validate(document)
    assert [project["name"] for project in document["projects"]] == ["ubi", "wolfi", "snap", "upstream"]
    assert document["exit_code"] == done.returncode


def test_text_fits_80_columns_and_names_the_line(machine: Machine) -> None:
    done = machine.run("compare", "--project", str(_PATHS / "ubi"), "--as-of", _AS_OF)
    assert "* redhat" in done.stdout
    assert "Dockerfile:3 FROM" in done.stdout
    assert max(map(len, done.stdout.splitlines())) <= 80


def test_a_project_may_be_named_without_its_option(machine: Machine) -> None:
    named = machine.run("compare", str(_PATHS / "ubi"), "--as-of", _AS_OF, "--format", "json")
    asked = machine.run("compare", "--project", str(_PATHS / "ubi"), "--as-of", _AS_OF, "--format", "json")
    assert json.loads(named.stdout) == json.loads(asked.stdout)


@pytest.mark.parametrize("form", ["text", "markdown"])
def test_a_feed_that_is_silent_on_all_gives_no_zero(machine: Machine, form: str) -> None:
    out = machine.run("compare", "--project", str(_PATHS / "upstream"), "--as-of", _AS_OF, "--format", form).stdout
    silent = [line for line in out.splitlines() if re.search(r"\? *\|? +\? *\|? +\? *\|? +[0-9]+ *\|? +[0-9]+\b", line)]
    assert silent
    assert not re.search(r" 0 *\|? +0 *\|? +0 *\|? +[0-9]+ *\|? +[0-9]", out)
    assert "later = Go's fix came after the last day of its feed" in out


@pytest.mark.parametrize("form", ["text", "markdown"])
def test_a_vendor_without_go_has_a_dash_in_the_rows_and_in_the_totals(machine: Machine, form: str) -> None:
    out = machine.run(
        "compare", "--projects-from", str(_PATHS / "projects.txt"), "--as-of", _AS_OF, "--format", form
    ).stdout
    dashes = r"(?: *\|? +-){5} *\|?"
    rows, totals = re.split("pairs of a CVE and a Go version", out)
    assert re.search(dashes, rows)
    assert re.search(dashes, totals)


@pytest.mark.parametrize("form", ["text", "markdown"])
def test_the_end_of_each_channel_is_told_as_the_json_has_it(machine: Machine, form: str) -> None:
    arguments = ("compare", "--project", str(_PATHS / "ubi"), "--as-of", _AS_OF, "--format")
    document = json.loads(machine.run(*arguments, "json").stdout)
    rows = [row for go in document["projects"][0]["gos"] for row in go["rows"]]
    ends = {channel["id"]: channel["as_of"] for row in rows for channel in row["channels"] if channel["as_of"]}
    told = " ".join(machine.run(*arguments, form).stdout.replace("`", "").split()).partition("known up to: ")[2]
    assert ends
    assert all(f"{name} {day}" in told for name, day in ends.items())


@pytest.mark.parametrize("form", ["text", "markdown"])
def test_totals_have_no_zero_of_a_feed_that_is_silent_on_all_either(machine: Machine, form: str) -> None:
    projects = ("--project", str(_PATHS / "upstream"), "--project", str(_PATHS / "ubi"))
    out = machine.run("compare", *projects, "--as-of", _AS_OF, "--format", form).stdout
    totals = out[out.index("pairs of a CVE and a Go version") :]
    assert re.search(r"\? *\|? +\? *\|? +\? *\|? +[0-9]+ *\|? +[0-9]+\b", totals)
    assert not re.search(r" 0 *\|? +0 *\|? +0 *\|? +[0-9]+ *\|? +[0-9]", totals)


def test_markdown_goes_to_a_file(machine: Machine, tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    machine.run("compare", "--project", str(_PATHS / "snap"), "--as-of", _AS_OF, "--format", f"markdown={page}")
    assert "| canonical |" in page.read_text(encoding="utf-8")


def test_without_a_project_it_is_the_current_folder(machine: Machine) -> None:
    done = machine.run("compare", "--as-of", _AS_OF, "--format", "json", cwd=_PATHS / "wolfi")
    assert json.loads(done.stdout)["projects"][0]["name"] == "wolfi"


@pytest.mark.parametrize(
    "arguments",
    [
        ("--project", "none"), ("--projects-from", "none"), ("--vendor", "redhatt"), ("--format", "yaml"),
        ("--format", "json", "--format", "text"), ("--feeds", "none"), ("--as-of", "tomorrow"),
    ],
)  # fmt: skip
def test_broken_input_ends_with_2_and_no_traceback(machine: Machine, arguments: tuple[str, ...]) -> None:
    done = machine.run("compare", *arguments)
    assert (done.returncode, "Traceback" in done.stderr) == (2, False)
    assert done.stderr.strip()


def test_a_broken_dockerfile_is_told_with_its_line_and_the_rest_still_works(machine: Machine, tmp_path: Path) -> None:
    project = tmp_path / "p"
    project.mkdir()
    (project / "go.mod").write_text("module example.com/p\n\ngo 1.25.3\n", encoding="utf-8")
    (project / "Dockerfile").write_text("FROM registry.access.redhat.com/ubi9/ubi\nRNU x\x1b[31m\n", encoding="utf-8")
    done = machine.run("compare", "--project", str(project), "--as-of", _AS_OF)
    assert done.returncode == 3
    assert "Dockerfile:2" in done.stdout
    assert "* redhat" in done.stdout
    assert "\x1b" not in done.stdout + done.stderr


@pytest.mark.slow
def test_sample_feeds_give_numbers_for_every_example(machine: Machine) -> None:
    samples_dir("feeds")
    done = machine.run(
        "compare", "--projects-from", str(_PATHS / "projects.txt"), "--feeds", str(SAMPLES / "feeds"),
        "--as-of", _AS_OF, "--format", "json",
    )  # fmt: skip
    document = json.loads(done.stdout)
    touched = [len(go["cves"]) for project in document["projects"] for go in project["gos"]]
    assert document["totals"]["cve_version_pairs"] == sum(touched) > 0
    answered = {
        row["id"] for project in document["projects"] for go in project["gos"] for row in go["rows"] if row["cves"]
    }
    assert {"today", "go-project"} <= answered


def test_a_binary_tells_the_go_that_built_it_and_stands_on_a_path(machine: Machine, tmp_path: Path) -> None:
    program = tmp_path / "svc"
    program.write_bytes(made_elf(header("go1.25.5 X:strictfipsruntime")))
    arguments = ("--project", str(_PATHS / "upstream"), "--as-of", _AS_OF, "--format", "json")
    done = machine.run("compare", *arguments, "--binary", str(program))
    document = json.loads(done.stdout)
    Draft202012Validator(json.loads(_SCHEMA.read_text(encoding="utf-8"))).validate(document)
    (project,) = document["projects"]
    assert project["binaries"][0]["programs"][0]["release"] == "1.25.5"
    assert "redhat" in {stand["vendor"] for stand in project["standing"]}


def test_a_binary_that_is_none_ends_with_2(machine: Machine, tmp_path: Path) -> None:
    (tmp_path / "svc").write_text("#!/bin/sh\n", encoding="utf-8")
    done = machine.run("compare", "--project", str(_PATHS / "ubi"), "--binary", str(tmp_path / "svc"))
    assert done.returncode == 2
    assert "no Go build info" in done.stderr
