"""The policy samples: real version strings with Go's own answers, and which checks speak of which clauses."""

from __future__ import annotations

import json
import tomllib
from itertools import pairwise
from typing import Any

import pytest

from supplymatrix.engine.compliance import load_frameworks
from supplymatrix.gomod.goversion import is_toolchain, language_version, toolchain_key
from supplymatrix.gomod.pseudo import is_pseudo_version
from supplymatrix.model import semver
from supplymatrix.policy.check_kinds import CHECK_KINDS
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


_FRAMEWORKS = {"SSDF": "ssdf", "SLSA": "slsa", "CRA": "cra", "PCI": "pci-dss", "MLPS": "mlps"}
"""The names that the sample gives to the frameworks that are done."""


@pytest.fixture
def links() -> list[tuple[str, str, str]]:
    """Each link of the sample: kind of checks, framework as the sample names it, clause."""
    sample = tomllib.loads(samples_dir("policy", "clauses.toml").read_text(encoding="utf-8"))
    found = [(kind, *clause.split(":", 1)) for kind, check in sample["checks"].items() for clause in check["clauses"]]
    assert found
    return [(kind, framework, clause) for kind, framework, clause in found]


def test_every_kind_of_checks_in_the_sample_is_known(links: list[tuple[str, str, str]]) -> None:
    assert {kind for kind, _, _ in links} <= set(CHECK_KINDS)


def test_every_link_of_the_sample_is_made_or_left_out_with_a_reason(links: list[tuple[str, str, str]]) -> None:
    known = load_frameworks(None)
    missing = []
    for kind, name, clause in links:
        if name not in _FRAMEWORKS:
            continue
        framework = known[_FRAMEWORKS[name]]
        made = {(item.id, link.check) for item in framework.clauses for link in item.links}
        reasons = {(item.clause, item.check): item.reason for item in framework.left_out}
        if (clause, kind) not in made and not reasons.get((clause, kind)):
            missing.append(f"{name}:{clause} {kind}")
    assert missing == []
