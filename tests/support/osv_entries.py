"""Entries of vulnerability databases as JSON documents, and files of them in every form that is read."""

from __future__ import annotations

import gzip
import json
from collections.abc import Mapping, Sequence
from pathlib import Path

from tests.support.feed_server import made_zip

__all__ = ["as_lines", "as_zip", "entry", "write_folder"]


def entry(
    name: str = "GO-2026-0001",
    module: str = "a.example/m",
    *,
    fixed: str = "9.0.0",
    imports: Mapping[str, Sequence[str]] | None = None,
    **fields: object,
) -> dict[str, object]:
    """Return an entry that concerns all versions of a module before `fixed`, "" = all. imports: package → symbols."""
    events = [{"introduced": "0"}, *([{"fixed": fixed}] if fixed else [])]
    specific = {"imports": [{"path": path, "symbols": list(names)} for path, names in (imports or {}).items()]}
    block = {
        "package": {"ecosystem": "Go", "name": module},
        "ranges": [{"type": "SEMVER", "events": events}],
        "ecosystem_specific": specific,
    }
    return {
        "id": name,
        "modified": "2026-11-20T00:00:00Z",
        "published": "2026-11-01T00:00:00Z",
        "summary": f"what {name} is about",
        "affected": [block],
        "database_specific": {"review_status": "REVIEWED"},
        **fields,
    }


def as_lines(*entries: object, packed: bool = False) -> bytes:
    """Return entries, one on each line. packed: as gzip."""
    data = b"".join(json.dumps(one).encode() + b"\n" for one in entries)
    return gzip.compress(data, mtime=0) if packed else data


def as_zip(*entries: Mapping[str, object], day: str = "") -> bytes:
    """Return entries as the Go database is served. day: that its own index has, "" = there is no index."""
    members = {f"ID/{one['id']}.json": json.dumps(one).encode() for one in entries}
    if day:
        members["index/db.json"] = json.dumps({"modified": f"{day}T00:00:00Z"}).encode()
        members["index/vulns.json"] = _index(entries)
    return made_zip(members)


def _index(entries: Sequence[Mapping[str, object]]) -> bytes:
    return json.dumps([{"id": one["id"]} for one in entries]).encode()


def write_folder(folder: Path, *entries: Mapping[str, object], day: str = "") -> Path:
    """Write entries into a folder in the layout of the Go database."""
    (folder / "ID").mkdir(parents=True)
    for one in entries:
        (folder / "ID" / f"{one['id']}.json").write_text(json.dumps(one), encoding="utf-8")
    if day:
        (folder / "index").mkdir()
        (folder / "index" / "db.json").write_text(json.dumps({"modified": f"{day}T00:00:00Z"}), encoding="utf-8")
        (folder / "index" / "vulns.json").write_bytes(_index(entries))
    return folder
