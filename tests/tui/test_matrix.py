"""The matrix: every key, the evidence, weights that re-rank at once, and the same facts as its command."""

from __future__ import annotations

import asyncio
import json
import shlex
from pathlib import Path
from typing import Any

import pytest
from textual.widgets import Input

from supplymatrix.engine.matrix import MatrixRequest, view_matrix
from supplymatrix.engine.screen_state import read_screen_state
from supplymatrix.model.value import changed
from supplymatrix.model.vendor import State
from supplymatrix.reports.matrix_cells import mark_of, span_of, word_of
from supplymatrix.reports.matrix_json import render_matrix_json
from supplymatrix.tui import opening
from supplymatrix.tui.app import SupplymatrixApp
from supplymatrix.tui.links import Link
from supplymatrix.tui.screens.decide import DecideScreen
from supplymatrix.tui.screens.entries import EntriesScreen
from supplymatrix.tui.screens.matrix import MatrixScreen
from supplymatrix.tui.screens.matrix_data import SCORE, UNKNOWN, cell_text, ordered_ids, short_name
from supplymatrix.tui.screens.matrix_state import MatrixState
from supplymatrix.tui.screens.matrix_weights import weights_toml
from supplymatrix.tui.shots import settle, take_rows
from supplymatrix.tui.widgets.picker import Menu, Picker
from supplymatrix.vendors.capability_keys import KEYS
from supplymatrix.vendors.matrix import TODAY
from tests.tui.keys import has_focus, is_on, press
from tests.tui.made_app import NOW, made_app
from tests.tui.made_matrix import matrix_loaded, matrix_session

WIDE, NARROW = (160, 45), (80, 24)


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
        await press(pilot, "escape")
        assert not _screen(app).has_class("-page")
        assert _screen(app).parts() == ("acme", "fips_mode")
        await press(pilot, "enter")
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
        await press(pilot, "enter")
        assert has_focus(app, "side")
        await press(pilot, "escape")
        assert has_focus(app, "table")


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
        _screen(app).table.go_to(SCORE, "?question")
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

    def take(url: str, _: object) -> bool:
        opened.append(url)
        return True

    monkeypatch.setattr(opening, "open_address", take)
    app = made_app(matrix_session(tmp_path), "matrix/acme/fips_mode")
    async with app.run_test(size=NARROW) as pilot:
        await settle(pilot)
        await press(pilot, "o")
        assert is_on(app, Picker)
        await press(pilot, "enter")
        assert opened == ["https://acme.example/certificate"]


@pytest.mark.asyncio
async def test_it_begins_at_a_cell_with_its_evidence(tmp_path: Path) -> None:
    session = matrix_session(tmp_path)
    app = made_app(session, "matrix")
    async with app.run_test(size=NARROW) as pilot:
        await settle(pilot)
        assert _screen(app).parts() == ("acme", "delivers")
        assert "←→⏎ Evidence" in take_rows(app).splitlines()[-1]
        await press(pilot, "enter")
        assert "delivers · Acme" in take_rows(app)
        await press(pilot, "escape", "down", "right")
    again = matrix_session(tmp_path)
    again.state = read_screen_state(session.state_file).state
    app = made_app(again, "matrix")
    async with app.run_test(size=NARROW) as pilot:
        await settle(pilot)
        assert _screen(app).parts() == ("acme", "go_minors")  # the row is kept


@pytest.mark.asyncio
async def test_a_question_leads_to_the_sources_and_cells_of_all_vendors(tmp_path: Path) -> None:
    app = made_app(matrix_session(tmp_path), "matrix/acme/fips_mode")
    async with app.run_test(size=NARROW) as pilot:
        await settle(pilot)
        await press(pilot, "escape", "home", "o")
        assert is_on(app, Picker)
        rows = take_rows(app)
        assert "Bolt Works Limited: certificate" in rows
        assert "https://acm" in rows
        assert "Acme: table" in rows
        await press(pilot, "escape", "enter")
        assert "FIPS mode · all" in take_rows(app)
        await press(pilot, "enter")
        assert is_on(app, Picker)
        await press(pilot, *"bolt", "enter")
        assert _screen(app).parts() == ("bolt", "fips_mode")
        assert "FIPS mode · Bolt Works Limited" in take_rows(app)
        await press(pilot, "left")
        assert "FIPS mode · Acme" in take_rows(app)
        await press(pilot, "right", "right")
        assert "FIPS mode · Cube 网址" in take_rows(app)
        await press(pilot, "enter")
        assert is_on(app, MatrixScreen)
        await press(pilot, "escape")
        assert not _screen(app).has_class("-page")


@pytest.mark.asyncio
async def test_where_there_is_no_source_the_way_to_one_is_named(tmp_path: Path) -> None:
    app = made_app(matrix_session(tmp_path), "matrix/acme/delivers")
    async with app.run_test(size=NARROW) as pilot:
        await settle(pilot)
        await press(pilot, "o")
        assert "← → go to another vendor" in _screen(app).status_line.say()
        await press(pilot, "escape", "ctrl+home", "o")
        assert "↓ goes to a question" in _screen(app).status_line.say()


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
        await press(pilot, "d")
        assert [key.id for key in _state(app).keys] == ["fix_sla", "fips_mode"]
        assert "18 FIPS mode" in take_rows(app)
        assert _screen(app).twin() == "supplymatrix matrix --differences"
        await press(pilot, "d")
        assert len(_state(app).keys) == len(KEYS)


@pytest.mark.asyncio
async def test_differences_that_hide_nothing_say_what_would(tmp_path: Path) -> None:
    app = made_app(matrix_session(tmp_path), "matrix")
    async with app.run_test(size=NARROW) as pilot:
        await settle(pilot)
        state = _state(app)
        await press(pilot, "d")
        assert state.say_differences() == "2 of 28 questions are not answered alike · d shows all"
        state.view = changed(state.view, matrix=changed(state.view.matrix, keys=tuple(state.keys)))
        assert state.say_differences() == "2 of 2 questions are not answered alike: c compares two vendors"
        state.compared = ("acme", "bolt")
        assert state.say_differences() == "2 of 2 questions are not answered alike: none is hidden"


@pytest.mark.parametrize(
    ("name", "short"),
    [("Acme", "Acme"), ("Amazon Web Services (Amazon Linux)", "Amazon"), ("Bolt Works Limited", "Bolt"),
     ("The Go project", "Go project"), ("The Go (of it)", "Go"), ("Extraordinarily long", "acme")],
)  # fmt: skip
def test_a_column_is_headed_by_as_much_of_a_name_as_fits(name: str, short: str) -> None:
    view = view_matrix(MatrixRequest(loaded=matrix_loaded(), as_of=NOW.date()))
    acme = next(option for option in view.matrix.options if option.id == "acme")
    assert short_name(changed(acme, name=name)) == short


@pytest.mark.asyncio
async def test_two_columns_are_compared_and_come_back(tmp_path: Path) -> None:
    app = made_app(matrix_session(tmp_path), "matrix/acme")
    async with app.run_test(size=NARROW) as pilot:
        await settle(pilot)
        await press(pilot, "c")
        assert "compare Acme with" in _screen(app).status_line.say()
        _screen(app).table.go_to("fips_mode", "cube")
        await press(pilot, "c")
        assert _columns(app) == [TODAY, "acme", "cube"], "what one has stays in view, as the command shows it"
        assert "beside what you have" in _screen(app).status_line.say()
        assert _screen(app).twin() == "supplymatrix matrix acme cube"
        twin = view_matrix(MatrixRequest(loaded=matrix_loaded(), as_of=NOW.date(), named=("acme", "cube")))
        assert _state(app).options == twin.matrix.options
        await press(pilot, "c")
        assert len(_columns(app)) == 5
        await press(pilot, "c", "escape")
        assert "compare" not in _screen(app).status_line.say()


@pytest.mark.asyncio
async def test_a_vendor_is_left_out_and_brought_back(tmp_path: Path) -> None:
    session = matrix_session(tmp_path)
    app = made_app(session, "matrix/acme")
    async with app.run_test(size=NARROW) as pilot:
        await settle(pilot)
        await press(pilot, "x")
        assert "acme" not in _columns(app)
        assert session.excluded == ("acme",)
        assert _screen(app).twin() == "supplymatrix matrix --exclude acme"
        await press(pilot, "Z")
        assert "acme" in _columns(app)
        await press(pilot, "R")
        assert "acme" not in _columns(app)
        app.open_link(Link("matrix", ("acme", "fips_mode")))
        await settle(pilot)
        assert "acme" in _columns(app)


@pytest.mark.asyncio
async def test_today_stays(tmp_path: Path) -> None:
    app = made_app(matrix_session(tmp_path), "matrix/today")
    async with app.run_test(size=NARROW) as pilot:
        await settle(pilot)
        await press(pilot, "x")
        assert "the column today stays" in _screen(app).status_line.say()
        await press(pilot, "p")
        assert "always stays" in _screen(app).status_line.say()
        assert _columns(app)[0] == TODAY


@pytest.mark.asyncio
async def test_a_pinned_column_comes_first_and_is_kept(tmp_path: Path) -> None:
    session = matrix_session(tmp_path)
    app = made_app(session, "matrix/cube")
    async with app.run_test(size=NARROW) as pilot:
        await settle(pilot)
        await press(pilot, "p", "down")
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
        await press(pilot, "escape", "s")
        assert _columns(app) == [TODAY, "acme", "go-project", "bolt", "cube"]
        await press(pilot, "s")
        assert _columns(app)[1:] == [option.id for option in _state(app).options][1:]


@pytest.mark.asyncio
async def test_a_column_is_hidden_and_shown_by_the_list_of_columns(tmp_path: Path) -> None:
    app = made_app(matrix_session(tmp_path), "matrix")
    async with app.run_test(size=NARROW) as pilot:
        await settle(pilot)
        for is_there in (False, True):
            await press(pilot, "full_stop", *"bolt", "enter")
            assert ("bolt" in _columns(app)) is is_there


@pytest.mark.asyncio
async def test_the_filter_finds_a_question_and_escape_takes_it_away(tmp_path: Path) -> None:
    app = made_app(matrix_session(tmp_path), "matrix")
    async with app.run_test(size=NARROW) as pilot:
        await settle(pilot)
        await press(pilot, "slash", *"fips", "enter")
        assert len(_screen(app).table.view.rows) == 2
        await press(pilot, "escape")
        assert _screen(app).query_one("#filter", Input).value == ""
        assert len(_screen(app).table.view.rows) == len(KEYS) + 2


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
        await press(pilot, "x", "d", "w", "4", "escape")
        exports = {export.format: export for export in _screen(app).exports()}
        assert list(exports) == ["text", "json", "csv", "markdown", "html"]
        assert exports["csv"].command == (
            "supplymatrix matrix --exclude cube --differences --format csv  # W writes the weights first"
        )
        weights = tmp_path / "weights.toml"
        weights.write_text(weights_toml(_state(app).history.now.weights), encoding="utf-8")
        view = view_matrix(
            MatrixRequest(
                loaded=session.profiles(), as_of=session.day, excluded=("cube",), differences=True, weights=weights
            )
        )
        made = await asyncio.to_thread(lambda: {form: export.render() for form, export in exports.items()})
        assert made["json"] == render_matrix_json(changed(view, weights_from="tried, in no file"))
        assert all(made.values())


@pytest.mark.asyncio
async def test_export_goes_by_one_menu(tmp_path: Path) -> None:
    session = matrix_session(tmp_path)
    app = made_app(session, "matrix")
    async with app.run_test(size=NARROW) as pilot:
        await settle(pilot)
        await press(pilot, "e")
        assert is_on(app, Menu)
        await press(pilot, "c", "enter")
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
        await press(pilot, "escape", "Y")
        assert is_on(app, Menu)
        await press(pilot, "escape", "home")
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
        await press(pilot, key)
        assert is_on(app, kind)
        await press(pilot, "escape")
        assert is_on(app, MatrixScreen)


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


@pytest.mark.asyncio
async def test_what_to_run_next_names_what_the_app_was_started_with(tmp_path: Path) -> None:
    session = matrix_session(tmp_path)
    own = Path("my own")
    session.project = session.here / "shop"
    session.folders = session.named_folders = (own,)
    session.as_of = NOW.date()
    app = made_app(session, "matrix/acme/fips_mode")
    async with app.run_test(size=WIDE) as pilot:
        await settle(pilot)
        again = f" --profiles 'my own' --as-of {NOW.date()}"
        project = f" --project {shlex.quote(session.project.as_posix())}"
        assert f"supplymatrix vendors show acme --key fips_mode{again}" in " ".join(_side(app).split())
        _screen(app).table.go_to(SCORE, "acme")
        await settle(pilot)
        (line,) = [line for line in _side(app).splitlines() if line.startswith("next: ")]
        assert line.endswith(f"{project}{again}")
        export = next(item for item in _screen(app).exports() if item.format == "text")
        text = await asyncio.to_thread(export.render)
        steps = [line for line in text.splitlines() if "supplymatrix matrix --explain" in line]
        assert steps
        assert all(line.endswith(f"{project}{again}") for line in steps)
        _state(app).history.take(_state(app).history.now.weighing("fips_mode", 7))
        session.weights_file = ("my weights.toml", _state(app).history.now.weights)
        _state(app).narrow()
        assert _state(app).view.again_project == f"{project} --weights 'my weights.toml'"


@pytest.mark.asyncio
async def test_without_colours_a_row_is_of_one_ground_to_its_end(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    app = made_app(matrix_session(tmp_path), "matrix/acme")
    async with app.run_test(size=(160, 45)) as pilot:
        await settle(pilot)
        table = _screen(app).table
        for line in range(12):
            pieces = list(table.render_line(line))
            grounds = {piece.style.bgcolor.name for piece in pieces if piece.style and piece.style.bgcolor}
            assert len(grounds) <= 1, (line, grounds)


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
