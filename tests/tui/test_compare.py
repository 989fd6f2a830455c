"""The Compare screen: vendors over the opened project's Go, the CVEs of one; the same facts as the command."""

from __future__ import annotations

import asyncio
import json
import shlex
import threading
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from textual.pilot import Pilot
from textual.widgets import Input

from supplymatrix.cli.main import run
from supplymatrix.engine.vendor_profiles import LoadedProfiles, load_profiles
from supplymatrix.errors import Diagnostic, InputError
from supplymatrix.model.value import changed
from supplymatrix.reports.compare_words import COLUMNS
from supplymatrix.tui.app import SupplymatrixApp
from supplymatrix.tui.links import Link
from supplymatrix.tui.screens.compare import CompareScreen
from supplymatrix.tui.screens.open_project import NO_PROJECT
from supplymatrix.tui.screens.response import ResponseScreen
from supplymatrix.tui.shots import settle, take_rows
from supplymatrix.tui.widgets.details import Details
from supplymatrix.tui.widgets.picker import Ask
from tests.tui.conftest import LOOKS, Shots
from tests.tui.keys import press
from tests.tui.made_app import made_app, made_loaded, made_session
from tests.tui.made_response import OPEN, WONT, made_reading, put_reading, shop, write_go_mod

_SIZE = (100, 30)


@pytest.fixture(autouse=True)
def made(monkeypatch: pytest.MonkeyPatch) -> None:
    """Read feeds that are made, unless a test says otherwise."""
    put_reading(monkeypatch)


def _screen(app: SupplymatrixApp) -> CompareScreen:
    screen = app.place_screen
    assert isinstance(screen, CompareScreen)
    return screen


def _ids(app: SupplymatrixApp) -> list[str]:
    table = _screen(app).table
    return [table.data.row_id(row) for row in table.view.rows]


def _focus(app: SupplymatrixApp) -> str:
    return app.focused.id or "" if app.focused is not None else ""


def _beside(app: SupplymatrixApp) -> str:
    return "\n".join(line.plain for line in app.screen.query_one("#beside", Details).lines)


@pytest.mark.asyncio
async def test_each_vendor_has_its_support_and_its_counts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    app = made_app(shop(tmp_path, monkeypatch, "go 1.26.0\n"), "compare")
    async with app.run_test(size=_SIZE) as pilot:
        await settle(pilot)
        rows = take_rows(app)
        assert "Go 1.26.0 or newer: go.mod:3 go 1.26.0" in rows
        assert "Go 1.26 supported" in rows
        assert "● until 2032-05-31" in rows
        assert _ids(app) == ["today", "acme"]
        assert _screen(app).twin() == "supplymatrix compare shop"
        assert "2 of 2 rows" in _screen(app).status_line.say()


@pytest.mark.asyncio
async def test_what_is_not_known_is_no_zero_and_no_no(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    app = made_app(shop(tmp_path, monkeypatch), "compare")
    async with app.run_test(size=_SIZE) as pilot:
        await settle(pilot)
        today = next(line for line in take_rows(app).splitlines() if "today" in line)
        assert "? not known" in today
        assert today.split().count("?") == 1 + len(COLUMNS)


@pytest.mark.asyncio
async def test_the_row_of_the_cursor_is_explained(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    app = made_app(shop(tmp_path, monkeypatch), "compare")
    async with app.run_test(size=_SIZE) as pilot:
        await settle(pilot)
        assert "today: what the project has" in _beside(app)
        assert "needs     has go_minors 1.25: go.mod:3 go 1.25.2" in _beside(app)
        await press(pilot, "down")
        assert "feed      moving to 2026-11-16" in _beside(app)
        await press(pilot, "tab")
        assert _focus(app) == "beside"
        await press(pilot, "escape")
        assert _focus(app) == "table"


@pytest.mark.asyncio
async def test_enter_goes_to_the_cves_of_a_vendor_those_open_first(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    app = made_app(shop(tmp_path, monkeypatch), "compare")
    async with app.run_test(size=_SIZE) as pilot:
        await settle(pilot)
        await press(pilot, "down", "enter")
        screen = _screen(app)
        assert _ids(app) == [WONT, OPEN]
        assert screen.link == Link("compare", ("acme", WONT))
        assert screen.twin() == "supplymatrix compare shop --vendor acme --format json"
        await press(pilot, "down")
        assert "place     feed: a.json /published" in _beside(app)
        assert "◐ fixed in part" in take_rows(app)
        await press(pilot, "enter")
        assert _focus(app) == "page"
        await press(pilot, "escape")
        assert _focus(app) == "table"
        await press(pilot, "escape")
        assert (_ids(app), screen.table.current_id) == (["today", "acme"], "acme")


@pytest.mark.asyncio
async def test_a_link_names_a_vendor_and_a_cve(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    app = made_app(shop(tmp_path, monkeypatch), f"compare/acme/{OPEN}")
    async with app.run_test(size=_SIZE) as pilot:
        await settle(pilot)
        assert _screen(app).parts() == ("acme", OPEN)
        app.open_link(Link("compare", ("acme", "CVE-1999-0001")))
        await settle(pilot)
        assert "CVE-1999-0001: it is not among the CVEs of this Go" in _screen(app).status_line.say()
        app.open_link(Link("compare", ("nobody",)))
        await settle(pilot)
        assert "nobody: there is no such vendor here" in _screen(app).status_line.say()
        app.open_link(Link("compare"))
        await settle(pilot)
        assert _screen(app).parts() == ()


@pytest.mark.asyncio
async def test_a_link_shows_what_the_filter_hides(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    app = made_app(shop(tmp_path, monkeypatch), "compare/acme")
    async with app.run_test(size=_SIZE) as pilot:
        await settle(pilot)
        await press(pilot, "slash", *WONT.lower(), "enter")
        assert _ids(app) == [WONT]
        app.open_link(Link("compare", ("acme", OPEN)))
        await settle(pilot)
        assert _screen(app).table.current_id == OPEN
        assert app.screen.query_one("#filter", Input).value == ""


@pytest.mark.asyncio
async def test_t_goes_to_the_timeline_of_a_cve_and_escape_comes_back(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    app = made_app(shop(tmp_path, monkeypatch), f"compare/acme/{OPEN}")
    async with app.run_test(size=_SIZE) as pilot:
        await settle(pilot)
        await press(pilot, "t")
        assert isinstance(app.screen, ResponseScreen)
        assert app.screen.parts() == (OPEN,)
        await press(pilot, "escape", "escape")  # the page, the place
        assert _screen(app).parts() == ("acme", OPEN)
        await press(pilot, "escape", "t")
        assert "Enter goes to the CVEs" in _screen(app).status_line.say()


@pytest.mark.asyncio
async def test_without_a_project_it_is_said_how_one_is_opened(tmp_path: Path) -> None:
    session = made_session(tmp_path)
    app = made_app(session, "compare")
    async with app.run_test(size=_SIZE) as pilot:
        await settle(pilot)
        assert NO_PROJECT in " ".join(take_rows(app).split())
        assert "supplymatrix tui PATH" in take_rows(app)
        assert NO_PROJECT in _screen(app).plain_text(200)
        await press(pilot, "right_square_bracket")
        assert NO_PROJECT in _screen(app).status_line.say()


@pytest.mark.asyncio
async def test_p_opens_a_project_by_its_folder(tmp_path: Path) -> None:
    session = made_session(tmp_path)
    (session.here / "shop" / "go.mod").write_text("module example.org/shop\n\ngo 1.25.2\n", encoding="utf-8")
    app = made_app(session, "compare")
    async with app.run_test(size=_SIZE) as pilot:
        await settle(pilot)
        await press(pilot, "p", *"gone", "enter")
        assert isinstance(app.screen, Ask)
        assert "there is no such file or folder" in take_rows(app)
        await press(pilot, *["backspace"] * 4, *"shop", "enter")
        assert session.project == session.here / "shop"
        assert _ids(app) == ["today", "acme"]


@pytest.mark.asyncio
async def test_a_project_with_several_gos_has_a_table_for_each(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    session = shop(tmp_path, monkeypatch)
    (tmp_path / "projects" / "shop" / "Dockerfile").write_text("FROM golang:1.26.0 AS build\nRUN go build\n")
    app = made_app(session, "compare")
    async with app.run_test(size=_SIZE) as pilot:
        await settle(pilot)
        count = len(_screen(app).views)
        heads = [str(app.screen.query_one("#head").render())]
        for _ in range(count - 1):
            await press(pilot, "right_square_bracket")
            heads.append(str(app.screen.query_one("#head").render()))
        assert len(set(heads)) == count
        await press(pilot, "right_square_bracket")
        assert f"the project is built with {count} Go" in _screen(app).status_line.say()


@pytest.mark.asyncio
@pytest.mark.parametrize(("key", "word"), [("j", '"supplymatrix.compare/1"'), ("m", "acme"), ("t", "supported")])
async def test_an_export_is_what_the_command_writes(
    key: str, word: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    session = shop(tmp_path, monkeypatch)
    app = made_app(session, "compare")
    async with app.run_test(size=_SIZE) as pilot:
        await settle(pilot)
        await press(pilot, "e", key, "enter")
        ((path, text),) = session.written.items()
        assert path.name.startswith("compare.")
        assert word in text
        assert "same as: supplymatrix compare shop" in _screen(app).status_line.say()


@pytest.mark.asyncio
async def test_a_row_is_copied_and_o_opens_the_sources_of_a_support(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    app = made_app(shop(tmp_path, monkeypatch, "go 1.26.0\n"), "compare")
    async with app.run_test(size=_SIZE) as pilot:
        await settle(pilot)
        await press(pilot, "down")
        screen = _screen(app)
        offer = screen.copy_offer()
        assert offer is not None
        assert offer.rows[0][:2] == ("acme", "until 2032-05-31")
        assert screen.sources() == (("https://acme.example/go", "acme:page"),)
        assert [item.text for item in screen.palette_items()] == ["today", "Acme"]
        await press(pilot, "enter")
        assert screen.sources() == ((f"https://www.cve.org/CVERecord?id={WONT}", f"{WONT} at cve.org"),)


@pytest.mark.asyncio
async def test_a_vendor_without_a_feed_has_no_list_and_that_is_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    app = made_app(shop(tmp_path, monkeypatch), "compare/today")
    async with app.run_test(size=_SIZE) as pilot:
        await settle(pilot)
        assert "not known: there is no profile of the Go project" in take_rows(app)


@pytest.mark.asyncio
async def test_a_name_with_markup_stays_as_it_is(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    session = shop(tmp_path, monkeypatch)
    text = "FROM golang:1.26.0 AS [red]x\\x1b[2J\nRUN go build\n"
    (tmp_path / "projects" / "shop" / "Dockerfile").write_text(text, encoding="utf-8")
    app = made_app(session, "compare")
    async with app.run_test(size=(160, 45)) as pilot:
        await settle(pilot)
        assert "\x1b" not in _screen(app).plain_text(80)
        assert "Go" in take_rows(app)


@pytest.mark.asyncio
async def test_linear_text_has_every_vendor_and_every_cve(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    app = made_app(shop(tmp_path, monkeypatch), "compare")
    async with app.run_test(size=(80, 24)) as pilot:
        await settle(pilot)
        assert "CVEs      1 fixed, 1 open, 0 won't fix, 0 silent" in _screen(app).plain_text(80)
        await press(pilot, "down", "enter")
        text = _screen(app).plain_text(80)
        assert f"- {OPEN} · GO-2026-0001" in text
        assert "place     feed: a.json /published" in text


# The same facts as the command.


@pytest.mark.asyncio
async def test_rows_and_answers_are_those_of_the_json(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    session = shop(tmp_path, monkeypatch)
    loaded = await asyncio.to_thread(load_profiles, today=date(2026, 11, 25))
    session.load = lambda: loaded
    session.as_of = date(2026, 11, 20)
    monkeypatch.setenv("HOME", str(tmp_path))
    for name in ("XDG_CACHE_HOME", "XDG_CONFIG_HOME"):
        monkeypatch.delenv(name, raising=False)
    await asyncio.to_thread(run, ["compare", "shop", "--as-of", "2026-11-20", "--format", "json"])
    told = json.loads(capsys.readouterr().out)
    app = made_app(session, "compare")
    async with app.run_test(size=_SIZE) as pilot:
        await settle(pilot)
        screen = _screen(app)
        (go,) = told["projects"][0]["gos"]
        assert _ids(app) == [row["id"] for row in go["rows"]]
        columns = screen.table.data.columns
        for place, row in enumerate(go["rows"]):
            for state, _ in COLUMNS:
                seen = columns[state.value].texts[place]
                assert seen in {"?", "-"} or seen == str(row["cves"][state.value])
                assert seen != "-" or row["support"]["state"] == "no_go"
                assert row["cves"] is not None or seen in {"?", "-"}
            assert (row["support"]["until"] or "") in columns["support"].texts[place]
        for row in go["rows"]:
            app.open_link(Link("compare", (row["id"],)))
            await settle(pilot)
            assert sorted(_ids(app)) == sorted(answer["cve"] for answer in row["answers"])


@pytest.mark.asyncio
@pytest.mark.parametrize("place", ["matrix", "decide", "response"])
async def test_a_screen_below_follows_to_the_project_that_was_opened(
    place: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    session = shop(tmp_path, monkeypatch)
    write_go_mod(tmp_path / "projects" / "other", "go 1.26.0")
    app = made_app(session, place)
    async with app.run_test(size=_SIZE) as pilot:
        await settle(pilot)
        below = app.place_screen
        assert below is not None
        assert below.twin().split("  #")[0].endswith(" shop")
        app.open_link(Link("compare"), beside=True)
        await settle(pilot)
        await press(pilot, "p", *"other", "enter")
        assert (session.project, _screen(app).twin()) == (Path("other"), "supplymatrix compare other")
        assert below.shown_project == Path("shop")
        app.leave()
        await settle(pilot)
        assert app.place_screen is below
        assert below.shown_project == Path("other")
        assert below.twin().split("  #")[0].endswith(" other")


@pytest.mark.asyncio
async def test_facts_stay_those_of_the_project_they_are_of_where_another_cannot_be_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    session = shop(tmp_path, monkeypatch)
    write_go_mod(tmp_path / "projects" / "bad", "(")
    app = made_app(session, "compare")
    async with app.run_test(size=_SIZE) as pilot:
        await settle(pilot)
        app.open_link(Link("claims"), beside=True)
        await settle(pilot)
        session.project = Path("bad")  # as Home opens one
        app.leave()
        await settle(pilot)
        screen = _screen(app)
        assert screen.status_line.is_fault
        assert (screen.twin(), screen.crumbs()) == ("supplymatrix compare shop", ("shop",))
        assert (screen.named_project, _ids(app)) == (Path("shop"), ["today", "acme"])
        assert all("compare shop" in export.command for export in screen.exports())


@pytest.mark.asyncio
async def test_what_could_not_be_opened_changes_nothing_in_the_list_of_a_vendor(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    session = shop(tmp_path, monkeypatch)
    write_go_mod(tmp_path / "projects" / "bad", "(")
    write_go_mod(tmp_path / "projects" / "other", "go 1.25.2")
    app = made_app(session, "compare/acme")
    async with app.run_test(size=_SIZE) as pilot:
        await settle(pilot)
        await press(pilot, "p", *"bad", "enter")
        screen = _screen(app)
        assert "there is no directive" in screen.status_line.say()
        await press(pilot, "right", "s")
        assert session.state.lists["compare-cves"].sort == (("cve", False),)
        assert "compare" not in session.state.lists
        assert (session.project, _ids(app)) == (Path("shop"), sorted([WONT, OPEN]))
        assert screen.twin() == "supplymatrix compare shop --vendor acme --format json"
        await press(pilot, "p", *"other", "enter")
        assert "there is no directive" not in screen.status_line.say()
        assert (_ids(app), screen.parts()) == (["today", "acme"], ())
        assert screen.table.state.sort == ()


@pytest.mark.asyncio
@pytest.mark.parametrize("text", ["x" * 5000, "a/b"])
async def test_a_name_that_is_none_is_refused(text: str, tmp_path: Path) -> None:
    app = made_app(made_session(tmp_path), "compare")
    async with app.run_test(size=_SIZE) as pilot:
        await settle(pilot)
        await press(pilot, "p")
        app.screen.query_one(Input).value = text
        await press(pilot, "enter")
        assert isinstance(app.screen, Ask)
        assert "no name for a folder" in take_rows(app) or "there is no such file or folder" in take_rows(app)


@pytest.mark.asyncio
async def test_the_twin_itself_tells_what_the_screen_shows(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    session = shop(tmp_path, monkeypatch)
    write_go_mod(tmp_path / "projects" / "bad", "(")
    of_canonical = [changed(item, vendor="canonical") for item in made_reading().channels]
    put_reading(monkeypatch, lambda: changed(made_reading(), channels=tuple(of_canonical)))
    loaded = await asyncio.to_thread(load_profiles, today=date(2026, 11, 25))
    session.load, session.as_of = lambda: loaded, date(2026, 11, 20)
    seen: list[tuple[str, str, list[str]]] = []

    def note() -> None:
        screen = _screen(app)
        seen.append((screen.twin(), (*screen.parts(), "")[0], sorted(_ids(app))))

    app = made_app(session, "compare")
    async with app.run_test(size=_SIZE) as pilot:
        await settle(pilot)
        note()
        vendor = "canonical"
        app.open_link(Link("compare", (vendor,)))
        await settle(pilot)
        note()
        await press(pilot, "p", *"bad", "enter")
        note()
    assert [twin for twin, _, _ in seen[1:]] == [
        f"supplymatrix compare shop --vendor {vendor} --format json --as-of 2026-11-20"
    ] * 2
    monkeypatch.setenv("HOME", str(tmp_path))
    for name in ("XDG_CACHE_HOME", "XDG_CONFIG_HOME"):
        monkeypatch.delenv(name, raising=False)
    for twin, vendor, ids in seen:
        words = [word for word in shlex.split(twin)[1:] if word not in {"--format", "json"}]
        await asyncio.to_thread(run, [*words, "--format", "json"])
        (go,) = json.loads(capsys.readouterr().out)["projects"][0]["gos"]
        rows = {row["id"]: row for row in go["rows"]}
        told = [answer["cve"] for answer in rows[vendor]["answers"]] if vendor else list(rows)
        assert ids == sorted(told)
        assert ids


# How it looks.


@pytest.mark.asyncio
@pytest.mark.parametrize(("size", "no_color"), LOOKS)
@pytest.mark.parametrize(("name", "at"), [("full", "compare"), ("cves", f"compare/acme/{OPEN}")])
async def test_the_screen_looks_as_before(  # noqa: PLR0917 - pytest's parameters
    name: str,
    at: str,
    size: tuple[int, int],
    no_color: bool,
    shots: Shots,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    session = shop(tmp_path, monkeypatch, "go 1.26.0\n")
    await shots.check(f"compare-{name}", lambda: made_app(session, at), size=size, no_color=no_color)


@pytest.mark.asyncio
@pytest.mark.parametrize(("size", "no_color"), LOOKS)
async def test_the_empty_screen_looks_as_before(
    size: tuple[int, int], no_color: bool, shots: Shots, tmp_path: Path
) -> None:
    await shots.check(
        "compare-empty", lambda: made_app(made_session(tmp_path), "compare"), size=size, no_color=no_color
    )  # fmt: skip


@pytest.mark.asyncio
@pytest.mark.parametrize(("size", "no_color"), LOOKS)
async def test_a_project_that_cannot_be_read_is_told(
    size: tuple[int, int], no_color: bool, shots: Shots, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    session = shop(tmp_path, monkeypatch)

    def broken() -> LoadedProfiles:
        raise InputError(Diagnostic(message="there is no such folder of vendor profiles", artifact="our-profiles"))

    session.load = broken
    await shots.check("compare-error", lambda: made_app(session, "compare"), size=size, no_color=no_color)


@pytest.mark.asyncio
@pytest.mark.parametrize(("size", "no_color"), LOOKS)
async def test_a_busy_screen_says_what_it_reads(
    size: tuple[int, int], no_color: bool, shots: Shots, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    session = shop(tmp_path, monkeypatch)
    gate, begun = threading.Event(), threading.Event()

    def slow() -> LoadedProfiles:
        begun.set()
        gate.wait(30)
        return made_loaded()

    session.load = slow

    def make() -> SupplymatrixApp:
        return made_app(session, "compare")

    async def wait(pilot: Pilot[Any]) -> None:
        begun.wait(30)
        await pilot.pause()

    try:
        await shots.check("compare-busy", make, size=size, no_color=no_color, settled=False, steps=wait)
    finally:
        gate.set()
