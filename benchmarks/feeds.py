"""What reading the sample feeds costs, warm: every file of them parsed and joined in one process."""

from __future__ import annotations

import os
import time
from pathlib import Path
from typing import TYPE_CHECKING

from benchmarks.measure import REPO, median

if TYPE_CHECKING:
    from benchmarks.run import Bench

_RUNS = 5
_MOST_SECONDS = 2.0


def measure_feeds(bench: Bench) -> None:
    """Parse and join the sample feeds, and the table of dates that ships."""
    from supplymatrix.feeds.dates_table import read_shipped_dates
    from supplymatrix.feeds.registry import read_feed_files

    print("\nfeeds")
    folder = Path(os.environ.get("SAMPLES_DIR", REPO.parent / "shared" / "samples")) / "feeds"
    shipped = [(path.name, path.read_bytes()) for path in sorted((REPO / "vendor_profiles" / "dates").glob("*.csv"))]
    seconds = []
    for _ in range(_RUNS + 1):  # the first one is cold
        start = time.perf_counter()
        reading = read_shipped_dates(shipped)
        seconds.append(time.perf_counter() - start)
    bench.expect(holds=bool(reading.events) and not reading.faults, what="the shipped table of dates has faults")
    bench.note("shipped table of dates: read", round(median(seconds[1:]) * 1000, 1), "ms")
    if not folder.is_dir():
        bench.not_run.append("the sample feeds: their folder is absent")
        return
    paths = sorted(path for path in folder.rglob("*") if path.is_file())
    files = [(path.relative_to(folder).as_posix(), path.read_bytes()) for path in paths]
    seconds = []
    for _ in range(_RUNS + 1):
        start = time.perf_counter()
        reading = read_feed_files(files, {})
        seconds.append(time.perf_counter() - start)
    bench.expect(holds=bool(reading.events) and not reading.faults, what="the sample feeds gave faults")
    bench.note(
        f"sample feeds ({len(files)} files): parsed and joined", round(median(seconds[1:]), 3), "s", _MOST_SECONDS
    )
