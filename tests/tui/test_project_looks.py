"""The Project screen as pictures: full, a failed chain, a proven one, empty, broken, busy."""

from __future__ import annotations

import threading
from pathlib import Path
from typing import Any

import pytest
from textual.pilot import Pilot

from supplymatrix.engine import project_run
from supplymatrix.engine.check import CheckRequest
from supplymatrix.engine.events import OnEvent, Progress, ignore_event
from supplymatrix.engine.project_run import ProjectRun
from supplymatrix.tui.screens.open_project import NO_PROJECT
from tests.tui.conftest import LOOKS, Shots
from tests.tui.made_app import MadeSession, made_app
from tests.tui.made_project import GOOD, TAMPERED, project_session

SEEN = {"full": "project", "chain": f"project/{TAMPERED}", "proven": f"project/{GOOD}"}


@pytest.fixture
def session(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> MadeSession:
    """Return a session that is about the made project, before any event loop runs."""
    return project_session(tmp_path, monkeypatch)


@pytest.mark.asyncio
@pytest.mark.parametrize(("size", "no_color"), LOOKS)
@pytest.mark.parametrize("name", SEEN)
async def test_the_screen_looks_as_it_did(
    name: str, size: tuple[int, int], no_color: bool, shots: Shots, session: MadeSession
) -> None:
    await shots.check(f"project-{name}", lambda: made_app(session, SEEN[name]), size=size, no_color=no_color)


@pytest.mark.asyncio
@pytest.mark.parametrize(("size", "no_color"), LOOKS)
async def test_without_a_project_it_says_how_to_open_one(
    size: tuple[int, int], no_color: bool, shots: Shots, session: MadeSession
) -> None:
    session.project = None
    assert "p opens one" in NO_PROJECT
    await shots.check("project-empty", lambda: made_app(session, "project"), size=size, no_color=no_color)


@pytest.mark.asyncio
@pytest.mark.parametrize(("size", "no_color"), LOOKS)
async def test_a_project_that_cannot_be_read_is_told(
    size: tuple[int, int], no_color: bool, shots: Shots, session: MadeSession, tmp_path: Path
) -> None:
    (tmp_path / "svc" / "lift.toml").write_text("[policy\n")
    await shots.check("project-error", lambda: made_app(session, "project"), size=size, no_color=no_color)


@pytest.mark.asyncio
@pytest.mark.parametrize(("size", "no_color"), LOOKS)
async def test_a_busy_screen_says_what_it_proves(
    size: tuple[int, int], no_color: bool, shots: Shots, session: MadeSession, monkeypatch: pytest.MonkeyPatch
) -> None:
    gate, begun = threading.Event(), threading.Event()

    def slow(request: CheckRequest, on_event: OnEvent = ignore_event) -> ProjectRun:
        on_event(Progress(stage="look-ups", done=14, total=14))
        begun.set()
        gate.wait(30)
        return real(request, on_event)

    real = project_run.run_project
    monkeypatch.setattr(project_run, "run_project", slow)

    async def wait(pilot: Pilot[Any]) -> None:
        begun.wait(30)
        await pilot.pause()

    try:
        await shots.check(
            "project-busy",
            lambda: made_app(session, "project"),
            size=size,
            no_color=no_color,
            settled=False,
            steps=wait,
        )
    finally:
        gate.set()
