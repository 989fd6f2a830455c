"""Home: what this is, where to go, what was opened, projects, feeds."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from textual.pilot import Pilot

from supplymatrix.engine.feed_status import FeedStatus
from supplymatrix.engine.screen_state import NO_STATE, Opened, remember
from supplymatrix.errors import SourceError
from supplymatrix.tui.places import PLACES
from supplymatrix.tui.screens.home import FIRST, TRAIL, HomeScreen
from supplymatrix.tui.shots import settle, take_rows
from supplymatrix.tui.widgets.line_list import LineList
from tests.tui.made_app import made_app, made_session

pytestmark = pytest.mark.asyncio


def _rows(pilot: Pilot[Any]) -> list[str]:
    return [row.id for row in pilot.app.screen.query_one(LineList).rows]


async def test_the_first_run_says_in_three_lines_what_this_is(tmp_path: Path) -> None:
    app = made_app(made_session(tmp_path))
    async with app.run_test(size=(160, 45)) as pilot:
        await settle(pilot)
        rows = take_rows(app)
        assert len(FIRST) == 3
        assert all(line in rows for line in FIRST)


async def test_later_runs_have_what_was_opened_in_its_place(tmp_path: Path) -> None:
    state = remember(NO_STATE, Opened(link="claims/go-is-fast", title="Claims ▸ go-is-fast"))
    state = remember(state, Opened(link="gone/place", title="of another version"))
    app = made_app(made_session(tmp_path, state=state))
    async with app.run_test(size=(160, 45)) as pilot:
        await settle(pilot)
        rows = take_rows(app)
        assert FIRST[0] not in rows
        assert "Claims ▸ go-is-fast" in rows
        assert "of another version" not in rows
        app.screen.query_one(LineList).go_to("recent claims/go-is-fast")
        await pilot.press("enter")
        await settle(pilot)
        assert app.place_screen is not None
        assert app.place_screen.parts() == ("go-is-fast",)


async def test_a_question_that_was_opened_is_listed_by_its_name(tmp_path: Path) -> None:
    state = remember(NO_STATE, Opened(link="matrix/acme/fips_mode", title="Matrix ▸ acme ▸ fips_mode"))
    app = made_app(made_session(tmp_path, state=state))
    async with app.run_test(size=(160, 45)) as pilot:
        await settle(pilot)
        assert "Matrix ▸ acme ▸ FIPS mode" in take_rows(app)


async def test_back_on_home_the_list_is_seen_from_its_top_with_the_cursor_in_view(tmp_path: Path) -> None:
    app = made_app(made_session(tmp_path))
    async with app.run_test(size=(80, 24)) as pilot:
        await settle(pilot)
        rows = pilot.app.screen.query_one(LineList)
        assert rows.go_to("trail 3 matrix")
        await pilot.press("enter")
        await settle(pilot)
        await pilot.press("0")
        await settle(pilot)
        assert rows.current is not None
        assert rows.current.id == "place matrix"
        assert rows.scroll_offset.y == 0
        assert "▸ 1 Matrix" in take_rows(app)


@pytest.mark.parametrize("size", [(80, 24), (100, 30)])
async def test_no_description_is_cut(tmp_path: Path, size: tuple[int, int]) -> None:
    app = made_app(made_session(tmp_path))
    async with app.run_test(size=size) as pilot:
        await settle(pilot)
        rows = pilot.app.screen.query_one(LineList)
        fixed = [row for row in rows.rows if row.id.startswith(("trail", "place"))]
        assert len(fixed) == len(TRAIL) + len(PLACES) - 1
        room = rows.scrollable_content_region.width - 2
        assert [row.text.plain for row in fixed if row.text.cell_length > room] == []


async def test_places_stand_in_the_order_of_their_keys() -> None:
    assert [place.key for place in PLACES] == sorted(place.key for place in PLACES)


async def test_every_place_has_a_key_on_home(tmp_path: Path) -> None:
    app = made_app(made_session(tmp_path))
    async with app.run_test(size=(160, 45)) as pilot:
        await settle(pilot)
        for place in PLACES[1:]:
            await pilot.press(place.key)
            await settle(pilot)
            assert app.place_screen is not None
            assert place.id == app.place_screen.PLACE
            await pilot.press("0")
            await settle(pilot)
            assert isinstance(app.screen, HomeScreen)


async def test_projects_below_the_folder_are_found_and_chosen(tmp_path: Path) -> None:
    session = made_session(tmp_path)
    app = made_app(session)
    async with app.run_test(size=(160, 45)) as pilot:
        await settle(pilot)
        shop = session.here / "shop"
        assert [row for row in _rows(pilot) if row.startswith("project")] == [
            f"project {shop}", f"project {shop / 'tools'}",
        ]  # fmt: skip
        app.screen.query_one(LineList).go_to(f"project {shop}")
        await pilot.press("enter")
        await settle(pilot)
        assert session.project == shop


async def test_feeds_that_cannot_be_read_do_not_hide_the_projects(tmp_path: Path) -> None:
    session = made_session(tmp_path)

    def broken() -> tuple[FeedStatus, ...]:
        raise SourceError("the cache is gone")

    session.feeds = broken  # type: ignore[method-assign]
    app = made_app(session)
    async with app.run_test(size=(160, 45)) as pilot:
        await settle(pilot)
        rows = take_rows(app)
        assert "✘ the cache is gone" in rows
        assert "shop/tools" in rows


async def test_feeds_have_a_sign_a_word_and_an_age(tmp_path: Path) -> None:
    app = made_app(made_session(tmp_path))
    async with app.run_test(size=(160, 45)) as pilot:
        await settle(pilot)
        rows = take_rows(app)
        assert "synced 2026-11-20, 5 d" in rows
        assert "shipped 2026-08-13, 104 d" in rows
        assert "nothing here" in rows
        assert "3 sources · 1 unknown" in rows
