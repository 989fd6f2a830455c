"""GOPRIVATE patterns against Go's own answers."""

from __future__ import annotations

from typing import Any

import pytest

from supplymatrix.gomod.goprivate import match
from tests.support.data import conformance_cases, require_case


@pytest.mark.parametrize("case", conformance_cases("goprivate_glob"))
def test_pattern_list_matches_as_go_says(case: dict[str, Any] | None) -> None:
    case = require_case(case)
    assert (match(case["globs"], case["target"]) is not None) is case["ok"]
