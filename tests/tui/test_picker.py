"""What lies over a screen: titles are text, whatever data says; what cannot be read is told, and no more."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any, ClassVar

import pytest
from textual.widget import Widget

from supplymatrix.errors import SourceError
from supplymatrix.model.value import changed
from supplymatrix.tui import palette
from supplymatrix.tui.app import SupplymatrixApp
from supplymatrix.tui.copying import CopyOffer
from supplymatrix.tui.links import Link
from supplymatrix.tui.palette import PaletteItem, find_items
from supplymatrix.tui.screens.base import BaseScreen, Export
from supplymatrix.tui.screens.matrix_weights import Preview
from supplymatrix.tui.session import Session
from supplymatrix.tui.shots import settle, take_rows
from supplymatrix.tui.widgets.details import Panel, set_title
from supplymatrix.tui.widgets.key_help import key_items
from supplymatrix.tui.widgets.picker import Ask, Menu, Picker
from supplymatrix.tui.widgets.table import VirtualTable
from supplymatrix.tui.widgets.table_model import TableColumn, TableData
from tests.tui.keys import press
from tests.tui.made_app import made_app, made_claims, made_loaded, made_session

pytestmark = pytest.mark.asyncio

HOSTILE = ["[/x]", "[@click=app.quit]y", "[$x]", "\\[/x]", "[[red]]", "a\\", "[bold", "[red]x[/red]"]


def _screen(app: SupplymatrixApp) -> BaseScreen:
    screen = app.place_screen
    assert screen is not None
    return screen


@pytest.mark.parametrize("name", HOSTILE)
async def test_a_hostile_name_is_shown_as_it_is_over_every_key(name: str, tmp_path: Path) -> None:
    first, *rest = made_claims()
    app = made_app(made_session(tmp_path, load=lambda: made_loaded((changed(first, id=name, says=name), *rest))))
    async with app.run_test(size=(100, 30)) as pilot:
        await settle(pilot)
        app.open_link(Link("claims", (name,)))
        await settle(pilot)
        await press(pilot, "y")
        assert isinstance(app.screen, Menu)
        assert f" copy {name} " in take_rows(app)
        await press(pilot, "escape")
        for key, kind in (("e", Menu), ("question_mark", Picker), ("ctrl+p", Picker), ("g", Ask)):
            await press(pilot, key)
            assert isinstance(app.screen, kind)
            await press(pilot, "escape")
        assert _screen(app).parts() == (name,)


@pytest.mark.parametrize("name", HOSTILE)
async def test_a_hostile_title_is_text_in_everything_that_lies_over_a_screen(name: str, tmp_path: Path) -> None:
    app = made_app(made_session(tmp_path), "claims")
    async with app.run_test(size=(100, 30)) as pilot:
        await settle(pilot)
        screen = _screen(app)
        for over in (Menu(name, ()), Picker(name, ()), Ask(name, hint=name), Panel(name, name), Preview(name, ())):
            app.push_screen(over)
            await settle(pilot)
            assert f" {name} " in take_rows(app)
            await press(pilot, "escape")
        export = Export(key="x", format=name, file=name, render=str, command=name)
        app.ask_export(screen, [export])
        await settle(pilot)
        await press(pilot, "x")
        assert f" export {name} " in take_rows(app)
        await press(pilot, "escape")
        app.ask_copy(screen, CopyOffer(what=name, head=(), rows=()))
        await settle(pilot)
        assert f" copy {name} " in take_rows(app)


async def test_control_characters_in_a_title_are_written_out() -> None:
    box = Widget()
    set_title(box, "a\x1b[31m\u202e\nb", "Esc closes")
    assert box._border_title is not None
    assert box._border_title.plain == "a\\x1b[31m\\u202e\\x0ab"


class _Counted(str):
    """A text that counts how often it was looked through."""

    __slots__ = ()
    finds: ClassVar[int] = 0

    def casefold(self) -> _Counted:
        return self

    def find(self, *args: Any) -> int:  # noqa: ANN401 - of `str`
        _Counted.finds += 1
        return super().find(*args)


async def test_a_search_for_letters_looks_once_for_each() -> None:
    text = _Counted("a" * 400)
    item = PaletteItem(kind="claim", text=text, go=Link("home"))
    query = "a" * 30 + "b"
    _Counted.finds = 0
    assert find_items([item], query) == ()
    assert _Counted.finds == len(query)
    assert find_items([item], "a" * 30) == (item,)


def _broken(_: Session) -> Iterator[PaletteItem]:
    yield PaletteItem(kind="made", text="before it broke", go=Link("home"))
    raise SourceError("the disk is gone\nin two lines", remedy="buy another one")


def _faulty(_: Session) -> Iterator[PaletteItem]:
    raise ZeroDivisionError("x")


def _good(_: Session) -> Iterator[PaletteItem]:
    yield PaletteItem(kind="made", text="still here", go=Link("claims"))


async def test_a_source_that_cannot_be_read_is_told_and_the_others_are_found(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(palette, "SOURCES", (f"{__name__}:_broken", f"{__name__}:_good"))
    app = made_app(made_session(tmp_path), "claims")
    async with app.run_test(size=(100, 30)) as pilot:
        await settle(pilot)
        await press(pilot, "ctrl+p", *"still here")
        assert "still here" in take_rows(app)
        assert _screen(app).status_line.say() == "✘ the disk is gone · D details"
        await press(pilot, "escape", "D")
        assert "buy another one" in take_rows(app)


async def test_a_fault_of_ours_in_a_source_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(palette, "SOURCES", (f"{__name__}:_faulty",))
    app = made_app(made_session(tmp_path), "claims")
    async with app.run_test(size=(100, 30)) as pilot:
        await settle(pilot)
        await press(pilot, "ctrl+p", *"entries")
        assert isinstance(app.screen, Picker)
        assert app.screen.found
        assert "a fault of supplymatrix itself: ZeroDivisionError" in _screen(app).status_line.say()


_AIMS = {"First row": (0, 1), "Last row": (2, 1), "First column": (1, 0), "Last column": (1, 2)}


async def test_the_help_tells_the_truth_of_keys_that_go_to_an_edge(tmp_path: Path) -> None:
    app = made_app(made_session(tmp_path))
    async with app.run_test(size=(80, 24)) as pilot:
        await settle(pilot)
        table = VirtualTable()
        await app.screen.mount(table)
        table.set_data(TableData([TableColumn(key=key, title=key, texts=list("123")) for key in "abc"]))
        table.focus()
        await settle(pilot)
        items = {item.text: item.key for item in key_items(app.screen) if item.text in _AIMS}
        assert set(items) == set(_AIMS)
        for text, keys in items.items():
            for key in keys.split():
                table.cursor_row, table.cursor_column = 1, 1
                await press(pilot, key.replace("^", "ctrl+"))
                assert (table.cursor_row, table.cursor_column) == _AIMS[text], key
