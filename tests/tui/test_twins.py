"""The command of each place is one that the command line takes, with all that the app was started with."""

from __future__ import annotations

import asyncio
import json
import shlex
from datetime import date
from pathlib import Path
from typing import Any

import click
import pytest

from supplymatrix.cli.main import cli, run
from supplymatrix.engine.vendor_profiles import load_profiles
from supplymatrix.reports.response_words import clock_cells, pairs_heading
from supplymatrix.tui.app import SupplymatrixApp
from supplymatrix.tui.links import Link, command_of, parse_link
from supplymatrix.tui.places import PLACES
from supplymatrix.tui.screens.base import BaseScreen
from supplymatrix.tui.screens.claims import ClaimsScreen
from supplymatrix.tui.screens.response import ResponseScreen
from supplymatrix.tui.shots import settle, take_rows
from tests.tui.made_app import MadeSession, made_app, made_session
from tests.tui.made_response import CVES, put_reading, shop

DAY = date(2026, 11, 20)
OWN = Path("my own; profiles")
_LINKS = [*(place.id for place in PLACES), "matrix/acme", "matrix/acme/fips_mode", "response/acme",
          f"response/{CVES[0]}", "decide/need:fips_mode", "compare/acme"]  # fmt: skip


def _session(folder: Path, monkeypatch: pytest.MonkeyPatch) -> MadeSession:
    """Return a session that was started with a project, a day, and profiles whose folder needs quotes."""
    put_reading(monkeypatch)
    session = shop(folder, monkeypatch)
    session.offline = True
    session.folders = session.named_folders = (OWN,)
    session.as_of = DAY
    return session


def _parsed(command: str) -> tuple[click.Command, dict[str, Any]]:
    """Return the command of a command line, and what it is given. Raises click.UsageError for what it does not know."""
    program, *words = shlex.split(command.partition(" > ")[0])
    assert program == "supplymatrix"
    found: click.Command = cli
    context = click.Context(cli, info_name=program)
    while isinstance(found, click.Group):
        name, rest = words[0], words[1:]
        inner = found.get_command(context, name)
        assert inner is not None, command
        found, words = inner, rest
        if isinstance(found, click.Group):
            context = click.Context(found, info_name=name, parent=context)
    with found.make_context(found.name, words, parent=context) as own:
        return found, dict(own.params)


def _place(app: SupplymatrixApp) -> BaseScreen:
    screen = app.place_screen
    assert screen is not None
    return screen


def _assert_knows_all(command: str) -> None:
    found, given = _parsed(command)
    options = {name for param in found.params for name in param.opts}
    assert "--as-of" not in options or given["as_of"] == DAY, command
    assert "--profiles" not in options or given.get("folders", given.get("profiles")) == (OWN,), command


@pytest.mark.asyncio
@pytest.mark.parametrize("link", _LINKS)
async def test_twin_exports_and_link_carry_what_the_app_was_started_with(
    link: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    app = made_app(_session(tmp_path, monkeypatch), link)
    async with app.run_test(size=(160, 45)) as pilot:
        await settle(pilot)
        screen = _place(app)
        commands = [screen.twin(), *(export.command for export in screen.exports())]
        for command in commands:
            _assert_knows_all(command)
        asked: list[str] = []
        monkeypatch.setattr(app, "_copy", lambda _screen, text, *_: asked.append(text))
        screen.action_copy_link()
        (copied,) = asked
        found, given = _parsed(copied)
        assert found.name == "tui"
        assert (given["as_of"], given["folders"], given["path"]) == (DAY, (OWN,), Path("shop"))
        assert parse_link(given["at"]) == parse_link(copied) == screen.link


@pytest.mark.asyncio
@pytest.mark.parametrize("place", [place.id for place in PLACES])
async def test_the_day_it_is_is_named_by_no_command(
    place: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    session = _session(tmp_path, monkeypatch)
    session.as_of, session.named_folders = None, ()
    app = made_app(session, place)
    async with app.run_test(size=(160, 45)) as pilot:
        await settle(pilot)
        screen = _place(app)
        for command in (screen.twin(), *(export.command for export in screen.exports())):
            assert "--as-of" not in command
            assert "--profiles" not in command


@pytest.mark.parametrize("words", [(), ("--as-of", "2026-11-20", "--profiles", "own")])
def test_the_command_tells_the_app_what_was_named(
    words: tuple[str, ...], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "own").mkdir()
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HOME", str(tmp_path))
    assert run(["tui", "--plain", "--at", "entries", *words]) == 0
    again = " --profiles own --as-of 2026-11-20" if words else ""
    assert f"same as: supplymatrix entries{again}\n" in capsys.readouterr().out


def test_a_link_with_options_is_read_again() -> None:
    link = Link("matrix", ("acme", "fips_mode"))
    command = command_of(link, "a b", " --profiles 'x --at y' --as-of 2026-11-20")
    assert command == "supplymatrix tui 'a b' --profiles 'x --at y' --as-of 2026-11-20 --at matrix/acme/fips_mode"
    assert parse_link(command) == link


@pytest.mark.asyncio
@pytest.mark.parametrize("place", [place.id for place in PLACES])
async def test_a_place_is_loaded_once_when_it_is_opened(
    place: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    app = made_app(_session(tmp_path, monkeypatch), place)
    loads: list[str] = []
    start = BaseScreen.load_again

    def counted(screen: BaseScreen) -> None:
        loads.append(screen.PLACE)
        start(screen)

    monkeypatch.setattr(BaseScreen, "load_again", counted)
    async with app.run_test(size=(160, 45)) as pilot:
        await settle(pilot)
    assert loads == [place]


# sentences of the command


@pytest.mark.asyncio
async def test_pairs_stand_under_the_sentence_of_the_command(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    app = made_app(_session(tmp_path, monkeypatch), "response")
    async with app.run_test(size=(160, 45)) as pilot:
        await settle(pilot)
        screen = app.place_screen
        assert isinstance(screen, ResponseScreen)
        assert screen.facts is not None
        report = screen.facts.report
        await pilot.press("c")
        await settle(pilot)
        first, second, *_ = (line.plain for line in screen.page.lines)
        assert f"{first}: {second}" == pairs_heading(report)
        for row, strip in ((row, strip) for row in report.rows for strip in screen.facts.strips["disclosure"]
                           if row.id == strip.id and not strip.note):  # fmt: skip
            has_bound = any(number.startswith("≤") for number in strip.numbers)
            assert has_bound == any(cell.startswith("≤") for cell in clock_cells(row.disclosure))


# claims


def _claims(app: SupplymatrixApp) -> ClaimsScreen:
    screen = app.place_screen
    assert isinstance(screen, ClaimsScreen)
    return screen


@pytest.mark.asyncio
@pytest.mark.parametrize("day", ["2024-01-01", "2026-11-25", "2028-06-01"])
async def test_claims_hold_as_those_of_the_json_do(
    day: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    await asyncio.to_thread(run, ["claims", "--as-of", day, "--format", "json"])
    told = json.loads(capsys.readouterr().out)["claims"]
    loaded = await asyncio.to_thread(load_profiles, today=date(2028, 6, 1))
    app = made_app(made_session(tmp_path, load=lambda: loaded), "claims")
    app.session.as_of = date.fromisoformat(day)
    async with app.run_test(size=(160, 45)) as pilot:
        await settle(pilot)
        screen = _claims(app)
        seen = {item.id: (item.cells["verdict"], item.cells["status"], item.title.plain) for item in screen.items}
        assert {name: found[:2] for name, found in seen.items()} == {
            claim["id"]: (claim["verdict"], claim["status"]) for claim in told
        }
        words = {"stale": "~ stale ", "unsupported": "? not read yet "}
        signs = {"supported": "● supported ", "contradicted": "✘ contradicted ", "no_evidence": "? no evidence "}
        for claim in told:
            assert seen[claim["id"]][2].startswith(words.get(claim["status"]) or signs[claim["verdict"]])
        stale = sum(claim["status"] == "stale" for claim in told)
        unknown = sum(
            claim["status"] == "unsupported" or (claim["status"] == "live" and claim["verdict"] == "no_evidence")
            for claim in told
        )
        status = screen.status()
        assert status.unknown == unknown
        assert (f"{stale:,} stale" in status.notes) == bool(stale)


@pytest.mark.asyncio
async def test_a_verdict_that_has_aged_is_said_with_what_it_was(tmp_path: Path) -> None:
    session = made_session(tmp_path)
    session.as_of = date(2028, 6, 1)
    app = made_app(session, "claims/acme-ships-go")
    async with app.run_test(size=(160, 45)) as pilot:
        await settle(pilot)
        rows = take_rows(app)
        assert "~ stale since 2027-" in rows
        assert "(was supported)" in rows
        assert "● supported" not in rows
