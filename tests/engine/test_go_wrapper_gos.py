"""Which Go, and which cryptographic module of it, a wrapped go command compiles with."""

from __future__ import annotations

from pathlib import Path

import pytest

from supplymatrix.engine.events import ignore_event
from supplymatrix.engine.policy_source import PolicySource
from tests.gomod.made_programs import header, made_elf
from tests.support.go_project import A, GoProject
from tests.support.go_runs import Runs
from tests.support.log_server import LogServer
from tests.support.made_go import MadeGo
from tests.support.made_log import write_project


def test_the_go_of_the_module_cache_is_looked_at_without_a_project_too(
    runs: Runs, project: GoProject, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    local, other = MadeGo(version="1.25.3"), MadeGo(version="1.26.8")
    go = {"GOROOT": str(local.unpack(tmp_path / "goroot")), "GOTOOLCHAIN": "go1.26.8", "GOBIN": str(tmp_path)}
    with LogServer(other.log().answers()) as found:
        org = tmp_path / "org.toml"
        org.write_text(f'[sources]\nsumdb = "{other.log().key.verifier} {found.url}"\n')
        (tmp_path / "empty").mkdir()
        monkeypatch.chdir(tmp_path / "empty")
        runs.policy = PolicySource(file=org)
        lines = ("install example.com/a@v1.0.0", "run main.go", "list std")
        assert [runs.before(line, **go)[1].exit_code for line in lines] == [0, 0, 0]
        fetched = other.unpack_into(project.cache)
        wrapper, before = runs.before("run main.go", **go)
        assert (before.exit_code, wrapper.after(0, ignore_event).exit_code) == (0, 0)
        (fetched / "src" / "fmt" / "print.go").write_text("package evil\n")
        after = wrapper.after(1, ignore_event)
        assert (after.exit_code, [fault.code for fault in after.faults]) == (4, [4, 3])
        assert [runs.before(line, **go)[1].exit_code for line in lines] == [4, 4, 4]
        assert "the Go that builds here, is not what the log proves" in runs.before("list std", **go)[1].faults[0].text
        assert runs.before("list std", **{**go, "GOTOOLCHAIN": "local"})[1].exit_code == 0


def test_the_go_that_built_an_installed_program_is_looked_at(runs: Runs, project: GoProject, tmp_path: Path) -> None:
    local, other = MadeGo(version="1.25.3"), MadeGo(version="1.26.8")
    go = {"GOROOT": str(local.unpack(tmp_path / "goroot")), "GOTOOLCHAIN": "auto", "GOBIN": str(tmp_path)}
    log = other.log(names=(A,)).with_record(A, project.log.records[project.log.names.index(A)])
    with LogServer(log.answers()) as found:
        org = tmp_path / "org.toml"
        org.write_text(f'[sources]\nsumdb = "{log.key.verifier} {found.url}"\n')
        runs.policy = PolicySource(file=org)
        project.fetch()
        wrapper, before = runs.before("install example.com/a@v1.0.0", **go)
        text = f"path\texample.com/a\nmod\texample.com/a\tv1.0.0\t{project.zip_hash}\n"
        (tmp_path / "a").write_bytes(made_elf(header(text=text, version="go1.26.8")))
        after = wrapper.after(0, ignore_event)
        assert (before.exit_code, after.exit_code) == (0, 3)
        assert after.faults[0].text.startswith("go1.26.8 has built it")
        fetched = other.unpack_into(project.cache)
        assert wrapper.after(0, ignore_event).exit_code == 0
        (fetched / "src" / "fmt" / "print.go").write_text("package evil\n")
        assert wrapper.after(0, ignore_event).exit_code == 4
        (tmp_path / "a").write_bytes(made_elf(header(text=text, version="go1.25.3")))
        assert wrapper.after(0, ignore_event).exit_code == 0


@pytest.mark.parametrize("with_project", [True, False])
def test_the_cryptographic_module_that_gofips140_selects_is_looked_at(
    with_project: bool, runs: Runs, project: GoProject, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    local = MadeGo.with_fips()
    go = {"GOROOT": str(local.unpack(tmp_path / "goroot")), "GOFIPS140": "certified"}
    if not with_project:
        (tmp_path / "empty").mkdir()
        monkeypatch.chdir(tmp_path / "empty")
    wrapper, before = runs.before("test .", **go)
    assert before.exit_code == 0
    file = local.unpack_fips(project.cache)
    assert wrapper.after(1, ignore_event).exit_code == 0
    wrapper, before = runs.before("test .", **go)
    assert before.exit_code == 0
    file.write_text("package evil\n")
    assert wrapper.after(1, ignore_event).exit_code == 4
    assert runs.before("test .", **go)[1].exit_code == 4
    assert runs.before("test .", **{**go, "GOFIPS140": "latest"})[1].exit_code == 0


def test_the_cryptographic_module_is_looked_at_where_packages_come_from_vendor(
    runs: Runs, project: GoProject, vendored: Path, tmp_path: Path
) -> None:
    local = MadeGo.with_fips()
    go = {"GOROOT": str(local.unpack(tmp_path / "goroot")), "GOFIPS140": "v1.0.0-abc"}
    file = local.unpack_fips(project.cache)
    assert runs.before("build ./...", **go)[1].exit_code == 0
    file.write_text("package evil\n")
    assert runs.before("build ./...", **go)[1].exit_code == 4


def test_a_command_of_path_that_go_runs_in_its_place_is_looked_at(
    runs: Runs, project: GoProject, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    local, other = MadeGo(version="1.25.3"), MadeGo(version="1.26.8")
    fine = other.unpack_into(project.cache)  # which the go command does not take then
    links = tmp_path / "links"
    links.mkdir()
    root = other.unpack(tmp_path / "other")
    (links / "go1.26.8").symlink_to(root / "bin" / "go")
    go = {"GOROOT": str(local.unpack(tmp_path / "goroot")), "PATH": f"{runs.go}:{links}"}
    with LogServer(other.log().answers()) as found:
        write_project(project.folder, other.log(), found.url, [])
        (project.folder / "go.mod").write_text("module svc.example/app\n\ngo 1.26.8\n")
        auto = {**go, "GOTOOLCHAIN": "auto"}
        wrapper, before = runs.before("build", **auto)
        assert before.exit_code == 0
        (root / "src" / "fmt" / "print.go").write_text("package evil\n")
        assert fine.is_dir()
        assert [wrapper.after(1, ignore_event).exit_code, runs.before("build", **auto)[1].exit_code] == [4, 4]
        (links / "go1.26.8").unlink()
        (links / "go1.26.8").write_text("#!/bin/sh\n")
        (links / "go1.26.8").chmod(0o755)
        assert runs.before("build", **auto)[1].exit_code == 3
        (tmp_path / "empty").mkdir()
        monkeypatch.chdir(tmp_path / "empty")
        assert runs.before("run a.go", **{**go, "GOTOOLCHAIN": "go1.26.8"})[1].exit_code == 3
        assert runs.before("run a.go", **{**go, "GOTOOLCHAIN": "local"})[1].exit_code == 0
