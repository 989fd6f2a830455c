"""Weights that are tried: ranked anew at once, undone, written, read; the command names only a file that has them."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path
from typing import Any

import pytest

from supplymatrix.cli.files import write_file
from supplymatrix.engine.matrix import read_weights
from supplymatrix.tui.app import SupplymatrixApp
from supplymatrix.tui.history import History
from supplymatrix.tui.screens.matrix import MatrixScreen
from supplymatrix.tui.screens.matrix_state import MatrixState
from supplymatrix.tui.screens.matrix_weights import Preview, WhatIf, next_weight, weights_toml
from supplymatrix.tui.shots import settle, take_rows
from supplymatrix.tui.widgets.picker import Ask
from supplymatrix.vendors.capability_keys import KEYS
from supplymatrix.vendors.matrix import DEFAULT_WEIGHTS, parse_weights
from tests.tui.keys import is_on, press
from tests.tui.made_app import MadeSession, made_app
from tests.tui.made_matrix import matrix_session, run_twin, use_made_profiles

SIZE = (100, 30)
WIDE, NARROW = (160, 45), (80, 24)


def _screen(app: SupplymatrixApp) -> MatrixScreen:
    assert isinstance(app.place_screen, MatrixScreen)
    return app.place_screen


def _state(app: SupplymatrixApp) -> MatrixState:
    state = _screen(app).state
    assert state is not None
    return state


def _weight(app: SupplymatrixApp, key: str) -> int:
    return _state(app).history.now.weights[key]


async def _seen(app: SupplymatrixApp) -> tuple[str, Any]:
    """Return the command that the screen names, and what the screen writes as JSON."""
    exports = {export.format: export for export in _screen(app).exports()}
    return _screen(app).twin(), json.loads(await asyncio.to_thread(exports["json"].render))


def _writing(folder: Path) -> MadeSession:
    """Return a session that writes to the disk, of a day that was named."""
    session = matrix_session(folder)
    session.as_of = session.day
    session.write = write_file
    return session


@pytest.mark.asyncio
async def test_the_command_has_the_weights_as_soon_as_they_are_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    session = _writing(tmp_path)
    use_made_profiles(monkeypatch, tmp_path, session)
    (session.here / "weights.toml").write_text("[weights]\nsigning = 1\n", encoding="utf-8")  # of somebody else
    app = made_app(session, "matrix/acme/fips_mode")
    seen: list[tuple[str, Any]] = []
    async with app.run_test(size=SIZE) as pilot:
        await settle(pilot)
        await press(pilot, "escape")
        seen.append(await _seen(app))
        await press(pilot, "w", "9", "escape")
        seen.append(await _seen(app))
        await press(pilot, "W", "enter", "enter", "enter")  # once more: there is such a file
        seen.append(await _seen(app))
        await press(pilot, "Z")
        seen.append(await _seen(app))
        await press(pilot, "R", "x")
        seen.append(await _seen(app))
    day, file = f"--as-of {session.day}", session.here / "weights.toml"
    assert [twin for twin, _ in seen] == [
        f"supplymatrix matrix {day}",
        f"supplymatrix matrix {day}  # W writes the weights first",
        f"supplymatrix matrix --weights {file} {day}",
        f"supplymatrix matrix {day}",
        f"supplymatrix matrix --exclude acme --weights {file} {day}",
    ]
    made = [json.loads(await asyncio.to_thread(run_twin, twin, capsys)) for twin, _ in seen]
    assert [shown == printed for (_, shown), printed in zip(seen, made, strict=True)] == [True, False, True, True, True]
    assert seen[1][1]["weights"]["from"] == "tried, in no file"


@pytest.mark.asyncio
async def test_weights_of_a_file_are_taken_and_taken_back(tmp_path: Path) -> None:
    session = matrix_session(tmp_path)
    file = session.here / "weights.toml"
    file.write_text(weights_toml({**DEFAULT_WEIGHTS, "signing": 77}), encoding="utf-8")
    app = made_app(session, "matrix")
    async with app.run_test(size=SIZE) as pilot:
        await settle(pilot)
        await press(pilot, "L")
        assert isinstance(app.screen, Ask)
        await press(pilot, "enter")
        assert _weight(app, "signing") == 77
        assert _screen(app).twin() == f"supplymatrix matrix --weights {file.as_posix()}"
        assert session.weights == read_weights(file)
        first = _screen(app)
        await press(pilot, "0", "1")
        assert _screen(app) is not first  # another screen of the place knows the file, too
        assert _screen(app).twin() == f"supplymatrix matrix --weights {file.as_posix()}"
        await press(pilot, "Z")
        assert _weight(app, "signing") == DEFAULT_WEIGHTS["signing"]
        assert _screen(app).twin() == "supplymatrix matrix"


@pytest.mark.asyncio
async def test_a_file_of_weights_that_cannot_be_used_changes_nothing(tmp_path: Path) -> None:
    session = matrix_session(tmp_path)
    (session.here / "weights.toml").write_text("[weights]\nsigning = 101\n", encoding="utf-8")
    app = made_app(session, "matrix")
    async with app.run_test(size=SIZE) as pilot:
        await settle(pilot)
        await press(pilot, "L", "enter")
        assert "weights.toml" in _screen(app).status_line.say()
        assert _screen(app).status_line.is_fault
        assert session.weights == DEFAULT_WEIGHTS


# trying them


@pytest.mark.asyncio
@pytest.mark.parametrize("size", [WIDE, NARROW])
async def test_weights_rank_anew_at_once_and_are_undone(tmp_path: Path, size: tuple[int, int]) -> None:
    app = made_app(matrix_session(tmp_path), "matrix/acme/fips_mode")
    async with app.run_test(size=size) as pilot:
        await settle(pilot)
        _screen(app).clock = lambda: 0.0
        await press(pilot, "escape", "w")
        before = _state(app).scores["acme"]
        await press(pilot, "right", "right")
        assert _state(app).history.now.weights["fips_mode"] == 5
        assert _state(app).scores["acme"].low > before.low
        assert "ranking by score" in take_rows(app)
        assert "weight 4 → 5" in _screen(app).status_line.say()
        await press(pilot, "left", "Z", "Z", "Z")
        assert _state(app).scores["acme"] == before
        await press(pilot, "R")
        assert _state(app).history.now.weights["fips_mode"] == 4
        await press(pilot, "4", "2")
        assert _state(app).history.now.weights["fips_mode"] == 42
        await press(pilot, "backspace")
        assert _state(app).history.now.weights["fips_mode"] == 4
        await press(pilot, "down", "7", "enter")
        assert _state(app).history.now.weights["fips_certificate"] == 7
        assert not _screen(app).table.is_weighing
        await press(pilot, "5")
        assert app.place_screen is not None
        assert app.place_screen.PLACE == "claims"


@pytest.mark.asyncio
async def test_digits_stand_behind_each_other_only_in_one_go(tmp_path: Path) -> None:
    app = made_app(matrix_session(tmp_path), "matrix/acme/fips_mode")
    async with app.run_test(size=NARROW) as pilot:
        await settle(pilot)
        now = 0.0
        _screen(app).clock = lambda: now

        def weight() -> int:
            return _state(app).history.now.weights["fips_mode"]

        await press(pilot, "escape", "w", "9")
        now = 0.9
        await press(pilot, "0")
        assert weight() == 90
        now = 2.0
        await press(pilot, "7")
        assert weight() == 7
        await press(pilot, "down", "up", "5")
        assert weight() == 5
        await press(pilot, "escape", "w", "3")
        assert weight() == 3


@pytest.mark.asyncio
async def test_a_score_has_no_weight(tmp_path: Path) -> None:
    app = made_app(matrix_session(tmp_path), "matrix")
    async with app.run_test(size=NARROW) as pilot:
        await settle(pilot)
        await press(pilot, "ctrl+home", "w")
        assert _screen(app).question == "go_minors"  # the heaviest, since a score has no weight
        await press(pilot, "ctrl+home", "right")
        assert "no weight" in _screen(app).status_line.say()


@pytest.mark.asyncio
async def test_weights_are_written_on_demand_after_they_are_shown(tmp_path: Path) -> None:
    session = matrix_session(tmp_path)
    app = made_app(session, "matrix/acme/fips_mode")
    async with app.run_test(size=NARROW) as pilot:
        await settle(pilot)
        await press(pilot, "escape", "w", "9", "escape")
        assert session.written == {}
        assert _screen(app).twin() == "supplymatrix matrix  # W writes the weights first"
        assert "weights tried, in no file (W writes)" in _screen(app).status_line.say()
        await press(pilot, "W")
        assert is_on(app, Preview)
        assert "FIPS mode 3 → 9" in take_rows(app)
        await press(pilot, "escape")
        assert session.written == {}
        await press(pilot, "W", "enter")
        assert is_on(app, Ask)
        await press(pilot, "enter")
        ((path, text),) = session.written.items()
        assert path.name == "weights.toml"
        assert parse_weights(text.encode(), "weights.toml") == {**DEFAULT_WEIGHTS, "fips_mode": 9}
        assert _screen(app).twin() == f"supplymatrix matrix --weights {path.as_posix()}"
        assert "W writes" not in _screen(app).status_line.say()


@pytest.mark.asyncio
async def test_weights_that_ask_for_nothing_are_not_written(tmp_path: Path) -> None:
    app = made_app(matrix_session(tmp_path), "matrix")
    async with app.run_test(size=NARROW) as pilot:
        await settle(pilot)
        history = _state(app).history
        history.take(WhatIf(weights=dict.fromkeys(KEYS, 0)))
        await press(pilot, "W")
        assert is_on(app, MatrixScreen)
        assert "is refused" in _screen(app).status_line.say()


def test_history_goes_back_and_on_again() -> None:
    history = History(WhatIf(weights={"signing": 1}))
    assert not history.undo()
    assert not history.take(history.now.weighing("signing", 1))
    assert history.take(history.now.weighing("signing", 500))
    assert history.now.weights["signing"] == 100
    assert history.take(history.now.without("acme"))
    assert history.undo()
    assert history.undo()
    assert history.now == WhatIf(weights={"signing": 1})
    assert history.redo()
    assert history.take(history.now.without("bolt"))
    assert not history.redo()


@pytest.mark.parametrize(
    ("before", "typed", "step", "digit", "after"),
    [(3, 0, 1, None, (4, 0)), (3, 0, 0, 5, (5, 5)), (5, 5, 0, 0, (50, 50)), (50, 50, 0, 9, (9, 9)),
     (10, 10, 0, 0, (100, 100)), (42, 0, 0, -1, (4, 4))],
)  # fmt: skip
def test_a_weight_follows_steps_and_digits(
    before: int, typed: int, step: int, digit: int | None, after: tuple[int, int]
) -> None:
    assert next_weight(before, typed, step=step, digit=digit) == after


def test_a_weights_file_is_read_back_as_it_was() -> None:
    weights = {**DEFAULT_WEIGHTS, "exit_cost": 0, "signing": 100}
    assert parse_weights(weights_toml(weights).encode(), "w.toml") == weights
