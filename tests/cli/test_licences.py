"""`licences` and `notice`: what they show, for people and machines, and how they end."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from supplymatrix.cli.schema import SCHEMAS
from tests.cli.conftest import Cli
from tests.support.data import REPO
from tests.support.licensed import licensed, make_goroot, make_project
from tests.support.machine import Machine

A, B = "example.com/a@v1.0.0", "example.com/b@v1.0.0"


@pytest.fixture
def project(machine: Machine, tmp_path: Path) -> Path:
    files = {"LICENSE": licensed("MIT", "Ada"), "NOTICE": "Thanks to all.\n"}
    made = make_project(tmp_path / "made", {A: files, B: {"COPYING": licensed("GPL-3.0-only", "Bob")}})
    machine.settings["GOMODCACHE"] = str(tmp_path / "made" / "modcache")
    machine.settings["GOROOT"] = str(make_goroot(tmp_path / "go"))
    return made


def _valid(text: str, name: str) -> dict[str, Any]:
    path = REPO / "supplymatrix" / "reports" / "schema" / SCHEMAS[name][0]
    document: dict[str, Any] = json.loads(text)
    Draft202012Validator(json.loads(path.read_text(encoding="utf-8"))).validate(document)
    return document


def _forget(project: Path, key: str = "example.com/b@v1.0.0") -> None:
    (project.parent / "modcache" / key / "COPYING").unlink()


def test_licences_are_counted_and_listed(cli: Cli, project: Path) -> None:
    done = cli("licences", str(project), "--no-go", "--os", "linux", "--arch", "amd64")
    assert (done.code, done.err) == (0, "")
    heading, lines = " ".join(done.out.split("\n")[:2]), done.out.split("\n")[2:]
    assert heading.partition(" · ")[2] == (
        "licences of 2 modules in the build (by source files, linux/amd64, no tags), and of the standard library"
    )
    assert lines[:20] == [
        "",
        "  works  class              licence",
        "      1  permissive         BSD-3-Clause",
        "      1  strong-copyleft    GPL-3.0-only",
        "      1  permissive         MIT",
        "",
        "BSD-3-Clause · permissive",
        "  100%  stdlib 1.26.8         LICENSE:3",
        "",
        "GPL-3.0-only · strong-copyleft",
        "  100%  example.com/b v1.0.0  COPYING:3",
        "",
        "MIT · permissive",
        "  100%  example.com/a v1.0.0  LICENSE:3",
        "",
        "not known",
        "        example.com/main      it has no licence file in its root",
        "",
        "sure: how many words of the file belong to the licence that was found in it. 97%",
        "is no doubt: the rest is a heading or a name beside the text. What could not be",
    ]
    assert "hashes were not compared; supplymatrix check does" in " ".join(done.out.split())


def test_what_is_not_known_is_told_and_ends_with_3(cli: Cli, project: Path) -> None:
    _forget(project)
    done = cli("licences", str(project), "--no-go")
    assert done.code == 3
    assert "      1  unknown            not known\n" in done.out
    assert (
        "\nnot known: 1\n  licence of example.com/b@v1.0.0: it has no licence file in its root; next:\n"
        "  look at its repository, and ask its authors\n"
    ) in done.out
    document = _valid(cli("licences", str(project), "--no-go", "--format", "json").out, "licences")
    assert not document["complete"]
    assert [module["reason"] for module in document["modules"] if module["role"] == "module"] == [
        "",
        "it has no licence file in its root",
    ]


def test_licences_for_machines_and_tables(cli: Cli, project: Path, tmp_path: Path) -> None:
    table, page = tmp_path / "l.csv", tmp_path / "l.md"
    formats = ("--format", "json", "--format", f"csv={table}", "--format", f"markdown={page}")
    document = _valid(cli("licences", str(project), "--no-go", *formats).out, "licences")
    assert document["summary"][2] == {"licence": "MIT", "class": "permissive", "works": 1}
    assert document["modules"][1]["files"][0]["copyrights"] == ["Copyright (c) 2020 Ada"]
    rows = list(csv.DictReader(io.StringIO(table.read_text(encoding="utf-8"))))
    assert [(row["path"], row["concluded"], row["files"]) for row in rows][1:3] == [
        ("example.com/a", "MIT", "LICENSE:3"),
        ("example.com/b", "GPL-3.0-only", "COPYING:3"),
    ]
    assert "| `example.com/a v1.0.0` | `MIT` | permissive | 100 % | `LICENSE:3` |" in page.read_text(encoding="utf-8")


def test_rows_are_chosen_by_class_and_licence_and_what_is_not_known_stays(cli: Cli, project: Path) -> None:
    done = cli("licences", str(project), "--no-go", "--class", "copyleft", "--licence", "gpl-*")
    assert done.code == 0
    assert "licences of 1 of 4 works in the build: copyleft, gpl-*" in " ".join(done.out.split())
    assert "example.com/b v1.0.0" in done.out
    assert "example.com/a" not in done.out
    none = cli("licences", str(project), "--no-go", "--class", "public-domain")
    assert (none.code, "\nnone\n" in none.out) == (0, True)
    _forget(project)
    document = _valid(cli("licences", str(project), "--no-go", "--licence", "M?T", "--format", "json").out, "licences")
    assert [module["path"] for module in document["modules"]] == ["example.com/a"]
    assert (document["chosen"], document["hidden"], len(document["gaps"])) == (["M?T"], 3, 1)
    assert cli("licences", str(project), "--no-go", "--class", "copylef").code == 2


def test_one_module_is_shown_in_full(cli: Cli, project: Path) -> None:
    done = cli("licences", str(project), "--no-go", "--module", "example.com/a")
    assert done.code == 0
    assert done.out.split("\n")[:6] == [
        "example.com/a v1.0.0",
        "",
        "declared   MIT",
        "concluded  MIT",
        "class      permissive",
        "read from  module cache",
    ]
    assert "  line 3: MIT, 100 %, by identifier\n" in done.out
    assert "  Copyright (c) 2020 Ada\n" in done.out


def test_a_module_that_is_not_in_the_scope_is_a_broken_input(cli: Cli, project: Path) -> None:
    done = cli("licences", str(project), "--no-go", "--module", "example.com/aa")
    assert done.code == 2
    assert "did you mean example.com/a" in done.err


@pytest.mark.parametrize("format_", ["text", "json", "csv", "markdown"])
def test_what_a_use_takes_is_told_with_the_modules_it_comes_from(cli: Cli, project: Path, format_: str) -> None:
    done = cli("licences", str(project), "--no-go", "--use", "redistribute-binary", "--format", format_)
    assert done.code == 0
    assert "redistribute-binary" in done.out
    assert all(work in done.out for work in (A, B, "stdlib@1.26.8"))
    if format_ == "json":
        asked = _valid(done.out, "licences")["obligations"]["licences"]
        assert [(item["licence"], item["modules"]) for item in asked] == [
            ("BSD-3-Clause", ["stdlib@1.26.8"]),
            ("GPL-3.0-only", ["example.com/b@v1.0.0"]),
            ("MIT", ["example.com/a@v1.0.0"]),
        ]
        assert all(item["obligations"] for item in asked)


def test_a_second_run_is_the_same_and_the_cache_can_be_cleared(cli: Cli, project: Path, machine: Machine) -> None:
    first = cli("licences", str(project), "--no-go", "--format", "json")
    assert [path.name for path in machine.cache.iterdir()] == ["file-facts.v1.txt"]
    assert cli("licences", str(project), "--no-go", "--format", "json") == first
    (machine.cache / "file-facts.v1.txt").write_bytes(b"supplymatrix facts 1\nL\tdamaged")
    assert cli("licences", str(project), "--no-go", "--format", "json") == first
    assert "licences and hashes of files" in cli("cache", "info").out
    assert cli("cache", "clear").code == 0
    assert list(machine.cache.iterdir()) == []


def test_a_notice_holds_every_text_and_is_the_same_every_time(cli: Cli, project: Path, tmp_path: Path) -> None:
    file = tmp_path / "NOTICE.txt"
    done = cli("notice", str(project), "--no-go", "-o", str(file))
    assert (done.code, done.out, done.err) == (0, "", f"written to {file.as_posix()}\n")
    text = file.read_text(encoding="utf-8")
    for part in ("Thanks to all.", "SPDX-License-Identifier: MIT", "Copyright 2009 The Go Authors.", "Bob"):
        assert part in text
    assert cli("notice", str(project), "--no-go").out == text
    document = _valid(cli("notice", str(project), "--no-go", "--format", "json").out, "notice")
    assert [module["name"] for module in document["modules"]] == ["example.com/a", "example.com/b", "stdlib"]
    assert [text["kind"] for text in document["texts"]] == ["licence", "notice", "licence", "licence"]
    assert "### 2. Notice" in cli("notice", str(project), "--no-go", "--format", "markdown").out


def test_a_notice_that_lacks_a_text_ends_with_3(cli: Cli, project: Path, machine: Machine) -> None:
    _forget(project)
    del machine.settings["GOROOT"]
    machine.settings["PATH"] = str(machine.home)
    done = cli("notice", str(project), "--no-go")
    assert done.code == 3
    assert "Not found" in done.out
    told = done.err.replace("\n  ", " ")
    assert "unknown: notice of example.com/b@v1.0.0: it has no licence file in its root; next: look" in told
    assert "unknown: notice of stdlib: there is no Go on this machine" in told


def test_one_file_is_for_one_format(cli: Cli, project: Path) -> None:
    done = cli("notice", str(project), "-o", "x", "--format", "text", "--format", "json=y")
    assert done.code == 2
    assert "-o is for one format" in done.err


@pytest.mark.parametrize("command", ["licences", "notice"])
def test_a_system_that_go_does_not_know_is_refused(cli: Cli, project: Path, command: str) -> None:
    assert cli(command, str(project), "--os", "linus").code == 2


def test_a_vendored_project_needs_no_module_cache(cli: Cli, project: Path, machine: Machine) -> None:
    machine.settings["GOMODCACHE"] = str(machine.home)
    done = cli("licences", str(project), "--no-go")
    assert done.code == 3
    assert "\n  it is not on this machine: neither in the module cache nor in vendor/; next:" in done.out
    assert "\n    licence of example.com/a@v1.0.0\n    licence of example.com/b@v1.0.0\n" in done.out
    listed = ""
    for key in (A, B):
        name, _, version = key.partition("@")
        folder = project / "vendor" / name
        folder.mkdir(parents=True)
        (folder / "LICENSE").write_text(licensed("MIT"), encoding="utf-8")
        (folder / "a.go").write_text("package a\n", encoding="utf-8")
        listed += f"# {name} {version}\n## explicit\n{name}\n"
    (project / "vendor" / "modules.txt").write_text(listed, encoding="utf-8")
    done = cli("licences", str(project), "--no-go")
    assert done.code == 0
    assert "      2  permissive         MIT\n" in done.out
    assert cli("notice", str(project), "--no-go").code == 0
    assert cli("licences", str(project), "--no-go", "--scope", "all").code == 3
