"""Wolfi's logs: each event with its line, what a kind of event means, and what is not passed over in silence."""

from __future__ import annotations

from datetime import date

import pytest

from supplymatrix.feeds.wolfi_events import parse_wolfi_events
from supplymatrix.model.advisory import FixState
from tests.feeds.examples import WOLFI


def test_detection_and_fix_are_two_dated_events() -> None:
    events = parse_wolfi_events(WOLFI, "f").events
    assert [(event.state, event.when.day) for event in events[:2] if event.when] == [
        (FixState.DETECTED, date(2030, 2, 1)),
        (FixState.FIXED, date(2030, 2, 3)),
    ]


def test_the_date_of_an_event_says_its_line() -> None:
    for event in parse_wolfi_events(WOLFI, "f").events:
        assert event.when is not None
        assert str(event.when.day).encode() in WOLFI.splitlines()[int(event.when.field.split()[1]) - 1]


def test_a_fix_of_go_is_a_shipment_of_its_version() -> None:
    assert {(item.channel, item.go_version) for item in parse_wolfi_events(WOLFI, "f").shipments} == {
        ("wolfi", "1.22.5")
    }


@pytest.mark.parametrize(
    ("kind", "state"),
    [
        ("fix-not-planned", FixState.WONT_FIX),
        ("false-positive-determination", FixState.NOT_AFFECTED),
        ("pending-upstream-fix", FixState.OPEN),
        ("true-positive-determination", FixState.OPEN),
        ("analysis-not-planned", FixState.OPEN),
    ],
)
def test_every_kind_of_event_has_its_state(kind: str, state: FixState) -> None:
    assert parse_wolfi_events(WOLFI.replace(b"detection", kind.encode()), "f").events[0].state is state


def test_a_kind_of_event_that_is_not_known_is_a_fault_with_its_line() -> None:
    reading = parse_wolfi_events(WOLFI.replace(b"detection", b"moved"), "f")
    assert (reading.faults[0].line, reading.faults[0].seen) == (11, "moved")
    assert reading.events


def test_an_event_without_a_date_is_a_fault_and_no_event() -> None:
    reading = parse_wolfi_events(WOLFI.replace(b"2030-02-01T01:02:03Z", b"soon"), "f")
    assert reading.faults[0].line == 10
    assert FixState.DETECTED not in {event.state for event in reading.events}


def test_the_fips_build_and_programs_are_channels_of_their_own() -> None:
    channels = {
        name: parse_wolfi_events(WOLFI.replace(b"go-1.22", name.encode()), "f").channels[0].id
        for name in ("go-1.22", "go-fips-1.22", "syft")
    }
    assert channels == {"go-1.22": "wolfi", "go-fips-1.22": "wolfi-fips", "syft": "wolfi-programs"}


@pytest.mark.parametrize("version", [b"3.0.0", b"1", b""])
def test_a_log_of_another_schema_is_refused(version: bytes) -> None:
    reading = parse_wolfi_events(WOLFI.replace(b"2.0.2", version), "f")
    assert "schema" in str(reading.faults[0])
    assert not reading.events


def test_html_is_told_as_such() -> None:
    assert "HTML" in str(parse_wolfi_events(b"<html></html>", "f").faults[0])


def test_yaml_that_stands_for_billions_of_values_is_refused() -> None:
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x, x]"]
    lines += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]" for n in range(1, 12)]
    assert "too many values" in str(parse_wolfi_events("\n".join(lines).encode(), "f").faults[0])
