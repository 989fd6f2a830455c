"""Entries: the way through a build as a row of boxes, and the list below it."""

from __future__ import annotations

from pathlib import Path

import pytest
from textual.pilot import Pilot

from supplymatrix.engine.vendor_profiles import LoadedProfiles, load_profiles
from supplymatrix.tui.screens.entries import EntriesScreen
from supplymatrix.tui.shots import settle, take_rows
from supplymatrix.tui.widgets.pipeline import Box, draw_pipeline
from tests.tui.made_app import NOW, made_app, made_session
from tests.tui.made_matrix import matrix_session

BOXES = (Box(name="policy", count=2), Box(name="module", count=0, is_current=True), Box(name="run time", count=1_200))


@pytest.mark.parametrize("width", [200, 60, 40])
def test_boxes_stand_where_they_say(width: int) -> None:
    lines, columns = draw_pipeline(BOXES, width, boxed=True)
    texts = [line.plain for line in lines]
    assert len({len(text.rstrip()) for text in (texts[0], texts[2])}) == 1
    for box, place in zip(BOXES, columns, strict=True):
        inside = [text[place.start : place.stop] for text in texts]
        assert inside[0][0] + inside[0][-1] + inside[2][0] + inside[2][-1] == "╭╮╰╯"
        assert inside[1].strip("│ ") == box.label


def test_ends_are_named_where_there_is_room() -> None:
    assert "source ▶" in draw_pipeline(BOXES, 200, boxed=True)[0][1].plain
    assert "source ▶" not in draw_pipeline(BOXES, 40, boxed=True)[0][1].plain


def test_one_line_drops_counts_before_names() -> None:
    assert draw_pipeline(BOXES, 60, boxed=False)[0][0].plain == "policy 2▶module 0▶run time 1,200"
    assert draw_pipeline(BOXES, 24, boxed=False)[0][0].plain == "policy▶module▶run time"


def test_a_name_is_no_markup_and_no_escape_sequence() -> None:
    lines, _ = draw_pipeline([Box(name="[red]x\x1b[2J", count=1)], 60, boxed=True)
    assert "[red]x" in lines[1].plain
    assert "\x1b" not in lines[1].plain


@pytest.mark.asyncio
async def test_left_and_right_go_from_stage_to_stage(tmp_path: Path) -> None:
    app = made_app(made_session(tmp_path, load=_shipped), "entries")
    async with app.run_test(size=(100, 30)) as pilot:
        await settle(pilot)
        screen = app.screen
        assert isinstance(screen, EntriesScreen)
        stages = [stage.point.value for stage in screen.stages if stage.entered]
        assert len(stages) > 1
        seen = [screen.parts()[0]]
        for _ in stages:
            await pilot.press("right")
            await settle(pilot)
            seen.append(screen.parts()[0])
        assert seen == [*stages, stages[-1]]
        await pilot.press("left")
        await settle(pilot)
        assert screen.parts()[0] == stages[-2]


@pytest.mark.asyncio
async def test_a_click_on_a_box_goes_there_and_an_empty_one_says_so(tmp_path: Path) -> None:
    app = made_app(matrix_session(tmp_path), "entries")
    async with app.run_test(size=(100, 30)) as pilot:
        await settle(pilot)
        screen = app.screen
        assert isinstance(screen, EntriesScreen)
        last = [number for number, stage in enumerate(screen.stages) if stage.entered][-1]
        await _click(pilot, screen.stages[last].title)
        assert screen.parts()[0] == screen.stages[last].point.value
        empty = next(stage for stage in screen.stages if not stage.entered)
        await _click(pilot, f"{empty.title} 0")
        assert f"nobody enters at {empty.title}" in take_rows(app)


def _shipped() -> LoadedProfiles:
    return load_profiles((), today=NOW.date())


async def _click(pilot: Pilot[None], text: str) -> None:
    row = take_rows(pilot.app).splitlines()[2]  # type: ignore[arg-type]
    await pilot.click("Pipeline", offset=(row.index(text) + 1, 1))
    await settle(pilot)
