"""The Project screen: modules, verdict and proof chain; the same facts as `check` and `verify --steps`."""

from __future__ import annotations

import json
import threading
from datetime import timedelta
from pathlib import Path

import pytest
from textual.widgets import Input

from supplymatrix.cli.main import run
from supplymatrix.engine import project_run
from supplymatrix.engine.check import CheckRequest
from supplymatrix.engine.events import OnEvent, Progress, ignore_event
from supplymatrix.engine.project_run import ProjectRun
from supplymatrix.model.trace import StepId
from supplymatrix.reports.registry import render_survey
from supplymatrix.reports.trace_view import render_trace_json
from supplymatrix.tui.app import SupplymatrixApp
from supplymatrix.tui.links import Link, format_link, parse_link
from supplymatrix.tui.screens.project import ProjectScreen
from supplymatrix.tui.screens.project_rows import PROJECT
from supplymatrix.tui.shots import settle, take_rows
from supplymatrix.tui.widgets.details import Details
from supplymatrix.tui.widgets.picker import Menu
from tests.support.log_server import LogServer
from tests.support.made_log import MadeLog, made_hash, module_of, write_project, write_recording
from tests.tui.conftest import SIZES
from tests.tui.keys import press_each
from tests.tui.made_app import NOW, MadeSession, made_app
from tests.tui.made_project import (
    EVIL,
    GOOD,
    LOG,
    PRIVATE,
    PROVEN,
    TAMPERED,
    UNKNOWN,
    project_session,
    recorded_answers,
)

_WIDE, _NARROW = (160, 45), (80, 24)
AT_TAMPERED = f"project/{TAMPERED}"
ANSWERS = recorded_answers(LOG)
FORKED = recorded_answers(LOG.forked(500).grown("later.example/m@v1.0.0"))
MANY = tuple(f"example.com/m{number}@v1.0.{number}" for number in range(220))


@pytest.fixture
def session(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> MadeSession:
    """Return a session that is about the made project, before any event loop runs."""
    return project_session(tmp_path, monkeypatch)


@pytest.fixture
def large(session: MadeSession, tmp_path: Path) -> MadeSession:
    """Return a session about a project of 220 modules."""
    log = MadeLog.of(*MANY, filler=300)
    write_project(tmp_path / "svc", log, "", MANY)
    write_recording(tmp_path / "recorded", recorded_answers(log))
    return session


def _screen(app: SupplymatrixApp) -> ProjectScreen:
    screen = app.place_screen
    assert isinstance(screen, ProjectScreen)
    return screen


def _ids(app: SupplymatrixApp) -> list[str]:
    """Return the rows that are seen, but for the heads of groups."""
    table = _screen(app).table
    heads = {head.row for head in table.heads}
    return [table.data.row_id(row) for row in table.view.rows if row not in heads]


def _focus(app: SupplymatrixApp) -> str:
    return app.focused.id or "" if app.focused is not None else ""


def _text(app: SupplymatrixApp, pane: str) -> str:
    return "\n".join(line.plain for line in app.screen.query_one(f"#{pane}", Details).lines)


def _seen(app: SupplymatrixApp) -> set[str]:
    """Return which of the three panes are on the screen."""
    return {name for name in ("table", "verdict", "chain") if app.screen.query_one(f"#{name}").region.area}


@pytest.mark.asyncio
async def test_every_module_has_a_sign_and_a_word(session: MadeSession) -> None:
    app = made_app(session, "project")
    async with app.run_test(size=_WIDE) as pilot:
        await settle(pilot)
        rows = take_rows(app)
        assert _ids(app)[0] == PROJECT
        assert len(_ids(app)) == len(PROVEN) + 3
        assert "✔ proven" in rows
        assert "✘ failed" in rows
        assert "– private" in rows  # noqa: RUF001
        assert "ALARM · exit 4 · 14 modules · ✔ 12 proven · ✘ 1 failed · – 0 not checked · – 1 private" in rows  # noqa: RUF001
        assert _screen(app).twin() == "supplymatrix check svc --replay recorded"
        assert _seen(app) == {"table", "verdict", "chain"}


@pytest.mark.asyncio
async def test_f_and_enter_lead_to_why_a_module_fails(session: MadeSession) -> None:
    app = made_app(session, "project")
    async with app.run_test(size=_NARROW) as pilot:
        await settle(pilot)
        await press_each(pilot, "f")
        assert _ids(app) == [PROJECT, TAMPERED]
        assert _screen(app).table.current_id == TAMPERED
        assert "failures only" in take_rows(app)
        await press_each(pilot, "enter")
        rows = take_rows(app)
        assert _seen(app) == {"chain"}
        assert "✘ 1 go.sum line  failed" in rows
        assert "✔ 6 signed head" in rows
        assert "– 7 consistency  not checked" in rows  # noqa: RUF001
        assert EVIL in rows
        assert made_hash(TAMPERED) in rows
        assert "first difference: character" in rows
        assert _screen(app).twin() == f"supplymatrix verify {TAMPERED} --project svc --steps --replay recorded"
        text = _text(app, "step")
        assert "do not build" in text
        assert "supplymatrix verify ends with 4" in text
        await press_each(pilot, "escape")
        assert _seen(app) == {"table"}
        await press_each(pilot, "escape")
        assert len(_ids(app)) == len(PROVEN) + 3


@pytest.mark.asyncio
@pytest.mark.parametrize("size", SIZES)
async def test_the_first_differing_character_is_marked_below_it(size: tuple[int, int], session: MadeSession) -> None:
    app = made_app(session, AT_TAMPERED)
    async with app.run_test(size=size) as pilot:
        await settle(pilot)
        _screen(app).chain.details.scroll_to(y=3, animate=False)
        await pilot.pause()
        lines = take_rows(app).split("\n")
        at = next(number for number, line in enumerate(lines) if "^" in line and "^p" not in line)
        place = lines[at].index("^")
        assert lines[at - 1][place] == "E", lines
        assert lines[at + 1][place] == made_hash(TAMPERED)[3]
        assert EVIL in lines[at - 1]


@pytest.mark.asyncio
async def test_n_goes_round_the_failures(session: MadeSession, tmp_path: Path) -> None:
    sum_file = tmp_path / "svc" / "go.sum"
    sum_file.write_text(sum_file.read_text().replace(made_hash(GOOD), EVIL))
    app = made_app(session, "project")
    async with app.run_test(size=_WIDE) as pilot:
        await settle(pilot)
        seen = []
        for key in ("n", "n", "n", "N"):
            await press_each(pilot, key)
            seen.append(_screen(app).table.current_id)
        assert seen == [GOOD, TAMPERED, GOOD, TAMPERED]
        assert "failure 2 of 2" in take_rows(app)


@pytest.mark.asyncio
async def test_a_project_without_failures_says_so(session: MadeSession, tmp_path: Path) -> None:
    write_project(tmp_path / "svc", LOG, "", PROVEN)
    app = made_app(session, "project")
    async with app.run_test(size=_WIDE) as pilot:
        await settle(pilot)
        await press_each(pilot, "f")
        assert "no module fails" in take_rows(app)
        await press_each(pilot, "n")
        assert "nothing that is shown fails" in take_rows(app)
        assert "PASS · exit 0" in take_rows(app)


@pytest.mark.asyncio
async def test_tab_turns_pages_the_chain_of_a_row_first(session: MadeSession) -> None:
    app = made_app(session, "project")
    async with app.run_test(size=_NARROW) as pilot:
        await settle(pilot)
        _screen(app).table.go_to(GOOD)
        seen = []
        for _ in range(3):
            await press_each(pilot, "tab")
            seen.append(_seen(app))
        assert seen == [{"chain"}, {"verdict"}, {"table"}]
        _screen(app).table.go_to(PROJECT)
        await press_each(pilot, "tab")
        assert _seen(app) == {"verdict"}
        await press_each(pilot, "escape")
        _screen(app).table.go_to(TAMPERED)
        await press_each(pilot, "tab")
        assert _seen(app) == {"chain"}
        await press_each(pilot, "shift+tab")
        assert _seen(app) == {"table"}


@pytest.mark.asyncio
async def test_enter_goes_deeper_and_esc_comes_back(session: MadeSession) -> None:
    app = made_app(session, "project")
    async with app.run_test(size=_WIDE) as pilot:
        await settle(pilot)
        _screen(app).table.go_to(TAMPERED)
        focus = [_focus(app)]
        for key in ("enter", "enter", "X", "escape", "enter", "escape", "escape"):
            await press_each(pilot, key)
            focus.append(_focus(app))
        assert focus == ["table", "steps", "step", "page", "steps", "step", "steps", "table"]


@pytest.mark.asyncio
async def test_the_bytes_of_a_step_are_shown_in_hex_and_as_text(session: MadeSession) -> None:
    app = made_app(session, f"project/{GOOD}")
    async with app.run_test(size=_NARROW) as pilot:
        await settle(pilot)
        await press_each(pilot, "down", "X")
        text = _text(app, "page")
        record = LOG.records[LOG.names.index(GOOD)]
        assert f"{len(record)} bytes of log record: proven" in text
        assert record[:8].hex(" ") in text
        assert "example.com/lib0" in text
        await press_each(pilot, "escape", "end", "X")
        assert "no bytes are behind this" in take_rows(app)


@pytest.mark.asyncio
async def test_v_and_r_check_again_and_the_cursor_stays(session: MadeSession, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[CheckRequest] = []
    real = project_run.run_project

    def watched(request: CheckRequest, on_event: OnEvent = ignore_event) -> ProjectRun:
        asked.append(request)
        return real(request, on_event)

    monkeypatch.setattr(project_run, "run_project", watched)
    app = made_app(session, "project")
    async with app.run_test(size=_WIDE) as pilot:
        await settle(pilot)
        _screen(app).table.go_to(TAMPERED)
        await press_each(pilot, "v")
        assert "verified again, asked: replay recorded" in take_rows(app)
        await press_each(pilot, "r")
        assert "checked again without a network" in take_rows(app)
        assert _screen(app).table.current_id == TAMPERED
        await press_each(pilot, "ctrl+r")
    assert [request.means.refresh for request in asked] == [False, True, False, False]
    assert [request.means.offline for request in asked] == [False, False, True, False]


@pytest.mark.asyncio
async def test_what_changed_on_disk_is_seen_after_v(session: MadeSession, tmp_path: Path) -> None:
    app = made_app(session, AT_TAMPERED)
    async with app.run_test(size=_WIDE) as pilot:
        await settle(pilot)
        sum_file = tmp_path / "svc" / "go.sum"
        sum_file.write_text(sum_file.read_text().replace(EVIL, made_hash(TAMPERED)))
        await press_each(pilot, "v")
        assert "✔ 13 proven · ✘ 0 failed" in take_rows(app)
        assert "✔ 1 go.sum line" in take_rows(app)


@pytest.fixture
def offline(session: MadeSession, tmp_path: Path) -> MadeSession:
    """Return a session without a network, on a machine that has proven three modules of four before."""
    session.replay = None
    with LogServer(ANSWERS) as server:
        write_project(tmp_path / "svc", LOG, server.url, PROVEN[:3])
        project_run.run_project(CheckRequest(paths=(Path("svc"),), means=session.means()))
    write_project(tmp_path / "svc", LOG, server.url, PROVEN[:4])
    session.offline = True
    return session


@pytest.mark.asyncio
async def test_without_a_network_the_third_state_is_shown(offline: MadeSession) -> None:
    app = made_app(offline, f"project/{PROVEN[3]}")
    async with app.run_test(size=_WIDE) as pilot:
        await settle(pilot)
        rows = take_rows(app)
        assert "✔ 3 proven · ✘ 0 failed · – 1 not checked" in rows  # noqa: RUF001
        assert "3 steps proven from cache" in rows
        assert "steps 1-4 not checked · exit 3" in rows
        assert "– unchecked" in rows  # noqa: RUF001
        assert "INCOMPLETE · exit 3" in rows


@pytest.mark.asyncio
async def test_a_log_that_lied_is_shown_with_both_roots(session: MadeSession, tmp_path: Path) -> None:
    from tests.support.machine import Machine

    session.replay = None
    Machine(tmp_path).trust(LOG.key, ANSWERS["latest"], fetched_at=NOW - timedelta(days=9))
    with LogServer(FORKED) as server:
        write_project(tmp_path / "svc", LOG, server.url, PROVEN[:3])
        app = made_app(session, f"project/{GOOD}")
        async with app.run_test(size=_WIDE) as pilot:
            await settle(pilot)
            rows = take_rows(app)
            assert "ALARM · exit 4 · 3 modules · ✔ 0 proven" in rows
            assert "✘ 7 consistency  failed" in rows
            assert "root that the older head signs" in rows
            await press_each(pilot, "escape", "ctrl+home")
            assert "the evidence is kept in" in _text(app, "verdict")
            assert [export.format for export in _screen(app).exports()] == []


@pytest.mark.asyncio
async def test_links_lead_to_a_chain_and_hold_slashes(session: MadeSession) -> None:
    app = made_app(session, AT_TAMPERED)
    async with app.run_test(size=_NARROW) as pilot:
        await settle(pilot)
        screen = _screen(app)
        assert format_link(screen.link) == AT_TAMPERED
        assert parse_link(AT_TAMPERED) == Link("project", (TAMPERED,))
        assert _seen(app) == {"chain"}
        app.open_link(parse_link("project/example.com/not/there@v1.0.0"))
        await settle(pilot)
        assert "the project has no such module version" in take_rows(app)


@pytest.mark.asyncio
async def test_a_link_finds_what_the_filter_hides(session: MadeSession) -> None:
    app = made_app(session, "project")
    async with app.run_test(size=_WIDE) as pilot:
        await settle(pilot)
        await press_each(pilot, "slash")
        app.screen.query_one("#filter", Input).value = "log:failed"
        await settle(pilot)
        assert _ids(app) == [PROJECT, TAMPERED]
        app.open_link(Link("project", (GOOD,)))
        await settle(pilot)
        assert _screen(app).table.current_id == GOOD


@pytest.mark.asyncio
async def test_c_shows_what_vendors_cover_and_esc_comes_back(session: MadeSession) -> None:
    app = made_app(session, "project")
    async with app.run_test(size=_WIDE) as pilot:
        await settle(pilot)
        await press_each(pilot, "c")
        assert app.place_screen is not None
        assert app.place_screen.PLACE == "compare"
        await press_each(pilot, "escape")
        assert isinstance(app.place_screen, ProjectScreen)


@pytest.mark.asyncio
async def test_the_source_is_the_logs_own_address_but_not_of_a_private_name(session: MadeSession) -> None:
    app = made_app(session, "project")
    async with app.run_test(size=_WIDE) as pilot:
        await settle(pilot)
        screen = _screen(app)
        assert screen.sources() == (("https://log.example/latest", "log.example: latest"),)
        screen.table.go_to(GOOD)
        assert screen.sources()[0][0] == "https://log.example/lookup/example.com/lib0@v1.0.0"
        screen.table.go_to(PRIVATE)
        await press_each(pilot, "o")
        assert "no source is named here" in take_rows(app)


@pytest.mark.asyncio
async def test_y_copies_the_row_or_the_step(session: MadeSession) -> None:
    app = made_app(session, "project")
    async with app.run_test(size=_WIDE) as pilot:
        await settle(pilot)
        screen = _screen(app)
        screen.table.go_to(TAMPERED)
        offer = screen.copy_offer()
        assert offer is not None
        assert offer.rows[0][:2] == ("failed", "example.com/tampered")
        await press_each(pilot, "enter")
        offer = screen.copy_offer()
        assert offer is not None
        assert offer.what == "the step go.sum line"
        assert ("the log", made_hash(TAMPERED)) in offer.rows
        await press_each(pilot, "y")
        assert isinstance(app.screen, Menu)


@pytest.mark.asyncio
async def test_e_writes_what_check_and_verify_write(session: MadeSession) -> None:
    app = made_app(session, AT_TAMPERED)
    async with app.run_test(size=_WIDE) as pilot:
        await settle(pilot)
        screen = _screen(app)
        survey = screen.view.found.survey if screen.view is not None else None
        assert survey is not None
        found = {export.format: export for export in screen.exports()}
        assert list(found) == ["text", "json", "sarif", "markdown", "steps", "steps-json"]
        for name in ("text", "json", "sarif", "markdown"):
            assert found[name].render() == render_survey(survey, name)
        assert found["json"].command == "supplymatrix check svc --format json=check.json --replay recorded"
        await press_each(pilot, "e", "j", "enter")
        (written,) = session.written.values()
        assert json.loads(written)["verdict"]["exit_code"] == 4
        assert "written to" in take_rows(app)


@pytest.mark.asyncio
async def test_the_screen_and_its_twins_give_the_same_facts(
    session: MadeSession, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    app = made_app(session, "project")
    async with app.run_test(size=_WIDE) as pilot:
        await settle(pilot)
        screen = _screen(app)
        assert screen.view is not None
        shown = {row.id: row.state for row in screen.view.rows if row.module is not None}
        findings = {row.id: len(row.judged) for row in screen.view.rows}
        exit_code = screen.view.found.exit_code
        found = screen.view.found
        chains = {
            name: json.loads(render_trace_json(found.trace(module_of(name)))) for name in (GOOD, TAMPERED, PRIVATE)
        }
    for name in [name for name in session.environ if name != "HOME"]:
        monkeypatch.setenv(name, session.environ[name])
    code = run(["check", "svc", "--replay", "recorded", "--format", "json"])
    report = json.loads(capfd.readouterr().out)
    assert code == exit_code
    states: dict[str, set[str]] = {}
    for line in report["go_sum"]:
        states.setdefault(f"{line['module']}@{line['version']}", set()).add(line["state"])
    said = {"proven": "proven", "differs": "failed", "private": "private"}
    assert shown == {name: said[max(found, key=list(said).index)] for name, found in states.items()}
    assert sum(findings.values()) == len(report["findings"]) + len(report["unknown"])
    for name, chain in chains.items():
        code = run(["verify", name, "--project", "svc", "--replay", "recorded", "--steps", "--format", "json"])
        assert json.loads(capfd.readouterr().out) == chain
        assert code == chain["exit_code"]


@pytest.mark.asyncio
@pytest.mark.parametrize("size", [(160, 45), (80, 24)])
async def test_hostile_names_are_shown_and_do_nothing(
    size: tuple[int, int], session: MadeSession, tmp_path: Path
) -> None:
    folder = tmp_path / "svc"
    names = ["[red]x[/red]", "example.com/\u202etxet", "example.com/\x1b[31mred", "example.com/网址"]
    lines = "".join(f"{name} v1.0.0 {made_hash(name)}\n" for name in names)
    (folder / "go.sum").write_text(LOG.go_sum(GOOD) + lines, encoding="utf-8")
    app = made_app(session, "project")
    async with app.run_test(size=size) as pilot:
        await settle(pilot)
        for name in _ids(app):
            _screen(app).table.go_to(name)
            await press_each(pilot, "enter", "escape")
        rows = take_rows(app)
        assert "\x1b" not in rows
        assert "\u202e" not in rows
        text = _screen(app).plain_text(100)
        assert "[red]x[/red]" in text
        assert "\x1b" not in text
        assert "\u202e" not in text


@pytest.mark.asyncio
async def test_two_hundred_modules_are_there_at_once(large: MadeSession) -> None:
    app = made_app(large, "project")
    async with app.run_test(size=_WIDE) as pilot:
        await settle(pilot)
        assert len(_ids(app)) == 221
        for _ in range(30):
            await pilot.press("down")
        await pilot.press("pagedown", "G")
        await settle(pilot)
        assert _screen(app).table.current_id == MANY[-1]
        assert "✔ 220 proven" in take_rows(app)


@pytest.mark.asyncio
async def test_esc_stops_a_check_and_what_was_shown_stays(
    session: MadeSession, monkeypatch: pytest.MonkeyPatch
) -> None:
    gate, begun, ended = threading.Event(), threading.Event(), threading.Event()
    real = project_run.run_project

    def slow(request: CheckRequest, on_event: OnEvent = ignore_event) -> ProjectRun:
        if request.means.refresh:
            begun.set()
            on_event(Progress(stage="look-ups", done=3, total=14))
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
            await pilot.pause()
            assert app.screen.query_one("#body").has_class("-old")
            await pilot.press("escape")
            await pilot.pause()
            assert "stopped" in take_rows(app)
            assert len(_ids(app)) == len(PROVEN) + 3
            gate.set()
            ended.wait(30)
            await settle(pilot)
            assert not app.screen.query_one("#body").has_class("-old")
    finally:
        gate.set()


@pytest.mark.asyncio
async def test_p_opens_another_project(session: MadeSession, tmp_path: Path) -> None:
    write_project(tmp_path / "other", LOG, "", PROVEN[:2])
    app = made_app(session, "project")
    async with app.run_test(size=_WIDE) as pilot:
        await settle(pilot)
        await press_each(pilot, "p", *"other", "enter")
        assert len(_ids(app)) == 3


@pytest.mark.asyncio
async def test_linear_text_has_modules_verdict_and_steps(session: MadeSession) -> None:
    app = made_app(session, "project")
    async with app.run_test(size=_WIDE) as pilot:
        await settle(pilot)
        text = _screen(app).plain_text(100)
        assert "- failed, example.com/tampered, v1.2.3" in text
        assert "## example.com/tampered@v1.2.3" in text
        assert "✘ 1 go.sum line  failed" in text
        assert "alarm[SM110]" in text


@pytest.mark.asyncio
async def test_a_module_that_nobody_has_and_one_without_a_line_are_rows(session: MadeSession, tmp_path: Path) -> None:
    line = f"{UNKNOWN.replace('@', ' ')} {made_hash(UNKNOWN)}\n"
    write_project(tmp_path / "svc", LOG, "", [*PROVEN[:3], UNKNOWN], go_sum=LOG.go_sum(*PROVEN[:2]) + line)
    app = made_app(session, f"project/{UNKNOWN}")
    async with app.run_test(size=_WIDE) as pilot:
        await settle(pilot)
        view = _screen(app).view
        assert view is not None
        assert view.by_id[UNKNOWN].state == "failed"
        assert view.by_id[PROVEN[2]].state == "no line"
        chain = _screen(app).chain.trace
        assert chain is not None
        assert chain.failed is chain.step(StepId.RECORD)
