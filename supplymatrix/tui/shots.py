"""A screen without a terminal: as SVG, PNG, text rows, or linear text for a screen reader.

SVG and PNG name a font of this machine: what Textual writes refers to fonts of a server, which a ticket or a page of
documentation must not ask for, and without which a renderer draws no text at all.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import Any

from textual.pilot import Pilot
from textual.worker import WorkerCancelled, WorkerFailed

from supplymatrix.errors import SourceError
from supplymatrix.tui.app import SupplymatrixApp
from supplymatrix.tui.screens.base import BaseScreen

__all__ = ["FONT", "local_fonts", "render_shot", "settle", "svg_to_png", "take_rows", "take_svg"]

FONT = "DejaVu Sans Mono"
_FACE = re.compile(r"\s*@font-face\s*\{[^}]*\}")
_FAMILY = re.compile(r"font-family:\s*[^;]*;")
_SCALE = 2  # of PNG: pixels for each unit of SVG
_ROUNDS = 50


def render_shot(app: SupplymatrixApp, kind: str, size: tuple[int, int]) -> bytes:
    """Return the first screen of an app when its work is done; `app.fault` tells then why it has nothing to show.

    kind: "svg", "png", "txt" or "plain". size: columns and rows. Raises SourceError where PNG cannot be made.
    """
    taken: list[str] = []

    async def take(pilot: Pilot[Any]) -> None:
        await settle(pilot)
        taken.append(_TAKE[kind](app))
        screen = app.place_screen
        if screen is not None:
            line = screen.status_line
            app.fault = screen.fault or (line.told if line.is_fault else None)
        app.exit()

    _run(app, size, take)
    if not taken:
        raise SourceError("the screen could not be drawn", remedy="try another --size")
    return svg_to_png(taken[0]) if kind == "png" else taken[0].encode("utf-8", "backslashreplace")


async def settle(pilot: Pilot[Any]) -> None:
    """Wait until no work goes on and all that came of it is painted."""
    for _ in range(_ROUNDS):
        await pilot.pause()
        with suppress(WorkerFailed, WorkerCancelled):  # told on the screen
            await pilot.app.workers.wait_for_complete()
        await pilot.pause()
        busy = [screen for screen in pilot.app.screen_stack if isinstance(screen, BaseScreen) and screen.is_busy]
        if not busy and not any(not worker.is_finished for worker in pilot.app.workers):
            return


def take_svg(app: SupplymatrixApp) -> str:
    """Return what is on the screen as SVG with a font of this machine."""
    return local_fonts(app.export_screenshot(title=app.TITLE))


def take_rows(app: SupplymatrixApp) -> str:
    """Return what is on the screen as rows of text."""
    compositor = app.screen._compositor  # noqa: SLF001 - Textual has no public way to the rows
    return "".join(f"{strip.text.rstrip()}\n" for strip in compositor.render_strips())


def take_plain(app: SupplymatrixApp) -> str:
    """Return the place on top as linear text."""
    screen = app.place_screen
    return screen.plain_text(app.size.width) if screen is not None else ""


def local_fonts(svg: str) -> str:
    """Return an SVG without fonts of a server."""
    return _FAMILY.sub(f"font-family: {FONT}, monospace;", _FACE.sub("", svg))


def svg_to_png(svg: str) -> bytes:
    """Return an SVG as PNG, twice its size. Raises SourceError where nothing is installed that can do it."""
    try:
        import resvg_py
    except ImportError as err:
        raise SourceError(
            "PNG needs resvg-py, which is not installed", remedy="pip install resvg-py, or name a .svg or .txt file"
        ) from err
    return bytes(resvg_py.svg_to_bytes(svg_string=svg, zoom=_SCALE))


def _run(app: SupplymatrixApp, size: tuple[int, int], take: Callable[[Pilot[Any]], Awaitable[None]]) -> None:
    asyncio.run(app.run_async(headless=True, size=size, auto_pilot=take))  # type: ignore[arg-type]


_TAKE: dict[str, Callable[[SupplymatrixApp], str]] = {
    "svg": take_svg, "png": take_svg, "txt": take_rows, "plain": take_plain,
}  # fmt: skip
