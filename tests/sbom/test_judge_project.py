"""What a file says of a project as a whole: its list, its edges, its own version, its Go."""

from __future__ import annotations

from typing import Any

import pytest

from supplymatrix.model.value import changed
from supplymatrix.sbom.judge_project import ProjectWord, judge_project
from supplymatrix.sbom.read import read_sbom
from supplymatrix.sbom.statements import Statement, Topic, Truth
from tests.support.foreign_sboms import as_bytes, gomod, syft_cyclonedx
from tests.support.module_files import graph_of

_GO_MOD = """module svc.example/app
go 1.26.0
require (
	code.example/Acme/a v1.0.0
	code.example/b v1.2.0 // indirect
	code.example/c v1.0.0
)
"""
_TEXTS = {
    "code.example/Acme/a@v1.0.0": "module code.example/Acme/a\ngo 1.20\nrequire code.example/b v1.2.0\n",
    "code.example/b@v1.2.0": "module code.example/b\ngo 1.20\n",
    "code.example/c@v1.0.0": "module code.example/c\n",
}


def _project(go_mod: str = _GO_MOD, texts: dict[str, str] = _TEXTS, **more: Any) -> ProjectWord:  # noqa: ANN401
    used: dict[str, bool | None] = {"code.example/Acme/a": True, "code.example/b": True, "code.example/c": False}
    known = {
        "used": used,
        "go_line": "1.26.0",
        "go_version": "1.26.8",
        "go_source": "Go here",
        "platform": "linux/amd64",
    }
    return ProjectWord(graph=graph_of(go_mod, texts), **{**known, **more})


def _judged(document: dict[str, Any], topic: Topic, project: ProjectWord | None = None) -> list[Statement]:
    statements = judge_project(read_sbom(as_bytes(document), "bom.json"), project or _project())
    return [statement for statement in statements if statement.topic is topic]


def _false(document: dict[str, Any], topic: Topic, project: ProjectWord | None = None) -> list[tuple[str, str]]:
    return [(told.subject, told.found) for told in _judged(document, topic, project) if told.truth is Truth.FALSE]


def test_a_file_that_fits_has_nothing_false_in_it() -> None:
    statements = list(judge_project(read_sbom(as_bytes(gomod()), "bom.json"), _project()))
    assert [told for told in statements if told.truth is Truth.FALSE] == []
    assert {told.topic for told in statements} >= {Topic.MAIN, Topic.BUILD_LIST, Topic.STDLIB, Topic.SCOPE, Topic.EDGE}


def test_modules_that_are_built_and_not_listed_are_missing() -> None:
    document = syft_cyclonedx()
    del document["components"][2]
    assert [subject for subject, _ in _false(document, Topic.MISSING)] == [
        "code.example/Acme/a@v1.0.0",
        "the standard library",
    ]


def test_another_version_a_foreign_module_and_another_spelling_are_told() -> None:
    document = gomod()
    changes = {0: "pkg:golang/code.example/acme/a@v1.0.0", 1: "pkg:golang/code.example/b@v1.1.0"}
    for at, purl in changes.items():
        document["components"][at]["purl"] = purl
    document["components"].append({"bom-ref": "z", "name": "z", "purl": "pkg:golang/code.example/z@v1.0.0"})
    assert _false(document, Topic.BUILD_LIST) == [
        ("code.example/acme/a@v1.0.0", "it is spelt code.example/Acme/a@v1.0.0"),
        ("code.example/b@v1.1.0", "code.example/b@v1.2.0 is taken"),
        ("code.example/z@v1.0.0", "it is not in the build list"),
    ]
    assert _false(document, Topic.MISSING) == []


def test_of_a_list_that_is_not_complete_nobody_says_what_is_foreign() -> None:
    document = gomod()
    document["components"].append({"bom-ref": "z", "name": "z", "purl": "pkg:golang/code.example/z@v1.0.0"})
    project = _project(texts={key: text for key, text in _TEXTS.items() if "/b@" not in key})
    told = _judged(document, Topic.BUILD_LIST, project)[-1]
    assert told.truth is Truth.NOT_CHECKED


def test_what_is_replaced_counts_as_what_is_taken() -> None:
    go_mod = _GO_MOD + "replace code.example/b => fork.example/b v1.9.0\nreplace code.example/c => ../c\n"
    texts = {**_TEXTS, "fork.example/b@v1.9.0": "module code.example/b\n", "../c": "module code.example/c\n"}
    project = _project(go_mod, texts)
    assert _false(gomod(), Topic.BUILD_LIST, project) == [
        ("code.example/b@v1.2.0", "fork.example/b@v1.9.0 is taken in its place")
    ]
    document = gomod()
    document["components"][1] |= {"name": "fork.example/b", "purl": "pkg:golang/fork.example/b@v1.9.0"}
    document["components"].append({"bom-ref": "c", "name": "c", "purl": "pkg:golang/code.example/c"})
    assert _false(document, Topic.BUILD_LIST, project) == []
    document["components"][-1]["purl"] += "@v1.0.0"
    assert _false(document, Topic.BUILD_LIST, project) == [
        ("code.example/c@v1.0.0", "the folder ../c is taken in its place")
    ]


def test_edges_are_held_against_what_go_mod_requires() -> None:
    document = gomod()
    b, a = document["components"][1]["bom-ref"], document["components"][0]["bom-ref"]
    document["dependencies"][2]["dependsOn"] = [a]
    told = _judged(document, Topic.EDGE)
    assert [(one.subject, one.truth) for one in told if one.truth is not Truth.TRUE] == [
        ("code.example/b@v1.2.0 → code.example/Acme/a@v1.0.0", Truth.FALSE)
    ]
    old = _project(texts={**_TEXTS, "code.example/b@v1.2.0": "module code.example/b\n"})
    (unsure,) = [one for one in _judged(document, Topic.EDGE, old) if one.truth is not Truth.TRUE]
    assert unsure.truth is Truth.NOT_CHECKED
    document["dependencies"] = [{"ref": b, "dependsOn": [b]}]
    assert _judged(document, Topic.EDGE) == []


def test_the_main_module_must_be_named() -> None:
    document = gomod()
    document["metadata"]["component"]["purl"] = "pkg:golang/svc.example/other"
    ((subject, found),) = _false(document, Topic.MAIN)
    assert subject == "svc.example/app"
    assert "no component names it" in found


@pytest.mark.parametrize(
    ("said", "known", "truth"),
    [
        ("", "v1.0.0", Truth.NO_EVIDENCE),
        ("@v1.0.0", "v1.0.0", Truth.TRUE),
        ("@v1.0.1", "v1.0.0", Truth.FALSE),
        ("@v1.0.1", "", Truth.NOT_CHECKED),
    ],
)
def test_the_version_of_the_main_module_is_that_of_the_folder(said: str, known: str, truth: Truth) -> None:
    document = gomod()
    document["metadata"]["component"]["purl"] = f"pkg:golang/svc.example/app{said}"
    told = _judged(document, Topic.MAIN, _project(version=known, version_source="the tag"))
    assert [one.truth for one in told] == [Truth.TRUE, truth]


@pytest.mark.parametrize(
    ("said", "changes", "truth"),
    [
        ("1.26.8", {}, Truth.TRUE),
        ("1.25.0", {}, Truth.FALSE),
        ("1.27.0", {}, Truth.NOT_CHECKED),
        ("1.26.8", {"go_version": ""}, Truth.NOT_CHECKED),
    ],
)
def test_the_standard_library_cannot_be_older_than_go_mod_demands(
    said: str, changes: dict[str, str], truth: Truth
) -> None:
    document = gomod()
    document["components"][2]["purl"] = f"pkg:golang/stdlib@{said}"
    (told,) = _judged(document, Topic.STDLIB, changed(_project(), **changes))
    assert told.truth is truth


def test_a_scope_is_held_against_what_is_built() -> None:
    document = gomod()
    document["components"][1]["scope"] = "excluded"
    document["components"].append(
        {"bom-ref": "c", "name": "c", "purl": "pkg:golang/code.example/c@v1.0.0", "scope": "required"}
    )
    project = _project(tested=frozenset({"code.example/c"}))
    assert _false(document, Topic.SCOPE, project) == [
        ("code.example/b@v1.2.0", "the build takes packages from it (linux/amd64)"),
        ("code.example/c@v1.0.0", "only tests take packages from it (linux/amd64)"),
    ]
    unknown = changed(project, used={})
    assert {told.truth for told in _judged(document, Topic.SCOPE, unknown)} == {Truth.NOT_CHECKED}


def test_a_toolchain_is_no_module_of_the_build_list() -> None:
    document = gomod()
    purls = ("pkg:golang/golang.org/toolchain@v0.0.1-go1.26.8.linux-amd64", "pkg:generic/go@1.26.8")
    for purl in purls:
        document["components"].append({"bom-ref": purl, "name": "go", "version": "1.26.8", "purl": purl})
    assert _false(document, Topic.BUILD_LIST) == []
    said = [(told.said, told.truth) for told in _judged(document, Topic.STDLIB)]
    assert said.count(("1.26.8", Truth.TRUE)) == 2
    document["components"][-2]["purl"] = purls[0].replace("1.26.8", "1.25.9")
    assert [found for _, found in _false(document, Topic.STDLIB)] == ["go.mod demands go 1.26.0 or later"]
