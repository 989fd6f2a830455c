"""Packages beside the main modules' own: named ones, and those that the tests of dependencies need, a step deep."""

from __future__ import annotations

from pathlib import Path

from supplymatrix.sources.packages import NO_MODULE, find_packages
from tests.support.recorded_go import write_files

MAIN = "example.com/m"
PATHS = ("a", "b", "c", "d", "tool")


def test_tests_of_all_packages_count_but_not_those_of_what_these_import_alone(tmp_path: Path) -> None:
    files = {
        "m/go.mod": f"module {MAIN}\n\ngo 1.25\n",
        "m/m.go": 'package m\n\nimport _ "example.com/a"\n',
        "m/m_test.go": 'package m\n\nimport _ "example.com/b"\n',
        "a/a.go": "package a\n",
        "a/a_test.go": 'package a\n\nimport _ "example.com/c"\n',
        "b/b.go": "package b\n",
        "b/b_test.go": 'package b\n\nimport _ "example.com/gone"\n',
        "c/c.go": "package c\n",
        "c/c_test.go": 'package c\n\nimport _ "example.com/d"\n',
        "d/d.go": "package d\n",
        "tool/t.go": "package main\n",
    }
    write_files(tmp_path, files)
    modules: dict[str, Path | None] = {f"example.com/{name}": tmp_path / name for name in PATHS}
    mains = {MAIN: tmp_path / "m"}
    found = find_packages(mains, modules, tests=True, every_test=True, also=["example.com/tool"])
    assert sorted(found.used) == [f"example.com/{name}" for name in ("a", "b", "c", "m", "tool")]
    assert [(entry.import_path, entry.reason) for entry in found.missing] == [("example.com/gone", NO_MODULE)]
    assert sorted(found.tests_only) == ["example.com/b", "example.com/c"]
    assert sorted(find_packages(mains, modules, tests=True).used) == [f"example.com/{name}" for name in ("a", "b", "m")]
