"""A version that the policy pins: which modules it is held against, and what is said of another one."""

from __future__ import annotations

import pytest

from supplymatrix.checks.registry import ALL_RULES
from supplymatrix.model.fact import Fact, Facts, RequiredModule, SumKind, SumLine
from supplymatrix.model.location import Location
from supplymatrix.model.module import ModuleVersion
from supplymatrix.model.rule import Result, Status
from supplymatrix.policy.requirements import VERSION_RULE, check_requirements, matched_globs
from tests.policy.policies import parse

POLICY = '[packages."github.com/gorilla/*"]\nversion = "v1.8.0"\n'
MUX = "github.com/gorilla/mux"


def required(
    version: str, effective: ModuleVersion | str | None = "", *, path: str = MUX, line: int = 5
) -> RequiredModule:
    """Return a require of go.mod. effective: "" = the module itself, None = a folder."""
    module = ModuleVersion(path=path, version=version)
    taken = module if effective == "" else effective
    assert not isinstance(taken, str)
    place = Location(artifact="go.mod", line=line, column=9)
    return RequiredModule(subject=module, effective=taken, indirect=False, location=place)


def summed(version: str, kind: SumKind = SumKind.ZIP) -> SumLine:
    place = Location(artifact="go.sum", line=2, column=31)
    return SumLine(subject=ModuleVersion(path=MUX, version=version), kind=kind, hash="h1:x", location=place)


def results(*facts: Fact, policy: str = POLICY) -> list[Result]:
    return list(check_requirements(parse(policy), Facts(facts), ALL_RULES[VERSION_RULE]))


def only(*facts: Fact) -> Result:
    (result,) = results(*facts)
    return result


def test_the_version_that_is_allowed_is_a_pass() -> None:
    assert only(required("v1.8.0")).status is Status.PASS


@pytest.mark.parametrize(
    ("fact", "words"),
    [
        (required("v1.8.1"), "is at v1.8.1, the policy allows v1.8.0 only"),
        (required("v1.8.0", None), "is replaced by a folder, the policy allows v1.8.0 only"),
        (required("v1.8.1", ModuleVersion(path="fork.example/mux", version="v1.8.0")),
         "is replaced by fork.example/mux@v1.8.0, the policy allows v1.8.0 only"),
    ],
)  # fmt: skip
def test_whatever_else_is_built_is_told(fact: RequiredModule, words: str) -> None:
    finding = only(fact).finding
    assert finding is not None
    assert finding.message == f"{MUX} {words}"
    assert [str(place) for place in finding.locations] == ["go.mod:5:9", "lift.toml:2:11"]


def test_another_version_of_the_same_module_may_stand_in_for_the_one_that_is_required() -> None:
    assert only(required("v1.7.0", ModuleVersion(path=MUX, version="v1.8.0"))).status is Status.PASS


def test_with_a_go_mod_the_lines_of_go_sum_do_not_count() -> None:
    assert only(required("v1.8.0"), summed("v1.7.0")).status is Status.PASS


def test_without_a_go_mod_the_modules_whose_files_go_sum_names_count() -> None:
    found = results(summed("v1.8.0"), summed("v1.7.0"), summed("v1.6.0", SumKind.GO_MOD))
    assert sorted(result.status for result in found) == [Status.FAIL, Status.PASS]


def test_a_module_that_no_entry_speaks_of_has_no_result() -> None:
    assert results(required("v9.0.0", path="gitlab.example/x")) == []


def test_an_entry_without_a_version_makes_no_result() -> None:
    assert results(required("v1.8.0"), policy='[packages."**"]\nsecurity_policy = "baseline"\n') == []


def test_globs_are_matched_by_what_go_mod_and_go_sum_name() -> None:
    policy = parse(f'{POLICY}[packages."a.example/**"]\n[packages."nobody.example"]\n')
    facts = Facts([summed("v1.8.0"), required("v1.0.0", path="a.example/x", line=6)])
    assert matched_globs(policy, facts) == {"github.com/gorilla/*", "a.example/**"}
