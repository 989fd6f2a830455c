"""The Response screen and its command: the same facts, and the command that the screen names tells them itself."""

from __future__ import annotations

import asyncio
import json
import os
import shlex
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from supplymatrix.cli.main import run
from supplymatrix.tui.app import SupplymatrixApp
from supplymatrix.tui.screens.response_facts import YOU
from supplymatrix.tui.shots import settle, take_rows
from supplymatrix.tui.widgets.strip import StripList
from tests.sources.test_history import Dated
from tests.tui.keys import press
from tests.tui.made_app import made_app, made_session
from tests.tui.made_response import CVES, OPEN, put_reading, rows_of, screen_of, strips_of

_SIZE = (100, 30)


@pytest.fixture(autouse=True)
def made(monkeypatch: pytest.MonkeyPatch) -> None:
    """Read what is made, unless a test says otherwise."""
    put_reading(monkeypatch)


@pytest.fixture
def elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Run commands in a home and a folder of their own, without a project."""
    (tmp_path / "here").mkdir()
    monkeypatch.chdir(tmp_path / "here")
    monkeypatch.setenv("HOME", str(tmp_path))
    for name in ("XDG_CACHE_HOME", "XDG_CONFIG_HOME", "SUPPLYMATRIX_CACHE"):
        monkeypatch.delenv(name, raising=False)
    return tmp_path


def _json(capsys: pytest.CaptureFixture[str], *arguments: str) -> dict[str, Any]:
    assert run(["response", *arguments, "--format", "json"]) in (0, 3)
    found: dict[str, Any] = json.loads(capsys.readouterr().out)
    return found


Shown = tuple[str, list[int | None], tuple[str, ...], tuple[str, ...]]


def _facts_of_screen(app: SupplymatrixApp) -> dict[tuple[str, str], Shown]:
    facts = screen_of(app).facts
    assert facts is not None
    return {
        (clock, item.id): (
            item.count, [dict(item.marks).get(percent) for percent in (50, 90, 99)], item.numbers, item.states,
        )
        for clock, items in facts.strips.items()
        for item in items
        if not item.note and item.id != YOU
    }  # fmt: skip


def _percentile_of(told: dict[str, Any], clock: dict[str, Any]) -> str:
    """Return a percentile of the JSON as the screen is to say it."""
    if told["nearest_rank"] is None:
        return "too few" if told["too_thin"] and told["n"] else "-"
    bound = "≤" if clock["by_version"] else ""
    return f"{bound}{told['nearest_rank']}/{'open' if told['survival'] is None else told['survival']}"


def _unfixed_of(row: dict[str, Any], clock: dict[str, Any]) -> tuple[str, ...]:
    """Return what is not fixed, of the JSON: apart on the first clock, in one number on the others."""
    if clock["clock"] == "disclosure":
        return tuple(f"{row[name]:,}" for name in ("open", "open_long", "wont_fix"))
    return (f"{clock['cut']:,}",)


@pytest.mark.asyncio
async def test_the_strips_are_the_numbers_of_the_json(elsewhere: Path, capsys: pytest.CaptureFixture[str]) -> None:
    told = await asyncio.to_thread(_json, capsys, "--as-of", "2026-11-20", "--vendor", "acme")
    session = made_session(elsewhere)
    session.as_of = date(2026, 11, 20)
    app = made_app(session, "response/acme")
    async with app.run_test(size=_SIZE) as pilot:
        await settle(pilot)
        expected = {
            (clock["clock"], row["id"]): (
                f"{clock['fixes']:,}",
                [quantile["nearest_rank"] for quantile in clock["quantiles"]],
                tuple(_percentile_of(quantile, clock) for quantile in clock["quantiles"]),
                _unfixed_of(row, clock),
            )
            for row in told["channels"]
            for clock in row["clocks"]
            if clock["fixes"] + clock["cut"]
        }  # fmt: skip
        assert _facts_of_screen(app) == expected
        assert {row.cve for row in rows_of(app)} == {fix["cve"] for fix in told["cves"]}
        waiting = {(case["cve"], case["row"]) for case in told["cases"] if case["outcome"] == "open"}
        assert {(row.cve, name) for row in rows_of(app) for name, _ in row.waiting} == waiting
        assert screen_of(app).twin() == "supplymatrix response --vendor acme --as-of 2026-11-20"


@pytest.mark.asyncio
async def test_a_timeline_has_every_case_of_the_json(elsewhere: Path, capsys: pytest.CaptureFixture[str]) -> None:
    told = await asyncio.to_thread(_json, capsys, "--cve", CVES[0])
    app = made_app(made_session(elsewhere), f"response/{CVES[0]}")
    async with app.run_test(size=_SIZE) as pilot:
        await settle(pilot)
        offer = screen_of(app).copy_offer()
        assert offer is not None
        seen = {(row[3], row[1], row[2]) for row in offer.rows if row[3] != "Go"}
        assert seen == {
            (case["row"], (case["fixed"] or {}).get("day", ""), "" if case["row"] == "imports" else str(case["days"]))
            for case in told["cases"]
        }
        place = next(case["fixed"] for case in told["cases"] if case["row"] == "named")
        assert any(f"{place['feed']}: {place['file']} {place['field']}" in row[-1] for row in offer.rows)


@pytest.mark.asyncio
async def test_an_open_project_has_a_strip_and_its_own_moments(
    elsewhere: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    repo = Dated(elsewhere / "here" / "shop")
    repo.commit_on("2023-12-01", {"go.mod": "module example.org/shop\n\ngo 1.21.3\n"})
    repo.commit_on("2024-03-01", {"go.mod": "module example.org/shop\n\ngo 1.21.5\n"})
    told = await asyncio.to_thread(_json, capsys, "shop")
    session = made_session(elsewhere)
    session.here, session.project, session.environ = Path(), Path("shop"), dict(os.environ)
    app = made_app(session, f"response/{CVES[0]}")
    async with app.run_test(size=_SIZE) as pilot:
        await settle(pilot)
        adoption = next(item for item in told["project"]["adoptions"] if item["cve"] == CVES[0])
        offer = screen_of(app).copy_offer()
        assert offer is not None
        assert [row[1:4] for row in offer.rows if row[3] == YOU] == [("2024-03-01", str(adoption["days"]), YOU)]
        assert screen_of(app).twin() == f"supplymatrix response shop --cve {CVES[0]} --explain"
        await press(pilot, "escape")
        own = strips_of(app)[YOU]
        summary = told["project"]["summary"]
        assert (own.count, own.states) == (str(summary["adopted"]), (str(summary["open"]),))
        strips = screen_of(app).query_one(StripList)
        strips.focus()
        strips.go_to(YOU)
        await press(pilot, "enter")
        assert f"{summary['adopted']} taken" in take_rows(app)


def _cells_of(told: dict[str, Any], clock: str) -> dict[str, tuple[str, tuple[str, ...], tuple[str, ...]]]:
    """Return of the JSON what each strip of a clock is to show."""
    return {
        row["id"]: (
            f"{found['fixes']:,}", tuple(_percentile_of(item, found) for item in found["quantiles"]),
            _unfixed_of(row, found),
        )
        for row in told["channels"]
        for found in row["clocks"]
        if found["clock"] == clock and found["fixes"] + found["cut"]
    }  # fmt: skip


@pytest.mark.asyncio
@pytest.mark.parametrize(("at", "keys"), [("response", "["), ("response/acme", ""), ("response/moving", "")])
async def test_the_twin_itself_tells_the_strips_of_each_clock(
    at: str, keys: str, elsewhere: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    session = made_session(elsewhere)
    session.as_of = date(2026, 11, 20)
    app = made_app(session, at)
    seen = []
    async with app.run_test(size=_SIZE) as pilot:
        await settle(pilot)
        await press(pilot, *("left_square_bracket" for _ in keys))
        for clock in ("disclosure", "detection", "named"):
            shown = {
                item.id: (item.count, item.numbers, item.states) for item in strips_of(app).values() if not item.note
            }
            seen.append((screen_of(app).twin(), clock, shown, {row.cve for row in rows_of(app)}))
            await press(pilot, "t")
    assert any(shown for _, _, shown, _ in seen)
    for twin, clock, shown, cve_ids in seen:
        told = await asyncio.to_thread(_json, capsys, *shlex.split(twin)[2:])
        assert shown == _cells_of(told, clock)
        assert cve_ids == {fix["cve"] for fix in told["cves"]}


@pytest.mark.asyncio
async def test_the_twin_itself_tells_the_timeline(elsewhere: Path, capsys: pytest.CaptureFixture[str]) -> None:
    session = made_session(elsewhere)
    session.as_of = date(2026, 11, 20)
    app = made_app(session, f"response/{OPEN}")
    async with app.run_test(size=_SIZE) as pilot:
        await settle(pilot)
        twin, offer = screen_of(app).twin(), screen_of(app).copy_offer()
    assert offer is not None
    assert "--as-of 2026-11-20" in twin
    told = await asyncio.to_thread(_json, capsys, *shlex.split(twin)[2:])
    cases = {(case["row"], "" if case["days"] is None else str(case["days"])) for case in told["cases"]}
    assert {(row[3], row[2]) for row in offer.rows if row[3] != "Go"} == cases
