"""Where the go command writes programs: what it is asked, and what is made of its answer."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from supplymatrix.errors import SourceError
from supplymatrix.gomod.go_line import parse_go_line
from supplymatrix.sources.build_target import host_target
from supplymatrix.sources.go_outputs import Output, find_outputs, versioned_outputs
from tests.support.go_project import made_go

APP = "main\tsvc.example/app\t/gobin/app\\n"
TWO = f"{APP}main\tsvc.example/app/cmd/x\t/gobin/x\\n"
LIBRARY = "app\tsvc.example/app/lib\t\\n"


def _outputs(tmp_path: Path, line: str, listed: str) -> list[str]:
    go = made_go(tmp_path / "bin") / "go"
    environ = {"PATH": os.defpath, "FAKE_LIST": listed}
    found = find_outputs(go, parse_go_line(line.split()), tmp_path, environ)
    return [
        Path(os.path.relpath(path, tmp_path)).as_posix() if "gobin" not in str(path) else str(path) for path, _ in found
    ]


@pytest.mark.parametrize(
    ("line", "listed", "written"),
    [
        ("build", APP, ["app"]),
        ("build .", "main\tsvc.example/app/v2\t\\n", ["app"]),
        ("build one.go two.go", "main\tcommand-line-arguments\t\\n", ["one"]),
        ("build ./...", TWO, []),
        ("build ./lib", LIBRARY, []),
        ("build ./...", APP + LIBRARY, []),
        ("build -o out", APP, ["out"]),
        ("build -o=out ./...", APP + LIBRARY, ["out"]),
        ("build -o out/ ./...", TWO + LIBRARY, ["out/app", "out/x"]),
        ("build -o there ./...", TWO, ["there/app", "there/x"]),
        ("build -o lib.a ./lib", LIBRARY, []),
        ("build -o old ./lib", LIBRARY, ["old"]),
        ("build", "main\tsvc.example/app\t\twindows\\n", ["app.exe"]),
        ("build one.go", "main\tcommand-line-arguments\t\twindows\\n", ["one.exe"]),
        ("build -o out/", "main\tsvc.example/app\t\twindows\\n", ["out/app.exe"]),
        ("build -n -o out", APP, []),
        ("build -buildmode=c-shared -o out.so", APP, []),
        (f"build -o {os.devnull}", APP, []),
        ("install ./...", TWO + LIBRARY, ["/gobin/app", "/gobin/x"]),
    ],
)
def test_where_programs_are_written(line: str, listed: str, written: list[str], tmp_path: Path) -> None:
    (tmp_path / "there").mkdir()
    (tmp_path / "lib.a").write_bytes(b"!<arch>\n__.PKGDEF")
    (tmp_path / "old").write_bytes(b"\x7fELF")
    assert _outputs(tmp_path, line, listed) == written


def test_the_go_command_is_asked_with_the_flags_that_choose_packages(tmp_path: Path) -> None:
    go = tmp_path / "go"
    go.write_text('#!/bin/sh\necho "$@" > asked\n')
    go.chmod(0o755)
    line = parse_go_line(["build", "-tags", "a,b", "-race", "-ldflags", "-s", "-o", "x", "-mod=mod", "./..."])
    (tmp_path / "x").write_bytes(b"!<arch>\n")
    find_outputs(go, line, tmp_path, {"PATH": os.defpath})
    asked = (tmp_path / "asked").read_text().split(" -f ")
    assert asked[0] == "list -find -e"
    assert asked[1].split()[-5:] == ["-mod=mod", "-race=true", "-tags=a,b", "--", "./..."]


@pytest.mark.parametrize("line", ["build -o out ./lib", "build -o there ./..."])
def test_a_program_that_nobody_names_is_an_error(line: str, tmp_path: Path) -> None:
    (tmp_path / "there").mkdir()
    with pytest.raises(SourceError, match="names no program that was written to"):
        _outputs(tmp_path, line, LIBRARY)


def test_of_a_pattern_with_a_version_no_program_is_known(tmp_path: Path) -> None:
    line = parse_go_line(["install", "example.com/x@v1", "example.com/y/...@v1"])
    assert [path.name for path, _ in versioned_outputs(line, {}, {"GOPATH": "/p"}, tmp_path)] == ["x"]


@pytest.mark.parametrize("script", ["#!/bin/sh\necho 'go: no such thing' >&2\nexit 1\n", ""])
def test_a_go_that_does_not_tell_is_an_error(script: str, tmp_path: Path) -> None:
    (tmp_path / "go").write_text(script)
    (tmp_path / "go").chmod(0o755)
    with pytest.raises(SourceError, match="does not tell which programs were built"):
        find_outputs(tmp_path / "go", parse_go_line(["build"]), tmp_path, {"PATH": os.defpath})


@pytest.mark.parametrize(
    ("settings", "values", "place"),
    [
        ({"GOBIN": "/b"}, {}, "/b"),
        ({}, {"GOBIN": "/b"}, "/b"),
        ({"GOPATH": "/p:/q"}, {}, "/p/bin"),
        ({}, {}, "/home/ada/go/bin"),
    ],
)
def test_where_programs_of_a_version_are_installed(
    settings: dict[str, str], values: dict[str, str], place: str, tmp_path: Path
) -> None:
    line = parse_go_line(["install", "example.com/cmd/x@v1.0.0", "example.com/y/v2@latest"])
    environ = {"HOME": "/home/ada", **settings}
    assert [str(path) for path, _ in versioned_outputs(line, values, environ, tmp_path)] == [f"{place}/x", f"{place}/y"]


def test_programs_for_another_system_have_a_folder_of_their_own(tmp_path: Path) -> None:
    goos, goarch = host_target()
    other = "plan9" if goos != "plan9" else "linux"
    line = parse_go_line(["install", "example.com/x@v1.0.0"])
    found = versioned_outputs(line, {"GOOS": other}, {"GOPATH": "/p"}, tmp_path)
    assert found == (Output(Path(f"/p/bin/{other}_{goarch}/x"), "example.com/x"),)
    for_windows = versioned_outputs(line, {}, {"GOPATH": "/p", "GOOS": "windows"}, tmp_path)
    assert [path.name for path, _ in for_windows] == ["x.exe"]


def test_what_is_installed_by_a_pattern_is_not_known(tmp_path: Path) -> None:
    line = parse_go_line(["install", "example.com/x/...@v1.0.0"])
    assert versioned_outputs(line, {}, {"HOME": "/h"}, tmp_path) == ()
    assert versioned_outputs(parse_go_line(["install", "x.example/y@v1"]), {}, {}, tmp_path) == ()
