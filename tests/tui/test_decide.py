"""The decision: needs that change it at once, undo, the ask list, and the same facts as its command."""

from __future__ import annotations

import asyncio
import json
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from textual.pilot import Pilot
from textual.widgets import Static

from supplymatrix.engine.decide import DecideRequest, DecideRun, run_decide
from supplymatrix.engine.vendor_profiles import LoadedProfiles
from supplymatrix.errors import Diagnostic, InputError
from supplymatrix.reports.ask_list import render_ask_list
from supplymatrix.reports.decision_json import render_decision_json
from supplymatrix.tui.app import SupplymatrixApp
from supplymatrix.tui.links import Link, format_link, parse_link
from supplymatrix.tui.screens.decide import DecideScreen, Wish, parse_wishes, say_wishes
from supplymatrix.tui.screens.matrix import MatrixScreen
from supplymatrix.tui.shots import render_shot, settle, take_rows
from supplymatrix.tui.widgets.line_list import LineList
from supplymatrix.tui.widgets.picker import Ask, Menu
from supplymatrix.vendors.needs import parse_need_word
from tests.tui.conftest import SIZES, Shots
from tests.tui.made_app import MadeSession, made_app, made_loaded
from tests.tui.made_matrix import matrix_loaded, matrix_session

WIDE, NARROW = (120, 40), (80, 24)


def _is_on(app: SupplymatrixApp, kind: type[Any]) -> bool:
    return isinstance(app.screen, kind)


def _has_focus(app: SupplymatrixApp, name: str) -> bool:
    return app.focused is app.screen.query_one(f"#{name}")


async def _press(pilot: Pilot[Any], *keys: str) -> None:
    await pilot.press(*keys)
    await settle(pilot)


def _screen(app: SupplymatrixApp) -> DecideScreen:
    screen = app.place_screen
    assert isinstance(screen, DecideScreen)
    return screen


def _run(app: SupplymatrixApp) -> DecideRun:
    run = _screen(app).run
    assert run is not None
    return run


def _verdict(app: SupplymatrixApp) -> str:
    return str(_screen(app).query_one("#verdict", Static).content)


def _texts(app: SupplymatrixApp) -> list[str]:
    return [line.text for line in _screen(app).lines]


def _answer(app: SupplymatrixApp, text: str) -> LineList:
    """Put the cursor of the answer on the first line with a text."""
    answer = _screen(app).query_one("#answer", LineList)
    number = next(number for number, line in enumerate(_screen(app).lines) if text in line.text and not line.is_head)
    answer.go_to(str(number))
    answer.focus()
    return answer


async def _twin(session: MadeSession, *musts: str, excluded: tuple[str, ...] = ()) -> DecideRun:
    """Return what the command decides; beside the loop, which it would hold up."""
    request = DecideRequest(
        loaded=session.profiles(),
        as_of=session.day,
        latest=session.day,
        words=tuple(parse_need_word(word, must=True) for word in musts),
        excluded=excluded,
    )
    return await asyncio.to_thread(run_decide, request)


@pytest.mark.asyncio
async def test_needs_turn_the_decision_at_once_and_are_undone(tmp_path: Path) -> None:
    session = matrix_session(tmp_path)
    app = made_app(session, "decide")
    async with app.run_test(size=WIDE) as pilot:
        await settle(pilot)
        assert _verdict(app).startswith("No clear winner: ")
        _screen(app).query_one("#needs", LineList).go_to("fips_mode")
        await _press(pilot, "space")
        assert _screen(app).wishes == (Wish(key="fips_mode", kind="need"),)
        await _press(pilot, "space")
        assert _screen(app).twin() == "supplymatrix decide --must fips_mode"
        assert any("Bolt Works Limited: FIPS mode is a must, and it says no" in text for text in _texts(app))
        assert any("bolt:certificate" in text for text in _texts(app))
        assert _run(app) == await _twin(session, "fips_mode")
        await _press(pilot, "space")
        assert _screen(app).wishes == ()
        await _press(pilot, "Z")
        assert _run(app) == await _twin(session, "fips_mode")
        await _press(pilot, "Z", "Z", "Z")
        assert _screen(app).wishes == ()
        assert "nothing to undo" in _screen(app).status_line.say()
        await _press(pilot, "R", "R")
        assert _run(app) == await _twin(session, "fips_mode")
        await _press(pilot, "R", "R")
        assert "nothing to redo" in _screen(app).status_line.say()


@pytest.mark.asyncio
async def test_every_fact_of_the_json_is_on_the_screen(tmp_path: Path) -> None:
    session = matrix_session(tmp_path)
    app = made_app(session, "decide/must:fips_mode")
    async with app.run_test(size=WIDE) as pilot:
        await settle(pilot)
        twin = json.loads(render_decision_json((await _twin(session, "fips_mode")).decision))
        assert _verdict(app) == twin["headline"]
        shown = "\n".join(_texts(app)).replace("\n  ", " ")
        lines = _screen(app).lines
        links = {line.link.parts for line in lines if line.link is not None}
        for item in twin["eliminated"]:
            assert (item["option"], item["key"]) in links
            assert all(evidence in shown for evidence in item["evidence"])
        for item in twin["dropped"]:
            assert (item["option"],) in links
        for option in twin["options"]:
            if option["state"] == "compared":
                assert (option["id"],) in links
        decisive = [item for item in twin["unknowns"] if item["decides"]]
        assert all((item["option"], item["key"]) in links for item in decisive)
        assert all(f"{item['decides']:,}  " in shown for item in decisive)
        exports = {export.format: export for export in _screen(app).exports()}
        made = await asyncio.to_thread(lambda: {name: export.render() for name, export in exports.items()})
        assert json.loads(made["json"]) == twin


@pytest.mark.asyncio
async def test_a_line_leads_to_its_evidence(tmp_path: Path) -> None:
    app = made_app(matrix_session(tmp_path), "decide/must:fips_mode")
    async with app.run_test(size=WIDE) as pilot:
        await settle(pilot)
        _answer(app, "Bolt Works Limited: FIPS mode is a must")
        await _press(pilot, "enter")
        assert _is_on(app, MatrixScreen)
        assert app.place_screen is not None
        assert app.place_screen.parts() == ("bolt", "fips_mode")
        await _press(pilot, "escape", "escape")
        assert _is_on(app, DecideScreen)
        _answer(app, "as of 2026-11-25")
        await _press(pilot, "enter")
        assert "nothing behind this line" in _screen(app).status_line.say()


@pytest.mark.asyncio
async def test_items_of_a_list_are_asked_for(tmp_path: Path) -> None:
    app = made_app(matrix_session(tmp_path), "decide")
    async with app.run_test(size=WIDE) as pilot:
        await settle(pilot)
        _screen(app).query_one("#needs", LineList).go_to("fips_mode")
        await _press(pilot, "equals_sign")
        assert "are lists" in _screen(app).status_line.say()
        _screen(app).query_one("#needs", LineList).go_to("go_minors")
        await _press(pilot, "equals_sign")
        assert _is_on(app, Ask)
        await _press(pilot, *"go1", "enter")
        assert "no minor version of Go" in take_rows(app)
        await _press(pilot, *["backspace"] * 3, *"1.26", "enter")
        assert _screen(app).twin() == "supplymatrix decide --need go_minors=1.26"
        assert _run(app).decision.asked.needs[0].items == ("1.26",)


@pytest.mark.asyncio
async def test_a_vendor_that_is_left_out_of_the_matrix_is_left_out_here(tmp_path: Path) -> None:
    session = matrix_session(tmp_path)
    session.excluded = ("cube",)
    app = made_app(session, "decide")
    async with app.run_test(size=WIDE) as pilot:
        await settle(pilot)
        assert _run(app) == await _twin(session, excluded=("cube",))
        assert _screen(app).twin() == "supplymatrix decide --exclude cube"
        _answer(app, "Acme")
        await _press(pilot, "x")
        assert list(session.excluded) == ["cube", "acme"]
        assert _run(app) == await _twin(session, excluded=("cube", "acme"))
        await _press(pilot, "Z")
        assert list(session.excluded) == ["cube"]
        _answer(app, "today  ")
        await _press(pilot, "x")
        assert "today always stays" in _screen(app).status_line.say()


@pytest.mark.asyncio
async def test_matrix_and_decision_follow_each_other(tmp_path: Path) -> None:
    session = matrix_session(tmp_path)
    app = made_app(session, "matrix/bolt")
    async with app.run_test(size=WIDE) as pilot:
        await settle(pilot)
        await _press(pilot, "w", "9", "escape", "v")
        _answer(app, "Cube")
        await _press(pilot, "x")
        assert session.excluded == ("cube",)
        _answer(app, "Acme")
        await _press(pilot, "enter")
        matrix = app.place_screen
        assert isinstance(matrix, MatrixScreen)
        assert matrix.state is not None
        assert matrix.state.history.now.weights["go_minors"] == 9
        matrix.table.go_to("fips_mode", "bolt")
        await _press(pilot, "x", "escape", "escape")
        assert list(session.excluded) == ["cube", "bolt"]
        assert _run(app) == await _twin(session, excluded=("cube", "bolt"))
        await _press(pilot, "escape")
        matrix = app.place_screen
        assert isinstance(matrix, MatrixScreen)
        assert matrix.state is not None
        assert matrix.state.history.now.excluded == ("cube", "bolt")
        await _press(pilot, "Z", "Z")
        assert session.weights is not None
        assert session.weights["go_minors"] == 3


@pytest.mark.asyncio
async def test_a_ninth_need_is_refused_and_taken_back(tmp_path: Path) -> None:
    keys = ("go_minors", "support_months", "fix_sla", "signing", "fips_mode", "indemnity", "arches", "air_gap")
    link = Link("decide", (say_wishes([Wish(key=key, kind="need") for key in keys]),))
    assert parse_link(format_link(link)) == link
    app = made_app(matrix_session(tmp_path), format_link(link))
    async with app.run_test(size=WIDE) as pilot:
        await settle(pilot)
        _screen(app).query_one("#needs", LineList).go_to("exit_cost")
        await _press(pilot, "space")
        assert "9 needs" in _screen(app).status_line.say()
        assert [wish.key for wish in _screen(app).wishes] == list(keys)
        await _press(pilot, "escape", "Z")
        assert "nothing to undo" in _screen(app).status_line.say()


@pytest.mark.asyncio
async def test_the_ask_list_is_written_as_markdown(tmp_path: Path) -> None:
    session = matrix_session(tmp_path)
    app = made_app(session, "decide")
    async with app.run_test(size=NARROW) as pilot:
        await settle(pilot)
        await _press(pilot, "a")
        assert _is_on(app, Ask)
        await _press(pilot, "enter")
        ((path, text),) = session.written.items()
        assert path.name == "questions.md"
        assert text == render_ask_list((await _twin(session)).decision)
        assert "supplymatrix decide --ask" in _screen(app).status_line.say()


@pytest.mark.asyncio
async def test_two_pages_share_a_narrow_screen(tmp_path: Path) -> None:
    app = made_app(matrix_session(tmp_path), "decide")
    async with app.run_test(size=NARROW) as pilot:
        await settle(pilot)
        assert "how often first" in take_rows(app)
        await _press(pilot, "space")
        assert "needs · Space chooses" in take_rows(app)
        assert _screen(app).wishes == ()
        await _press(pilot, "enter")
        assert _screen(app).wishes == (Wish(key="go_minors", kind="need"),)
        await _press(pilot, "escape")
        assert "how often first" in take_rows(app)
        await _press(pilot, "tab", "tab")
        assert _has_focus(app, "answer")
        await _press(pilot, "m")
        assert _is_on(app, MatrixScreen)


@pytest.mark.asyncio
async def test_lines_are_copied(tmp_path: Path) -> None:
    app = made_app(matrix_session(tmp_path), "decide")
    async with app.run_test(size=NARROW) as pilot:
        await settle(pilot)
        _answer(app, "Acme")
        offer = _screen(app).copy_offer()
        assert offer is not None
        assert "Acme" in offer.rows[0][0]
        await _press(pilot, "Y")
        assert _is_on(app, Menu)


@pytest.mark.asyncio
async def test_needs_of_the_project_are_marked_as_such(tmp_path: Path) -> None:
    session = matrix_session(tmp_path)
    session.project = session.here / "shop"
    (session.project / "go.mod").write_text("module example.org/shop\n\ngo 1.26.0\n", encoding="utf-8")
    app = made_app(session, "decide")
    async with app.run_test(size=WIDE) as pilot:
        await settle(pilot)
        assert "◆ need  Go versions (project)" in take_rows(app)
        assert _screen(app).twin() == f"supplymatrix decide {session.project.as_posix()}"


@pytest.mark.asyncio
async def test_a_link_with_a_wrong_need_is_told(tmp_path: Path) -> None:
    app = made_app(matrix_session(tmp_path), "decide/must:fips_mod")
    async with app.run_test(size=NARROW) as pilot:
        await settle(pilot)
        assert "there is no such key" in _screen(app).status_line.say()
        assert "did you mean 'fips_mode'" in _screen(app).status_line.say()
        app.open_link(Link("decide", ("need:signing",)))
        await settle(pilot)
        assert _screen(app).parts() == ("need:signing",)


@pytest.mark.asyncio
async def test_a_change_while_it_works_stops_the_work_before(tmp_path: Path) -> None:
    gate = threading.Event()
    calls: list[str] = []

    def load() -> LoadedProfiles:
        calls.append("")
        if len(calls) == 2:
            gate.wait(30)
        return matrix_loaded()

    app = made_app(matrix_session(tmp_path, load=load), "decide")
    async with app.run_test(size=WIDE) as pilot:
        await settle(pilot)
        try:
            await pilot.press("space")
            assert "drawing weightings · Esc stops" in _screen(app).status_line.say()
            await pilot.press("space")
            await pilot.press("space")
        finally:
            gate.set()
        await settle(pilot)
        assert _screen(app).wishes == ()
        assert _run(app).decision.asked.needs == ()
        assert len(calls) == 3  # that of the second press was never begun


def test_wishes_are_a_part_of_a_link() -> None:
    wishes = (Wish(key="fips_mode", kind="must"), Wish(key="go_minors", kind="need", items="1.25,1.26"))
    assert say_wishes(wishes) == "must:fips_mode+need:go_minors=1.25,1.26"
    assert parse_wishes(say_wishes(wishes)) == wishes
    assert format_link(Link("decide", (say_wishes(wishes),))) == "decide/must:fips_mode+need:go_minors=1.25,1.26"
    with pytest.raises(InputError):
        parse_wishes("must:delivers")


def test_linear_text_is_what_the_command_prints(tmp_path: Path) -> None:
    text = render_shot(made_app(matrix_session(tmp_path), "decide/must:fips_mode"), "plain", NARROW).decode()
    assert "same as: supplymatrix decide --must fips_mode\n" in text
    assert "- Bolt Works Limited: FIPS mode is a must, and it says no" in text


def _broken() -> LoadedProfiles:
    raise InputError(Diagnostic(message="there is no such folder of vendor profiles", artifact="our-profiles"))


def _empty() -> LoadedProfiles:
    return made_loaded(empty=True)


_STATES: dict[str, tuple[str, Callable[[], LoadedProfiles]]] = {
    "full": ("decide/must:fips_mode", matrix_loaded),
    "empty": ("decide", _empty),
    "error": ("decide", _broken),
}


@pytest.mark.asyncio
@pytest.mark.parametrize("no_color", [False, True])
@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("name", list(_STATES))
async def test_the_decision_looks_as_before(
    name: str, size: tuple[int, int], no_color: bool, shots: Shots, tmp_path: Path
) -> None:
    link, load = _STATES[name]

    def make() -> SupplymatrixApp:
        return made_app(matrix_session(tmp_path, load=load), link)

    await shots.check(f"decide-{name}", make, size=size, no_color=no_color)


@pytest.mark.asyncio
@pytest.mark.parametrize("no_color", [False, True])
@pytest.mark.parametrize("size", SIZES)
async def test_a_busy_decision_says_what_it_does(
    size: tuple[int, int], no_color: bool, shots: Shots, tmp_path: Path
) -> None:
    gate = threading.Event()

    def slow() -> LoadedProfiles:
        gate.wait(30)
        return matrix_loaded()

    def make() -> SupplymatrixApp:
        return made_app(matrix_session(tmp_path, load=slow), "decide")

    try:
        await shots.check("decide-busy", make, size=size, no_color=no_color, settled=False)
    finally:
        gate.set()
