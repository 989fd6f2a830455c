"""The module graph of a project on a machine without go: list, packages, retractions, places, gaps."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

from supplymatrix.engine.module_graph import GraphReader, GraphRun, ListedBy, PackagesBy
from supplymatrix.sources.project import read_project
from supplymatrix.sources.subjects import find_subjects, read_subject
from tests.support.module_cache import make_cache, sum_line, unpack

_A = "module example.com/a\n\ngo 1.20\n\nrequire example.com/b v1.0.0\n"
_B = "module example.com/b\n\ngo 1.20\n"
_MAIN = "module example.com/main\n\ngo 1.20\n\nrequire example.com/a v1.0.0\n"


def _project(folder: Path, go_mod: str = _MAIN, go_sum: str = "") -> Path:
    folder.mkdir(exist_ok=True)
    (folder / "go.mod").write_text(go_mod, encoding="utf-8")
    (folder / "go.sum").write_text(go_sum, encoding="utf-8")
    (folder / "m.go").write_text('package m\n\nimport _ "example.com/a"\n', encoding="utf-8")
    return folder


def _environ(tmp_path: Path) -> dict[str, str]:
    return {"HOME": str(tmp_path), "GOENV": "off", "GOMODCACHE": str(tmp_path / "cache")}


def _read(tmp_path: Path, **texts: str) -> GraphRun:
    make_cache(tmp_path / "cache", {"example.com/a@v1.0.0": _A, "example.com/b@v1.0.0": _B} | texts)
    return GraphReader(_environ(tmp_path)).read(read_project(_project(tmp_path / "project")))


def test_without_go_the_list_comes_from_go_mod_files_and_says_so(tmp_path: Path) -> None:
    run = _read(tmp_path)
    assert run.listed_by is ListedBy.OWN
    assert [str(fact.subject) for fact in run.facts] == [
        "example.com/main",
        "example.com/a@v1.0.0",
        "example.com/b@v1.0.0",
    ]
    assert [note.message for note in run.notes if note.code == "graph-without-go"] == [
        "the build list was worked out from go.mod files; the go command did not give it: there is no go in PATH"
    ]


@pytest.mark.skipif(sys.platform == "win32", reason="the stand-in is a shell script")
def test_a_go_command_that_may_fetch_nothing_is_told_of_only_where_files_are_missing(tmp_path: Path) -> None:
    (tmp_path / "bin").mkdir()
    go = tmp_path / "bin" / "go"
    go.write_text('#!/bin/sh\necho "go: module lookup disabled by GOPROXY=off" >&2\nexit 1\n', encoding="utf-8")
    go.chmod(0o755)
    environ = _environ(tmp_path) | {"PATH": f"{go.parent}{os.pathsep}{os.environ['PATH']}"}
    project = read_project(_project(tmp_path / "project"))
    make_cache(tmp_path / "cache", {"example.com/a@v1.0.0": _A, "example.com/b@v1.0.0": _B})
    whole = GraphReader(environ).read(project)
    assert (whole.listed_by, [note.code for note in whole.notes if "GOPROXY" in note.message]) == (ListedBy.OWN, [])
    assert "graph-without-go" not in {note.code for note in whole.notes}
    (tmp_path / "cache" / "cache" / "download" / "example.com" / "a" / "@v" / "v1.0.0.mod").unlink()
    run = GraphReader(environ).read(project)
    (told,) = [note.message for note in run.notes if note.code == "graph-without-go"]
    assert told == (
        "the build list was worked out from go.mod files; the go command did not give it: this program lets go fetch "
        "nothing; go.mod of example.com/a@v1.0.0: there is no go.mod in the module cache; next: go mod download all, "
        "with a go.sum that is proven first"
    )


def test_modules_that_give_packages_are_found_in_source_files(tmp_path: Path) -> None:
    unpack(tmp_path / "cache", "example.com/a@v1.0.0", {"a.go": "package a\n"})
    unpack(tmp_path / "cache", "example.com/b@v1.0.0", {"b.go": "package b\n"})
    run = _read(tmp_path)
    assert run.packages_by is PackagesBy.SOURCES
    assert [fact.gives_packages for fact in run.facts] == [True, True, False]


def test_what_nobody_can_look_into_is_not_known_to_give_packages(tmp_path: Path) -> None:
    assert [fact.gives_packages for fact in _read(tmp_path).facts] == [True, None, None]


def test_a_later_go_mod_tells_of_retractions_and_deprecation(tmp_path: Path) -> None:
    later = "// Deprecated: use c\nmodule example.com/b\n\nretract v1.0.0 // a\x1b leak\n"
    fact = _read(tmp_path, **{"example.com/b@v1.1.0": later.replace("\x1b", "")}).facts[-1]
    assert (fact.retracted, fact.deprecated) == ("a leak", "use c")


def test_a_fact_stands_where_go_mod_requires_the_module_else_at_the_module_line(tmp_path: Path) -> None:
    assert [fact.location.line for fact in _read(tmp_path).facts] == [1, 5, 1]


def test_a_missing_go_mod_is_a_gap_about_its_module(tmp_path: Path) -> None:
    run = GraphReader(_environ(tmp_path)).read(read_project(_project(tmp_path / "project")))
    assert [(gap.subject, gap.reason) for gap in run.gaps] == [
        ("example.com/a@v1.0.0", "there is no go.mod in the module cache")
    ]


def test_a_cached_go_mod_that_is_not_that_of_go_sum_is_a_gap(tmp_path: Path) -> None:
    make_cache(tmp_path / "cache", {"example.com/a@v1.0.0": _A})
    project = _project(tmp_path / "project", go_sum=sum_line("example.com/a@v1.0.0", _B))
    _, gaps, _ = GraphReader(_environ(tmp_path)).facts_of(read_project(project))
    assert "it is not used" in gaps[0].reason


def test_without_a_go_mod_there_is_a_gap_and_no_fact(tmp_path: Path) -> None:
    facts, gaps, _ = GraphReader(_environ(tmp_path)).facts_of(read_project(tmp_path))
    assert (facts, [gap.reason for gap in gaps]) == ([], ["go.mod: there is no go.mod"])


def test_a_member_of_a_workspace_has_the_modules_that_it_leads_to(tmp_path: Path) -> None:
    make_cache(tmp_path / "cache", {"example.com/a@v1.0.0": _A, "example.com/b@v1.0.0": _B})
    (tmp_path / "go.work").write_text("go 1.20\n\nuse ./one\nuse ./two\n", encoding="utf-8")
    _project(tmp_path / "one")
    _project(tmp_path / "two", "module example.com/two\n\ngo 1.20\n")
    reader = GraphReader(_environ(tmp_path))
    found = [reader.facts_of(read_subject(item))[0] for item in find_subjects((tmp_path,), recursive=False).subjects]
    assert [[fact.subject.path for fact in facts] for facts in found] == [
        ["example.com/main", "example.com/a", "example.com/b"],
        ["example.com/two"],
    ]


def test_packages_are_named_and_those_of_tests_apart(tmp_path: Path) -> None:
    unpack(tmp_path / "cache", "example.com/a@v1.0.0", {"a.go": "package a\n"})
    unpack(tmp_path / "cache", "example.com/b@v1.0.0", {"x/b.go": "package b\n"})
    make_cache(tmp_path / "cache", {"example.com/a@v1.0.0": _A, "example.com/b@v1.0.0": _B})
    folder = _project(tmp_path / "project")
    (folder / "m_test.go").write_text('package m\n\nimport _ "example.com/b/x"\n', encoding="utf-8")
    run = GraphReader(_environ(tmp_path), tests=True).read(read_project(folder))
    assert run.packages == {"example.com/a": ("example.com/a",), "example.com/main": ("example.com/main",)}
    assert run.test_packages == {"example.com/b": ("example.com/b/x",)}
    assert [fact.gives_packages for fact in run.facts] == [True, True, False]
