"""The SBOM screen as pictures: full, of one component, facets, obligations, empty, broken."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from textual.pilot import Pilot

from supplymatrix.errors import Diagnostic, InputError
from supplymatrix.tui.app import SupplymatrixApp
from supplymatrix.tui.screens.sbom_rows import SbomView
from supplymatrix.tui.shots import settle
from tests.tui.conftest import SVG_SIZE, Shots
from tests.tui.made_app import made_app
from tests.tui.made_response import shop
from tests.tui.made_sbom import sbom_app, sbom_session

pytestmark = pytest.mark.asyncio
LOOKS = (((120, 40), False), (SVG_SIZE, False), (SVG_SIZE, True))
KEYS: dict[str, tuple[str, ...]] = {
    "full": (),
    "component": ("down", "down", "down", "enter"),
    "facets": ("f", "down", "down"),
    "obligations": ("L",),
    "export": ("e",),
}


async def _check(name: str, app: SupplymatrixApp, shots: Shots, size: tuple[int, int], *, no_color: bool) -> None:
    async def steps(pilot: Pilot[Any]) -> None:
        for key in KEYS.get(name, ()):
            await pilot.press(key)
            await settle(pilot)

    await shots.check(f"sbom-{name}", lambda: app, size=size, no_color=no_color, steps=steps)


@pytest.mark.parametrize(("size", "no_color"), LOOKS)
async def test_the_screen_looks_as_it_did(
    size: tuple[int, int], no_color: bool, shots: Shots, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    await _check("full", sbom_app(tmp_path, monkeypatch), shots, size, no_color=no_color)


@pytest.mark.parametrize("name", [name for name in KEYS if name != "full"])
async def test_what_keys_open_looks_as_it_did(
    name: str, shots: Shots, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    await _check(name, sbom_app(tmp_path, monkeypatch), shots, SVG_SIZE, no_color=False)


async def test_without_a_project_it_says_what_is_missing(
    shots: Shots, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    session = sbom_session(tmp_path, monkeypatch)
    session.project = None
    await _check("empty", made_app(session, "sbom"), shots, SVG_SIZE, no_color=False)


async def test_a_broken_go_mod_is_told_with_its_place(
    shots: Shots, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object) -> SbomView:
        fault = Diagnostic(
            message="this is a marker of a merge, and no go.mod", artifact="shop/go.mod", line=5, column=1,
            seen="<<<<<<< HEAD", expected="a directive", remedy="finish the merge", source_line="<<<<<<< HEAD",
        )  # fmt: skip
        raise InputError(fault)

    monkeypatch.setattr("supplymatrix.tui.screens.sbom_offers.make_view", broken)
    await _check("error", made_app(shop(tmp_path, monkeypatch), "sbom"), shots, SVG_SIZE, no_color=False)
