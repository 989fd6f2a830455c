"""The cache: shared, bounded, and never a reason to fail."""

from __future__ import annotations

import os
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from supplymatrix.errors import SourceError
from supplymatrix.net.cache import LogCache, cache_info, clear_cache
from tests.support.data import REPO


def open_cache(folder: Path, *, max_bytes: int = 1 << 30) -> LogCache:
    return LogCache.open(folder, "sum.example", 1, max_bytes=max_bytes, busy_seconds=0)


@given(items=st.dictionaries(st.text(alphabet="abc/@.!'\"%", max_size=20), st.binary(max_size=100), max_size=20))
def test_what_is_put_is_got_by_the_next_run(tmp_path_factory: pytest.TempPathFactory, items: dict[str, bytes]) -> None:
    folder = tmp_path_factory.mktemp("cache")
    first = open_cache(folder)
    first.put_many(items)
    first.close()
    second = open_cache(folder)
    assert second.get_many([*items, "never put"]) == items
    assert not first.messages + second.messages
    second.close()


def test_put_replaces_and_drop_forgets(tmp_path: Path) -> None:
    cache = open_cache(tmp_path)
    cache.put_many({"a": b"1", "b": b"2"})
    cache.put_many({"a": b"3"})
    cache.drop(["b", "c"])
    assert cache.get_many("abc") == {"a": b"3"}
    cache.close()
    assert cache.get_many("a") == {}


def test_more_paths_than_one_query_takes_are_found(tmp_path: Path) -> None:
    cache = open_cache(tmp_path)
    items = {f"tile/8/0/x{n:03}": bytes([n % 256]) for n in range(1400)}
    cache.put_many(items)
    assert cache.get_many(items) == items
    cache.close()


def test_each_log_and_key_has_its_own_answers(tmp_path: Path) -> None:
    one, other = open_cache(tmp_path), LogCache.open(tmp_path, "sum.example", 2)
    one.put_many({"latest": b"x"})
    assert other.get_many(["latest"]) == {}
    one.close()
    other.close()


WRITER = """
import sys
from pathlib import Path
from supplymatrix.net.cache import LogCache
cache = LogCache.open(Path(sys.argv[1]), "sum.example", 1)
for number in range(60):
    cache.put_many({f"{sys.argv[2]}/{number}": sys.argv[2].encode() * 1000})
    cache.get_many([f"{other}/{number}" for other in "ab"])
cache.close()
sys.exit("; ".join(cache.messages) or 0)
"""


def test_two_processes_use_one_cache_at_once(tmp_path: Path) -> None:
    writers = [subprocess.Popen([sys.executable, "-c", WRITER, str(tmp_path), name], cwd=REPO) for name in "ab"]
    assert [writer.wait(timeout=60) for writer in writers] == [0, 0]
    cache = open_cache(tmp_path)
    assert len(cache.get_many(f"{name}/{number}" for name in "ab" for number in range(60))) == 120
    cache.close()


@pytest.mark.parametrize("damage", [b"this is no database, " * 100, b"SQLite format 3\0" + b"\xff" * 5000])
def test_a_damaged_file_is_set_aside_with_a_message(tmp_path: Path, damage: bytes) -> None:
    cache = open_cache(tmp_path)
    path = cache.path
    cache.close()
    path.write_bytes(damage)
    for tail in ("-wal", "-shm"):
        Path(f"{path}{tail}").unlink(missing_ok=True)
    cache = open_cache(tmp_path)
    assert cache.get_many(["a"]) == {}
    cache.put_many({"a": b"1"})
    assert cache.get_many(["a"]) == {"a": b"1"}
    cache.close()
    assert "set aside" in cache.messages[0]
    assert cache_info(tmp_path).damaged == (f"{path.name}.damaged-1",)
    assert Path(f"{path}.damaged-1").read_bytes() == damage


def test_damage_that_shows_only_in_use_is_set_aside_too(tmp_path: Path) -> None:
    first = open_cache(tmp_path)
    first.put_many({f"p{n}": os.urandom(2000) for n in range(200)})
    first.close()
    data = bytearray(first.path.read_bytes())
    data[8192:] = b"\xa5" * (len(data) - 8192)
    first.path.write_bytes(data)
    cache = open_cache(tmp_path)
    assert cache.get_many(f"p{n}" for n in range(200)) == {}
    assert any("set aside" in message for message in cache.messages)
    cache.put_many({"a": b"1"})
    assert cache.get_many(["a"]) == {"a": b"1"}
    cache.close()


def test_a_database_of_another_shape_is_set_aside(tmp_path: Path) -> None:
    cache = open_cache(tmp_path)
    cache.close()
    db = sqlite3.connect(cache.path)
    db.execute("DROP TABLE answer")
    db.execute("CREATE TABLE answer (something TEXT)")
    db.commit()
    db.close()
    again = open_cache(tmp_path)
    again.put_many({"a": b"1"})
    assert again.get_many(["a"]) == {"a": b"1"}
    again.close()


def test_a_locked_cache_is_a_message(tmp_path: Path) -> None:
    cache = open_cache(tmp_path)
    cache.put_many({"a": b"1"})
    other = sqlite3.connect(cache.path, isolation_level=None)
    other.execute("BEGIN EXCLUSIVE")
    cache.put_many({"a": b"2"})
    assert "locked" in cache.messages[0]
    assert cache.get_many(["a"]) == {"a": b"1"}, "readers of a write-ahead log are not locked out"
    other.execute("ROLLBACK")
    other.close()
    cache.put_many({"a": b"3"})
    assert cache.get_many(["a"]) == {"a": b"3"}
    cache.close()


def test_a_full_disk_is_a_message(tmp_path: Path) -> None:
    cache = open_cache(tmp_path)
    cache.put_many({"a": b"1"})
    assert cache._db is not None
    cache._db.execute("PRAGMA max_page_count=8")
    cache.put_many({"b": bytes(60_000)})
    cache.put_many({"c": bytes(60_000)})
    assert len(cache.messages) == 1
    assert "full" in cache.messages[0]
    assert cache.get_many("abc") == {"a": b"1"}
    cache.close()


def test_a_cache_that_cannot_be_written_still_gives_its_answers(tmp_path: Path) -> None:
    first = open_cache(tmp_path)
    first.put_many({"a": b"1"})
    first.close()
    cache = open_cache(tmp_path)
    cache.close()
    cache._connect_read_only("read-only file system")
    assert cache.get_many(["a"]) == {"a": b"1"}
    cache.put_many({"a": b"2"})
    cache.drop(["a"])
    assert cache.get_many(["a"]) == {"a": b"1"}
    assert "for reading only" in cache.messages[0]
    cache.close()


def test_a_folder_that_cannot_be_made_is_a_message(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    cache = open_cache(tmp_path / "file" / "cache")
    cache.put_many({"a": b"1"})
    assert cache.get_many(["a"]) == {}
    assert "no cache for this run" in cache.messages[0]
    cache.close()


def test_the_oldest_entries_go_when_the_cache_is_too_big(tmp_path: Path) -> None:
    cache = open_cache(tmp_path, max_bytes=400_000)
    for number in range(200):
        cache.put_many({f"p{number}": bytes(8192)})
    left = cache.get_many(f"p{number}" for number in range(200))
    assert "p199" in left
    assert "p0" not in left
    assert sum(map(len, left.values())) < 400_000
    cache.close()


def test_clearing_takes_the_cache_and_nothing_else(tmp_path: Path) -> None:
    assert cache_info(tmp_path / "none").bytes == 0
    cache = open_cache(tmp_path)
    cache.put_many({"a": b"1", "b": b"2"})
    cache.close()
    (tmp_path / "sum.example+00000001.head").write_bytes(b"trusted")
    (tmp_path / "holiday.sqlite").write_bytes(b"mine")
    info = cache_info(tmp_path)
    assert [(log.name, log.entries) for log in info.logs] == [("sum.example+00000001", 2)]
    assert info.bytes > 0
    assert clear_cache(tmp_path) == info
    assert sorted(p.name for p in tmp_path.iterdir()) == ["holiday.sqlite", "sum.example+00000001.head"]
    assert cache_info(tmp_path).logs == ()


def test_a_file_that_is_no_database_is_counted_as_unreadable(tmp_path: Path) -> None:
    (tmp_path / "sumdb-x+00000001.v1.sqlite").write_bytes(b"junk" * 1000)
    assert cache_info(tmp_path).logs[0].entries == -1


def test_a_cache_folder_that_is_a_file_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(SourceError, match="cannot be read"):
        cache_info(tmp_path / "file")
