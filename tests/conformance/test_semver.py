"""semver.json: Go's semantic versions."""

from __future__ import annotations

from typing import Any

import pytest

from supplymatrix.model import semver
from tests.support.data import conformance_cases, require_case


@pytest.mark.parametrize("case", conformance_cases("semver", "parse"))
def test_versions_are_parsed_as_go_parses_them(case: dict[str, Any] | None) -> None:
    case = require_case(case)
    version = case["version"]
    assert semver.is_valid(version) is case["ok"]
    found = {
        "canonical": semver.canonical(version),
        "major": semver.major(version),
        "major_minor": semver.major_minor(version),
        "prerelease": semver.prerelease(version),
        "build": semver.build(version),
    }
    assert found == {name: case[name] for name in found}


@pytest.mark.parametrize("case", conformance_cases("semver", "compare"))
def test_versions_compare_as_in_go(case: dict[str, Any] | None) -> None:
    case = require_case(case)
    assert semver.compare(case["a"], case["b"]) == case["cmp"]


@pytest.mark.parametrize("case", conformance_cases("semver", "sort"))
def test_versions_sort_as_in_go(case: dict[str, Any] | None) -> None:
    case = require_case(case)
    assert semver.sorted_versions(case["in"]) == case["out"]


@pytest.mark.parametrize("case", conformance_cases("semver", "gosum_sort"))
def test_go_sum_lines_sort_as_in_go(case: dict[str, Any] | None) -> None:
    case = require_case(case)
    lines = sorted(case["in"], key=lambda line: semver.gosum_key(*line.split(" ")[:2]))
    assert lines == case["out"]
