"""Home and Entries tell what their commands tell."""

from __future__ import annotations

import asyncio
import json
import os
import shlex
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from supplymatrix.cli.main import run
from supplymatrix.engine.vendor_profiles import LoadedProfiles, load_profiles
from supplymatrix.tui.screens.entries import EntriesScreen
from supplymatrix.tui.screens.home import HomeScreen
from supplymatrix.tui.session import Session
from supplymatrix.tui.shots import settle
from tests.tui.made_app import NOW, made_app, made_session


def _told(twin: str, capsys: pytest.CaptureFixture[str]) -> dict[str, Any]:
    assert run([*shlex.split(twin)[1:], "--format", "json"]) in (0, 3)
    found: dict[str, Any] = json.loads(capsys.readouterr().out)
    return found


def _shipped() -> LoadedProfiles:
    return load_profiles((), today=NOW.date())


@pytest.fixture(autouse=True)
def alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Run screen and command in a home of their own."""
    monkeypatch.setenv("HOME", str(tmp_path))
    for name in ("XDG_CACHE_HOME", "XDG_CONFIG_HOME", "SUPPLYMATRIX_CACHE_DIR"):
        monkeypatch.delenv(name, raising=False)


@pytest.mark.asyncio
async def test_entries_are_those_of_the_command(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    app = made_app(made_session(tmp_path, load=_shipped), "entries")
    async with app.run_test(size=(160, 45)) as pilot:
        await settle(pilot)
        screen = app.screen
        assert isinstance(screen, EntriesScreen)
        twin = screen.twin()
        seen = [
            (item.parts[0], cells["vendor"], cells["offer"], cells["tier"], cells["mechanism"],
             cells["upstream"] == "replaced")
            for item in screen.items
            for cells in (item.cells,)
        ]  # fmt: skip
    told = await asyncio.to_thread(_told, twin, capsys)
    assert seen == [
        (stage["point"], row["vendor"], row["offer"], row["tier"], row["mechanism"], row["replaces_upstream"])
        for stage in told["stages"]
        for row in stage["entries"]
    ]
    assert len(seen) > len(told["stages"])


@pytest.mark.asyncio
async def test_home_has_the_feeds_of_the_command(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    session = Session(now=lambda: datetime.now(UTC), environ=os.environ, write=lambda _, __: None, here=tmp_path)
    app = made_app(session)
    async with app.run_test(size=(160, 45)) as pilot:
        await settle(pilot)
        screen = app.screen
        assert isinstance(screen, HomeScreen)
        twin, offer = screen.twin(), screen.copy_offer()
    assert offer is not None
    told = await asyncio.to_thread(_told, twin, capsys)
    assert [row[:3] for row in offer.rows] == [
        (feed["id"], feed["status"]["in_use"], feed["status"]["as_of"] or "") for feed in told["feeds"]
    ]
