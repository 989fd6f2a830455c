"""Which feeds a run takes: a folder that is named, what was synced, what is shipped; and what was kept of them."""

from __future__ import annotations

import json
import os
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from supplymatrix.engine import feed_files
from supplymatrix.engine.feed_data import load_feed_data, load_shipped
from supplymatrix.engine.feed_sync import SyncRequest, sync_feeds
from supplymatrix.engine.means import Means
from supplymatrix.engine.parsed_feed import pack_reading, unpack_reading
from supplymatrix.errors import InputError
from supplymatrix.feeds.registry import FEEDS
from supplymatrix.model.advisory import FeedReading
from supplymatrix.model.value import changed
from supplymatrix.net.feed_store import FeedStore
from tests.support.feed_server import alma_notice

pytestmark = pytest.mark.slow


@pytest.fixture
def store(tmp_path: Path) -> Path:
    """A store with two notices of AlmaLinux."""
    folder = tmp_path / "given" / "almalinux-osv"
    folder.mkdir(parents=True)
    for number in (1, 2):
        (folder / f"ALSA-2024:{number}.json").write_bytes(alma_notice(number))
    means = Means(environ={}, now=datetime(2026, 11, 25, tzinfo=UTC))
    sync_feeds(SyncRequest(means=means, store=tmp_path / "feeds", feeds=FEEDS, source=tmp_path / "given"))
    return tmp_path / "feeds"


def load(store: Path) -> FeedReading:
    return load_feed_data(None, environ={}, store=store)


def notices(reading: FeedReading) -> set[str]:
    return {event.advisory for event in reading.events if event.channel == "almalinux9"}


def raw(store: Path) -> Path:
    generation = FeedStore(store).generation("almalinux")
    assert generation is not None
    return generation.path_of(generation.manifest.files[0])


def test_without_a_sync_the_shipped_dates_are_taken(tmp_path: Path) -> None:
    reading = load_feed_data(None, environ={"HOME": str(tmp_path)})
    assert reading.source == "shipped"
    assert reading.events


def test_without_a_home_the_shipped_dates_are_taken() -> None:
    assert load_feed_data(None, environ={}).source == "shipped"


def test_the_store_lies_in_the_cache_folder(store: Path) -> None:
    environ = {"SUPPLYMATRIX_CACHE_DIR": str(store.parent), "HOME": str(store.parent)}
    assert notices(load_feed_data(None, environ=environ)) == {"ALSA-2024:1", "ALSA-2024:2"}


def test_a_synced_feed_takes_the_place_of_the_shipped_one_and_of_no_other(store: Path) -> None:
    reading, shipped = load(store), load_shipped()
    assert reading.source == "synced"
    assert notices(reading) == {"ALSA-2024:1", "ALSA-2024:2"}
    assert reading.as_of["almalinux"] == date(2024, 7, 2)
    assert not any(event.channel == "almalinux8" for event in reading.events)
    assert len(reading.go_fixes) == len(shipped.go_fixes)
    others = [event for event in shipped.events if not event.channel.startswith("almalinux")]
    assert [event for event in reading.events if not event.channel.startswith("almalinux")] == others


def test_a_folder_that_is_named_comes_before_the_store(store: Path) -> None:
    reading = load_feed_data(store.parent / "given", environ={})
    assert reading.source == "folder"
    assert set(reading.as_of) == {"almalinux"}


def test_a_store_of_another_machine_may_be_named_too(store: Path) -> None:
    reading = load_feed_data(store, environ={})
    assert reading.source == "folder"
    assert notices(reading) == {"ALSA-2024:1", "ALSA-2024:2"}


def test_a_folder_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no such folder"):
        load_feed_data(tmp_path / "nowhere", environ={})


def test_what_was_read_once_is_not_read_again(store: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    first = load(store)
    monkeypatch.setattr(feed_files, "read_raw", lambda *_: pytest.fail("read again"))
    assert load(store) == first


@pytest.mark.parametrize("how", ["cut", "other body", "no JSON", "other program", "gone"])
def test_what_was_kept_and_does_not_fit_is_made_anew(store: Path, how: str) -> None:
    first = load(store)
    path = raw(store).parents[2] / "parsed.json"
    head, _, body = path.read_bytes().partition(b"\n")
    texts = {
        "cut": head + b"\n" + body[:-9],
        "other body": head + b"\n" + body.replace(b"ALSA-2024:1", b"ALSA-2024:7"),
        "no JSON": b"\xff\n",
        "other program": json.dumps(json.loads(head) | {"shape": "9"}).encode() + b"\n" + body,
    }
    path.unlink() if how == "gone" else path.write_bytes(texts[how])
    assert load(store) == first
    assert path.read_bytes().partition(b"\n")[2] == body


def test_what_was_kept_is_not_believed_over_changed_bytes(store: Path) -> None:
    path = raw(store)
    info = path.stat()
    path.write_bytes(path.read_bytes().replace(b"2024-07-02", b"2023-07-02"))
    os.utime(path, ns=(info.st_atime_ns, info.st_mtime_ns))
    reading = load(store)
    assert notices(reading) == {"ALSA-2024:2"}
    (fault,) = reading.faults
    assert "not those that were received" in fault.message
    assert "feeds sync almalinux" in fault.remedy


def test_a_file_that_was_only_touched_is_read_as_before(store: Path) -> None:
    first = load(store)
    raw(store).touch()
    assert load(store) == first


def test_a_damaged_manifest_is_a_fault_and_the_shipped_dates_stay(store: Path) -> None:
    (raw(store).parents[2] / "manifest.json").write_text("{")
    reading = load(store)
    assert reading.as_of == load_shipped().as_of
    assert "manifest" in reading.faults[0].message


def test_a_store_that_cannot_be_written_is_read(store: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    first = load(store)
    (raw(store).parents[2] / "parsed.json").unlink()

    def refuse(*_: object) -> None:
        raise OSError("read-only")

    monkeypatch.setattr("supplymatrix.net.whole_file.replace_whole", refuse)
    assert load(store) == first


def test_a_reading_is_read_back_as_it_was() -> None:
    shipped = changed(load_shipped(), partial=frozenset())  # what was fetched is never a part
    assert unpack_reading(pack_reading(shipped), source="shipped") == shipped
    assert unpack_reading(pack_reading(changed(shipped, source="synced")), source="shipped") == shipped


@given(st.binary(max_size=300))
def test_any_bytes_in_place_of_a_kept_reading_are_refused(data: bytes) -> None:
    with pytest.raises(ValueError, match="cannot be read"):
        unpack_reading(data, source="synced")
