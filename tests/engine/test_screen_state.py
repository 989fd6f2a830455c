"""What the app keeps: it comes back as it was, and a file that cannot be used is kept under another name."""

from __future__ import annotations

import json
import os
import threading
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from supplymatrix.engine import screen_state
from supplymatrix.engine.screen_state import (
    NO_STATE,
    ListState,
    Opened,
    ScreenState,
    read_screen_state,
    remember,
    remember_list,
    state_path,
    write_screen_state,
)
from supplymatrix.errors import SourceError
from supplymatrix.model.value import changed

_WHEN = datetime(2026, 11, 25, 12, 0, tzinfo=UTC)
_TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
_LISTS = st.builds(
    ListState,
    sort=st.lists(st.tuples(_TEXT, st.booleans()), max_size=3).map(tuple),
    filter=_TEXT,
    hidden=st.lists(_TEXT, max_size=3).map(tuple),
    pinned=st.lists(_TEXT, max_size=3).map(tuple),
    order=st.lists(_TEXT, max_size=3).map(tuple),
    current=_TEXT,
)
_STATES = st.builds(
    ScreenState,
    theme=_TEXT,
    last=_TEXT,
    recent=st.lists(st.builds(Opened, link=_TEXT, title=_TEXT, at=st.sampled_from([None, _WHEN])), max_size=5).map(
        tuple
    ),
    lists=st.dictionaries(_TEXT, _LISTS, max_size=4),
)


@given(_STATES)
def test_a_state_comes_back_as_it_was(tmp_path_factory: pytest.TempPathFactory, state: ScreenState) -> None:
    path = tmp_path_factory.mktemp("state") / "deep" / "screens.json"
    write_screen_state(path, state)
    found = read_screen_state(path)
    assert found.state == state
    assert found.told == ""


def test_without_a_file_there_is_nothing_and_nothing_is_told(tmp_path: Path) -> None:
    found = read_screen_state(tmp_path / "screens.json")
    assert (found.state, found.told) == (NO_STATE, "")


@pytest.mark.parametrize(
    "data",
    [
        b"", b"{", b"[]", b"\xff\xfe", b"null", b'{"schema": "supplymatrix.screens/2"}', b"[" * 100_000,
        b'{"schema": "supplymatrix.screens/1", "recent": [{"link": 3}]}',
        b'{"schema": "supplymatrix.screens/1", "recent": [{"link": "a", "title": "b", "at": "yesterday"}]}',
        b'{"schema": "supplymatrix.screens/1", "recent": [{"link": "a", "title": "b", "at": "2026-11-25"}]}',
        b'{"schema": "supplymatrix.screens/1", "lists": {"claims": {"sort": [["a"]]}}}',
        b'{"schema": "supplymatrix.screens/1", "theme": "' + b"x" * 300_000 + b'"}',
    ],
)  # fmt: skip
def test_a_broken_file_is_set_aside_and_told(tmp_path: Path, data: bytes) -> None:
    path = tmp_path / "screens.json"
    path.write_bytes(data)
    found = read_screen_state(path)
    assert found.state == NO_STATE
    assert "is kept as screens.json.broken-1" in found.told
    assert (tmp_path / "screens.json.broken-1").read_bytes() == data
    assert not path.exists()


@given(st.binary(max_size=200))
def test_any_bytes_give_a_state(tmp_path_factory: pytest.TempPathFactory, data: bytes) -> None:
    path = tmp_path_factory.mktemp("state") / "screens.json"
    path.write_bytes(data)
    assert read_screen_state(path).state == NO_STATE


def test_a_second_broken_file_does_not_replace_the_first(tmp_path: Path) -> None:
    path = tmp_path / "screens.json"
    for data in (b"one", b"two"):
        path.write_bytes(data)
        read_screen_state(path)
    kept = [(tmp_path / f"screens.json.broken-{number}").read_bytes() for number in (1, 2)]
    assert kept == [b"one", b"two"]


def test_a_folder_in_place_of_the_file_is_told(tmp_path: Path) -> None:
    (tmp_path / "screens.json").mkdir()
    found = read_screen_state(tmp_path / "screens.json")
    assert "cannot be read" in found.told


def test_a_state_that_cannot_be_written_says_what_to_do(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("", encoding="utf-8")
    with pytest.raises(SourceError, match="what you do here is not remembered") as caught:
        write_screen_state(tmp_path / "file" / "screens.json", NO_STATE)
    assert "SUPPLYMATRIX_STATE_DIR" in caught.value.remedy


def test_without_a_home_nothing_is_kept_and_that_is_told() -> None:
    assert state_path({}) is None
    found = read_screen_state(None)
    assert "no home folder is known" in found.told
    write_screen_state(None, NO_STATE)


def test_what_was_opened_last_is_first_and_stands_there_once() -> None:
    state = NO_STATE
    for link in ("claims", "entries", "claims"):
        state = remember(state, Opened(link=link, title=link, at=_WHEN))
    assert [item.link for item in state.recent] == ["claims", "entries"]
    assert state.last == "claims"


def test_only_so_much_is_remembered() -> None:
    state = NO_STATE
    for number in range(100):
        state = remember(state, Opened(link=f"claims/{number}", title="", at=None))
        state = remember_list(state, f"list {number}", ListState(filter="x"))
    assert len(state.recent) == 12
    assert len(state.lists) == 50
    assert "list 99" in state.lists


def test_the_file_is_for_its_owner_alone(tmp_path: Path) -> None:
    path = tmp_path / "screens.json"
    write_screen_state(path, NO_STATE)
    assert path.stat().st_mode & 0o077 == 0
    assert json.loads(path.read_text(encoding="utf-8"))["schema"] == "supplymatrix.screens/1"


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="this system has no pipes with names")
def test_a_pipe_in_place_of_the_file_is_not_waited_for(tmp_path: Path) -> None:
    path = tmp_path / "screens.json"
    os.mkfifo(path)
    reading = threading.Thread(target=read_screen_state, args=(path,), daemon=True)
    reading.start()
    reading.join(20)
    assert not reading.is_alive()
    assert not path.exists()
    assert (tmp_path / "screens.json.broken-1").is_fifo()


def test_a_file_that_may_not_be_read_is_not_written_over(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "screens.json"
    path.write_bytes(b"mine")
    opened = os.open

    def refuse(file: str | Path, flags: int, mode: int = 0o777) -> int:
        if Path(file) == path and path.exists():
            raise PermissionError(13, "Permission denied")
        return opened(file, flags, mode)

    monkeypatch.setattr(os, "open", refuse)
    assert "Permission denied" in read_screen_state(path).told
    write_screen_state(path, changed(NO_STATE, theme="x"))
    assert (tmp_path / "screens.json.broken-1").read_bytes() == b"mine"


def test_what_can_neither_be_used_nor_set_aside_is_not_written_over(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "screens.json"
    path.write_bytes(b"mine")
    monkeypatch.setattr(screen_state, "_SET_ASIDE", 0)
    assert not read_screen_state(path).may_write
    with pytest.raises(SourceError, match="could not be set aside"):
        write_screen_state(path, NO_STATE)
    assert path.read_bytes() == b"mine"


_LONG = st.one_of(_TEXT, st.sampled_from(["x" * 501, "\U0001f600" * 700, "\udcff" * 600]))
_ANY_LIST = st.builds(
    ListState,
    sort=st.lists(st.tuples(_LONG, st.booleans()), max_size=3).map(tuple),
    filter=_LONG,
    hidden=st.lists(_LONG, max_size=200).map(tuple),
    pinned=st.lists(_LONG, max_size=3).map(tuple),
    order=st.lists(_LONG, max_size=3).map(tuple),
    current=_LONG,
)


@settings(max_examples=30)
@given(
    st.builds(
        ScreenState,
        theme=_LONG,
        last=_LONG,
        recent=st.lists(st.builds(Opened, link=_LONG, title=_LONG, at=st.just(_WHEN)), max_size=20).map(tuple),
        lists=st.dictionaries(_LONG, _ANY_LIST, max_size=6),
    )
)
def test_what_was_written_is_never_broken(tmp_path_factory: pytest.TempPathFactory, state: ScreenState) -> None:
    path = tmp_path_factory.mktemp("state") / "screens.json"
    write_screen_state(path, state)
    assert read_screen_state(path).told == ""


def test_a_state_that_is_too_long_loses_its_oldest_lists(tmp_path: Path) -> None:
    state = NO_STATE
    for number in range(40):
        wide = ListState(hidden=tuple(f"{number} {column} {'x' * 480}" for column in range(40)))
        state = remember_list(state, f"list {number}", wide)
    write_screen_state(tmp_path / "screens.json", state)
    kept = read_screen_state(tmp_path / "screens.json").state.lists
    assert 0 < len(kept) < 40
    assert kept["list 39"] == state.lists["list 39"]


def _opened(link: str, minutes: int) -> Opened:
    return Opened(link=link, title=link, at=_WHEN + timedelta(minutes=minutes))


def test_two_apps_at_once_keep_what_each_has_opened(tmp_path: Path) -> None:
    path = tmp_path / "screens.json"
    write_screen_state(path, remember(NO_STATE, _opened("claims", 0)))
    one = two = read_screen_state(path).state
    one = remember_list(remember(one, _opened("matrix/redhat", 1)), "matrix", ListState(filter="fips"))
    two = remember(remember(two, _opened("entries", 2)), _opened("decide", 3))
    write_screen_state(path, two)
    write_screen_state(path, one)
    kept = read_screen_state(path).state
    assert [item.link for item in kept.recent] == ["decide", "entries", "matrix/redhat", "claims"]
    assert kept.last == "matrix/redhat"
    write_screen_state(path, two)
    assert read_screen_state(path).state.lists == {"matrix": ListState(filter="fips")}


def test_apps_that_write_at_the_same_time_lose_nothing(tmp_path: Path) -> None:
    path = tmp_path / "screens.json"

    def write(number: int) -> None:
        write_screen_state(path, remember(NO_STATE, _opened(f"claims/{number}", number)))

    threads = [threading.Thread(target=write, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    kept = read_screen_state(path).state.recent
    assert [item.link for item in kept] == [f"claims/{number}" for number in reversed(range(8))]


def test_a_lock_that_nobody_gives_back_is_not_waited_for(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    fcntl = pytest.importorskip("fcntl")
    waits: list[float] = []
    monkeypatch.setattr("time.sleep", waits.append)
    descriptor = os.open(tmp_path, os.O_RDONLY)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        write_screen_state(tmp_path / "screens.json", changed(NO_STATE, theme="x"))
    finally:
        os.close(descriptor)
    assert read_screen_state(tmp_path / "screens.json").state.theme == "x"
    assert 0 < sum(waits) < 1.1
