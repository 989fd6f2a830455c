"""What a policy can ask of a vendor, in numbers: from a profile and the rows of its channels."""

from __future__ import annotations

from datetime import date

import pytest

from supplymatrix.engine.feed_data import load_shipped
from supplymatrix.engine.vendor_profiles import LoadedProfiles, load_profiles
from supplymatrix.model.advisory import Channel, DateTrust
from supplymatrix.model.fact import ChannelMeasure, VendorMeasure
from supplymatrix.model.value import changed
from supplymatrix.model.vendor import EvidenceKind, State, VendorProfile
from supplymatrix.vendors.measures import measure_vendor, rows_of_vendor
from supplymatrix.vendors.response_report import Asked, work_out_response
from supplymatrix.vendors.response_table import ChannelRow, Clock
from supplymatrix.vendors.survival import Quantile, Span, quantiles

TODAY = date(2026, 11, 26)
AS_OF = date(2026, 11, 20)


@pytest.fixture(scope="module")
def loaded() -> LoadedProfiles:
    return load_profiles()


@pytest.fixture(scope="module")
def profile(loaded: LoadedProfiles) -> VendorProfile:
    return loaded.by_id["chainguard"]


def row(
    days: list[int], still_open: int = 0, *, as_of: date | None = AS_OF, trust: DateTrust = DateTrust.DAY
) -> ChannelRow:
    """Return a channel with fixes after so many days, and some that were open for longer than any."""
    late = max(days, default=0) + 1
    spans = [Span(days=found, is_fixed=True) for found in days] + [Span(days=late, is_fixed=False)] * still_open
    clock = clock_of("disclosure", quantiles(spans), len(days), still_open, max(days, default=None))
    none = clock_of("other", (), 0, 0, None)
    channel = Channel(id="wolfi", name="Wolfi", vendor="chainguard", stand_in_for="", rebases=True, trust=trust)
    return ChannelRow(
        id="wolfi", channel=channel, of_programs=False, feeds=("wolfi",), as_of=as_of, first=None, last=None,
        of=59, named=0, rebased=0, open=0, open_long=0, wont_fix=0, not_affected=0, not_seen=0, not_counted={},
        is_latency=trust is DateTrust.DAY, disclosure=clock, detection=none, by_name=none, negatives=(),
        import_days=(), versions=0,
    )  # fmt: skip


def clock_of(name: str, found: tuple[Quantile, ...], fixes: int, cut: int, longest: int | None) -> Clock:
    return Clock(name=name, fixes=fixes, cut=cut, quantiles=found, at={}, longest=longest)


def channel_of(profile: VendorProfile, found: ChannelRow) -> ChannelMeasure:
    (channel,) = measure_vendor(profile, [found], "synced", TODAY).channels
    return channel


def test_a_p90_comes_with_what_it_rests_on(profile: VendorProfile) -> None:
    channel = channel_of(profile, row(list(range(1, 21)), 1))
    assert (channel.p90, channel.fixes, channel.open, channel.as_of) == (19, 20, 1, AS_OF)
    assert (channel.exceeds, channel.reason) == (None, "")


@pytest.mark.parametrize(
    ("found", "reason", "exceeds"),
    [
        (row(list(range(1, 20))), "19 fixes with a day, a P90 needs 20", None),
        (row([3]), "1 fix with a day", None),
        (row(list(range(1, 21)), 10), "so many fixes are still open (10)", 20),
        (row([1] * 20, as_of=None), "", None),
        (row([], as_of=None), "no feed of it was read", None),
        (row([], trust=DateTrust.IMPORT), "are not the days of fixes", None),
    ],
)
def test_where_there_is_no_p90_the_reason_is_told(
    profile: VendorProfile, found: ChannelRow, reason: str, exceeds: int | None
) -> None:
    channel = channel_of(profile, found)
    assert reason in channel.reason
    assert (channel.p90 is None, channel.exceeds) == (bool(reason), exceeds)


def test_channels_of_other_vendors_are_left_out(profile: VendorProfile) -> None:
    assert measure_vendor(changed(profile, id="redhat"), [row([1])], "synced", TODAY).channels == ()


def test_a_statement_is_as_old_as_its_newest_source_and_the_vendor_as_its_oldest_statement(
    profile: VendorProfile,
) -> None:
    found = measure_vendor(profile, (), "shipped", TODAY)
    newest = {
        item.key: max(profile.evidence[name].retrieved_at for name in item.evidence)
        for item in profile.capabilities
        if item.state is not State.UNKNOWN and item.evidence
    }
    assert found.evidence_from == min(newest.values())
    assert newest[found.evidence_key] == found.evidence_from
    assert found.profile == profile.artifact


def test_hearsay_and_what_was_read_after_the_day_carry_nothing(profile: VendorProfile) -> None:
    hearsay = {name: changed(item, kind=EvidenceKind.RECALL) for name, item in profile.evidence.items()}
    for found in (
        measure_vendor(changed(profile, evidence=hearsay), (), "shipped", TODAY),
        measure_vendor(profile, (), "shipped", date(2020, 1, 1)),
    ):
        assert (found.evidence_from, found.statements) == (None, 0)
        assert "no statement with a source" in found.reason


def test_every_built_in_vendor_has_a_measure_that_says_something(loaded: LoadedProfiles) -> None:
    reading = load_shipped()
    measures = [
        measure_vendor(profile, rows_of_vendor(reading, profile.id, TODAY), reading.source, TODAY)
        for profile in loaded.profiles
    ]
    assert all(found.evidence_from is not None for found in measures)
    assert _channels(measures, "redhat") == ["almalinux10", "almalinux8", "almalinux9"]
    assert all(channel.p90 is not None or channel.reason for found in measures for channel in found.channels)


def test_the_numbers_are_those_of_the_table_of_response_times() -> None:
    reading = load_shipped()
    rows = {row.id: row for row in work_out_response(reading, Asked(day=TODAY)).rows if row.channel.vendor == "redhat"}
    assert {row.id: row for row in rows_of_vendor(reading, "redhat", TODAY)} == rows


def _channels(measures: list[VendorMeasure], vendor: str) -> list[str]:
    return [channel.channel for found in measures if found.vendor == vendor for channel in found.channels]
