"""The Binary screen: programs, modules, chains, links, the Go of the machine; as the `verify` commands tell it."""

from __future__ import annotations

import asyncio
import json
import shlex
from pathlib import Path
from typing import Any

import pytest
from textual.widgets import Input

from supplymatrix.cli.main import run
from supplymatrix.model.trace import StepState
from supplymatrix.tui.screens.binary import NOTHING
from supplymatrix.tui.shots import settle, take_rows
from tests.support.made_builds import built, dep
from tests.support.made_go import MadeGo
from tests.support.made_images import made_tar
from tests.tui.conftest import SVG_SIZE, Shots
from tests.tui.keys import has_focus, press, press_each
from tests.tui.made_app import MadeSession, made_app, made_session
from tests.tui.made_disk import GO, A, B, DiskGround, binary_screen, disk_session
from tests.tui.test_bad_input import EVIL, SEEN, assert_harmless

WIDE, SMALL = (160, 45), (80, 24)
APP, ODD = "svc/bin/app", "svc/bin/odd"
SECRET = "ghp_0123456789abcdefghij0123456789abcdef"  # noqa: S105 - a made one


@pytest.fixture
def ground(tmp_path: Path) -> DiskGround:
    """Return a project with two programs in its folder, one of which was not built from what the log has."""
    made = DiskGround(tmp_path)
    made.program("bin/app", made.app(CGO_ENABLED="0"))
    hashes = made.copies.hashes
    odd = built(
        dep(A, sum_=hashes[B]), dep("example.com/b@v1.3.0", sum_=""), dep("near.example/x@v0.1.0", by="./near (devel)"),
        settings={"-ldflags": f"-X main.token={SECRET}", "vcs.modified": "true"}, go=GO,
    )  # fmt: skip
    made.program("bin/odd", odd)
    return made


@pytest.fixture
def session(ground: DiskGround, monkeypatch: pytest.MonkeyPatch) -> MadeSession:
    """Return a session about it, before any event loop runs."""
    return disk_session(ground, monkeypatch)


@pytest.mark.asyncio
async def test_programs_of_the_project_are_found_and_enter_leads_to_the_proof(session: MadeSession) -> None:
    app = made_app(session, "binary")
    async with app.run_test(size=SMALL) as pilot:
        await settle(pilot)
        screen = binary_screen(app)
        assert [row.id for row in screen.view.programs] == [APP, ODD]  # type: ignore[union-attr]
        assert screen.twin() == "supplymatrix verify binary svc --project svc --replay recorded"
        rows = take_rows(app)
        assert "✔ proven" in rows
        assert "✘ differs" in rows
        await press(pilot, "enter")
        assert screen.crumbs() == (APP, A)
        assert screen.link.parts == (APP,)
        await press(pilot, "enter")
        assert screen.has_chain
        trace = screen.chain.trace
        assert trace is not None
        assert {step.state for step in trace.steps[:6]} == {StepState.PROVEN}
        assert screen.twin() == f"supplymatrix verify {A} --project svc --steps --replay recorded"
        assert f"✔ proven: {APP} recorded h1:" in take_rows(app)
        await press_each(pilot, "down", "X")
        assert screen.has_page
        await press(pilot, "escape")
        assert has_focus(app, "steps")
        await press_each(pilot, "escape", "escape")
        assert screen.parts() == (APP,)
        assert has_focus(app, "table")
        await press(pilot, "escape")
        assert app.place_screen is not screen


@pytest.mark.asyncio
async def test_what_is_wrong_is_said_and_no_secret_is_shown(session: MadeSession) -> None:
    app = made_app(session, f"binary/{ODD}")
    async with app.run_test(size=SMALL) as pilot:
        await settle(pilot)
        screen = binary_screen(app)
        await press(pilot, "i")
        text = "\n".join(line.plain for line in screen.page.lines)
        for part in ("1 secret in its build settings", "SECRET", "main.token", "changes that are in no commit"):
            assert part in text
        assert SECRET[:12] not in text + screen.plain_text(200)
        await press_each(pilot, "escape", "enter")
        states = {row.id: row.sign.word for row in screen.program.modules}  # type: ignore[union-attr]
        assert states == {A: "differs", "example.com/b@v1.3.0": "not in log", "./near@(devel)": "local"}
        assert "! v1.2.0" not in take_rows(app)
        assert [screen.table.data.columns["project"].texts[row] for row in screen.table.view.rows][1] == "v1.2.0"
        await press_each(pilot, "down", "down", "enter")
        assert "no proof chain: local" in screen.status_line.told
        await press_each(pilot, "ctrl+home", "enter")
        assert screen.has_chain
        assert f"✘ differs: {ODD} recorded" in take_rows(app)


@pytest.mark.asyncio
async def test_findings_alone_filter_copy_and_panes(session: MadeSession) -> None:
    app = made_app(session, "binary")
    async with app.run_test(size=WIDE) as pilot:
        await settle(pilot)
        screen = binary_screen(app)
        await press(pilot, "f")
        assert screen.table.current_id == ODD
        assert screen.table.data.row_count == 1
        await press(pilot, "escape")
        assert screen.table.data.row_count == 2
        await press(pilot, "slash")
        screen.query_one("#filter", Input).value = "state:differs"
        await pilot.pause()
        assert len(screen.table.view.rows) == 1
        await press_each(pilot, "enter", "tab")
        assert has_focus(app, "beside")
        offer = screen.copy_offer()
        assert offer is not None
        assert ("main module", "svc.example/app") in [(name, text.partition(" ")[0]) for name, text in offer.rows]
        await press_each(pilot, "escape", "escape", "enter")
        assert screen.table.filter_text == ""
        items = {item.text for item in screen.palette_items()}
        assert items == {APP, ODD}
        (source,) = screen.sources()
        assert source[0].startswith("https://log.example/lookup/example.com/!up/a@v1.0.0")


@pytest.mark.asyncio
async def test_a_filter_that_leaves_nothing_is_said_to_hide_what_is_there(session: MadeSession) -> None:
    app = made_app(session, "binary")
    async with app.run_test(size=SMALL) as pilot:
        await settle(pilot)
        screen = binary_screen(app)

        def said() -> str:
            return "\n".join(line.plain for line in screen.beside.lines)

        await press(pilot, "slash")
        screen.query_one("#filter", Input).value = "state:nothing"
        await settle(pilot)
        assert said() == "2 programs are hidden by the filter state:nothing: Esc shows all again"
        await press_each(pilot, "enter", "i")
        assert screen.status_line.told == said()
        assert "no Go program is there" not in take_rows(app)
        await press(pilot, "escape")
        assert screen.row is not None
        await press_each(pilot, "ctrl+home", "enter", "slash")
        assert screen.program is not None
        screen.query_one("#filter", Input).value = "state:nothing"
        await settle(pilot)
        assert said() == "2 modules are hidden by the filter state:nothing: Esc shows all again"
        assert not screen.has_page


@pytest.mark.asyncio
async def test_other_programs_are_opened_by_path_and_by_link(session: MadeSession, ground: DiskGround) -> None:
    (ground.root / "image.tar").write_bytes(made_tar({"usr/bin/app": ground.app()}))
    (ground.root / "elsewhere").mkdir()
    (ground.root / "elsewhere" / "torn").write_bytes(ground.app()[:200])
    name = "image.tar: usr/bin/app"
    app = made_app(session, "binary/image.tar")
    async with app.run_test(size=SMALL) as pilot:
        await settle(pilot)
        screen = binary_screen(app)
        assert screen.paths == (Path("image.tar"),)
        assert screen.parts() == (name,)
        await press_each(pilot, "p", *"svc/bin/app", "enter")
        assert screen.paths == session.programs == (Path("svc/bin/app"),)
        assert [row.id for row in screen.view.rows] == [APP]  # type: ignore[union-attr]
        app.open_link(screen.link.__class__("binary", (name,)))
        await settle(pilot)
        assert screen.parts() == (name,)
        app.open_link(screen.link.__class__("binary", ("gone/away",)))
        assert "gone/away: there is no such program here, and no such file" in screen.status_line.told
        await press_each(pilot, "escape", "p", *"svc/go.mod", "enter")
        assert "it is no Go program" in screen.status_line.told
        assert screen.parts() == (name,)
        assert session.programs == screen.paths == (Path("image.tar"),)


@pytest.mark.asyncio
async def test_without_a_project_nothing_is_searched_and_it_says_what_to_do(tmp_path: Path) -> None:
    session = made_session(tmp_path)
    app = made_app(session, "binary")
    async with app.run_test(size=SMALL) as pilot:
        await settle(pilot)
        screen = binary_screen(app)
        assert screen.paths == ()
        assert "no program is named" in take_rows(app)
        for key in ("enter", "i", "f", "X", "tab", "escape"):
            await press(pilot, key)
        assert NOTHING in screen.plain_text(200)
        assert screen.exports() == ()


@pytest.mark.asyncio
async def test_the_go_of_the_machine_is_held_against_the_log(
    session: MadeSession, ground: DiskGround, tmp_path: Path
) -> None:
    root = MadeGo(version="1.26.8").unpack(tmp_path / "go")
    session.environ = {**session.environ, "GOROOT": str(root), "PATH": str(root / "bin")}
    session.project, session.replay, session.offline = None, None, True
    app = made_app(session, "binary")
    async with app.run_test(size=WIDE) as pilot:
        await settle(pilot)
        await press(pilot, "t")
        screen = binary_screen(app)
        (row,) = screen.view.rows  # type: ignore[union-attr]
        assert row.name == str(root)
        assert (row.sign.word, row.sign.style) == ("not checked", "unknown")
        assert screen.twin() == "supplymatrix verify goroot --no-fetch --offline"
        assert str(root) in take_rows(app)
        assert [item.format for item in screen.exports()] == ["goroot-text", "goroot-json"]


@pytest.mark.asyncio
async def test_hostile_programs_are_text(session: MadeSession, ground: DiskGround) -> None:
    text = EVIL.replace("\n", "")
    data = built(dep(f"e.example/{text.replace(chr(9), '')}@v1.0.0"), settings={"-tags": text})
    ground.program(f"bin/{text.replace('/', '|')}", data)
    app = made_app(session, "binary")
    async with app.run_test(size=SMALL) as pilot:
        await settle(pilot)
        seen = assert_harmless(app)
        for key in ("home", "i", "escape", "enter", "enter", "escape", "escape", "tab", "down", "y"):
            await press(pilot, key)
            seen += assert_harmless(app)
        assert SEEN.replace("/", "|")[:5] in seen
        assert "\x1b" not in binary_screen(app).plain_text(100)


@pytest.mark.asyncio
async def test_a_folder_of_many_programs_scrolls(session: MadeSession, ground: DiskGround, tmp_path: Path) -> None:
    folder = tmp_path / "many"
    folder.mkdir()
    names = [f"m{number}.example/x@v1.0.0" for number in range(40)]
    for number in range(60):
        (folder / f"p{number}").write_bytes(
            built(*(dep(name, sum_="") for name in names), main=f"p{number}.example\t\t")
        )
    app = made_app(session, "binary/many")
    async with app.run_test(size=WIDE) as pilot:
        await settle(pilot)
        screen = binary_screen(app)
        assert len(screen.view.programs) == 60  # type: ignore[union-attr]
        await press_each(pilot, "pagedown", "G", "s", "enter", "G", "escape")
        assert screen.program is None


def _facts(session: MadeSession, at: str = "binary") -> tuple[str, dict[str, str], dict[str, Any]]:
    async def look() -> tuple[str, dict[str, str], dict[str, Any]]:
        app = made_app(session, at)
        async with app.run_test(size=WIDE) as pilot:
            await settle(pilot)
            screen = binary_screen(app)
            view = screen.view
            assert view is not None
            written = {item.format: item.render() for item in screen.exports()}
            seen: dict[str, Any] = {
                row.id: {module.id: module.module.state.value for module in row.modules} for row in view.programs
            }
            return screen.twin(), written, seen

    return asyncio.run(look())


def test_the_screen_says_what_the_command_says(session: MadeSession, capfd: pytest.CaptureFixture[str]) -> None:
    twin, written, seen = _facts(session)
    capfd.readouterr()
    assert run([*shlex.split(twin)[1:], "--format", "json"]) == 4
    out = capfd.readouterr().out
    assert out == written["json"]
    told = json.loads(out)
    assert seen == {
        program["name"]: {f"{module['path']}@{module['version']}": module["state"] for module in program["modules"]}
        for program in told["programs"]
    }
    assert run([*shlex.split(twin)[1:], "--modules", "--format", "text"]) == 4
    assert capfd.readouterr().out.splitlines()[0] == written["text"].splitlines()[0]


KEYS: dict[str, tuple[str, ...]] = {
    "full": (), "modules": ("down", "enter"), "chain": ("enter", "enter"), "whole": ("down", "i"),
}  # fmt: skip


@pytest.mark.asyncio
@pytest.mark.parametrize(
    ("name", "size", "no_color"),
    [("full", WIDE, False), ("full", SVG_SIZE, True), *((name, SVG_SIZE, False) for name in KEYS)],
)
async def test_the_screen_looks_as_it_did(
    name: str, size: tuple[int, int], no_color: bool, shots: Shots, session: MadeSession
) -> None:
    async def look(pilot: Any) -> None:  # noqa: ANN401 - Textual's own type
        await press_each(pilot, *KEYS[name])

    await shots.check(f"binary-{name}", lambda: made_app(session, "binary"), size=size, no_color=no_color, steps=look)


@pytest.mark.asyncio
async def test_the_empty_screen_looks_as_it_did(shots: Shots, tmp_path: Path) -> None:
    session = made_session(tmp_path)
    await shots.check("binary-empty", lambda: made_app(session, "binary"), size=SVG_SIZE)
