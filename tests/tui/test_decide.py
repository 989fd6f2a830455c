"""The decision: needs that change it at once, undo, the ask list, and the same facts as its command."""

from __future__ import annotations

import asyncio
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from textual.pilot import Pilot
from textual.widgets import Static

from supplymatrix.engine import decide
from supplymatrix.engine.decide import DecideRequest, DecideRun, run_decide
from supplymatrix.engine.vendor_profiles import LoadedProfiles
from supplymatrix.errors import Diagnostic, InputError
from supplymatrix.model.value import changed
from supplymatrix.reports.ask_list import render_ask_list
from supplymatrix.reports.decision_json import render_decision_json
from supplymatrix.tui.app import SupplymatrixApp
from supplymatrix.tui.links import Link, format_link, parse_link
from supplymatrix.tui.screens.decide import DecideScreen
from supplymatrix.tui.screens.decide_wishes import Wish, parse_wishes, say_wishes
from supplymatrix.tui.screens.matrix import MatrixScreen
from supplymatrix.tui.shots import render_shot, settle, take_rows
from supplymatrix.tui.widgets.line_list import LineList
from supplymatrix.tui.widgets.picker import Ask, Menu
from supplymatrix.vendors.needs import parse_need_word
from tests.tui.keys import has_focus, is_on, press
from tests.tui.made_app import MadeSession, made_app
from tests.tui.made_matrix import matrix_loaded, matrix_session, run_twin, use_made_profiles

WIDE, NARROW = (120, 40), (80, 24)
_DRAWS = 400  # weightings, of which the screen shows what is drawn, however many they are


@pytest.fixture(autouse=True)
def few_weightings(monkeypatch: pytest.MonkeyPatch) -> None:
    """Draw fewer weightings, for screen and command alike."""

    def run_few(request: DecideRequest) -> DecideRun:
        return run_decide(changed(request, draws=_DRAWS))

    monkeypatch.setattr(decide, "run_decide", run_few)


async def _press_unsettled(pilot: Pilot[Any], *keys: str) -> None:
    """Press keys while work waits."""
    await pilot.press(*keys)
    await pilot.pause()


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
    return await asyncio.to_thread(decide.run_decide, request)


@pytest.mark.asyncio
async def test_needs_turn_the_decision_at_once_and_are_undone(tmp_path: Path) -> None:
    session = matrix_session(tmp_path)
    app = made_app(session, "decide")
    async with app.run_test(size=WIDE) as pilot:
        await settle(pilot)
        assert _verdict(app).startswith("No clear winner: ")
        _screen(app).query_one("#needs", LineList).go_to("fips_mode")
        await press(pilot, "space")
        assert _screen(app).wishes == (Wish(key="fips_mode", kind="need"),)
        await press(pilot, "space")
        assert _screen(app).twin() == "supplymatrix decide --must fips_mode"
        assert any("Bolt Works Limited: FIPS mode is a must, and it says no" in text for text in _texts(app))
        assert any("bolt:certificate" in text for text in _texts(app))
        assert _run(app) == await _twin(session, "fips_mode")
        await press(pilot, "space")
        assert _screen(app).wishes == ()
        await press(pilot, "Z")
        assert _run(app) == await _twin(session, "fips_mode")
        await press(pilot, "Z", "Z", "Z")
        assert _screen(app).wishes == ()
        assert "nothing to undo" in _screen(app).status_line.say()
        await press(pilot, "R", "R")
        assert _run(app) == await _twin(session, "fips_mode")
        await press(pilot, "R", "R")
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
        await press(pilot, "enter")
        assert is_on(app, MatrixScreen)
        assert app.place_screen is not None
        assert app.place_screen.parts() == ("bolt", "fips_mode")
        await press(pilot, "escape", "escape")
        assert is_on(app, DecideScreen)
        _answer(app, "as of 2026-11-25")
        await press(pilot, "enter")
        assert "nothing behind this line" in _screen(app).status_line.say()


@pytest.mark.asyncio
async def test_items_of_a_list_are_asked_for(tmp_path: Path) -> None:
    app = made_app(matrix_session(tmp_path), "decide")
    async with app.run_test(size=WIDE) as pilot:
        await settle(pilot)
        _screen(app).query_one("#needs", LineList).go_to("fips_mode")
        await press(pilot, "equals_sign")
        assert "are lists" in _screen(app).status_line.say()
        _screen(app).query_one("#needs", LineList).go_to("go_minors")
        await press(pilot, "equals_sign")
        assert is_on(app, Ask)
        await press(pilot, *"go1", "enter")
        assert "no minor version of Go" in take_rows(app)
        await press(pilot, *["backspace"] * 3, *"1.26", "enter")
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
        await press(pilot, "x")
        assert list(session.excluded) == ["cube", "acme"]
        assert _run(app) == await _twin(session, excluded=("cube", "acme"))
        await press(pilot, "Z")
        assert list(session.excluded) == ["cube"]
        _answer(app, "today  ")
        await press(pilot, "x")
        assert "today always stays" in _screen(app).status_line.say()


@pytest.mark.asyncio
async def test_matrix_and_decision_follow_each_other(tmp_path: Path) -> None:
    session = matrix_session(tmp_path)
    app = made_app(session, "matrix/bolt")
    async with app.run_test(size=WIDE) as pilot:
        await settle(pilot)
        await press(pilot, "w", "9", "escape", "v")
        _answer(app, "Cube")
        await press(pilot, "x")
        assert session.excluded == ("cube",)
        _answer(app, "Acme")
        await press(pilot, "enter")
        matrix = app.place_screen
        assert isinstance(matrix, MatrixScreen)
        assert matrix.state is not None
        assert matrix.state.history.now.weights["go_minors"] == 9
        matrix.table.go_to("fips_mode", "bolt")
        await press(pilot, "x", "escape")
        assert list(session.excluded) == ["cube", "bolt"]
        assert _run(app) == await _twin(session, excluded=("cube", "bolt"))
        await press(pilot, "escape")
        matrix = app.place_screen
        assert isinstance(matrix, MatrixScreen)
        assert matrix.state is not None
        assert matrix.state.history.now.excluded == ("cube", "bolt")
        await press(pilot, "Z", "Z")
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
        await press(pilot, "space")
        assert "9 needs" in _screen(app).status_line.say()
        assert [wish.key for wish in _screen(app).wishes] == list(keys)
        await press(pilot, "escape", "Z")
        assert "nothing to undo" in _screen(app).status_line.say()


@pytest.mark.asyncio
async def test_the_ask_list_is_written_as_markdown(tmp_path: Path) -> None:
    session = matrix_session(tmp_path)
    app = made_app(session, "decide")
    async with app.run_test(size=NARROW) as pilot:
        await settle(pilot)
        await press(pilot, "a")
        assert is_on(app, Ask)
        await press(pilot, "enter")
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
        await press(pilot, "space")
        assert "needs · Space chooses" in take_rows(app)
        assert _screen(app).wishes == ()
        await press(pilot, "enter")
        assert _screen(app).wishes == (Wish(key="go_minors", kind="need"),)
        await press(pilot, "escape")
        assert "how often first" in take_rows(app)
        await press(pilot, "tab", "tab")
        assert has_focus(app, "answer")
        await press(pilot, "m")
        assert is_on(app, MatrixScreen)


@pytest.mark.asyncio
async def test_lines_are_copied(tmp_path: Path) -> None:
    app = made_app(matrix_session(tmp_path), "decide")
    async with app.run_test(size=NARROW) as pilot:
        await settle(pilot)
        _answer(app, "Acme")
        offer = _screen(app).copy_offer()
        assert offer is not None
        assert "Acme" in offer.rows[0][0]
        await press(pilot, "Y")
        assert is_on(app, Menu)


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


class _Gate:
    """Loads made profiles; while it is shut a load waits, and where `fault` is set it fails."""

    def __init__(self) -> None:
        self.calls = 0
        self.fault: InputError | None = None
        self._is_open = threading.Event()
        self.open()

    def load(self) -> LoadedProfiles:
        self.calls += 1
        self._is_open.wait(30)
        if self.fault is not None:
            raise self.fault
        return matrix_loaded()

    def open(self) -> None:
        """Let all through."""
        self._is_open.set()

    @contextmanager
    def shut(self) -> Iterator[None]:
        """Let nothing through within, until it is opened."""
        self._is_open.clear()
        try:
            yield
        finally:
            self.open()


def _need(app: SupplymatrixApp, key: str) -> None:
    """Put the cursor of the needs on a question."""
    needs = _screen(app).query_one("#needs", LineList)
    needs.go_to(key)
    needs.focus()


@pytest.mark.asyncio
async def test_a_change_while_it_works_stops_the_work_before(tmp_path: Path) -> None:
    gate = _Gate()
    app = made_app(matrix_session(tmp_path, load=gate.load), "decide")
    async with app.run_test(size=WIDE) as pilot:
        await settle(pilot)
        with gate.shut():
            await pilot.press("space")
            assert "drawing weightings · Esc stops" in _screen(app).status_line.say()
            await pilot.press("space")
            await pilot.press("space")
        await settle(pilot)
        assert _screen(app).wishes == ()
        assert _run(app).decision.asked.needs == ()
        assert gate.calls == 3  # that of the second press was never begun


@pytest.mark.asyncio
async def test_until_another_answer_is_there_all_that_is_told_is_of_the_old_one(tmp_path: Path) -> None:
    gate = _Gate()
    app = made_app(matrix_session(tmp_path, load=gate.load), "decide/must:fips_mode")
    async with app.run_test(size=WIDE) as pilot:
        await settle(pilot)
        screen, before = _screen(app), _run(app)
        _need(app, "support_months")
        with gate.shut():
            await _press_unsettled(pilot, "space", "space")
            assert "■ must  support length" in take_rows(app)
            assert screen.query_one("#answer").opacity < 1
            assert screen.query_one("#needs").opacity == 1
            assert screen.twin() == "supplymatrix decide --must fips_mode"
            assert screen.crumbs() == ("must fips_mode",)
            assert screen.parts() == ("must:fips_mode",)
            assert all(export.command.startswith(f"{screen.twin()}") for export in screen.exports())
            screen.tell_error(InputError(Diagnostic(message="a file of an export cannot be written")))
            assert len(screen.wishes) == 2  # it is worked out still
        await settle(pilot)
        assert screen.twin() == "supplymatrix decide --must fips_mode --must support_months"
        assert _run(app) != before
        assert screen.query_one("#answer").opacity == 1


@pytest.mark.asyncio
async def test_escape_takes_back_what_was_not_decided_yet(tmp_path: Path) -> None:
    gate = _Gate()
    session = matrix_session(tmp_path, load=gate.load)
    app = made_app(session, "decide/must:fips_mode")
    async with app.run_test(size=WIDE) as pilot:
        await settle(pilot)
        screen, before = _screen(app), _run(app)
        _need(app, "support_months")
        with gate.shut():
            await _press_unsettled(pilot, "space")
            _answer(app, "Acme")
            await _press_unsettled(pilot, "x")
            assert list(session.excluded) == ["acme"]
            await _press_unsettled(pilot, "escape")
            assert "needs and vendors are those of this answer" in screen.status_line.say()
            assert say_wishes(screen.wishes) == "must:fips_mode"
            assert list(session.excluded) == []
            assert screen.query_one("#answer").opacity == 1
            assert "·       support length" in take_rows(app)
        await settle(pilot)
        assert _run(app) is before
        assert screen.twin() == "supplymatrix decide --must fips_mode"
        await press(pilot, "Z")
        assert "nothing to undo" in screen.status_line.say()


@pytest.mark.asyncio
async def test_an_undo_that_cannot_be_decided_is_none(tmp_path: Path) -> None:
    gate = _Gate()
    app = made_app(matrix_session(tmp_path, load=gate.load), "decide")
    async with app.run_test(size=WIDE) as pilot:
        await settle(pilot)
        screen = _screen(app)
        _need(app, "fips_mode")
        await press(pilot, "space", "space", "Z")
        for key in "Z", "R":
            gate.fault = InputError(Diagnostic(message="the folder of profiles is gone"))
            await press(pilot, key)
            assert "is gone" in screen.status_line.say()
            assert say_wishes(screen.wishes) == "need:fips_mode"
            gate.fault = None
        await press(pilot, "R")
        assert say_wishes(screen.wishes) == "must:fips_mode"
        await press(pilot, "Z", "Z")
        assert say_wishes(screen.wishes) == ""


@pytest.mark.asyncio
async def test_needs_chosen_before_the_first_answer_are_those_that_are_decided(tmp_path: Path) -> None:
    gate = _Gate()
    app = made_app(matrix_session(tmp_path, load=gate.load), "decide")
    with gate.shut():
        async with app.run_test(size=WIDE) as pilot:
            await pilot.pause()
            _need(app, "fips_mode")
            await pilot.pause()
            _screen(app).action_cycle()  # as a click does: keys are kept until there is an answer
            assert not _screen(app).is_filled
            gate.open()
            await settle(pilot)
            assert [need.key for need in _run(app).decision.asked.needs] == ["fips_mode"]
            assert _screen(app).twin() == "supplymatrix decide --need fips_mode"
            await press(pilot, "Z")
            assert _run(app).decision.asked.needs == ()


@pytest.mark.asyncio
async def test_undo_takes_back_the_last_change_of_either_screen_alone(tmp_path: Path) -> None:
    session = matrix_session(tmp_path)
    app = made_app(session, "decide")
    async with app.run_test(size=WIDE) as pilot:
        await settle(pilot)
        _need(app, "fips_mode")
        await press(pilot, "space")
        _answer(app, "Bolt")
        await press(pilot, "enter", "x", "escape")
        screen = _screen(app)
        assert screen.twin() == "supplymatrix decide --need fips_mode --exclude bolt"
        await press(pilot, "Z")
        assert screen.twin() == "supplymatrix decide --need fips_mode"
        assert session.excluded == ()
        await press(pilot, "R")
        assert screen.twin() == "supplymatrix decide --need fips_mode --exclude bolt"
        await press(pilot, "Z", "Z")
        assert screen.twin() == "supplymatrix decide"


@pytest.mark.asyncio
async def test_the_command_of_each_state_decides_the_same(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    session = matrix_session(tmp_path)
    session.as_of = session.day
    use_made_profiles(monkeypatch, tmp_path, session)
    app = made_app(session, "decide")
    seen: list[tuple[str, str]] = []
    async with app.run_test(size=WIDE) as pilot:
        await settle(pilot)
        _need(app, "fips_mode")
        for keys in (), ("space", "space"), ("down", "space"), ("x",), ("Z",):
            if "x" in keys:
                _answer(app, "Acme")
            await press(pilot, *keys)
            exports = {export.format: export for export in _screen(app).exports()}
            seen.append((_screen(app).twin(), await asyncio.to_thread(exports["json"].render)))
    day = f" --as-of {session.day}"
    chosen = "supplymatrix decide --must fips_mode --need fips_certificate"
    assert [twin.removesuffix(day) for twin, _ in seen] == [
        "supplymatrix decide", "supplymatrix decide --must fips_mode", chosen, f"{chosen} --exclude acme", chosen,
    ]  # fmt: skip
    for twin, shown in seen:
        assert json.loads(await asyncio.to_thread(run_twin, twin, capsys)) == json.loads(shown)


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


@pytest.mark.asyncio
async def test_a_need_is_found_by_its_words(tmp_path: Path) -> None:
    app = made_app(matrix_session(tmp_path), "decide")
    async with app.run_test(size=(80, 24)) as pilot:
        await settle(pilot)
        await pilot.press("slash", *"fips mode")
        await settle(pilot)
        await pilot.press("enter")
        await settle(pilot)
        needs = app.screen.query_one("#needs", LineList)
        assert app.screen.focused is needs
        assert needs.current is not None
        assert needs.current.id == "fips_mode"


@pytest.mark.asyncio
async def test_needs_are_kept_until_the_app_ends(tmp_path: Path) -> None:
    app = made_app(matrix_session(tmp_path), "decide/must:fips_mode")
    async with app.run_test(size=(100, 30)) as pilot:
        await settle(pilot)
        await pilot.press("0")
        await settle(pilot)
        await pilot.press("7")
        await settle(pilot)
        screen = app.screen
        assert isinstance(screen, DecideScreen)
        assert screen.parts() == ("must:fips_mode",)


@pytest.mark.asyncio
async def test_a_first_answer_that_was_stopped_says_so_and_comes_by_its_key(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    gate = threading.Event()

    def slow() -> LoadedProfiles:
        gate.wait(30)
        return matrix_loaded()

    app = made_app(matrix_session(tmp_path, load=slow), "decide")
    async with app.run_test(size=(100, 30)) as pilot:
        await pilot.pause()
        await pilot.press("escape")
        await pilot.pause()
        assert "the drawing was stopped" in take_rows(app)
        gate.set()
        await pilot.press("7")
        await settle(pilot)
        screen = app.screen
        assert isinstance(screen, DecideScreen)
        assert screen.run is not None
