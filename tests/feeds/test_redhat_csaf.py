"""Red Hat's documents: a notice has the day, a VEX file the states."""

from __future__ import annotations

from datetime import date

from supplymatrix.feeds.redhat_csaf import parse_redhat_csaf
from supplymatrix.feeds.registry import read_feed_files
from supplymatrix.model.advisory import FeedReading, FixState
from tests.feeds.examples import RHEL_9_GOLANG, as_bytes, rhsa, vex


def _parse(found: object) -> FeedReading:
    return parse_redhat_csaf(as_bytes(found), "f")


def test_a_notice_is_a_fix_and_a_shipment_on_the_day_of_its_remediation() -> None:
    reading = _parse(rhsa())
    (event,) = reading.events
    assert (event.cve, event.package, event.version, event.advisory, event.stream) == (
        "CVE-2030-0001",
        "golang",
        "1.22.5-1.el9",
        "RHSA-2030:0001",
        "RHEL 9",
    )
    assert event.when is not None
    assert (event.when.day, event.when.field) == (date(2030, 2, 3), "/vulnerabilities/0/remediations/0/date")
    assert [item.go_version for item in reading.shipments] == ["1.22.5"]


def test_a_notice_whose_remediation_has_no_day_has_that_of_its_first_release() -> None:
    found = rhsa()
    found["vulnerabilities"][0]["remediations"] = []  # type: ignore[index]
    when = _parse(found).events[0].when
    assert when is not None
    assert when.field == "/document/tracking/initial_release_date"


def test_the_day_on_which_a_file_was_written_anew_is_only_its_as_of() -> None:
    assert _parse(rhsa()).as_of == {"redhat": date(2030, 6, 1)}


def test_a_vex_fix_without_a_day_has_none_and_never_that_of_the_cve() -> None:
    remedy = {
        "category": "vendor_fix",
        "product_ids": [RHEL_9_GOLANG],
        "url": "https://access.redhat.com/errata/RHSA-2030:0001",
    }
    (event,) = _parse(vex(remedy, fixed=[RHEL_9_GOLANG])).events
    assert (event.state, event.when, event.advisory) == (FixState.FIXED, None, "RHSA-2030:0001")


def test_a_vex_fix_gets_the_day_of_the_notice_that_it_names() -> None:
    remedy = {
        "category": "vendor_fix",
        "product_ids": [RHEL_9_GOLANG],
        "url": "https://access.redhat.com/errata/RHSA-2030:0001",
    }
    files = [
        ("redhat-csaf/vex/cve-2030-0001.json", as_bytes(vex(remedy, fixed=[RHEL_9_GOLANG]))),
        ("redhat-csaf/advisories/rhsa-2030_0001.json", as_bytes(rhsa())),
    ]
    events = read_feed_files(files, {}).events
    assert {event.when.file for event in events if event.when} == {files[1][0]}
    assert all(event.when is not None for event in events)


def test_known_affected_is_open_and_no_fix_planned_is_wont_fix() -> None:
    product = "red_hat_enterprise_linux_7:golang"
    assert [event.state for event in _parse(vex(known_affected=[product])).events] == [FixState.OPEN]
    remedy = {"category": "no_fix_planned", "product_ids": [product]}
    assert [event.state for event in _parse(vex(remedy, known_affected=[product])).events] == [FixState.WONT_FIX]


def test_known_not_affected_and_under_investigation_have_their_states() -> None:
    products = {"known_not_affected": ["a:golang"], "under_investigation": ["b:go-toolset"]}
    assert {event.state for event in _parse(vex(None, **products)).events} == {FixState.NOT_AFFECTED, FixState.OPEN}


def test_a_module_component_is_known_by_its_name_and_version() -> None:
    product = "AppStream-8.10.0:go-toolset:rhel8:8100020240618:golang-0:1.21.11-1.module+el8.10.0+1.x86_64"
    (event,) = _parse(vex(None, fixed=[product])).events
    assert (event.package, event.version) == ("golang", "1.21.11-1.module+el8.10.0+1")


def test_products_that_are_not_go_are_passed_over() -> None:
    reading = _parse(vex(None, fixed=["AppStream-9:podman-4:4.9.4-1.el9.x86_64"], known_affected=["x:golang-docs"]))
    assert (reading.events, reading.faults) == ((), ())


def test_a_document_of_another_version_or_kind_is_refused() -> None:
    for change in ({"csaf_version": "3.0"}, {"category": "csaf_base"}):
        found = rhsa()
        found["document"].update(change)  # type: ignore[attr-defined]
        assert "/document" in str(_parse(found).faults[0])


def test_a_date_that_is_none_is_a_fault_with_its_pointer() -> None:
    found = rhsa()
    found["vulnerabilities"][0]["remediations"][0]["date"] = "soon"  # type: ignore[index]
    reading = _parse(found)
    assert "/vulnerabilities/0/remediations/0/date" in str(reading.faults[0])
    assert reading.events[0].when is not None  # that of the first release
