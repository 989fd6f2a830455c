"""Support of a Go minor on a day, CVEs that touch a Go, and each vendor's answer to them."""

from __future__ import annotations

from datetime import date

import pytest

from supplymatrix.model.advisory import FeedReading, FixState
from supplymatrix.model.value import changed
from supplymatrix.vendors.coverage import GoCoverage, SupportState, cover_go, support_of
from supplymatrix.vendors.cve_answers import CveState, FeedDesk, touching_cves
from supplymatrix.vendors.go_in_use import find_go_in_use
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


def test_a_feed_that_ends_before_the_fix_is_silent() -> None:
    data = reading(
        channels=[channel()],
        fixes=[go_fix(_CVE, released=50)],
        shipments=[shipment("1.21.4", 9, package="golang")],
        as_of={"feed": 30},
    )
    assert _state(_cover(data)) is CveState.SILENT


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
