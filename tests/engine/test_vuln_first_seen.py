"""Since when vulnerabilities are known here: kept from run to run, by several runs at once."""

from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from supplymatrix.engine import vuln_first_seen
from supplymatrix.engine.vuln_first_seen import FIRST_SEEN, FirstSeen
from tests.support.made_vulns import vulnerability

TODAY = date(2026, 11, 26)
ONE = vulnerability("GO-2026-1", version="v1.0.0")
KEY = ("go", "GO-2026-1", "example.com/a")


def test_the_first_day_stays_whatever_version_is_built_later(tmp_path: Path) -> None:
    assert FirstSeen(tmp_path).days_of([ONE], TODAY) == {KEY: TODAY}
    later = vulnerability("GO-2026-1", version="v1.0.9")
    assert FirstSeen(tmp_path).days_of([later], TODAY + timedelta(days=9)) == {KEY: TODAY}


def test_the_same_advisory_of_another_database_or_module_has_days_of_its_own(tmp_path: Path) -> None:
    FirstSeen(tmp_path).days_of([ONE], TODAY)
    others = [vulnerability(database="ours"), vulnerability(module="example.com/b")]
    later = TODAY + timedelta(days=1)
    assert set(FirstSeen(tmp_path).days_of(others, later).values()) == {later}


def test_what_is_known_is_not_written_again(tmp_path: Path) -> None:
    FirstSeen(tmp_path).days_of([ONE], TODAY)
    before = (tmp_path / FIRST_SEEN).stat().st_mtime_ns
    FirstSeen(tmp_path).days_of([ONE], TODAY)
    assert (tmp_path / FIRST_SEEN).stat().st_mtime_ns == before


def test_lines_that_are_damaged_are_passed_over_and_the_others_stay(tmp_path: Path) -> None:
    good = "\t".join((*KEY, "2026-01-02"))
    bad = ["x", "a\tb\tc\t2026-13-01", "a\tb\tc\tyesterday", "\t\t\t2026-01-01", "go\tGO-9\texample.com/z\t2099-01-01"]
    (tmp_path / FIRST_SEEN).write_text("\n".join(["supplymatrix first seen 1", *bad, good]), encoding="utf-8")
    days = FirstSeen(tmp_path).days_of([ONE, vulnerability("GO-9", module="example.com/z")], TODAY)
    assert days == {KEY: date(2026, 1, 2), ("go", "GO-9", "example.com/z"): TODAY}
    lines = (tmp_path / FIRST_SEEN).read_text(encoding="utf-8").splitlines()
    assert len(lines) == 3


@given(st.binary(max_size=80))
def test_whatever_lines_lie_there_a_day_comes_of_it(tmp_path_factory: pytest.TempPathFactory, data: bytes) -> None:
    folder = tmp_path_factory.mktemp("state")
    (folder / FIRST_SEEN).write_bytes(b"supplymatrix first seen 1\n" + data)
    assert FirstSeen(folder).days_of([ONE], TODAY) == {KEY: TODAY}


@pytest.mark.parametrize("data", [b"supplymatrix first seen 2\n", b"\xff\xfe", b"\nsupplymatrix first seen 1\n"])
def test_a_file_of_another_form_is_left_as_it_is(tmp_path: Path, data: bytes) -> None:
    (tmp_path / FIRST_SEEN).write_bytes(data)
    store = FirstSeen(tmp_path)
    assert store.days_of([ONE], TODAY) == {}
    assert "not known here" in store.why
    assert (tmp_path / FIRST_SEEN).read_bytes() == data


def test_what_is_too_much_drops_the_newest(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(vuln_first_seen, "_KEPT", 2)
    for number in range(3):
        store = FirstSeen(tmp_path)
        store.days_of([vulnerability(f"GO-{number}")], TODAY + timedelta(days=number))
    assert "1 new ones are not kept" in store.why
    later = TODAY + timedelta(days=9)
    days = FirstSeen(tmp_path).days_of([vulnerability("GO-0"), vulnerability("GO-2")], later)
    assert [days["go", name, "example.com/a"] for name in ("GO-0", "GO-2")] == [TODAY, later]


def test_runs_side_by_side_lose_nothing(tmp_path: Path) -> None:
    def run(number: int) -> None:
        found = [vulnerability(f"GO-{number}-{index}") for index in range(5)]
        FirstSeen(tmp_path, lock_seconds=30).days_of(found, TODAY - timedelta(days=number))

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(run, range(8)))
    everything = [vulnerability(f"GO-{number}-{index}") for number in range(8) for index in range(5)]
    days = FirstSeen(tmp_path).days_of(everything, TODAY)
    assert {key[1]: day for key, day in days.items()} == {
        f"GO-{number}-{index}": TODAY - timedelta(days=number) for number in range(8) for index in range(5)
    }


def test_without_a_folder_nothing_is_known_and_it_is_said(tmp_path: Path) -> None:
    store = FirstSeen(None)
    assert (store.days_of([ONE], TODAY), store.why) == ({}, "no home folder is known")
    (tmp_path / "file").write_text("", encoding="utf-8")
    store = FirstSeen(tmp_path / "file")
    assert store.days_of([ONE], TODAY) == {}
    assert store.why


@pytest.mark.skipif(os.name == "nt", reason="modes are others there")
def test_nobody_else_may_read_it(tmp_path: Path) -> None:
    FirstSeen(tmp_path / "state").days_of([ONE], TODAY)
    assert (tmp_path / "state" / FIRST_SEEN).stat().st_mode & 0o077 == 0
