"""The table and the pairs, each number worked out a second time from the cases."""

from __future__ import annotations

from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st

from supplymatrix.model.advisory import DateTrust, FeedReading, FixState
from supplymatrix.vendors.response import Outcome, cases_of
from supplymatrix.vendors.response_table import OPEN_DAYS, ChannelRow, Negative, Pair, channel_pairs, channel_row
from tests.vendors.made_reading import channel, event, go_fix, reading, shipment

_CVES = [f"CVE-2024-{number}" for number in range(1, 8)]


def row_of(found: FeedReading) -> ChannelRow:
    return channel_row(cases_of(found)[0])


def pair_of(found: FeedReading) -> Pair:
    (pair,) = channel_pairs(cases_of(found))
    return pair


def test_a_row_counts_each_cve_once() -> None:
    events = [
        event(_CVES[0], 20),
        event(_CVES[1], 20, state=FixState.DETECTED),
        event(_CVES[2], 20, state=FixState.WONT_FIX),
        event(_CVES[3], 20, state=FixState.NOT_AFFECTED),
    ]
    shipments = [shipment("1.20.0", 1), shipment("1.21.5", 60)]
    fixes = [go_fix(_CVES[0], 10), *(go_fix(cve, 10, fixed_in=["1.25.1"]) for cve in _CVES[1:4]), go_fix(_CVES[4], 10)]
    row = row_of(reading(fixes=fixes, events=events, shipments=shipments))
    assert (row.of, row.named, row.rebased, row.open, row.wont_fix, row.not_affected) == (5, 1, 1, 1, 1, 1)


def test_what_is_open_for_thirty_days_is_not_open_for_longer() -> None:
    events = [event(cve, 11, state=FixState.DETECTED) for cve in _CVES[:2]]
    fixes = [go_fix(_CVES[0], 20), go_fix(_CVES[1], 19)]
    row = row_of(reading(fixes=fixes, events=events, as_of={"feed": 20 + OPEN_DAYS}))
    assert (row.open, row.open_long) == (2, 1)


def test_a_negative_span_counts_as_day_0_and_is_listed() -> None:
    row = row_of(reading(fixes=[go_fix(_CVES[0], 10)], events=[event(_CVES[0], 7)]))
    assert row.disclosure.quantiles[0].naive == 0
    assert row.negatives == (Negative(cve=_CVES[0], clock="disclosure", days=-3),)


def test_a_percentile_names_the_cve_that_stands_there() -> None:
    fixes = [go_fix(cve, 10) for cve in _CVES[:3]]
    row = row_of(reading(fixes=fixes, events=[event(cve, 12 + 5 * n) for n, cve in enumerate(_CVES[:3])]))
    assert row.disclosure.quantiles[0].naive == 7
    assert row.disclosure.at[50] == _CVES[1]


def test_dates_of_import_give_no_clock() -> None:
    found = reading(
        fixes=[go_fix(_CVES[0], 10)], events=[event(_CVES[0], 17)], channels=[channel(trust=DateTrust.IMPORT)]
    )
    row = row_of(found)
    assert (row.named, row.is_latency, row.disclosure.fixes) == (1, False, 0)


def test_the_clock_by_name_leaves_out_what_only_a_version_fixes() -> None:
    found = reading(
        fixes=[go_fix(cve, 10) for cve in _CVES[:2]],
        events=[event(_CVES[0], 90)],
        shipments=[shipment("1.20.0", 1), shipment("1.21.5", 60)],
    )
    row = row_of(found)
    assert (row.disclosure.fixes, row.by_name.fixes, row.by_name.longest) == (2, 1, 80)


_TWO = [channel("one", rebases=False), channel("two", rebases=False)]


def test_a_pair_rests_on_the_cves_that_both_have() -> None:
    events = [
        event(_CVES[0], 20, name="one"),
        event(_CVES[0], 30, name="two"),
        event(_CVES[1], 20, name="one"),
        event(_CVES[2], 20, name="two"),
    ]
    pair = pair_of(reading(fixes=[go_fix(cve, 10) for cve in _CVES[:3]], events=events, channels=_TWO))
    assert (pair.n, pair.cves, pair.first_faster, pair.median) == (1, (_CVES[0],), 1, Fraction(-10))


def test_a_fix_before_the_other_ones_last_day_is_earlier() -> None:
    events = [event(_CVES[0], 20, name="one"), event(_CVES[0], 15, name="two", state=FixState.OPEN)]
    pair = pair_of(reading(fixes=[go_fix(_CVES[0], 10)], events=events, channels=_TWO))
    assert (pair.first_faster, pair.both, pair.median) == (1, 0, None)


def test_a_fix_after_the_other_feeds_last_day_is_undecided() -> None:
    events = [
        event(_CVES[0], 90, name="one", feed="new"),
        event(_CVES[0], 15, name="two", state=FixState.OPEN, feed="old"),
    ]
    found = reading(fixes=[go_fix(_CVES[0], 10)], events=events, channels=_TWO, as_of={"new": 99, "old": 50})
    assert pair_of(found).undecided == 1


def test_an_even_number_of_differences_has_its_middle_half_way() -> None:
    events = [event(cve, 20, name="two") for cve in _CVES[:2]]
    events += [event(_CVES[0], 23, name="one"), event(_CVES[1], 24, name="one")]
    pair = pair_of(reading(fixes=[go_fix(cve, 10) for cve in _CVES[:2]], events=events, channels=_TWO))
    assert pair.median == Fraction(7, 2)


def test_channels_without_a_common_cve_are_no_pair() -> None:
    events = [event(_CVES[0], 20, name="one"), event(_CVES[1], 20, name="two")]
    found = reading(fixes=[go_fix(cve, 10) for cve in _CVES[:2]], events=events, channels=_TWO)
    assert channel_pairs(cases_of(found)) == ()


_DAYS = st.lists(st.tuples(st.sampled_from(_CVES), st.sampled_from(["one", "two"]), st.integers(5, 90)), max_size=20)


@given(_DAYS)
def test_any_pair_is_that_of_a_slower_way(said: list[tuple[str, str, int]]) -> None:
    fixes = [go_fix(cve, 10) for cve in _CVES]
    events = [event(cve, on, name=name) for cve, name, on in said]
    found = cases_of(reading(fixes=fixes, events=events, channels=_TWO))
    first: dict[str, int] = {}
    second: dict[str, int] = {}
    for cve, name, on in said:
        days = max(0, on - 10)
        kept = first if name == "one" else second
        kept[cve] = min(days, kept.get(cve, days))
    common = sorted(set(first) & set(second))
    pairs = channel_pairs(found)
    assert [pair.n for pair in pairs] == ([len(common)] if common else [])
    for pair in pairs:
        assert pair.first_faster == sum(first[cve] < second[cve] for cve in common)
        assert pair.second_faster == sum(first[cve] > second[cve] for cve in common)
        assert pair.first_faster + pair.second_faster + pair.ties + pair.undecided == pair.n


@given(_DAYS)
def test_every_cve_of_a_row_stands_in_one_count(said: list[tuple[str, str, int]]) -> None:
    fixes = [go_fix(cve, 10) for cve in _CVES]
    for item in cases_of(reading(fixes=fixes, events=[event(c, on, name=n) for c, n, on in said], channels=_TWO)):
        row = channel_row(item)
        known = row.named + row.rebased + row.open + row.wont_fix + row.not_affected + row.not_seen
        assert known + sum(row.not_counted.values()) == row.of == len(_CVES)
        assert row.disclosure.fixes == sum(case.outcome is Outcome.FIXED for case in item.cases)
