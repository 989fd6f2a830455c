"""What a policy asks of vendors: how long fixes take, how old what is known is; and what nobody knows is no pass."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from supplymatrix.checks.registry import ALL_RULES
from supplymatrix.model.fact import ChannelMeasure, Facts, VendorMeasure
from supplymatrix.model.location import Location
from supplymatrix.model.rule import Result, Status
from supplymatrix.model.value import changed
from supplymatrix.policy.document import Policy, VendorRule
from supplymatrix.policy.vendor_requirements import EVIDENCE_RULE, RESPONSE_RULE, check_vendors
from tests.policy.policies import parse

NOW = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)
POLICY = parse('[vendors.redhat]\nmax_response_p90 = "30d"\nmax_evidence_age = "90d"\n')


def channel(name: str, p90: int | None, *, as_of: date | None = date(2026, 11, 20), **more: object) -> ChannelMeasure:
    reason = "" if p90 is not None else "3 fixes with a day, a P90 needs 20"
    return ChannelMeasure(
        channel=name,
        stands_for="",
        p90=p90,
        fixes=24,
        open=1,
        as_of=as_of,
        reason=reason,
        **more,  # type: ignore[arg-type]
    )


def measure(*channels: ChannelMeasure, read: date | None = date(2026, 10, 1)) -> VendorMeasure:
    reason = "" if read else "its profile has no statement with a source that counts"
    return VendorMeasure(
        vendor="redhat",
        channels=channels,
        feeds="synced",
        statements=25 if read else 0,
        evidence_from=read,
        evidence_key="fix_sla" if read else "",
        profile="vendor_profiles/redhat.toml",
        reason=reason,
    )


def results(*facts: VendorMeasure, policy: Policy = POLICY) -> dict[str, Result]:
    return {result.rule: result for result in check_vendors(policy, Facts(facts), ALL_RULES, NOW)}


def status(rule: str, *channels: ChannelMeasure, read: date | None = date(2026, 10, 1)) -> Status:
    return results(measure(*channels, read=read))[rule].status


def with_channels(*names: str) -> Policy:
    (entry,) = POLICY.vendors
    policy = parse("")
    object.__setattr__(policy, "vendors", (changed(entry, channels=names),))  # the reader's work
    return policy


@pytest.mark.parametrize(
    ("channels", "expected"),
    [
        ([channel("a", 30)], Status.PASS),
        ([channel("a", 31)], Status.FAIL),
        ([channel("a", 30), channel("b", 31)], Status.FAIL),
        ([channel("a", 30), channel("b", None)], Status.UNKNOWN),
        ([channel("a", 31), channel("b", None)], Status.FAIL),
        ([channel("a", None, exceeds=30)], Status.FAIL),
        ([channel("a", None, exceeds=29)], Status.UNKNOWN),
        ([channel("a", 30), channel("b-programs", 900, of_programs=True)], Status.PASS),
        ([channel("b-programs", 3, of_programs=True)], Status.UNKNOWN),
        ([], Status.UNKNOWN),
    ],
)
def test_a_slow_channel_fails_and_one_that_is_not_known_leaves_it_open(
    channels: Sequence[ChannelMeasure], expected: Status
) -> None:
    assert status(RESPONSE_RULE, *channels) is expected


@pytest.mark.parametrize(
    ("as_of", "read", "expected"),
    [
        (date(2026, 8, 26), date(2026, 8, 26), Status.PASS),
        (date(2026, 8, 25), date(2026, 11, 1), Status.FAIL),
        (date(2026, 11, 20), date(2026, 8, 25), Status.FAIL),
        (None, date(2026, 11, 1), Status.UNKNOWN),
        (date(2026, 11, 20), None, Status.UNKNOWN),
        (date(2026, 8, 25), None, Status.FAIL),
    ],
)
def test_the_oldest_of_feeds_and_statements_decides(as_of: date | None, read: date | None, expected: Status) -> None:
    assert status(EVIDENCE_RULE, channel("a", 3, as_of=as_of), read=read) is expected


def test_a_vendor_without_feeds_is_as_old_as_its_statements() -> None:
    assert status(EVIDENCE_RULE) is Status.PASS


def test_a_slow_vendor_is_told_with_what_the_number_rests_on() -> None:
    finding = results(measure(channel("el9", 181), channel("el8", None, exceeds=217)))[RESPONSE_RULE].finding
    assert finding is not None
    assert finding.subject == "vendor:redhat"
    assert "took up to more than 217 days in el8, the policy asks for 30 days" in finding.message
    assert str(finding.locations[0]) == "lift.toml:2:20"
    assert [item.value for item in finding.evidence] == [
        "181 days, of 24 fixes and 1 open, feeds synced here, as of 2026-11-20",
        "more than 217 days, of 24 fixes and 1 open, feeds synced here, as of 2026-11-20",
    ]


def test_stale_evidence_is_told_with_each_that_is_too_old() -> None:
    old = measure(channel("el9", 3, as_of=date(2026, 7, 9)), read=date(2026, 3, 26))
    finding = results(old)[EVIDENCE_RULE].finding
    assert finding is not None
    assert "up to 243 days old (fix_sla in vendor_profiles/redhat.toml)" in finding.message
    assert [item.label for item in finding.evidence] == [
        "fix_sla in vendor_profiles/redhat.toml", "the feed of el9", "statements with a source",
    ]  # fmt: skip


@pytest.mark.parametrize("facts", [(), (measure(read=None),)])
def test_what_nobody_knows_is_a_gap_with_a_remedy(facts: tuple[VendorMeasure, ...]) -> None:
    found = results(*facts)
    assert {result.status for result in found.values()} == {Status.UNKNOWN}
    for result in found.values():
        assert result.gap is not None
        assert result.gap.remedy
        assert result.gap.location is not None


def test_a_policy_may_name_the_channels_that_count() -> None:
    known = measure(channel("el8", 217), channel("el9", 20), channel("programs", 5, of_programs=True))
    assert results(known, policy=with_channels("el9"))[RESPONSE_RULE].status is Status.PASS
    assert results(known, policy=with_channels("programs"))[RESPONSE_RULE].status is Status.PASS
    found = results(known, policy=with_channels("el9", "el7"))[RESPONSE_RULE]
    assert found.gap is not None
    assert "no channel el7 (there is: el8, el9, programs)" in found.gap.reason


@pytest.mark.parametrize("rule", [RESPONSE_RULE, EVIDENCE_RULE])
def test_a_channel_that_the_vendor_has_not_leaves_the_answer_open(rule: str) -> None:
    found = results(measure(channel("wolfi", 3)), policy=with_channels("wolfii"))[rule]
    assert found.status is Status.UNKNOWN
    assert found.gap is not None
    assert "no channel wolfii (there is: wolfi)" in found.gap.reason
    assert found.gap.remedy.startswith("did you mean 'wolfi'?")


def test_evidence_that_is_too_old_fails_though_a_channel_is_not_there() -> None:
    old = measure(channel("wolfi", 3), read=date(2026, 3, 26))
    assert results(old, policy=with_channels("wolfi", "wolfii"))[EVIDENCE_RULE].status is Status.FAIL


def test_of_two_files_that_ask_of_one_vendor_the_worse_result_stands() -> None:
    (entry,) = POLICY.vendors
    policy = parse("")
    easy: VendorRule = changed(entry, response_p90=900, location=Location(artifact="org.toml", line=1, column=1))
    object.__setattr__(policy, "vendors", (easy, entry))
    found = results(measure(channel("a", 31)), policy=policy)
    assert found[RESPONSE_RULE].status is Status.FAIL
    assert len(list(check_vendors(policy, Facts(()), ALL_RULES, NOW))) == 2


def test_a_policy_without_vendors_has_no_results() -> None:
    assert results(measure(channel("a", 999)), policy=parse("")) == {}


_CHANNELS = st.lists(
    st.builds(
        lambda name, p90, as_of: channel(name, p90, as_of=as_of),
        st.sampled_from("abc"),
        st.one_of(st.none(), st.integers(0, 60)),
        st.one_of(st.none(), st.dates(date(2026, 1, 1), date(2026, 11, 24))),
    ),
    max_size=3,
    unique_by=lambda found: found.channel,
)


@given(_CHANNELS, st.one_of(st.none(), st.dates(date(2026, 1, 1), date(2026, 11, 24))))
def test_less_evidence_never_makes_a_pass(channels: list[ChannelMeasure], read: date | None) -> None:
    """A number, a day or the whole fact that is taken away: what did not pass before does not pass then."""
    before = results(measure(*channels, read=read))
    vaguer = [
        measure(*(changed(one, p90=None, as_of=None, reason="gone") for one in channels), read=read),
        measure(*channels, read=None),
    ]
    for facts in ((), *((one,) for one in vaguer)):
        for rule, result in results(*facts).items():
            if result.status is Status.PASS:
                assert before[rule].status is Status.PASS
