"""What of a file nobody reads, counted by name, in each format."""

from __future__ import annotations

from typing import Any

import pytest

from supplymatrix.engine.sbom_write import write_sbom
from supplymatrix.sbom.judge_rest import unread_of
from supplymatrix.sbom.read import read_sbom
from supplymatrix.sbom.unread import CYCLONEDX, unread_in
from tests.support.foreign_sboms import all_forms
from tests.support.sbom_documents import rich_document


def test_keys_that_are_not_read_are_counted_where_they_stand() -> None:
    part: dict[str, Any] = {"name": "a", "description": "x", "hashes": [{"alg": "SHA-256", "content": "1", "by": "me"}]}
    document = {"components": [{**part, "components": [part]}, "broken"], "services": [{}], "metadata": "none"}
    assert unread_in(document, CYCLONEDX) == {
        "components.description": 1, "components.components.description": 1, "components.hashes.by": 1,
        "components.components.hashes.by": 1, "services": 1, "metadata": 1,
    }  # fmt: skip


@pytest.mark.parametrize("form", ["cyclonedx-json", "cyclonedx-xml", "spdx-json", "spdx-3-json"])
def test_in_each_form_of_ours_what_is_in_words_only_is_counted(form: str) -> None:
    sbom = read_sbom(write_sbom(rich_document(), form).encode(), "bom")
    alone, beside = unread_of(sbom, of_project=False), unread_of(sbom, of_project=True)
    assert {"supplymatrix:listed_by", "supplymatrix:gap:N"} <= set(beside) < set(alone)
    assert {"edges", "supplymatrix:usage", "supplymatrix:goos"} <= set(alone) - set(beside)
    assert not {"supplymatrix:h1", "supplymatrix:log:state", "bsi:component:archive"} & set(alone)


def test_in_files_of_other_tools_something_is_counted_too() -> None:
    for name, data in all_forms().items():
        assert sum(unread_of(read_sbom(data, name), of_project=True).values()) > 0


_JUDGED = {
    "bsi:component": {"archive", "effectiveLicence", "executable", "filename", "structured"},
    "supplymatrix": {
        "cgo", "cgo_enabled", "complete:components", "complete:dependencies", "direct", "directory", "gaps", "goarch",
        "goos", "h1", "h1:go.mod", "incomplete", "kind", "log:name", "log:record", "log:state", "log:tree_size",
        "module", "packages", "replaces", "scope", "subject_file", "usage", "zip:size",
    },
}  # fmt: skip
"""Properties of ours that a statement is about, each of them; `test_sbom_mutations` changes most of them."""


def test_each_property_of_ours_is_judged_or_counted() -> None:
    judged: set[str] = set()
    for form in ("cyclonedx-json", "cyclonedx-xml", "spdx-json", "spdx-3-json"):
        sbom = read_sbom(write_sbom(rich_document(), form).encode(), "bom")
        names = {name for one in sbom.everything for name, _ in one.properties} | {name for name, _ in sbom.properties}
        judged |= {name for name in names if ":gap:" not in name} - set(unread_of(sbom, of_project=True))
    assert judged == {f"{prefix}:{name}" for prefix, names in _JUDGED.items() for name in names}


def test_the_places_of_licences_are_the_same_in_both_forms() -> None:
    places = [
        [one.places for one in read_sbom(write_sbom(rich_document(), form).encode(), "bom").everything]
        for form in ("cyclonedx-json", "cyclonedx-xml")
    ]
    assert places[0] == places[1]
    assert ("LICENSE", 3) in {place for found in places[0] for place in found}
