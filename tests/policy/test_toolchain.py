"""[toolchain]: read, put together from several files, compared, and what it makes of installed Gos."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from supplymatrix.checks.registry import ALL_RULES, run_rules
from supplymatrix.errors import InputError
from supplymatrix.model.fact import Facts, Gap
from supplymatrix.model.module import ModuleVersion
from supplymatrix.model.on_disk import InstalledGo, ToolchainLevel
from supplymatrix.model.rule import Result, Status
from supplymatrix.model.value import changed
from supplymatrix.policy.compare import compare_policies
from supplymatrix.policy.document import Policy
from supplymatrix.policy.toolchain import judge_toolchains, notes_on_gos
from supplymatrix.policy.toolchain_terms import ACCEPTABLE, BUILDING_GO, DEFAULT_ACCEPT
from supplymatrix.policy.verdict import judge
from tests.policy.policies import build, parse

NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)
MODULE = ModuleVersion(path="golang.org/toolchain", version="v0.0.1-go1.26.8.linux-amd64")
HERE = f"h1:{'A' * 43}="
VERIFY = "[toolchain]\nverify = true\n"


def installed(level: ToolchainLevel, *, compared: str = "the zip in the module cache") -> InstalledGo:
    return InstalledGo(
        root="/opt/go",
        found_as="PATH",
        version="1.26.8",
        platform="linux-amd64",
        level=level,
        subject=MODULE,
        hash=HERE,
        logged_hash="h1:logged",
        record_id=7,
        tree_size=9,
        config=("GOTOOLCHAIN=local",) if level is ToolchainLevel.CONFIG_CHANGED else (),
        compared_with=compared,
        is_packaged=True,
        maker="Debian" if level is ToolchainLevel.DISTRIBUTION else "",
        reason="" if level in (ToolchainLevel.OFFICIAL, ToolchainLevel.CONFIG_CHANGED) else "something is wrong",
    )


def results(policy: Policy, *gos: InstalledGo, gaps: tuple[Gap, ...] = ()) -> list[Result]:
    facts = Facts(gos, gaps)
    rules = ("SM130", "SM131")
    return [r for r in judge_toolchains(run_rules(facts), policy, facts, ALL_RULES) if r.rule in rules]


def statuses(policy: Policy, *gos: InstalledGo) -> dict[str, Status]:
    return {result.rule: result.status for result in results(policy, *gos)}


def test_nothing_is_asked_where_nothing_is_said() -> None:
    assert parse("").toolchain is None
    assert parse("").digest == parse("[toolchain]\nverify = false\n").digest
    assert parse(VERIFY).digest != parse("").digest


def test_what_passes_when_nothing_is_named() -> None:
    asked = parse(VERIFY).toolchain
    assert asked is not None
    assert (asked.verify, asked.accepted) == (True, DEFAULT_ACCEPT)
    assert DEFAULT_ACCEPT == ("official", "official-config-changed")


@pytest.mark.parametrize("level", [level for level in ToolchainLevel if level.value in ACCEPTABLE])
@pytest.mark.parametrize("accept", [("official",), DEFAULT_ACCEPT, ("official", "distribution-build"), ACCEPTABLE])
def test_a_level_passes_where_it_is_accepted_and_nowhere_else(level: ToolchainLevel, accept: tuple[str, ...]) -> None:
    policy = parse(f"{VERIFY}accept = {list(accept)!r}\n")
    found = statuses(policy, installed(level))
    assert found["SM131"] is (Status.PASS if level.value in accept else Status.FAIL)
    assert found.get("SM130", Status.PASS) is Status.PASS


def test_no_policy_accepts_a_modified_go() -> None:
    policy = parse(f"{VERIFY}accept = {list(ACCEPTABLE)!r}\n")
    facts = Facts([installed(ToolchainLevel.MODIFIED)])
    verdict = judge(policy, run_rules(facts), facts, ALL_RULES, now=NOW, tool_version="1")
    assert verdict.exit_code == 4
    (judged,) = [judged for judged in verdict.judged if judged.rule == "SM130"]
    assert str(judged.required_by) == "lift.toml:2:10"


def test_an_accepted_go_that_switches_checks_off_is_a_finding_all_the_same() -> None:
    go = changed(installed(ToolchainLevel.CONFIG_CHANGED), risks=("GOSUMDB=off switches the checksum database off",))
    assert statuses(parse(VERIFY), go)["SM131"] is Status.FAIL


def test_a_distribution_that_was_not_compared_is_not_taken() -> None:
    policy = parse(f"{VERIFY}accept = {list(ACCEPTABLE)!r}\n")
    assert statuses(policy, installed(ToolchainLevel.DISTRIBUTION, compared=""))["SM131"] is Status.UNKNOWN


@pytest.mark.parametrize("lacks", [{"is_packaged": False}, {"record_id": -1}], ids=str)
def test_a_distribution_that_only_says_so_or_has_no_release_to_compare_is_not_taken(lacks: dict[str, Any]) -> None:
    go = changed(installed(ToolchainLevel.DISTRIBUTION), **lacks)
    accept = f"{VERIFY}accept = {list(ACCEPTABLE)!r}\n"
    assert statuses(parse(accept), go)["SM131"] is Status.UNKNOWN
    assert statuses(parse(f'{accept}hashes = ["{HERE}"]\n'), go)["SM131"] is Status.PASS


@pytest.mark.parametrize("level", [ToolchainLevel.DISTRIBUTION, ToolchainLevel.UNKNOWN_VERSION])
def test_a_go_with_a_pinned_hash_is_taken_and_what_differs_is_told(level: ToolchainLevel) -> None:
    go = changed(installed(level), reason="3 changed source files")
    policy = parse(f'{VERIFY}hashes = ["{HERE}"]\n')
    assert statuses(policy, go)["SM131"] is Status.PASS
    (note,) = notes_on_gos(policy, Facts([go]))
    assert (HERE in note.message, "3 changed source files" in note.message) == (True, True)
    assert statuses(policy, changed(go, risks=("GOSUMDB=off",)))["SM131"] is Status.FAIL
    assert statuses(policy, changed(go, hash=f"h1:{'B' * 43}="))["SM131"] is Status.FAIL
    assert list(notes_on_gos(policy, Facts([changed(go, hash="")]))) == []


def test_no_pinned_hash_excuses_a_modified_go() -> None:
    found = statuses(parse(f'{VERIFY}hashes = ["{HERE}"]\n'), installed(ToolchainLevel.MODIFIED))
    assert found["SM130"] is Status.FAIL


def test_a_distribution_that_is_taken_is_told_with_what_differs() -> None:
    policy = parse(f"{VERIFY}accept = {list(ACCEPTABLE)!r}\n")
    facts = Facts([changed(installed(ToolchainLevel.DISTRIBUTION), reason="Debian has built it: 1 extra source file")])
    verdict = judge(policy, run_rules(facts), facts, ALL_RULES, now=NOW, tool_version="1")
    assert [note.code for note in verdict.notes if "1 extra source file" in note.message] == ["toolchain-taken"]


@pytest.mark.parametrize("text", ["h1:abc", "", f"h2:{'A' * 43}="])
def test_what_is_no_hash_of_a_go_is_a_fault(text: str) -> None:
    with pytest.raises(InputError, match="no hash of a Go"):
        parse(f'{VERIFY}hashes = ["{text}"]\n')


def test_two_gos_of_one_version_are_two_subjects() -> None:
    one = installed(ToolchainLevel.OFFICIAL)
    other = changed(one, found_as="GOROOT", risks=("the `go` that runs is not of this GOROOT",))
    found = [result.status for result in results(parse(VERIFY), one, other) if result.rule == "SM131"]
    assert sorted(found) == [Status.FAIL, Status.PASS]


def test_a_go_that_is_not_here_is_unknown_for_both_rules() -> None:
    gap = Gap(wanted=BUILDING_GO, reason="there is no go", remedy="", subject="golang.org/toolchain")
    assert {r.rule: r.status for r in results(parse(VERIFY), gaps=(gap,))} == {
        "SM130": Status.UNKNOWN,
        "SM131": Status.UNKNOWN,
    }
    facts = Facts([], [gap])
    verdict = judge(parse(VERIFY), [], facts, ALL_RULES, now=NOW, tool_version="1")
    assert verdict.exit_code == 3


def test_a_finding_about_what_is_not_accepted_stands_where_that_is_said() -> None:
    (found,) = [
        result
        for result in results(parse(f'{VERIFY}accept = ["official"]\n'), installed(ToolchainLevel.CONFIG_CHANGED))
        if result.rule == "SM131"
    ]
    assert found.finding is not None
    assert str(found.finding.locations[0]) == "lift.toml:3:10"
    assert "GOTOOLCHAIN=local" in found.finding.message


ORG = f'{VERIFY}accept = ["official", "official-config-changed"]\n'


def test_a_parent_holds_where_the_file_is_silent() -> None:
    asked = build('extends = ["org.toml"]\n', org=VERIFY).toolchain
    assert asked is not None
    assert (asked.verify, str(asked.location)) == (True, "org.toml:1:1")


@pytest.mark.parametrize(
    ("text", "at"),
    [
        ("[toolchain]\nverify = false\n", "lift.toml:3:10"),
        ('[toolchain]\naccept = ["official", "distribution-build"]\n', "lift.toml:3:10"),
        (f'[toolchain]\nhashes = ["{HERE}"]\n', "lift.toml:3:10"),
    ],
)
def test_less_than_the_parent_asks_is_an_error_at_its_place(text: str, at: str) -> None:
    for org in (ORG, VERIFY):
        with pytest.raises(InputError) as caught:
            build(f'extends = ["org.toml"]\n{text}', org=org)
        (fault,) = caught.value.diagnostics
        assert f"{fault.artifact}:{fault.line}:{fault.column}" == at
        assert "is set lower" in fault.message


def test_more_than_the_parent_asks_is_taken() -> None:
    asked = build('extends = ["org.toml"]\n[toolchain]\naccept = ["official"]\n', org=ORG).toolchain
    assert asked is not None
    assert (asked.verify, asked.accepted) == (True, ("official",))


def test_hashes_may_only_become_fewer() -> None:
    two = f'{VERIFY}hashes = ["{HERE}", "h1:{"B" * 43}="]\n'
    asked = build(f'extends = ["org.toml"]\n[toolchain]\nhashes = ["{HERE}"]\n', org=two).toolchain
    assert asked is not None
    assert asked.pinned == (HERE,)
    asked = build('extends = ["org.toml"]\n', org=two).toolchain
    assert asked is not None
    assert len(asked.pinned) == 2


def test_a_parent_that_names_no_levels_takes_no_more_beside_one_that_does() -> None:
    wide = f'{VERIFY}accept = {list(ACCEPTABLE)!r}\nhashes = ["{HERE}"]\n'
    for order in (["one.toml", "other.toml"], ["other.toml", "one.toml"]):
        asked = build(f"extends = {order!r}\n", one=VERIFY, other=wide).toolchain
        assert asked is not None
        assert (sorted(asked.accepted), asked.pinned) == (sorted(DEFAULT_ACCEPT), ())


LEVELS = st.lists(st.sampled_from(ACCEPTABLE), min_size=1, unique=True)
HASHES = st.sampled_from(["", f'hashes = ["{HERE}"]\n', f'hashes = ["h1:{"B" * 43}="]\n'])
ASKED = st.builds(
    lambda verify, accept, hashes: f"[toolchain]\nverify = {str(verify).lower()}\naccept = {accept!r}\n{hashes}",
    st.booleans(),
    LEVELS,
    HASHES,
)


@given(one=ASKED, other=ASKED)
def test_of_two_parents_both_must_be_content_whatever_their_order(one: str, other: str) -> None:
    joined = [
        build(f"extends = {order!r}\n", one=one, other=other)
        for order in (["one.toml", "other.toml"], ["other.toml", "one.toml"])
    ]
    alone = [build('extends = ["one.toml"]\n', one=text) for text in (one, other)]
    for level in ACCEPTABLE:
        go = changed(installed(ToolchainLevel(level)), hash="h1:other")
        for policy in joined:
            asked = policy.toolchain
            assert asked is not None
            assert asked.verify == any(p.toolchain is not None and p.toolchain.verify for p in alone)
            is_taken = all(p.toolchain is not None and level in p.toolchain.accepted for p in alone)
            assert (level in asked.accepted) == is_taken
            if asked.verify:
                assert (statuses(policy, go)["SM131"] is Status.PASS) == is_taken
    assert joined[0].digest == joined[1].digest


@given(one=ASKED, other=ASKED)
def test_policies_that_decide_differently_are_told_apart(one: str, other: str) -> None:
    old, new = parse(one), parse(other)
    told = compare_policies(old, new)
    assert bool(told) == (old.digest != new.digest)
    assert all(line.startswith(("stricter: ", "weaker: ")) for line in told)
