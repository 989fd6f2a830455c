"""A large real go.sum, hugo's, proven over the network and from what the network said; beside x/mod's sumdb.Client.

Every step works in a scratch folder. The address of the log is the one that the product itself would ask, so that both
programs go the same way; it is shown when a run is made and written nowhere.
"""

from __future__ import annotations

import asyncio
import json
import os
import re
import shutil
import sqlite3
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from benchmarks.measure import REPO, Run, clean_environment, program, run
from supplymatrix.engine.lookups import modules_of, settle
from supplymatrix.errors import SupplymatrixError
from supplymatrix.gomod.gosum import parse_go_sum
from supplymatrix.net.cache import LogCache
from supplymatrix.net.drive import drive
from supplymatrix.net.head_file import HeadFile, SavedHead
from supplymatrix.net.route import Fetcher, choose_route
from supplymatrix.net.settings import read_go_settings
from supplymatrix.net.transport import Transport
from supplymatrix.sumdb.checkpoint import GO_SUM_ORIGIN, Checkpoint, open_checkpoint
from supplymatrix.sumdb.known import GO_LOG_KEY, GO_LOG_NAME
from supplymatrix.sumdb.note import parse_verifier_key
from supplymatrix.sumdb.protocol import Answer, Body
from supplymatrix.sumdb.record import parse_record
from supplymatrix.sumdb.session import LogSession
from supplymatrix.sumdb.tile import edge_tiles, tile_path

__all__ = [
    "IN_FLIGHT", "MODULE", "NotRunError", "OlderHead", "Report", "build_peer", "check", "fetch_project",
    "find_log", "go_back_to", "older_heads", "record", "run_peer", "tiles_of",
]  # fmt: skip

MODULE = "github.com/gohugoio/hugo@v0.169.0"
IN_FLIGHT = 16
_VERIFIER = parse_verifier_key(GO_LOG_KEY)


class NotRunError(Exception):
    """A part cannot be measured here; the message says why."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """One `supplymatrix check`: what the process cost, and what its JSON report says."""

    run: Run
    outcome: str
    lines: int
    proven: int
    requests: int
    retries: int
    received_bytes: int

    @property
    def is_good(self) -> bool:
        """Whether every line was proven and the exit code says so."""
        return self.run.code == 0 and self.outcome == "pass" and 0 < self.lines == self.proven


@dataclass(frozen=True, slots=True, kw_only=True)
class OlderHead:
    """A signed head that came with a look-up. covers: whether every record of the go.sum was in the log by then."""

    size: int
    note: bytes
    covers: bool


def fetch_project(scratch: Path) -> Path:
    """Return a folder with hugo's go.mod and go.sum, from its module zip. Raises NotRunError."""
    if shutil.which("go") is None:
        raise NotRunError("go is not installed")
    done = run(["go", "mod", "download", "-json", MODULE], env=clean_environment(scratch), cwd=scratch)
    try:
        found: dict[str, str] = json.loads(done.out)
        with zipfile.ZipFile(found["Zip"]) as archive:
            project = scratch / "hugo"
            project.mkdir(exist_ok=True)
            for name in ("go.mod", "go.sum"):
                (project / name).write_bytes(archive.read(f"{MODULE}/{name}"))
    except (ValueError, KeyError, OSError, zipfile.BadZipFile) as err:
        raise NotRunError(f"{MODULE} cannot be had: {(done.err or done.out).strip()[:200]}") from err
    return project


def build_peer(scratch: Path) -> Path:
    """Build benchmarks/goclient and return the program. Raises NotRunError."""
    peer = scratch / "goclient"
    done = run(["go", "build", "-o", peer, "."], env=clean_environment(scratch), cwd=REPO / "benchmarks" / "goclient")
    if done.code:
        raise NotRunError(f"goclient does not build: {done.err.strip()[:200]}")
    return peer


def find_log() -> str:
    """Return the address at which the product would ask the log. Raises NotRunError when there is no network."""

    async def ask() -> str:
        async with Transport(environ=os.environ, tries=1) as transport:
            settings = read_go_settings(os.environ)
            return (await choose_route(settings, GO_LOG_NAME, transport, key=GO_LOG_KEY)).base_url

    try:
        return asyncio.run(ask())
    except SupplymatrixError as err:
        raise NotRunError(f"the log cannot be asked: {err}") from err


def check(project: Path, home: Path, *options: str | Path) -> Report:
    """Run `supplymatrix check` with cache and trusted head in `home`."""
    report = home / "report.json"
    home.mkdir(parents=True, exist_ok=True)
    command = [
        *program(),
        "check",
        project,
        "--jobs",
        str(IN_FLIGHT),
        "--quiet",
        *options,
        "--format",
        f"json={report}",
    ]
    done = run(command, env=clean_environment(home), cwd=home)
    document: dict[str, Any] = json.loads(report.read_bytes()) if report.is_file() else {}
    report.unlink(missing_ok=True)
    lines = document.get("go_sum", [])
    log: dict[str, Any] = document.get("log") or {}
    return Report(
        run=done,
        outcome=document.get("verdict", {}).get("outcome", f"no report: {done.err.strip()[:200]}"),
        lines=len(lines),
        proven=sum(line["state"] == "proven" for line in lines),
        requests=log.get("requests", 0),
        retries=log.get("retries", 0),
        received_bytes=log.get("received_bytes", 0),
    )


def run_peer(peer: Path, url: str, project: Path) -> tuple[Run, dict[str, int]]:
    """Run goclient on the project's go.sum; return also the numbers that it prints."""
    done = run([peer, "-url", url, "-n", str(IN_FLIGHT), project / "go.sum"])
    return done, {name: int(number) for name, number in re.findall(r"(\w+) (\d+)", done.out)}


def _cache(home: Path) -> LogCache:
    return LogCache.open(home / "cache", GO_LOG_NAME, _VERIFIER.key_hash)


def _cached(home: Path) -> Mapping[str, bytes]:
    """Return all that the cache in `home` holds."""
    cache = _cache(home)
    cache.close()
    database = sqlite3.connect(cache.path)
    try:
        return dict(database.execute("SELECT path, body FROM answer"))
    finally:
        database.close()


def tiles_of(home: Path) -> int:
    """Return how many tiles a cold run has kept."""
    return sum(path.startswith("tile/") for path in _cached(home))


def record(project: Path, home: Path, target: Path) -> int:
    """Write the answers of a cold run in `home` as a folder for --replay; return how many more had to be asked for.

    A replay also proves every older head that came with a look-up, for which a cold run may lack tiles.
    """
    modules = modules_of(parse_go_sum((project / "go.sum").read_bytes()).lines)
    head = HeadFile(home / "state", GO_LOG_NAME, _VERIFIER.key_hash).read()
    if head is None:
        raise NotRunError("the cold run has left no trusted head")
    memory: dict[str, Answer] = {"latest": Body(head.note, "cold run")}

    async def ask() -> int:
        session = LogSession([_VERIFIER])
        async with Transport(environ=os.environ) as transport:
            route = await choose_route(read_go_settings(os.environ), GO_LOG_NAME, transport, key=GO_LOG_KEY)
            before = transport.counters.requests
            fetch, cache = Fetcher(transport, route), _cache(home)
            await drive([session.begin(None)], fetch, cache=cache, memory=memory)
            await drive([settle(session, module) for module in modules], fetch, cache=cache, memory=memory)
            cache.close()
            return transport.counters.requests - before

    more = asyncio.run(ask())
    bodies = {path: answer.data for path, answer in memory.items() if isinstance(answer, Body)}
    for path, data in bodies.items():
        file = target / "http" / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(data)
    return more


def older_heads(home: Path) -> Sequence[OlderHead]:
    """Return the signed heads of a cold run's look-ups that are older than its own head, newest first."""
    head = HeadFile(home / "state", GO_LOG_NAME, _VERIFIER.key_hash).read()
    pinned = _open(head.note).size if head else 0
    records = [parse_record(body) for path, body in _cached(home).items() if path.startswith("lookup/")]
    newest = max(found.number for found in records)
    notes = {found.rest for found in records if found.rest}
    heads = [(_open(note).size, note) for note in notes]
    return [
        OlderHead(size=size, note=note, covers=newest < size)
        for size, note in sorted(heads, reverse=True)
        if size < pinned
    ]


def _open(note: bytes) -> Checkpoint:
    return open_checkpoint(note, [_VERIFIER], GO_SUM_ORIGIN)


def go_back_to(older: OlderHead, home: Path, target: Path) -> None:
    """Copy a cold run's cache to `target` as it would have been under an older head, trusted two days ago.

    What the log did not have then is taken out: the edge of the newer tree, and the tiles that were not full yet.
    """
    shutil.copytree(home / "cache", target / "cache")
    not_full_yet = {tile_path(8, tile.level, tile.index, 256) for tile in edge_tiles(8, older.size)}
    cache = _cache(target)
    cache.drop([path for path in _cached(target) if ".p/" in path or path in not_full_yet])
    cache.close()
    saved = SavedHead(note=older.note, fetched_at=datetime.now(UTC) - timedelta(days=2))
    HeadFile(target / "state", GO_LOG_NAME, _VERIFIER.key_hash).replace(None, saved)
