"""Vulnerability databases in every form, of every age, and those that are made to hurt."""

from __future__ import annotations

import gzip
import json
import os
from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from supplymatrix.engine import vuln_files
from supplymatrix.engine.feed_sync import SyncRequest, SyncState, sync_feeds
from supplymatrix.engine.means import Means
from supplymatrix.engine.vuln_databases import VulnDatabases, age_gap, open_databases
from supplymatrix.feeds.registry import FEEDS
from supplymatrix.model.value import changed
from supplymatrix.model.vulnerability import VulnDatabase
from supplymatrix.net.feed_store import FeedStore
from supplymatrix.vulns.compact import pack_database
from tests.support.feed_server import FeedServer, feed_at, made_zip
from tests.support.made_vulns import DATABASE, advisory
from tests.support.osv_entries import as_lines, as_zip, entry, write_folder

_FIRST = entry("GO-2026-0001", aliases=["CVE-2026-1"])
_SECOND = entry("GO-2026-0002", "b.example/n", withdrawn="2026-11-02T00:00:00Z")
_DATELESS = entry(modified="0001-01-01T00:00:00Z", published="2026-10-05T00:00:00Z")
_NOW = datetime(2026, 11, 25, tzinfo=UTC)


def _open(home: Path, *paths: Path, store: Path | None = None) -> VulnDatabases:
    return open_databases({"HOME": str(home)}, paths, store=store or home / "feeds")


def _only(found: VulnDatabases) -> VulnDatabase:
    assert not found.gaps
    (database,) = found.databases
    return database


def _ids(found: VulnDatabases, module: str = "a.example/m") -> list[str]:
    return [one.id for one in found.index.affecting(module, "v1.0.0")]


def _forms(folder: Path) -> Iterator[Path]:
    files = {
        "go.zip": as_zip(_FIRST, _SECOND),
        "go.jsonl": as_lines(_FIRST, _SECOND),
        "go.jsonl.gz": as_lines(_FIRST, packed=True) + as_lines(_SECOND, packed=True),
        "go.json": json.dumps([_FIRST, _SECOND]).encode(),
        "go.compact": pack_database(changed(DATABASE, dated=date(2026, 11, 20)), [
            advisory("GO-2026-0001", "a.example/m"), changed(advisory("GO-2026-0002", "b.example/n"), withdrawn=True),
        ]),
    }  # fmt: skip
    for name, data in files.items():
        (folder / name).write_bytes(data)
        yield folder / name
    yield write_folder(folder / "served", _FIRST, _SECOND)


def test_every_form_gives_the_same_database(tmp_path: Path) -> None:
    for path in _forms(tmp_path):
        found = _open(tmp_path, path)
        database = _only(found)
        assert (database.id, database.entries, database.withdrawn) == ("go", 2, 1), path.name
        assert (database.dated, _ids(found), _ids(found, "b.example/n")) == (date(2026, 11, 20), ["GO-2026-0001"], [])
        assert "CC BY 4.0" in database.attribution or path.name == "go.compact"
        assert len(database.sha256) == 64


@pytest.mark.parametrize(
    ("name", "data", "day", "by"),
    [
        ("vulndb.zip", as_zip(_FIRST, day="2026-11-24"), date(2026, 11, 24), "database's own index"),
        ("x.jsonl", as_lines(_FIRST), date(2026, 11, 20), "newest entry"),
        ("go-osv-20261003.jsonl", as_lines(_DATELESS), date(2026, 10, 3), "name of the file"),
        ("go-2026-10-03.jsonl", as_lines(_DATELESS), date(2026, 10, 3), "name of the file"),
        ("x.jsonl", as_lines(_DATELESS), date(2026, 10, 5), "newest entry's day of publication"),
        ("go-20269999.jsonl", as_lines({**_DATELESS, "published": ""}), None, ""),
    ],
)  # fmt: skip
def test_of_which_day_a_copy_is(tmp_path: Path, name: str, data: bytes, day: date | None, by: str) -> None:
    (tmp_path / name).write_bytes(data)
    database = _only(_open(tmp_path, tmp_path / name))
    assert (database.dated, database.dated_by) == (day, by)


def test_age_is_told_with_the_way_out() -> None:
    assert age_gap(changed(DATABASE, dated=date(2026, 10, 26)), _NOW.date()) is None
    old = age_gap(changed(DATABASE, dated=date(2026, 10, 25)), _NOW.date())
    assert old is not None
    assert "2026-10-25" in old.wanted
    assert "feeds sync go-vulndb" in old.remedy
    assert age_gap(changed(DATABASE, dated=None), _NOW.date()) is not None
    ahead = age_gap(changed(DATABASE, dated=date(2026, 11, 26)), _NOW.date())
    assert ahead is not None
    assert "yet to come (newest entry)" in ahead.reason


def test_without_the_go_database_there_is_a_gap_with_the_way_out(tmp_path: Path) -> None:
    (tmp_path / "ours.jsonl").write_bytes(as_lines(entry("ACME-1")))
    found = _open(tmp_path, tmp_path / "ours.jsonl")
    assert [gap.remedy for gap in found.gaps] == ["`supplymatrix feeds sync go-vulndb`"]
    assert [database.id for database in found.databases] == ["ours"]
    assert _ids(found) == ["ACME-1"]
    assert found.databases[0].attribution == ""


def test_the_go_database_comes_first_and_two_of_one_name_are_told_apart(tmp_path: Path) -> None:
    for folder, name in (("a", "ours.jsonl"), ("b", "ours.jsonl"), ("c", "go.jsonl")):
        (tmp_path / folder).mkdir()
        one = _FIRST if name == "go.jsonl" else entry(f"ACME-{folder}", aliases=["CVE-2026-1"] if folder == "a" else [])
        (tmp_path / folder / name).write_bytes(as_lines(one))
    found = _open(tmp_path, *(tmp_path / name for name in ("a/ours.jsonl", "b/ours.jsonl", "c/go.jsonl")))
    assert [database.id for database in found.databases] == ["go", "ours", "ours-2"]
    assert [(one.id, one.database) for one in found.index.affecting("a.example/m", "v1.0.0")] == [
        ("ACME-b", "ours-2"), ("GO-2026-0001", "go"),
    ]  # fmt: skip


def test_a_part_of_the_go_database_counts_beside_the_synced_one(tmp_path: Path) -> None:
    (tmp_path / "all.jsonl").write_bytes(as_lines(_FIRST, entry("GO-2026-0003")))
    assert _sync(tmp_path / "feeds", tmp_path / "all.jsonl") is SyncState.UPDATED
    new = entry("GO-2026-0009")
    (tmp_path / "part.jsonl").write_bytes(as_lines(new))
    part = _open(tmp_path, tmp_path / "part.jsonl")
    assert [(one.id, one.entries) for one in part.databases] == [("go", 2), ("go-2", 1)]
    assert _ids(part) == ["GO-2026-0001", "GO-2026-0003", "GO-2026-0009"]
    (tmp_path / "mixed.jsonl").write_bytes(as_lines(new, entry("ACME-1"), entry("ACME-2")))
    assert [one.id for one in _open(tmp_path, tmp_path / "mixed.jsonl").databases] == ["go", "mixed"]
    (tmp_path / "as-many.jsonl").write_bytes(as_lines(new, entry("GO-2026-0010")))
    for whole in (tmp_path / "as-many.jsonl", write_folder(tmp_path / "served", new, day="2026-11-24")):
        assert _open(tmp_path, whole).databases[0].source == whole.as_posix()
        assert len(_open(tmp_path, whole).databases) == 1


@pytest.mark.parametrize("form", ["folder", "zip", "modules", "synced"])
def test_a_copy_that_lacks_what_its_index_names_is_no_whole_one(tmp_path: Path, form: str) -> None:
    (tmp_path / "all.jsonl").write_bytes(as_lines(_FIRST, entry("GO-2026-0003")))
    assert _sync(tmp_path / "feeds", tmp_path / "all.jsonl") is SyncState.UPDATED
    part = write_folder(tmp_path / "part", _FIRST, entry("GO-2026-0009"), day="2026-11-24")
    (part / "ID" / "GO-2026-0001.json").unlink()
    if form == "modules":
        (part / "index" / "vulns.json").unlink()
        listed = [{"path": "a.example/m", "vulns": [{"id": "GO-2026-0001"}, {"id": "GO-2026-0009"}]}]
        (part / "index" / "modules.json").write_text(json.dumps(listed), encoding="utf-8")
    elif form == "zip":
        files = {path.relative_to(part).as_posix(): path.read_bytes() for path in part.rglob("*.json")}
        part = tmp_path / "part.zip"
        part.write_bytes(made_zip(files))
    if form == "synced":
        assert _sync(tmp_path / "feeds", part) in (SyncState.UPDATED, SyncState.PARTLY)
    for found in (_open(tmp_path), _open(tmp_path)) if form == "synced" else (_open(tmp_path, part),):
        assert [gap.reason for gap in found.gaps] == ["1 of 2 entries that its index names are not there"]
        assert form == "synced" or _ids(found) == ["GO-2026-0001", "GO-2026-0003", "GO-2026-0009"]


def test_a_day_alone_makes_no_whole_copy(tmp_path: Path) -> None:
    (tmp_path / "all.jsonl").write_bytes(as_lines(_FIRST, entry("GO-2026-0003")))
    _sync(tmp_path / "feeds", tmp_path / "all.jsonl")
    part = write_folder(tmp_path / "part", entry("GO-2026-0009"), day="2026-11-24")
    (part / "index" / "vulns.json").unlink()
    found = _open(tmp_path, part)
    assert [one.id for one in found.databases] == ["go", "go-2"]
    (part / "index" / "vulns.json").write_text("{", encoding="utf-8")
    assert "cannot be read" in _open(tmp_path, part).gaps[0].reason


def test_what_a_folder_holds_and_nobody_reads_is_told(tmp_path: Path) -> None:
    folder = tmp_path / "db"
    (folder / "closed").mkdir(parents=True)
    (folder / "one.JSON").write_text(json.dumps(_FIRST), encoding="utf-8")
    (folder / "two.json.gz").write_bytes(gzip.compress(json.dumps(entry("GO-2026-0003"), indent=1).encode()))
    assert _ids(_open(tmp_path, folder)) == ["GO-2026-0001", "GO-2026-0003"]
    assert not _open(tmp_path, folder).gaps
    (tmp_path / "away.json").write_text("{}", encoding="utf-8")
    (folder / "link.json").symlink_to(tmp_path / "away.json")
    (folder / "more").symlink_to(tmp_path)
    (folder / "packed.jsonl.zst").write_bytes(b"")
    (gap,) = _open(tmp_path, folder).gaps
    assert "3 entries or files of it cannot be read" in gap.reason
    assert "a link is not followed" in gap.reason


def test_a_folder_that_cannot_be_listed_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = write_folder(tmp_path / "served", _FIRST)
    (folder / "closed").mkdir()
    listed = os.scandir

    def refused(path: str) -> object:
        if os.fspath(path).endswith("closed"):
            raise PermissionError(13, "Permission denied", os.fspath(path))
        return listed(path)

    monkeypatch.setattr(os, "scandir", refused)
    (gap,) = _open(tmp_path, folder).gaps
    assert "Permission denied" in gap.reason


def test_databases_of_the_settings_are_opened(tmp_path: Path) -> None:
    config = tmp_path / ".config" / "supplymatrix"
    config.mkdir(parents=True)
    (tmp_path / "ours.jsonl").write_bytes(as_lines(entry("ACME-1"), _FIRST))
    (config / "settings.toml").write_text('[vulns]\ndatabases = ["~/ours.jsonl"]\n', encoding="utf-8")
    found = open_databases({"HOME": str(tmp_path), "XDG_CONFIG_HOME": str(tmp_path / ".config")}, store=tmp_path / "no")
    assert [database.id for database in found.databases] == ["ours"]
    assert [gap.subject for gap in found.gaps] == ["go"]  # some of its entries are not the Go database


_BOMB = gzip.compress(b"0" * (4 << 20), mtime=0)


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("x.zip", b"PK\x03\x04 nothing"), ("x.jsonl", b"not json\n"),
        ("x.jsonl.gz", as_lines(_FIRST, packed=True)[:-9]),
        ("x.json", b"[" * 100_000), ("x.json", b"[1, 2]"), ("x.jsonl", b""), ("x.jsonl.gz", _BOMB),
        ("x.jsonl.gz", as_lines(_FIRST, packed=True) + b"behind it"), ("x.json", b'{"id": "GO-1", "affected": []}'),
    ],
)  # fmt: skip
def test_what_cannot_be_read_is_a_gap(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, data: bytes) -> None:
    monkeypatch.setattr(vuln_files, "MAX_UNPACKED", 1 << 20)
    monkeypatch.setattr(vuln_files, "MAX_ENTRY", 1 << 20)
    (tmp_path / name).write_bytes(data)
    found = _open(tmp_path, tmp_path / name)
    assert found.gaps
    assert all(gap.reason for gap in found.gaps)


def test_a_file_that_is_not_there_is_a_gap(tmp_path: Path) -> None:
    assert len(_open(tmp_path, tmp_path / "none.zip").gaps) == 2


def test_one_bad_entry_is_told_and_the_others_count(tmp_path: Path) -> None:
    (tmp_path / "go.jsonl").write_bytes(as_lines(_FIRST, {"id": 7}, entry("GO-2026-0003")) + b"{\n")
    found = _open(tmp_path, tmp_path / "go.jsonl")
    (gap,) = found.gaps
    assert "2 entries or files of it cannot be read: go.jsonl:2" in gap.reason
    assert _ids(found) == ["GO-2026-0001", "GO-2026-0003"]


def test_an_entry_that_stands_twice_counts_as_it_was_changed_last(tmp_path: Path) -> None:
    newer = entry("GO-2026-0001", fixed="0.5.0", modified="2026-11-21T00:00:00Z")
    (tmp_path / "go.jsonl").write_bytes(as_lines(newer, _FIRST))
    assert _ids(_open(tmp_path, tmp_path / "go.jsonl")) == []


def _sync(store: Path, source: Path | None, *names: str, url: str = "") -> SyncState:
    feeds = (feed_at("go-vulndb", url),) if url else FEEDS
    means = Means(environ={"HOME": str(store.parent)}, now=_NOW)
    outcome = sync_feeds(SyncRequest(means=means, store=store, feeds=feeds, names=names, source=source))
    return next(one.state for one in outcome.feeds if one.feed.id == "go-vulndb")


def test_a_sync_over_the_network_keeps_the_compact_form(tmp_path: Path) -> None:
    store = tmp_path / "feeds"
    with FeedServer({"vulndb.zip": as_zip(_FIRST, _SECOND, day="2026-11-24")}) as server:
        assert _sync(store, None, url=f"{server.url}/vulndb.zip") is SyncState.UPDATED
        url = server.url
    found = _open(tmp_path, store=store)
    database = _only(found)
    assert (database.dated, database.entries, database.source) == (date(2026, 11, 24), 2, f"{url}/vulndb.zip")
    assert _ids(found) == ["GO-2026-0001"]
    (compact,) = store.rglob("vulns.compact")
    for damage in (b"", b"{}\n", compact.read_bytes()[:-1]):
        compact.write_bytes(damage)
        assert _only(_open(tmp_path, store=store)) == database
    (raw,) = store.rglob("vulndb.zip")
    raw.write_bytes(b"PK\x03\x04 damaged")
    assert _only(_open(tmp_path, store=store)) == database  # the compact form was made anew, and is of this state
    compact.unlink()
    assert "received" in _open(tmp_path, store=store).gaps[0].reason


@pytest.mark.parametrize("name", ["vulndb.zip", "go-osv-20261120.jsonl.gz", "served"])
def test_a_sync_takes_a_file_or_a_folder(tmp_path: Path, name: str) -> None:
    source = tmp_path / name
    if name == "served":
        write_folder(source, _FIRST, _SECOND, day="2026-11-24")
    else:
        source.write_bytes(as_zip(_FIRST, _SECOND) if name.endswith("zip") else as_lines(_FIRST, _SECOND, packed=True))
    assert _sync(tmp_path / "feeds", source) is SyncState.UPDATED
    assert _sync(tmp_path / "feeds", source) is SyncState.UNCHANGED
    assert _ids(_open(tmp_path)) == ["GO-2026-0001"]
    assert _sync(tmp_path / "others", tmp_path / "feeds") is SyncState.UPDATED
    assert _ids(_open(tmp_path, store=tmp_path / "others")) == ["GO-2026-0001"]


def test_a_folder_with_a_bundle_is_enough(tmp_path: Path) -> None:
    (tmp_path / "from").mkdir()
    (tmp_path / "from" / "go-osv.jsonl").write_bytes(as_lines(_FIRST, {"id": 7}))
    assert _sync(tmp_path / "feeds", tmp_path / "from") is SyncState.PARTLY
    found = _open(tmp_path)
    assert (_ids(found), len(found.gaps)) == (["GO-2026-0001"], 1)
    assert _open(tmp_path).gaps == found.gaps  # told again from what is kept


def test_a_damaged_manifest_is_a_gap(tmp_path: Path) -> None:
    (tmp_path / "go.jsonl").write_bytes(as_lines(_FIRST))
    _sync(tmp_path / "feeds", tmp_path / "go.jsonl")
    generation = FeedStore(tmp_path / "feeds").generation("go-vulndb")
    assert generation is not None
    (generation.folder / "manifest.json").write_bytes(b"{")
    assert [gap.remedy for gap in _open(tmp_path).gaps] == ["`supplymatrix feeds sync go-vulndb`"]


def test_a_path_that_is_an_address_shows_no_password(tmp_path: Path) -> None:
    gaps = _open(tmp_path, Path("https:/b:k3jh4k5j@h/x")).gaps
    assert "the vulnerability database https:/b:********@h/x" in [gap.wanted for gap in gaps]
    assert "k3jh" not in repr(gaps)
