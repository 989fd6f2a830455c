"""What no screen may be hurt by: names that are markup, escapes or reordering marks, and terminals of any size."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

import pytest

from supplymatrix.engine.screen_state import NO_STATE, Opened, remember
from supplymatrix.engine.vendor_profiles import LoadedProfiles
from supplymatrix.errors import SourceError
from supplymatrix.model.value import changed
from supplymatrix.model.vendor import VendorProfile
from supplymatrix.tui.app import SupplymatrixApp
from supplymatrix.tui.places import PLACES
from supplymatrix.tui.shots import settle, take_rows
from tests.support.made_log import made_hash, write_project
from tests.tui.made_app import MadeSession, made_app, made_session
from tests.tui.made_matrix import matrix_loaded, matrix_session
from tests.tui.made_project import LOG, PROVEN, project_session

EVIL = "[red]x[/] [@click=app.exit]y[/] \x1b[31m\x1b]0;t\x07\x9b2J \u202etxt\u2066\u200f"
SEEN = "[red]x[/]"
ODD = re.compile("[\x00-\x09\x0b-\x1f\x7f-\x9f\u061c\u200b-\u200f\u202a-\u202e\u2066-\u2069]")
NAMES = tuple(place.id for place in PLACES)
SIZES = ((500, 30), (500, 10), (100, 10), (1, 1), (61, 17), (30, 100))


def _evil(profile: VendorProfile) -> VendorProfile:
    """Return a vendor whose every text is hostile."""
    return changed(
        profile,
        name=f"{EVIL} {profile.name}",
        capabilities=tuple(changed(item, value=EVIL, note=EVIL) for item in profile.capabilities),
        evidence={
            key: changed(item, source=f"https://e.example/{EVIL}", locator=EVIL, note=EVIL)
            for key, item in profile.evidence.items()
        },
        entries=tuple(changed(item, mechanism=EVIL) for item in profile.entries),
    )


def evil_loaded() -> LoadedProfiles:
    """Return vendors and claims that are hostile."""
    found = matrix_loaded()
    claims = tuple(changed(item, says=f"{EVIL} {item.says}", because=EVIL) for item in found.claims)
    return changed(found, profiles=tuple(_evil(item) for item in found.profiles), claims=claims)


def evil_session(folder: Path) -> MadeSession:
    """Return a session over them, with hostile titles and folders."""
    session = matrix_session(folder, load=evil_loaded)
    session.state = remember(NO_STATE, Opened(link="claims", title=EVIL))
    project = session.here / f"p {EVIL.replace('/', '|')}"
    project.mkdir(parents=True)
    (project / "go.mod").write_text("module example.org/x\n", encoding="utf-8")
    return session


def assert_harmless(app: SupplymatrixApp) -> str:
    """Return what is on the screen; nothing in it is a control or can be clicked by the will of data."""
    rows = take_rows(app)
    assert not ODD.search(rows), repr(ODD.search(rows))
    compositor = app.screen._compositor
    for strip in compositor.render_strips():
        for segment in strip:
            meta = segment.style.meta if segment.style is not None else {}
            assert "app.exit" not in str(meta), segment
            assert segment.style is None or segment.style.link is None or EVIL not in segment.style.link
    return rows


@pytest.mark.asyncio
@pytest.mark.parametrize("size", [(160, 45), (80, 24)])
@pytest.mark.parametrize("place", ["home", "matrix", "decide", "claims", "entries"])
async def test_hostile_data_is_text_on_every_screen(place: str, size: tuple[int, int], tmp_path: Path) -> None:
    app = made_app(evil_session(tmp_path), place)
    async with app.run_test(size=size) as pilot:
        await settle(pilot)
        seen = assert_harmless(app)
        first = ("end",) if place == "home" else ()  # where what was opened lately stands
        for key in (*first, "down", "right", "enter", "down", "o", "escape", "y", "escape", "escape"):
            if app.place_screen is None or place != app.place_screen.PLACE:
                break
            await pilot.press(key)
            await settle(pilot)
            seen += assert_harmless(app)
        assert SEEN in seen
        screen = app.place_screen
        assert screen is not None
        text = screen.plain_text(100)
        assert not ODD.search(text), repr(ODD.search(text))
        assert app.is_running


@pytest.mark.asyncio
async def test_a_click_on_markup_of_data_does_nothing(tmp_path: Path) -> None:
    app = made_app(evil_session(tmp_path), "claims")
    async with app.run_test(size=(160, 45)) as pilot:
        await settle(pilot)
        spots = [
            (line.index("[@click"), number)
            for number, line in enumerate(take_rows(app).split("\n")) if "[@click" in line
        ]  # fmt: skip
        assert spots
        for x, y in spots:
            for more in range(0, 24, 4):
                await pilot.click(offset=(min(x + more, 159), y))
        await settle(pilot)
        assert app.is_running
        assert app.place_screen is not None
        assert app.place_screen.PLACE == "claims"


@pytest.mark.asyncio
@pytest.mark.parametrize("place", ["matrix", "claims", "entries"])
async def test_a_hostile_error_is_told_as_text(place: str, tmp_path: Path) -> None:
    def broken() -> LoadedProfiles:
        raise SourceError(f"{EVIL} is broken", remedy=EVIL)

    app = made_app(made_session(tmp_path, load=broken, told=f"state {EVIL}"), place)
    async with app.run_test(size=(160, 45)) as pilot:
        await settle(pilot)
        assert SEEN in assert_harmless(app)
        await pilot.press("D")
        await settle(pilot)
        assert SEEN in assert_harmless(app)
        assert app.is_running


@pytest.mark.asyncio
@pytest.mark.parametrize("size", [(160, 45), (80, 24)])
async def test_hostile_modules_and_versions_are_text_in_the_tree(
    size: tuple[int, int], evil_project: MadeSession
) -> None:
    app = made_app(evil_project, "project")
    async with app.run_test(size=size) as pilot:
        await settle(pilot)
        seen = assert_harmless(app)
        for key in ("down", "down", "tab", "tab", "tab", "down", "down", "end", "enter", "escape", "ctrl+p"):
            await pilot.press(key)
            await settle(pilot)
            seen += assert_harmless(app)
        assert "[red]x" in seen
        assert "txt" in seen


@pytest.fixture
def evil_project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> MadeSession:
    """Return a session about a project whose modules have hostile names."""
    session = project_session(tmp_path, monkeypatch)
    names = ["[red]x[/]", "example.com/\u202etxt", "example.com/\x1b]0;t\x07", "e.example/[@click=app.exit]y"]
    lines = [f"{name} {version} {made_hash(name)}\n" for name in names for version in ("v1.0.0", "v1.0.1-[b]\x1b[31m")]
    write_project(tmp_path / "svc", LOG, "", PROVEN[:1], go_sum=LOG.go_sum(*PROVEN[:1]) + "".join(lines))
    return session


@pytest.fixture
def session(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> MadeSession:
    """Return a session with vendors, claims and a project."""
    found = project_session(tmp_path, monkeypatch)
    found.load = matrix_loaded
    return found


@pytest.mark.asyncio
@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("place", NAMES)
async def test_every_place_opens_in_every_size(place: str, size: tuple[int, int], session: MadeSession) -> None:
    app = made_app(session, place)
    async with app.run_test(size=size) as pilot:
        await settle(pilot)
        lines = take_rows(app).split("\n")[:-1]
        assert len(lines) == size[1]
        if size[0] >= 60:
            assert ("This needs" in "".join(lines)) == (size[1] < 16)
        for key in ("down", "right", "pagedown", "end"):
            await pilot.press(key)
        await settle(pilot)
        assert app.is_running


@pytest.mark.asyncio
@pytest.mark.parametrize("place", NAMES)
async def test_after_any_sizes_the_screen_is_what_it_would_have_been(place: str, session: MadeSession) -> None:
    expected = await _rows_after(made_app(session, place), [])
    assert await _rows_after(made_app(session, place), [*SIZES, (1, 1)]) == expected


async def _rows_after(app: SupplymatrixApp, sizes: Sequence[tuple[int, int]]) -> str:
    """Return the rows of 120 by 40 after other sizes, the first of which come while it loads."""
    async with app.run_test(size=sizes[0] if sizes else (120, 40)) as pilot:
        for number, size in enumerate(sizes):
            await pilot.resize_terminal(*size)
            if number == len(sizes) // 2:
                await settle(pilot)
        if sizes:
            await pilot.resize_terminal(120, 40)
        await settle(pilot)
        return take_rows(app)
