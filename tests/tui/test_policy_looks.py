"""The Policy screen as pictures: full, with something tried, its score, a form, empty, broken, busy."""

from __future__ import annotations

import threading
from pathlib import Path
from typing import Any

import pytest
from textual.pilot import Pilot

from supplymatrix.engine import policy_case
from supplymatrix.engine.check import CheckRequest
from supplymatrix.engine.events import OnEvent, Progress, ignore_event
from supplymatrix.engine.policy_case import PolicyCase
from tests.tui.conftest import LOOKS, SIZES, Shots
from tests.tui.keys import press_each
from tests.tui.made_app import MadeSession, made_app
from tests.tui.made_policy import policy_session

SMALL, WIDEST = SIZES[-1], SIZES[0]
_TRIED = {
    "tried": ((WIDEST, SMALL), "policy/SM202", ("space",)),
    "score": ((SMALL,), "policy/SM202", ("shift+tab",)),
    "form": ((SMALL,), "policy/SM202", ("tab", "W", "enter")),
    "diff": ((SMALL,), "policy/SM203", ("c", "w")),
}


@pytest.fixture
def session(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> MadeSession:
    """Return a session that is about the made project, before any event loop runs."""
    return policy_session(tmp_path, monkeypatch)


@pytest.mark.asyncio
@pytest.mark.parametrize(("size", "no_color"), LOOKS)
async def test_the_screen_looks_as_it_did(
    size: tuple[int, int], no_color: bool, shots: Shots, session: MadeSession
) -> None:
    await shots.check("policy-full", lambda: made_app(session, "policy"), size=size, no_color=no_color)


@pytest.mark.asyncio
@pytest.mark.parametrize(("name", "size"), [(name, size) for name, (sizes, _, _) in _TRIED.items() for size in sizes])
async def test_what_is_tried_and_asked_looks_as_it_did(
    name: str, size: tuple[int, int], shots: Shots, session: MadeSession
) -> None:
    _, link, keys = _TRIED[name]

    async def steps(pilot: Pilot[Any]) -> None:
        await press_each(pilot, *keys)

    await shots.check(f"policy-{name}", lambda: made_app(session, link), size=size, steps=steps)


@pytest.mark.asyncio
async def test_without_a_policy_some_are_offered(shots: Shots, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    session = policy_session(tmp_path, monkeypatch, lift=None)
    await shots.check("policy-empty", lambda: made_app(session, "policy"), size=SMALL)


@pytest.mark.asyncio
async def test_a_policy_that_cannot_be_read_is_told(shots: Shots, session: MadeSession, tmp_path: Path) -> None:
    (tmp_path / "shop" / "lift.toml").write_text('[policy]\nname = "shop\n')
    await shots.check("policy-error", lambda: made_app(session, "policy"), size=SMALL)


@pytest.mark.asyncio
async def test_a_busy_screen_says_what_it_judges(
    shots: Shots, session: MadeSession, monkeypatch: pytest.MonkeyPatch
) -> None:
    gate, begun = threading.Event(), threading.Event()

    def slow(request: CheckRequest, on_event: OnEvent = ignore_event) -> PolicyCase:
        on_event(Progress(stage="look-ups", done=6, total=6))
        begun.set()
        gate.wait(30)
        return real(request, on_event)

    real = policy_case.load_policy_case
    monkeypatch.setattr(policy_case, "load_policy_case", slow)

    async def wait(pilot: Pilot[Any]) -> None:
        begun.wait(30)
        await pilot.pause()

    try:
        app = made_app(session, "policy")
        await shots.check("policy-busy", lambda: app, size=SMALL, settled=False, steps=wait)
    finally:
        gate.set()
