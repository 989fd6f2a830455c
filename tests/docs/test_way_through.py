"""The way through that README shows, on the project of `make tui` and shipped profiles: each key does what it says."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from pathlib import Path
from runpy import run_path
from typing import Any

import pytest
from textual.pilot import Pilot

from supplymatrix.tui.app import SupplymatrixApp
from supplymatrix.tui.session import Session
from supplymatrix.tui.shots import settle, take_rows
from tests.docs.pages import read_page
from tests.support.data import REPO

_NOON = datetime(2026, 11, 25, 12, 0, tzinfo=UTC)
_NAMES = {
    "Enter": ["enter"],
    "`1` `c` → `c` `d`": ["1", "c", "right", "c", "d"],
    "→ ↓ … Enter": ["right", "right", "right", "down", "down", "enter"],
}
_SEEN = {
    "`3` `f` Enter": ("✘ 1 go.sum line", "first difference: character 4"),
    "`8`": ("✘ ALARM · 49 of 80 needed", "sum-differs-from-log"),
    "`1` `c` → `c` `d`": ("Canonical", "Chainguard", "d shows all"),
    "→ ↓ … Enter": ("confidence", "read 20"),
    "`w`": ("ranking by score", "Esc ends"),
    "`e`": ("supplymatrix matrix", "json"),
}
"""What is on the screen after the keys of each row."""


def _keys(cell: str) -> list[str]:
    found: list[str] = list(_NAMES.get(cell, []))
    return found or [key or name.lower() for key, name in re.findall(r"`(.)`|(\w+)", cell)]


@pytest.mark.slow
@pytest.mark.asyncio
async def test_the_keys_in_the_readme_lead_where_it_says(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder: Path = run_path(str(REPO / "examples" / "tui.py"))["write_project"](tmp_path / "client-go")
    monkeypatch.chdir(folder)
    session = Session(
        now=lambda: _NOON,
        environ={"HOME": str(tmp_path), "GOENV": "off", "GOMODCACHE": str(tmp_path)},
        write=lambda *_: None,
        here=Path(),
        project=Path(),
        as_of=_NOON.date(),
        offline=True,
        replay=Path("recorded"),
    )
    section = read_page("README.md").partition("## In the terminal\n")[2].partition("\n## ")[0]
    cells = [cell for cell in re.findall(r"^\| (.+?) \|", section, re.MULTILINE) if cell != "keys"]
    assert cells == list(_SEEN)
    app = SupplymatrixApp(session)
    async with app.run_test(size=(120, 36)) as pilot:
        await settle(pilot)
        for cell in cells:
            await _press(pilot, _keys(cell))
            rows = take_rows(app)
            assert [words for words in _SEEN[cell] if words not in rows] == [], f"after {cell}:\n{rows}"
            if cell in ("→ ↓ … Enter", "`w`"):
                await _press(pilot, ["escape"])


async def _press(pilot: Pilot[Any], keys: list[str]) -> None:
    for key in keys:
        await pilot.press(key)
        await settle(pilot)
