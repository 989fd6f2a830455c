"""What a file says of a project as a whole: its list, its edges, its own version, its Go."""

from __future__ import annotations

from typing import Any

import pytest

from supplymatrix.model.value import changed
from supplymatrix.sbom.judge_project import ProjectWord, judge_project
from supplymatrix.sbom.read import read_sbom
from supplymatrix.sbom.statements import Statement, Topic, Truth
from tests.support.foreign_sboms import as_bytes, gomod, spdx2, syft_cyclonedx
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
    assert [subject for subject, _ in _false(document, Topic.MISSING)] == ["code.example/Acme/a@v1.0.0"]


def test_a_file_without_the_standard_library_is_false_only_when_it_says_that_it_is_complete() -> None:
    document = syft_cyclonedx()
    (told,) = [one for one in _judged(document, Topic.MISSING) if one.subject == "the standard library"]
    assert (told.truth, "nor say that it is complete" in told.reason) == (Truth.NO_EVIDENCE, True)
    document["compositions"] = [{"aggregate": "complete"}]
    (told,) = [one for one in _judged(document, Topic.MISSING) if one.subject == "the standard library"]
    assert told.truth is Truth.FALSE


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
        ("code.example/b@v1.2.0 → code.example/Acme/a@v1.0.0", Truth.FALSE),
        ("svc.example/app → code.example/b@v1.2.0", Truth.NO_EVIDENCE),
    ]
    old = _project(texts={**_TEXTS, "code.example/b@v1.2.0": "module code.example/b\n"})
    unsure, *_ = [one for one in _judged(document, Topic.EDGE, old) if one.truth is not Truth.TRUE]
    assert unsure.truth is Truth.NOT_CHECKED
    document["metadata"]["tools"][0]["name"] = "supplymatrix"
    assert len(_false(document, Topic.EDGE, old)) == 1  # whose edges are requirements of go.mod files and nothing else
    document["dependencies"] = [{"ref": b, "dependsOn": [b]}]
    assert [one for one in _judged(document, Topic.EDGE) if one.truth is not Truth.NO_EVIDENCE] == []


def test_edges_that_are_not_told_are_false_where_the_file_says_that_these_are_all() -> None:
    document = gomod()
    main, a, b = "main", *(document["components"][at]["bom-ref"] for at in (0, 1))
    document["dependencies"] = []
    of_a = "code.example/Acme/a@v1.0.0"
    missing = [("svc.example/app", of_a), (of_a, "code.example/b@v1.2.0")]
    told = {tuple(one.subject.split(" → ")): one.truth for one in _judged(document, Topic.EDGE)}
    assert {told[pair] for pair in missing} == {Truth.NO_EVIDENCE}
    document["compositions"] = [{"aggregate": "complete", "dependencies": [main, a]}]
    assert {tuple(subject.split(" → ")) for subject, _ in _false(document, Topic.EDGE)} == {
        *missing, ("svc.example/app", "code.example/b@v1.2.0"), ("svc.example/app", "stdlib@1.26.8")
    }  # fmt: skip
    document["compositions"][0] |= {"aggregate": "incomplete"}
    assert _false(document, Topic.EDGE) == []
    document["compositions"] = [{"aggregate": "complete", "dependencies": [b, "nobody"]}]
    sbom = read_sbom(as_bytes(document), "bom.json")
    assert [fault.what for fault in sbom.faults] == ["'nobody' is no component"]


def test_in_spdx_a_package_that_needs_nothing_by_its_own_word_must_need_nothing() -> None:
    document = spdx2()
    document["relationships"] = [
        relation for relation in document["relationships"] if relation["relationshipType"] == "DESCRIBES"
    ]
    assert {told.truth for told in _judged(document, Topic.EDGE)} == {Truth.NO_EVIDENCE}
    for ref in ("SPDXRef-main", "SPDXRef-a"):
        nothing = {"spdxElementId": ref, "relationshipType": "DEPENDS_ON", "relatedSpdxElement": "NONE"}
        document["relationships"].append(nothing)
    assert len(_false(document, Topic.EDGE)) == 3


def test_the_standard_library_and_the_toolchain_need_nothing() -> None:
    document = gomod()
    tool = "pkg:generic/go@1.26.8"
    document["components"].append({"bom-ref": tool, "name": "go", "purl": tool})
    std, b = (document["components"][at]["bom-ref"] for at in (2, 1))
    document["dependencies"] += [{"ref": std, "dependsOn": [b]}, {"ref": tool, "dependsOn": [b]}]
    assert [subject for subject, _ in _false(document, Topic.EDGE)] == [
        "pkg:generic/go@1.26.8 → code.example/b@v1.2.0",
        "stdlib@1.26.8 → code.example/b@v1.2.0",
    ]


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
    told = _judged(document, Topic.MAIN, _project(versions={"svc.example/app": (known, "the tag")}))
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
    told = _judged(document, Topic.SCOPE, unknown)
    assert {one.truth for one in told if one.subject != "stdlib@1.26.8"} == {Truth.NOT_CHECKED}
    document["components"][2]["scope"] = "optional"
    assert ("stdlib@1.26.8", "every Go program has packages of it") in _false(document, Topic.SCOPE, project)


def test_a_toolchain_is_no_module_of_the_build_list() -> None:
    document = gomod()
    purls = ("pkg:golang/golang.org/toolchain@v0.0.1-go1.26.8.linux-amd64", "pkg:generic/go@1.26.8")
    for purl in purls:
        document["components"].append({"bom-ref": purl, "name": "go", "version": "1.26.8", "purl": purl})
    assert _false(document, Topic.BUILD_LIST) == []
    said = [(told.said, told.truth) for told in _judged(document, Topic.STDLIB)]
    assert said.count(("1.26.8", Truth.TRUE)) == 3
    document["components"][-2]["purl"] = purls[0].replace("1.26.8", "1.25.9")
    assert [found for _, found in _false(document, Topic.STDLIB)] == [
        "go.mod demands go 1.26.0 or later",
        "the toolchain in the file is 1.25.9, 1.26.8, and has its own",
    ]


def _ours(document: dict[str, Any], **properties: str) -> dict[str, Any]:
    document["metadata"]["tools"] = [{"name": "supplymatrix", "version": "0.1.0"}]
    said = [{"name": f"supplymatrix:{name}", "value": text} for name, text in properties.items()]
    document["metadata"]["properties"] = said
    return document


def test_the_subject_is_the_project_and_a_workspace_names_all_its_modules() -> None:
    document = gomod()
    document["metadata"]["component"] |= {"name": "code.example/c", "purl": "pkg:golang/code.example/c@v1.0.0"}
    document["components"].append({"bom-ref": "m2", "name": "app", "purl": "pkg:golang/svc.example/app"})
    assert ("svc.example/app", "the file says that it is of code.example/c@v1.0.0") in _false(
        document, Topic.MAIN, _project(subject="svc.example/app")
    )


def test_use_is_held_against_the_project() -> None:
    known = {"kind": "module", "usage": "built", "packages": "3", "replaces": "code.example/old@v1.0.0"}
    facts = {"code.example/b": known}
    document = _ours(gomod())
    said = {"usage": "built", "packages": "2", "directory": "../b"}
    properties = [{"name": f"supplymatrix:{name}", "value": text} for name, text in said.items()]
    document["components"][1] |= {
        "properties": properties, "pedigree": {"ancestors": [{"name": "x", "purl": "pkg:golang/evil.example/x@v1.0.0"}]}
    }  # fmt: skip
    told = {one.said: (one.truth, one.found) for one in _judged(document, Topic.USE, _project(facts=facts))}
    assert told["usage built"] == (Truth.TRUE, "")
    assert told["packages 2"] == (Truth.FALSE, "3")
    assert told["directory ../b"] == (Truth.FALSE, "there is nothing of the kind")
    assert told[""][0] is Truth.NO_EVIDENCE
    ((_, found),) = _false(document, Topic.REPLACEMENT, _project(facts=facts))
    assert found == "it replaces code.example/old@v1.0.0"
    nobody = _project(facts={"code.example/b": {"usage": "unknown"}})
    unknown = {one.said: one.truth for one in _judged(document, Topic.USE, nobody)}
    assert unknown["usage built"] is Truth.NOT_CHECKED


def test_subject_files_scope_and_completeness_are_held_against_the_project() -> None:
    document = _ours(gomod(), subject_file=f"go.mod sha256:{'0' * 64}", scope="all")
    project = _project(files={"go.mod": "1" * 64}, misses=(("c is a folder",), ()))
    assert _false(document, Topic.SUBJECT_FILE, project) == [("go.mod", f"the SHA-256 of that here is {'1' * 64}")]
    assert [subject for subject, _ in _false(document, Topic.MISSING, project)] == ["code.example/c@v1.0.0"]
    document["compositions"] = [{"aggregate": "complete", "assemblies": ["main"]}]
    assert _false(document, Topic.COMPLETE, project) == [("list of components", "c is a folder")]
    (here,) = _judged(document, Topic.COMPLETE, _project(misses=((), ("no go.mod of c",))))
    assert here.truth is Truth.NOT_CHECKED
    document["metadata"]["properties"][0]["value"] = "../../etc/passwd sha256:00"
    assert _false(document, Topic.SUBJECT_FILE, project) == [
        ("../../etc/passwd", "the project has no such file that counts")
    ]
    document["metadata"]["properties"][1]["value"] = "some"
    assert ("the file", "there is no such scope") in _false(document, Topic.SCOPE, project)


def test_one_module_may_stand_for_several() -> None:
    go_mod = _GO_MOD + "replace code.example/c => code.example/b v1.2.0\n"
    texts = {key: text for key, text in _TEXTS.items() if "/c@" not in key}
    used = dict.fromkeys(("code.example/Acme/a", "code.example/b", "code.example/c"), True)
    project = _project(go_mod, texts, used=used)
    document = gomod()
    twin = {"bom-ref": "c", "name": "code.example/b", "purl": "pkg:golang/code.example/b@v1.2.0"}
    document["components"].append(
        {**twin, "properties": [{"name": "supplymatrix:replaces", "value": "code.example/c@v1.0.0"}]}
    )
    assert _false(document, Topic.MISSING, project) == []
    del document["components"][-1]
    assert [subject for subject, _ in _false(document, Topic.MISSING, project)] == ["code.example/b@v1.2.0"]


def test_another_tag_on_the_same_commit_is_true_too() -> None:
    path = "svc.example/app"
    project = _project(
        versions={path: ("v1.5.0", "git tag v1.5.0 on HEAD")}, aliases={path: ("v1.5.0-rc.1",)}
    )  # fmt: skip
    document = gomod()
    for version, truth in (("v1.5.0", Truth.TRUE), ("v1.5.0-rc.1", Truth.TRUE), ("v1.5.0-rc.2", Truth.FALSE)):
        document["metadata"]["component"]["purl"] = f"pkg:golang/{path}@{version}"
        (told,) = [one for one in _judged(document, Topic.MAIN, project) if one.said == version]
        assert told.truth is truth
