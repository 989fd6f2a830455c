"""Where the days went: Go's fix, the vendor's, your adoption, on one axis."""

from __future__ import annotations

from supplymatrix.model.advisory import FixState
from supplymatrix.vendors.adoption import Adoption, AdoptionState
from supplymatrix.vendors.response import Case, cases_of
from supplymatrix.vendors.stages import StageLine, StageName, stage_line, stage_summary
from tests.vendors.made_reading import day, event, go_fix, reading

_CVE = "CVE-2024-1"


def case(fixed: int | None) -> Case:
    events = [event(_CVE, fixed)] if fixed is not None else [event(_CVE, 12, state=FixState.OPEN)]
    ((found,),) = [one.cases for one in cases_of(reading(fixes=[go_fix(_CVE, 10)], events=events))]
    return found


def adoption(days: int, state: AdoptionState = AdoptionState.ADOPTED) -> Adoption:
    return Adoption(cve=_CVE, state=state, released=day(10), days=days)


def spans(line: StageLine) -> dict[str, tuple[int, int]]:
    return {stage.name.value: (stage.start, stage.end) for stage in line.stages}


def test_stages_follow_each_other_on_one_axis() -> None:
    line = stage_line(case(30), adoption(90), cve=_CVE, channel="one")
    assert spans(line) == {"Go's fix": (0, 0), "vendor's fix": (0, 20), "your adoption": (20, 90)}
    assert line.slowest is StageName.ADOPTION


def test_the_vendor_is_the_slowest_where_it_is() -> None:
    assert stage_line(case(100), adoption(95), cve=_CVE, channel="one").slowest is StageName.VENDOR


def test_who_moved_before_the_vendor_has_no_days_of_its_own() -> None:
    assert spans(stage_line(case(30), adoption(5), cve=_CVE, channel="one"))["your adoption"] == (20, 20)


def test_straight_from_go_there_are_two_stages() -> None:
    line = stage_line(None, adoption(33), cve=_CVE)
    assert spans(line) == {"Go's fix": (0, 0), "your adoption": (0, 33)}


def test_while_the_vendor_has_no_fix_there_is_nothing_to_adopt() -> None:
    line = stage_line(case(None), adoption(390, AdoptionState.OPEN), cve=_CVE, channel="one")
    assert [(stage.name, stage.is_open) for stage in line.stages] == [(StageName.GO, False), (StageName.VENDOR, True)]
    assert line.slowest is StageName.VENDOR


def test_a_stage_that_is_not_known_is_said_and_is_no_zero() -> None:
    unknown = Adoption(cve=_CVE, state=AdoptionState.UNKNOWN, released=day(10), because="no repository")
    line = stage_line(case(30), unknown, cve=_CVE, channel="one")
    assert "no repository" in line.missing
    assert line.slowest is None


def test_nothing_is_slowest_where_nothing_took_a_day() -> None:
    assert stage_line(None, adoption(0), cve=_CVE).slowest is None


def test_a_summary_leaves_out_what_lacks_a_stage_and_counts_it() -> None:
    lines = [
        stage_line(case(30), adoption(90), cve=_CVE, channel="one"),
        stage_line(case(20), adoption(15), cve=_CVE, channel="one"),
        stage_line(case(20), Adoption(cve=_CVE, state=AdoptionState.FLOATS, released=day(10)), cve=_CVE),
    ]
    summary = stage_summary(lines, "one")
    assert (summary.n, summary.left_out) == (2, 1)
    assert summary.totals == {StageName.GO: 0, StageName.VENDOR: 30, StageName.ADOPTION: 75}
    assert summary.slowest is StageName.ADOPTION
