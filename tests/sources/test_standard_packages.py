"""What of the standard library a build takes; on a made GOROOT, and as `go list -deps` has it on the real one."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from supplymatrix.engine.module_graph import GraphReader
from supplymatrix.gomod.build_constraint import BuildContext
from supplymatrix.net.settings import building_goroot
from supplymatrix.sources.go_root import go_version_of
from supplymatrix.sources.packages import find_packages
from supplymatrix.sources.project import read_project
from supplymatrix.sources.standard_packages import OF_CGO, follow_standard


def goroot(folder: Path, **files: str) -> Path:
    """Write files below src of a GOROOT; a name "net__http/a.go" is "net/http/a.go"."""
    for name, text in files.items():
        path = folder / "src" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return folder


def source(*imports: str, top: str = "", package: str = "p") -> str:
    return f"{top}package {package}\n" + "".join(f'import _ "{path}"\n' for path in imports)


def test_imports_are_followed_with_the_package_that_asked_first(tmp_path: Path) -> None:
    root = goroot(tmp_path, **{"a/a.go": source("b"), "b/b.go": source("c", "unsafe"), "c/c.go": source()})
    found = follow_standard({"a": "example.com/m"}, root, BuildContext())
    assert found.used == ("a", "b", "c", "unsafe")
    assert found.importers == {"a": "example.com/m", "b": "a", "c": "b", "unsafe": "b"}
    assert not found.missing


def test_what_the_library_brings_along_is_called_by_its_place(tmp_path: Path) -> None:
    files = {"a/a.go": source("golang.org/x/y"), "vendor/golang.org/x/y/y.go": source()}
    assert follow_standard({"a": "m"}, goroot(tmp_path, **files), BuildContext()).used == (
        "a",
        "vendor/golang.org/x/y",
    )


def test_files_for_other_builds_and_tests_do_not_count(tmp_path: Path) -> None:
    files = {
        "a/a.go": source(), "a/a_windows.go": source("w"), "a/b.go": source("t", top="//go:build plan9\n\n"),
        "a/a_test.go": source("x"), "a/c.go": source("C", "os"), "w/w.go": source(),
    }  # fmt: skip
    assert follow_standard({"a": "m"}, goroot(tmp_path, **files), BuildContext()).used == ("a",)
    assert follow_standard({"a": "m"}, goroot(tmp_path, **files), BuildContext(goos="windows")).used == ("a", "w")


def test_cgo_brings_its_own_imports(tmp_path: Path) -> None:
    files = {"a/a.go": source("C"), **{f"{path}/x.go": source() for path in OF_CGO}}
    assert follow_standard({"a": "m"}, goroot(tmp_path, **files), BuildContext(cgo=True)).used == ("a", *OF_CGO)


def test_experiments_that_are_on_count(tmp_path: Path) -> None:
    files = {
        "internal/buildcfg/exp.go": "\tbaseline := goexperiment.Flags{\n\t\tNew: true,\n\t\tOld: false,\n\t}\n",
        "a/new.go": source("b", top="//go:build goexperiment.new\n\n"),
        "a/old.go": source("c", top="//go:build goexperiment.old\n\n"),
        "b/b.go": source(), "c/c.go": source(),
    }  # fmt: skip
    assert follow_standard({"a": "m"}, goroot(tmp_path, **files), BuildContext()).used == ("a", "b")


@pytest.mark.parametrize("path", ["no/such", "../../etc", "", "a b"])
def test_what_is_not_there_is_missing(tmp_path: Path, path: str) -> None:
    found = follow_standard({path: "m"}, goroot(tmp_path, **{"a/a.go": source()}), BuildContext())
    assert found.used == ()
    assert list(found.missing) == [path]


def test_a_file_that_go_would_refuse_is_missing(tmp_path: Path) -> None:
    found = follow_standard({"a": "m"}, goroot(tmp_path, **{"a/a.go": "package a\nimport 1\n"}), BuildContext())
    assert "a" in found.missing


def test_standard_imports_are_told_with_who_asks_first_and_those_of_tests_apart(tmp_path: Path) -> None:
    (tmp_path / "go.mod").write_text("module example.com/m\n\ngo 1.25\n", encoding="utf-8")
    (tmp_path / "m.go").write_text(source("fmt", "example.com/m/x"), encoding="utf-8")
    (tmp_path / "m_test.go").write_text(source("testing", "fmt"), encoding="utf-8")
    (tmp_path / "x").mkdir()
    (tmp_path / "x" / "x.go").write_text(source("os", "C"), encoding="utf-8")
    found = find_packages({"example.com/m": tmp_path}, {}, context=BuildContext(cgo=True), tests=True)
    assert found.standard == {"fmt": "example.com/m", "os": "example.com/m/x"}
    assert found.standard_in_tests == {"testing": "example.com/m"}


_REAL = {
    "go.mod": "module example.com/m\n\ngo 1.21\n",
    "main.go": source("net/http", "example.com/m/in", package="main") + "func main() {}\n",
    "in/in.go": source("crypto/x509", "os/user", package="in"),
    "in/in_windows.go": source("golang.org/x/none", package="in"),
    "in/in_test.go": source("testing/fstest", package="in"),
    "c/c.go": 'package c\n\n// int x;\nimport "C"\n\nvar X = C.x\n',
}


@pytest.mark.skipif(shutil.which("go") is None, reason="go is not installed")
@pytest.mark.parametrize(("goos", "cgo"), [("linux", False), ("linux", True), ("darwin", False), ("js", False)])
def test_all_packages_are_those_of_go_list(tmp_path: Path, goos: str, cgo: bool) -> None:
    for name, text in _REAL.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(text, encoding="utf-8")
    arch = "wasm" if goos == "js" else "amd64"
    environ = {
        **os.environ, "GOFLAGS": "", "GOWORK": "off", "GOTOOLCHAIN": "local", "CGO_ENABLED": "1" if cgo else "0",
        "GOOS": goos, "GOARCH": arch,
    }  # fmt: skip
    command = ["go", "list", "-deps", "./..."]
    listed = subprocess.run(command, cwd=tmp_path, env=environ, capture_output=True, check=True)
    run = GraphReader(environ, go=False, cgo=cgo).read(read_project(tmp_path))
    root = building_goroot(environ)
    assert root is not None
    assert go_version_of(root)
    roots = {**(run.standard or {}), "runtime": "example.com/m"}
    if any((run.with_c or {}).values()):
        roots |= dict.fromkeys(OF_CGO, "example.com/m/c")
    context = BuildContext(goos=goos, goarch=arch, cgo=cgo, go_minor=run.go_minor)
    ours = {path for paths in run.packages.values() for path in paths} | {*follow_standard(roots, root, context).used}
    assert ours == set(listed.stdout.decode().split())
