"""Use case `feeds status`: of which day each feed is, what is stored of it, and what is used where nothing is."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from supplymatrix.errors import Diagnostic, InputError
from supplymatrix.model.value import value
from supplymatrix.net.feed_store import FeedStore

if TYPE_CHECKING:
    from supplymatrix.feeds.registry import Feed
    from supplymatrix.model.advisory import FeedDate

__all__ = ["FeedStatus", "feeds_status"]


@value
class FeedStatus:
    """How one feed stands.

    in_use: "synced", "shipped" or "nothing". as_of: the newest date in what is in use, None = it has none. age: days
    since then. retrieved_at: when the newest of its files was received; checked_at: when a server last said that
    nothing is new. origin: "network" or "folder". kept: files left from earlier syncs. absent: addresses that had
    none.
    """

    feed: Feed
    in_use: str
    as_of: date | None = None
    age: int | None = None
    retrieved_at: datetime | None = None
    checked_at: datetime | None = None
    origin: str = ""
    files: int = 0
    bytes: int = 0
    kept: int = 0
    absent: int = 0
    faults: tuple[Diagnostic, ...] = ()


def feeds_status(store: Path | None, feeds: Sequence[Feed], today: date) -> tuple[FeedStatus, ...]:
    """Return how each feed stands; bytes in the store are held against their SHA-256. store: None = none is known."""
    from supplymatrix.engine.feed_data import load_shipped, releases_of

    shipped = load_shipped()
    releases = releases_of(shipped)
    return tuple(_status(store, feed, shipped.as_of, releases, today) for feed in feeds)


def _status(
    store: Path | None, feed: Feed, shipped: Mapping[str, date], releases: Mapping[str, FeedDate], today: date
) -> FeedStatus:
    from supplymatrix.engine.feed_files import has_facts, read_generation

    faults: tuple[Diagnostic, ...] = ()
    try:
        generation = FeedStore(store).generation(feed.id) if store is not None else None
    except InputError as err:
        generation, faults = None, err.diagnostics
    as_of = shipped.get(feed.id)
    if store is None or generation is None:
        return FeedStatus(
            feed=feed,
            in_use="shipped" if as_of else "nothing",
            as_of=as_of,
            age=(today - as_of).days if as_of else None,
            faults=faults,
        )
    reading = read_generation(feed, generation, releases)
    manifest = generation.manifest
    is_used = has_facts(reading)
    as_of = reading.as_of.get(feed.id) if is_used else as_of
    return FeedStatus(
        feed=feed,
        in_use="synced" if is_used else "shipped" if as_of else "nothing",
        as_of=as_of,
        age=(today - as_of).days if as_of else None,
        retrieved_at=max((file.retrieved_at for file in manifest.files), default=manifest.made_at),
        checked_at=FeedStore(store).checked_at(feed.id),
        origin=manifest.origin,
        files=len(manifest.files),
        bytes=sum(file.bytes for file in manifest.files),
        kept=sum(bool(file.kept_because) for file in manifest.files),
        absent=len(manifest.absent),
        faults=tuple(dict.fromkeys((*manifest.faults, *reading.faults))),
    )
