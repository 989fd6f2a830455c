"""Screens as they look: full, empty, busy and with an error, in three sizes, in colours and without."""

from __future__ import annotations

import threading
from pathlib import Path
from typing import Any

import pytest
from textual.pilot import Pilot

from supplymatrix.engine.vendor_profiles import LoadedProfiles
from supplymatrix.errors import Diagnostic, InputError, SourceError
from supplymatrix.tui.app import SupplymatrixApp
from supplymatrix.tui.shots import local_fonts, render_shot, svg_to_png
from tests.tui.conftest import LOOKS, Shots
from tests.tui.made_app import made_app, made_loaded, made_session

_PLACES = ("home", "claims", "entries")


def _empty() -> LoadedProfiles:
    return made_loaded(empty=True)


def _broken() -> LoadedProfiles:
    raise InputError(Diagnostic(message="there is no such folder of vendor profiles", artifact="our-profiles"))


@pytest.mark.asyncio
@pytest.mark.parametrize(("size", "no_color"), LOOKS)
@pytest.mark.parametrize("place", _PLACES)
async def test_a_full_screen_looks_as_before(
    place: str, size: tuple[int, int], no_color: bool, shots: Shots, tmp_path: Path
) -> None:
    await shots.check(f"{place}-full", lambda: _app(tmp_path, place), size=size, no_color=no_color)


@pytest.mark.asyncio
@pytest.mark.parametrize(("size", "no_color"), LOOKS)
@pytest.mark.parametrize("place", ["claims", "entries"])
async def test_an_empty_screen_says_why(
    place: str, size: tuple[int, int], no_color: bool, shots: Shots, tmp_path: Path
) -> None:
    def make() -> SupplymatrixApp:
        return made_app(made_session(tmp_path, load=_empty), place)

    await shots.check(f"{place}-empty", make, size=size, no_color=no_color)


@pytest.mark.asyncio
@pytest.mark.parametrize(("size", "no_color"), LOOKS)
async def test_a_screen_with_an_error_says_it_in_one_line(
    size: tuple[int, int], no_color: bool, shots: Shots, tmp_path: Path
) -> None:
    def make() -> SupplymatrixApp:
        return made_app(made_session(tmp_path, load=_broken), "claims")

    await shots.check("claims-error", make, size=size, no_color=no_color)


@pytest.mark.asyncio
@pytest.mark.parametrize(("size", "no_color"), LOOKS)
async def test_a_busy_screen_says_what_it_does_and_how_to_stop(
    size: tuple[int, int], no_color: bool, shots: Shots, tmp_path: Path
) -> None:
    gate = threading.Event()

    def slow() -> LoadedProfiles:
        gate.wait(30)
        return made_loaded()

    def make() -> SupplymatrixApp:
        return made_app(made_session(tmp_path, load=slow), "claims")

    try:
        await shots.check("claims-busy", make, size=size, no_color=no_color, settled=False)
    finally:
        gate.set()


@pytest.mark.asyncio
@pytest.mark.parametrize("keys", ["ctrl+p", "question_mark", "y", "e", "g"])
async def test_a_panel_looks_as_before(keys: str, shots: Shots, tmp_path: Path) -> None:
    async def press(pilot: Pilot[Any]) -> None:
        await pilot.press(keys)
        await pilot.pause()
        await pilot.app.workers.wait_for_complete()
        await pilot.pause()

    await shots.check(f"claims-{keys.replace('+', '-')}", lambda: _app(tmp_path, "claims"), size=(80, 24), steps=press)


@pytest.mark.asyncio
async def test_a_screen_without_room_says_how_much_it_needs(shots: Shots, tmp_path: Path) -> None:
    await shots.check("claims-small", lambda: _app(tmp_path, "claims"), size=(50, 10))


def test_a_picture_names_no_server(tmp_path: Path) -> None:
    svg = render_shot(_app(tmp_path, "claims"), "svg", (100, 30)).decode()
    assert "@font-face" not in svg
    assert "DejaVu Sans Mono" in svg
    addresses = [word for word in svg.split('"') if "://" in word and "w3.org" not in word]
    assert [word for word in addresses if not word.startswith(">") and "acme.example" not in word] == []


def test_fonts_of_a_server_are_taken_out_wherever_they_stand() -> None:
    svg = "<style>@font-face { src: url(x) } .a { font-family: Fira Code; }\n@font-face {\n src: y; }</style>"
    assert local_fonts(svg) == "<style> .a { font-family: DejaVu Sans Mono, monospace; }</style>"


def test_a_png_is_a_png(tmp_path: Path) -> None:
    pytest.importorskip("resvg_py")
    assert render_shot(_app(tmp_path, "claims"), "png", (80, 24)).startswith(b"\x89PNG")


def test_png_without_its_library_is_a_clear_error(monkeypatch: pytest.MonkeyPatch) -> None:
    import sys

    monkeypatch.setitem(sys.modules, "resvg_py", None)
    with pytest.raises(SourceError, match="resvg-py, which is not installed"):
        svg_to_png("<svg/>")


@pytest.mark.parametrize("place", _PLACES)
def test_linear_text_tells_place_command_facts_and_keys(place: str, tmp_path: Path) -> None:
    text = render_shot(_app(tmp_path, place), "plain", (80, 24)).decode()
    assert f"same as: supplymatrix {'feeds status' if place == 'home' else place}" in text
    assert "status: as of 2026-11-25" in text
    assert "? Help" in text
    assert "\x1b" not in text


def _app(folder: Path, place: str) -> SupplymatrixApp:
    return made_app(made_session(folder), place)
