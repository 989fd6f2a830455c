"""What all screens share: every key, going and coming back, copying, export, work that is stopped, hostile text."""

from __future__ import annotations

import json
import threading
from pathlib import Path

import pytest
from textual.widgets import Input

from supplymatrix.engine.screen_state import NO_STATE, ListState, Opened, read_screen_state, remember_list
from supplymatrix.engine.vendor_profiles import LoadedProfiles
from supplymatrix.errors import Diagnostic, SourceError
from supplymatrix.model.value import changed
from supplymatrix.reports.plain import plain_lines
from supplymatrix.tui.app import SupplymatrixApp
from supplymatrix.tui.copying import FORMS, CopyOffer, clipboard_programs, copy_text, render_copy
from supplymatrix.tui.links import Link
from supplymatrix.tui.palette import PaletteItem, find_items
from supplymatrix.tui.screens.claims import ClaimsScreen
from supplymatrix.tui.screens.home import HomeScreen
from supplymatrix.tui.screens.list_screen import ListScreen, matches
from supplymatrix.tui.shots import settle, take_rows
from supplymatrix.tui.themes import THEMES
from supplymatrix.tui.widgets.details import Details, Panel
from supplymatrix.tui.widgets.key_help import keys_line
from supplymatrix.tui.widgets.line_list import LineList
from supplymatrix.tui.widgets.picker import Ask, Menu, Picker
from tests.tui.keys import is_on, press
from tests.tui.made_app import made_app, made_claims, made_loaded, made_session

pytestmark = pytest.mark.asyncio


def _list_screen(app: SupplymatrixApp) -> ListScreen:
    screen = app.screen
    assert isinstance(screen, ListScreen)
    return screen


async def test_digits_go_to_places_and_escape_comes_back(tmp_path: Path) -> None:
    app = made_app(made_session(tmp_path))
    async with app.run_test(size=(100, 30)) as pilot:
        await settle(pilot)
        assert is_on(app, HomeScreen)
        await press(pilot, "5")
        assert is_on(app, ClaimsScreen)
        await press(pilot, "6")
        assert _list_screen(app).PLACE == "entries"
        assert app.trail(_list_screen(app)) == ("Home",)
        await press(pilot, "escape")
        assert is_on(app, HomeScreen)
        await press(pilot, "escape")
        assert is_on(app, HomeScreen)


async def test_a_deep_link_has_home_below_it(tmp_path: Path) -> None:
    app = made_app(made_session(tmp_path), "claims/go-is-fast")
    async with app.run_test(size=(100, 30)) as pilot:
        await settle(pilot)
        screen = _list_screen(app)
        assert screen.link == Link("claims", ("go-is-fast",))
        assert app.trail(screen) == ("Home",)
        await press(pilot, "escape")
        assert is_on(app, HomeScreen)


async def test_a_link_to_nothing_is_told(tmp_path: Path) -> None:
    app = made_app(made_session(tmp_path), "claims/gone")
    async with app.run_test(size=(100, 30)) as pilot:
        await settle(pilot)
        assert "gone: there is nothing of that name here" in _list_screen(app).status_line.say()


async def test_a_link_shows_what_the_filter_hides(tmp_path: Path) -> None:
    state = remember_list(NO_STATE, "claims", ListState(filter="about:acme"))
    app = made_app(made_session(tmp_path, state=state), "claims/go-is-fast")
    async with app.run_test(size=(100, 30)) as pilot:
        await settle(pilot)
        assert _list_screen(app).parts() == ("go-is-fast",)


async def test_the_filter_narrows_and_escape_takes_it_away(tmp_path: Path) -> None:
    session = made_session(tmp_path)
    app = made_app(session, "claims")
    async with app.run_test(size=(100, 30)) as pilot:
        await settle(pilot)
        await press(pilot, "slash", *"verdict", "colon", *"no", "enter")
        screen = _list_screen(app)
        assert [item.id for item in screen.shown] == ["go-is-fast"]
        assert "1 of 3 claims" in screen.status_line.say()
        assert session.state.lists["claims"].filter == "verdict:no"
        await press(pilot, "escape")
        assert len(screen.shown) == 3
        assert not screen.has_class("-filtering")


async def test_a_filter_that_finds_nothing_says_how_to_get_back(tmp_path: Path) -> None:
    app = made_app(made_session(tmp_path), "claims")
    async with app.run_test(size=(100, 30)) as pilot:
        await settle(pilot)
        await press(pilot, "slash", *"zzz")
        assert "no claims with 'zzz': Esc takes the filter" in take_rows(app)


async def test_an_about_filter_is_in_the_command_too(tmp_path: Path) -> None:
    app = made_app(made_session(tmp_path), "claims")
    async with app.run_test(size=(100, 30)) as pilot:
        await settle(pilot)
        await press(pilot, "slash", *"about", "colon", *"acme")
        assert _list_screen(app).twin() == "supplymatrix claims --about acme"


async def test_the_list_moves_by_keys_and_passes_over_headings(tmp_path: Path) -> None:
    app = made_app(made_session(tmp_path), "claims")
    async with app.run_test(size=(100, 30)) as pilot:
        await settle(pilot)
        screen = _list_screen(app)
        seen = []
        for key in ("down", "j", "j", "k", "end", "home", "G", "pageup", "pagedown", "up"):
            await press(pilot, key)
            seen.append(screen.parts()[0])
        fips, ships, fast = "acme-fips", "acme-ships-go", "go-is-fast"
        assert seen == [ships, fast, fast, ships, fast, fips, fast, fips, fast, ships]


async def test_the_mouse_moves_and_opens(tmp_path: Path) -> None:
    app = made_app(made_session(tmp_path), "claims")
    async with app.run_test(size=(100, 30)) as pilot:
        await settle(pilot)
        rows = app.screen.query_one(LineList)
        await pilot.click(rows, offset=(5, 2))
        await settle(pilot)
        assert _list_screen(app).parts() == ("acme-ships-go",)
        assert app.focused is rows
        await pilot.click(rows, offset=(5, 2))
        await settle(pilot)
        assert isinstance(app.focused, Details)
        await press(pilot, "escape")
        assert app.focused is rows


async def test_the_palette_finds_claims_and_goes_there(tmp_path: Path) -> None:
    app = made_app(made_session(tmp_path))
    async with app.run_test(size=(100, 30)) as pilot:
        await settle(pilot)
        await press(pilot, "ctrl+p")
        assert is_on(app, Picker)
        await press(pilot, *"ships")
        assert "Acme ships Go 1.26" in take_rows(app)
        await press(pilot, "enter")
        assert _list_screen(app).parts() == ("acme-ships-go",)
        await press(pilot, "escape")
        assert is_on(app, HomeScreen)


async def test_help_finds_a_key_by_its_key_and_does_it(tmp_path: Path) -> None:
    app = made_app(made_session(tmp_path), "claims")
    async with app.run_test(size=(100, 30)) as pilot:
        await settle(pilot)
        await press(pilot, "question_mark", "slash")
        picker = app.screen
        assert isinstance(picker, Picker)
        assert picker.found[0].text == "Filter"
        await press(pilot, "enter")
        assert isinstance(app.focused, Input)


async def test_help_names_the_command_with_the_same_facts(tmp_path: Path) -> None:
    app = made_app(made_session(tmp_path), "claims")
    async with app.run_test(size=(100, 30)) as pilot:
        await settle(pilot)
        await press(pilot, "question_mark", *"same facts")
        assert "supplymatrix claims" in take_rows(app)


async def test_a_row_is_copied_and_it_is_said_how(tmp_path: Path) -> None:
    app = made_app(made_session(tmp_path), "claims")
    async with app.run_test(size=(120, 30)) as pilot:
        await settle(pilot)
        await press(pilot, "y")
        assert is_on(app, Menu)
        await press(pilot, "j")
        said = _list_screen(app).status_line.say()
        assert said.startswith("acme-fips: written to ")
    (row,) = json.loads((tmp_path / "state" / "copied.json").read_text(encoding="utf-8"))
    assert row["verdict"] == "contradicted"


async def test_all_rows_are_copied_by_the_capital_letter(tmp_path: Path) -> None:
    app = made_app(made_session(tmp_path), "claims")
    async with app.run_test(size=(120, 30)) as pilot:
        await settle(pilot)
        await press(pilot, "Y", "t")
    lines = (tmp_path / "state" / "copied.tsv").read_text(encoding="utf-8").splitlines()
    assert len(lines) == 4


async def test_the_link_is_copied_as_a_command(tmp_path: Path) -> None:
    app = made_app(made_session(tmp_path), "claims")
    async with app.run_test(size=(120, 30)) as pilot:
        await settle(pilot)
        await press(pilot, "u")
    text = (tmp_path / "state" / "copied.txt").read_text(encoding="utf-8")
    assert text == "supplymatrix tui --at claims/acme-fips"


async def test_jump_takes_a_link_and_refuses_what_is_none(tmp_path: Path) -> None:
    app = made_app(made_session(tmp_path))
    async with app.run_test(size=(100, 30)) as pilot:
        await settle(pilot)
        await press(pilot, "g", *"nowhere", "enter")
        assert is_on(app, Ask)
        assert "this is no link of the app" in take_rows(app)
        app.screen.query_one(Input).value = "claims/go-is-fast"
        await press(pilot, "enter")
        assert _list_screen(app).parts() == ("go-is-fast",)


async def test_export_writes_what_the_command_writes(tmp_path: Path) -> None:
    from supplymatrix.reports.claims_view import render_claims_json

    session = made_session(tmp_path)
    app = made_app(session, "claims")
    async with app.run_test(size=(120, 30)) as pilot:
        await settle(pilot)
        await press(pilot, "e", "j", "enter")
        assert "same as: supplymatrix claims --format json" in _list_screen(app).status_line.say()
    assert session.written == {session.here / "claims.json": render_claims_json(made_claims(), session.day)}


async def test_export_asks_twice_before_it_writes_over_a_file(tmp_path: Path) -> None:
    session = made_session(tmp_path)
    (session.here / "claims.json").write_text("mine", encoding="utf-8")
    app = made_app(session, "claims")
    async with app.run_test(size=(120, 30)) as pilot:
        await settle(pilot)
        await press(pilot, "e", "j", "enter")
        assert session.written == {}
        assert "Enter once more writes over it" in take_rows(app)
        await press(pilot, "enter")
    assert len(session.written) == 1


async def test_work_is_stopped_by_escape_and_started_again(tmp_path: Path) -> None:
    gate = threading.Event()

    def slow() -> LoadedProfiles:
        gate.wait(30)
        return made_loaded()

    app = made_app(made_session(tmp_path, load=slow), "claims")
    async with app.run_test(size=(100, 30)) as pilot:
        await pilot.pause()
        screen = _list_screen(app)
        assert "Esc stops" in screen.status_line.say()
        await pilot.press("escape")
        assert list(screen.workers) == [] or not screen.is_busy
        assert "stopped" in screen.status_line.say()
        gate.set()
        await press(pilot, "ctrl+r")
        assert screen.is_filled
        assert len(screen.shown) == 3


async def test_an_error_is_one_line_and_its_details_are_behind_a_key(tmp_path: Path) -> None:
    def broken() -> LoadedProfiles:
        raise SourceError("the disk is gone\nin two lines", remedy="buy another one")

    app = made_app(made_session(tmp_path, load=broken), "claims")
    async with app.run_test(size=(100, 30)) as pilot:
        await settle(pilot)
        screen = _list_screen(app)
        assert screen.status_line.say() == "✘ the disk is gone · D details"
        await press(pilot, "D")
        assert is_on(app, Panel)
        assert "buy another one" in take_rows(app)
        await press(pilot, "escape")
        assert _list_screen(app) is screen


async def test_a_fault_of_ours_in_a_thread_is_told_too(tmp_path: Path) -> None:
    def broken() -> LoadedProfiles:
        raise ZeroDivisionError("x")

    app = made_app(made_session(tmp_path, load=broken), "claims")
    async with app.run_test(size=(100, 30)) as pilot:
        await settle(pilot)
        assert "a fault of supplymatrix itself: ZeroDivisionError" in _list_screen(app).status_line.say()


async def test_files_that_cannot_be_used_are_told_and_the_rest_is_shown(tmp_path: Path) -> None:
    fault = Diagnostic(message="no such key", artifact="acme.toml", line=3)
    app = made_app(made_session(tmp_path, load=lambda: made_loaded(faults=(fault,))), "claims")
    async with app.run_test(size=(100, 30)) as pilot:
        await settle(pilot)
        screen = _list_screen(app)
        assert screen.status_line.say() == "✘ 1 fault in your profiles: acme.toml:3: no such key · D details"
        assert len(screen.shown) == 3


async def test_text_from_data_is_neither_markup_nor_an_escape(tmp_path: Path) -> None:
    first, *rest = made_claims()
    hostile = changed(first, id="[red]x", says="[red]x[/red] \x1b[31mred \u202etxt", about="[b]", because="[/]\x9b2J")
    app = made_app(made_session(tmp_path, load=lambda: made_loaded((hostile, *rest))), "claims")
    async with app.run_test(size=(160, 45)) as pilot:
        await settle(pilot)
        rows = take_rows(app)
        assert "[red]x[/red] \\x1b[31mred \\u202etxt" in rows
        assert not {"\x1b", "\u202e", "\x9b"} & set(rows)
        await press(pilot, "ctrl+p", *"red")
        assert "[red]x[/red]" in take_rows(app)
        await press(pilot, "escape", "u")
    assert (tmp_path / "state" / "copied.txt").read_text(encoding="utf-8").endswith("--at claims/%5Bred%5Dx")


async def test_themes_go_round_and_are_kept(tmp_path: Path) -> None:
    session = made_session(tmp_path)
    app = made_app(session)
    async with app.run_test(size=(100, 30)) as pilot:
        await settle(pilot)
        seen = [app.theme]
        for _ in THEMES[1:]:
            await press(pilot, "T")
            seen.append(app.theme)
        assert seen == [theme.name for theme in THEMES]
    assert session.state_file is not None
    assert read_screen_state(session.state_file).state.theme == THEMES[-1].name


async def test_what_was_opened_is_kept_for_the_next_start(tmp_path: Path) -> None:
    session = made_session(tmp_path)
    async with made_app(session, "claims/go-is-fast").run_test(size=(100, 30)) as pilot:
        await settle(pilot)
    assert session.state_file is not None
    state = read_screen_state(session.state_file).state
    assert state.last == "claims/go-is-fast"
    app = made_app(made_session(tmp_path, state=state))
    async with app.run_test(size=(100, 30)) as pilot:
        await settle(pilot)
        assert "Claims ▸ go-is-fast" in take_rows(app)


async def test_a_state_that_was_set_aside_is_told(tmp_path: Path) -> None:
    app = made_app(made_session(tmp_path, told="screens.json could not be used"))
    async with app.run_test(size=(100, 30)) as pilot:
        await settle(pilot)
        assert "✘ screens.json could not be used" in take_rows(app)


async def test_a_state_that_cannot_be_written_is_told_at_the_end(tmp_path: Path) -> None:
    session = made_session(tmp_path)
    (tmp_path / "state").write_text("", encoding="utf-8")
    async with made_app(session).run_test(size=(100, 30)) as pilot:
        await settle(pilot)
    assert "what you do here is not remembered" in session.told


@pytest.mark.parametrize("size", [(500, 30), (100, 10), (20, 5), (60, 16)])
async def test_any_size_is_drawn(size: tuple[int, int], tmp_path: Path) -> None:
    app = made_app(made_session(tmp_path), "claims")
    async with app.run_test(size=size) as pilot:
        await settle(pilot)
        rows = take_rows(app)
        assert ("This needs" in rows) == (size[0] < 60 or size[1] < 16)


async def test_a_resize_while_it_loads_loses_nothing(tmp_path: Path) -> None:
    gate = threading.Event()

    def slow() -> LoadedProfiles:
        gate.wait(30)
        return made_loaded()

    app = made_app(made_session(tmp_path, load=slow), "claims")
    async with app.run_test(size=(160, 45)) as pilot:
        for size in ((50, 10), (80, 24), (100, 30)):
            await pilot.resize_terminal(*size)
        gate.set()
        await settle(pilot)
        assert "Acme's Go is FIPS validated" in take_rows(app)


@pytest.mark.parametrize("place", ["home", "claims", "entries"])
async def test_the_keys_of_a_screen_fit_eighty_columns(place: str, tmp_path: Path) -> None:
    app = made_app(made_session(tmp_path), place)
    async with app.run_test(size=(80, 24)) as pilot:
        await settle(pilot)
        line = keys_line(app.screen, 80)
        assert line.cell_length <= 80
        assert line.plain.endswith("? Help  ^p Palette")


async def test_an_editor_that_cannot_have_the_terminal_is_told(tmp_path: Path) -> None:
    app = made_app(made_session(tmp_path), "claims")
    async with app.run_test(size=(100, 30)) as pilot:
        await settle(pilot)
        await press(pilot, "ctrl+o")
        assert "cannot be lent to an editor" in _list_screen(app).status_line.say()


@pytest.mark.parametrize(("editor", "why"), [('vi "', "no closing quotation"), ("''", "it names no program")])
async def test_an_editor_that_is_no_command_is_told(editor: str, why: str, tmp_path: Path) -> None:
    session = made_session(tmp_path)
    session.environ = {**session.environ, "EDITOR": editor}
    app = made_app(session, "claims")
    async with app.run_test(size=(100, 30)) as pilot:
        await settle(pilot)
        await press(pilot, "ctrl+o")
        assert _list_screen(app).status_line.say() == f"✘ EDITOR is no command: {why} · D details"


async def test_where_nothing_is_written_no_editor_is_asked(tmp_path: Path) -> None:
    app = made_app(made_session(tmp_path))
    async with app.run_test(size=(100, 30)) as pilot:
        await settle(pilot)
        await press(pilot, "ctrl+o")
        assert app.place_screen is not None
        assert app.place_screen.status_line.say() == "no file on this machine says this"


async def test_a_claim_is_edited_at_its_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[tuple[Path, int]] = []
    app = made_app(made_session(tmp_path), "claims/acme-ships-go")
    monkeypatch.setattr(app, "edit", lambda _, file, line: asked.append((file, line)))
    async with app.run_test(size=(100, 30)) as pilot:
        await settle(pilot)
        await press(pilot, "ctrl+o")
    (claim,) = (claim for claim in made_claims() if claim.id == "acme-ships-go")
    assert asked == [(Path("claims/made.toml"), claim.location.line)]
    assert claim.location.line == 12


async def test_quit_ends_the_app(tmp_path: Path) -> None:
    app = made_app(made_session(tmp_path))
    async with app.run_test(size=(100, 30)) as pilot:
        await settle(pilot)
        await pilot.press("q")
    assert app.return_code == 0


async def test_a_query_finds_keys_words_and_letters_in_that_order() -> None:
    def item(text: str, key: str = "") -> PaletteItem:
        return PaletteItem(kind="action", text=text, key=key, go=Link("home"))

    items = [item("Sort"), item("Filter", "/"), item("Export rows"), item("s-o-r-t")]
    assert [found.text for found in find_items(items, "/")] == ["Filter"]
    assert [found.text for found in find_items(items, "sort")][:1] == ["Sort"]
    assert [found.text for found in find_items(items, "flt")] == ["Filter"]
    assert find_items(items, "(((") == ()


async def test_a_filter_word_may_name_its_column() -> None:
    cells = {"about": "acme", "says": "it ships Go: always"}
    assert matches(cells, "about:acm ships")
    assert not matches(cells, "about:ships")
    assert matches(cells, "go:")
    assert matches(cells, "")


async def test_copies_are_no_formulas_and_no_markup() -> None:
    offer = CopyOffer(what="x", head=("a", "b"), rows=(("=1+1", "x|y <b>\tz"),))
    assert render_copy(offer, "tsv") == "a\tb\n'=1+1\tx|y <b>\\x09z\n"
    assert json.loads(render_copy(offer, "json")) == [{"a": "=1+1", "b": "x|y <b>\tz"}]
    (_, _, row, _) = render_copy(offer, "markdown").split("\n")
    assert row.count("|") == 3
    assert "`<b>" in row


async def test_hidden_characters_are_written_out_in_every_form() -> None:
    odd = "\u202etxt\x9b31m\x1b[201~\x7f\udcff\n\U000e0041网"
    offer = CopyOffer(what="x", head=("a",), rows=((odd,),))
    for _, form, _ in FORMS:
        text = render_copy(offer, form)
        assert plain_lines(text).removesuffix("\n") == text.removesuffix("\n"), form
        assert "网" in text
    assert json.loads(render_copy(offer, "json")) == [{"a": odd}]


async def test_a_text_with_bytes_that_were_no_text_is_copied_all_the_same(tmp_path: Path) -> None:
    sent: list[str] = []
    said = copy_text("a\udcff", "x", form="tsv", send=sent.append, environ={}, folder=tmp_path)
    assert sent == ["a\\udcff"]
    assert (tmp_path / "copied.tsv").read_bytes() == b"a\\udcff"
    assert said.endswith("copied.tsv")


async def test_a_command_that_is_copied_cannot_end_a_paste(tmp_path: Path) -> None:
    session = made_session(tmp_path)
    session.project = Path("-shop\x1b[201~\n\udcff")
    app = made_app(session, "claims")
    async with app.run_test(size=(120, 30)) as pilot:
        await settle(pilot)
        await press(pilot, "u")
    text = (tmp_path / "state" / "copied.txt").read_text(encoding="utf-8")
    assert text == r"supplymatrix tui $'./-shop\033[201~\012\377' --at claims/acme-fips"
    copy_text("check 'a\x1bb'", "x", form="command", send=None, environ={}, folder=tmp_path / "state")
    assert (tmp_path / "state" / "copied.txt").read_text(encoding="utf-8") == r"check $'a\033b'"


async def test_a_kept_link_that_is_none_is_left_out(tmp_path: Path) -> None:
    recent = tuple(Opened(link=link, title=f"to {link}") for link in ("claims/\udcff", "gone/x", "claims/go-is-fast"))
    app = made_app(made_session(tmp_path, state=changed(NO_STATE, recent=recent)))
    async with app.run_test(size=(100, 30)) as pilot:
        await settle(pilot)
        rows = take_rows(app)
        assert "to claims/go-is-fast" in rows
        assert "to claims/\\xff" not in rows
        assert "gone" not in rows


async def test_programs_of_the_clipboard_follow_the_desktop(tmp_path: Path) -> None:
    assert clipboard_programs({}, "linux") == ()
    assert clipboard_programs({}, "darwin") == (("pbcopy",),)
    both = clipboard_programs({"WAYLAND_DISPLAY": "w", "DISPLAY": ":0"}, "linux")
    assert [program[0] for program in both] == ["wl-copy", "xclip", "xsel"]


async def test_a_clipboard_program_that_takes_the_text_ends_the_chain(tmp_path: Path) -> None:
    program = tmp_path / "wl-copy"
    program.write_text(f"#!/bin/sh\ncat > {tmp_path}/taken\n", encoding="utf-8")
    program.chmod(0o755)
    sent: list[str] = []
    environ = {"WAYLAND_DISPLAY": "w", "PATH": f"{tmp_path}:/usr/bin:/bin"}
    said = copy_text("text", "x", form="tsv", send=sent.append, environ=environ, folder=tmp_path / "state")
    assert said == "x: sent to the terminal (OSC 52, which confirms nothing) and given to wl-copy"
    assert sent == ["text"]
    assert (tmp_path / "taken").read_text(encoding="utf-8") == "text"
    assert not (tmp_path / "state").exists()


async def test_a_text_that_is_too_long_for_the_terminal_goes_to_the_file_alone(tmp_path: Path) -> None:
    sent: list[str] = []
    said = copy_text("x" * 80_000, "x", form="json", send=sent.append, environ={}, folder=tmp_path)
    assert sent == []
    assert said.endswith("copied.json")


async def test_nowhere_to_copy_to_is_said() -> None:
    assert "could not be copied" in copy_text("x", "x", form="tsv", send=None, environ={}, folder=None)
