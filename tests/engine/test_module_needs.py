"""What a project needs: which Go is fetched, vendored and odd projects. Names are held against the real go command in
test_leaks_of_go.py."""

from __future__ import annotations

from pathlib import Path

import pytest

from supplymatrix.engine.module_needs import ReadNeeds, logged_paths, read_needs
from supplymatrix.model.module import ModuleVersion
from supplymatrix.net.cache import LogCache
from supplymatrix.privacy.needs import NeededModule, Scenario, needs_of
from supplymatrix.sources.project import read_project
from supplymatrix.sumdb.known import GO_LOG_KEY, GO_LOG_NAME
from supplymatrix.sumdb.note import parse_verifier_key
from tests.support.recorded_go import write_files

HEAD = "module svc.example/app\n"
SUMS = "".join(f"lib.test/a v1.0.0{kind} h1:{'A' * 43}=\n" for kind in ("", "/go.mod"))


def read(folder: Path, scenario: Scenario = Scenario.BUILD, **settings: str) -> ReadNeeds:
    environ = {"HOME": str(folder), "GOENV": "off", "GOROOT": str(folder / "goroot"), **settings}
    write_files(folder, {"goroot/VERSION": "go1.26.1\n"})
    return read_needs(read_project(folder), environ, scenario, warm=False)


@pytest.mark.parametrize(
    ("lines", "chosen", "fetched", "line"),
    [
        ("go 1.26", "auto", "", 0),
        ("go 1.27", "auto", "go1.27.0", 3),
        ("go 1.27rc1", "auto", "go1.27rc1", 3),
        ("go 1.20", "auto", "", 0),
        ("go 1.26\ntoolchain go1.26.5", "auto", "go1.26.5", 4),
        ("go 1.26\ntoolchain go1.26.0", "auto", "", 0),
        ("go 1.27\ntoolchain default", "auto", "", 0),
        ("go 1.26\ntoolchain go1.26.5", "local", "", 0),
        ("go 1.26\ntoolchain go1.26.5", "path", "", 0),
        ("go 1.26", "go1.25.3", "go1.25.3", 0),
        ("go 1.26\ntoolchain go1.26.5", "go1.25.3", "go1.25.3", 0),
        ("go 1.26\ntoolchain go1.26.5", "go1.27.0+auto", "go1.27.0", 0),
        ("go 1.28.1\ntoolchain go1.26.5", "go1.27.0+auto", "go1.28.1", 3),
        ("go 1.26", "go1.26.1", "", 0),
    ],
)
def test_which_go_is_fetched(lines: str, chosen: str, fetched: str, line: int, tmp_path: Path) -> None:
    write_files(tmp_path, {"go.mod": f"{HEAD}\n{lines}\n"})
    project = read(tmp_path, GOTOOLCHAIN=chosen).project
    version = project.toolchain.version if project.toolchain is not None else ""
    assert version.removeprefix("v0.0.1-").rpartition(".")[0] == fetched
    assert not fetched or project.toolchain_place.line == line


def test_a_go_in_path_is_not_fetched_and_a_setting_that_is_none_is_a_gap(tmp_path: Path) -> None:
    write_files(tmp_path, {"go.mod": f"{HEAD}\ngo 1.27\n", "bin/go1.27.0": ""})
    (tmp_path / "bin/go1.27.0").chmod(0o755)
    found = read(tmp_path, GOTOOLCHAIN="auto", PATH=str(tmp_path / "bin"))
    assert (found.project.toolchain, found.notes) == (None, ("go1.27.0 is in PATH, so that it is not fetched",))
    found = read(tmp_path, GOTOOLCHAIN="bash")
    assert [gap.wanted for gap in found.gaps] == ["which Go builds"]


def needed(found: ReadNeeds, scenario: Scenario) -> tuple[NeededModule, ...]:
    return needs_of(found.project, scenario).modules


def test_a_vendor_folder_that_does_not_fit_stops_go_and_nobody_is_asked(tmp_path: Path) -> None:
    go_mod = f"{HEAD}\ngo 1.22\n\nrequire lib.test/a v1.0.0\n"
    write_files(tmp_path, {"go.mod": go_mod, "go.sum": SUMS, "vendor/modules.txt": "# lib.test/b v1.0.0\n"})
    found = read(tmp_path)
    assert "vendor/ does not fit go.mod" in found.notes[0]
    assert needed(found, Scenario.BUILD) == ()
    download = read(tmp_path, Scenario.DOWNLOAD)
    assert [need.name for need in needed(download, Scenario.DOWNLOAD)] == ["lib.test/a"]


def test_a_replace_that_nothing_requires_serves_a_missing_package(tmp_path: Path) -> None:
    go_mod = f"{HEAD}\ngo 1.22\n\nreplace lib.test/a => fork.test/a v1.0.0\n\nreplace lib.test/b => ./b\n"
    main = 'package main\n\nimport (\n\t_ "lib.test/a/x"\n\t_ "lib.test/b/y"\n)\n'
    write_files(
        tmp_path, {"go.mod": go_mod, "main.go": main, "b/go.mod": "module lib.test/b\n", "b/y/y.go": "package y\n"}
    )
    found = read(tmp_path, Scenario.TIDY)
    first, *others = needed(found, Scenario.TIDY)
    assert (first.name, first.requests, first.is_sure) == ("fork.test/a", (".zip",), True)
    assert [need.name for need in others] == ["lib.test", "lib.test/a", "lib.test/a/x"]
    assert {need.when for need in others} == {"fork.test/a@v1.0.0 has no package lib.test/a/x"}
    assert [need.is_replaced for need in others] == [False, True, False]


def test_names_that_no_module_can_have_are_not_asked_for(tmp_path: Path) -> None:
    main = 'package main\n\nimport (\n\t_ "new.test/a/v1/b"\n\t_ "nodot/x"\n\t_ "svc.example/app/gone"\n)\n'
    write_files(tmp_path, {"go.mod": f"{HEAD}\ngo 1.22\n", "main.go": main})
    found = read(tmp_path, Scenario.TIDY)
    assert [need.name for need in needed(found, Scenario.TIDY)] == [
        "new.test", "new.test/a", "new.test/a/v1/b", "svc.example", "svc.example/app/gone",
    ]  # fmt: skip


def test_what_keeps_the_go_command_from_asking_at_all(tmp_path: Path) -> None:
    write_files(tmp_path, {"go.mod": f"{HEAD}\ngo 1.27\n\nrequire lib.test/a v1.0.0\n", "go.sum": SUMS})
    found = read(tmp_path, Scenario.DOWNLOAD, GOTOOLCHAIN="go1.26.1+path")
    assert needs_of(found.project, Scenario.DOWNLOAD).refused == (
        "go1.27.0 is asked for, and is not in PATH: with GOTOOLCHAIN=go1.26.1+path the command stops",
    )
    for scenario in Scenario:
        found = read(tmp_path, scenario, GO111MODULE="off", GOFLAGS="x")
        needs = needs_of(found.project, scenario)
        assert (needs.modules, len(needs.refused), found.gaps) == ((), 2, ())


def test_what_a_check_has_asked_the_log_is_known_to_it(tmp_path: Path) -> None:
    module = ModuleVersion(path="corp.test/A", version="v1.0.0")
    environ = {"SUPPLYMATRIX_CACHE_DIR": str(tmp_path / "kept")}
    assert logged_paths(None, [module], environ) == frozenset()
    assert not (tmp_path / "kept").exists()
    kept = LogCache.open(tmp_path / "kept", GO_LOG_NAME, parse_verifier_key(GO_LOG_KEY).key_hash)
    kept.put_many({"lookup/corp.test/!a@v1.0.0": b"1\n"})
    kept.close()
    assert logged_paths(None, [module], environ) == frozenset({"corp.test/A"})


def test_without_lines_in_go_sum_a_build_stops_before_it_asks(tmp_path: Path) -> None:
    go_mod = f"{HEAD}\ngo 1.22\n\nrequire lib.test/a v1.0.0\n"
    write_files(tmp_path, {"go.mod": go_mod, "main.go": 'package main\n\nimport _ "lib.test/a"\n'})
    needs = needs_of(read(tmp_path).project, Scenario.BUILD)
    assert needs.modules == ()
    assert needs.refused == ("go.sum has no line for lib.test/a@v1.0.0: go build ./... stops before it asks for it",)
