"""Where response times and coverage take their feeds from.

1. a folder of feed files that is named (`--feeds DIR`), or one that `feeds sync` made on another machine;
2. what was synced here, feed by feed;
3. for feeds that were not synced: the table of dates that comes with the program.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from supplymatrix.errors import Diagnostic, InputError, SourceError

if TYPE_CHECKING:
    from supplymatrix.feeds.registry import Feed
    from supplymatrix.model.advisory import FeedDate, FeedReading
    from supplymatrix.net.feed_store import FeedStore

__all__ = ["default_store", "load_feed_data", "load_shipped", "read_store", "releases_of"]

_MAX_FILES = 200_000
_MAX_BYTES = 64 << 20
_TRIES = 3


def load_feed_data(
    feeds: Path | None,
    *,
    environ: Mapping[str, str],
    store: Path | None = None,
    registry: Sequence[Feed] | None = None,
) -> FeedReading:
    """Return what the feeds say. feeds: a folder of feed files, None = what was synced, else what is shipped.

    store: the folder of synced feeds instead of the user's. registry: the feeds that there are, None = all. Raises
    InputError when there is no such folder, or for settings that cannot be used; a single file that cannot be read is a
    fault of the reading, and so is a state of the store that is damaged.
    """
    from supplymatrix.feeds.registry import FEEDS
    from supplymatrix.model.value import changed
    from supplymatrix.net.feed_store import FeedStore, is_store

    known = FEEDS if registry is None else registry
    shipped = load_shipped()
    releases = releases_of(shipped)
    if feeds is not None:
        if not feeds.is_dir():
            raise _no_folder(feeds)
        if is_store(feeds):
            synced = read_store(FeedStore(feeds), known, releases)
            return changed(_joined(list(synced.values()), releases), source="folder")
        return _read_folder(feeds, releases)
    folder = store if store is not None else default_store(environ)
    synced = {} if folder is None else read_store(FeedStore(folder), known, releases)
    if not synced:
        return shipped
    return _joined([*synced.values(), _without(shipped, synced)], releases)


def default_store(environ: Mapping[str, str]) -> Path | None:
    """Return the folder of synced feeds: `feeds` in the cache folder; None when no home is known. Raises InputError."""
    from supplymatrix.engine.settings import cache_folder_of, load_settings

    try:
        return cache_folder_of(load_settings(environ), environ) / "feeds"
    except SourceError:
        return None


def load_shipped() -> FeedReading:
    """Return the dates that come with the program."""
    from supplymatrix.feeds.dates_table import read_shipped_dates
    from supplymatrix.sources.builtin import builtin_bytes, builtin_names

    kind = "vendor_profiles/dates"
    return read_shipped_dates((name, builtin_bytes(kind, name)) for name in builtin_names(kind) if name != "README.md")


def releases_of(reading: FeedReading) -> Mapping[str, FeedDate]:
    """Return the days of Go's releases that a reading has."""
    from supplymatrix.feeds.go_releases import release_dates

    return release_dates(reading)


def read_store(store: FeedStore, feeds: Sequence[Feed], releases: Mapping[str, FeedDate]) -> dict[str, FeedReading]:
    """Return what each synced feed says, by feed; those that were never synced are not in it."""
    found = {}
    for feed in feeds:
        reading = _read_feed(store, feed, releases)
        if reading is not None:
            found[feed.id] = reading
    return found


def _read_feed(store: FeedStore, feed: Feed, releases: Mapping[str, FeedDate]) -> FeedReading | None:
    """Return what a synced feed says; a sync that removes the state while it is read gives the newer one."""
    from supplymatrix.engine.feed_files import read_generation
    from supplymatrix.model.advisory import FeedReading

    reading = None
    try:
        for _ in range(_TRIES):
            generation = store.generation(feed.id)
            if generation is None:
                return None
            reading = read_generation(feed, generation, releases)
            if not reading.faults or generation.folder.is_dir():
                break
    except InputError as err:
        return FeedReading(faults=err.diagnostics, source="synced")
    return reading


def _joined(readings: Sequence[FeedReading], releases: Mapping[str, FeedDate]) -> FeedReading:
    from supplymatrix.feeds.join import join_readings

    return join_readings(readings, releases, source="synced")


def _without(shipped: FeedReading, synced: Mapping[str, FeedReading]) -> FeedReading:
    """Return the shipped dates without what the synced feeds say anew.

    A feed of which nothing could be read replaces nothing. An event without a day is of the feed that the other dates
    of its channel are of.
    """
    from supplymatrix.engine.feed_files import has_facts
    from supplymatrix.model.value import changed

    gone = {feed for feed, reading in synced.items() if has_facts(reading)}
    of_channel: dict[str, set[str]] = {}
    for item in shipped.events:
        if item.when is not None:
            of_channel.setdefault(item.channel, set()).add(item.when.feed)
    for shipment in shipped.shipments:
        of_channel.setdefault(shipment.channel, set()).add(shipment.when.feed)
    for feed, reading in synced.items():
        for channel in reading.channels:
            of_channel.setdefault(channel.id, set()).add(feed)
    gone_channels = {name for name, feeds in of_channel.items() if feeds <= gone}
    events = tuple(
        item
        for item in shipped.events
        if (item.when.feed not in gone if item.when is not None else item.channel not in gone_channels)
    )
    shipments = tuple(item for item in shipped.shipments if item.when.feed not in gone)
    return changed(
        shipped,
        channels=tuple(channel for channel in shipped.channels if channel.id not in gone_channels),
        go_fixes=() if "go-vulndb" in gone else shipped.go_fixes,
        events=events,
        shipments=shipments,
        as_of={feed: day for feed, day in shipped.as_of.items() if feed not in gone},
        partial=shipped.partial - gone,
    )


def _read_folder(folder: Path, releases: Mapping[str, FeedDate]) -> FeedReading:
    from supplymatrix.feeds.registry import read_feed_files
    from supplymatrix.model.value import changed

    faults: list[Diagnostic] = []
    reading = read_feed_files(_files(folder, faults), releases, source="folder")
    return changed(reading, faults=(*reading.faults, *faults))


def _files(folder: Path, faults: list[Diagnostic]) -> Iterator[tuple[str, bytes]]:
    """Yield the files of known feeds below a folder, by their paths from it; one that cannot be read is a fault."""
    from supplymatrix.feeds.registry import feed_of_file
    from supplymatrix.sources.files import read_limited

    seen = 0
    for root, folders, names in os.walk(folder):
        folders.sort()
        for name in sorted(names):
            path = Path(root, name)
            file = path.relative_to(folder).as_posix()
            seen += 1
            if seen > _MAX_FILES:
                faults.append(Diagnostic(message=f"only the first {_MAX_FILES:,} files were read", artifact=file))
                return
            if feed_of_file(file) is not None:
                try:
                    yield file, read_limited(path, _MAX_BYTES, "feed file")
                except InputError as err:
                    faults += err.diagnostics


def _no_folder(feeds: Path) -> InputError:
    return InputError(
        Diagnostic(
            message="there is no such folder of feeds",
            artifact=feeds.as_posix(),
            expected="a folder of feed files, or one that `feeds sync` made",
        )
    )
