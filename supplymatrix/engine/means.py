"""With what a run works: whose environment, at what time, and how it may ask the log. Every use case takes it along."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from pathlib import Path

from supplymatrix.model.value import value

__all__ = ["MAX_CONNECTIONS", "Means"]

MAX_CONNECTIONS = 16


@value
class Means:
    """environ: the environment, as the go command would see it. now: UTC. offline: no network.

    replay: a folder of recorded answers, asked instead of everything else. record: a folder to which the answers of
    this run are written. cache_dir: instead of the user's cache folder. ca_file: certificates that are trusted beside
    the system's. send_private: names under GOPRIVATE may go to the log. refresh: ask for a new head even if the trusted
    one is young. jobs: parallel requests (at most MAX_CONNECTIONS) and hashing threads. cache_bytes: above it the cache
    forgets its oldest answers.
    """

    environ: Mapping[str, str]
    now: datetime
    offline: bool = False
    replay: Path | None = None
    record: Path | None = None
    cache_dir: Path | None = None
    ca_file: Path | None = None
    send_private: bool = False
    refresh: bool = False
    jobs: int = MAX_CONNECTIONS
    cache_bytes: int = 1 << 30
