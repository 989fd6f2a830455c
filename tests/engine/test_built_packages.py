"""Which packages a build takes: from vendor/ or the module cache, and for which build."""

from __future__ import annotations

import os
import shutil
from collections.abc import Mapping
from pathlib import Path

import pytest

from supplymatrix.engine.licences import graph_gaps, read_licences
from supplymatrix.engine.module_graph import GraphReader, GraphRun, PackagesBy
from supplymatrix.sbom.document import Scope
from supplymatrix.sources.project import read_project
from tests.support.module_cache import make_cache, unpack

A, B, T = "example.com/a", "example.com/b", "example.com/t"
GO_MOD = f"module example.com/main\n\ngo 1.20\n\nrequire (\n\t{A} v1.0.0\n\t{B} v1.0.0\n\t{T} v1.0.0\n)\n"
MODULES_TXT = "".join(f"# {path} v1.0.0\n## explicit; go 1.20\n{path}\n" for path in (A, B, T))
IN_VENDOR = f"vendor/{A}/a.go"
PACKAGES = {
    IN_VENDOR: f'package a\n\nimport _ "{B}"\n',
    f"vendor/{B}/b.go": "package b\n",
    f"vendor/{T}/t.go": "package t\n",
}
FILES = {
    "go.mod": GO_MOD,
    "m.go": f'package main\n\nimport _ "{A}"\n',
    "m_test.go": f'package main\n\nimport _ "{T}"\n',
    "vendor/modules.txt": MODULES_TXT,
    **PACKAGES,
}
needs_go = pytest.mark.skipif(shutil.which("go") is None, reason="go is needed")


def _read(tmp_path: Path, files: Mapping[str, str | None], *, environ: Mapping[str, str] | None = None) -> GraphRun:
    """Write a project over FILES, without those that are None, beside a cache that has everything, and read it."""
    cache = make_cache(tmp_path / "cache", {f"{path}@v1.0.0": f"module {path}\n\ngo 1.20\n" for path in (A, B, T)})
    for path in (A, B, T):
        unpack(cache, f"{path}@v1.0.0", {"c.go": "package c\n"})
    for name, text in {**FILES, **files}.items():
        if text is not None:
            (tmp_path / "main" / name).parent.mkdir(parents=True, exist_ok=True)
            (tmp_path / "main" / name).write_text(text, encoding="utf-8")
    settings = {"HOME": str(tmp_path), "GOENV": "off", "GOMODCACHE": str(cache), **(environ or {})}
    return GraphReader(settings, own_first=True, tests=True).read(read_project(tmp_path / "main"))


def _giving(run: GraphRun) -> list[bool | None]:
    return [fact.gives_packages for fact in run.facts]


def _reasons(run: GraphRun) -> list[str]:
    return [gap.reason for gap in run.package_gaps]


def test_what_only_tests_need_is_not_built_though_vendor_has_it(tmp_path: Path) -> None:
    run = _read(tmp_path, {})
    assert (run.from_vendor, run.packages_by) == (True, PackagesBy.SOURCES)
    assert _giving(run) == [True, True, True, False]
    assert run.test_packages == {T: (T,)}
    assert (run.missing_packages, run.package_gaps) == ((), ())


def test_what_vendor_lacks_is_missing_and_not_taken_from_the_module_cache(tmp_path: Path) -> None:
    run = _read(tmp_path, {IN_VENDOR: None, f"vendor/{A}/README": ""})
    assert run.missing_packages == (f"{A}: vendor/ does not have its files",)
    assert A not in run.packages
    assert None in _giving(run)


def test_an_import_that_vendor_does_not_list_is_missing(tmp_path: Path) -> None:
    run = _read(tmp_path, {"n.go": 'package main\n\nimport _ "example.com/none"\n'})
    assert run.missing_packages == ("example.com/none: vendor/modules.txt does not have it",)


@needs_go
@pytest.mark.slow
def test_go_is_asked_for_what_is_in_vendor(tmp_path: Path) -> None:
    _read(tmp_path, {IN_VENDOR: None, f"vendor/{A}/README": ""})
    environ = {name: os.environ[name] for name in ("PATH", "GOROOT") if name in os.environ}
    environ |= {"HOME": str(tmp_path), "GOENV": "off", "GOMODCACHE": str(tmp_path / "cache")}
    run = GraphReader(environ, own_first=True).read(read_project(tmp_path / "main"))
    assert (run.packages_by, run.from_vendor) == (PackagesBy.GO, True)
    assert [fault.partition(":")[0] for fault in run.missing_packages] == [A]
    assert A not in run.packages
    assert T not in run.packages


@pytest.mark.parametrize(
    ("listed", "told"),
    [
        (MODULES_TXT.replace(f"{A} v1.0.0", f"{A} v1.1.0"), f"{A}@v1.0.0 is required in go.mod"),
        (MODULES_TXT.replace("## explicit; go 1.20\n", "", 1), "it does not have it as explicit"),
        (MODULES_TXT.replace("v1.0.0\n", "v1.0.0 => ../a\n", 1), f"{A}@v1.0.0 as replaced by ../a"),
        (MODULES_TXT + "# example.com/c v1.0.0\n## explicit\nexample.com/c\n", "go.mod does not require it"),
        (None, "vendor/ does not have that file"),
    ],
)
def test_a_vendor_that_go_refuses_is_a_gap_and_is_not_used(tmp_path: Path, listed: str | None, told: str) -> None:
    run = _read(tmp_path, {"vendor/modules.txt": listed})
    assert not run.from_vendor
    assert ["the go command refuses to build" in reason and told in reason for reason in _reasons(run)] == [True]


def test_versions_that_go_mod_does_not_name_are_those_of_vendor_and_a_gap(tmp_path: Path) -> None:
    """Before Go 1.17 go.mod names no indirect modules, and the go command holds none of them against vendor/."""
    go_mod = f"module example.com/main\n\ngo 1.16\n\nrequire {A} v1.0.0\n"
    listed = f"# {A} v1.0.0\n## explicit\n{A}\n# {B} v0.9.0\n{B}\n"
    run = _read(tmp_path, {"go.mod": go_mod, "vendor/modules.txt": listed, "m_test.go": None})
    assert run.from_vendor
    assert [f"vendor/ has {B}@v0.9.0" in reason for reason in _reasons(run)] == [True]


@pytest.mark.parametrize(
    ("go_mod", "flags"),
    [
        (GO_MOD.replace("1.20", "1.13"), ""),
        (GO_MOD.replace("go 1.20\n", ""), ""),
        (GO_MOD, "-mod=mod"),
        (GO_MOD, "-mod=readonly"),
    ],
)
def test_a_vendor_that_a_build_passes_over_counts_for_nothing(tmp_path: Path, go_mod: str, flags: str) -> None:
    files = {"go.mod": go_mod, "vendor/modules.txt": "# example.com/other v9.0.0\nexample.com/other\n"}
    run = _read(tmp_path, files, environ={"GOFLAGS": flags})
    assert (run.from_vendor, run.package_gaps) == (False, ())
    assert run.packages[A] == (A,)


def test_an_old_vendor_counts_where_goflags_ask_for_it(tmp_path: Path) -> None:
    files = {"go.mod": GO_MOD.replace("1.20", "1.13"), "vendor/modules.txt": MODULES_TXT.replace("## explicit", "## x")}
    assert _read(tmp_path, files, environ={"GOFLAGS": "-mod=vendor"}).from_vendor


def test_a_project_for_another_system_gives_no_package_and_that_is_a_gap(tmp_path: Path) -> None:
    files = {"m.go": None, "m_test.go": None, "m_windows.go": f'package main\n\nimport _ "{A}"\n'}
    run = _read(tmp_path, files, environ={"GOOS": "linux", "GOARCH": "amd64", "GOFLAGS": "-tags=x"})
    assert _reasons(run) == ["no package of it is part of a build for linux/amd64 with the tags x"]
    run = _read(tmp_path, files, environ={"GOOS": "windows"})
    assert (run.goos, run.package_gaps) == ("windows", ())
    assert _giving(run) == [True, True, True, False]


def test_the_release_that_builds_decides_on_its_tags(tmp_path: Path) -> None:
    """Without a Go on this machine the least version of go.mod is what is known of it."""
    new = f'//go:build go1.21\n\npackage main\n\nimport _ "{T}"\n'
    assert T not in _read(tmp_path, {"n.go": new}).packages
    root = tmp_path / "goroot"
    (root / "src").mkdir(parents=True)
    (root / "VERSION").write_text("go1.21.3\n", encoding="utf-8")
    assert T in _read(tmp_path, {}, environ={"GOROOT": str(root)}).packages


def test_tags_of_goflags_count(tmp_path: Path) -> None:
    tagged = f'//go:build extra\n\npackage main\n\nimport _ "{T}"\n'
    run = _read(tmp_path, {"n.go": tagged}, environ={"GOFLAGS": "-tags=extra"})
    assert (run.tags, run.packages[T]) == (("extra",), (T,))


@pytest.mark.parametrize(
    ("name", "said", "is_of_graph"),
    [
        ("GOFLAGS", "-overlay=o.json", True),
        ("GOFLAGS", "-modfile=other.mod", True),
        ("GOFLAGS", "-race", False),
        ("GOEXPERIMENT", "synctest", False),
    ],
)
def test_what_is_not_reckoned_with_is_a_gap(tmp_path: Path, name: str, said: str, *, is_of_graph: bool) -> None:
    run = _read(tmp_path, {}, environ={name: said})
    assert [said in reason for reason in _reasons(run)] == [True]
    assert [said in gap.reason for gap in run.gaps] == ([True] if is_of_graph else [])


def test_licences_of_no_package_are_not_all_licences(tmp_path: Path) -> None:
    files = {"m.go": None, "m_test.go": None, "m_windows.go": "package main\n"}
    run = _read(tmp_path, files, environ={"GOOS": "linux"})
    found = read_licences(run, read_project(tmp_path / "main"), {"HOME": str(tmp_path), "GOENV": "off"})
    assert [gap in graph_gaps(run, found, Scope.BUILT) for gap in run.package_gaps] == [True]
    assert not graph_gaps(run, found, Scope.ALL)


def test_a_system_that_go_does_not_know_is_no_graph(tmp_path: Path) -> None:
    run = _read(tmp_path, {}, environ={"GOOS": "wndows"})
    assert run.graph is None
    assert "wndows" in run.gaps[0].reason
