"""A watchdog over the event loop for every test of screens, and pictures of screens that are held to files.

`UPDATE_SHOTS=1 pytest tests/tui` writes the files anew; look at what changed in them before it is committed.
"""

from __future__ import annotations

import asyncio
import gc
import os
import time
from asyncio import base_events
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from textual.pilot import Pilot

from supplymatrix.tui.app import SupplymatrixApp, import_screens
from supplymatrix.tui.shots import settle, take_rows, take_svg

SHOTS = Path(__file__).parent / "shots"
LIMIT = 0.1  # seconds of the loop thread's CPU in one turn of the event loop
_LOOP, _LOOP_SECONDS = 60_000, 0.012
SIZES = ((160, 45), (100, 30), (80, 24))
SVG_SIZE = (80, 24)  # the text rows of all sizes are kept; pictures of one size show the colours
LOOKS = (*((size, False) for size in SIZES), (SVG_SIZE, True))
"""Size, and whether without colours: those change no word, which one size shows."""
Steps = Callable[[Pilot[Any]], Awaitable[object]]


@pytest.fixture(autouse=True)
def watchdog(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[float]]:
    """Fail a test in which one turn of the event loop takes too much of its thread's CPU: keys would wait for it."""
    turns: list[float] = []
    run_once = base_events.BaseEventLoop._run_once  # type: ignore[attr-defined]

    def measured(loop: asyncio.AbstractEventLoop) -> None:
        before = time.thread_time()
        run_once(loop)
        turns.append(time.thread_time() - before)

    monkeypatch.setattr(base_events.BaseEventLoop, "_run_once", measured)
    import_screens()  # the app does it in a thread, before anybody has pressed a key
    gc.collect()  # what the test before has left: all that is older is frozen, and is not looked through again
    gc.freeze()  # as the program does
    yield turns
    if turns and max(turns) > LIMIT:
        slow = _slowness()
        assert max(turns) <= LIMIT * slow, (
            f"one turn of the event loop took {max(turns):.3f} s of CPU (machine slowed {slow:.2f} times)"
        )


def _slowness() -> float:
    """Return how many times as long as where the limit was set this machine takes now, 1 at least.

    CPU time, too, grows where two processes share the caches of a core: one loop is the measure for another.
    """
    taken: list[float] = []
    for _ in range(5):
        before = time.thread_time()
        words = [f"{number:x}" for number in range(_LOOP)]
        sorted(words)
        taken.append(time.thread_time() - before)
    return max(1.0, sorted(taken)[2] / _LOOP_SECONDS)


@pytest.fixture(autouse=True)
def same_everywhere(monkeypatch: pytest.MonkeyPatch) -> None:
    """Take away what would make screens differ between machines."""
    for name in ("NO_COLOR", "TEXTUAL_THEME", "COLORTERM", "TEXTUAL_ANIMATIONS"):
        monkeypatch.delenv(name, raising=False)


class Shots:
    """Holds screens to files."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self._monkeypatch = monkeypatch

    async def check(
        self,
        name: str,
        make: Callable[[], SupplymatrixApp],
        *,
        size: tuple[int, int],
        no_color: bool = False,
        settled: bool = True,
        steps: Steps | None = None,
    ) -> None:
        """Compare a screen with its files. settled: wait until its work is done; steps: what is done before."""
        if no_color:
            self._monkeypatch.setenv("NO_COLOR", "1")
        app = make()
        async with app.run_test(size=size) as pilot:
            if settled:
                await settle(pilot)
            await pilot.pause()
            if steps is not None:
                await steps(pilot)
                await pilot.pause()
            kind = "nocolor" if no_color else "dark"
            stem = f"{name}-{size[0]}x{size[1]}-{kind}"
            self._hold(SHOTS / f"{stem.removesuffix(kind)}dark.txt", take_rows(app))  # the same words without colours
            if size == SVG_SIZE:
                self._hold(SHOTS / f"{stem}.svg", take_svg(app))

    def _hold(self, file: Path, seen: str) -> None:
        if os.environ.get("UPDATE_SHOTS") == "1":
            file.parent.mkdir(exist_ok=True)
            file.write_text(seen, encoding="utf-8")
        assert file.is_file(), f"{file.name} is missing: UPDATE_SHOTS=1 writes it"
        assert seen == file.read_text(encoding="utf-8"), f"{file.name} differs: UPDATE_SHOTS=1 writes it anew"


@pytest.fixture
def shots(monkeypatch: pytest.MonkeyPatch) -> Shots:
    """Return what holds screens to files."""
    return Shots(monkeypatch)
