"""govulncheck beside ours: the database in the layout that it reads, and what it finds in a program at each level."""

from __future__ import annotations

import gzip
import json
import os
import shutil
import subprocess
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

__all__ = ["GOVULNCHECK", "LEVELS", "command", "levels_of", "serve_bundle"]

GOVULNCHECK = os.environ.get("GOVULNCHECK") or shutil.which("govulncheck") or ""
"""Where it is, "" where it is not installed."""
LEVELS = ("module", "package", "symbol")
_DAY = "2026-01-01T00:00:00Z"


def serve_bundle(bundle: Path, folder: Path) -> str:
    """Write a database, an entry on each line of a gzip file, as govulncheck reads it; return its address."""
    modules: dict[str, dict[str, object]] = {}
    (folder / "ID").mkdir(parents=True)
    (folder / "index").mkdir()
    with gzip.open(bundle) as file:
        documents = [{**json.loads(line), "modified": _DAY} for line in file]
    for one in documents:
        (folder / "ID" / f"{one['id']}.json").write_text(json.dumps(one), encoding="utf-8")
        for block in one["affected"]:
            modules.setdefault(block["package"]["name"], {})[one["id"]] = {"id": one["id"], "modified": _DAY}
    rows = [{"path": path, "vulns": list(found.values())} for path, found in sorted(modules.items())]
    names = [{"id": one["id"], "modified": _DAY} for one in documents]
    for name, document in (("db", {"modified": _DAY}), ("modules", rows), ("vulns", names)):
        (folder / "index" / f"{name}.json").write_text(json.dumps(document), encoding="utf-8")
    return folder.as_uri()


def command(program: Path, address: str) -> list[str]:
    """Return the command that looks at a program."""
    return [GOVULNCHECK, "-db", address, "-mode", "binary", "-format", "json", str(program)]


def levels_of(program: Path, address: str) -> tuple[Mapping[str, frozenset[str]], frozenset[str]]:
    """Return the ids that it finds at each level; and the entries of which a part names no packages: of these it counts
    every package and function of the module."""
    done = subprocess.run(command(program, address), capture_output=True, text=True, timeout=120, check=False)
    found: dict[str, set[str]] = {level: set() for level in LEVELS}
    whole: set[str] = set()
    for document in _documents(done.stdout):
        entry, finding = document.get("osv"), document.get("finding")
        if entry is not None:
            parts = [block.get("ecosystem_specific", {}).get("imports") for block in entry["affected"]]
            whole |= set() if all(parts) else {entry["id"]}
        if finding is not None:
            frame = finding["trace"][0]
            level = "symbol" if "function" in frame else "package" if "package" in frame else "module"
            found[level].add(finding["osv"])
    return {level: frozenset(ids) for level, ids in found.items()}, frozenset(whole)


def _documents(text: str) -> Iterator[Mapping[str, Any]]:
    decoder, at, end = json.JSONDecoder(), 0, len(text.rstrip())
    while at < end:
        while text[at].isspace():
            at += 1
        found, at = decoder.raw_decode(text, at)
        yield found
