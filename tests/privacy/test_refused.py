"""Settings that the go command refuses. With the real one they are held against each other in test_leaks_of_go.py."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from supplymatrix.privacy.needs import Scenario
from supplymatrix.privacy.refused import refusals, stops


@pytest.mark.parametrize(
    ("settings", "refused"),
    [
        ({}, []),
        ({"GOFLAGS": "-mod=mod --trimpath '-ldflags=-s -w'", "GO111MODULE": "auto", "GOVCS": "*:git|hg"}, []),
        ({"GOFLAGS": "mod=vendor"}, ["GOFLAGS"]),
        ({"GOFLAGS": "-trimpath --"}, ["GOFLAGS"]),
        ({"GOFLAGS": "'-trimpath"}, ["GOFLAGS"]),
        ({"GOFLAGS": "-mod=all"}, ["GOFLAGS"]),
        ({"GO111MODULE": "yes", "GOVCS": "git"}, ["GO111MODULE", "GOVCS"]),
    ],
)
def test_what_is_refused(settings: dict[str, str], refused: list[str]) -> None:
    assert [name for name, _ in refusals(settings)] == refused


def test_a_word_that_may_be_a_secret_is_not_shown() -> None:
    text = "".join(why for _, why in refusals({"GOFLAGS": "ghp_hunter2hunter2", "GO111MODULE": "hunter2"}))
    assert "hunter2" not in text


def test_what_stops_a_command() -> None:
    assert stops({"GO111MODULE": "off"}, Scenario.BUILD, is_workspace=False)
    assert not stops({"GOFLAGS": "-mod=mod", "GOVCS": "git"}, Scenario.BUILD, is_workspace=False)
    told = [bool(stops({"GOFLAGS": "-mod=mod"}, scenario, is_workspace=True)) for scenario in Scenario]
    assert told == [scenario in (Scenario.BUILD, Scenario.UPDATES) for scenario in Scenario]


@given(st.text(max_size=30), st.text(max_size=5))
def test_no_value_is_too_odd(flags: str, other: str) -> None:
    for name, why in refusals({"GOFLAGS": flags, "GO111MODULE": other, "GOVCS": flags}):
        assert name in ("GOFLAGS", "GO111MODULE", "GOVCS")
        assert why
