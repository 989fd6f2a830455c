"""A decision as programs read it."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from supplymatrix.model.vendor import State
from supplymatrix.reports.decision_json import SCHEMA, render_decision_json
from supplymatrix.vendors.decide import Decision
from supplymatrix.vendors.needs import Need
from tests.reports.decisions import built_in, hostile, made, priced
from tests.reports.test_schema import faults, schema

pytestmark = pytest.mark.slow

_FIPS = Need(key="fips_mode", must=True, origin="--must")
_DECISIONS: dict[str, Callable[[], Decision]] = {
    "built-in": lambda: built_in(_FIPS),
    "no needs": built_in,
    "priced": priced,
    "hostile": hostile,
    "nothing left": lambda: made(("go-project", {"fips_mode": State.NO})),
}


def _document(decision: Decision) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(render_decision_json(decision))
    return found


@pytest.mark.parametrize("name", _DECISIONS)
def test_a_decision_fits_its_schema(name: str) -> None:
    assert faults("decision", render_decision_json(_DECISIONS[name]())) == []


def test_the_name_of_the_format_is_that_of_the_schema() -> None:
    assert schema("decision")["properties"]["schema"]["const"] == SCHEMA


def test_the_keys_of_the_schema_are_those_that_are_weighed() -> None:
    weights = _document(built_in(_FIPS))["method"]["mean_weights"]
    assert schema("decision")["$defs"]["key"]["enum"] == [item["key"] for item in weights]


@pytest.mark.parametrize("name", ["built-in", "no needs"])
def test_every_evidence_id_of_a_reason_or_an_elimination_is_followed_to_its_source(name: str) -> None:
    document = _document(_DECISIONS[name]())
    held = {item["id"] for item in document["evidence"]}
    rows = [*document["eliminated"], *document["reasons_for"], *document["reasons_against"]]
    assert rows
    for row in rows:
        assert row["evidence"]
        assert set(row["evidence"]) <= held


def test_the_firsts_add_up_to_the_draws() -> None:
    from fractions import Fraction

    document = _document(built_in(_FIPS))
    firsts = [Fraction(item["firsts"]) for item in document["options"] if item["firsts"] is not None]
    assert sum(firsts) == document["method"]["draws"]


def test_every_profile_is_named_with_the_digest_of_its_bytes() -> None:
    for option in _document(built_in(_FIPS))["options"]:
        assert (option["profile"] is None) == (option["id"] == "today")
        assert option["profile"] is None or len(option["profile"]["sha256"]) == 64


def test_the_same_decision_gives_the_same_bytes() -> None:
    assert render_decision_json(built_in(_FIPS)) == render_decision_json(built_in.__wrapped__(_FIPS))
