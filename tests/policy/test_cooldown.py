"""`min_age`: which module versions are held against it, and what follows from what is known of their age."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from supplymatrix.checks.registry import ALL_RULES
from supplymatrix.model.fact import Fact, Facts, ReleaseTime, RequiredModule, SumKind, SumLine
from supplymatrix.model.location import Location
from supplymatrix.model.module import ModuleVersion
from supplymatrix.model.rule import Finding, Result, Status
from supplymatrix.policy.cooldown import AGE_RULE, check_cooldown
from supplymatrix.policy.document import Policy
from tests.policy.policies import parse

NOW = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)
MUX = ModuleVersion(path="github.com/gorilla/mux", version="v1.8.1")
FORK = ModuleVersion(path="fork.example/mux", version="v1.8.1")
WEEK = parse('[packages."**"]\nmin_age = "7d"\n')


def required(
    module: ModuleVersion = MUX,
    effective: ModuleVersion | None = MUX,
    *,
    excluded: bool = False,
    is_member: bool = False,
) -> RequiredModule:
    place = Location(artifact="go.mod", line=5, column=9)
    return RequiredModule(
        subject=module, effective=effective, indirect=False, location=place, excluded=excluded, is_member=is_member
    )


def out(days: float | None, module: ModuleVersion = MUX, **more: object) -> ReleaseTime:
    """Return that a version's commit is so many days old; None = nobody says."""
    time = NOW - timedelta(days=days) if days is not None else None
    source = "module cache" if time else ""
    return ReleaseTime(subject=module, time=time, source=source, **more)  # type: ignore[arg-type]


def results(*facts: Fact, policy: Policy = WEEK) -> list[Result]:
    return list(check_cooldown(policy, Facts(facts), ALL_RULES[AGE_RULE], NOW))


def only(*facts: Fact, policy: Policy = WEEK) -> Result:
    (result,) = results(*facts, policy=policy)
    return result


def finding_of(*facts: Fact) -> Finding:
    finding = only(*facts).finding
    assert finding is not None
    return finding


@pytest.mark.parametrize(
    ("known", "status"),
    [
        (out(7), Status.PASS),
        (out(6.99), Status.FAIL),
        (out(-400), Status.FAIL),
        (out(None), Status.UNKNOWN),
        (out(None, known_since=date(2026, 11, 16)), Status.PASS),
        (out(None, known_since=date(2026, 11, 17)), Status.UNKNOWN),
        (out(3, known_since=date(2020, 1, 1)), Status.FAIL),
        (out(900, new_since=date(2026, 11, 20)), Status.FAIL),
        (out(None, new_since=date(2026, 11, 20)), Status.FAIL),
        (out(900, new_since=date(2026, 11, 1)), Status.PASS),
        (out(900, from_version=True), Status.UNKNOWN),
        (out(900, from_version=True, known_since=date(2026, 11, 1)), Status.PASS),
        (out(1, from_version=True), Status.FAIL),
    ],
)
def test_what_is_known_decides_as_the_table_says(known: ReleaseTime, status: Status) -> None:
    assert only(required(), known).status is status


def test_a_young_version_is_told_with_its_time_and_both_places() -> None:
    finding = finding_of(required(), out(2))
    assert finding.message == f"{MUX} is 2 days old (2026-11-22 12:00 UTC), the policy asks for 7 days"
    assert [str(place) for place in finding.locations] == ["go.mod:5:9", "lift.toml:2:11"]
    assert [(item.label, item.value) for item in finding.evidence] == [
        ("time of its commit", "2026-11-22T12:00:00Z"), ("said by", "module cache"),
    ]  # fmt: skip
    assert "wait until 2026-11-30" in finding.fix
    assert "waiver" in finding.fix


def test_a_commit_of_a_day_to_come_is_not_waited_for() -> None:
    finding = finding_of(required(), out(-400))
    assert "of a day to come" in finding.message
    assert "wait until" not in finding.fix


def test_a_commit_that_claims_to_be_older_than_its_record_is_told_with_both() -> None:
    finding = finding_of(required(), out(900, new_since=date(2026, 11, 20)))
    assert "in the log for 4 days at most" in finding.message
    assert [item.label for item in finding.evidence] == ["not in the log yet", "time of its commit"]


def test_without_a_fact_it_is_a_gap_that_was_not_looked_for() -> None:
    gap = only(required()).gap
    assert gap is not None
    assert (gap.wanted, gap.reason) == (f"release time of {MUX}", "it was not looked for")


def test_a_gap_has_the_reason_and_remedy_of_its_fact() -> None:
    gap = only(required(), out(900, from_version=True, reason="offline", remedy="go online")).gap
    assert gap is not None
    assert gap.reason == "the version says 2024-06-07, which anybody can write; offline"
    assert (gap.remedy, gap.outage, gap.location) == ("go online", False, required().location)


def test_only_modules_of_which_an_age_is_asked_have_a_result() -> None:
    policy = parse(
        '[packages."github.com/**"]\nmin_age = "7d"\n[packages."github.com/gorilla/*"]\nversion = "v1.8.1"\n'
    )
    other = ModuleVersion(path="github.com/a/b", version="v1.0.0")
    assert [result.subject for result in results(required(), required(other, other), policy=policy)] == [str(other)]
    assert results(required(), policy=parse("")) == []


def test_a_fork_is_held_against_the_age_asked_of_the_one_it_replaces_and_of_itself() -> None:
    policy = parse('[packages."github.com/**"]\nmin_age = "3d"\n[packages."fork.example/**"]\nmin_age = "2w"\n')
    finding = only(required(MUX, FORK), out(5, FORK), policy=policy).finding
    assert finding is not None
    assert "the policy asks for 14 days" in finding.message
    assert str(finding.locations[1]) == "lift.toml:4:11"
    assert only(required(MUX, FORK), out(1, FORK), policy=parse('[packages."github.com/**"]\nmin_age = "3d"\n')).finding


@pytest.mark.parametrize("fact", [required(MUX, None), required(excluded=True), required(is_member=True)])
def test_what_is_not_built_from_a_module_version_has_no_age(fact: RequiredModule) -> None:
    assert results(fact) == []


def test_files_of_go_sum_that_go_mod_does_not_name_count_too() -> None:
    lines = [
        SumLine(subject=module, kind=kind, hash="h1:x", location=Location(artifact="go.sum", line=number, column=31))
        for number, (module, kind) in enumerate([(MUX, SumKind.ZIP), (FORK, SumKind.GO_MOD)], start=1)
    ]
    assert [result.subject for result in results(*lines)] == [str(MUX)]
    assert len(results(required(), *lines)) == 1


def test_a_version_that_is_required_twice_has_one_result_with_the_longer_demand() -> None:
    policy = parse('[packages."github.com/**"]\nmin_age = "3d"\n[packages."fork.example/**"]\nmin_age = "2w"\n')
    found = results(required(MUX, MUX), required(FORK, MUX), out(5), policy=policy)
    assert [result.status for result in found] == [Status.FAIL]


def test_an_age_beyond_all_days_is_never_reached() -> None:
    assert only(required(), out(900), policy=parse('[packages."**"]\nmin_age = "99999w"\n')).status is Status.FAIL


@given(
    st.one_of(st.none(), st.integers(-10, 30)),
    st.booleans(),
    st.one_of(st.none(), st.dates(date(2026, 10, 20), date(2026, 11, 24))),
    st.one_of(st.none(), st.dates(date(2026, 10, 20), date(2026, 11, 24))),
)
def test_without_its_fact_nothing_passes(
    days: int | None,
    from_version: bool,
    known: date | None,
    new: date | None,
) -> None:
    fact = out(days, from_version=from_version and days is not None, known_since=known, new_since=new)
    assert only(required(), fact).status in (Status.PASS, Status.FAIL, Status.UNKNOWN)
    assert only(required()).status is Status.UNKNOWN


@given(st.integers(-10, 30), st.integers(0, 20))
def test_an_older_version_never_fares_worse(days: int, more: int) -> None:
    order = [Status.FAIL, Status.UNKNOWN, Status.PASS]
    young, old = only(required(), out(days)), only(required(), out(days + more))
    assert order.index(young.status) <= order.index(old.status)
