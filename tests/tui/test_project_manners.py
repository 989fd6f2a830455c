"""Manners of the Project screen: whose facts are shown, how they were had, what is said where there is little room."""

from __future__ import annotations

import re
import threading
from pathlib import Path

import pytest
from textual.widgets import Static

from supplymatrix.engine import project_run
from supplymatrix.engine.check import CheckRequest
from supplymatrix.engine.events import Message, OnEvent, Progress, ignore_event
from supplymatrix.engine.project_run import ProjectRun
from supplymatrix.tui.app import SupplymatrixApp
from supplymatrix.tui.screens.project import ProjectScreen
from supplymatrix.tui.screens.project_rows import PROJECT
from supplymatrix.tui.shots import settle, take_rows
from supplymatrix.tui.widgets.details import Details
from tests.support.log_server import LogServer
from tests.support.made_log import MadeLog, made_hash, write_project, write_recording
from tests.tui.keys import press_each
from tests.tui.made_app import MadeSession, made_app
from tests.tui.made_project import (
    GOOD,
    LOG,
    PRIVATE,
    PROVEN,
    TAMPERED,
    project_session,
    recorded_answers,
    write_grouped_project,
)

_WIDE, _NARROW = (160, 45), (80, 24)
_TOLD = "something that the run had to tell"
PSEUDO = "example.com/long/path/of/a/module@v0.0.0-20260102030405-abcdefabcdef"


@pytest.fixture
def session(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> MadeSession:
    """Return a session that is about the made project, before any event loop runs."""
    return project_session(tmp_path, monkeypatch)


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[CheckRequest]:
    """Return what is asked of the engine, as it is asked."""
    found: list[CheckRequest] = []
    real = project_run.run_project

    def watched(request: CheckRequest, on_event: OnEvent = ignore_event) -> ProjectRun:
        found.append(request)
        return real(request, on_event)

    monkeypatch.setattr(project_run, "run_project", watched)
    return found


def _screen(app: SupplymatrixApp) -> ProjectScreen:
    screen = app.place_screen
    assert isinstance(screen, ProjectScreen)
    return screen


def _headline(app: SupplymatrixApp) -> list[str]:
    return str(app.screen.query_one("#summary", Static).content).split("\n")


@pytest.mark.asyncio
async def test_facts_of_a_project_are_never_named_as_those_of_another(session: MadeSession, tmp_path: Path) -> None:
    write_project(tmp_path / "other", LOG, "", PROVEN[:2])
    (tmp_path / "other" / "go.mod").write_text("module (\n", encoding="utf-8")
    app = made_app(session, "project")
    async with app.run_test(size=_WIDE) as pilot:
        await settle(pilot)
        screen = _screen(app)
        before = screen.twin(), [export.command for export in screen.exports()]
        await press_each(pilot, "p", *"other", "enter")
        assert "✘" in screen.status_line.say()
        assert (screen.twin(), [export.command for export in screen.exports()]) == before
        assert "svc" in before[0]
        assert session.project == Path("svc")
        assert "✘ 1 failed" in take_rows(app)
        (tmp_path / "other" / "go.mod").write_text("module other.example/app\n\ngo 1.22\n", encoding="utf-8")
        await press_each(pilot, "p", *"other", "enter")
        assert screen.twin() == "supplymatrix check other --replay recorded"
        assert all(" other" in export.command for export in screen.exports())
        assert session.project == Path("other")
        assert "✘ 0 failed" in take_rows(app)


@pytest.mark.asyncio
async def test_a_recheck_from_the_cache_holds_for_one_run_and_is_in_its_command(
    session: MadeSession, tmp_path: Path, asked: list[CheckRequest]
) -> None:
    rules = tmp_path / "svc" / "lift.toml"
    good = rules.read_text(encoding="utf-8")
    app = made_app(session, "project")
    async with app.run_test(size=_WIDE) as pilot:
        await settle(pilot)
        screen = _screen(app)
        await press_each(pilot, "r")
        assert "checked again without a network" in screen.status_line.say()
        assert screen.twin() == "supplymatrix check svc --replay recorded --offline"
        assert all("--offline" in export.command for export in screen.exports())
        assert screen.status().offline
        await press_each(pilot, "ctrl+r")
        assert screen.twin() == "supplymatrix check svc --replay recorded"
        rules.write_text("[policy\n", encoding="utf-8")
        await press_each(pilot, "r")
        assert screen.status_line.is_fault
        assert screen.twin() == "supplymatrix check svc --replay recorded"
        rules.write_text(good, encoding="utf-8")
        await press_each(pilot, "ctrl+r")
        assert "without a network" not in take_rows(app)
        assert screen.twin() == "supplymatrix check svc --replay recorded"
    assert [request.means.offline for request in asked] == [False, True, False, True, False]


@pytest.mark.asyncio
async def test_offline_no_new_head_is_said_to_have_been_asked_for(
    session: MadeSession, asked: list[CheckRequest]
) -> None:
    session.replay, session.offline = None, True
    app = made_app(session, "project")
    async with app.run_test(size=_WIDE) as pilot:
        await settle(pilot)
        await press_each(pilot, "v")
        said = _screen(app).status_line.say()
        assert "no new head is asked for" in said
        assert "verified again" not in said
        assert _screen(app).twin() == "supplymatrix check svc --offline"
    assert [request.means.refresh for request in asked] == [False, False]


@pytest.mark.asyncio
async def test_what_a_run_tells_is_kept_with_its_result_and_hides_nothing(
    session: MadeSession, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = project_run.run_project

    def telling(request: CheckRequest, on_event: OnEvent = ignore_event) -> ProjectRun:
        on_event(Message(text=_TOLD))
        return real(request, on_event)

    monkeypatch.setattr(project_run, "run_project", telling)
    app = made_app(session, "project")
    async with app.run_test(size=_WIDE) as pilot:
        await settle(pilot)
        screen = _screen(app)
        assert screen.status_line.say() == "as of 2026-11-25 · asked: replay recorded · D shows 1 note"
        assert f"told: {_TOLD}" in "\n".join(line.plain for line in screen.query_one("#verdict", Details).lines)
        await press_each(pilot, "D")
        assert _TOLD in take_rows(app)


@pytest.mark.asyncio
async def test_a_run_that_was_stopped_tells_nothing(session: MadeSession, monkeypatch: pytest.MonkeyPatch) -> None:
    gate, begun, ended = threading.Event(), threading.Event(), threading.Event()
    real = project_run.run_project

    def slow(request: CheckRequest, on_event: OnEvent = ignore_event) -> ProjectRun:
        if request.means.refresh:
            on_event(Message(text=_TOLD))
            begun.set()
            gate.wait(30)
            try:
                on_event(Progress(stage="look-ups", done=4, total=14))
            finally:
                ended.set()
        return real(request, on_event)

    monkeypatch.setattr(project_run, "run_project", slow)
    app = made_app(session, "project")
    try:
        async with app.run_test(size=_WIDE) as pilot:
            await settle(pilot)
            await pilot.press("v")
            begun.wait(30)
            await pilot.press("escape")
            gate.set()
            ended.wait(30)
            await settle(pilot)
            screen = _screen(app)
            assert "stopped" in screen.status_line.say()
            await press_each(pilot, "ctrl+r")
            assert screen.view is not None
            assert screen.view.told == ()
            assert "note" not in screen.status_line.say()
            assert "verified again" not in screen.status_line.say()
    finally:
        gate.set()


@pytest.mark.asyncio
async def test_home_and_end_go_to_the_first_and_last_row_and_the_help_says_so(session: MadeSession) -> None:
    app = made_app(session, "project")
    async with app.run_test(size=_NARROW) as pilot:
        await settle(pilot)
        table = _screen(app).table
        await press_each(pilot, "end")
        assert table.current_id == PRIVATE
        assert table.current_column == "log"
        assert "– private corp.example/secret" in take_rows(app)  # noqa: RUF001
        await press_each(pilot, "home")
        assert table.current_id == PROJECT
        await press_each(pilot, "question_mark")
        text = take_rows(app)
        for _ in range(6):
            await press_each(pilot, "pagedown")
            text += take_rows(app)
        lines = [" ".join(line.split()).lower() for line in text.split("\n")]
        assert any("home" in line and "first row" in line for line in lines)
        assert not any("first column" in line or "last column" in line for line in lines)


@pytest.mark.asyncio
@pytest.mark.parametrize(("width", "words"), [(160, ("tree 613", "– 1 local")), (80, ("exit 4",)), (60, ())])  # noqa: RUF001
async def test_the_headline_is_shortened_by_whole_words_and_keeps_what_was_not_checked(
    width: int, words: tuple[str, ...], session: MadeSession, tmp_path: Path
) -> None:
    write_grouped_project(tmp_path / "svc")
    app = made_app(session, "project")
    async with app.run_test(size=(width, 30)) as pilot:
        await settle(pilot)
        (line,) = _headline(app)
        assert len(line) <= width - 2
        assert line in take_rows(app)
        for part in ("ALARM", "✘ 1 failed", "– 0 not checked", "– 1 private", *words):  # noqa: RUF001
            assert f" · {part} · " in f" · {line} · "
        await pilot.resize_terminal(200, 30)
        await settle(pilot)
        assert "tree 613" in _headline(app)[0]


@pytest.mark.asyncio
async def test_an_empty_folder_says_why_there_is_nothing_and_what_to_do(session: MadeSession, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    session.project = Path("empty")
    app = made_app(session, "project")
    async with app.run_test(size=_NARROW) as pilot:
        await settle(pilot)
        assert "NOTHING · exit 5" in take_rows(app)
        assert "no go.mod, no go.sum is here · next: p opens another folder" in take_rows(app)
        await press_each(pilot, "p", *"svc", "enter")
        assert "ALARM" in take_rows(app)
        assert "no go.mod" not in take_rows(app)
        assert take_rows(app).split("\n")[2].split()[0] == "log"  # the lines that said why are given back


@pytest.mark.asyncio
@pytest.mark.parametrize("size", [(120, 40), (160, 45)])
async def test_the_chain_has_room_for_its_steps(size: tuple[int, int], session: MadeSession, tmp_path: Path) -> None:
    log = MadeLog.of(*PROVEN, PSEUDO, filler=600)
    write_project(tmp_path / "svc", log, "", [*PROVEN, PSEUDO])
    write_recording(tmp_path / "recorded", recorded_answers(log))
    app = made_app(session, f"project/{PSEUDO}")
    async with app.run_test(size=size) as pilot:
        await settle(pilot)
        rows = take_rows(app)
        assert "6 steps proven from replay recorded" in rows
        assert "step 7 not checked · exit 0" in rows
        assert "the signature is valid" in rows
        assert "recomputed = the root that is signed" in rows
        assert re.search(r"✔ proven example\.com/long/\S*…\s+v0\.0\.0-2\S*…", rows)


@pytest.mark.asyncio
async def test_what_a_finding_says_in_words_is_not_said_in_codes_too(session: MadeSession) -> None:
    app = made_app(session, f"project/{TAMPERED}")
    async with app.run_test(size=_WIDE) as pilot:
        await settle(pilot)
        text = "\n".join(line.plain for line in _screen(app).query_one("#verdict", Details).lines)
        assert "no other copy could be compared" in text
        assert f"= log: {made_hash(TAMPERED)}" in text
        assert "no-witness" not in text
        assert "who agrees" not in text


@pytest.mark.asyncio
async def test_the_status_has_a_day_and_no_zero_beside_a_step_that_was_not_checked(session: MadeSession) -> None:
    app = made_app(session, f"project/{GOOD}")
    async with app.run_test(size=_WIDE) as pilot:
        await settle(pilot)
        assert "step 7 not checked" in take_rows(app)
        assert _screen(app).status_line.say() == "as of 2026-11-25 · asked: replay recorded"


@pytest.mark.asyncio
async def test_a_private_name_is_not_offered_to_the_log_even_where_its_line_is_faulty_or_the_log_lied(
    session: MadeSession, tmp_path: Path
) -> None:
    from supplymatrix.errors import TrustError
    from supplymatrix.tui.screens.project_offers import sources_of
    from supplymatrix.tui.screens.project_rows import ProjectView

    sum_file = tmp_path / "svc" / "go.sum"
    sum_file.write_text(f"{sum_file.read_text()}{PRIVATE.replace('@', ' ')}\n", encoding="utf-8")
    app = made_app(session, "project")
    async with app.run_test(size=_WIDE) as pilot:
        await settle(pilot)
        view = _screen(app).view
    assert view is not None
    assert view.by_id[PRIVATE].state == "failed"
    assert sources_of(view, view.by_id[PRIVATE]) == ()
    assert sources_of(view, view.by_id[GOOD])
    run = ProjectRun(project=view.found.project, choice=view.found.choice, lie=TrustError("it lied"))
    lied = ProjectView(run)
    assert sources_of(lied, lied.by_id[PRIVATE]) == ()
    assert sources_of(lied, lied.rows[0])


@pytest.mark.asyncio
async def test_a_log_that_lied_is_a_failure_of_the_project(session: MadeSession, tmp_path: Path) -> None:
    from datetime import timedelta

    from tests.support.machine import Machine
    from tests.tui.made_app import NOW

    session.replay = None
    answers = recorded_answers(LOG)
    Machine(tmp_path).trust(LOG.key, answers["latest"], fetched_at=NOW - timedelta(days=9))
    with LogServer(recorded_answers(LOG.forked(500).grown("later.example/m@v1.0.0"))) as server:
        write_project(tmp_path / "svc", LOG, server.url, PROVEN[:3])
        app = made_app(session, "project")
        async with app.run_test(size=_NARROW) as pilot:
            await settle(pilot)
            assert "no module fails, the project does: the log lied: " in " ".join(_headline(app))
            await press_each(pilot, "end", "n")
            assert _screen(app).table.current_id == PROJECT
            assert "failure 1 of 1" in take_rows(app)
            await press_each(pilot, "f")
            assert "no module fails, the project does" in _screen(app).status_line.say()
