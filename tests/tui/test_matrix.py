"""The matrix: every key, the evidence, weights that re-rank at once, and the same facts as its command."""

from __future__ import annotations

import asyncio
import json
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from textual.pilot import Pilot
from textual.widgets import Input

from supplymatrix.engine.matrix import MatrixRequest, view_matrix
from supplymatrix.engine.screen_state import read_screen_state
from supplymatrix.engine.vendor_profiles import LoadedProfiles
from supplymatrix.errors import Diagnostic, InputError
from supplymatrix.model.value import changed
from supplymatrix.model.vendor import State
from supplymatrix.reports.matrix_cells import mark_of, span_of, word_of
from supplymatrix.reports.matrix_json import render_matrix_json
from supplymatrix.tui.app import SupplymatrixApp
from supplymatrix.tui.links import Link
from supplymatrix.tui.screens.decide import DecideScreen
from supplymatrix.tui.screens.entries import EntriesScreen
from supplymatrix.tui.screens.matrix import MatrixScreen
from supplymatrix.tui.screens.matrix_data import SCORE, UNKNOWN, cell_text, ordered_ids
from supplymatrix.tui.screens.matrix_state import MatrixState
from supplymatrix.tui.screens.matrix_weights import History, Preview, WhatIf, next_weight, weights_toml
from supplymatrix.tui.shots import settle, take_rows
from supplymatrix.tui.widgets.picker import Ask, Menu, Picker
from supplymatrix.vendors.capability_keys import KEYS
from supplymatrix.vendors.matrix import DEFAULT_WEIGHTS, TODAY, parse_weights
from tests.tui.conftest import SIZES, Shots
from tests.tui.made_app import NOW, made_app, made_loaded
from tests.tui.made_matrix import matrix_loaded, matrix_session

WIDE, NARROW = (160, 45), (80, 24)


def _is_on(app: SupplymatrixApp, kind: type[Any]) -> bool:
    return isinstance(app.screen, kind)


def _has_focus(app: SupplymatrixApp, name: str) -> bool:
    return app.focused is app.screen.query_one(f"#{name}")


async def _press(pilot: Pilot[Any], *keys: str) -> None:
    await pilot.press(*keys)
    await settle(pilot)


def _screen(app: SupplymatrixApp) -> MatrixScreen:
    screen = app.place_screen
    assert isinstance(screen, MatrixScreen)
    return screen


def _state(app: SupplymatrixApp) -> MatrixState:
    state = _screen(app).state
    assert state is not None
    return state


def _columns(app: SupplymatrixApp) -> list[str]:
    table = _screen(app).table
    return [column.key for column in table._columns][2:]


def _side(app: SupplymatrixApp) -> str:
    return "\n".join(line.plain for line in _screen(app).side.lines)


# evidence


@pytest.mark.asyncio
async def test_a_link_opens_a_cell_down_to_its_source_as_a_page(tmp_path: Path) -> None:
    app = made_app(matrix_session(tmp_path), "matrix/acme/fips_mode")
    async with app.run_test(size=NARROW) as pilot:
        await settle(pilot)
        rows = take_rows(app)
        for part in ("FIPS mode · Acme", "https://acme.example/certificate", "read 2026-11-21 (4 days ago)",
                     "confidence high", "the module is named there", "[red]a module[/red]"):  # fmt: skip
            assert part in rows, part
        assert "$ supplymatrix matrix --explain acme/fi" in rows
        await _press(pilot, "escape")
        assert not _screen(app).has_class("-page")
        assert _screen(app).parts() == ("acme", "fips_mode")
        await _press(pilot, "enter")
        assert _screen(app).has_class("-page")


@pytest.mark.asyncio
async def test_a_wide_screen_shows_the_evidence_beside_the_table(tmp_path: Path) -> None:
    app = made_app(matrix_session(tmp_path), "matrix/acme")
    async with app.run_test(size=WIDE) as pilot:
        await settle(pilot)
        assert "score" in _side(app)
        _screen(app).table.go_to("fips_mode", "bolt")
        await settle(pilot)
        assert "FIPS mode · Bolt Works Limited" in _side(app)
        assert "https://bolt.example/certificate" in _side(app)
        await _press(pilot, "enter")
        assert _has_focus(app, "side")
        await _press(pilot, "escape")
        assert _has_focus(app, "table")


@pytest.mark.asyncio
async def test_a_page_becomes_a_pane_when_the_terminal_grows(tmp_path: Path) -> None:
    app = made_app(matrix_session(tmp_path), "matrix/acme/fips_mode")
    async with app.run_test(size=NARROW) as pilot:
        await settle(pilot)
        await pilot.resize_terminal(120, 30)
        await settle(pilot)
        assert not _screen(app).has_class("-page")
        assert "FIPS mode · Acme" in take_rows(app)
        assert "18 FIPS mode" in take_rows(app)
        assert _screen(app).twin() == "supplymatrix matrix"


@pytest.mark.asyncio
async def test_the_first_column_tells_what_all_answer_and_the_first_rows_the_ranking(tmp_path: Path) -> None:
    app = made_app(matrix_session(tmp_path), "matrix")
    async with app.run_test(size=WIDE) as pilot:
        await settle(pilot)
        assert "ranking by score" in _side(app)
        _screen(app).table.go_to("fips_mode", "?question")
        await settle(pilot)
        assert "✗ no  Bolt Works Limited" in _side(app)
        _screen(app).table.go_to(UNKNOWN, "acme")
        await settle(pilot)
        assert "unknown · Acme" in _side(app)
        assert "signed artifacts: stale since 202" in _side(app)
        _screen(app).table.go_to(SCORE, "acme")
        await settle(pilot)
        assert "points" in _side(app)


@pytest.mark.asyncio
async def test_sources_of_a_cell_are_offered_and_opened(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    opened: list[str] = []
    monkeypatch.setattr(SupplymatrixApp, "open_url", lambda _, url, **__: opened.append(url))
    app = made_app(matrix_session(tmp_path), "matrix/acme/fips_mode")
    async with app.run_test(size=NARROW) as pilot:
        await settle(pilot)
        await _press(pilot, "o")
        assert _is_on(app, Picker)
        await _press(pilot, "enter")
        assert opened == ["https://acme.example/certificate"]


def test_a_cell_says_how_much_stands_behind_it() -> None:
    view = view_matrix(MatrixRequest(loaded=matrix_loaded(), as_of=NOW.date()))
    acme = next(option for option in view.matrix.options if option.id == "acme")
    assert cell_text(acme.cells["fips_mode"], 8) == "yes²"
    assert cell_text(acme.cells["signing"], 8) == "stale"
    assert cell_text(acme.cells["indemnity"], 8) == "unknown"
    assert cell_text(acme.cells["go_minors"], 8) == "conflict"  # its page and its contract do not say the same
    assert cell_text(acme.cells["fix_sla"], 8) == "7/14 d!"


# the parts that are seen


@pytest.mark.asyncio
async def test_differences_leave_the_numbers_of_rows(tmp_path: Path) -> None:
    app = made_app(matrix_session(tmp_path), "matrix")
    async with app.run_test(size=NARROW) as pilot:
        await settle(pilot)
        await _press(pilot, "d")
        assert [key.id for key in _state(app).keys] == ["fix_sla", "fips_mode"]
        assert "18 FIPS mode" in take_rows(app)
        assert _screen(app).twin() == "supplymatrix matrix --differences"
        await _press(pilot, "d")
        assert len(_state(app).keys) == len(KEYS)


@pytest.mark.asyncio
async def test_two_columns_are_compared_and_come_back(tmp_path: Path) -> None:
    app = made_app(matrix_session(tmp_path), "matrix/acme")
    async with app.run_test(size=NARROW) as pilot:
        await settle(pilot)
        await _press(pilot, "c")
        assert "compare Acme with" in _screen(app).status_line.say()
        _screen(app).table.go_to("fips_mode", "cube")
        await _press(pilot, "c")
        assert _columns(app) == ["acme", "cube"]
        assert _screen(app).twin() == "supplymatrix matrix acme cube"
        await _press(pilot, "c")
        assert len(_columns(app)) == 5
        await _press(pilot, "c", "escape")
        assert "compare" not in _screen(app).status_line.say()


@pytest.mark.asyncio
async def test_a_vendor_is_left_out_and_brought_back(tmp_path: Path) -> None:
    session = matrix_session(tmp_path)
    app = made_app(session, "matrix/acme")
    async with app.run_test(size=NARROW) as pilot:
        await settle(pilot)
        await _press(pilot, "x")
        assert "acme" not in _columns(app)
        assert session.excluded == ("acme",)
        assert _screen(app).twin() == "supplymatrix matrix --exclude acme"
        await _press(pilot, "Z")
        assert "acme" in _columns(app)
        await _press(pilot, "R")
        assert "acme" not in _columns(app)
        app.open_link(Link("matrix", ("acme", "fips_mode")))
        await settle(pilot)
        assert "acme" in _columns(app)


@pytest.mark.asyncio
async def test_today_stays(tmp_path: Path) -> None:
    app = made_app(matrix_session(tmp_path), "matrix/today")
    async with app.run_test(size=NARROW) as pilot:
        await settle(pilot)
        await _press(pilot, "x")
        assert "the column today stays" in _screen(app).status_line.say()
        await _press(pilot, "p")
        assert "always stays" in _screen(app).status_line.say()
        assert _columns(app)[0] == TODAY


@pytest.mark.asyncio
async def test_a_pinned_column_comes_first_and_is_kept(tmp_path: Path) -> None:
    session = matrix_session(tmp_path)
    app = made_app(session, "matrix/cube")
    async with app.run_test(size=NARROW) as pilot:
        await settle(pilot)
        await _press(pilot, "p", "down")
        assert _columns(app)[:2] == [TODAY, "cube"]
        assert _screen(app).twin() == "supplymatrix matrix --pin cube"
    kept = read_screen_state(session.state_file).state
    assert kept.lists["matrix"].pinned == ("cube",)
    again = matrix_session(tmp_path)
    again.state = kept
    app = made_app(again, "matrix")
    async with app.run_test(size=NARROW) as pilot:
        await settle(pilot)
        assert _columns(app)[:2] == [TODAY, "cube"]
        assert _state(app).pinned == ("cube",)


@pytest.mark.asyncio
async def test_columns_are_ordered_by_a_row(tmp_path: Path) -> None:
    app = made_app(matrix_session(tmp_path), "matrix/bolt/fips_mode")
    async with app.run_test(size=WIDE) as pilot:
        await settle(pilot)
        await _press(pilot, "escape", "s")
        assert _columns(app) == [TODAY, "acme", "go-project", "bolt", "cube"]
        await _press(pilot, "s")
        assert _columns(app)[1:] == [option.id for option in _state(app).options][1:]


@pytest.mark.asyncio
async def test_a_column_is_hidden_and_shown_by_the_list_of_columns(tmp_path: Path) -> None:
    app = made_app(matrix_session(tmp_path), "matrix")
    async with app.run_test(size=NARROW) as pilot:
        await settle(pilot)
        for is_there in (False, True):
            await _press(pilot, "full_stop", *"bolt", "enter")
            assert ("bolt" in _columns(app)) is is_there


@pytest.mark.asyncio
async def test_the_filter_finds_a_question_and_escape_takes_it_away(tmp_path: Path) -> None:
    app = made_app(matrix_session(tmp_path), "matrix")
    async with app.run_test(size=NARROW) as pilot:
        await settle(pilot)
        await _press(pilot, "slash", *"fips", "enter")
        assert len(_screen(app).table.view.rows) == 2
        await _press(pilot, "escape")
        assert _screen(app).query_one("#filter", Input).value == ""
        assert len(_screen(app).table.view.rows) == len(KEYS) + 2


# weights


@pytest.mark.asyncio
@pytest.mark.parametrize("size", [WIDE, NARROW])
async def test_weights_rank_anew_at_once_and_are_undone(tmp_path: Path, size: tuple[int, int]) -> None:
    app = made_app(matrix_session(tmp_path), "matrix/acme/fips_mode")
    async with app.run_test(size=size) as pilot:
        await settle(pilot)
        await _press(pilot, "escape", "w")
        before = _state(app).scores["acme"]
        await _press(pilot, "right", "right")
        assert _state(app).history.now.weights["fips_mode"] == 5
        assert _state(app).scores["acme"].low > before.low
        assert "ranking by score" in take_rows(app)
        assert "weight 4 → 5" in _screen(app).status_line.say()
        await _press(pilot, "left", "Z", "Z", "Z")
        assert _state(app).scores["acme"] == before
        await _press(pilot, "R")
        assert _state(app).history.now.weights["fips_mode"] == 4
        await _press(pilot, "4", "2")
        assert _state(app).history.now.weights["fips_mode"] == 42
        await _press(pilot, "backspace")
        assert _state(app).history.now.weights["fips_mode"] == 4
        await _press(pilot, "down", "7", "enter")
        assert _state(app).history.now.weights["fips_certificate"] == 7
        assert not _screen(app).table.is_weighing
        await _press(pilot, "5")
        assert app.place_screen is not None
        assert app.place_screen.PLACE == "claims"


@pytest.mark.asyncio
async def test_a_score_has_no_weight(tmp_path: Path) -> None:
    app = made_app(matrix_session(tmp_path), "matrix")
    async with app.run_test(size=NARROW) as pilot:
        await settle(pilot)
        await _press(pilot, "w")
        assert _screen(app).question == "go_minors"  # the heaviest, since a score has no weight
        await _press(pilot, "ctrl+home", "right")
        assert "no weight" in _screen(app).status_line.say()


@pytest.mark.asyncio
async def test_weights_are_written_on_demand_after_they_are_shown(tmp_path: Path) -> None:
    session = matrix_session(tmp_path)
    app = made_app(session, "matrix/acme/fips_mode")
    async with app.run_test(size=NARROW) as pilot:
        await settle(pilot)
        await _press(pilot, "escape", "w", "9", "escape")
        assert session.written == {}
        assert _screen(app).twin() == "supplymatrix matrix --weights weights.toml"
        await _press(pilot, "W")
        assert _is_on(app, Preview)
        assert "FIPS mode 3 → 9" in take_rows(app)
        await _press(pilot, "escape")
        assert session.written == {}
        await _press(pilot, "W", "enter")
        assert _is_on(app, Ask)
        await _press(pilot, "enter")
        ((path, text),) = session.written.items()
        assert path.name == "weights.toml"
        assert parse_weights(text.encode(), "weights.toml") == {**DEFAULT_WEIGHTS, "fips_mode": 9}
        assert _state(app).is_written
        assert "W writes" not in _screen(app).status_line.say()


@pytest.mark.asyncio
async def test_weights_that_ask_for_nothing_are_not_written(tmp_path: Path) -> None:
    app = made_app(matrix_session(tmp_path), "matrix")
    async with app.run_test(size=NARROW) as pilot:
        await settle(pilot)
        history = _state(app).history
        history.take(WhatIf(weights=dict.fromkeys(KEYS, 0)))
        await _press(pilot, "W")
        assert _is_on(app, MatrixScreen)
        assert "is refused" in _screen(app).status_line.say()


def test_history_goes_back_and_on_again() -> None:
    history = History(WhatIf(weights={"signing": 1}))
    assert not history.undo()
    assert not history.take(history.now.weighing("signing", 1))
    assert history.take(history.now.weighing("signing", 500))
    assert history.now.weights["signing"] == 100
    assert history.take(history.now.without("acme"))
    assert history.undo()
    assert history.undo()
    assert history.now == WhatIf(weights={"signing": 1})
    assert history.redo()
    assert history.take(history.now.without("bolt"))
    assert not history.redo()


@pytest.mark.parametrize(
    ("before", "typed", "step", "digit", "after"),
    [(3, 0, 1, None, (4, 0)), (3, 0, 0, 5, (5, 5)), (5, 5, 0, 0, (50, 50)), (50, 50, 0, 9, (9, 9)),
     (10, 10, 0, 0, (100, 100)), (42, 0, 0, -1, (4, 4))],
)  # fmt: skip
def test_a_weight_follows_steps_and_digits(
    before: int, typed: int, step: int, digit: int | None, after: tuple[int, int]
) -> None:
    assert next_weight(before, typed, step=step, digit=digit) == after


def test_a_weights_file_is_read_back_as_it_was() -> None:
    weights = {**DEFAULT_WEIGHTS, "exit_cost": 0, "signing": 100}
    assert parse_weights(weights_toml(weights).encode(), "w.toml") == weights


# the same facts as the command


@pytest.mark.asyncio
async def test_cells_and_scores_are_those_of_the_command(tmp_path: Path) -> None:
    session = matrix_session(tmp_path)
    app = made_app(session, "matrix")
    async with app.run_test(size=WIDE) as pilot:
        await settle(pilot)
        screen = _screen(app)
        twin = json.loads(render_matrix_json(view_matrix(MatrixRequest(loaded=session.profiles(), as_of=session.day))))
        data = screen.table.data
        assert [option["id"] for option in twin["options"]] == _columns(app)
        for option in twin["options"]:
            column = data.columns[option["id"]]
            score = _state(app).scores[option["id"]]
            assert str(score.low) == str(option["score"]["low"]["exact"] if isinstance(option["score"]["low"], dict)
                                         else option["score"]["low"])  # fmt: skip
            assert column.texts[0] == span_of(score)
            for cell in option["cells"]:
                row = data.row_of(cell["key"])
                assert row is not None
                shown = _state(app).option(option["id"])
                assert shown is not None
                is_known = shown.cells[cell["key"]].state is not State.UNKNOWN
                assert shown.cells[cell["key"]].state.value == cell["state"]
                assert column.marks is not None
                assert column.marks[row] == mark_of(word_of(shown.cells[cell["key"]]))
                assert is_known or column.marks[row] in "?~!"


@pytest.mark.asyncio
async def test_exports_are_those_of_the_command(tmp_path: Path) -> None:
    session = matrix_session(tmp_path)
    app = made_app(session, "matrix/cube")
    async with app.run_test(size=NARROW) as pilot:
        await settle(pilot)
        await _press(pilot, "x", "d", "w", "4", "escape")
        exports = {export.format: export for export in _screen(app).exports()}
        assert list(exports) == ["text", "json", "csv", "markdown", "html"]
        assert exports["csv"].command == (
            "supplymatrix matrix --exclude cube --differences --weights weights.toml --format csv"
        )
        weights = tmp_path / "weights.toml"
        weights.write_text(weights_toml(_state(app).history.now.weights), encoding="utf-8")
        view = view_matrix(
            MatrixRequest(
                loaded=session.profiles(), as_of=session.day, excluded=("cube",), differences=True, weights=weights
            )
        )
        made = await asyncio.to_thread(lambda: {form: export.render() for form, export in exports.items()})
        assert made["json"] == render_matrix_json(changed(view, weights_from="weights.toml"))
        assert all(made.values())


@pytest.mark.asyncio
async def test_export_goes_by_one_menu(tmp_path: Path) -> None:
    session = matrix_session(tmp_path)
    app = made_app(session, "matrix")
    async with app.run_test(size=NARROW) as pilot:
        await settle(pilot)
        await _press(pilot, "e")
        assert _is_on(app, Menu)
        await _press(pilot, "c", "enter")
        ((path, text),) = session.written.items()
        assert path.name == "matrix.csv"
        assert text.startswith("key,") or "fips_mode" in text


@pytest.mark.asyncio
async def test_a_cell_and_the_table_are_copied(tmp_path: Path) -> None:
    app = made_app(matrix_session(tmp_path), "matrix/acme/fips_mode")
    async with app.run_test(size=NARROW) as pilot:
        await settle(pilot)
        offer = _screen(app).copy_offer()
        assert offer is not None
        assert offer.what == "acme/fips_mode"
        assert offer.rows[0][2] == "yes"
        assert "https://acme.example/certificate" in offer.rows[0][4]
        await _press(pilot, "escape", "Y")
        assert _is_on(app, Menu)
        await _press(pilot, "escape", "home")
        row = _screen(app).copy_offer()
        assert row is not None
        assert row.what == "1 row"


# ways from here, faults


@pytest.mark.asyncio
@pytest.mark.parametrize(("key", "kind"), [("v", DecideScreen), ("E", EntriesScreen)])
async def test_other_places_are_a_key_away_and_escape_comes_back(tmp_path: Path, key: str, kind: type[Any]) -> None:
    app = made_app(matrix_session(tmp_path), "matrix")
    async with app.run_test(size=NARROW) as pilot:
        await settle(pilot)
        await _press(pilot, key)
        assert _is_on(app, kind)
        await _press(pilot, "escape")
        assert _is_on(app, MatrixScreen)


@pytest.mark.asyncio
@pytest.mark.parametrize(
    ("link", "said"), [("acmee", "did you mean acme?"), ("acme/nothing", "there is no question nothing")]
)
async def test_a_link_to_nothing_is_told(tmp_path: Path, link: str, said: str) -> None:
    app = made_app(matrix_session(tmp_path), f"matrix/{link}")
    async with app.run_test(size=NARROW) as pilot:
        await settle(pilot)
        assert said in _screen(app).status_line.say()


@pytest.mark.asyncio
async def test_today_follows_the_project(tmp_path: Path) -> None:
    session = matrix_session(tmp_path)
    session.project = session.here / "shop"
    (session.project / "Dockerfile").write_text("FROM fedora:42\nRUN dnf install -y golang\n", encoding="utf-8")
    app = made_app(session, "matrix/today")
    async with app.run_test(size=WIDE) as pilot:
        await settle(pilot)
        view = view_matrix(MatrixRequest(loaded=session.profiles(), as_of=session.day, project=session.project))
        assert _state(app).options[0] == view.matrix.options[0]
        assert _screen(app).twin() == f"supplymatrix matrix --project {session.project.as_posix()}"


def test_who_is_surest_comes_first() -> None:
    view = view_matrix(MatrixRequest(loaded=matrix_loaded(), as_of=NOW.date()))
    options = [option for option in view.matrix.options if option.id != TODAY]
    assert ordered_ids(options, "fips_mode", view.scores)[0] == "acme"
    assert ordered_ids(options, SCORE, view.scores)[0] == "acme"


def test_linear_text_tells_every_answer(tmp_path: Path) -> None:
    from supplymatrix.tui.shots import render_shot

    text = render_shot(made_app(matrix_session(tmp_path), "matrix"), "plain", NARROW).decode()
    assert "same as: supplymatrix matrix\n" in text
    assert "✗ no  Bolt Works Limited: " in text
    cell = render_shot(made_app(matrix_session(tmp_path), "matrix/acme/fips_mode"), "plain", NARROW).decode()
    assert "https://acme.example/certificate" in cell


# pictures


def _broken() -> LoadedProfiles:
    raise InputError(Diagnostic(message="there is no such folder of vendor profiles", artifact="our-profiles"))


def _empty() -> LoadedProfiles:
    return made_loaded(empty=True)


_STATES: dict[str, tuple[str, Callable[[], LoadedProfiles]]] = {
    "full": ("matrix", matrix_loaded),
    "cell": ("matrix/acme/fips_mode", matrix_loaded),
    "empty": ("matrix", _empty),
    "error": ("matrix", _broken),
}


@pytest.mark.asyncio
@pytest.mark.parametrize("no_color", [False, True])
@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("name", list(_STATES))
async def test_the_matrix_looks_as_before(
    name: str, size: tuple[int, int], no_color: bool, shots: Shots, tmp_path: Path
) -> None:
    link, load = _STATES[name]

    def make() -> SupplymatrixApp:
        return made_app(matrix_session(tmp_path, load=load), link)

    await shots.check(f"matrix-{name}", make, size=size, no_color=no_color)


@pytest.mark.asyncio
@pytest.mark.parametrize("no_color", [False, True])
@pytest.mark.parametrize("size", SIZES)
async def test_a_busy_matrix_says_what_it_does(
    size: tuple[int, int], no_color: bool, shots: Shots, tmp_path: Path
) -> None:
    gate = threading.Event()

    def slow() -> LoadedProfiles:
        gate.wait(30)
        return matrix_loaded()

    def make() -> SupplymatrixApp:
        return made_app(matrix_session(tmp_path, load=slow), "matrix")

    try:
        await shots.check("matrix-busy", make, size=size, no_color=no_color, settled=False)
    finally:
        gate.set()


@pytest.mark.asyncio
@pytest.mark.parametrize("size", SIZES)
async def test_weights_mode_looks_as_before(size: tuple[int, int], shots: Shots, tmp_path: Path) -> None:
    async def weigh(pilot: Pilot[Any]) -> None:
        await _press(pilot, "escape", "w", "9")

    await shots.check(
        "matrix-weights", lambda: made_app(matrix_session(tmp_path), "matrix/acme/fips_mode"), size=size, steps=weigh
    )
