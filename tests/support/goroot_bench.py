"""Gos on a machine with a recording of a log that has them, and what is found of them."""

from __future__ import annotations

import gzip
import shutil
from pathlib import Path

from supplymatrix.engine.events import Event
from supplymatrix.engine.means import Means
from supplymatrix.engine.policy_source import PolicySource
from supplymatrix.engine.verify_goroot import GorootRequest, GorootRun, verify_goroot
from supplymatrix.model.on_disk import FileChange, InstalledGo
from tests.support.machine import NOW, Machine
from tests.support.made_go import MadeGo
from tests.support.made_log import MadeLog, write_recording

__all__ = ["GO", "Bench", "Named", "debian", "named", "packaged"]

GO = MadeGo()
Named = list[tuple[str, FileChange]]


class Bench:
    """A machine with a recording of a log, and a Go on it."""

    def __init__(self, folder: Path, go: MadeGo = GO, log: MadeLog | None = None) -> None:
        self.folder = folder
        self.machine = Machine(folder, GOMODCACHE=str(folder / "mod"))
        self.root = go.unpack(folder / "go")
        log = log or go.log()
        self.replay = write_recording(folder / "recording", log.answers())
        self.policy = folder / "org.toml"
        self.policy.write_text(f'[sources]\nsumdb = "{log.key.verifier}"\n')
        self.events: list[Event] = []

    def run(self, *paths: Path, **environ: str) -> GorootRun:
        """Verify the Go, or those at other paths; at none where PATH is given."""
        means = Means(environ={**self.machine.environ, **environ}, now=NOW, replay=self.replay)
        request = GorootRequest(
            means=means, paths=paths if paths or environ else (self.root,), policy=PolicySource(file=self.policy)
        )
        return verify_goroot(request, self.events.append)

    def go(self, *paths: Path, **environ: str) -> InstalledGo:
        """Return the only Go."""
        (found,) = self.run(*paths, **environ).installed
        return found


def named(go: InstalledGo) -> Named:
    """Return the files that are said to differ."""
    return [(one.name, one.change) for one in go.differences]


def debian(root: Path, version: str = "1.26.8-2") -> None:
    docs = root.parent.parent / "share" / "doc" / f"golang{root.name.removeprefix('go')}-go"
    docs.mkdir(parents=True)
    (docs / "changelog.Debian.gz").write_bytes(
        gzip.compress(f"golang-1.26 ({version}) unstable; urgency=low\n".encode())
    )


def packaged(bench: Bench) -> Path:
    root = bench.folder / "usr" / "lib" / "go-1.26"
    root.parent.mkdir(parents=True)
    shutil.copytree(bench.root, root)
    return root
