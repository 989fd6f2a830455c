"""When the fix of a vulnerability came out, as far as this machine knows."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path

from supplymatrix.engine.means import Means
from supplymatrix.engine.vuln_clocks import clocked
from supplymatrix.engine.vuln_first_seen import FIRST_SEEN
from supplymatrix.engine.vuln_go import ReleaseTable
from tests.support.made_vulns import vulnerability
from tests.support.module_cache import make_cache

NOW = datetime(2026, 11, 26, tzinfo=UTC)
TABLE = ReleaseTable(days={"1.25.2": date(2025, 10, 7)}, as_of=date(2026, 11, 1))


def means(tmp_path: Path, **fields: object) -> Means:
    environ = {"HOME": str(tmp_path), "SUPPLYMATRIX_STATE_DIR": str(tmp_path / "state")}
    return Means(environ=environ, now=NOW, **fields)  # type: ignore[arg-type]


def test_fixes_are_dated_by_module_cache_table_and_version(tmp_path: Path) -> None:
    cache = make_cache(tmp_path / "cache", {"example.com/a@v1.1.0": ""})
    found = [
        vulnerability(fixed="v1.1.0"),
        vulnerability(fixed="v9.9.9"),
        vulnerability(module="stdlib", version="v1.25.1", fixed="v1.25.2"),
        vulnerability(module="example.com/b", fixed="v0.0.0-20201216223049-8b5274cf687f"),
        vulnerability(module="example.com/c"),
    ]
    timed, notes = clocked(found, means(tmp_path), TABLE, cache)
    assert [one.fix_since for one in timed] == [
        date(2026, 1, 2), None, date(2025, 10, 7), date(2020, 12, 16), None,
    ]  # fmt: skip
    assert {one.first_seen for one in timed} == {NOW.date()}
    assert notes == ()


def test_a_damaged_info_dates_nothing(tmp_path: Path) -> None:
    cache = make_cache(tmp_path / "cache", {"example.com/a@v1.1.0": ""})
    (cache / "cache/download/example.com/a/@v/v1.1.0.info").write_text("{", encoding="utf-8")
    timed, _ = clocked([vulnerability(fixed="v1.1.0")], means(tmp_path), TABLE, cache)
    assert timed[0].fix_since is None


def test_a_replay_knows_of_no_days_here_and_writes_none(tmp_path: Path) -> None:
    timed, notes = clocked([vulnerability()], means(tmp_path, replay=tmp_path), TABLE, None)
    assert (timed[0].first_seen, notes) == (None, ())
    assert not (tmp_path / "state" / FIRST_SEEN).exists()


def test_where_nothing_can_be_kept_a_note_says_so(tmp_path: Path) -> None:
    (tmp_path / "state").write_text("", encoding="utf-8")
    timed, notes = clocked([vulnerability()], means(tmp_path), TABLE, None)
    assert timed[0].first_seen is None
    assert [note.code for note in notes] == ["vulns-first-seen"]
