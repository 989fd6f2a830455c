"""From feeds to cases, rule by rule."""

from __future__ import annotations

from datetime import timedelta
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from supplymatrix.model.advisory import DateTrust, FeedReading, FixEvent, FixState, Shipment
from supplymatrix.model.value import changed
from supplymatrix.vendors.response import IMPORT_ENTRIES, Case, ChannelCases, How, NotCounted, Outcome, cases_of
from tests.vendors.made_reading import channel, day, event, go_fix, reading, shipment

CVE = "CVE-2024-1"


def only(found: FeedReading, cve: str = CVE) -> Case:
    """Return the case of one CVE in the only channel."""
    ((case,),) = [[case for case in one.cases if case.cve == cve] for one in cases_of(found)]
    return case


def one(found: FeedReading) -> ChannelCases:
    (channel_cases,) = cases_of(found)
    return channel_cases


def test_days_run_from_the_go_release_to_the_advisory() -> None:
    case = only(reading(fixes=[go_fix(CVE, 10)], events=[event(CVE, 17)]))
    assert (case.outcome, case.how, case.days) == (Outcome.FIXED, How.NAMED, 7)


def test_every_date_of_a_case_tells_its_file_and_field() -> None:
    case = only(reading(fixes=[go_fix(CVE, 10)], events=[event(CVE, 17)]))
    assert case.disclosed is not None
    assert case.fixed is not None
    assert (case.disclosed.file, case.disclosed.field) == ("go.csv", "line 1")
    assert (case.fixed.feed, case.fixed.file, case.fixed.field) == ("feed", "a.json", "/published")


def test_without_a_day_of_the_go_release_nothing_is_measured() -> None:
    case = only(reading(fixes=[go_fix(CVE, None)], events=[event(CVE, 17)]))
    assert (case.outcome, case.because, case.days) == (Outcome.NOT_COUNTED, NotCounted.T0_UNKNOWN, None)


def test_the_second_clock_runs_from_the_detection_in_the_same_package() -> None:
    events = [
        event(CVE, 17, package="go-1.22"),
        event(CVE, 12, package="go-1.22", state=FixState.DETECTED),
        event(CVE, 3, package="go-1.21", state=FixState.DETECTED),
    ]
    case = only(reading(fixes=[go_fix(CVE, 10)], events=events))
    assert (case.days, case.detected_days) == (7, 5)


def test_a_fix_without_a_detection_has_no_second_clock() -> None:
    assert only(reading(fixes=[go_fix(CVE, 10)], events=[event(CVE, 17)])).detected_days is None


def test_a_shipped_version_fixes_what_no_advisory_names() -> None:
    found = reading(fixes=[go_fix(CVE, 10)], shipments=[shipment("1.21.4", 5), shipment("1.21.5", 30)])
    case = only(found)
    assert (case.outcome, case.how, case.days, case.version) == (Outcome.FIXED, How.REBASED, 20, "1.21.5-r0")


def test_a_newer_minor_fixes_it_too() -> None:
    found = reading(fixes=[go_fix(CVE, 10)], shipments=[shipment("1.21.4", 5), shipment("1.23.0", 40)])
    assert only(found).days == 30


def test_versions_do_not_count_where_fixes_are_backported() -> None:
    found = reading(fixes=[go_fix(CVE, 10)], shipments=[shipment("1.23.0", 40)], channels=[channel(rebases=False)])
    assert only(found).outcome is Outcome.NOT_SEEN


def test_the_earlier_of_advisory_and_version_counts() -> None:
    shipments = [shipment("1.21.4", 5), shipment("1.21.5", 30)]
    named_later = only(reading(fixes=[go_fix(CVE, 10)], events=[event(CVE, 50)], shipments=shipments))
    named_first = only(reading(fixes=[go_fix(CVE, 10)], events=[event(CVE, 20)], shipments=shipments))
    assert (named_later.how, named_later.days, named_later.named_days) == (How.REBASED, 20, 40)
    assert (named_first.how, named_first.days) == (How.NAMED, 10)


def test_on_the_same_day_the_advisory_is_what_counts() -> None:
    found = reading(
        fixes=[go_fix(CVE, 10)], events=[event(CVE, 30)], shipments=[shipment("1.21.4", 5), shipment("1.21.5", 30)]
    )
    assert only(found).how is How.NAMED


def test_a_version_of_the_feeds_first_day_may_be_older_and_is_not_measured() -> None:
    found = reading(fixes=[go_fix(CVE, 10)], shipments=[shipment("1.22.1", 90)])
    assert only(found).because is NotCounted.BEFORE_FEED


def test_an_advisory_of_the_feeds_first_day_is_measured() -> None:
    assert only(reading(fixes=[go_fix(CVE, 10)], events=[event(CVE, 90)])).days == 80


def test_what_is_open_has_waited_until_the_feeds_newest_date() -> None:
    found = reading(fixes=[go_fix(CVE, 10)], events=[event(CVE, 20, state=FixState.DETECTED)], as_of={"feed": 110})
    case = only(found)
    assert (case.outcome, case.days, case.detected_days, case.until) == (Outcome.OPEN, 100, 90, day(110))


def test_a_channel_that_moves_with_go_has_open_what_neither_advisory_nor_version_fixes() -> None:
    found = reading(fixes=[go_fix(CVE, 10)], shipments=[shipment("1.20.1", 5), shipment("1.21.4", 50)])
    case = only(found)
    assert (case.outcome, case.days) == (Outcome.OPEN, 390)
    assert "1.21.4" in case.note


def test_what_a_feed_of_fixes_alone_does_not_name_is_not_open() -> None:
    found = reading(
        fixes=[go_fix(CVE, 10), go_fix("CVE-2024-2", 10)],
        events=[event("CVE-2024-2", 20)],
        channels=[channel(rebases=False)],
    )
    assert only(found).outcome is Outcome.NOT_SEEN


def test_what_will_not_be_fixed_is_a_span_that_is_cut() -> None:
    events = [event(CVE, 20, state=FixState.DETECTED), event(CVE, 30, state=FixState.WONT_FIX)]
    case = only(reading(fixes=[go_fix(CVE, 10)], events=events))
    assert (case.outcome, case.days) == (Outcome.WONT_FIX, 390)


def test_a_fix_in_one_package_counts_although_another_one_gets_none() -> None:
    events = [
        event(CVE, 30, state=FixState.WONT_FIX, package="go-1.20"),
        event(CVE, 40, package="go-1.22"),
    ]
    assert only(reading(fixes=[go_fix(CVE, 10)], events=events)).outcome is Outcome.FIXED


def test_an_open_package_beside_one_that_gets_no_fix_is_open() -> None:
    events = [
        event(CVE, 30, state=FixState.WONT_FIX, package="go-1.20"),
        event(CVE, 30, state=FixState.DETECTED, package="go-1.22"),
    ]
    assert only(reading(fixes=[go_fix(CVE, 10)], events=events)).outcome is Outcome.OPEN


def test_a_false_alarm_is_not_affected_and_not_counted() -> None:
    events = [event(CVE, 20, state=FixState.DETECTED), event(CVE, 30, state=FixState.NOT_AFFECTED)]
    case = only(reading(fixes=[go_fix(CVE, 10)], events=events))
    assert (case.outcome, case.days) == (Outcome.NOT_AFFECTED, None)


def test_a_fix_without_a_date_is_told_and_not_counted() -> None:
    assert only(reading(fixes=[go_fix(CVE, 10)], events=[event(CVE, None)], as_of={"one": 50})).because is (
        NotCounted.NO_DATE
    )


def test_a_negative_span_is_kept_as_it_is() -> None:
    case = only(reading(fixes=[go_fix(CVE, 10)], events=[event(CVE, 7)]))
    assert case.days == -3


def _import(count: int) -> FeedReading:
    cves = [f"CVE-2024-{number}" for number in range(1, count + 1)]
    return reading(fixes=[go_fix(cve, 10) for cve in cves], events=[event(cve, 60) for cve in cves])


def test_dates_of_an_import_are_dropped() -> None:
    found = one(_import(IMPORT_ENTRIES + 1))
    assert {case.because for case in found.cases} == {NotCounted.IMPORT_DAY}
    assert [(item.day, item.entries) for item in found.import_days] == [(day(60), IMPORT_ENTRIES + 1)]


def test_twenty_entries_on_a_day_are_no_import() -> None:
    found = one(_import(IMPORT_ENTRIES))
    assert {case.outcome for case in found.cases} == {Outcome.FIXED}
    assert found.import_days == ()


def test_one_advisory_that_names_many_cves_is_no_import() -> None:
    cves = [f"CVE-2024-{number}" for number in range(1, 40)]
    events = [event(cve, 60, advisory="A-1", package=package) for cve in cves for package in ("golang", "golang-bin")]
    found = one(reading(fixes=[go_fix(cve, 10) for cve in cves], events=events))
    assert found.import_days == ()


def test_a_version_that_came_before_an_import_still_counts() -> None:
    found = _import(IMPORT_ENTRIES + 1)
    shipments = (shipment("1.20.0", 5), shipment("1.21.5", 40))
    assert {case.days for case in one(changed(found, shipments=shipments)).cases} == {30}


@pytest.mark.parametrize("later", [90, 200])
def test_what_a_version_of_an_import_fixes_first_is_not_measured_by_the_next_one(later: int) -> None:
    found = changed(_import(IMPORT_ENTRIES + 1), go_fixes=(go_fix("CVE-2024-99", 10),))
    shipments = (shipment("1.20.0", 5), shipment("1.21.5", 60), shipment("1.21.6", later))
    case = only(changed(found, shipments=shipments), "CVE-2024-99")
    assert (case.outcome, case.because, case.days) == (Outcome.NOT_COUNTED, NotCounted.IMPORT_DAY, None)


def test_a_fix_of_go_that_is_later_than_the_feed_is_not_open() -> None:
    found = reading(fixes=[go_fix(CVE, 10)], shipments=[shipment("1.20.1", 1)], as_of={"feed": 5})
    assert only(found).because is NotCounted.AFTER_AS_OF


@pytest.mark.parametrize("rebases", [True, False])
def test_of_a_fix_that_is_later_than_the_feed_silence_says_nothing(rebases: bool) -> None:
    late = go_fix(
        CVE, 50, fixed_in=("1.22.3",), ranges=[("1.22.0", "1.22.3")]
    )  # of a minor that it never had till then
    found = reading(
        fixes=[late], shipments=[shipment("1.21.9", 1)], channels=[channel(rebases=rebases)], as_of={"feed": 5}
    )
    assert only(found).because is NotCounted.AFTER_AS_OF


def test_what_a_feed_says_of_a_fix_that_is_later_than_itself_still_counts() -> None:
    found = reading(fixes=[go_fix(CVE, 50)], events=[event(CVE, 3, state=FixState.NOT_AFFECTED)], as_of={"feed": 5})
    assert only(found).outcome is Outcome.NOT_AFFECTED


def test_a_channel_without_a_feed_measures_nothing() -> None:
    found = one(reading(fixes=[go_fix(CVE, 10)], as_of={}))
    assert found.as_of is None
    assert [case.outcome for case in found.cases] == [Outcome.NOT_SEEN]


def test_of_several_feeds_the_older_as_of_cuts() -> None:
    events = [
        event(CVE, 20, state=FixState.DETECTED, feed="old"),
        event("CVE-2024-2", 30, feed="new"),
    ]
    found = reading(fixes=[go_fix(CVE, 10), go_fix("CVE-2024-2", 10)], events=events, as_of={"old": 60, "new": 90})
    assert only(found).until == day(60)


def test_as_of_forgets_what_came_later() -> None:
    found = reading(
        fixes=[go_fix(CVE, 10), go_fix("CVE-2024-2", 80)],
        events=[event(CVE, 17), event(CVE, 3, state=FixState.DETECTED)],
    )
    (early,) = cases_of(found, as_of=day(15))
    assert [(case.cve, case.outcome, case.until) for case in early.cases] == [(CVE, Outcome.OPEN, day(15))]


def test_since_leaves_out_what_go_fixed_earlier() -> None:
    found = reading(fixes=[go_fix(CVE, 10), go_fix("CVE-2024-2", 80)])
    assert [case.cve for case in cases_of(found, since=day(11))[0].cases] == ["CVE-2024-2"]


def test_another_name_of_a_cve_is_the_same_cve() -> None:
    found = reading(fixes=[go_fix(CVE, 10, aliases=["GHSA-x"])], events=[event("GHSA-x", 17)])
    assert only(found).days == 7


def test_two_cves_of_one_entry_keep_their_own_names() -> None:
    both = (CVE, "CVE-2024-2")
    found = reading(fixes=[go_fix(cve, 10, aliases=both) for cve in both], events=[event(CVE, 17), event(both[1], 19)])
    assert [case.days for case in one(found).cases] == [7, 9]


def test_programs_are_cases_of_their_own() -> None:
    events = [event(CVE, 17), event(CVE, 30, package="crane"), event(CVE, 60, package="trivy")]
    go_itself, programs = cases_of(reading(fixes=[go_fix(CVE, 10)], events=events))
    assert [case.days for case in go_itself.cases] == [7]
    assert [(case.package, case.days) for case in programs.cases] == [("crane", 20), ("trivy", 50)]
    assert programs.of_programs


def test_dates_of_import_are_no_response_times() -> None:
    found = reading(fixes=[go_fix(CVE, 10)], events=[event(CVE, 17)], channels=[channel(trust=DateTrust.IMPORT)])
    assert not one(found).is_latency


_EVENTS = st.lists(
    st.builds(
        event,
        st.sampled_from([CVE, "CVE-2024-2", "CVE-1999-1"]),
        st.one_of(st.none(), st.integers(0, 300)),
        state=st.sampled_from(FixState),
        package=st.sampled_from(["golang", "go-1.22", "crane"]),
    ),
    max_size=12,
)
_SHIPMENTS = st.lists(
    st.builds(shipment, st.sampled_from(["1.20.1", "1.21.4", "1.21.5", "1.22.1", ""]), st.integers(0, 300)), max_size=6
)


@given(_EVENTS, _SHIPMENTS, st.booleans(), st.randoms(use_true_random=False))
def test_any_feed_gives_one_case_for_each_cve_in_whatever_order_it_is_read(
    events: list[FixEvent], shipments: list[Shipment], rebases: bool, chance: Random
) -> None:
    fixes = [go_fix(CVE, 10), go_fix("CVE-2024-2", None)]
    found = reading(fixes=fixes, events=events, shipments=shipments, channels=[channel(rebases=rebases)])
    expected = cases_of(found)
    for item in expected:
        if not item.of_programs:
            assert [case.cve for case in item.cases] == [CVE, "CVE-2024-2"]
        for case in item.cases:
            assert (case.because is not None) is (case.outcome is Outcome.NOT_COUNTED)
            if case.outcome is Outcome.FIXED:
                assert case.fixed is not None
                assert case.disclosed is not None
                assert case.fixed.day == case.disclosed.day + timedelta(days=case.days or 0)
    mixed = [*events]
    chance.shuffle(mixed)
    again = cases_of(changed(found, events=tuple(mixed), shipments=tuple(shipments[::-1])))
    assert [[case.days for case in item.cases] for item in again] == [
        [case.days for case in item.cases] for item in expected
    ]


@pytest.mark.parametrize("state", [FixState.OPEN, FixState.DETECTED])
def test_a_state_without_a_date_is_open_too(state: FixState) -> None:
    found = reading(fixes=[go_fix(CVE, 10)], events=[event(CVE, None, state=state), event("CVE-9", 20)])
    assert only(found).outcome is Outcome.OPEN


def test_a_part_of_a_feed_does_not_make_open_what_it_no_longer_speaks_of() -> None:
    whole = reading(fixes=[go_fix(CVE, 10), go_fix("CVE-2024-2", 90)], shipments=[shipment("1.20.1", 50)])
    part = changed(whole, partial=frozenset({"feed"}))
    assert [case.days for case in one(whole).cases] == [390, 310]
    assert [(case.days, case.because) for case in one(part).cases] == [(40, None), (None, NotCounted.AFTER_AS_OF)]


def test_a_channel_that_never_had_a_touched_go_is_neither_late_nor_open() -> None:
    fix = go_fix(CVE, 100, fixed_in=("1.22.3",), ranges=[("1.22.0", "1.22.3")])
    late = only(reading(fixes=[fix], shipments=[shipment("1.21.9", 50), shipment("1.22.4", 300)]))
    never = only(reading(fixes=[fix], shipments=[shipment("1.21.9", 50), shipment("1.21.11", 200)]))
    had = only(reading(fixes=[fix], shipments=[shipment("1.22.1", 50), shipment("1.22.4", 300)]))
    assert (late.outcome, never.outcome) == (Outcome.NOT_AFFECTED, Outcome.NOT_AFFECTED)
    assert (had.outcome, had.days) == (Outcome.FIXED, 200)
