"""How the app behaves between keys: what was told goes, keys that come early are kept, work ends with its screen."""

from __future__ import annotations

import asyncio
import subprocess
import threading
from pathlib import Path

import pytest

from supplymatrix.engine.vendor_profiles import LoadedProfiles
from supplymatrix.errors import SourceError
from supplymatrix.tui.app import SupplymatrixApp
from supplymatrix.tui.opening import is_address, open_address, opener_of
from supplymatrix.tui.screens.base import BaseScreen, Work
from supplymatrix.tui.shots import settle, take_rows
from tests.tui.keys import press
from tests.tui.made_app import made_app, made_loaded, made_session


def _screen(app: SupplymatrixApp) -> BaseScreen:
    screen = app.place_screen
    assert screen is not None
    return screen


# What was told.


@pytest.mark.asyncio
async def test_what_was_told_goes_with_the_next_key_and_escape_then_goes_back(tmp_path: Path) -> None:
    app = made_app(made_session(tmp_path), "claims")
    async with app.run_test(size=(100, 30)) as pilot:
        await settle(pilot)
        _screen(app).tell("a word", details="and more of it")
        await press(pilot, "down")
        assert "a word" not in take_rows(app)
        await press(pilot, "D")
        assert "and more of it" in take_rows(app)
        await press(pilot, "escape")
        _screen(app).tell("another word")
        await press(pilot, "escape")
        assert _screen(app).PLACE == "home"


@pytest.mark.asyncio
async def test_a_fault_stays_until_escape(tmp_path: Path) -> None:
    app = made_app(made_session(tmp_path), "claims")
    async with app.run_test(size=(100, 30)) as pilot:
        await settle(pilot)
        _screen(app).tell("it broke", is_fault=True)
        await press(pilot, "down", "up")
        assert "✘ it broke" in take_rows(app)
        await press(pilot, "escape")
        assert "it broke" not in take_rows(app)
        assert _screen(app).PLACE == "claims"


# Keys that come early, and keys where nothing is seen.


@pytest.mark.asyncio
async def test_a_key_that_comes_before_the_facts_is_kept_for_them(tmp_path: Path) -> None:
    gate = threading.Event()

    def slow() -> LoadedProfiles:
        gate.wait(30)
        return made_loaded()

    app = made_app(made_session(tmp_path, load=slow), "claims")
    async with app.run_test(size=(100, 30)) as pilot:
        await pilot.pause()
        await pilot.press("down", "down")
        gate.set()
        await settle(pilot)
        rows = [item.id for item in app.screen.items]  # type: ignore[attr-defined]
        assert _screen(app).parts() == (rows[2],)


@pytest.mark.asyncio
async def test_without_room_no_key_acts_unseen_but_leaving(tmp_path: Path) -> None:
    app = made_app(made_session(tmp_path), "claims")
    async with app.run_test(size=(50, 10)) as pilot:
        await settle(pilot)
        before = _screen(app).parts()
        await press(pilot, "down", "question_mark", "1")
        assert app.screen is _screen(app)
        assert (_screen(app).PLACE, _screen(app).parts()) == ("claims", before)
        await pilot.press("q")
    assert not app.is_running


# Work.


class _Job:
    """A job that goes on until it is told to stop, or for 30 s at most."""

    def __init__(self) -> None:
        self.begun, self.ended, self.was_stopped = threading.Event(), threading.Event(), False

    def __call__(self, work: Work) -> str:
        self.begun.set()
        for _ in range(3_000):
            if work.is_cancelled:
                self.was_stopped = True
                break
            self.ended.wait(0.01)
        self.ended.set()
        return "done"

    async def wait(self, event: threading.Event) -> None:
        assert await asyncio.to_thread(event.wait, 30)


@pytest.mark.asyncio
@pytest.mark.parametrize("keys", [("escape",), ("0",), ("q",)])
async def test_a_job_is_told_to_stop_by_escape_by_leaving_and_at_the_end(keys: tuple[str, ...], tmp_path: Path) -> None:
    job, results = _Job(), list[str]()
    app = made_app(made_session(tmp_path), "claims")
    async with app.run_test(size=(100, 30)) as pilot:
        await settle(pilot)
        _screen(app).start_work("test", job, results.append, name="a long job")
        await job.wait(job.begun)
        await pilot.press(*keys)
        await job.wait(job.ended)
    assert job.was_stopped
    assert results == []


@pytest.mark.asyncio
async def test_a_stopped_job_that_tells_how_far_it_is_goes_no_further(tmp_path: Path) -> None:
    reached: list[int] = []
    gate, begun = threading.Event(), threading.Event()

    def job(work: Work) -> None:
        for step in range(3):
            work.tell(step, 3, "steps")
            reached.append(step)
            begun.set()
            gate.wait(30)

    app = made_app(made_session(tmp_path), "claims")
    async with app.run_test(size=(100, 30)) as pilot:
        await settle(pilot)
        _screen(app).start_work("test", job, lambda _: None, name="steps")
        assert await asyncio.to_thread(begun.wait, 30)
        await pilot.press("escape")
        gate.set()
        await settle(pilot)
        assert "a fault" not in take_rows(app)
    assert reached == [0]


@pytest.mark.asyncio
async def test_an_export_that_was_stopped_writes_no_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    gate, begun = threading.Event(), threading.Event()
    session = made_session(tmp_path)
    app = made_app(session, "claims")
    async with app.run_test(size=(100, 30)) as pilot:
        await settle(pilot)
        screen = _screen(app)
        offered = screen.exports()[0]

        def render() -> str:
            begun.set()
            gate.wait(30)
            return offered.render()

        monkeypatch.setattr(
            screen, "exports", lambda: (type(offered)(key="j", format="json", file="x", render=render, command="c"),)
        )
        await pilot.press("e", "j", "enter")
        assert await asyncio.to_thread(begun.wait, 30)
        await pilot.press("escape")
        gate.set()
        await settle(pilot)
        assert "is older" not in screen.status_line.say()
    assert session.written == {}


@pytest.mark.asyncio
async def test_an_export_says_where_the_file_lies_and_refuses_what_is_no_name(tmp_path: Path) -> None:
    session = made_session(tmp_path)
    app = made_app(session, "claims")
    async with app.run_test(size=(160, 45)) as pilot:
        await settle(pilot)
        await press(pilot, "e", "j")
        app.screen.query_one("Input").value = "x" * 300  # type: ignore[attr-defined]
        await press(pilot, "enter")
        assert "no name for a file" in take_rows(app)
        app.screen.query_one("Input").value = "claims.json"  # type: ignore[attr-defined]
        await press(pilot, "enter")
        assert (session.here / "claims.json").resolve().as_posix() in _screen(app).status_line.say()


@pytest.mark.asyncio
async def test_reading_again_waits_for_nobody(tmp_path: Path) -> None:
    session = made_session(tmp_path)
    with session._lock:  # as while profiles are read
        session.forget()


@pytest.mark.asyncio
async def test_a_fault_of_ours_has_its_traceback_behind_the_key(tmp_path: Path) -> None:
    def broken() -> LoadedProfiles:
        raise ZeroDivisionError("x")

    app = made_app(made_session(tmp_path, load=broken), "claims")
    async with app.run_test(size=(100, 30)) as pilot:
        await settle(pilot)
        assert "in broken" in _screen(app).status_line.details


@pytest.mark.asyncio
async def test_linear_text_has_the_details_in_place_of_their_key(tmp_path: Path) -> None:
    def broken() -> LoadedProfiles:
        raise SourceError("the disk is gone", remedy="buy another one")

    app = made_app(made_session(tmp_path, load=broken), "claims")
    async with app.run_test(size=(100, 30)) as pilot:
        await settle(pilot)
        text = _screen(app).plain_text(80)
        assert "next: buy another one" in text
        assert "D details" not in text


@pytest.mark.asyncio
async def test_projects_are_looked_for_where_the_app_was_started(tmp_path: Path) -> None:
    session = made_session(tmp_path)
    app = made_app(session)
    async with app.run_test(size=(100, 30)) as pilot:
        await settle(pilot)
        before = [line for line in take_rows(app).splitlines() if "shop" in line]
        session.project = session.here / "shop" / "tools"
        await press(pilot, "ctrl+r")
        assert [line for line in take_rows(app).splitlines() if "shop" in line] == before


# Addresses.


@pytest.mark.parametrize("url", ["https://acme.example/a", "http://acme.example"])
def test_addresses_of_the_web_are_opened(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    ran: list[list[str]] = []

    def run(words: list[str], **_: object) -> subprocess.CompletedProcess[bytes]:
        ran.append(words)
        return subprocess.CompletedProcess(words, 0)

    monkeypatch.setattr(subprocess, "run", run)
    assert open_address(url, {"DISPLAY": ":0"}, "linux")
    assert ran == [["xdg-open", url]]


@pytest.mark.parametrize(
    "url",
    [
        "file:///etc/passwd",
        "javascript:alert(1)",
        "acme/repo@1:file",
        "-x",
        "https://a.example/ b",
        "https://a\x1b[2J",
        "",
    ],
)
def test_nothing_else_is_opened(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def run(*_: object, **__: object) -> None:
        raise AssertionError("a program was run")

    monkeypatch.setattr(subprocess, "run", run)
    assert not is_address(url)
    assert not open_address(url, {"DISPLAY": ":0"}, "linux")


def test_without_a_desktop_no_browser_gets_the_terminal() -> None:
    assert opener_of({}, "linux") == ()
    assert opener_of({"WAYLAND_DISPLAY": "wayland-0"}, "linux") == ("xdg-open",)
    assert opener_of({}, "darwin") == ("open",)


@pytest.mark.asyncio
async def test_an_address_that_no_browser_takes_is_copied(tmp_path: Path) -> None:
    app = made_app(made_session(tmp_path), "claims/acme-fips")
    async with app.run_test(size=(160, 45)) as pilot:
        await settle(pilot)
        await press(pilot, "o")
        assert "no browser could be asked: https://acme.example/certificate" in _screen(app).status_line.say()
    assert (tmp_path / "state" / "copied.txt").read_text(encoding="utf-8") == "https://acme.example/certificate"


@pytest.mark.asyncio
async def test_the_cell_of_a_table_is_copied_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from tests.tui.made_response import put_reading, response_app

    put_reading(monkeypatch)
    app = response_app(tmp_path)
    async with app.run_test(size=(100, 30)) as pilot:
        await settle(pilot)
        app.screen.query_one("#table").focus()
        await press(pilot, "right", "y", "c")
        assert "the cell: " in _screen(app).status_line.say()
        cve = app.screen.table.current_id  # type: ignore[attr-defined]
    assert (tmp_path / "state" / "copied.txt").read_text(encoding="utf-8") == cve
