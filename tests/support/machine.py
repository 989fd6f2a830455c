"""A user's machine in a folder: a home, a cache and a state folder of its own, and no settings but those of a test.

machine = Machine(tmp_path)
audit = machine.check(project)                    # in this process
done = machine.run("check", str(project))         # the program itself, in another one
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterable, Mapping
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from supplymatrix.engine.check import CheckRequest, run_check
from supplymatrix.engine.events import Event, Message
from supplymatrix.engine.means import Means
from supplymatrix.model.audit import Audit
from supplymatrix.model.fact import LineProof, ProofState
from supplymatrix.net.cache import LogCache
from supplymatrix.net.head_file import HeadFile, SavedHead
from supplymatrix.sumdb.note import parse_verifier_key
from tests.support.made_log import LogKey

__all__ = ["NOW", "Machine", "codes_of", "rules_of", "states_of"]

NOW = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)


class Machine:
    """settings: variables of the environment beyond HOME and our own two. events: what the last check told."""

    def __init__(self, folder: Path, **settings: str) -> None:
        self.home, self.cache, self.state = folder / "home", folder / "cache", folder / "state"
        self.settings = settings
        self.events: list[Event] = []
        self.home.mkdir(exist_ok=True)

    @property
    def environ(self) -> dict[str, str]:
        """The environment as this machine's programs see it: there is no Go on it."""
        return {
            "HOME": str(self.home),
            "SUPPLYMATRIX_CACHE_DIR": str(self.cache),
            "SUPPLYMATRIX_STATE_DIR": str(self.state),
            **self.settings,
        }

    @property
    def messages(self) -> list[str]:
        """What the last check told in words."""
        return [event.text for event in self.events if isinstance(event, Message)]

    def check(self, path: Path, *, later: timedelta = timedelta(0), **options: Any) -> Audit:  # noqa: ANN401 - handed on
        """Check a project. later: how long after NOW; options: `policy`, and further fields of `Means`."""
        self.events = []
        asked = {"policy": options.pop("policy")} if "policy" in options else {}
        means = Means(environ=self.environ, now=NOW + later, **options)
        return run_check(CheckRequest(paths=(path,), means=means, **asked), self.events.append)

    def run(self, *arguments: str, cwd: Path | None = None, **environ: str) -> subprocess.CompletedProcess[str]:
        """Run the program in a process of its own."""
        return subprocess.run(
            [sys.executable, "-m", "supplymatrix", *arguments],
            cwd=cwd or self.home,
            env=self.for_processes(**environ),
            capture_output=True,
            text=True,
            check=False,
            stdin=subprocess.DEVNULL,
        )

    def for_processes(self, **environ: str) -> dict[str, str]:
        """Return the environment of a process: coverage's variables come along, and PATH for git."""
        own = {name: value for name, value in os.environ.items() if name.startswith(("COVERAGE_", "COV_"))}
        return {"PATH": os.environ.get("PATH", ""), "GOENV": "off", **own, **self.environ, **environ}

    def head_file(self, key: LogKey) -> HeadFile:
        """Return the file of a log's trusted head."""
        verifier = parse_verifier_key(key.verifier)
        return HeadFile(self.state, verifier.name, verifier.key_hash)

    def trust(self, key: LogKey, note: bytes, *, fetched_at: datetime = NOW) -> None:
        """Save a head as if an earlier run had trusted it."""
        assert self.head_file(key).replace(None, SavedHead(note=note, fetched_at=fetched_at)) is None

    def trusted(self, key: LogKey) -> bytes | None:
        """Return the note of the trusted head."""
        saved = self.head_file(key).read()
        return saved.note if saved else None

    def put_in_cache(self, key: LogKey, items: Mapping[str, bytes]) -> None:
        """Put bytes into the cache of a log, whatever they are."""
        with closing(self._cache_of(key)) as cache:
            cache.put_many(items)

    def cached(self, key: LogKey, paths: Iterable[str]) -> dict[str, bytes]:
        """Return what the cache of a log holds of these paths."""
        with closing(self._cache_of(key)) as cache:
            return cache.get_many(paths)

    def _cache_of(self, key: LogKey) -> LogCache:
        verifier = parse_verifier_key(key.verifier)
        return LogCache.open(self.cache, verifier.name, verifier.key_hash)

    def evidence(self) -> dict[str, bytes]:
        """Return the files that were kept of lies, by their path below the evidence folder."""
        folder = self.state / "evidence"
        return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def states_of(audit: Audit) -> dict[str, ProofState]:
    """Return what the log says of each go.sum line, by "path@version" or "path@version/go.mod"."""
    return {
        f"{proof.subject}{'/go.mod' if proof.kind == 'go.mod' else ''}": proof.state
        for proof in audit.facts.of(LineProof)
    }


def rules_of(audit: Audit) -> set[str]:
    """Return the ids of the rules that failed."""
    return {judged.rule for judged in audit.verdict.judged if judged.finding is not None}


def codes_of(audit: Audit) -> set[str]:
    """Return the codes of the notes."""
    return {note.code for note in audit.verdict.notes}
