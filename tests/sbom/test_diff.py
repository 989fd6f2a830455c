"""What differs between two files: the same whatever their formats, and the order in them."""

from __future__ import annotations

import copy
import random
from typing import Any

import pytest

from supplymatrix.sbom.changes import ChangeSort, SbomDiff
from supplymatrix.sbom.diff import diff_sboms
from supplymatrix.sbom.read import read_sbom
from tests.support.foreign_sboms import H1, ZIP_SHA256, all_forms, as_bytes, gomod, syft_cyclonedx


def _diff(before: dict[str, Any], after: dict[str, Any]) -> SbomDiff:
    return diff_sboms(read_sbom(as_bytes(before), "a"), read_sbom(as_bytes(after), "b"))


def _told(diff: SbomDiff) -> list[tuple[ChangeSort, str, str, str]]:
    return [(change.sort, change.name, change.before, change.after) for change in diff.changes]


def test_a_file_does_not_differ_from_itself() -> None:
    for form, data in all_forms().items():
        sbom = read_sbom(data, form)
        diff = diff_sboms(sbom, sbom)
        assert diff.changes == ()
        assert diff.unchanged == diff.before == diff.after


def test_formats_do_not_count() -> None:
    forms = {form: read_sbom(data, form) for form, data in all_forms().items()}
    for form in ("spdx3", "syft-json", "spdx2"):
        diff = diff_sboms(forms["syft"], forms[form])
        about_go = [change for change in diff.changes if not change.name.startswith(("pkg:github", "/"))]
        assert about_go == []


def test_what_was_added_removed_moved_and_relicensed_is_told() -> None:
    before, after = gomod(), gomod()
    after["components"][0]["evidence"] = {"licenses": [{"license": {"id": "ISC"}}]}
    after["components"][0]["scope"] = "optional"
    after["components"][1] |= {"version": "v1.3.0", "purl": "pkg:golang/code.example/b@v1.3.0"}
    after["components"][2] = {"name": "new", "purl": "pkg:golang/code.example/new@v0.1.0"}
    assert _told(_diff(before, after)) == [
        (ChangeSort.VERSION, "code.example/b", "v1.2.0", "v1.3.0"),
        (ChangeSort.ADDED, "code.example/new", "", "v0.1.0"),
        (ChangeSort.REMOVED, "stdlib", "1.26.8", ""),
        (ChangeSort.LICENCE, "code.example/Acme/a@v1.0.0", "MIT", "ISC"),
        (ChangeSort.SCOPE, "code.example/Acme/a@v1.0.0", "required", "optional"),
    ]


def test_another_hash_at_the_same_version_is_an_alarm() -> None:
    before, after = syft_cyclonedx(), syft_cyclonedx()
    after["components"][2]["externalReferences"][0]["hashes"][0]["content"] = "0" * 64
    (change,) = _diff(before, after).changes
    assert change.is_alarm
    assert (change.sort, change.detail, change.before) == (ChangeSort.HASH, "SHA-256", ZIP_SHA256)
    assert _diff(before, gomod()).not_compared == 0
    del after["components"][2]["externalReferences"], after["components"][2]["properties"]
    assert _diff(before, after).not_compared == 1


def test_h1_as_a_sha256_is_no_hash_of_the_zip() -> None:
    before, after = gomod(), syft_cyclonedx()
    after["components"][2]["externalReferences"] = []
    assert not any(change.is_alarm for change in _diff(before, after).changes)


def test_a_file_with_other_content_is_no_alarm() -> None:
    before, after = syft_cyclonedx(), syft_cyclonedx()
    after["components"][4]["hashes"][0]["content"] = "1" * 40
    (change,) = _diff(before, after).changes
    assert (change.sort, change.name, change.is_alarm) == (ChangeSort.CONTENT, "/go.mod", False)


def test_a_list_of_licences_says_nothing_of_and_and_or() -> None:
    listed, joined, chosen = gomod(), gomod(), gomod()
    listed["components"][1]["licenses"] = [{"license": {"id": "MIT"}}, {"license": {"id": "ISC"}}]
    joined["components"][1]["licenses"] = [{"expression": "MIT AND ISC"}]
    chosen["components"][1]["licenses"] = [{"expression": "MIT OR ISC"}]
    assert _diff(listed, joined).changes == ()
    assert _diff(listed, chosen).changes == ()
    assert _told(_diff(joined, chosen)) == [(ChangeSort.LICENCE, "code.example/b@v1.2.0", "MIT AND ISC", "MIT OR ISC")]


def test_another_replacement_is_told() -> None:
    before, after = gomod(), gomod()
    after["components"][1]["properties"] = [{"name": "supplymatrix:replaces", "value": "code.example/old@v1.0.0"}]
    assert _told(_diff(before, after)) == [
        (ChangeSort.REPLACEMENT, "code.example/b@v1.2.0", "", "code.example/old@v1.0.0")
    ]


def test_names_that_differ_in_capitals_alone_are_one_and_that_is_told() -> None:
    before, after = gomod(), gomod()
    after["components"][0]["purl"] = "pkg:golang/code.example/acme/a@v1.0.0"
    assert _told(_diff(before, after)) == [
        (ChangeSort.SPELLING, "code.example/Acme/a", "code.example/Acme/a", "code.example/acme/a")
    ]


def test_several_versions_of_one_module_are_not_confused() -> None:
    before = gomod()
    second = {"name": "b", "purl": "pkg:golang/code.example/b@v1.4.0"}
    before["components"].append(second)
    after = gomod()
    after["components"].append({**second, "purl": "pkg:golang/code.example/b@v1.5.0"})
    after["components"].append({**second, "purl": "pkg:golang/code.example/b@v1.6.0"})
    assert _told(_diff(before, after)) == [
        (ChangeSort.ADDED, "code.example/b", "", "v1.5.0"),
        (ChangeSort.ADDED, "code.example/b", "", "v1.6.0"),
        (ChangeSort.REMOVED, "code.example/b", "v1.4.0", ""),
    ]


def test_the_order_in_the_files_does_not_count() -> None:
    before, after = gomod(), syft_cyclonedx()
    expected = _diff(before, after)
    for seed in range(5):
        one, other = copy.deepcopy(before), copy.deepcopy(after)
        for document in (one, other):
            for part in ("components", "dependencies"):
                random.Random(seed).shuffle(document[part])  # noqa: S311 - an order, no secret
        assert _diff(one, other) == expected


def _ours() -> dict[str, Any]:
    document = gomod()
    a, b = document["components"][:2]
    said = {"h1": H1, "h1:go.mod": H1, "log:state": "proven", "log:record": "7", "usage": "built"}
    del a["hashes"]
    a |= {
        "properties": [{"name": f"supplymatrix:{name}", "value": text} for name, text in said.items()],
        "licenses": [
            {"license": {"id": "MIT", "acknowledgement": "declared"}},
            {"license": {"id": "MIT", "acknowledgement": "concluded"}},
        ],
        "hashes": [{"alg": "SHA-512", "content": "0" * 128}],
        "supplier": {"name": "acme"},
        "externalReferences": [
            {"type": "vcs", "url": "https://acme.example/a"},
            {"type": "source-distribution", "url": "x", "hashes": [{"alg": "SHA-256", "content": ZIP_SHA256}]},
        ],
    }
    refs = ["main", a["bom-ref"], b["bom-ref"], document["components"][2]["bom-ref"]]
    document["compositions"] = [{"aggregate": "complete", "assemblies": refs, "dependencies": refs}]
    return document


def _without(name: str) -> Any:  # noqa: ANN401 - a change of a document
    return lambda document: document["components"][0].pop(name)


def _property(name: str, text: str) -> Any:  # noqa: ANN401 - a change of a document
    def change(document: dict[str, Any]) -> None:
        for item in document["components"][0]["properties"]:
            if item["name"] == f"supplymatrix:{name}":
                item["value"] = text

    return change


_OTHER = f"h1:{'A' * 43}="


@pytest.mark.parametrize(
    ("change", "sorts"),
    [
        (lambda document: document.update(dependencies=[]), {ChangeSort.EDGE}),
        (_property("log:state", "differs"), {ChangeSort.LOG}),
        (_property("h1:go.mod", _OTHER), {ChangeSort.HASH}),
        (_property("h1", _OTHER), {ChangeSort.HASH}),
        (_property("usage", "tests-only"), {ChangeSort.USE}),
        (_without("hashes"), {ChangeSort.DROPPED}),
        (_without("externalReferences"), {ChangeSort.DROPPED}),
        (_without("properties"), {ChangeSort.DROPPED}),
        (lambda document: document["components"][0]["licenses"].pop(0), {ChangeSort.LICENCE}),
        (
            lambda document: document["components"][0]["licenses"][0]["license"].update(id="ISC"),
            {ChangeSort.LICENCE},
        ),
        (lambda document: document["compositions"][0].update(aggregate="incomplete"), {ChangeSort.COMPLETE}),
        (lambda document: document["components"][0].update(name="evil"), {ChangeSort.NAMES}),
        (lambda document: document["components"][0].update(version="v9.9.9"), {ChangeSort.NAMES}),
        (lambda document: document["components"][0].update(type="firmware"), {ChangeSort.NAMES}),
        (lambda document: document["components"][0]["supplier"].update(name="evil"), {ChangeSort.SUPPLIER}),
        (
            lambda document: document["components"][0]["externalReferences"][0].update(url="https://evil.example/a"),
            {ChangeSort.ADDRESS},
        ),
        (
            lambda document: document["components"][0]["externalReferences"][1]["hashes"][0].update(content="0" * 64),
            {ChangeSort.HASH},
        ),
        (
            lambda document: document["components"].append({**document["components"][0], "bom-ref": "z"}),
            {ChangeSort.TWICE},
        ),
        (
            lambda document: document["metadata"]["component"].update(purl="", name="evil"),
            {ChangeSort.REMOVED, ChangeSort.SUBJECT},
        ),
    ],
)
def test_nothing_that_matters_changes_unseen(change: Any, sorts: set[ChangeSort]) -> None:  # noqa: ANN401
    before, after = _ours(), _ours()
    assert _diff(before, after).changes == ()
    change(after)
    found = _diff(before, after).changes
    assert {one.sort for one in found} == sorts
    assert all(one.is_alarm == (one.sort is ChangeSort.HASH) for one in found)
