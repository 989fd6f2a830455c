"""Support of a Go minor on a day, CVEs that touch a Go, and each vendor's answer to them."""

from __future__ import annotations

from datetime import date

import pytest

from supplymatrix.model.advisory import FeedReading, FixState
from supplymatrix.model.value import changed
from supplymatrix.model.vendor import OfferKind
from supplymatrix.vendors.coverage import GoCoverage, SupportState, cover_go, support_of
from supplymatrix.vendors.cve_answers import CveState, FeedDesk, touching_cves
from supplymatrix.vendors.go_in_use import find_go_in_use
from supplymatrix.vendors.response import cases_of
from supplymatrix.vendors.standing import find_standing
from tests.vendors.made_paths import build_files, made_profile
from tests.vendors.made_reading import channel, day, event, go_fix, reading, shipment

_DAY = day(100)
_CVE = "CVE-2024-1"


def _cover(
    data: FeedReading, dockerfile: str = "FROM golang:1.21.3\n", vendor: str = "v", versions: str = "rebase"
) -> GoCoverage:
    profiles = [
        made_profile(vendor, ["image:v.example/*"], versions=versions),
        made_profile("go-project", ["image:golang"], point="base_image", upstream=True),
    ]
    files = build_files(Dockerfile=dockerfile)
    (go,) = find_go_in_use(files)
    return cover_go(profiles, FeedDesk(data, _DAY), go, find_standing(profiles, files), _DAY)


def _state(coverage: GoCoverage, name: str = "v") -> CveState:
    (row,) = (row for row in coverage.rows if row.id == name)
    (answer,) = row.answers
    return answer.state


@pytest.mark.parametrize(
    ("rows", "state", "until"),
    [
        (['minor = "1.21"\nuntil = 2024-06-01'], SupportState.UNTIL, date(2024, 6, 1)),
        (['minor = "1.21"\nuntil = 2024-02-01'], SupportState.ENDED, date(2024, 2, 1)),
        (['minor = "1.21"'], SupportState.NO_END, None),
        (['minor = "1.21"\nuntil = 2024-02-01', 'minor = "*"'], SupportState.ENDED, date(2024, 2, 1)),
        (['minor = "*"'], SupportState.ROLLING, None),
        (['minor = "1.22"'], SupportState.UNKNOWN, None),
        (['minor = "1.21"\nsince = 2024-09-01'], SupportState.UNKNOWN, None),
        ([], SupportState.UNKNOWN, None),
    ],
)
def test_support_is_what_a_row_says_on_the_day(rows: list[str], state: SupportState, until: date | None) -> None:
    found = support_of(made_profile("v", lifetimes=rows), "1.21", _DAY)
    assert (found.state, found.until) == (state, until)


def test_support_whose_evidence_has_expired_is_unknown() -> None:
    profile = made_profile("v", lifetimes=['minor = "1.21"\nuntil = 2032-01-01'])
    assert support_of(profile, "1.21", date(2025, 1, 1)).state is SupportState.UNKNOWN


def test_a_vendor_without_a_go_is_told_apart_from_one_of_whom_nothing_is_known() -> None:
    profile = made_profile("v", versions="none", offer="policy")
    assert support_of(profile, "1.21", _DAY).state is SupportState.NO_GO


@pytest.mark.parametrize(("go", "touched"), [("1.21.4", 1), ("1.21.5", 0), ("1.22.0", 1), ("1.22.1", 0)])
def test_a_cve_touches_the_exact_version_in_use(go: str, touched: int) -> None:
    (use,) = find_go_in_use(build_files(Dockerfile=f"FROM golang:{go}\n"))
    found = touching_cves(reading(fixes=[go_fix(_CVE)]), use, _DAY)
    assert found is not None
    assert (len(found), all(cve.is_sure for cve in found)) == (touched, True)


def test_of_a_floating_minor_it_is_said_which_cves_are_sure() -> None:
    (use,) = find_go_in_use(build_files(Dockerfile="FROM golang:1.21\n"))
    fixes = [go_fix(_CVE), go_fix("CVE-2024-2", fixed_in=("1.22.1",), ranges=[("", "1.22.1")])]
    found = touching_cves(reading(fixes=fixes), use, _DAY)
    assert [(cve.fix.cve, cve.is_sure) for cve in found or ()] == [(_CVE, False), ("CVE-2024-2", True)]


def test_a_cve_of_a_later_day_is_not_known_yet() -> None:
    (use,) = find_go_in_use(build_files(Dockerfile="FROM golang:1.21.3\n"))
    assert touching_cves(reading(fixes=[go_fix(_CVE, released=101)]), use, _DAY) == ()


def test_without_data_on_go_nothing_is_known_and_nothing_is_zero() -> None:
    coverage = _cover(FeedReading())
    assert coverage.cves is None
    assert {row.count(CveState.FIXED) for row in coverage.rows} == {None}


def test_a_vendor_without_a_feed_is_a_gap_and_no_zero() -> None:
    coverage = _cover(reading(fixes=[go_fix(_CVE)]))
    (row,) = (row for row in coverage.rows if row.id == "v")
    assert (row.no_feed != "", row.count(CveState.OPEN)) == (True, None)


@pytest.mark.parametrize(
    ("state", "answer"),
    [
        (FixState.FIXED, CveState.FIXED), (FixState.OPEN, CveState.OPEN), (FixState.DETECTED, CveState.OPEN),
        (FixState.WONT_FIX, CveState.WONT_FIX), (FixState.NOT_AFFECTED, CveState.NOT_AFFECTED),
    ],
)  # fmt: skip
def test_what_an_advisory_says_is_the_answer(state: FixState, answer: CveState) -> None:
    data = reading(channels=[channel()], fixes=[go_fix(_CVE)], events=[event(_CVE, 5, state=state, package="golang")])
    assert _state(_cover(data)) is answer


def test_a_shipped_version_is_a_fix_only_where_versions_tell() -> None:
    for rebases, answer in ((True, CveState.FIXED), (False, CveState.SILENT)):
        data = reading(
            channels=[channel(rebases=rebases)],
            fixes=[go_fix(_CVE)],
            shipments=[shipment("1.21.5", 9, package="golang")],
        )
        assert _state(_cover(data)) is answer


def test_a_package_of_another_minor_has_no_say() -> None:
    data = reading(
        channels=[channel()],
        fixes=[go_fix(_CVE)],
        events=[
            event(_CVE, 5, package="go-1.22"),
            event(_CVE, 6, state=FixState.WONT_FIX, package="go-1.21"),
        ],
    )
    assert _state(_cover(data)) is CveState.WONT_FIX


@pytest.mark.parametrize("rebases", [True, False])
def test_a_cve_that_go_fixed_after_the_end_of_a_feed_is_later_than_it_and_not_silent(rebases: bool) -> None:
    data = reading(
        channels=[channel(rebases=rebases)],
        fixes=[go_fix(_CVE, released=50)],
        shipments=[shipment("1.21.4", 9, package="golang")],
        as_of={"feed": 30},
    )
    assert _state(_cover(data)) is CveState.LATER


def test_a_part_of_a_feed_is_known_up_to_the_channels_own_last_day_as_response_has_it() -> None:
    data = reading(
        channels=[channel()], fixes=[go_fix(_CVE, released=50)], shipments=[shipment("1.21.4", 9, package="golang")]
    )
    part = changed(data, partial=frozenset({"feed"}))
    assert (_state(_cover(data)), _state(_cover(part))) == (CveState.OPEN, CveState.LATER)
    (row,) = (row for row in _cover(part).rows if row.id == "v")
    assert [found.as_of for found in row.channels] == [one.as_of for one in cases_of(part, as_of=_DAY)]


def test_a_channel_of_programs_alone_says_nothing_of_go() -> None:
    data = reading(
        channels=[channel(), channel("one-programs")],
        fixes=[go_fix(_CVE, released=50)],
        events=[event("CVE-9", 60, name="one-programs", package="crane")],
        shipments=[shipment("1.21.4", 9, package="golang", feed="own")],
        as_of={"own": 30, "feed": 90},
    )
    assert _state(_cover(data)) is CveState.LATER


def test_a_stream_that_has_it_open_is_told_beside_a_fix() -> None:
    fixed = changed(event(_CVE, 5, package="golang"), stream="24.04")
    waiting = changed(event(_CVE, 6, state=FixState.OPEN, package="golang"), stream="22.04")
    data = reading(channels=[channel()], fixes=[go_fix(_CVE)], events=[fixed, waiting])
    (row,) = (row for row in _cover(data).rows if row.id == "v")
    assert (row.answers[0].state, row.answers[0].open_in) == (CveState.FIXED, ("one 22.04",))


def test_upstream_does_not_fix_a_minor_that_it_left_behind() -> None:
    assert _state(_cover(reading(fixes=[go_fix(_CVE)])), "go-project") is CveState.FIXED
    left = go_fix(_CVE, fixed_in=("1.22.1",), ranges=[("", "1.22.1")])
    assert _state(_cover(reading(fixes=[left])), "go-project") is CveState.WONT_FIX


def test_what_touches_a_pinned_go_is_open_today_whatever_could_be_had() -> None:
    coverage = _cover(reading(fixes=[go_fix(_CVE)]))
    assert _state(coverage, "today") is CveState.OPEN


def test_today_is_the_vendors_answer_where_fixes_come_under_old_numbers() -> None:
    data = reading(
        channels=[channel(rebases=False)], fixes=[go_fix(_CVE)], events=[event(_CVE, 5, package="golang-1.21")]
    )
    text = "FROM v.example/golang:1.21.3\n"
    assert _state(_cover(data, text, versions="backport"), "today") is CveState.FIXED


def test_what_the_program_runs_on_gives_no_go() -> None:
    data = reading(channels=[channel()], fixes=[go_fix(_CVE)], events=[event(_CVE, 5, package="golang")])
    text = "FROM golang:1.21 AS b\nFROM v.example/minimal\nCOPY --from=b /a /a\n"
    (row,) = (row for row in _cover(data, text).rows if row.id == "today")
    assert row.answers[0].channel == "go"


def _joined(data: FeedReading, **texts: str) -> list[GoCoverage]:
    profiles = [
        made_profile("v", ["image:v.example/*"], lifetimes=['minor = "1.21"\nuntil = 2024-12-01']),
        made_profile("w", ["image:w.example/*"], versions="backport", lifetimes=['minor = "1.21"\nuntil = 2024-03-01']),
        made_profile("go-project", ["image:golang"], point="base_image", upstream=True),
    ]
    files = build_files(**texts)
    gos = find_go_in_use(files)
    standing = find_standing(profiles, files)
    return [cover_go(profiles, FeedDesk(data, _DAY), go, standing, _DAY, others=gos) for go in gos]


_BOTH = "FROM v.example/go:1.21 AS a\nFROM w.example/go:1.21 AS b\nFROM scratch\nCOPY --from=a / /\nCOPY --from=b / /\n"


@pytest.mark.parametrize(
    ("states", "answer"),
    [
        ((FixState.FIXED, FixState.FIXED), CveState.FIXED),
        ((FixState.FIXED, FixState.OPEN), CveState.OPEN),
        ((FixState.WONT_FIX, FixState.FIXED), CveState.WONT_FIX),
        ((FixState.FIXED, None), CveState.SILENT),
        ((FixState.OPEN, None), CveState.OPEN),
    ],
)
def test_of_several_paths_the_worse_answer_counts(states: tuple[FixState | None, ...], answer: CveState) -> None:
    names = ["one", "two"][: len([state for state in states if state])]
    data = reading(
        channels=[changed(channel(name), vendor=vendor) for name, vendor in zip(names, "vw", strict=False)],
        fixes=[go_fix(_CVE)],
        events=[
            changed(event(_CVE, 5, state=state, package="golang"), channel=name)
            for name, state in zip(names, states, strict=False)
            if state
        ],
    )
    (coverage,) = _joined(data, Dockerfile=_BOTH)
    today = coverage.rows[0]
    assert (today.paths, [found.state for found in today.answers]) == (("v", "w"), [answer])
    assert (today.support.state, today.support.until) == (SupportState.ENDED, date(2024, 3, 1))


def test_a_pinned_upstream_release_is_open_whatever_another_path_has_fixed_under_an_old_number() -> None:
    data = reading(
        channels=[changed(channel("two"), vendor="w")],
        fixes=[go_fix(_CVE)],
        events=[changed(event(_CVE, 5, package="golang"), channel="two")],
    )
    text = _BOTH.replace("v.example/go:1.21", "golang:1.21.3").replace("w.example/go:1.21", "w.example/go:1.21.3")
    (coverage,) = _joined(data, Dockerfile=text)
    assert [answer.state for answer in coverage.rows[0].answers] == [CveState.OPEN]


def test_two_files_with_a_go_each_have_each_its_own_path() -> None:
    data = reading(channels=[changed(channel("one"), vendor="v")], fixes=[go_fix(_CVE)])
    texts = {"Dockerfile": "FROM v.example/go:1.21\n", "b__Dockerfile": "FROM w.example/go:1.20\n"}
    assert [coverage.rows[0].paths for coverage in _joined(data, **texts)] == [("w",), ("v",)]


@pytest.mark.parametrize(("tier", "state"), [("free", SupportState.UNTIL), ("paid", SupportState.UNKNOWN)])
def test_the_length_of_another_offer_counts_only_where_the_project_has_it(tier: str, state: SupportState) -> None:
    seen = made_profile("v", ["image:v.example/*"], lifetimes=['minor = "1.21"\nuntil = 2024-12-01'])
    (own,), (row,) = seen.offers, seen.lifetimes
    other = changed(own, id="other", tier=tier, kind=OfferKind.DATA)
    profile = changed(seen, offers=(own, other), lifetimes=(changed(row, offer="other"),))
    files = build_files(Dockerfile="FROM v.example/go:1.21\n")
    (go,) = find_go_in_use(files)
    data = reading(channels=[changed(channel("one"), vendor="v")], fixes=[go_fix(_CVE)])
    today = cover_go([profile], FeedDesk(data, _DAY), go, find_standing([profile], files), _DAY).rows[0]
    assert today.support.state is state
