"""The schemas come out of an installed package."""

from __future__ import annotations

import json

import pytest

from supplymatrix.errors import SourceError
from supplymatrix.sources.sbom_schemas import cyclonedx_schemas


def test_a_schema_comes_with_the_files_that_it_refers_to() -> None:
    files = cyclonedx_schemas("1.6", "json")
    assert json.loads(files.main)["$id"].endswith("/bom-1.6.schema.json")
    assert "MIT" in json.loads(files.parts["spdx.SNAPSHOT.schema.json"])["enum"]
    assert set(cyclonedx_schemas("1.7", "xml").parts) == {"spdx.SNAPSHOT.xsd"}


def test_a_version_without_a_schema_is_told() -> None:
    with pytest.raises(SourceError, match=r"bom-9\.9") as caught:
        cyclonedx_schemas("9.9", "json")
    assert "reinstall" in caught.value.remedy
