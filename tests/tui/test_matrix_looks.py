"""How the matrix looks: full, with a cell open, empty, busy, with an error, and while weights are tried."""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from textual.pilot import Pilot

from supplymatrix.engine.vendor_profiles import LoadedProfiles
from supplymatrix.errors import Diagnostic, InputError
from supplymatrix.tui.app import SupplymatrixApp
from tests.tui.conftest import LOOKS, SIZES, Shots
from tests.tui.keys import press
from tests.tui.made_app import made_app, made_loaded
from tests.tui.made_matrix import matrix_loaded, matrix_session


def _broken() -> LoadedProfiles:
    raise InputError(Diagnostic(message="there is no such folder of vendor profiles", artifact="our-profiles"))


def _empty() -> LoadedProfiles:
    return made_loaded(empty=True)


_STATES: dict[str, tuple[str, Callable[[], LoadedProfiles]]] = {
    "full": ("matrix", matrix_loaded),
    "cell": ("matrix/acme/fips_mode", matrix_loaded),
    "empty": ("matrix", _empty),
    "error": ("matrix", _broken),
}


@pytest.mark.asyncio
@pytest.mark.parametrize(("size", "no_color"), LOOKS)
@pytest.mark.parametrize("name", list(_STATES))
async def test_the_matrix_looks_as_before(
    name: str, size: tuple[int, int], no_color: bool, shots: Shots, tmp_path: Path
) -> None:
    link, load = _STATES[name]

    def make() -> SupplymatrixApp:
        return made_app(matrix_session(tmp_path, load=load), link)

    await shots.check(f"matrix-{name}", make, size=size, no_color=no_color)


@pytest.mark.asyncio
@pytest.mark.parametrize(("size", "no_color"), LOOKS)
async def test_a_busy_matrix_says_what_it_does(
    size: tuple[int, int], no_color: bool, shots: Shots, tmp_path: Path
) -> None:
    gate = threading.Event()

    def slow() -> LoadedProfiles:
        gate.wait(30)
        return matrix_loaded()

    def make() -> SupplymatrixApp:
        return made_app(matrix_session(tmp_path, load=slow), "matrix")

    try:
        await shots.check("matrix-busy", make, size=size, no_color=no_color, settled=False)
    finally:
        gate.set()


@pytest.mark.asyncio
@pytest.mark.parametrize("size", SIZES)
async def test_weights_mode_looks_as_before(size: tuple[int, int], shots: Shots, tmp_path: Path) -> None:
    async def weigh(pilot: Pilot[Any]) -> None:
        await press(pilot, "escape", "w", "9")

    await shots.check(
        "matrix-weights", lambda: made_app(matrix_session(tmp_path), "matrix/acme/fips_mode"), size=size, steps=weigh
    )
