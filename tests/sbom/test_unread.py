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
