"""Makes `vendor_profiles/dates/fixes.csv` from a folder of feed files.

    python -m benchmarks.make_dates_table FOLDER

Taken is what may be passed on, and of Wolfi what was written up to 2025-05-07. The days of Go releases are those of
`vendor_profiles/dates/go-releases.csv`. A `MANIFEST.tsv` in the folder (file, repo, commit, path …) gives the lines
that say from which state of which repository the files are. The same folder gives the same bytes.
"""

from __future__ import annotations

import argparse
import csv
from collections.abc import Iterator
from datetime import date
from pathlib import Path

from supplymatrix.feeds.dates_table import render_dates_table
from supplymatrix.feeds.go_releases import GO_CHANNEL
from supplymatrix.feeds.registry import feed_of_file, read_feed_files
from supplymatrix.model.value import changed

_DATES = Path(__file__).resolve().parents[1] / "vendor_profiles" / "dates"
_LAST_OF_WOLFI = date(2025, 5, 7)
_HEAD = (
    "Facts about fixes of Go: days, versions and states, with the file and field in which each stands.",
    "Made by benchmarks/make_dates_table.py; do not edit by hand. See docs/formats/dates-table.md.",
)


def files_of(folder: Path) -> Iterator[tuple[str, bytes]]:
    """Yield the files that may be passed on, and the table of releases that ships."""
    yield "go-releases.csv", (_DATES / "go-releases.csv").read_bytes()
    for path in sorted(path for path in folder.rglob("*") if path.is_file()):
        name = path.relative_to(folder).as_posix()
        feed = feed_of_file(name)
        if feed is not None and feed.redistributable and feed.id != "go-releases":
            yield name, path.read_bytes()


def sources_of(folder: Path) -> Iterator[str]:
    """Yield a line for each state of a repository from which files were taken."""
    manifest = folder / "MANIFEST.tsv"
    if not manifest.is_file():
        return
    with manifest.open(encoding="utf-8", newline="") as lines:
        rows = [row for row in csv.DictReader(lines, delimiter="\t") if row.get("file")]
    found = {
        (feed.id, row["repo"], row["commit"])
        for row in rows
        if (feed := feed_of_file(row["file"])) is not None and feed.redistributable and feed.id != "go-releases"
    }
    for feed_id, repo, commit in sorted(found):
        yield f"source of {feed_id}: {repo} at {commit}"
    taken = {feed.id for name, _ in files_of(folder) if (feed := feed_of_file(name)) is not None}
    for feed_id in sorted(taken - {"go-releases"} - {feed_id for feed_id, _, _ in found}):
        yield f"source of {feed_id}: the folder's manifest does not tell"


def main() -> None:
    """Write the table."""
    parser = argparse.ArgumentParser(description="Make the table of dates that ships.")
    parser.add_argument("folder", type=Path)
    folder = parser.parse_args().folder
    reading = read_feed_files(files_of(folder), {})
    if reading.faults:
        raise SystemExit("\n".join(map(str, reading.faults)))
    late = [event for event in reading.events if event.when and event.when.feed == "wolfi"]
    if any(event.when is not None and event.when.day > _LAST_OF_WOLFI for event in late):
        raise SystemExit(f"Wolfi's data after {_LAST_OF_WOLFI} must not be passed on")
    kept = changed(
        reading,
        shipments=tuple(item for item in reading.shipments if item.channel != GO_CHANNEL),
        as_of={feed: day for feed, day in reading.as_of.items() if feed != "go-releases"},
    )
    (_DATES / "fixes.csv").write_bytes(render_dates_table(kept, (*_HEAD, *sources_of(folder))))


if __name__ == "__main__":
    main()
