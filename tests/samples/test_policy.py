"""The oracle of Go versions in the policy samples: real version strings, with Go's own answers."""

from __future__ import annotations

import json
from itertools import pairwise
from typing import Any

import pytest

from supplymatrix.gomod.goversion import is_toolchain, language_version, toolchain_key
from supplymatrix.gomod.pseudo import is_pseudo_version
from supplymatrix.model import semver
from tests.support.data import samples_dir


@pytest.fixture
def oracle() -> dict[str, Any]:
    """What Go says of each version string."""
    answers: dict[str, Any] = json.loads(samples_dir("policy", "go_version_oracle.json").read_text(encoding="utf-8"))
    assert all(answers[key] for key in ("versions", "sorted", "adjacent_compare", "toolchains", "toolchains_sorted"))
    return answers


def test_versions_are_read_as_go_reads_them(oracle: dict[str, Any]) -> None:
    wrong = [
        row
        for row in oracle["versions"]
        if (
            semver.is_valid(row["v"]),
            semver.canonical(row["v"]),
            semver.major(row["v"]),
            semver.prerelease(row["v"]),
            is_pseudo_version(row["v"]),
        )
        != (row["valid"], row["canonical"], row["major"], row["prerelease"], row["pseudo"])
    ]
    assert not wrong


def test_versions_are_sorted_as_go_sorts_them(oracle: dict[str, Any]) -> None:
    valid = [row["v"] for row in oracle["versions"] if row["valid"]]
    assert semver.sorted_versions(valid) == oracle["sorted"]


def test_neighbours_compare_as_in_go(oracle: dict[str, Any]) -> None:
    assert [semver.compare(one, two) for one, two in pairwise(oracle["sorted"])] == oracle["adjacent_compare"]


def test_toolchain_names_are_read_as_go_reads_them(oracle: dict[str, Any]) -> None:
    answers = [(row["v"], is_toolchain(row["v"]), language_version(row["v"])) for row in oracle["toolchains"]]
    assert answers == [(row["v"], row["valid"], row["lang"]) for row in oracle["toolchains"]]


def test_toolchain_names_are_sorted_as_go_sorts_them(oracle: dict[str, Any]) -> None:
    valid = {row["v"] for row in oracle["toolchains"] if row["valid"]}
    assert sorted(oracle["toolchains_sorted"]) == sorted(valid)
    assert all(toolchain_key(one) <= toolchain_key(two) for one, two in pairwise(oracle["toolchains_sorted"]))
