"""The Response screen as it looks: full, one CVE, one vendor, pairs, empty, busy, with an error."""

from __future__ import annotations

import threading
from pathlib import Path
from typing import Any

import pytest
from textual.pilot import Pilot

from supplymatrix.errors import SourceError
from supplymatrix.model.advisory import FeedReading
from supplymatrix.model.value import changed
from supplymatrix.tui.shots import render_shot, settle
from tests.tui.conftest import LOOKS, SIZES, Shots
from tests.tui.made_response import CVES, OPEN, made_reading, put_reading, response_app
from tests.vendors.made_reading import reading


@pytest.fixture(autouse=True)
def made(monkeypatch: pytest.MonkeyPatch) -> None:
    """Read what is made, unless a test says otherwise."""
    put_reading(monkeypatch)


@pytest.mark.asyncio
@pytest.mark.parametrize(("size", "no_color"), LOOKS)
@pytest.mark.parametrize(
    ("name", "at"), [("full", "response"), ("cve", f"response/{CVES[0]}"), ("vendor", "response/acme")]
)
async def test_the_screen_looks_as_before(  # noqa: PLR0917 - pytest's parameters
    name: str, at: str, size: tuple[int, int], no_color: bool, shots: Shots, tmp_path: Path
) -> None:
    await shots.check(f"response-{name}", lambda: response_app(tmp_path, at), size=size, no_color=no_color)


@pytest.mark.asyncio
@pytest.mark.parametrize("size", SIZES)
async def test_pairs_look_as_before(size: tuple[int, int], shots: Shots, tmp_path: Path) -> None:
    async def press(pilot: Pilot[Any]) -> None:
        await pilot.press("c")
        await settle(pilot)

    await shots.check("response-pairs", lambda: response_app(tmp_path), size=size, steps=press)


@pytest.mark.asyncio
@pytest.mark.parametrize(("size", "no_color"), LOOKS)
async def test_an_empty_screen_says_which_command_fills_it(
    size: tuple[int, int], no_color: bool, shots: Shots, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    put_reading(monkeypatch, lambda: changed(reading(fixes=()), channels=()))
    await shots.check("response-empty", lambda: response_app(tmp_path), size=size, no_color=no_color)


@pytest.mark.asyncio
@pytest.mark.parametrize(("size", "no_color"), LOOKS)
async def test_an_error_is_said_where_the_strips_would_be(
    size: tuple[int, int], no_color: bool, shots: Shots, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken() -> FeedReading:
        raise SourceError("the cache is gone", remedy="fetch the feeds again")

    put_reading(monkeypatch, broken)
    await shots.check("response-error", lambda: response_app(tmp_path), size=size, no_color=no_color)


@pytest.mark.asyncio
@pytest.mark.parametrize(("size", "no_color"), LOOKS)
async def test_a_busy_screen_says_what_it_reads(
    size: tuple[int, int], no_color: bool, shots: Shots, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    gate = threading.Event()

    def slow() -> FeedReading:
        gate.wait(30)
        return made_reading()

    put_reading(monkeypatch, slow)
    try:
        await shots.check(
            "response-busy", lambda: response_app(tmp_path), size=size, no_color=no_color, settled=False
        )  # fmt: skip
    finally:
        gate.set()


def test_a_picture_of_a_timeline_needs_no_terminal(tmp_path: Path) -> None:
    text = render_shot(response_app(tmp_path, f"response/{OPEN}"), "txt", (80, 24)).decode()
    assert "disclosed and fixed" in text
