"""A cache file that somebody else wrote: it costs neither time nor memory, and is set aside."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from supplymatrix.net.cache import LogCache, cache_info

pytestmark = pytest.mark.slow

OURS = "CREATE TABLE answer (number INTEGER PRIMARY KEY, path TEXT NOT NULL UNIQUE, body BLOB NOT NULL)"
ENDLESS = "WITH RECURSIVE c(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM c)"
HOSTILE = {
    "endless-view": f"CREATE VIEW answer AS {ENDLESS} SELECT n AS number, 'x' || n AS path, x'00' AS body FROM c",  # noqa: S608  # made here
    "huge-view": "CREATE VIEW answer AS SELECT 1 AS number, 'a' AS path, zeroblob(700000000) AS body",
    "trigger": f"{OURS}; CREATE TRIGGER t AFTER INSERT ON answer BEGIN DELETE FROM answer; END",  # noqa: S608  # made here
    "extra-table": f"{OURS}; CREATE TABLE other (x)",
    "extra-index": f"{OURS}; CREATE INDEX i ON answer (body)",
    "extra-view": f"{OURS}; CREATE VIEW v AS SELECT 1",
    "column-types": OURS.replace("BLOB", "TEXT"),
    "extra-column": OURS.replace("body", "more AS (zeroblob(9)), body"),
    "a-check": OURS.replace("body BLOB", "body BLOB CHECK (length(body) < 9)"),
    "not-unique": OURS.replace(" UNIQUE", ""),
}


def open_cache(folder: Path) -> LogCache:
    return LogCache.open(folder, "sum.example", 1, busy_seconds=0)


@contextmanager
def made_by_hand(folder: Path) -> Iterator[sqlite3.Connection]:
    """Give the database that the cache of this folder will find."""
    cache = LogCache.open(folder, "sum.example", 1)
    cache.close()
    cache.path.unlink()
    with closing(sqlite3.connect(cache.path)) as db:
        yield db
        db.commit()


@pytest.mark.parametrize("script", HOSTILE.values(), ids=HOSTILE)
def test_a_file_that_holds_more_or_less_than_our_table_is_set_aside(tmp_path: Path, script: str) -> None:
    with made_by_hand(tmp_path) as db:
        db.executescript(script)
    cache = open_cache(tmp_path)
    assert cache.get_many(["a"]) == {}
    cache.put_many({"a": b"1"})
    assert cache.get_many(["a"]) == {"a": b"1"}
    cache.close()
    assert "set aside" in cache.messages[0]
    assert len(cache_info(tmp_path).damaged) == 1


@pytest.mark.parametrize("script", HOSTILE.values(), ids=HOSTILE)
def test_a_hostile_file_is_not_used_for_reading_only_either(tmp_path: Path, script: str) -> None:
    cache = open_cache(tmp_path)
    cache.close()
    cache.path.unlink()
    with made_by_hand(tmp_path) as db:
        db.executescript(script)
    cache._connect_read_only("read-only file system")
    assert cache.get_many(["a"]) == {}
    assert "no cache for this run" in cache.messages[0]
    cache.close()


@pytest.mark.parametrize("script", HOSTILE.values(), ids=HOSTILE)
def test_the_entries_of_a_hostile_file_are_not_counted(tmp_path: Path, script: str) -> None:
    with made_by_hand(tmp_path) as db:
        db.executescript(script)
    assert [log.entries for log in cache_info(tmp_path).logs] == [-1]


def test_a_body_too_long_for_its_kind_is_as_if_it_were_not_there(tmp_path: Path) -> None:
    long = {"tile/8/0/000": 1 << 14, "lookup/x@v1.0.0": 1 << 18, "latest": 1_100_000}
    for path, most in long.items():
        folder = tmp_path / path
        with made_by_hand(folder) as db:
            db.execute(OURS)
            insert = "INSERT INTO answer (path, body) VALUES (?, zeroblob(?))"
            db.executemany(insert, [(path, most + 1), (f"{path}0", 1), (f"{path}1", most)])
        cache = open_cache(folder)
        assert cache.get_many([path, f"{path}0", f"{path}1"]).keys() == {f"{path}0"} | (
            {f"{path}1"} if path != "latest" else set()
        )
        cache.close()


def test_a_zeroblob_that_fills_the_memory_is_not_read(tmp_path: Path) -> None:
    with made_by_hand(tmp_path) as db:
        db.execute(OURS)
        db.execute("INSERT INTO answer (path, body) VALUES ('latest', zeroblob(50000000))")
    cache = open_cache(tmp_path)
    assert cache.get_many(["latest"]) == {}
    cache.put_many({"latest": b"1"})
    assert cache.get_many(["latest"]) == {"latest": b"1"}
    cache.close()


@pytest.mark.parametrize("body", ["text", 5, 2.5])
def test_a_body_that_is_no_blob_is_as_if_it_were_not_there(tmp_path: Path, body: object) -> None:
    with made_by_hand(tmp_path) as db:
        db.execute(OURS)
        db.execute("INSERT INTO answer (path, body) VALUES ('latest', ?)", [body])
    cache = open_cache(tmp_path)
    assert cache.get_many(["latest"]) == {}
    assert not cache.messages
    cache.close()


def test_a_table_exchanged_while_it_is_open_cannot_hold_us_up(tmp_path: Path) -> None:
    cache = open_cache(tmp_path)
    cache.put_many({"a": b"1"})
    with closing(sqlite3.connect(cache.path, isolation_level=None)) as other:
        other.execute("DROP TABLE answer")
        other.execute(HOSTILE["endless-view"])
    assert cache.get_many(["a"]) == {}
    assert "set aside" in cache.messages[0]
    cache.put_many({"a": b"2"})
    assert cache.get_many(["a"]) == {"a": b"2"}
    cache.close()


def test_names_that_are_no_text_are_damage(tmp_path: Path) -> None:
    with made_by_hand(tmp_path) as db:
        db.execute("CREATE TABLE answer (x)")
        db.execute("PRAGMA writable_schema=ON")
        db.execute("UPDATE sqlite_master SET name = CAST(x'ff6e' AS TEXT), tbl_name = CAST(x'ff6e' AS TEXT)")
    assert [log.entries for log in cache_info(tmp_path).logs] == [-1]
    cache = open_cache(tmp_path)
    cache.put_many({"a": b"1"})
    assert cache.get_many(["a"]) == {"a": b"1"}
    cache.close()
