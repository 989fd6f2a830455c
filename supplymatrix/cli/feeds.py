"""`supplymatrix feeds`: advisory feeds of vendors, fetched to this machine, and of which day they are."""

from __future__ import annotations

import os
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from supplymatrix.cli.options import console_options
from supplymatrix.cli.output import Console
from supplymatrix.cli.pages import format_option, write_pages
from supplymatrix.cli.words import complete_feeds
from supplymatrix.engine.events import Event, Progress

if TYPE_CHECKING:
    from collections.abc import Callable

    from supplymatrix.cli.targets import ReportTarget
    from supplymatrix.engine.settings import Settings

__all__ = ["feeds"]

_FORMAT = format_option("text", "json")
_STORE = click.option(
    "--feeds-dir", type=click.Path(path_type=Path), metavar="DIR",
    help="Keep feeds here; `feeds` in the cache folder when left out.",
)  # fmt: skip


@click.group()
def feeds() -> None:
    """Fetch vendors' advisory feeds to this machine, and show of which day they are. Nothing is sent on to anybody."""


@feeds.command(name="list")
@_FORMAT
@console_options
def list_(*, targets: tuple[ReportTarget, ...], console: Console) -> None:
    """List the feeds: address, licence, attribution, what each cannot tell. -v names the files that --from takes."""
    from supplymatrix.feeds.registry import FEEDS
    from supplymatrix.reports.feeds_view import render_feeds_json, render_list_text

    render = {
        "text": lambda width: render_list_text(FEEDS, width=width, verbose=console.verbose),
        "json": lambda _width: render_feeds_json(FEEDS),
    }
    write_pages(targets, render, quiet=console.quiet)


@feeds.command()
@_STORE
@_FORMAT
def status(*, feeds_dir: Path | None, targets: tuple[ReportTarget, ...]) -> int:
    """Show of which day each feed is, how old, what lies here, and what is used where it was not synced.

    Exit 0: no fault. 3: a file of a feed cannot be read, or is not what was received.
    """
    from supplymatrix.engine.feed_data import default_store
    from supplymatrix.engine.feed_status import feeds_status
    from supplymatrix.feeds.registry import FEEDS
    from supplymatrix.reports.feeds_view import render_feeds_json, render_status_text

    store = feeds_dir or default_store(os.environ)
    found = feeds_status(store, FEEDS, datetime.now(UTC).date())
    place = store.as_posix() if store else ""
    render = {
        "text": lambda width: render_status_text(found, place, width=width),
        "json": lambda _width: render_feeds_json(FEEDS, store=place, status=found),
    }
    write_pages(targets, render)
    return 3 if any(item.faults for item in found) else 0


@feeds.command()
@click.argument("names", nargs=-1, metavar="[FEED]...", shell_complete=complete_feeds)
@click.option(
    "--from", "source", type=click.Path(path_type=Path), metavar="PATH",
    help="Take the files from this folder, or this file; no network is used.",
)  # fmt: skip
@_STORE
@click.option("--offline/--online", default=None, help="Use no network; or use it in spite of settings.")
@click.option("--ca-file", type=click.Path(path_type=Path), metavar="FILE", help="Trust these certificates (PEM) too.")
@_FORMAT
@console_options
def sync(
    *, names: tuple[str, ...], source: Path | None, feeds_dir: Path | None, offline: bool | None, ca_file: Path | None,
    targets: tuple[ReportTarget, ...], console: Console,
) -> int:  # fmt: skip
    """Fetch what is new of all feeds, or of those named. What is held already is not fetched again.

    --from PATH takes a folder of feed files, one that `feeds sync` made on another machine, or one file of a feed. Of
    go-vulndb that is vulndb.zip, a folder of its entries, or a file with an entry on each line (.jsonl, .jsonl.gz).

    Exit 0: all that was asked for is here. 3: some of it is not; what was here before stays.
    """
    from supplymatrix.engine.feed_sync import SyncRequest, chosen_feeds, sync_feeds
    from supplymatrix.engine.means import Means
    from supplymatrix.engine.settings import load_settings
    from supplymatrix.feeds.registry import FEEDS
    from supplymatrix.reports.feeds_view import render_feeds_json, render_sync_text

    settings = load_settings(os.environ)
    store = feeds_dir or _default(settings)
    means = Means(
        environ=os.environ,
        now=datetime.now(UTC),
        offline=settings.offline if offline is None else offline,
        ca_file=ca_file or settings.ca_file,
        jobs=settings.jobs,
    )
    request = SyncRequest(means=means, store=store, feeds=FEEDS, names=names, source=source)
    outcome = sync_feeds(request, _teller(console))
    console.end_line()
    place = store.as_posix()
    render = {
        "text": lambda width: render_sync_text(outcome.feeds, place, width=width),
        "json": lambda _width: render_feeds_json(chosen_feeds(FEEDS, names), store=place, synced=outcome.feeds),
    }
    write_pages(targets, render, quiet=console.quiet)
    return outcome.exit_code


def _default(settings: Settings) -> Path:
    """Return where feeds are kept. Raises SourceError when no home is known."""
    from supplymatrix.engine.settings import cache_folder_of

    return cache_folder_of(settings, os.environ) / "feeds"


def _teller(console: Console) -> Callable[[Event], None]:
    """Return a function that shows events; what is left of a longer line of another file is taken away."""

    def tell(event: Event) -> None:
        if isinstance(event, Progress):
            console.end_line()
        console.on_event(event)

    return tell
