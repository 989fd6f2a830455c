"""The specification's own cases: read, built and written again as they have it."""

from __future__ import annotations

import json
from typing import Any

import pytest

from supplymatrix.errors import InputError
from supplymatrix.sbom.purl import Purl, parse_purl
from tests.support.data import samples_dir

_PARTS = ("type", "namespace", "name", "version", "qualifiers", "subpath")


def _cases() -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads(samples_dir("purl", "purl-spec-60.json").read_text("utf-8"))["tests"]
    return found


def _parts(purl: Purl) -> dict[str, Any]:
    """Return the parts as the cases have them: null for nothing."""
    return {
        name: (dict(part) if name == "qualifiers" else part) or None
        for name in _PARTS
        for part in [getattr(purl, name)]
    }


def _done(case: dict[str, Any]) -> object:
    """Return what comes of a case, None where it is refused."""
    try:
        if case["test_type"] != "build":
            purl = parse_purl(case["input"])
            return _parts(purl) if case["test_type"] == "parse" else str(purl)
        made: dict[str, Any] = {
            name: part or ({} if name == "qualifiers" else "") for name, part in case["input"].items()
        }
        return str(parse_purl(str(Purl(**made))))
    except InputError:
        return None


@pytest.mark.parametrize("kind", ["parse", "build", "validate"])
def test_the_specifications_cases_hold(kind: str) -> None:
    cases = [case for case in _cases() if case["test_type"] == kind]
    assert len(cases) > 20
    wrong = [
        (case["file"], case["index"], case["input"], done, case["expected_output"])
        for case in cases
        for done in [_done(case)]
        if done != (None if case["expected_failure"] else case["expected_output"])
    ]
    assert wrong == []
