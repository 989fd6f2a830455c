"""Notices of distributions: whose day is a fix, what is open, and what is only a day of import."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import pytest

from supplymatrix.feeds.almalinux_osv import parse_almalinux_osv
from supplymatrix.feeds.azurelinux_oval import parse_azurelinux_oval
from supplymatrix.feeds.bitnami_osv import parse_bitnami_osv
from supplymatrix.feeds.chainguard_osv import parse_chainguard_osv
from supplymatrix.feeds.packages import go_in_version
from supplymatrix.feeds.secdb import parse_secdb
from supplymatrix.feeds.ubuntu_osv import parse_ubuntu_osv
from supplymatrix.model.advisory import DateTrust, FeedReading, FixEvent, FixState, is_go_toolchain
from tests.feeds.examples import OVAL, as_bytes, osv_notice, osv_range, secdb

_CVE = "CVE-2030-0001"


def _day(event: FixEvent) -> date | None:
    return event.when.day if event.when else None


def test_a_notice_of_ubuntu_is_a_fix_on_its_published_day() -> None:
    notice = osv_notice("USN-1-1", "Ubuntu:22.04:LTS", "golang-1.22", "1.22.2-2", upstream=[f"UBUNTU-{_CVE}"])
    (event,) = parse_ubuntu_osv(as_bytes(notice), "f").events
    assert (event.cve, event.state, _day(event), event.version, event.stream) == (
        _CVE,
        FixState.FIXED,
        date(2030, 2, 3),
        "1.22.2-2",
        "22.04",
    )


def test_a_package_of_a_notice_has_the_cves_of_its_own_map() -> None:
    notice = osv_notice(
        "USN-1-1", "Ubuntu:22.04:LTS", "golang-1.22", "1", upstream=[f"UBUNTU-{_CVE}", "UBUNTU-CVE-2030-0002"]
    )
    notice["affected"][0]["database_specific"] = {"cves_map": {"cves": [{"id": _CVE}]}}  # type: ignore[index]
    assert [event.cve for event in parse_ubuntu_osv(as_bytes(notice), "f").events] == [_CVE]


def test_a_cve_record_of_ubuntu_without_a_fix_is_open_and_has_no_day() -> None:
    record = osv_notice(f"UBUNTU-{_CVE}", "Ubuntu:Pro:18.04:LTS", "golang-1.18", upstream=[_CVE])
    (event,) = parse_ubuntu_osv(as_bytes(record), "f").events
    assert (event.state, event.when, event.stream) == (FixState.OPEN, None, "Pro:18.04")


def test_the_day_on_which_a_cve_became_public_is_no_day_of_a_fix() -> None:
    record = osv_notice(f"UBUNTU-{_CVE}", "Ubuntu:22.04:LTS", "golang-1.22", "1.22.2-2", upstream=[_CVE])
    (event,) = parse_ubuntu_osv(as_bytes(record), "f").events
    assert (event.state, event.when) == (FixState.FIXED, None)


def test_ubuntu_ships_no_versions_that_tell_of_fixes() -> None:
    notice = osv_notice("USN-1-1", "Ubuntu:22.04:LTS", "golang-1.22", "1.22.2-2", upstream=[_CVE])
    reading = parse_ubuntu_osv(as_bytes(notice), "f")
    assert not reading.shipments
    assert not reading.channels[0].rebases


def test_packages_of_others_are_passed_over() -> None:
    notice = osv_notice("USN-1-1", "Ubuntu:22.04:LTS", "golang-github-foo-dev", "1", upstream=[_CVE])
    reading = parse_ubuntu_osv(as_bytes(notice), "f")
    assert not reading.events
    assert reading.as_of


def test_a_notice_of_almalinux_is_a_fix_and_a_shipment_of_its_major() -> None:
    notice = osv_notice("ALSA-2030:1", "AlmaLinux:9", "golang", "1.22.5-1.el9", related=[_CVE])
    reading = parse_almalinux_osv(as_bytes(notice), "f")
    assert [(event.channel, event.cve, _day(event)) for event in reading.events] == [
        ("almalinux9", _CVE, date(2030, 2, 3))
    ]
    assert [(item.go_version, item.when.field) for item in reading.shipments] == [("1.22.5", "/published")]
    assert reading.channels[0].stand_in_for == "RHEL 9"


@pytest.mark.parametrize("package", ["delve", "golang-docs", "golang-src", "vim"])
def test_what_comes_with_go_on_almalinux_is_not_go(package: str) -> None:
    notice = osv_notice("ALSA-2030:1", "AlmaLinux:8", package, "1.22.1-1", related=[_CVE])
    reading = parse_almalinux_osv(as_bytes(notice), "f")
    assert (reading.events, reading.shipments) == ((), ())


def test_days_of_bitnami_are_days_of_import() -> None:
    record = osv_notice("BIT-golang-2030-0001", "Bitnami", "golang", "1.22.5", aliases=[_CVE])
    reading = parse_bitnami_osv(as_bytes(record), "f")
    assert reading.channels[0].trust is DateTrust.IMPORT
    assert not reading.shipments


def test_a_definition_without_a_date_does_not_get_that_of_the_next() -> None:
    reading = parse_azurelinux_oval(OVAL, "f")
    assert [(event.cve, _day(event), event.version) for event in reading.events] == [
        (_CVE, date(2030, 2, 3), "1.22.5-1"),
        ("CVE-2030-0002", None, "1.22.6-1"),
    ]
    assert reading.as_of == {"azurelinux": date(2030, 10, 10)}


def test_the_date_of_a_definition_says_its_line() -> None:
    when = parse_azurelinux_oval(OVAL, "f").events[0].when
    assert when is not None
    assert b"2030-02-03" in OVAL.splitlines()[int(when.field.split()[1]) - 1]


@pytest.mark.parametrize(
    "head",
    [
        b'<!DOCTYPE oval_definitions SYSTEM "file:///etc/passwd">',
        b'<!DOCTYPE a [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;">]>',
    ],
)
def test_xml_with_a_doctype_is_refused(head: bytes) -> None:
    reading = parse_azurelinux_oval(head + OVAL, "f")
    assert "DOCTYPE" in str(reading.faults[0])
    assert not reading.events


def test_a_cut_oval_file_gives_what_stands_before_the_end_and_a_fault_with_its_line() -> None:
    reading = parse_azurelinux_oval(OVAL[: OVAL.index(b'id="c"')], "f")
    assert len(reading.events) == 2
    assert reading.faults[0].line > 10


def test_xml_of_another_kind_is_refused() -> None:
    assert "no OVAL" in str(parse_azurelinux_oval(b"<html><body/></html>", "f").faults[0])


def test_chainguards_fixes_have_the_day_of_the_last_change() -> None:
    record = osv_notice("CGA-a", "Chainguard", "go-1.22", "1.22.5-r0", upstream=[_CVE, "GHSA-a"])
    (event,) = parse_chainguard_osv(as_bytes(record), "f").events
    assert (event.channel, event.cve, _day(event)) == ("chainguard", _CVE, date(2030, 3, 1))
    assert event.when is not None
    assert event.when.field == "/modified"


def test_all_versions_affected_is_open_for_chainguard() -> None:
    record = osv_notice("CGA-a", "Wolfi", "go-1.22", upstream=[_CVE])
    (event,) = parse_chainguard_osv(as_bytes(record), "f").events
    assert (event.channel, event.state, event.when) == ("wolfi-osv", FixState.OPEN, None)


def test_fixed_in_version_0_was_never_affected() -> None:
    record = osv_notice("CGA-a", "Chainguard", "go-1.22", "0", upstream=[_CVE])
    assert parse_chainguard_osv(as_bytes(record), "f").events[0].state is FixState.NOT_AFFECTED


@pytest.mark.parametrize(
    ("status", "state"),
    [
        ("fixed", FixState.FIXED),
        ("not_affected", FixState.NOT_AFFECTED),
        ("under_investigation", FixState.OPEN),
        ("a-new-word", FixState.OPEN),
    ],
)
def test_components_say_more_than_the_span(status: str, state: FixState) -> None:
    record = osv_notice("CGA-a", "Chainguard", "syncthing", "2.0-r1", upstream=[_CVE])
    components = [{"component_type": "go-module", "status": status}]
    record["affected"][0]["ecosystem_specific"] = {"components": components}  # type: ignore[index]
    (event,) = parse_chainguard_osv(as_bytes(record), "f").events
    assert (event.channel, event.state) == ("chainguard-programs", state)


def test_programs_without_go_are_passed_over() -> None:
    record = osv_notice("CGA-a", "Chainguard", "haproxy", "2.0-r1", upstream=[_CVE])
    assert not parse_chainguard_osv(as_bytes(record), "f").events


def test_a_security_database_has_states_and_no_days() -> None:
    found = secdb(v1_22_5_r0=[f"{_CVE} GHSA-a"], v0=["CVE-2030-0002"])
    assert [(event.cve, event.state, event.when) for event in parse_secdb(as_bytes(found), "f").events] == [
        (_CVE, FixState.FIXED, None),
        ("CVE-2030-0002", FixState.NOT_AFFECTED, None),
    ]


def test_a_security_database_of_another_repository_is_refused() -> None:
    assert "security database" in str(parse_secdb(as_bytes({"reponame": "x", "packages": []}), "f").faults[0])


@pytest.mark.parametrize(
    ("version", "go"),
    [
        ("1.21.11-1.el9_4", "1.21.11"),
        ("0:1.16.12-1.module_el8.5.0+2604+960c7771", "1.16.12"),
        ("1.20.3-r1", "1.20.3"),
        ("1.20-r1", "1.20.0"),
        ("1.24-1", ""),
        ("1.21~rc2-1", ""),
        ("1.20_rc1-r0", ""),
        ("1.26.0-rc.1", ""),
        ("2.0.1", ""),
        ("1.2.3.4", ""),
        ("", ""),
    ],
)
def test_a_package_version_tells_its_go_or_nothing(version: str, go: str) -> None:
    assert go_in_version(version) == go


@pytest.mark.parametrize(
    ("package", "is_go"),
    [
        ("golang", True),
        ("golang-1.22", True),
        ("golang-1.22-go", True),
        ("go-1.22", True),
        ("go-fips-1.21", True),
        ("go1.22-openssl", True),
        ("go-toolset", True),
        ("msft-golang", True),
        ("golang-github-foo", False),
        ("go-bindata", False),
        ("delve", False),
        ("cargo", False),
        ("", False),
    ],
)
def test_packages_of_go_itself_are_known_by_name(package: str, is_go: bool) -> None:
    assert is_go_toolchain(package) is is_go


_NAMES = {"related": ["CVE-2030-0001"], "upstream": ["CVE-2030-0001"], "aliases": ["CVE-2030-0001"]}
_READERS = (
    (parse_almalinux_osv, "ALSA-2030:1", "AlmaLinux:9"),
    (parse_ubuntu_osv, "UBUNTU-CVE-2030-0001", "Ubuntu:24.04:LTS"),
    (parse_bitnami_osv, "BIT-golang-2030-0001", "Bitnami"),
    (parse_chainguard_osv, "CGA-a", "Chainguard"),
)


@pytest.mark.parametrize(("read", "identity", "ecosystem"), _READERS)
@pytest.mark.parametrize(
    ("events", "state"),
    [
        ((("introduced", "0"), ("fixed", "1.22.5-1")), FixState.FIXED),
        ((("introduced", "0"), ("fixed", "0")), FixState.NOT_AFFECTED),
        ((("introduced", "0"), ("last_affected", "1.22.4-1")), FixState.OPEN),
        ((("introduced", "0"), ("fixed", "1.21.9-1"), ("introduced", "1.22.0-1")), FixState.OPEN),
    ],
)
def test_no_reader_takes_for_fixed_what_has_a_span_without_a_fix(
    read: Callable[[bytes, str], FeedReading],
    identity: str,
    ecosystem: str,
    events: tuple[tuple[str, str], ...],
    state: FixState,
) -> None:
    notice = osv_notice(identity, ecosystem, "golang") | _NAMES
    notice["affected"] = [{"package": {"ecosystem": ecosystem, "name": "golang"}, "ranges": [osv_range(*events)]}]
    assert {event.state for event in read(as_bytes(notice), "f").events} == {state}
