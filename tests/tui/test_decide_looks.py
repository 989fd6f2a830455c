"""How the decision looks: full, empty, busy and with an error."""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from supplymatrix.engine.vendor_profiles import LoadedProfiles
from supplymatrix.errors import Diagnostic, InputError
from supplymatrix.tui.app import SupplymatrixApp
from tests.tui.conftest import LOOKS, Shots
from tests.tui.made_app import made_app, made_loaded
from tests.tui.made_matrix import matrix_loaded, matrix_session


def _broken() -> LoadedProfiles:
    raise InputError(Diagnostic(message="there is no such folder of vendor profiles", artifact="our-profiles"))


def _empty() -> LoadedProfiles:
    return made_loaded(empty=True)


_STATES: dict[str, tuple[str, Callable[[], LoadedProfiles]]] = {
    "full": ("decide/must:fips_mode", matrix_loaded),
    "empty": ("decide", _empty),
    "error": ("decide", _broken),
}


@pytest.mark.asyncio
@pytest.mark.parametrize(("size", "no_color"), LOOKS)
@pytest.mark.parametrize("name", list(_STATES))
async def test_the_decision_looks_as_before(
    name: str, size: tuple[int, int], no_color: bool, shots: Shots, tmp_path: Path
) -> None:
    link, load = _STATES[name]

    def make() -> SupplymatrixApp:
        return made_app(matrix_session(tmp_path, load=load), link)

    await shots.check(f"decide-{name}", make, size=size, no_color=no_color)


@pytest.mark.asyncio
@pytest.mark.parametrize(("size", "no_color"), LOOKS)
async def test_a_busy_decision_says_what_it_does(
    size: tuple[int, int], no_color: bool, shots: Shots, tmp_path: Path
) -> None:
    gate = threading.Event()

    def slow() -> LoadedProfiles:
        gate.wait(30)
        return matrix_loaded()

    def make() -> SupplymatrixApp:
        return made_app(matrix_session(tmp_path, load=slow), "decide")

    try:
        await shots.check("decide-busy", make, size=size, no_color=no_color, settled=False)
    finally:
        gate.set()
