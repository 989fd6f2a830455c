"""Keys pressed by tests, and what is then on the screen."""

from __future__ import annotations

from typing import Any

from textual.pilot import Pilot
from textual.screen import Screen

from supplymatrix.tui.app import SupplymatrixApp
from supplymatrix.tui.shots import settle

__all__ = ["has_focus", "is_on", "press", "press_each"]


async def press(pilot: Pilot[Any], *keys: str) -> None:
    """Press keys, and wait until all that came of them is painted."""
    await pilot.press(*keys)
    await settle(pilot)


async def press_each(pilot: Pilot[Any], *keys: str) -> None:
    """Press keys, each when all that came of the one before is painted."""
    for key in keys:
        await press(pilot, key)


def is_on(app: SupplymatrixApp, kind: type[Screen[Any]]) -> bool:
    """Return whether a screen of a kind is on top."""
    return isinstance(app.screen, kind)


def has_focus(app: SupplymatrixApp, name: str) -> bool:
    """Return whether the keys go to the widget of an id."""
    return app.focused is app.screen.query_one(f"#{name}")
