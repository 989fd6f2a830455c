"""The go command is run in an environment of ours, within limits, and runs nothing of what is examined."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from supplymatrix.errors import SourceError
from supplymatrix.sources.go_command import GoCommand, find_go

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="the stand-ins are shell scripts")


def _script(folder: Path, text: str, name: str = "go") -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / name
    path.write_text(f"#!/bin/sh\n{text}\n", encoding="utf-8")
    path.chmod(0o755)
    return path


def _command(tmp_path: Path, text: str, *, seconds: float = 30, **environ: str) -> GoCommand:
    environ = {"PATH": os.environ["PATH"], **environ}
    return GoCommand(_script(tmp_path / "bin", text), tmp_path, environ, seconds=seconds)


def test_go_is_not_looked_for_in_relative_folders(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    _script(tmp_path / "bin", "exit 0")
    monkeypatch.chdir(tmp_path)
    assert find_go({"PATH": os.pathsep.join(["bin", "", "."])}) is None
    assert find_go({"PATH": str(tmp_path / "bin")}) == tmp_path / "bin" / "go"


@pytest.mark.parametrize(
    "name", ["GOFLAGS", "GOPRIVATE", "GONOSUMDB", "GONOPROXY", "GOCACHEPROG", "CC", "GODEBUG", "X"]
)
def test_nothing_of_the_users_settings_is_handed_on(name: str, tmp_path: Path) -> None:
    command = GoCommand(_script(tmp_path / "bin", ""), tmp_path, {name: "evil", "PATH": os.environ["PATH"]})
    assert "evil" not in command.environment.values()


def test_downloads_toolchains_and_version_control_are_off(tmp_path: Path) -> None:
    seen = _command(tmp_path, "").environment
    wanted = {"GOPROXY": "off", "GOTOOLCHAIN": "local", "GOVCS": "*:off", "GOENV": "off", "GOWORK": "off"}
    assert {name: seen[name] for name in wanted} == wanted
    assert seen["CGO_ENABLED"] == "0"


def test_its_complaint_is_the_reason(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match=r"^updates to go\.mod needed$"):
        _command(tmp_path, 'echo "go: updates to go.mod needed" >&2; exit 1').list_modules()


def test_its_complaint_that_it_may_fetch_nothing_is_explained_and_each_line_told_once(tmp_path: Path) -> None:
    off = "module lookup disabled by GOPROXY=off"
    lines = [f"go: {off}", f"go: {off}", f"go: example.com/a@v1.0.0: {off}", "go: updates to go.mod needed"]
    text = "".join(f'echo "{line}" >&2; ' for line in lines)
    with pytest.raises(SourceError) as caught:
        _command(tmp_path, f"{text} exit 1").list_modules()
    assert str(caught.value) == (
        "this program lets go fetch nothing, and something that it needs is not in the module cache; "
        "this program lets go fetch nothing, and example.com/a@v1.0.0 is not in the module cache; "
        "updates to go.mod needed"
    )


def test_what_it_should_not_print_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="cannot be read"):
        _command(tmp_path, "echo nonsense").list_modules()


def test_one_that_does_not_end_is_killed_with_all_it_has_started(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match=r"did not end within 0\.2 s"):
        _command(tmp_path, "sleep 600 & sleep 600", seconds=0.2).list_modules()


def test_what_it_leaves_behind_does_not_hold_us_up(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match=r"did not end within 0\.2 s"):
        _command(tmp_path, "sleep 600 & exit 0", seconds=0.2).list_modules()


@pytest.mark.slow
def test_one_that_says_too_much_is_killed(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="wrote more than 64 MiB"):
        _command(tmp_path, "exec yes").list_modules()


def test_packages_that_cannot_be_found_are_told_and_those_of_another_system_are_not(tmp_path: Path) -> None:
    lines = r"""printf 'm.example\tm.example\t\t\n\tx.example/p\t"no required module"\t\n"""
    lines += r"""a.example\ta.example\t"build constraints exclude all Go files in x"\t\n'"""
    used = _command(tmp_path, lines).list_used([tmp_path])
    assert used.packages == {"a.example": ("a.example",), "m.example": ("m.example",)}
    assert used.faults == ("x.example/p: no required module",)


def test_vendor_and_native_files_are_asked_for(tmp_path: Path) -> None:
    line = r"""'a.example\ta.example/p\t\t\troot\tp\t\t"/a\\tb"\t"x.go/y.go"\t"z.syso"\n'"""
    text = f"echo $* > {tmp_path}/asked; printf {line}"
    used = _command(tmp_path, text).list_used([tmp_path], vendor=True)
    folder = Path("/a\tb")
    assert used.with_c == {"a.example": (("a.example/p", folder / "x.go"), ("a.example/p", folder / "y.go"))}
    assert used.with_objects == {"a.example": (("a.example/p", folder / "z.syso"),)}
    assert "-mod=vendor" in (tmp_path / "asked").read_text().split()
    _command(tmp_path, text).list_used([tmp_path])
    assert "-mod=readonly" in (tmp_path / "asked").read_text().split()


@pytest.mark.slow
@pytest.mark.skipif(shutil.which("go") is None or shutil.which("git") is None, reason="go and git are needed")
def test_a_repository_that_is_examined_cannot_have_a_program_run(tmp_path: Path) -> None:
    project, mark = tmp_path / "project", tmp_path / "mark"
    project.mkdir()
    (project / "go.mod").write_text("module example.com/m\n\ngo 1.20\n", encoding="utf-8")
    (project / "main.go").write_text("package main\n\nfunc main() {}\n", encoding="utf-8")
    evil = _script(tmp_path, f"touch {mark}", "evil")
    subprocess.run(["git", "init", "-q", str(project)], check=True)
    subprocess.run(["git", "-C", str(project), "config", "core.fsmonitor", str(evil)], check=True)
    environ = {"PATH": os.environ["PATH"], "HOME": str(tmp_path), "GOFLAGS": "-buildvcs=true"}
    go = find_go(environ)
    assert go is not None
    command = GoCommand(go, project, environ)
    assert [entry.path for entry in command.list_modules()] == ["example.com/m"]
    assert command.list_used([project]).paths == {"example.com/m"}
    assert not mark.exists()


@pytest.mark.slow
@pytest.mark.skipif(shutil.which("go") is None, reason="go is needed")
def test_files_with_c_are_listed_and_no_c_compiler_is_run(tmp_path: Path) -> None:
    project, mark = tmp_path / "project", tmp_path / "mark"
    project.mkdir()
    (project / "go.mod").write_text("module example.com/m\n\ngo 1.20\n", encoding="utf-8")
    text = 'package m\n\n/*\n#cgo pkg-config: zlib\n#include <zlib.h>\n*/\nimport "C"\nimport _ "example.com/m/p"\n'
    (project / "m.go").write_text(text, encoding="utf-8")
    (project / "p").mkdir()
    (project / "p" / "p.go").write_text("package p\n", encoding="utf-8")
    (project / "t").mkdir()
    (project / "t" / "t_test.go").write_text('package t\n\nimport _ "example.com/m/p/q"\n', encoding="utf-8")
    (project / "p" / "q").mkdir()
    (project / "p" / "q" / "testdata").mkdir()
    (project / "p" / "q" / "q.go").write_text("package q\n", encoding="utf-8")
    for name in ("gcc", "clang", "pkg-config", "cc"):
        _script(tmp_path / "bin", f"touch {mark}", name)
    go = find_go({"PATH": os.environ["PATH"]})
    assert go is not None
    environ = {"PATH": f"{tmp_path / 'bin'}{os.pathsep}{os.environ['PATH']}", "HOME": str(tmp_path)}
    used = GoCommand(go, project, environ, cgo=True).list_used([project], tests=True)
    assert used.packages["example.com/m"] == (
        "example.com/m",
        "example.com/m/p",
        "example.com/m/p/q",
        "example.com/m/t",
    )
    assert (used.faults, used.test_packages, mark.exists()) == ((), {}, False)
    plain = GoCommand(go, project, environ, cgo=False).list_used([project / "t"], tests=True)
    assert (plain.packages, plain.test_packages) == (
        {"example.com/m": ("example.com/m/t",)},
        {"example.com/m": ("example.com/m/p/q",)},
    )
