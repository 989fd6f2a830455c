"""Whatever bytes a feed's file has, reading it gives a reading: what is wrong is a fault with its place."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from supplymatrix.feeds.json_text import MAX_FEED_BYTES
from supplymatrix.feeds.registry import FEEDS, Feed, read_feed_files
from supplymatrix.model.advisory import FeedReading
from tests.feeds.examples import WHOLE_FILES

pytestmark = pytest.mark.slow

_JSON = [feed for feed in FEEDS if WHOLE_FILES[feed.id][0].endswith(".json")]
_OSV = [feed for feed in _JSON if feed.id not in {"redhat", "secdb"}]


def _ids(feed: Feed) -> str:
    return feed.id


every_feed = pytest.mark.parametrize("feed", FEEDS, ids=_ids)
every_json_feed = pytest.mark.parametrize("feed", _JSON, ids=_ids)


def _only_fault(feed: Feed, data: bytes) -> str:
    reading = feed.parse(data, "x/file")
    assert (reading.events, reading.go_fixes, reading.shipments) == ((), (), ())
    (fault,) = reading.faults
    assert fault.artifact == "x/file"
    return str(fault)


@every_feed
def test_a_whole_file_is_read_without_a_fault(feed: Feed) -> None:
    file, data = WHOLE_FILES[feed.id]
    reading = feed.parse(data, file)
    assert reading.events or reading.go_fixes or reading.shipments
    assert not reading.faults


@every_feed
@given(data=st.binary(max_size=400))
def test_any_bytes_give_a_reading(feed: Feed, data: bytes) -> None:
    assert isinstance(feed.parse(data, "x"), FeedReading)


@every_feed
@given(at=st.integers(0, 6000), new=st.binary(max_size=6), cut=st.integers(0, 40))
def test_a_file_with_any_part_changed_gives_a_reading(feed: Feed, at: int, new: bytes, cut: int) -> None:
    data = WHOLE_FILES[feed.id][1]
    at %= len(data)
    assert isinstance(feed.parse(data[:at] + new + data[at + cut :], "x"), FeedReading)


@every_feed
@given(at=st.integers(1, 6000))
def test_no_date_comes_from_a_cut_file_that_the_whole_one_does_not_have(feed: Feed, at: int) -> None:
    data = WHOLE_FILES[feed.id][1]
    whole, part = feed.parse(data, "x"), feed.parse(data[: at % len(data)], "x")
    assert {event.when for event in part.events} <= {event.when for event in whole.events}


@every_json_feed
@given(data=st.data())
def test_any_value_anywhere_in_a_json_file_gives_a_reading(feed: Feed, data: st.DataObject) -> None:
    import json

    found = json.loads(WHOLE_FILES[feed.id][1])
    place = found
    for _ in range(data.draw(st.integers(0, 6))):
        keys = list(place) if isinstance(place, dict) else list(range(len(place)))
        key = data.draw(st.sampled_from(keys)) if keys else None
        if key is None or not isinstance(place[key], (dict, list)) or not place[key]:
            break
        place = place[key]
    values = st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(max_size=8),
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner, max_size=3),
        max_leaves=5,
    )
    key = data.draw(st.sampled_from(list(place) if isinstance(place, dict) else list(range(len(place)))))
    place[key] = data.draw(values)
    assert isinstance(feed.parse(json.dumps(found).encode(), "x"), FeedReading)


@every_json_feed
def test_a_page_of_html_is_told_as_one(feed: Feed) -> None:
    assert "HTML" in _only_fault(feed, b"<!DOCTYPE html><html><title>Log in</title></html>")


@every_json_feed
def test_a_file_that_is_cut_is_told_as_cut_with_its_line(feed: Feed) -> None:
    data = WHOLE_FILES[feed.id][1]
    text = _only_fault(feed, data[: len(data) // 2])
    assert "x/file:" in text
    assert "cut" in text or "not JSON" in text


@every_feed
def test_an_empty_file_is_told_as_empty(feed: Feed) -> None:
    assert "empty" in _only_fault(feed, b" \n")


@every_feed
def test_a_huge_file_is_refused(feed: Feed) -> None:
    assert "bytes" in _only_fault(feed, b" " * MAX_FEED_BYTES + b"{}")


@every_json_feed
def test_a_key_that_stands_twice_is_refused(feed: Feed) -> None:
    assert "twice" in _only_fault(feed, b'{"id": "a", "id": "b"}')


@every_json_feed
def test_a_number_that_json_does_not_have_is_refused(feed: Feed) -> None:
    assert "NaN" in _only_fault(feed, b'{"id": NaN}')


@every_json_feed
def test_deep_nesting_is_refused(feed: Feed) -> None:
    assert "deep" in _only_fault(feed, b'{"a":' + b"[" * 200_000 + b"]" * 200_000 + b"}")


@every_json_feed
def test_a_list_where_an_object_belongs_is_refused(feed: Feed) -> None:
    assert "no JSON object" in _only_fault(feed, b"[]")


@every_json_feed
def test_bytes_that_are_no_utf_8_are_told_with_their_line(feed: Feed) -> None:
    assert "x/file:2" in _only_fault(feed, b'{"id":\n"\xff"}')


@pytest.mark.parametrize("feed", _OSV, ids=_ids)
def test_a_newer_schema_is_refused(feed: Feed) -> None:
    assert "schema" in _only_fault(feed, b'{"schema_version": "2.0.0", "id": "X"}')


@pytest.mark.parametrize("feed", _JSON, ids=_ids)
def test_control_characters_are_told_and_left_out(feed: Feed) -> None:
    file, data = WHOLE_FILES[feed.id]
    reading = feed.parse(data.replace(b"golang", b"go\\u001b[2Jlang").replace(b'"id": "', b'"id": "\\u001b'), file)
    clean = feed.parse(data, file)
    if reading.faults:
        assert "control characters" in str(reading.faults[0])
        assert reading.faults[0].line > 0
    assert all(
        text.isprintable() for event in reading.events for text in (event.package, event.version, event.advisory)
    )
    assert clean.events or clean.go_fixes


def test_one_bad_file_leaves_the_others_of_a_folder_as_they_are() -> None:
    good = list(WHOLE_FILES.values())
    bad = [(file.replace("/", "/bad-", 1), b"<html>") for file, _ in good if file.endswith(".json")]
    alone, mixed = read_feed_files(good, {}), read_feed_files([*bad, *good], {})
    assert (mixed.events, mixed.go_fixes, mixed.shipments) == (alone.events, alone.go_fixes, alone.shipments)
    assert mixed.faults
