"""pseudo.json: pseudo-versions made and taken apart."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from supplymatrix.errors import InputError
from supplymatrix.gomod.pseudo import is_pseudo_version, make_pseudo_version, parse_pseudo_version
from tests.support.data import conformance_cases, require_case


@pytest.mark.parametrize("case", conformance_cases("pseudo", "make"))
def test_pseudo_versions_are_made_as_go_makes_them(case: dict[str, Any] | None) -> None:
    case = require_case(case)
    time = datetime.fromisoformat(case["time"])
    assert make_pseudo_version(case["major"], case["older"], time, case["rev"]) == case["version"]


@pytest.mark.parametrize("case", conformance_cases("pseudo", "parse"))
def test_pseudo_versions_are_read_as_go_reads_them(case: dict[str, Any] | None) -> None:
    case = require_case(case)
    assert is_pseudo_version(case["version"]) is case["ok"]
    if not case["ok"]:
        with pytest.raises(InputError):
            parse_pseudo_version(case["version"])
        return
    parts = parse_pseudo_version(case["version"])
    assert parts.base == (None if case.get("base_error") else case["base"])
    assert parts.revision == case["rev"]
    wanted = None if case.get("time_error") else datetime.fromisoformat(case["time"]).astimezone(UTC)
    assert parts.time == wanted
